//! The beginning of a commodity code, as an ordered key without allocation.

use crate::goods::CommodityCode;

/// The lists go down to the Combined Nomenclature.
const DIGITS: usize = 8;

/// Up to eight digits, filled up with zeros, and how many of them are said. In this order everything below a code
/// stands right after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Prefix {
    digits: [u8; DIGITS],
    length: usize,
}

impl Prefix {
    fn of(said: impl Iterator<Item = u8>) -> Self {
        let mut prefix = Self { digits: [b'0'; DIGITS], length: 0 };
        for (slot, digit) in prefix.digits.iter_mut().zip(said) {
            *slot = digit;
            prefix.length = prefix.length.saturating_add(1);
        }
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

    /// A code as declared: HS subheading, and CN where it is said. 00 refines nothing there either, so that it does
    /// not slip past a finer entry.
    pub(super) fn declared(code: &CommodityCode) -> Self {
        let cn = code.combined_nomenclature_code.as_ref().map_or("", |cn| cn.as_str());
        let cn = if cn == "00" { "" } else { cn };
        Self::of(code.harmonized_system_subheading_code.as_str().bytes().chain(cn.bytes()))
    }

    /// How many digits are said.
    pub(super) const fn length(self) -> usize {
        self.length
    }

    /// Its first digits.
    pub(super) fn cut(self, length: usize) -> Self {
        Self::of(self.digits.into_iter().take(length.min(self.length)))
    }

    /// Whether the other one lies below it or is the same.
    pub(super) fn covers(self, other: Self) -> bool {
        self.length <= other.length && other.cut(self.length) == self
    }
}
