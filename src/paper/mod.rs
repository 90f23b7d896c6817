//! The certificate on paper: an A4 document with its facts, the statements' words, the number, the code, and the sealed
//! JWS attached (PDF/A-3), so that the file itself can be verified.

mod content;
mod font;
mod qr;
mod sheet;

use endmark_core::certificate::Certificate;
use endmark_core::digest::Digest;
use endmark_core::number::CertificateNumber;
use endmark_core::regime::StatementSet;
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::embed::{AssociationKind, EmbeddedFile, MimeType};
use krilla::metadata::{DateTime, Metadata};
use krilla::{Document, SerializeSettings};
use time::{OffsetDateTime, UtcOffset};

pub use qr::Matrix;

use crate::words::Language;

/// The name of the attachment.
pub const ATTACHMENT: &str = "certificate.jws";

/// Why a paper cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    /// The code does not fit a QR code of the version that is printed.
    #[error("the QR code cannot be drawn: {0}")]
    Qr(String),
    /// A font of the program cannot be read.
    #[error("the built-in font cannot be read")]
    Font,
    /// krilla refuses what it was given.
    #[error("the PDF cannot be written: {0}")]
    Pdf(String),
}

/// What a paper shows.
#[derive(Debug)]
pub struct Paper<'a> {
    /// Its number.
    pub number: CertificateNumber,
    /// The SHA-256 of its signing input.
    pub digest: Digest,
    /// What was sealed.
    pub certificate: &'a Certificate,
    /// Who sealed it, as the seal certificate names its organisation.
    pub sealed_by: &'a str,
    /// The JWS, byte for byte.
    pub jws: &'a str,
    /// The statements' words, where they are known here.
    pub statements: Option<&'a StatementSet>,
    /// The code to print.
    pub code: &'a str,
    /// How many lines the code leaves out.
    pub lines_left_out: u32,
    /// When it is printed.
    pub at: OffsetDateTime,
}

impl Paper<'_> {
    /// The document in PDF/A-3b.
    pub fn pdf(&self, language: Language) -> Result<Vec<u8>, PaperError> {
        let fonts = font::Fonts::load().ok_or(PaperError::Font)?;
        let matrix = Matrix::of(self.code)?;
        let sheet = content::lay_out(self, language, &fonts);
        let configuration = ConfigurationBuilder::new()
            .with_archival_validator(Archival::A3_B)
            .finish()
            .map_err(|error| PaperError::Pdf(format!("{error:?}")))?;
        let mut document = Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
        sheet.draw(&mut document, &fonts, &matrix).ok_or_else(|| PaperError::Pdf("a measure is none".to_owned()))?;
        document.embed_file(self.attachment());
        document.set_metadata(
            Metadata::new()
                .title(format!("{} {}", language.say("paper-title"), self.number))
                .language(language.code().to_owned())
                .creator(crate::entry::SOFTWARE.to_owned())
                .creation_date(date(self.at)),
        );
        document.finish().map_err(|error| PaperError::Pdf(format!("{error:?}")))
    }

    fn attachment(&self) -> EmbeddedFile {
        EmbeddedFile {
            path: ATTACHMENT.to_owned(),
            mime_type: MimeType::new("application/jose"),
            description: Some(format!("{}: the certificate as its manufacturer sealed it", self.number)),
            association_kind: AssociationKind::Source,
            data: self.jws.as_bytes().to_vec().into(),
            modification_date: Some(date(self.at)),
            compress: Some(true),
            location: None,
        }
    }
}

fn date(at: OffsetDateTime) -> DateTime {
    let at = at.to_offset(UtcOffset::UTC);
    DateTime::new(u16::try_from(at.year()).unwrap_or_default())
        .month(at.month().into())
        .day(at.day())
        .hour(at.hour())
        .minute(at.minute())
        .second(at.second())
        .utc_offset_hour(0)
        .utc_offset_minute(0)
}
