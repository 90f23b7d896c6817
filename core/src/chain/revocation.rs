//! What the lists say of a path.

use std::fmt;

use time::OffsetDateTime;

use super::list::Entry;
use super::path::Step;
use super::{RevocationList, Trust, VerifiedPath};

/// What the lists say, now, of a path that was relied on at a moment; the gravest of its certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revocation {
    /// A fresh list of every issuer, and none of the certificates in them.
    Good,
    /// Revoked in a way that counts: not after acceptance, or for the compromise of a key.
    Revoked {
        /// From when: the revocation date, or the invalidity date where that is earlier.
        at: OffsetDateTime,
        /// The reason (RFC 5280, 5.3.1).
        reason: &'static str,
        /// Whose certificate.
        subject: String,
    },
    /// Revoked after acceptance for a reason that leaves the seal standing: a warning.
    RevokedLater {
        /// From when.
        at: OffsetDateTime,
        /// The reason.
        reason: &'static str,
        /// Whose certificate.
        subject: String,
    },
    /// An issuer's list is missing, too old, or not signed by it: nobody can tell.
    ListStale {
        /// Whose list.
        issuer: String,
        /// When the newest list held was to be replaced; `None` where none is held.
        next_update: Option<OffsetDateTime>,
    },
}

impl Revocation {
    const fn gravity(&self) -> u8 {
        match self {
            Self::Good => 0,
            Self::RevokedLater { .. } => 1,
            Self::ListStale { .. } => 2,
            Self::Revoked { .. } => 3,
        }
    }
}

impl fmt::Display for Revocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Good => f.write_str("not revoked"),
            Self::Revoked { at, reason, subject } => write!(f, "{subject} was revoked as of {at} ({reason})"),
            Self::RevokedLater { at, reason, subject } => {
                write!(f, "{subject} was revoked as of {at} ({reason}), after the register accepted the seal")
            }
            Self::ListStale { issuer, next_update: Some(next) } => {
                write!(f, "the newest revocation list of {issuer} ended {next}; the operator loads a newer one")
            }
            Self::ListStale { issuer, next_update: None } => {
                write!(f, "no revocation list of {issuer} is loaded; the operator loads one")
            }
        }
    }
}

impl Trust {
    /// What the lists say `now` of a path that was relied on at `accepted_at`.
    ///
    /// Every certificate below the anchor needs its issuer's list, issued not after `now` and before its next update.
    /// A revocation counts when its date or invalidity date is not after `accepted_at`, or when its reason is
    /// keyCompromise or cACompromise; a hold (certificateHold) is a revocation for as long as it is on the list. A
    /// revocation found in an outdated list still counts.
    pub fn revocation(&self, path: &VerifiedPath, accepted_at: OffsetDateTime, now: OffsetDateTime) -> Revocation {
        let said = path.steps.iter().map(|step| self.of_certificate(step, accepted_at, now));
        // The first of equal gravity: the seal certificate before its issuers.
        said.fold(Revocation::Good, |gravest, next| if next.gravity() > gravest.gravity() { next } else { gravest })
    }

    fn of_certificate(&self, step: &Step, accepted_at: OffsetDateTime, now: OffsetDateTime) -> Revocation {
        let issuer = &step.issuer;
        let held: Vec<&RevocationList> = self
            .lists_of(&issuer.name, &issuer.key_identifier)
            .iter()
            .rev()
            .filter(|list| issuer.signs_lists && list.this_update() <= now && list.verifies_under(&issuer.key))
            .collect();
        let Some(newest) = held.first() else {
            return Revocation::ListStale { issuer: issuer.readable.clone(), next_update: None };
        };
        if let Some(entry) = find(&held, step) {
            let (at, reason, subject) = (entry.effective_from(), entry.reason(), step.subject.clone());
            if entry.is_compromise() || at <= accepted_at {
                return Revocation::Revoked { at, reason, subject };
            }
            if now < newest.next_update() {
                return Revocation::RevokedLater { at, reason, subject };
            }
        }
        if now < newest.next_update() {
            return Revocation::Good;
        }
        Revocation::ListStale { issuer: issuer.readable.clone(), next_update: Some(newest.next_update()) }
    }
}

/// The entry of a certificate. The newest list decides, with one exception: after a certificate has expired its issuer
/// may take it off (RFC 5280, 3.3), so the versions issued since its expiry, and the last one before, are asked too.
fn find<'a>(newest_first: &[&'a RevocationList], step: &Step) -> Option<&'a Entry> {
    for list in newest_first {
        let found = list.entry(&step.serial);
        if found.is_some() || list.this_update() <= step.not_after {
            return found;
        }
    }
    None
}
