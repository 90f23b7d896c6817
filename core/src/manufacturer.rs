//! A registered manufacturer: who it is and what it was vetted for.

use std::fmt;
use std::str::FromStr;

use crate::goods::CommodityCode;
use crate::party::Identifier;
use crate::text::{Text, string_form};

/// The register's own key of an organisation; every caller and every manufacturer belongs to one.
pub type Organisation = Text<70>;

/// Why a vetted code is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a part of a commodity code: 2, 4, 6, 8 or 10 digits, such as 8422")]
pub struct VettedCodeError(String);

/// The beginning of the commodity codes that a manufacturer was vetted for: chapter, heading, subheading, CN, TARIC.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VettedCode(String);

impl FromStr for VettedCode {
    type Err = VettedCodeError;

    fn from_str(text: &str) -> Result<Self, VettedCodeError> {
        let good = matches!(text.len(), 2 | 4 | 6 | 8 | 10) && text.bytes().all(|b| b.is_ascii_digit());
        if good { Ok(Self(text.to_owned())) } else { Err(VettedCodeError(text.chars().take(16).collect())) }
    }
}

impl fmt::Display for VettedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

string_form!(VettedCode, "VettedCode", "^([0-9]{2}){1,5}$", "8422");

/// A manufacturer as the register knows it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Manufacturer {
    /// Its organisation in this register.
    pub organisation: Organisation,
    /// Its name.
    pub name: Text<140>,
    /// What identifies it; its seal certificate and its payloads must name one of these.
    pub identifiers: Vec<Identifier>,
    /// The commodity codes it was vetted for.
    pub scope: Vec<VettedCode>,
    /// Whether it may seal and its certificates count.
    pub active: bool,
}

impl Manufacturer {
    /// Whether a commodity code lies in the vetted scope. A vetted code finer than the code declared does not
    /// cover it: nobody vetted the rest of it.
    pub fn covers(&self, code: &CommodityCode) -> bool {
        let digits = code.digits();
        self.scope.iter().any(|vetted| digits.starts_with(&vetted.0))
    }

    /// Whether an identifier is one of its own.
    pub fn is(&self, identifier: &Identifier) -> bool {
        self.identifiers.contains(identifier)
    }
}
