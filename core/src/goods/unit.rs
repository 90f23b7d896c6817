//! Units of measure: UNECE Recommendation 20 codes as customs and companies write them.

use std::fmt;
use std::str::FromStr;

use super::decimal::Decimal;
use crate::text::string_form;

/// Why a unit code is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a unit code: 2 to 4 capital letters or digits (UNECE Rec 20), such as NAR or KGM")]
pub struct UnitError(String);

/// A unit code, 2 to 4 capital letters or digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unit {
    bytes: [u8; 4],
    length: u8,
}

/// What can be converted into each other exactly: code, dimension, how many of the dimension's
/// smallest unit. Source: UNECE Rec 20; TARIC writes pieces as NAR, companies as H87, C62 or EA.
const EQUIVALENCES: [(&str, u8, i128); 9] = [
    ("GRM", 1, 1),
    ("KGM", 1, 1_000),
    ("TNE", 1, 1_000_000),
    ("NAR", 2, 1),
    ("H87", 2, 1),
    ("C62", 2, 1),
    ("EA", 2, 1),
    ("CEN", 2, 100),
    ("MIL", 2, 1_000),
];

/// What converting a quantity gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conversion {
    /// The same amount, to the millionth.
    Exact(Decimal),
    /// The true amount lies between two millionths; this is the upper one, so that a reservation
    /// never takes less than it should.
    RoundedUp(Decimal),
    /// The units measure different things, or one of them is not in the table.
    NotComparable,
    /// The result is above the bound of [`Decimal`].
    TooLarge,
}

impl Conversion {
    /// The amount, rounded up where it does not come out even: nothing is given away.
    pub const fn value(self) -> Option<Decimal> {
        match self {
            Self::Exact(value) | Self::RoundedUp(value) => Some(value),
            Self::NotComparable | Self::TooLarge => None,
        }
    }
}

impl Unit {
    /// The code.
    pub fn as_str(&self) -> &str {
        self.bytes.get(..usize::from(self.length)).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or("")
    }

    /// Converts an amount of this unit to another one.
    pub fn convert(self, value: Decimal, to: Self) -> Conversion {
        if self == to {
            return Conversion::Exact(value);
        }
        let find = |unit: Self| EQUIVALENCES.iter().find(|(code, ..)| *code == unit.as_str());
        let (Some((_, from_dimension, from)), Some((_, to_dimension, to))) = (find(self), find(to)) else {
            return Conversion::NotComparable;
        };
        if from_dimension != to_dimension {
            return Conversion::NotComparable;
        }
        let Some(smallest) = value.millionths().checked_mul(*from) else { return Conversion::TooLarge };
        let (Some(whole), Some(rest)) = (smallest.checked_div(*to), smallest.checked_rem(*to)) else {
            return Conversion::NotComparable;
        };
        let rounded = if rest == 0 { Some(whole) } else { whole.checked_add(1) };
        match rounded.and_then(Decimal::from_millionths) {
            None => Conversion::TooLarge,
            Some(value) if rest == 0 => Conversion::Exact(value),
            Some(value) => Conversion::RoundedUp(value),
        }
    }
}

impl FromStr for Unit {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let refused = || UnitError(text.chars().take(12).collect());
        let good = text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if !good || !(2..=4).contains(&text.len()) {
            return Err(refused());
        }
        let mut bytes = [0; 4];
        for (slot, byte) in bytes.iter_mut().zip(text.bytes()) {
            *slot = byte;
        }
        Ok(Self { bytes, length: u8::try_from(text.len()).map_err(|_| refused())? })
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

string_form!(Unit, "Unit", "^[A-Z0-9]{2,4}$", "NAR");
