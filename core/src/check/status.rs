//! The status shown: stored status, time and ledger in one word.

use time::Date;

use super::StoredStatus;
use crate::certificate::Validity;

/// The status of a certificate as shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum ShownStatus {
    /// Revoked by its manufacturer.
    Revoked,
    /// Replaced by another one.
    Replaced,
    /// Suspended by its manufacturer.
    Suspended,
    /// Its last day is over.
    Expired,
    /// Nothing is left of it.
    Exhausted,
    /// Its first day is still to come.
    NotYetValid,
    /// None of these.
    Valid,
}

/// The first that applies, in the order revoked, replaced, suspended, expired, exhausted, not yet valid (design,
/// section 3). `day` is today in the register's time zone.
pub const fn shown_status(status: &StoredStatus, validity: Validity, exhausted: bool, day: Date) -> ShownStatus {
    let (today, first, last) = (day.to_julian_day(), validity.from.to_julian_day(), validity.until.to_julian_day());
    match status {
        StoredStatus::Revoked { .. } => ShownStatus::Revoked,
        StoredStatus::Replaced { .. } => ShownStatus::Replaced,
        StoredStatus::Suspended { .. } => ShownStatus::Suspended,
        StoredStatus::Valid if today > last => ShownStatus::Expired,
        StoredStatus::Valid if exhausted => ShownStatus::Exhausted,
        StoredStatus::Valid if today < first => ShownStatus::NotYetValid,
        StoredStatus::Valid => ShownStatus::Valid,
    }
}
