//! The status shown.

use time::macros::{date, datetime};

use super::super::{ShownStatus, shown_status};
use super::*;
use crate::certificate::Validity;

#[test]
fn the_first_that_applies_is_shown() {
    let since = datetime!(2026-03-10 09:00 UTC);
    let reason = String::new;
    let validity = Validity { from: date!(2026 - 03 - 01), until: date!(2026 - 03 - 31) };
    let shown = |status: StoredStatus, exhausted, day| shown_status(&status, validity, exhausted, day);
    let (before, within, after) = (date!(2026 - 02 - 28), date!(2026 - 03 - 16), date!(2026 - 04 - 01));
    for day in [before, within, after] {
        for exhausted in [false, true] {
            let revoked = StoredStatus::Revoked { reason: reason(), since };
            assert_eq!(shown(revoked, exhausted, day), ShownStatus::Revoked);
            assert_eq!(shown(StoredStatus::Replaced { by: None, since }, exhausted, day), ShownStatus::Replaced);
            let suspended = StoredStatus::Suspended { reason: reason(), since };
            assert_eq!(shown(suspended, exhausted, day), ShownStatus::Suspended);
        }
    }
    assert_eq!(shown(StoredStatus::Valid, true, after), ShownStatus::Expired);
    assert_eq!(shown(StoredStatus::Valid, true, within), ShownStatus::Exhausted);
    assert_eq!(shown(StoredStatus::Valid, true, before), ShownStatus::Exhausted);
    assert_eq!(shown(StoredStatus::Valid, false, before), ShownStatus::NotYetValid);
    assert_eq!(shown(StoredStatus::Valid, false, within), ShownStatus::Valid);
    assert_eq!(shown(StoredStatus::Valid, false, validity.from), ShownStatus::Valid);
    assert_eq!(shown(StoredStatus::Valid, false, validity.until), ShownStatus::Valid);
}
