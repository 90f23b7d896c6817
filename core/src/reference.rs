//! References customs gives: MRN, LRN, offices.

use std::fmt;
use std::str::FromStr;

use crate::goods::Country;
use crate::party::Identifier;
use crate::text::string_form;

/// Why a reference is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// Not the an18 form of an MRN.
    #[error("{0:?} is not an MRN: 2 digits of the year, 2 letters of the country, 14 capital letters or digits")]
    Mrn(String),
    /// Not the an..22 form of an LRN.
    #[error("{0:?} is not an LRN: 1 to 22 letters, digits or -_/.")]
    Lrn(String),
    /// Not the an8 form of a customs office.
    #[error("{0:?} is not a customs office: a country code and 6 capital letters or digits")]
    Office(String),
}

fn cut(text: &str) -> String {
    text.chars().take(40).collect()
}

fn capital(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

/// A movement reference number, an18.
///
/// The check digit that UCC annexes describe for the last place is not enforced: national systems
/// differ in it, and a refused honest truck is worse than a number that matches nothing.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mrn([u8; 18]);

impl Mrn {
    /// The 18 characters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("")
    }
}

impl FromStr for Mrn {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let refused = || ReferenceError::Mrn(cut(text));
        let (year, rest) = text.split_at_checked(2).ok_or_else(refused)?;
        let (country, serial) = rest.split_at_checked(2).ok_or_else(refused)?;
        let good = year.bytes().all(|b| b.is_ascii_digit())
            && country.parse::<Country>().is_ok()
            && serial.bytes().all(capital);
        match text.as_bytes().try_into() {
            Ok(characters) if good => Ok(Self(characters)),
            _ => Err(refused()),
        }
    }
}

impl fmt::Display for Mrn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Mrn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

string_form!(Mrn, "Mrn", "^[0-9]{2}[A-Z]{2}[A-Z0-9]{14}$", "26LTVR1000EX000017");

/// A local reference number, an..22: unique only together with its declarant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lrn(String);

impl Lrn {
    /// The characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Lrn {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'/' | b'.');
        if (1..=22).contains(&text.len()) && text.bytes().all(allowed) {
            return Ok(Self(text.to_owned()));
        }
        Err(ReferenceError::Lrn(cut(text)))
    }
}

impl fmt::Display for Lrn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

string_form!(Lrn, "Lrn", "^[A-Za-z0-9/_.-]{1,22}$", "EX-2026-000417");

/// What names a declaration. An LRN is nothing without its declarant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "type", deny_unknown_fields)]
pub enum DeclarationReference {
    /// By MRN.
    #[serde(rename = "MRN")]
    Mrn {
        /// The MRN.
        value: Mrn,
    },
    /// By LRN and declarant.
    #[serde(rename = "LRN")]
    Lrn {
        /// The LRN.
        value: Lrn,
        /// Whose LRN it is.
        declarant: Identifier,
    },
}

impl fmt::Display for DeclarationReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mrn { value } => write!(f, "{value}"),
            Self::Lrn { value, declarant } => write!(f, "{value} of {declarant}"),
        }
    }
}

/// A customs office, an8: country and 6 characters (EUCDM group 17).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Office([u8; 8]);

impl Office {
    /// The 8 characters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("")
    }

    /// The country code the office begins with.
    pub fn country(&self) -> Option<Country> {
        self.as_str().get(..2).and_then(|code| code.parse().ok())
    }
}

impl FromStr for Office {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let country = text.get(..2).is_some_and(|code| code.parse::<Country>().is_ok());
        match text.as_bytes().try_into() {
            Ok(characters) if country && text.bytes().all(capital) => Ok(Self(characters)),
            _ => Err(ReferenceError::Office(cut(text))),
        }
    }
}

impl fmt::Display for Office {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Office {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

string_form!(Office, "Office", "^[A-Z]{2}[A-Z0-9]{6}$", "LTVR1000");
