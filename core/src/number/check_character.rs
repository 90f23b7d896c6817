//! The check character of ISO 7064 MOD 37,36, a hybrid system over 0 to 9 and A to Z.
//!
//! It catches every single substitution and all but 36 of 22,680 adjacent transpositions (counted in the tests).

/// The check character of a text of digits and capital letters; `None` for any other text.
///
/// ISO 7064, hybrid system: with P = 36, for each character S = P + value, reduced mod 36 to 1..=36, then P = 2 S mod 37; the check
/// character makes P plus its value congruent to 1 mod 36.
pub(super) fn of(text: &[u8]) -> Option<u8> {
    let product = text.iter().try_fold(36_u32, |product, character| Some(step(product, value(*character)?)))?;
    let value = u8::try_from(37_u32.checked_sub(product)?.checked_rem(36)?).ok()?;
    Some(if value < 10 { value.wrapping_add(b'0') } else { value.wrapping_add(b'A' - 10) })
}

/// One round; `product` and the result lie in 1..=36.
pub(super) const fn step(product: u32, value: u32) -> u32 {
    let sum = match product.wrapping_add(value) % 36 {
        0 => 36,
        sum => sum,
    };
    sum.wrapping_mul(2) % 37
}

/// 0 to 9, then A = 10 to Z = 35.
pub(super) fn value(character: u8) -> Option<u32> {
    match character {
        b'0'..=b'9' => Some(u32::from(character.wrapping_sub(b'0'))),
        b'A'..=b'Z' => Some(u32::from(character.wrapping_sub(b'A' - 10))),
        _ => None,
    }
}
