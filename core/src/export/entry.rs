//! What an export's reader must know of an entry.

use std::borrow::Cow;

use serde::Deserialize;
use time::OffsetDateTime;

use super::error::ExportError;
use crate::digest::Digest;

/// The members of an entry that filters and evidence ask for; all others are ignored (`docs/LOG.md`).
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EntryFields<'a> {
    /// Its place in the log.
    pub leaf: u64,
    /// Its type.
    #[serde(rename = "type", borrow)]
    pub kind: Cow<'a, str>,
    /// When it was decided.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Who asked.
    #[serde(borrow)]
    pub organisation: Cow<'a, str>,
    /// The client certificate it came with.
    pub client: Option<Digest>,
    /// The customs office concerned.
    #[serde(borrow)]
    pub office: Option<Cow<'a, str>>,
    /// The certificates concerned.
    #[serde(default)]
    pub certificates: Vec<String>,
    /// How many more the evidence names.
    #[serde(default)]
    pub certificates_omitted: u64,
    /// The declaration concerned.
    #[serde(borrow)]
    pub declaration: Option<Cow<'a, str>>,
    /// Another subject.
    #[serde(borrow)]
    pub subject: Option<Cow<'a, str>>,
    /// What the subject took the place of.
    #[serde(borrow)]
    pub previous: Option<Cow<'a, str>>,
    /// What was changed of the subject.
    #[serde(borrow)]
    pub change: Option<Cow<'a, str>>,
    /// The decision.
    #[serde(borrow)]
    pub decision: Cow<'a, str>,
    /// Its reasons.
    #[serde(default)]
    pub reasons: Vec<String>,
    /// The entries whose evidence it erased.
    #[serde(default)]
    pub erased: Vec<u64>,
    /// SHA-256 of salt and evidence.
    pub evidence: Option<Digest>,
}

impl<'a> EntryFields<'a> {
    /// Reads an entry's bytes.
    pub fn parse(entry: &'a [u8]) -> Result<Self, ExportError> {
        serde_json::from_slice(entry).map_err(|error| ExportError::json("entry", &error))
    }
}
