//! What can be asked of the writer.

use endmark_core::chain::{Anchor, RevocationList};
use endmark_core::digest::Digest;
use endmark_core::log::LogKey;
use endmark_core::manufacturer::{Manufacturer, Organisation};
use endmark_core::number::CertificateNumber;
use endmark_core::reference::Office;
use endmark_core::regime::Document;
use rustls_pki_types::CertificateDer;
use time::OffsetDateTime;

use super::{
    CheckRequest, ControlRequest, DeclarationRequest, PaperRequest, PositionRequest, SessionChange, Submission,
};
use crate::officer::Officer;
use crate::registry::Caller;
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
