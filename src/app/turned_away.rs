//! What is turned away without a decision: counted by cause, and one entry a minute, so that nobody can fill the
//! log from outside.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Why a request was turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// A client certificate that nobody registered.
    UnknownCaller,
    /// A revoked client certificate.
    RevokedCaller,
    /// An expired client certificate.
    ExpiredCaller,
    /// A caller without the grant.
    Forbidden,
    /// A body that is not what the endpoint reads.
    Malformed,
    /// A body beyond its bound.
    TooLarge,
    /// Another content type.
    MediaType,
    /// A link, client certificate or PIN that signs no officer in.
    NotSignedIn,
    /// A page asked for without a session, or with one that is over.
    NoSession,
    /// A form that another site, or another session's page, sent.
    ForeignForm,
    /// More than the caller's quota.
    Quota,
    /// The line was full.
    Busy,
}

impl Cause {
    /// Its name in entries and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnknownCaller => "unknownCaller",
            Self::RevokedCaller => "revokedCaller",
            Self::ExpiredCaller => "expiredCaller",
            Self::Forbidden => "forbidden",
            Self::Malformed => "malformed",
            Self::TooLarge => "tooLarge",
            Self::MediaType => "mediaType",
            Self::NotSignedIn => "notSignedIn",
            Self::NoSession => "noSession",
            Self::ForeignForm => "foreignForm",
            Self::Quota => "quota",
            Self::Busy => "busy",
        }
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Count {
    ever: u64,
    unrecorded: u64,
}

/// Counts by cause: all ever, and those not yet in an entry.
#[derive(Debug, Default)]
pub struct TurnedAway(Mutex<BTreeMap<Cause, Count>>);

impl TurnedAway {
    fn counts(&self) -> MutexGuard<'_, BTreeMap<Cause, Count>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts one.
    pub fn count(&self, cause: Cause) {
        let mut counts = self.counts();
        let count = counts.entry(cause).or_default();
        count.ever = count.ever.saturating_add(1);
        count.unrecorded = count.unrecorded.saturating_add(1);
    }

    /// All ever, by cause.
    pub fn ever(&self) -> Vec<(&'static str, u64)> {
        self.counts().iter().map(|(cause, count)| (cause.as_str(), count.ever)).collect()
    }

    /// Takes what is not yet in an entry.
    pub fn take(&self) -> Vec<(&'static str, u64)> {
        let mut taken = Vec::new();
        for (cause, count) in self.counts().iter_mut() {
            let unrecorded = std::mem::take(&mut count.unrecorded);
            if unrecorded > 0 {
                taken.push((cause.as_str(), unrecorded));
            }
        }
        taken
    }
}
