//! What a scanner that types becomes under another keyboard layout, taken back.
//!
//! The scanner presses the keys of an American keyboard; the computer writes what its own layout has there. The layouts
//! are data, because the page for the hours without a network reads them too: Lithuanian, where the digit row has
//! letters; German, where Y and Z change places and the signs move; Russian, where every letter is another one.

use std::collections::HashMap;
use std::sync::LazyLock;

/// A layout: what it writes, and what the key says on an American keyboard.
type Layout = HashMap<char, char>;

/// The layouts, as pages get them.
pub(crate) const LAYOUTS: &str = include_str!("../../assets/keyboard-layouts.json");

static READ: LazyLock<Vec<Layout>> = LazyLock::new(|| serde_json::from_str(LAYOUTS).unwrap_or_default());

/// What may have been scanned, one text for each layout.
pub(super) fn taken_back(text: &str) -> impl Iterator<Item = String> {
    READ.iter().map(move |layout| text.chars().map(|typed| *layout.get(&typed).unwrap_or(&typed)).collect())
}

#[cfg(test)]
mod tests {
    use super::{Layout, READ, taken_back};

    fn typed_under(layout: &Layout, scanned: &str) -> String {
        let written = |key: char| layout.iter().find(|(_, of)| **of == key).map_or(key, |(written, _)| *written);
        scanned.chars().map(written).collect()
    }

    #[test]
    fn every_character_of_a_code_comes_back_under_every_layout() {
        let scanned = "EDC1:0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
        assert_eq!(READ.len(), 3);
        for layout in READ.iter() {
            let typed = typed_under(layout, scanned);
            assert_ne!(typed, scanned);
            assert!(taken_back(&typed).any(|text| text == scanned), "{typed}");
        }
    }
}
