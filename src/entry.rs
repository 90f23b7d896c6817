//! Entries of the audit log: what was decided, by whom, on what. Fields and types: docs/LOG.md.
//!
//! Only ids, codes and digests: names and addresses stay in the evidence, which can be erased.

mod logged;

pub use logged::Logged;

use endmark_core::digest::Digest;
use endmark_core::position::{Claim, ClaimKey, Position};
use endmark_core::reference::Mrn;
use endmark_core::verdict::Source;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::store::ledger::Presented;

/// The version of this shape. 2 added `role`, `officer`, `change` and `erased`.
const VERSION: u8 = 2;

/// What the service calls itself in entries.
pub const SOFTWARE: &str = concat!("endmark ", env!("CARGO_PKG_VERSION"));

/// The kinds of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// A certificate was submitted: issued, there already, or refused.
    CertificateSubmitted,
    /// A certificate was suspended.
    CertificateSuspended,
    /// A suspension was lifted.
    CertificateResumed,
    /// A certificate was revoked.
    CertificateRevoked,
    /// Customs checked a consignment.
    ConsignmentChecked,
    /// A manufacturer or declarant prechecked one.
    ConsignmentPrechecked,
    /// Customs asked whether a paper is genuine.
    PaperChecked,
    /// Customs reserved a declaration's position, or was refused.
    DeclarationReserved,
    /// Customs released goods.
    DeclarationReleased,
    /// A reservation was deleted.
    ReservationDeleted,
    /// What was released was corrected or invalidated.
    DeclarationCorrected,
    /// An officer let a declaration pass by hand.
    DeclarationOverridden,
    /// Goods were presented at the border.
    GoodsPresented,
    /// Goods presented at the border were turned back.
    GoodsTurnedBack,
    /// An officer recorded a control at the border.
    ControlRecorded,
    /// A manufacturer was registered, suspended or resumed.
    ManufacturerChanged,
    /// A caller was registered or revoked.
    ClientChanged,
    /// A trust anchor was added or distrusted.
    AnchorChanged,
    /// A revocation list was loaded.
    RevocationListLoaded,
    /// A webhook was added, removed or stopped.
    WebhookChanged,
    /// An officer was added, suspended, resumed or removed.
    OfficerChanged,
    /// A one-time link was made for an officer.
    OfficerInvited,
    /// An officer signed in, or took over from a colleague; or was refused.
    OfficerSignedIn,
    /// An officer signed out.
    OfficerSignedOut,
    /// Customs read a certificate's document.
    DocumentRead,
    /// Entries were exported, or read by an auditor.
    ExportMade,
    /// Evidence was erased.
    EvidenceErased,
    /// Evidence must stay, or need not any more.
    LegalHoldChanged,
    /// Another key signs the checkpoints from here on.
    KeyChanged,
    /// The clock is behind the time of the log.
    ClockSetBack,
    /// The register was made.
    RegisterCreated,
    /// Regimes, lists, statement sets or tables were loaded.
    RegimeLoaded,
    /// The service started.
    ServiceStarted,
    /// The service stopped.
    ServiceStopped,
    /// Requests that were turned away without a decision, counted by cause.
    RequestsTurnedAway,
}

impl Kind {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CertificateSubmitted => "certificateSubmitted",
            Self::CertificateSuspended => "certificateSuspended",
            Self::CertificateResumed => "certificateResumed",
            Self::CertificateRevoked => "certificateRevoked",
            Self::ConsignmentChecked => "consignmentChecked",
            Self::ConsignmentPrechecked => "consignmentPrechecked",
            Self::PaperChecked => "paperChecked",
            Self::DeclarationReserved => "declarationReserved",
            Self::DeclarationReleased => "declarationReleased",
            Self::ReservationDeleted => "reservationDeleted",
            Self::DeclarationCorrected => "declarationCorrected",
            Self::DeclarationOverridden => "declarationOverridden",
            Self::GoodsPresented => "goodsPresented",
            Self::GoodsTurnedBack => "goodsTurnedBack",
            Self::ControlRecorded => "controlRecorded",
            Self::ManufacturerChanged => "manufacturerChanged",
            Self::ClientChanged => "clientChanged",
            Self::AnchorChanged => "anchorChanged",
            Self::RevocationListLoaded => "revocationListLoaded",
            Self::WebhookChanged => "webhookChanged",
            Self::OfficerChanged => "officerChanged",
            Self::OfficerInvited => "officerInvited",
            Self::OfficerSignedIn => "officerSignedIn",
            Self::OfficerSignedOut => "officerSignedOut",
            Self::DocumentRead => "documentRead",
            Self::ExportMade => "exportMade",
            Self::EvidenceErased => "evidenceErased",
            Self::LegalHoldChanged => "legalHoldChanged",
            Self::KeyChanged => "keyChanged",
            Self::ClockSetBack => "clockSetBack",
            Self::RegisterCreated => "registerCreated",
            Self::RegimeLoaded => "regimeLoaded",
            Self::ServiceStarted => "serviceStarted",
            Self::ServiceStopped => "serviceStopped",
            Self::RequestsTurnedAway => "requestsTurnedAway",
        }
    }

    /// Whether such an entry, when its decision is `done`, changed rows of the registry: the epoch counts these.
    pub const fn changes_the_registry(self) -> bool {
        matches!(
            self,
            Self::ManufacturerChanged
                | Self::ClientChanged
                | Self::AnchorChanged
                | Self::RevocationListLoaded
                | Self::WebhookChanged
                | Self::OfficerChanged
                | Self::KeyChanged
                | Self::RegimeLoaded
        )
    }
}

/// The most certificates that an entry names; a consignment may cite more.
pub const CERTIFICATES_MAX: usize = 512;

/// The most rows that an entry spells out; more are named by their digest and kept beside it: an entry must fit the
/// 65,535 bytes that C2SP entry bundles give it.
const ROWS_MAX: usize = 300;

/// Rows as an entry holds them. Gives those that it names only by their digest, with their name.
pub(crate) fn rows_or_digest(
    record: &mut serde_json::Map<String, Value>,
    name: &'static str,
    rows: Vec<Value>,
) -> Option<(&'static str, Vec<u8>)> {
    if rows.len() <= ROWS_MAX {
        record.insert(name.to_owned(), Value::from(rows));
        return None;
    }
    let body = Value::from(rows).to_string().into_bytes();
    record.insert(format!("{name}Digest"), Value::from(Digest::of(&body).to_string()));
    Some((name, body))
}

/// A declaration's position as entries hold it: goods item, certificate, line, quantity and excess in millionths.
pub(crate) fn position_rows(position: &Position, declaration: &Mrn) -> Vec<Value> {
    let row = |(key, claim): (&ClaimKey, &Claim)| {
        let (quantity, excess) = (claim.quantity.to_string(), claim.excess.to_string());
        json!([key.item.item, key.line.certificate, key.line.line, quantity, excess])
    };
    position.claims_of(declaration).map(row).collect()
}

/// Goods presented as entries hold them: goods item, certificate, line, quantity in millionths.
pub(crate) fn presented_rows(goods: &[Presented]) -> Vec<Value> {
    goods.iter().map(|of| json!([of.item, of.certificate, of.line, of.millionths.to_string()])).collect()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde's `skip_serializing_if` asks for")]
const fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// An entry before it has its place.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry<'a> {
    /// Its place in the log.
    pub leaf: u64,
    /// Version of this shape.
    version: u8,
    /// What kind.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// When it was decided.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// The request it answers.
    pub request: &'a str,
    /// The organisation that asked; the operator's changes say `operator`.
    pub organisation: &'a str,
    /// The client certificate it came with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<Digest>,
    /// In which role it was asked: the grant that allowed it, `operator`, or `service`.
    pub role: &'a str,
    /// The officer who asked, by the id of the registry (`ofc_…`); one that a customs system names, under a keyed
    /// pseudonym.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub officer: Option<&'a str>,
    /// The customs office concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub office: Option<&'a str>,
    /// The certificates concerned.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub certificates: &'a [String],
    /// How many more certificates the evidence names: an entry must fit the 65,535 bytes that C2SP entry bundles
    /// give it.
    #[serde(skip_serializing_if = "is_zero")]
    pub certificates_omitted: usize,
    /// SHA-256 of the JWS signing input, for a certificate that was submitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// The declaration concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declaration: Option<&'a str>,
    /// Another subject: a fingerprint, an organisation, an issuer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<&'a str>,
    /// What the subject took the place of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<&'a str>,
    /// What was changed of it, as a code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<&'a str>,
    /// The decision.
    pub decision: &'a str,
    /// Its reasons, as codes.
    #[serde(skip_serializing_if = "<[&str]>::is_empty")]
    pub reasons: &'a [&'a str],
    /// The regimes the decision rests on.
    #[serde(skip_serializing_if = "<[Source]>::is_empty")]
    pub regimes: &'a [Source],
    /// The lists it rests on.
    #[serde(skip_serializing_if = "<[Source]>::is_empty")]
    pub lists: &'a [Source],
    /// What the command did to the ledger: enough to do it again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ledger: Option<&'a serde_json::Value>,
    /// The entries whose evidence was erased.
    #[serde(skip_serializing_if = "<[u64]>::is_empty")]
    pub erased: &'a [u64],
    /// What was turned away, for the aggregates.
    #[serde(skip_serializing_if = "<[(&str, u64)]>::is_empty")]
    pub counts: &'a [(&'static str, u64)],
    /// The version that decided.
    software: &'static str,
    /// SHA-256 of salt and evidence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Digest>,
}

impl<'a> Entry<'a> {
    /// An entry with nothing but its frame.
    pub const fn new(kind: Kind, at: OffsetDateTime, request: &'a str, organisation: &'a str) -> Self {
        Self {
            leaf: 0,
            version: VERSION,
            kind,
            at,
            request,
            organisation,
            client: None,
            role: "",
            officer: None,
            office: None,
            certificates: &[],
            certificates_omitted: 0,
            digest: None,
            declaration: None,
            subject: None,
            previous: None,
            change: None,
            decision: "",
            reasons: &[],
            regimes: &[],
            lists: &[],
            ledger: None,
            erased: &[],
            counts: &[],
            software: SOFTWARE,
            evidence: None,
        }
    }

    /// The bytes that are hashed and kept. They are never serialised again.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }
}
