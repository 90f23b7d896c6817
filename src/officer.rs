//! Officers: people of a customs organisation who sign in with a browser (docs/OFFICER.md); and auditors, who read the
//! log there.

mod secret;
mod session;

pub use secret::{Pin, PinError, Secret};
pub use session::{Link, Session, SessionRefused, Standing};

use std::collections::BTreeSet;

use endmark_core::digest::Digest;
use endmark_core::manufacturer::Organisation;
use endmark_core::reference::Office;
use endmark_core::text::Text;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::registry::{Caller, Grant};
use crate::words::Language;

/// The role in entries of what officers ask. What auditors read has the grant `auditor`.
pub const ROLE: &str = "officer";
/// The most sessions of one officer: a desk, a phone, and some that were forgotten. The oldest goes first.
pub const SESSIONS_OF_ONE_MAX: usize = 5;
/// The most sessions in one browser: a workstation and the colleagues of a shift who share it.
pub const SESSIONS_IN_A_BROWSER_MAX: usize = 5;
/// The most links of one officer that still wait to be used.
pub const LINKS_OF_ONE_MAX: usize = 5;
/// After so many refusals a link is only counted, not logged: nobody fills the log with a link that was found.
pub const REFUSALS_LOGGED_MAX: u16 = 5;
/// After so many wrong PINs the session ends; its owner needs a new link. Five of a million are a bad bet.
pub const WRONG_PINS_MAX: u16 = 5;

/// An officer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Officer {
    /// The pseudonym, `ofc_…`: all that the log says of the person.
    pub id: String,
    /// The name, for people.
    pub name: Text<140>,
    /// The customs organisation, or the one that audits.
    pub organisation: Organisation,
    /// The customs office; an auditor's own, in the same form.
    pub office: Office,
    /// The language of the pages.
    pub language: Language,
    /// Whether the officer may invite colleagues of the same office.
    pub supervisor: bool,
    /// Whether this is an auditor: reads every entry, and may do nothing else.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub auditor: bool,
    /// Whether the officer may do anything.
    pub active: bool,
    /// The client certificate that signs the officer in, where there is one.
    pub certificate: Option<OfficerCertificate>,
}

/// A client certificate of an officer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OfficerCertificate {
    /// Its SHA-256.
    pub fingerprint: Digest,
    /// When it ends.
    #[serde(with = "time::serde::rfc3339")]
    pub not_after: OffsetDateTime,
}

impl Officer {
    /// Whether a client certificate signs this officer in.
    pub fn is_known_by(&self, fingerprint: &Digest, now: OffsetDateTime) -> bool {
        let certificate = self.certificate.as_ref();
        certificate.is_some_and(|own| own.fingerprint == *fingerprint && now <= own.not_after)
    }

    /// Whether two officers may share a workstation and invite each other: same organisation, same office.
    pub fn is_colleague_of(&self, other: &Self) -> bool {
        self.organisation == other.organisation && self.office == other.office
    }

    /// The officer as what is decided sees a caller.
    pub(crate) fn acting(&self) -> Caller {
        acting(&self.id, &self.organisation)
    }
}

/// An officer as what is decided sees a caller: one of the organisation that reads as customs.
pub(crate) fn acting(id: &str, organisation: &Organisation) -> Caller {
    Caller {
        fingerprint: Digest::of(id.as_bytes()),
        organisation: organisation.clone(),
        label: id.to_owned(),
        grants: BTreeSet::from([Grant::CustomsRead]),
        not_after: time::PrimitiveDateTime::MAX.assume_utc(),
        revoked_at: None,
    }
}
