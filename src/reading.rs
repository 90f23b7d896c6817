//! What somebody at the border holds up: a number, a code, a sealed certificate, a PDF, a photo of a code, the MRN of a
//! declaration. Told apart by the bytes themselves, never by a file's name; no address in a code is followed.

mod keyboard;

pub(crate) use keyboard::LAYOUTS;

use endmark_core::attachment::{self, AttachmentError};
use endmark_core::number::{CertificateNumber, NumberError};
use endmark_core::reference::Mrn;
use endmark_core::seal::{self, SealError, UnverifiedSeal};
use endmark_core::token::{self, TokenError, UnverifiedToken};
use endmark_scan::ScanError;

/// The most bytes that are read: a photo's bound, the largest of all.
pub const BYTES_MAX: usize = endmark_scan::PHOTO_BYTES_MAX;

/// The most bytes of what was typed or scanned as text.
const TEXT_BYTES_MAX: usize = seal::JWS_BYTES_MAX;

/// What it turned out to be.
#[derive(Debug)]
pub enum Read {
    /// A certificate's number.
    Number(CertificateNumber),
    /// The code of a paper, as scanned and as read.
    Code(String, Box<UnverifiedToken>),
    /// A sealed certificate, as it came and as read.
    Seal(String, Box<UnverifiedSeal>),
    /// A declaration.
    Declaration(Mrn),
}

/// Why it cannot be read: misread, damaged, or something else altogether.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Nothing at all.
    #[error("there is nothing to read: type a number, scan a code, or choose a file")]
    Nothing,
    /// Nothing that this system writes.
    #[error("this is neither a certificate number, nor a code of this system, nor a sealed certificate, nor an MRN")]
    Unknown,
    /// A code that cannot be read.
    #[error(transparent)]
    Code(#[from] TokenError),
    /// Like a number, but mistyped.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// A seal that is not in form.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A PDF without a certificate.
    #[error(transparent)]
    Pdf(#[from] AttachmentError),
    /// A photo without a code.
    #[error(transparent)]
    Photo(#[from] ScanError),
}

impl ReadError {
    /// The reason code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Nothing => "nothingToRead",
            Self::Unknown => "notOfThisSystem",
            Self::Code(error) => error.code(),
            Self::Number(error) => error.code(),
            Self::Seal(error) => error.code(),
            Self::Pdf(error) => error.code(),
            Self::Photo(error) => error.code(),
        }
    }
}

/// Reads bytes of any of these kinds.
pub fn read(bytes: &[u8]) -> Result<Read, ReadError> {
    if endmark_scan::is_photo(bytes) {
        return photographed(&endmark_scan::codes(bytes)?);
    }
    if attachment::is_pdf(bytes) {
        let jws = attachment::sealed_certificate(bytes)?;
        return sealed(&String::from_utf8(jws).map_err(|_| ReadError::Unknown)?);
    }
    if bytes.len() > TEXT_BYTES_MAX {
        return Err(ReadError::Unknown);
    }
    typed(std::str::from_utf8(bytes).map_err(|_| ReadError::Unknown)?)
}

/// The codes in one photo: the one of this system, whatever else is stuck on the paper.
fn photographed(codes: &[String]) -> Result<Read, ReadError> {
    let mut refused = None;
    for code in codes {
        match typed(code) {
            Ok(read) => return Ok(read),
            Err(error @ ReadError::Unknown) => drop(refused.get_or_insert(error)),
            Err(error) => refused = Some(error),
        }
    }
    Err(refused.unwrap_or(ReadError::Unknown))
}

/// Reads what was typed, pasted or scanned as text; also under another keyboard layout than the scanner's.
pub fn typed(text: &str) -> Result<Read, ReadError> {
    let refused = match as_typed(text) {
        Err(error @ (ReadError::Unknown | ReadError::Number(_) | ReadError::Code(_))) => error,
        read => return read,
    };
    keyboard::taken_back(text).find_map(|text| as_typed(&text).ok()).ok_or(refused)
}

fn as_typed(text: &str) -> Result<Read, ReadError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(ReadError::Nothing);
    }
    if text.starts_with(token::PREFIX) {
        return Ok(Read::Code(text.to_owned(), Box::new(token::parse(text)?)));
    }
    if text.matches('.').count() == 2 && text.starts_with("eyJ") {
        return sealed(text);
    }
    if let Ok(mrn) = text.to_ascii_uppercase().replace(' ', "").parse() {
        return Ok(Read::Declaration(mrn));
    }
    match text.parse() {
        Ok(number) => Ok(Read::Number(number)),
        Err(error @ NumberError::Mistyped { .. }) => Err(error.into()),
        Err(NumberError::Malformed { .. }) if begins_like_a_number(text) => {
            Err(NumberError::Malformed { found: text.chars().take(48).collect() }.into())
        }
        Err(NumberError::Malformed { .. }) => Err(ReadError::Unknown),
    }
}

fn sealed(jws: &str) -> Result<Read, ReadError> {
    Ok(Read::Seal(jws.to_owned(), Box::new(seal::parse(jws.as_bytes())?)))
}

fn begins_like_a_number(text: &str) -> bool {
    text.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("EDC"))
}

#[cfg(test)]
mod tests {
    use super::{Read, read, typed};

    #[test]
    fn each_kind_is_told_by_its_content() {
        assert!(matches!(typed(" edc 7k3m 9qxd 41tz p0ab 0\n"), Ok(Read::Number(_))));
        assert!(matches!(typed("26ltvr1000EX000017"), Ok(Read::Declaration(_))));
        let jws = include_bytes!("../core/testdata/seal/example.jws");
        assert!(matches!(read(jws), Ok(Read::Seal(..))));
    }

    #[test]
    fn a_scanner_may_type_under_lithuanian_german_and_cyrillic_layouts() {
        for typed_text in ["EDC-ųKęM-„QXD-ėąTZ-P“AB-“", "EDCß7K3Mß9QXDß41TYßP0ABß0", "УВС-7Л3Ь-9ЙЧВ-41ЕЯ-З0ФИ-0"]
        {
            match typed(typed_text) {
                Ok(Read::Number(number)) => assert_eq!(number.to_string(), "EDC-7K3M-9QXD-41TZ-P0AB-0"),
                other => panic!("{typed_text}: {other:?}"),
            }
        }
        assert!(matches!(typed("čšLTVRą“““EX““““ąų"), Ok(Read::Declaration(_))));
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let code = |bytes: &[u8]| read(bytes).map(|_| ()).unwrap_err().code();
        assert_eq!(code(b"  "), "nothingToRead");
        assert_eq!(code(b"https://evil.example/EDC1:ABC"), "notOfThisSystem");
        assert_eq!(code(b"HC1:6BFOXN"), "notOfThisSystem");
        assert_eq!(code(b"EDC1:NCFOX"), "tokenBase45");
        assert_eq!(code(b"EDC-7K3M-9QXD-41TZ-P0AB-X"), "numberMistyped");
        assert_eq!(code(b"EDC-7K3M"), "numberMalformed");
        assert_eq!(code(b"eyJ.eyJ.AAAA"), "sealBase64NotCanonical");
        assert_eq!(code(b"%PDF-1.7\nnothing"), "pdfNothingAttached");
        assert_eq!(code(b"\xff\xfe\x00"), "notOfThisSystem");
    }
}
