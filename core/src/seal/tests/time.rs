use ::time::Duration;

use super::super::is_iat_acceptable;
use crate::chain::tests::pki::NOON;

#[test]
fn a_back_dated_seal_is_refused() {
    assert_eq!(is_iat_acceptable(NOON - Duration::hours(24), NOON), Ok(()));
    let error = is_iat_acceptable(NOON - Duration::hours(24) - Duration::SECOND, NOON).unwrap_err();
    assert_eq!(error.code(), "sealedTooEarly");
}

#[test]
fn a_seal_from_the_future_is_refused() {
    assert_eq!(is_iat_acceptable(NOON + Duration::minutes(5), NOON), Ok(()));
    let error = is_iat_acceptable(NOON + Duration::minutes(5) + Duration::SECOND, NOON).unwrap_err();
    assert_eq!(error.code(), "sealedTooLate");
}

#[test]
fn the_ends_of_time_do_not_overflow() {
    use ::time::{OffsetDateTime, PrimitiveDateTime};
    let first = PrimitiveDateTime::MIN.assume_utc();
    let last = PrimitiveDateTime::MAX.assume_utc();
    assert_eq!(is_iat_acceptable(last, first).unwrap_err().code(), "sealedTooLate");
    assert_eq!(is_iat_acceptable(first, last).unwrap_err().code(), "sealedTooEarly");
    assert_eq!(is_iat_acceptable(OffsetDateTime::UNIX_EPOCH, OffsetDateTime::UNIX_EPOCH), Ok(()));
}
