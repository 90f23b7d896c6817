//! The fonts of the paper: Noto Sans with the letters of Europe (Latin, Greek, Cyrillic), under the Open Font License.

use any_ascii::any_ascii_char;
use krilla::text::Font;
use ttf_parser::Face;

static REGULAR: &[u8] = include_bytes!("../../assets/fonts/NotoSans-Regular.ttf");
static BOLD: &[u8] = include_bytes!("../../assets/fonts/NotoSans-Bold.ttf");

/// One weight.
pub(super) struct Weight {
    pub(super) font: Font,
    face: Face<'static>,
}

/// Both weights.
pub(super) struct Fonts {
    pub(super) regular: Weight,
    pub(super) bold: Weight,
}

impl Fonts {
    pub(super) fn load() -> Option<Self> {
        let weight = |bytes: &'static [u8]| {
            Some(Weight { font: Font::new(bytes.into(), 0)?, face: Face::parse(bytes, 0).ok()? })
        };
        Some(Self { regular: weight(REGULAR)?, bold: weight(BOLD)? })
    }

    pub(super) const fn weight(&self, bold: bool) -> &Weight {
        if bold { &self.bold } else { &self.regular }
    }

    /// A text in letters that the fonts have: others are transliterated. Also whether any was.
    pub(super) fn shown(&self, text: &str) -> (String, bool) {
        let mut shown = String::with_capacity(text.len());
        let mut replaced = false;
        for character in text.chars() {
            if self.regular.face.glyph_index(character).is_some() {
                shown.push(character);
            } else {
                replaced = true;
                let letters = any_ascii_char(character);
                shown.push_str(if letters.is_empty() { "?" } else { letters });
            }
        }
        (shown, replaced)
    }
}

impl Weight {
    /// How wide a text is at a size, in points.
    pub(super) fn width(&self, text: &str, size: f32) -> f32 {
        let units: u32 = text
            .chars()
            .filter_map(|character| self.face.glyph_index(character))
            .filter_map(|glyph| self.face.glyph_hor_advance(glyph))
            .map(u32::from)
            .sum();
        // A line has a few thousand characters at most: u16 chunks keep the conversion exact without `as`.
        let units = f32::from(u16::try_from(units / 8).unwrap_or(u16::MAX)) * 8.0;
        units * size / f32::from(self.face.units_per_em())
    }
}
