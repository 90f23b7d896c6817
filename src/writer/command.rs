//! What can be asked of the writer, and what it answers.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use endmark_core::acceptance::Refusal;
use endmark_core::certificate::Certificate;
use endmark_core::chain::{Anchor, ChainError, RevocationList, VerifiedPath};
use endmark_core::consignment::Consignment;
use endmark_core::digest::Digest;
use endmark_core::log::LogKey;
use endmark_core::manufacturer::{Manufacturer, Organisation};
use endmark_core::number::CertificateNumber;
use endmark_core::presented::{PaperAnswer, Presented};
use endmark_core::reference::Office;
use endmark_core::regime::Document;
use rustls_pki_types::CertificateDer;
use time::OffsetDateTime;

use super::{DeclarationRequest, Held, Outcome, PositionRefused, PositionRequest, Published, SessionChange, SignedIn};
use crate::control::ControlReport;
use crate::ledger::CertificateLedger;
use crate::officer::{Officer, SessionRefused};
use crate::recall::Seen;
use crate::registry::{Caller, Grant, NotACaller};
use crate::store::RowKey;
use crate::store::certificate::Standing;
use crate::store::control::Control;
use crate::webhook::Webhook;

/// Where a command comes from.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The request's id: in the entry, in the logs and in the answer.
    pub request: String,
    /// The client certificate; `None` for the operator's own commands and the service itself.
    pub client: Option<Digest>,
    /// The officer who is signed in, by id; the officer's role is then the only one.
    pub officer: Option<String>,
}

/// A command as it is queued.
#[derive(Debug)]
pub struct Command {
    /// Where it comes from.
    pub origin: Origin,
    /// Whose turn in the queue it takes.
    pub organisation: String,
    /// What is asked.
    pub action: Action,
}

/// What is asked.
#[derive(Debug)]
pub enum Action {
    /// Take in a sealed certificate.
    Submit(Box<Submission>),
    /// Record that a well-formed seal did not verify.
    RefuseSeal {
        /// SHA-256 of its signing input.
        digest: Digest,
        /// Why.
        code: &'static str,
        /// What was sent.
        jws: Vec<u8>,
    },
    /// Suspend a certificate.
    Suspend {
        /// Which.
        number: CertificateNumber,
        /// Why.
        reason: String,
    },
    /// Lift a suspension.
    Resume {
        /// Which.
        number: CertificateNumber,
    },
    /// Revoke a certificate, for good.
    Revoke {
        /// Which.
        number: CertificateNumber,
        /// Why.
        reason: String,
    },
    /// Judge a consignment.
    Check(Box<CheckRequest>),
    /// Say whether a paper is genuine.
    Paper(Box<PaperRequest>),
    /// Hold a declaration's whole position, present it at the border, or let it pass by hand.
    Position(Box<PositionRequest>),
    /// Write off what a declaration reserved, delete its reservation, correct what was released.
    Declaration(Box<DeclarationRequest>),
    /// Record what an officer found at the border.
    Control(Box<ControlRequest>),
    /// Read a certificate's document, as customs.
    ReadDocument {
        /// Which.
        number: CertificateNumber,
        /// Where.
        office: Option<Office>,
    },
    /// Record that entries are handed out; the text says which.
    Export(String),
    /// Change the registry.
    Registry(RegistryChange),
    /// Change who is signed in.
    Session(SessionChange),
    /// Erase evidence, or have it stay.
    Archive(ArchiveChange),
    /// The service starts, stops, or counts what it turned away.
    Service(Occasion),
}

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

/// A question about a consignment, with the certificates it cites verified from their bytes.
#[derive(Debug)]
pub struct CheckRequest {
    /// The body as sent: it becomes the evidence.
    pub body: Arc<[u8]>,
    /// The consignment.
    pub consignment: Arc<Consignment>,
    /// What was found under each number cited.
    pub prepared: HashMap<CertificateNumber, Prepared>,
    /// Short forms of them that the database lacks, by the entry that accepted each.
    pub to_keep: BTreeMap<u64, Vec<u8>>,
    /// The epoch whose trust judged their paths.
    pub epoch: i64,
    /// Whether it is a precheck: what is shown then depends on whose certificates they are.
    pub precheck: bool,
    /// At the border: by which means of transport and containers the goods came, as keyed digests.
    pub means: Vec<String>,
}

impl CheckRequest {
    /// The certificates cited that this process has verified before.
    pub(super) fn seen(&self) -> impl Iterator<Item = (CertificateNumber, Seen)> {
        self.prepared.iter().filter_map(|(number, prepared)| match prepared {
            Prepared::Seen(seen) => Some((*number, *seen)),
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

/// The answer on a paper, with what may be shown beside it.
#[derive(Debug, Clone)]
pub struct PaperShown {
    /// Its number, where it has one.
    pub number: Option<CertificateNumber>,
    /// The answer.
    pub answer: PaperAnswer,
    /// What was sealed, where the register has it.
    pub certificate: Option<Arc<Certificate>>,
    /// Where its lines stand.
    pub ledger: Option<CertificateLedger>,
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

/// A control that is recorded.
#[derive(Debug, Clone)]
pub struct ControlRecorded {
    /// It, as far as it concerns the first certificate.
    pub control: Control,
    /// Controls elsewhere at about the same time that no movement explains.
    pub conflicts: Vec<Control>,
    /// Whether it was recorded before.
    pub already: bool,
}

/// Why a control is not recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ControlRefusal {
    /// Its name stands for another report.
    IdTaken,
    /// Nobody asked for this second look, as far as the caller may see.
    NothingAsked,
    /// Whoever asked cannot be the second pair of eyes.
    SameOfficer,
    /// The second look was taken.
    AlreadyAnswered,
    /// It is about other goods than those asked about.
    AnotherMatter,
}

impl ControlRefusal {
    /// Its reason code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::IdTaken => "idTaken",
            Self::NothingAsked => "nothingAsked",
            Self::SameOfficer => "sameOfficer",
            Self::AlreadyAnswered => "alreadyAnswered",
            Self::AnotherMatter => "anotherMatter",
        }
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

/// A stored certificate, verified from its bytes.
#[derive(Debug)]
pub struct Verified {
    /// SHA-256 of its signing input.
    pub digest: Digest,
    /// The payload.
    pub certificate: Arc<Certificate>,
    /// Its chain.
    pub chain: Arc<[CertificateDer<'static>]>,
    /// The path as it stood when it was accepted.
    pub path: Result<Arc<VerifiedPath>, ChainError>,
    /// When it was accepted.
    pub accepted_at: OffsetDateTime,
    /// The epoch whose anchors judged the path.
    pub epoch: i64,
}

/// A change of the registry.
#[derive(Debug)]
pub enum RegistryChange {
    /// The register's first entry.
    Created,
    /// Register a manufacturer.
    AddManufacturer(Box<Manufacturer>),
    /// Suspend or resume one.
    SetActive {
        /// Which.
        organisation: Organisation,
        /// The new state.
        active: bool,
    },
    /// Register a caller.
    AddCaller(Box<Caller>),
    /// Revoke one.
    RevokeCaller(Digest),
    /// Trust an anchor.
    AddAnchor(Box<Anchor>),
    /// Stop trusting what was accepted after a moment.
    DistrustAnchor {
        /// Which.
        fingerprint: Digest,
        /// From when on.
        after: OffsetDateTime,
    },
    /// Load a revocation list; the issuers between it and an anchor, where there are any.
    LoadList(Box<RevocationList>, Vec<CertificateDer<'static>>),
    /// Sign checkpoints under another key from the next entry on.
    RotateLogKey {
        /// The key in use.
        from: LogKey,
        /// The one that takes over.
        to: LogKey,
    },
    /// Load regimes, lists, statement sets and tables: all or none.
    LoadRegimes(Vec<Document>),
    /// Register an officer.
    AddOfficer(Box<Officer>),
    /// Suspend or resume one.
    SetOfficerActive {
        /// Which.
        id: String,
        /// The new state.
        active: bool,
    },
    /// Forget one.
    RemoveOfficer(String),
    /// Tell an organisation from now on.
    AddWebhook(Box<Webhook>),
    /// Forget a webhook.
    RemoveWebhook(String),
    /// Its receiver wants no more.
    StopWebhook {
        /// Which.
        id: String,
        /// Why.
        reason: String,
    },
}

/// A change of what evidence there is.
#[derive(Debug, Clone)]
pub enum ArchiveChange {
    /// Erase the evidence of entries, named once and in order.
    Erase {
        /// Which.
        leaves: Vec<u64>,
        /// Why.
        reason: String,
        /// Whether also what is still to be kept.
        despite_retention: bool,
    },
    /// Have evidence stay.
    AddHold {
        /// Which.
        subject: crate::archive::Subject,
        /// Why.
        reason: String,
    },
    /// Lift a hold.
    RemoveHold {
        /// Which.
        id: String,
        /// Why.
        reason: String,
    },
}

/// What the service says of itself.
#[derive(Debug)]
pub enum Occasion {
    /// It started.
    Started,
    /// It stops.
    Stopped,
    /// What it turned away in the last minute, by cause.
    TurnedAway(Vec<(&'static str, u64)>),
}

/// An answer: what was decided, and what proves it.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The decision.
    pub reply: Reply,
    /// Its entry.
    pub leaf: u64,
    /// When it was decided.
    pub at: OffsetDateTime,
    /// A checkpoint that includes the entry.
    pub published: Arc<Published>,
}

/// A decision.
#[derive(Debug, Clone)]
pub enum Reply {
    /// The certificate is in, now or since before (`already`).
    Issued {
        /// How it stands.
        standing: Box<Standing>,
        /// Whether it was there before.
        already: bool,
        /// Whether nothing is left of it, as far as its manufacturer may know.
        exhausted: bool,
    },
    /// It is not taken in.
    Refused(Box<Refusal>),
    /// Its seal did not verify; recorded.
    SealRefused,
    /// The manufacturer's reference belongs to another certificate.
    ReferenceTaken(CertificateNumber),
    /// Another document has this number: 80 bits collided, or somebody made them.
    NumberCollision,
    /// The certificate stands so now; nothing changed when `already`.
    Status {
        /// How it stands.
        standing: Box<Standing>,
        /// Whether it stood so before.
        already: bool,
    },
    /// Not there, or not the caller's.
    NotFound,
    /// The status does not allow it.
    StatusForbids(Box<Standing>),
    /// The answer on a paper.
    Paper(Box<PaperShown>),
    /// A verdict, as JSON.
    Checked(Arc<str>),
    /// A position is held, or goods were presented.
    Held(Box<Held>),
    /// A position is not held; what was held before still is.
    PositionRefused(Box<PositionRefused>),
    /// A later version of the declaration is known.
    VersionSuperseded(u32),
    /// Another organisation made the position.
    AnothersDeclaration,
    /// This organisation presented the goods.
    AnothersPresentation(String),
    /// What became of a release, a deletion or a correction.
    Outcome(Box<Outcome>),
    /// The name of a presentation stands for other goods already.
    PresentationTaken(&'static str),
    /// A correction asks for more than was released.
    AboveRelease {
        /// Where.
        item: u32,
        /// Of which line.
        line: u32,
    },
    /// A correction would give back goods that have left.
    BelowPresented {
        /// The presentation that says so.
        id: String,
        /// Where.
        office: Office,
    },
    /// An officer is signed in.
    SignedIn(SignedIn),
    /// An officer is signed out.
    SignedOut,
    /// Nobody is signed in or invited, with the reason.
    SessionRefused(SessionRefused),
    /// A control is recorded.
    ControlRecorded(Box<ControlRecorded>),
    /// A control is not recorded.
    ControlRefused(ControlRefusal),
    /// A document was shown.
    DocumentShown,
    /// The registry was changed.
    Changed,
    /// The registry was not changed, with the reason.
    NotChanged(String),
}

/// Why there is no decision.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Failure {
    /// The client certificate is no caller's.
    #[error("not a caller")]
    NotACaller(NotACaller),
    /// The caller lacks the grant.
    #[error("the caller lacks the grant")]
    Forbidden(&'static [Grant]),
    /// The officer is not registered any more, or suspended.
    #[error("not an officer")]
    NotAnOfficer,
    /// Nothing is known of the link, the client certificate or the session.
    #[error("nobody is signed in by this")]
    NotSignedIn,
    /// Trust, registry or certificates moved since the command was prepared: prepare it again.
    #[error("what the command was prepared on has changed")]
    Stale,
    /// The line is full, or the wait too long.
    #[error("too many commands are waiting")]
    Busy,
    /// The database does not answer; nothing was recorded.
    #[error("the database does not answer; nothing was recorded")]
    Unavailable,
    /// Whether the command took effect could not be found out.
    #[error("whether the command took effect could not be found out")]
    OutcomeUnknown,
    /// This command makes the database fail.
    #[error("the command could not be carried out")]
    Internal,
    /// The service has stopped taking commands.
    #[error("the service has stopped taking commands")]
    Closed,
}
