//! Exact decimals in the customs form `n..16,6`.

use std::fmt;
use std::str::FromStr;

use crate::text::string_form;

/// Millionths in one unit: the format has six decimal places (EUCDM `n..16,6`).
const MILLION: i128 = 1_000_000;

/// The largest value in millionths: 12 integer digits and 6 decimals. It is what a 64-bit database
/// column holds with room to add two of them.
const MAX_MILLIONTHS: i128 = 999_999_999_999_999_999;

/// Why a decimal is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecimalError {
    /// Not `digits` or `digits.digits`.
    #[error("{0:?} is not a decimal like \"12.5\": digits, and at most one point, without sign or leading zeros")]
    Malformed(String),
    /// More than six decimal places.
    #[error("{0:?} has more than six decimal places")]
    TooPrecise(String),
    /// Above `999999999999.999999`.
    #[error("{0:?} is above the bound 999999999999.999999")]
    TooLarge(String),
}

/// A non-negative decimal, held in millionths. At most 999999999999.999999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Decimal(i128);

impl Decimal {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// From millionths; `None` below zero or above the bound.
    pub const fn from_millionths(millionths: i128) -> Option<Self> {
        if millionths < 0 || millionths > MAX_MILLIONTHS { None } else { Some(Self(millionths)) }
    }

    /// The value in millionths.
    pub const fn millionths(self) -> i128 {
        self.0
    }

    /// Whether the value is zero.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum; `None` above the bound.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).and_then(Self::from_millionths)
    }

    /// The difference; `None` below zero.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).and_then(Self::from_millionths)
    }
}

impl FromStr for Decimal {
    type Err = DecimalError;

    fn from_str(text: &str) -> Result<Self, DecimalError> {
        let quoted = || text.chars().take(40).collect::<String>();
        let (integer, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(integer) || !digits(fraction) || (integer.len() > 1 && integer.starts_with('0')) {
            return Err(DecimalError::Malformed(quoted()));
        }
        if fraction.len() > 6 {
            return Err(DecimalError::TooPrecise(quoted()));
        }
        // Both parts are short digit strings here, so only size can make reading fail.
        let number = |digits: &str| {
            digits
                .bytes()
                .fold(0_i128, |number, digit| number.saturating_mul(10).saturating_add(digit.wrapping_sub(b'0').into()))
        };
        let part = (fraction.len()..6).fold(number(fraction), |part, _| part.saturating_mul(10));
        let parsed = (integer.len() <= 12).then(|| number(integer).checked_mul(MILLION)?.checked_add(part)).flatten();
        parsed.and_then(Self::from_millionths).ok_or_else(|| DecimalError::TooLarge(quoted()))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, mut part) = (self.0.div_euclid(MILLION), self.0.rem_euclid(MILLION));
        if part == 0 {
            return write!(f, "{whole}");
        }
        let mut width = 6_usize;
        while part.rem_euclid(10) == 0 {
            part = part.div_euclid(10);
            width = width.saturating_sub(1);
        }
        write!(f, "{whole}.{part:0width$}")
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

string_form!(Decimal, "Decimal", "^(0|[1-9][0-9]{0,11})(\\.[0-9]{1,6})?$", "12.5");
