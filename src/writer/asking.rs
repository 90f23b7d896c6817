//! Documents as they come to the writer: read, and verified as far as can be done before its turn.

use std::collections::HashMap;
use std::sync::Arc;

use endmark_core::certificate::Certificate;
use endmark_core::chain::{ChainError, VerifiedPath};
use endmark_core::consignment::Consignment;
use endmark_core::digest::Digest;
use endmark_core::number::CertificateNumber;
use endmark_core::presented::Presented;
use time::OffsetDateTime;

use crate::control::ControlReport;
use crate::recall::{Seen, ToKeep, Verified};
use crate::store::RowKey;

/// A certificate whose signature verifies, with what was found about its chain.
#[derive(Debug)]
pub struct Submission {
    /// The sealed bytes.
    pub jws: Vec<u8>,
    /// Its number.
    pub number: CertificateNumber,
    /// SHA-256 of the signing input.
    pub digest: Digest,
    /// The payload.
    pub certificate: Arc<Certificate>,
    /// Its `iat`.
    pub sealed_at: OffsetDateTime,
    /// Its short form, to be kept beside the sealed bytes.
    pub short_form: Vec<u8>,
    /// The path of its chain.
    pub path: Result<Arc<VerifiedPath>, ChainError>,
    /// The epoch whose trust judged the path.
    pub epoch: i64,
}

/// A question about a consignment, with the certificates it cites verified from their bytes, now or earlier in this
/// process.
#[derive(Debug)]
pub struct CheckRequest {
    /// The body as sent: it becomes the evidence.
    pub body: Arc<[u8]>,
    /// The consignment.
    pub consignment: Arc<Consignment>,
    /// What was found under each number cited.
    pub prepared: HashMap<CertificateNumber, Prepared>,
    /// Short forms of them that the database lacks.
    pub to_keep: Vec<ToKeep>,
    /// The epoch whose trust judged their paths.
    pub epoch: i64,
    /// Whether it is a precheck: what is shown then depends on whose certificates they are.
    pub precheck: bool,
    /// At the border: by which means of transport and containers the goods came, as keyed digests.
    pub means: Vec<String>,
}

impl CheckRequest {
    /// How long what it brings is, and what is to be read for it.
    pub(super) fn bytes(&self) -> usize {
        let kept = self.to_keep.iter().map(|of| of.short_form.len());
        let read = self.seen().map(|(_, seen)| seen.length());
        kept.chain(read).fold(self.body.len(), usize::saturating_add)
    }

    /// The certificates cited that this process has verified before.
    pub(super) fn seen(&self) -> impl Iterator<Item = (CertificateNumber, &Seen)> {
        self.prepared.iter().filter_map(|(number, prepared)| match prepared {
            Prepared::Seen(seen) => Some((*number, seen)),
            Prepared::Absent | Prepared::Unreadable(_) | Prepared::Verified(_) => None,
        })
    }
}

/// A paper that somebody holds up.
#[derive(Debug)]
pub struct PaperRequest {
    /// What it proves by itself.
    pub presented: Presented,
    /// What stands under its number, verified from its bytes.
    pub prepared: Option<Prepared>,
    /// The registry it was prepared on.
    pub epoch: i64,
    /// What is kept of it.
    pub evidence: serde_json::Value,
}

/// What an officer found.
#[derive(Debug, Clone)]
pub struct ControlRequest {
    /// The report.
    pub report: Arc<ControlReport>,
    /// The report as it is kept: evidence.
    pub body: Vec<u8>,
    /// A keyed digest of what makes it the same report.
    pub content: String,
    /// The officer's pseudonym.
    pub pseudonym: String,
}

impl ControlRequest {
    /// A report of an organisation's officer, under the key of the rows; `registered` is the pseudonym of an officer that
    /// the register knows, who else is named has one of this key.
    pub fn new(
        report: ControlReport,
        organisation: &str,
        registered: Option<String>,
        key: &RowKey,
    ) -> Result<Self, serde_json::Error> {
        let body = serde_json::to_vec(&report)?;
        let content = key.digest("control", &report.content()?);
        let pseudonym = registered.unwrap_or_else(|| key.pseudonym(organisation, report.officer.as_str()));
        Ok(Self { report: Arc::new(report), body, content, pseudonym })
    }
}

/// What was found under a number.
#[derive(Debug, Clone)]
pub enum Prepared {
    /// Nothing.
    Absent,
    /// Bytes that do not verify: a fault of this register.
    Unreadable(String),
    /// A certificate that this process has verified from its bytes before: the writer reads its short form.
    Seen(Seen),
    /// A certificate, verified from its bytes.
    Verified(Arc<Verified>),
}
