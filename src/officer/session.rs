//! One-time links and sessions as the register keeps them.

use endmark_core::digest::Digest;
use time::OffsetDateTime;

use crate::config::Officers;

/// A link that signs one officer in, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its id: the officer's, and eight digits more.
    pub id: String,
    /// SHA-256 of its secret.
    pub digest: Digest,
    /// Whom it signs in.
    pub officer: String,
    /// Until when.
    pub until: OffsetDateTime,
    /// When it was used.
    pub used: Option<OffsetDateTime>,
    /// How often it was refused.
    pub refused: u16,
    /// The entry that last said something of it.
    pub leaf: u64,
}

/// An officer who is signed in with a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of what the cookie holds.
    pub digest: Digest,
    /// Who.
    pub officer: String,
    /// Since when.
    pub began: OffsetDateTime,
    /// When something was last asked, to the minute.
    pub used: OffsetDateTime,
    /// The client certificate that it began with: it is good only on connections that show it.
    pub certificate: Option<Digest>,
    /// What proves the PIN.
    pub pin: Option<Vec<u8>>,
    /// How many wrong PINs there were in a row.
    pub wrong_pins: u16,
    /// A colleague works at this browser: only the PIN brings it back.
    pub parked: bool,
}

/// How far a session is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It acts.
    Good,
    /// Its PIN brings it back.
    NeedsPin,
    /// It is over.
    Over,
}

impl Session {
    /// How far it is good. A session left alone needs its PIN; without one it is over.
    pub fn standing(&self, limits: &Officers, now: OffsetDateTime) -> Standing {
        let over = now >= self.began.saturating_add(limits.session());
        let idle = now >= self.used.saturating_add(limits.idle());
        match (over, self.parked || idle, &self.pin) {
            (true, ..) | (false, true, None) => Standing::Over,
            (false, true, Some(_)) => Standing::NeedsPin,
            (false, false, _) => Standing::Good,
        }
    }
}

/// Why an officer is not signed in, or does not invite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SessionRefused {
    /// The link was used before.
    #[error("this link was used already")]
    LinkUsed,
    /// The link's time is over.
    #[error("this link's time is over")]
    LinkExpired,
    /// The officer is suspended or removed.
    #[error("the officer is not active")]
    OfficerNotActive,
    /// The PIN is another.
    #[error("the PIN is wrong")]
    PinWrong,
    /// Only supervisors invite.
    #[error("only supervisors invite")]
    NotASupervisor,
    /// Not of the same office and organisation.
    #[error("the officer is of another office")]
    AnotherOffice,
    /// Too many links of the officer wait to be used.
    #[error("five links of this officer wait to be used; let one be used, or wait until one's time is over")]
    TooManyLinks,
}

impl SessionRefused {
    /// Its code in entries.
    pub const fn code(self) -> &'static str {
        match self {
            Self::LinkUsed => "linkUsed",
            Self::LinkExpired => "linkExpired",
            Self::OfficerNotActive => "officerNotActive",
            Self::PinWrong => "pinWrong",
            Self::NotASupervisor => "notASupervisor",
            Self::AnotherOffice => "anotherOffice",
            Self::TooManyLinks => "tooManyLinks",
        }
    }
}
