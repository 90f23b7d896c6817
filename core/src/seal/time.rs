//! When a seal may claim to have been made.

use time::{Duration, OffsetDateTime};

use super::SealError;

/// How long before acceptance a seal may have been made: a working day's batch may wait, a back-dated seal may not.
pub const SEALED_BEFORE_MAX: Duration = Duration::hours(24);
/// How far ahead of the register the sealing system's clock may run.
pub const SEALED_AFTER_MAX: Duration = Duration::minutes(5);

/// Whether the signer's word about the time fits the moment of acceptance. `iat` proves nothing by itself: it must lie
/// within 24 hours before and 5 minutes after the acceptance, which the log proves; both ends inclusive.
pub fn is_iat_acceptable(sealed_at: OffsetDateTime, accepted_at: OffsetDateTime) -> Result<(), SealError> {
    let earliest = accepted_at.saturating_sub(SEALED_BEFORE_MAX);
    if sealed_at < earliest {
        return Err(SealError::SealedTooEarly { sealed_at, earliest });
    }
    let latest = accepted_at.saturating_add(SEALED_AFTER_MAX);
    if sealed_at > latest {
        return Err(SealError::SealedTooLate { sealed_at, latest });
    }
    Ok(())
}
