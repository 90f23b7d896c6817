//! Which entries are wanted: one rule for the database, the HTTP interface, and whoever verifies a filtered export.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::entry::EntryFields;
use crate::digest::Digest;
use crate::number::CertificateNumber;

/// Which entries are wanted: those that have every member given. The empty filter wants all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Filter {
    /// Decided at this moment or later.
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    pub from: Option<OffsetDateTime>,
    /// Decided before this moment.
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    pub until: Option<OffsetDateTime>,
    /// Asked by this organisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    /// Asked with this client certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<Digest>,
    /// About this certificate, among others or alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<CertificateNumber>,
    /// About this declaration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declaration: Option<String>,
    /// Of this type.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Decided so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<String>,
    /// About this customs office.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub office: Option<String>,
}

/// Whether an entry is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// It is if its evidence names the certificate: the entry names only the first of very many.
    InEvidence,
}

impl Filter {
    /// Whether every entry is wanted.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether an entry is wanted.
    pub fn matches(&self, entry: &EntryFields<'_>) -> Match {
        let is =
            |wanted: &Option<String>, found: Option<&str>| wanted.as_deref().is_none_or(|wanted| found == Some(wanted));
        let wanted = self.from.is_none_or(|from| entry.at >= from)
            && self.until.is_none_or(|until| entry.at < until)
            && is(&self.organisation, Some(&entry.organisation))
            && self.client.is_none_or(|client| entry.client == Some(client))
            && is(&self.declaration, entry.declaration.as_deref())
            && is(&self.kind, Some(&entry.kind))
            && is(&self.decision, Some(&entry.decision))
            && is(&self.office, entry.office.as_deref());
        let Some(number) = self.certificate.filter(|_| wanted) else {
            return if wanted { Match::Yes } else { Match::No };
        };
        if entry.certificates.iter().any(|named| named.parse() == Ok(number)) {
            Match::Yes
        } else if entry.certificates_omitted > 0 {
            Match::InEvidence
        } else {
            Match::No
        }
    }
}
