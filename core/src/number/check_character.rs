//! The check character of ISO 7064 MOD 37,36, a hybrid system over 0 to 9 and A to Z.
//!
//! It catches every single substitution and all but 36 of 22,680 adjacent transpositions (counted in the tests).

/// The check character of a text of digits and capital letters; `None` for any other text.
///
/// ISO 7064, hybrid system: with P = 36, for each character S = P + value, reduced mod 36 to 1..=36, then P = 2 S mod 37; the check
/// character makes P plus its value congruent to 1 mod 36.
pub(super) fn of(text: &str) -> Option<char> {
    let product = text.chars().try_fold(36_u32, |product, character| Some(step(product, value(character)?)))?;
    char::from_digit(37_u32.checked_sub(product)?.checked_rem(36)?, 36).map(|c| c.to_ascii_uppercase())
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
pub(super) fn value(character: char) -> Option<u32> {
    if character.is_ascii_lowercase() { None } else { character.to_digit(36) }
}
