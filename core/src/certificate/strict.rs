//! Where serde is more lenient than a sealed document may be.

use serde::de::{Deserialize, Deserializer, Error};

use super::shape::Shape;
use crate::number::CertificateNumber;

/// The longest message of the JSON reader that is passed on, in characters. It quotes member names and values as the
/// sender wrote them, at any length.
const PROBLEM_CHARACTERS_MAX: usize = 300;

/// The message of the JSON reader, cut short and without control characters, which could forge a line of a log.
pub(crate) fn problem(error: &serde_json::Error) -> String {
    let shown = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
    error.to_string().chars().take(PROBLEM_CHARACTERS_MAX).map(shown).collect()
}

/// Whether a `null` may say that a member is absent.
#[derive(Clone, Copy)]
pub(crate) enum Null {
    /// Under a seal "absent" has one spelling: the member is left out.
    Refused,
    /// Customs systems write it either way.
    Absent,
}

/// Refuses a document of another shape than what was read from it would have when written.
///
/// serde reads a struct from an array of its members and a choice from an object, so that the names which say what a
/// value means could be left out; the published schemas know no such forms.
pub(crate) fn shape(document: &[u8], read: &impl serde::Serialize, null: Null) -> Result<(), String> {
    let written = serde_json::to_vec(read).map_err(|error| problem(&error))?;
    let written: Shape<'_> = serde_json::from_slice(&written).map_err(|error| problem(&error))?;
    let document: Shape<'_> = serde_json::from_slice(document).map_err(|error| problem(&error))?;
    document.compare(&written, null).map_err(|(mut path, fault)| {
        path.reverse();
        format!("{}: {fault}", path.join("."))
    })
}

/// Reads a number in the one form in which it is written; the forgiving reading is for people and scanners.
pub(super) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<CertificateNumber>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let number: CertificateNumber = text.parse().map_err(D::Error::custom)?;
    if number.to_string() == text {
        Ok(Some(number))
    } else {
        Err(D::Error::custom(format!("write the certificate number as {number}")))
    }
}
