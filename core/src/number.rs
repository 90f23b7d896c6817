//! The certificate number: derived from what was sealed, written so that people and scanners can carry it.

mod check_character;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use crate::digest::Digest;
use crate::text::string_form;

/// Crockford's base 32: no I, L, O (read as 1, 1, 0) and no U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// 80 bits in groups of five.
const BODY: usize = 16;
/// How a number is written, and what stands there for a character.
const FORM: [u8; 25] = *b"EDC-____-____-____-____-_";
const PLACE: u8 = b'_';
/// What a person may type for 21 significant characters; bounds the work on hostile input.
const TYPED_BYTES_MAX: usize = 128;

/// The number of a certificate: the first 80 bits of the SHA-256 of its JWS signing input.
///
/// Written `EDC-` and four groups of four characters of Crockford's base 32, then an ISO 7064 MOD 37,36 check
/// character over those sixteen. It locates a certificate; only the full digest proves which one it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CertificateNumber([u8; 10]);

/// Why a text is not a certificate number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Not the form at all.
    #[error("{found:?} is not a certificate number: wanted the form EDC-7K3M-9QXD-41TZ-P0AB-0")]
    Malformed {
        /// What was given, cut short.
        found: String,
    },
    /// The form is right, the check character is not.
    #[error(
        "the number ends in {found}, its other characters ask for {expected}: \
         a typing or reading error, read the number again"
    )]
    Mistyped {
        /// The check character that the sixteen characters ask for.
        expected: char,
        /// The one that stands there.
        found: char,
    },
}

impl NumberError {
    /// The reason code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "numberMalformed",
            Self::Mistyped { .. } => "numberMistyped",
        }
    }
}

impl CertificateNumber {
    /// The number of the certificate whose JWS signing input has this SHA-256.
    pub fn of(signing_input: &Digest) -> Self {
        let mut bits = [0; 10];
        for (slot, byte) in bits.iter_mut().zip(signing_input.as_bytes()) {
            *slot = *byte;
        }
        Self(bits)
    }

    /// The 80 bits, as they begin the digest.
    pub const fn as_bytes(&self) -> &[u8; 10] {
        &self.0
    }

    /// The sixteen characters between prefix and check character: two halves of 40 bits.
    fn body(&self) -> [u8; BODY] {
        let mut body = [b'0'; BODY];
        for (characters, bytes) in body.chunks_exact_mut(BODY / 2).zip(self.0.chunks_exact(5)) {
            let mut bits = bytes.iter().fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
            for character in characters.iter_mut().rev() {
                *character = ALPHABET.get(usize::try_from(bits & 31).unwrap_or_default()).copied().unwrap_or(b'0');
                bits >>= 5;
            }
        }
        body
    }

    /// The number as it is written.
    fn written(&self) -> [u8; FORM.len()] {
        let body = self.body();
        // The body is of the check character's alphabet by construction.
        let check = check_character::of(&body).unwrap_or(b'?');
        let mut written = FORM;
        let places = written.iter_mut().filter(|place| **place == PLACE);
        for (place, symbol) in places.zip(body.into_iter().chain([check])) {
            *place = symbol;
        }
        written
    }

    /// Reads a number in exactly the form in which it is written: what databases and systems send.
    fn exact(text: &str) -> Option<Self> {
        let text: &[u8; FORM.len()] = text.as_bytes().try_into().ok()?;
        if text.iter().zip(&FORM).any(|(found, form)| found != form && *form != PLACE) {
            return None;
        }
        let mut body = [0; BODY];
        let places = text.iter().zip(&FORM).filter(|(_, form)| **form == PLACE);
        for (slot, (symbol, _)) in body.iter_mut().zip(places) {
            *slot = *symbol;
        }
        let number = Self::from_symbols(&body)?;
        (check_character::of(&body).as_ref() == text.last()).then_some(number)
    }

    /// The sixteen characters as bits.
    fn from_symbols(symbols: &[u8]) -> Option<Self> {
        let mut number = [0; 10];
        for (slots, symbols) in number.chunks_exact_mut(5).zip(symbols.chunks_exact(BODY / 2)) {
            let bits = symbols.iter().try_fold(0_u64, |bits, symbol| Some((bits << 5) | u64::from(value(*symbol)?)))?;
            for (slot, byte) in slots.iter_mut().zip(bits.to_be_bytes().into_iter().skip(3)) {
                *slot = byte;
            }
        }
        Some(Self(number))
    }
}

/// The place of a character in [`ALPHABET`].
const fn value(symbol: u8) -> Option<u8> {
    let before = match symbol {
        b'0'..=b'9' => b'0',
        b'A'..=b'H' => b'A' - 10,
        b'J' | b'K' => b'J' - 18,
        b'M' | b'N' => b'M' - 20,
        b'P'..=b'T' => b'P' - 22,
        b'V'..=b'Z' => b'V' - 27,
        _ => return None,
    };
    Some(symbol.wrapping_sub(before))
}

impl From<[u8; 10]> for CertificateNumber {
    fn from(bits: [u8; 10]) -> Self {
        Self(bits)
    }
}

impl fmt::Display for CertificateNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.written()).unwrap_or_default())
    }
}

impl fmt::Debug for CertificateNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for CertificateNumber {
    type Err = NumberError;

    /// Forgiving where no other number can be meant: letter case, the `EDC` prefix, spaces and dashes, and Crockford's
    /// O for 0, I and L for 1. The check character is never guessed: it is there to catch the wrong guesses.
    fn from_str(text: &str) -> Result<Self, NumberError> {
        if let Some(number) = Self::exact(text) {
            return Ok(number);
        }
        let malformed = || NumberError::Malformed { found: text.chars().take(48).collect() };
        if text.len() > TYPED_BYTES_MAX {
            return Err(malformed());
        }
        let typed: String =
            text.chars().filter(|&c| !c.is_whitespace() && !is_dash(c)).map(|c| c.to_ascii_uppercase()).collect();
        // 20 and 17 characters cannot be confused, so a body that itself begins with EDC is safe.
        let typed = match typed.strip_prefix("EDC") {
            Some(rest) if rest.len() == BODY.saturating_add(1) => rest,
            Some(_) | None => &typed,
        };
        let (body, last) = typed.split_at_checked(BODY).ok_or_else(malformed)?;
        let mut last = last.chars();
        let (Some(found), None) = (last.next(), last.next()) else { return Err(malformed()) };
        let body: String = body.chars().map(as_crockford).collect();
        let (Some(number), Some(expected), true) = (
            Self::from_symbols(body.as_bytes()),
            check_character::of(body.as_bytes()).map(char::from),
            found.is_ascii_uppercase() || found.is_ascii_digit(),
        ) else {
            return Err(malformed());
        };
        if found == expected { Ok(number) } else { Err(NumberError::Mistyped { expected, found }) }
    }
}

/// Word processors turn the hyphen into its typographic relatives.
const fn is_dash(character: char) -> bool {
    matches!(character, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

const fn as_crockford(character: char) -> char {
    match character {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    }
}

string_form!(
    CertificateNumber,
    "CertificateNumber",
    "^EDC(-[0-9A-HJKMNP-TV-Z]{4}){4}-[0-9A-Z]$",
    "EDC-7K3M-9QXD-41TZ-P0AB-0"
);
