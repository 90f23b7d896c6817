//! Countries of the Union's geonomenclature.

use std::fmt;
use std::str::FromStr;

use crate::text::string_form;

/// Codes the Union's geonomenclature has beside ISO 3166 alpha-2 (Implementing Regulation (EU) 2020/1470):
/// Northern Ireland, Kosovo, Ceuta, Melilla, Serbia.
const UNION_CODES: [&str; 5] = ["XI", "XK", "XC", "XL", "XS"];

/// The Member States, for "after leaving the Union".
const MEMBER_STATES: [&str; 27] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
    "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// Why a country code is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a country code of the Union's geonomenclature (two capital letters, such as KZ)")]
pub struct CountryError(String);

/// A country, two capital letters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

impl Country {
    /// Belarus.
    pub const BY: Self = Self(*b"BY");
    /// Russia.
    pub const RU: Self = Self(*b"RU");

    /// The code.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("")
    }

    /// Whether the country is a Member State of the Union.
    pub fn in_union(&self) -> bool {
        MEMBER_STATES.contains(&self.as_str())
    }
}

impl FromStr for Country {
    type Err = CountryError;

    fn from_str(text: &str) -> Result<Self, CountryError> {
        let refused = || CountryError(text.chars().take(12).collect());
        let known = UNION_CODES.contains(&text)
            || (text.bytes().all(|b| b.is_ascii_uppercase()) && rust_iso3166::from_alpha2(text).is_some());
        match text.as_bytes() {
            &[first, second] if known => Ok(Self([first, second])),
            _ => Err(refused()),
        }
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

string_form!(Country, "Country", "^[A-Z]{2}$", "KZ");
