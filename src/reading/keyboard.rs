//! What a scanner that types becomes under another keyboard layout, taken back.
//!
//! The scanner presses the keys of an American keyboard; the computer writes what its own layout has there.

/// A layout: what it writes, and what the key says on an American keyboard.
type Layout = &'static [(char, char)];

/// Lithuanian: the digit row has letters.
const LITHUANIAN: Layout = &[
    ('ą', '1'),
    ('č', '2'),
    ('ę', '3'),
    ('ė', '4'),
    ('į', '5'),
    ('š', '6'),
    ('ų', '7'),
    ('ū', '8'),
    ('„', '9'),
    ('“', '0'),
    ('ž', '='),
    ('Ą', '!'),
    ('Č', '@'),
    ('Ę', '#'),
    ('Ė', '$'),
    ('Į', '%'),
    ('Š', '^'),
    ('Ų', '&'),
    ('Ū', '*'),
    ('Ž', '+'),
];

/// German: Y and Z change places, and the signs move.
const GERMAN: Layout = &[
    ('y', 'z'),
    ('z', 'y'),
    ('Y', 'Z'),
    ('Z', 'Y'),
    ('ß', '-'),
    ('-', '/'),
    ('Ö', ':'),
    ('ö', ';'),
    ('(', '*'),
    ('`', '+'),
    ('_', '?'),
];

/// Russian: every letter is another one.
const CYRILLIC: Layout = &[
    ('й', 'q'),
    ('ц', 'w'),
    ('у', 'e'),
    ('к', 'r'),
    ('е', 't'),
    ('н', 'y'),
    ('г', 'u'),
    ('ш', 'i'),
    ('щ', 'o'),
    ('з', 'p'),
    ('ф', 'a'),
    ('ы', 's'),
    ('в', 'd'),
    ('а', 'f'),
    ('п', 'g'),
    ('р', 'h'),
    ('о', 'j'),
    ('л', 'k'),
    ('д', 'l'),
    ('я', 'z'),
    ('ч', 'x'),
    ('с', 'c'),
    ('м', 'v'),
    ('и', 'b'),
    ('т', 'n'),
    ('ь', 'm'),
    ('Й', 'Q'),
    ('Ц', 'W'),
    ('У', 'E'),
    ('К', 'R'),
    ('Е', 'T'),
    ('Н', 'Y'),
    ('Г', 'U'),
    ('Ш', 'I'),
    ('Щ', 'O'),
    ('З', 'P'),
    ('Ф', 'A'),
    ('Ы', 'S'),
    ('В', 'D'),
    ('А', 'F'),
    ('П', 'G'),
    ('Р', 'H'),
    ('О', 'J'),
    ('Л', 'K'),
    ('Д', 'L'),
    ('Я', 'Z'),
    ('Ч', 'X'),
    ('С', 'C'),
    ('М', 'V'),
    ('И', 'B'),
    ('Т', 'N'),
    ('Ь', 'M'),
    ('Ж', ':'),
    ('ю', '.'),
    ('.', '/'),
    (';', '$'),
];

/// What may have been scanned, one text for each layout.
pub(super) fn taken_back(text: &str) -> impl Iterator<Item = String> {
    [LITHUANIAN, GERMAN, CYRILLIC].into_iter().map(move |layout| {
        let key = |typed: char| layout.iter().find(|(written, _)| *written == typed).map_or(typed, |(_, key)| *key);
        text.chars().map(key).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::{CYRILLIC, GERMAN, LITHUANIAN, Layout, taken_back};

    fn typed_under(layout: Layout, scanned: &str) -> String {
        let written = |key: char| layout.iter().find(|(_, of)| *of == key).map_or(key, |(written, _)| *written);
        scanned.chars().map(written).collect()
    }

    #[test]
    fn every_character_of_a_code_comes_back_under_every_layout() {
        let scanned = "EDC1:0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
        for layout in [LITHUANIAN, GERMAN, CYRILLIC] {
            let typed = typed_under(layout, scanned);
            assert_ne!(typed, scanned);
            assert!(taken_back(&typed).any(|text| text == scanned), "{typed}");
        }
    }
}
