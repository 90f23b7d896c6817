//! Reading the one form: a text field, a file field, the language. Bounded, in memory, nothing on disk.

use actix_multipart::Multipart;
use actix_web::http::StatusCode;
use futures_util::StreamExt as _;

use crate::reading::BYTES_MAX;
use crate::words::Language;

/// The most parts of the form: its four fields, and room for a browser's own.
const PARTS_MAX: usize = 8;

/// What was asked.
#[derive(Debug)]
pub(super) struct Form {
    /// The file where one was chosen, else the text.
    pub(super) held_up: Vec<u8>,
    /// Whether it is a file.
    pub(super) is_file: bool,
    /// The token of the session whose page it was asked on.
    pub(super) csrf: String,
    /// The language of the page it was asked on.
    pub(super) language: Option<Language>,
}

/// Why the form is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FormError {
    /// Beyond the bound.
    TooLarge,
    /// Not the form.
    Malformed,
}

impl FormError {
    pub(super) const fn status(self) -> StatusCode {
        match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Malformed => StatusCode::BAD_REQUEST,
        }
    }

    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::TooLarge => "reason-file-too-large",
            Self::Malformed => "page-broken-off",
        }
    }
}

pub(super) async fn read(mut parts: Multipart) -> Result<Form, FormError> {
    let (mut text, mut file, mut csrf, mut language) = (Vec::new(), Vec::new(), Vec::new(), None);
    let mut bytes_left = BYTES_MAX;
    for _ in 0..PARTS_MAX {
        let Some(part) = parts.next().await else {
            let is_file = !file.is_empty();
            let held_up = if is_file { file } else { text };
            return Ok(Form { held_up, is_file, csrf: String::from_utf8(csrf).unwrap_or_default(), language });
        };
        let mut part = part.map_err(|_| FormError::Malformed)?;
        let mut body = Vec::new();
        while let Some(chunk) = part.next().await {
            let chunk = chunk.map_err(|_| FormError::Malformed)?;
            bytes_left = bytes_left.checked_sub(chunk.len()).ok_or(FormError::TooLarge)?;
            body.extend_from_slice(&chunk);
        }
        match part.name() {
            Some("text") => text = body,
            Some("file") => file = body,
            Some("csrf") => csrf = body,
            Some("language") => language = std::str::from_utf8(&body).ok().and_then(Language::from_code),
            _ => {}
        }
    }
    Err(FormError::Malformed)
}
