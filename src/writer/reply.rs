//! What the writer answers.

use std::sync::Arc;

use endmark_core::acceptance::Refusal;
use endmark_core::certificate::Certificate;
use endmark_core::number::CertificateNumber;
use endmark_core::presented::PaperAnswer;
use endmark_core::reference::Office;
use time::OffsetDateTime;

use super::{Held, Outcome, PositionRefused, Published, SignedIn};
use crate::ledger::CertificateLedger;
use crate::officer::SessionRefused;
use crate::registry::{Grant, NotACaller};
use crate::store::certificate::Standing;
use crate::store::control::Control;

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
