//! The bundle: what a device needs to judge papers for some hours without a network (docs/OFFLINE.md).
//!
//! It names the keys for codes and the certificates that may not be used. It never says that goods conform and holds no
//! quantity: those change by the minute.

mod numbers;
mod sealed;
#[cfg(test)]
mod tests;

pub use numbers::NumberList;
pub use sealed::{BUNDLE_BYTES_MAX, BundleError, open, seal};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::digest::Digest;
use crate::party::Identifier;
use crate::text::Text;
use crate::token::TokenKeys;

/// The version of the form.
pub const VERSION: u8 = 1;

/// The most certificates that a bundle lists: 2 MB, what a telephone fetches in a minute on a bad line.
pub const LISTED_MAX: usize = 200_000;

/// What a device keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Bundle {
    /// [`VERSION`].
    pub version: u8,
    /// The register it is of.
    pub register: Text<100>,
    /// How many entries the log had: a device never goes back to a lower one.
    pub sequence: u64,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub issued_at: OffsetDateTime,
    /// Until then it is fresh; after it, stale.
    #[serde(with = "time::serde::rfc3339")]
    pub fresh_until: OffsetDateTime,
    /// After that it convinces nobody.
    #[serde(with = "time::serde::rfc3339")]
    pub valid_until: OffsetDateTime,
    /// Where the days of a validity begin (IANA).
    pub time_zone: String,
    /// The keys for codes, retired ones too.
    pub token_keys: TokenKeys,
    /// Which certificates may not be used.
    pub certificates: NotUsable,
    /// Identifiers of manufacturers that are not active: their certificates do not count.
    pub manufacturers_not_active: Vec<Identifier>,
    /// The edition of the regimes in force.
    pub regimes_edition: Digest,
}

/// The certificates that may not be used, by the status they have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct NotUsable {
    /// Whether all are listed. If not, one that is not listed cannot be checked from the bundle.
    pub complete: bool,
    /// Revoked, for good.
    pub revoked: NumberList,
    /// Replaced, for good.
    pub replaced: NumberList,
    /// Suspended for now; and those whose row the register itself cannot believe.
    pub suspended: NumberList,
}
