//! Where serde is more lenient than a sealed document may be.

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, Error};

use super::plain::Plain;
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
#[derive(Debug, Clone, Copy)]
pub(crate) enum Null {
    /// Under a seal "absent" has one spelling: the member is left out.
    Refused,
    /// Customs systems write it either way.
    Absent,
}

/// Reads a document in the one form that the published schemas know.
pub(crate) fn read<'de, T: Deserialize<'de> + Serialize>(document: &'de [u8], null: Null) -> Result<T, String> {
    let mut reader = serde_json::Deserializer::from_slice(document);
    let read = T::deserialize(Plain(&mut reader, null)).and_then(|read| reader.end().map(|()| read));
    read.map_err(|error| why::<T>(document, null).unwrap_or_else(|| problem(&error)))
}

/// What is wrong with a document, with the way to it where serde alone would read it.
fn why<'de, T: Deserialize<'de> + Serialize>(document: &'de [u8], null: Null) -> Option<String> {
    match serde_json::from_slice::<T>(document) {
        Ok(read) => shape(document, &read, null).err(),
        Err(error) => Some(problem(&error)),
    }
}

/// Refuses a document of another shape than what was read from it would have when written.
fn shape(document: &[u8], read: &impl Serialize, null: Null) -> Result<(), String> {
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

#[cfg(test)]
mod tests;
