//! What the register knows of the certificates cited.

use std::collections::BTreeMap;
use std::sync::Arc;

use time::OffsetDateTime;

use crate::certificate::Certificate;
use crate::manufacturer::Manufacturer;
use crate::number::CertificateNumber;
use crate::position::Need;
use crate::reference::Mrn;

/// What was looked up. A number that is cited and not here was not looked up, which is a fault and not "unknown".
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// By number.
    pub certificates: BTreeMap<CertificateNumber, Cited>,
    /// Whether an officer decided on this declaration by hand.
    pub overridden: bool,
}

/// What stands under a number.
#[derive(Debug, Clone)]
pub enum Cited {
    /// Nothing: no such certificate in this register.
    Unknown,
    /// Something that does not verify: a fault of this register, with its reason.
    Unreadable(String),
    /// A certificate.
    Known(Arc<Known>),
}

/// A certificate, verified from its bytes, as it stands now.
#[derive(Debug, Clone)]
pub struct Known {
    /// Its number.
    pub number: CertificateNumber,
    /// Its payload.
    pub certificate: Arc<Certificate>,
    /// When the register accepted it.
    pub accepted_at: OffsetDateTime,
    /// Its stored status.
    pub status: StoredStatus,
    /// How its seal stands.
    pub seal: SealStanding,
    /// How its manufacturer stands.
    pub manufacturer: ManufacturerStanding,
    /// What the ledger says of it, for this consignment.
    pub ledger: LedgerStanding,
}

/// What the ledger says of a certificate, as the consignment asked about needs it.
#[derive(Debug, Clone, Default)]
pub struct LedgerStanding {
    /// What is needed of each line cited; a line that is not here counts as untouched.
    pub needs: BTreeMap<u32, Need>,
    /// Whether nothing is left of any line.
    pub exhausted: bool,
    /// The other movement that it is bound to.
    pub bound_to: Option<Mrn>,
    /// Whether officers let goods pass beside the ledger.
    pub overridden: bool,
}

impl LedgerStanding {
    /// Whether the movement holds all that is needed: then time and the wants of others no longer matter.
    pub fn covers_everything(&self) -> bool {
        !self.needs.is_empty() && self.needs.values().all(Need::takes_nothing_new)
    }
}

/// The status that is stored; expired, exhausted and not yet valid follow from time and ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoredStatus {
    /// Neither suspended nor revoked nor replaced.
    Valid,
    /// Suspended by its manufacturer.
    Suspended {
        /// Why.
        reason: String,
        /// Since when.
        since: OffsetDateTime,
    },
    /// Revoked by its manufacturer, for good.
    Revoked {
        /// Why.
        reason: String,
        /// Since when.
        since: OffsetDateTime,
    },
    /// Replaced by another one.
    Replaced {
        /// By which.
        by: Option<CertificateNumber>,
        /// Since when.
        since: OffsetDateTime,
    },
}

impl StoredStatus {
    /// Its name.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Suspended { .. } => "suspended",
            Self::Revoked { .. } => "revoked",
            Self::Replaced { .. } => "replaced",
        }
    }
}

/// How a seal stands: its path judged at acceptance, revocation judged now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SealStanding {
    /// Good.
    Trusted,
    /// No path to a trusted anchor.
    Untrusted(String),
    /// Revoked in a way that counts.
    Revoked {
        /// Whose, when, why.
        detail: String,
    },
    /// Revoked after acceptance for a reason that leaves the seal standing.
    RevokedLater {
        /// Whose, when, why.
        detail: String,
    },
    /// No fresh list: nobody can tell.
    ListStale {
        /// Whose list.
        detail: String,
    },
}

/// How a manufacturer stands.
#[derive(Debug, Clone)]
pub enum ManufacturerStanding {
    /// Registered; whether it is active and what it was vetted for is inside.
    Known(Arc<Manufacturer>),
    /// Not registered (any more).
    Unregistered,
    /// Its row does not verify: a fault of this register.
    Unreadable,
}
