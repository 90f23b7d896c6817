//! Finding the sealed certificate in a PDF.
//!
//! A PDF is a program for a page; nothing of it is run here. Every stream in the file is looked at where it stands, its
//! first bytes inflated, and only one that begins like a JWS is inflated further, up to the bound of one. An attachment
//! is always a stream of its own (ISO 32000-1, 7.5.7), so a file that a viewer saved again still has it.

use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_zlib_with_limit};

use crate::seal::{self, JWS_BYTES_MAX};

/// The most bytes of a PDF: a certificate of a thousand lines with its fonts is below a tenth of it.
pub const PDF_BYTES_MAX: usize = 8 * 1024 * 1024;

/// The most streams looked at: a certificate of a thousand lines has some hundred.
const STREAMS_MAX: usize = 4_096;

/// How many bytes are inflated to tell what a stream is.
const PEEK_BYTES: usize = 16;

/// How a JWS begins: a base64url JSON object, `{"`.
const JWS_START: &[u8] = b"eyJ";

/// Why a PDF gives no certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AttachmentError {
    /// Too large.
    #[error("the PDF has {found} bytes, at most {PDF_BYTES_MAX} are read")]
    TooLarge {
        /// Its size in bytes.
        found: usize,
    },
    /// Not a PDF.
    #[error("this is not a PDF")]
    NotAPdf,
    /// More streams than any paper has.
    #[error("the PDF has more than {STREAMS_MAX} streams: it is not a certificate's")]
    TooManyStreams,
    /// Nothing attached that is a sealed certificate.
    #[error("no sealed certificate is attached to this PDF: a copy that was printed to PDF loses it; use the original")]
    None,
    /// Two different ones: which of them the pages show, nobody can tell.
    #[error("more than one sealed certificate is attached to this PDF")]
    Several,
}

impl AttachmentError {
    /// The reason code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "pdfTooLarge",
            Self::NotAPdf => "pdfMalformed",
            Self::TooManyStreams => "pdfTooManyStreams",
            Self::None => "pdfNothingAttached",
            Self::Several => "pdfSeveralAttached",
        }
    }
}

/// Whether these bytes are meant as a PDF.
pub fn is_pdf(bytes: &[u8]) -> bool {
    bytes.starts_with(b"%PDF-")
}

/// The JWS attached to a PDF, well-formed but not verified.
pub fn sealed_certificate(pdf: &[u8]) -> Result<Vec<u8>, AttachmentError> {
    if pdf.len() > PDF_BYTES_MAX {
        return Err(AttachmentError::TooLarge { found: pdf.len() });
    }
    if !is_pdf(pdf) {
        return Err(AttachmentError::NotAPdf);
    }
    let mut found: Option<Vec<u8>> = None;
    let mut rest = pdf;
    for _ in 0..STREAMS_MAX {
        let Some((data, after)) = next_stream(rest) else { return found.ok_or(AttachmentError::None) };
        rest = after;
        let Some(jws) = jws(data) else { continue };
        match &found {
            Some(first) if *first != jws => return Err(AttachmentError::Several),
            Some(_) => {}
            None => found = Some(jws),
        }
    }
    Err(AttachmentError::TooManyStreams)
}

/// What follows the next `stream` keyword, as data and as where to look on.
fn next_stream(mut bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    const KEYWORD: &[u8] = b"stream";
    loop {
        let at = bytes.windows(KEYWORD.len()).position(|window| window == KEYWORD)?;
        let (before, from) = bytes.split_at_checked(at)?;
        let after = from.get(KEYWORD.len()..)?;
        let ends = before.ends_with(b"end");
        // The keyword ends its line (7.3.8.1): elsewhere the word is content.
        let data = after.strip_prefix(b"\r\n").or_else(|| after.strip_prefix(b"\n"));
        if let (false, Some(data)) = (ends, data) {
            return Some((data, data));
        }
        bytes = after;
    }
}

/// The JWS that a stream's data holds, deflated or as it is.
fn jws(data: &[u8]) -> Option<Vec<u8>> {
    let begins = match decompress_to_vec_zlib_with_limit(data, PEEK_BYTES) {
        Ok(all) => all,
        Err(stopped) if stopped.status == TINFLStatus::HasMoreOutput => stopped.output,
        Err(_) => Vec::new(),
    };
    let bytes = if begins.starts_with(JWS_START) {
        decompress_to_vec_zlib_with_limit(data, JWS_BYTES_MAX).ok()?
    } else if data.starts_with(JWS_START) {
        let is_jws = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        data.iter().copied().take_while(is_jws).take(JWS_BYTES_MAX.saturating_add(1)).collect()
    } else {
        return None;
    };
    let jws = bytes.trim_ascii().to_vec();
    seal::parse(&jws).is_ok().then_some(jws)
}

#[cfg(test)]
mod tests {
    use super::*;

    const JWS: &[u8] = include_bytes!("../testdata/seal/example.jws");

    fn pdf(streams: &[(&[u8], bool)]) -> Vec<u8> {
        let mut pdf = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
        for (number, (data, deflate)) in (1..).zip(streams) {
            let (data, filter) = if *deflate {
                (miniz_oxide::deflate::compress_to_vec_zlib(data, 6), "/Filter /FlateDecode ")
            } else {
                (data.to_vec(), "")
            };
            pdf.extend(format!("{number} 0 obj\n<< {filter}/Length {} >>\nstream\n", data.len()).bytes());
            pdf.extend(data);
            pdf.extend(b"\nendstream\nendobj\n");
        }
        pdf
    }

    #[test]
    fn the_attachment_is_found_deflated_or_not_among_other_streams() {
        let page: &[u8] = b"BT /F1 12 Tf (a stream\nof words) Tj ET";
        for deflate in [true, false] {
            let file = pdf(&[(page, true), (page, false), (JWS, deflate), (page, true)]);
            assert_eq!(sealed_certificate(&file).unwrap(), JWS.trim_ascii(), "{deflate}");
        }
    }

    #[test]
    fn a_pdf_without_one_or_with_two_is_refused() {
        assert_eq!(sealed_certificate(&pdf(&[(b"eyJhbGciOiJub25lIn0.e30.", true)])), Err(AttachmentError::None));
        let mut other = JWS.trim_ascii().to_vec();
        let last = other.len() - 8;
        other[last] = if other[last] == b'A' { b'B' } else { b'A' };
        assert_eq!(sealed_certificate(&pdf(&[(JWS, true), (&other, false)])), Err(AttachmentError::Several));
        assert!(sealed_certificate(&pdf(&[(JWS, true), (JWS, false)])).is_ok(), "the same twice is one");
        assert_eq!(sealed_certificate(JWS), Err(AttachmentError::NotAPdf));
    }

    #[test]
    fn a_bomb_in_a_pdf_is_not_inflated() {
        let mut bomb = b"eyJ".to_vec();
        bomb.resize(64 * 1024 * 1024, b'A');
        let file = pdf(&[(&bomb, true)]);
        assert!(file.len() < 100_000);
        assert_eq!(sealed_certificate(&file), Err(AttachmentError::None));
        assert_eq!(
            sealed_certificate(&pdf(&vec![(b"x".as_slice(), false); 5_000])),
            Err(AttachmentError::TooManyStreams)
        );
        let large = [b"%PDF-1.7\n".as_slice(), &vec![b' '; PDF_BYTES_MAX]].concat();
        assert!(matches!(sealed_certificate(&large), Err(AttachmentError::TooLarge { .. })));
    }
}
