//! The beginning of a commodity code, as an ordered key without allocation.

use crate::goods::CommodityCode;

/// TARIC codes have ten digits, and lists go no further.
const DIGITS: usize = 10;

/// 10 to the power of what is not said, by the number of digits said.
const UNITS: [u64; DIGITS + 1] =
    [10_000_000_000, 1_000_000_000, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];

/// Up to ten digits, filled up with zeros, and how many of them are said. In this order everything below a code stands
/// right after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Prefix {
    digits: u64,
    length: usize,
}

impl Prefix {
    fn of(said: impl Iterator<Item = u8>) -> Self {
        let mut prefix = Self { digits: 0, length: 0 };
        for digit in said.take(DIGITS) {
            let digit = u64::from(digit.saturating_sub(b'0'));
            prefix.digits = prefix.digits.saturating_mul(10).saturating_add(digit);
            prefix.length = prefix.length.saturating_add(1);
        }
        prefix.digits = prefix.digits.saturating_mul(unit(prefix.length));
        prefix
    }

    /// A code as printed in an act. Trailing pairs of zeros say nothing there: 9006 00 00 is heading 9006.
    pub(super) fn printed(code: &str) -> Self {
        let mut digits = code;
        while digits.len() > 4
            && let Some(shorter) = digits.strip_suffix("00")
        {
            digits = shorter;
        }
        Self::of(digits.bytes())
    }

    /// A code as declared: HS subheading, CN and TARIC where they are said. 00 refines nothing there either, so that
    /// it does not slip past a finer entry.
    pub(super) fn declared(code: &CommodityCode) -> Self {
        let hs = code.harmonized_system_subheading_code.as_str().bytes();
        let Some(cn) = &code.combined_nomenclature_code else { return Self::of(hs) };
        let taric = code.taric_code.as_ref().map_or("00", |taric| taric.as_str());
        let said = match (cn.as_str(), taric) {
            ("00", "00") => return Self::of(hs),
            (cn, "00") => hs.chain(cn.bytes()).chain("".bytes()),
            (cn, taric) => hs.chain(cn.bytes()).chain(taric.bytes()),
        };
        Self::of(said)
    }

    /// How many digits are said.
    pub(super) const fn length(self) -> usize {
        self.length
    }

    /// Its first four digits as a number.
    pub(super) fn heading(self) -> usize {
        self.digits.checked_div(1_000_000).and_then(|heading| usize::try_from(heading).ok()).unwrap_or(0)
    }

    /// Its first digits.
    pub(super) fn cut(self, length: usize) -> Self {
        let length = length.min(self.length);
        let rest = self.digits.checked_rem(unit(length)).unwrap_or(0);
        Self { digits: self.digits.saturating_sub(rest), length }
    }

    /// Whether the other one lies below it or is the same.
    pub(super) fn covers(self, other: Self) -> bool {
        self.length <= other.length && other.cut(self.length) == self
    }
}

fn unit(length: usize) -> u64 {
    UNITS.get(length).copied().unwrap_or(1)
}
