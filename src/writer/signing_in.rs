//! Who signs in, who takes over, who leaves: what can be asked of the writer.

use endmark_core::digest::Digest;
use time::OffsetDateTime;

use crate::officer::{Pin, Secret};
use crate::webhook::new_id;

/// A change of who is signed in.
#[derive(Debug)]
pub enum SessionChange {
    /// Make a one-time link.
    Invite(Invitation),
    /// Sign in, or take over at a shared workstation.
    Arrive(Arrival),
    /// Sign out.
    Leave {
        /// Which session.
        session: Digest,
    },
}

/// A one-time link to be made.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// Its id: the officer's, and eight digits more.
    pub id: String,
    /// SHA-256 of its secret.
    pub digest: Digest,
    /// Whom it will sign in.
    pub officer: String,
    /// Until when.
    pub until: OffsetDateTime,
}

impl Invitation {
    /// A new one, and the secret of its link.
    pub fn new(officer: &str, until: OffsetDateTime) -> Result<(Self, Secret), ring::error::Unspecified> {
        let secret = Secret::random()?;
        let id = new_id(officer)?;
        // Eight digits tell an officer's links apart; they say nothing of the secret.
        let id = id.get(..officer.len().saturating_add(9)).unwrap_or(&id).to_owned();
        Ok((Self { id, digest: secret.digest(), officer: officer.to_owned(), until }, secret))
    }
}

/// Somebody who signs in.
#[derive(Debug)]
pub struct Arrival {
    /// What is shown.
    pub by: By,
    /// SHA-256 of what the browser's cookie will hold.
    pub token: Digest,
    /// The PIN that will bring the session back at this workstation.
    pub pin: Option<Pin>,
    /// The sessions that the same browser holds.
    pub browser: Vec<Digest>,
}

/// What somebody shows who signs in.
#[derive(Debug)]
pub enum By {
    /// A one-time link: SHA-256 of its secret.
    Link(Digest),
    /// A client certificate: its SHA-256.
    Certificate(Digest),
    /// The PIN of a session that this browser holds.
    Pin {
        /// Which session.
        session: Digest,
        /// The PIN as typed.
        pin: Pin,
    },
}

impl By {
    /// Its name in entries.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Link(_) => "byLink",
            Self::Certificate(_) => "byCertificate",
            Self::Pin { .. } => "byPin",
        }
    }
}

/// An officer who is signed in now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// Who.
    pub officer: String,
    /// The colleague whose place at the workstation was taken.
    pub previous: Option<String>,
    /// The sessions of colleagues that stay in the browser, until their PIN brings them back.
    pub colleagues: Vec<Digest>,
}
