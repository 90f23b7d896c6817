//! The certificate's standing: status, days, seal, manufacturer, number.

use crate::case::{Case, case, data, maker, number};
use endmark_core::check::{Cited, ManufacturerStanding, SealStanding, ShownStatus, StoredStatus, shown_status};
use endmark_core::manufacturer::Manufacturer;
use endmark_core::moment::Moment;
use endmark_core::regime::Regimes;
use endmark_core::verdict::Answer::{CannotBeChecked, Conforms, DoesNotConform};
use endmark_core::verdict::FindingCode;
use serde_json::json;
use std::sync::Arc;
use time::macros::{date, datetime};

#[test]
fn status_counts_and_is_shown_in_the_order_of_the_design() {
    let since = datetime!(2026-03-10 08:00 UTC);
    let reason = || "sold to somebody else".to_owned();
    let with = |status| Case { status, ..case() };
    with(StoredStatus::Revoked { reason: reason(), since }).comes_out(DoesNotConform, FindingCode::CertificateRevoked);
    with(StoredStatus::Suspended { reason: reason(), since })
        .comes_out(DoesNotConform, FindingCode::CertificateSuspended);
    with(StoredStatus::Replaced { by: None, since }).comes_out(DoesNotConform, FindingCode::CertificateReplaced);
    let validity = case().known().certificate.validity;
    let after = date!(2026 - 09 - 01);
    let revoked = StoredStatus::Revoked { reason: reason(), since };
    let suspended = StoredStatus::Suspended { reason: reason(), since };
    assert_eq!(shown_status(&revoked, validity, true, after), ShownStatus::Revoked);
    assert_eq!(shown_status(&suspended, validity, true, after), ShownStatus::Suspended);
    assert_eq!(shown_status(&StoredStatus::Valid, validity, true, after), ShownStatus::Expired);
    assert_eq!(shown_status(&StoredStatus::Valid, validity, true, date!(2026 - 08 - 31)), ShownStatus::Exhausted);
    assert_eq!(shown_status(&StoredStatus::Valid, validity, false, date!(2026 - 02 - 28)), ShownStatus::NotYetValid);
}

#[test]
fn validity_is_days_both_inclusive_where_the_register_is() {
    // 2026-08-31 in Vilnius ends at 21:00 UTC: the day decides, not the instant.
    let on = |day| Moment { at: datetime!(2026-08-31 20:59 UTC), day };
    let quiet = || Case { regimes: Some(Regimes::new(data(), date!(2026 - 12 - 31))), ..case() };
    Case { moment: on(date!(2026 - 08 - 31)), ..quiet() }.conforms();
    Case { moment: on(date!(2026 - 09 - 01)), ..quiet() }.comes_out(DoesNotConform, FindingCode::CertificateExpired);
    Case { moment: on(date!(2026 - 03 - 01)), ..quiet() }.conforms();
    Case { moment: on(date!(2026 - 02 - 28)), ..quiet() }
        .comes_out(DoesNotConform, FindingCode::CertificateNotYetValid);
}

#[test]
fn every_standing_of_the_seal_has_its_effect() {
    let with = |seal| Case { seal, ..case() };
    let detail = || "detail".to_owned();
    with(SealStanding::Untrusted(detail())).comes_out(DoesNotConform, FindingCode::SealUntrusted);
    with(SealStanding::Revoked { detail: detail() }).comes_out(DoesNotConform, FindingCode::SealRevoked);
    with(SealStanding::RevokedLater { detail: detail() }).comes_out(Conforms, FindingCode::SealRevokedLater);
    with(SealStanding::ListStale { detail: detail() }).comes_out(CannotBeChecked, FindingCode::RevocationListStale);
}

#[test]
fn the_manufacturer_must_still_be_registered_active_and_vetted() {
    let with = |manufacturer| Case { manufacturer, ..case() };
    let known = |maker| ManufacturerStanding::Known(Arc::new(maker));
    with(ManufacturerStanding::Unregistered).comes_out(DoesNotConform, FindingCode::ManufacturerNotActive);
    with(known(Manufacturer { active: false, ..maker() }))
        .comes_out(DoesNotConform, FindingCode::ManufacturerNotActive);
    let cables = Manufacturer { scope: vec!["8544".parse().unwrap()], ..maker() };
    with(known(cables)).comes_out(DoesNotConform, FindingCode::ManufacturerScope);
    with(ManufacturerStanding::Unreadable).comes_out(CannotBeChecked, FindingCode::CertificateCorrupt);
}

#[test]
fn a_fault_never_yields_conforms() {
    for cited in [None, Some(Cited::Unreadable("edited".to_owned()))] {
        let verdict = case().judged_with(cited);
        assert_eq!(verdict.verdict, CannotBeChecked, "{:#?}", verdict.findings);
    }
    assert_eq!(case().judged_with(Some(Cited::Unknown)).verdict, DoesNotConform);
}

#[test]
fn a_number_misread_is_told_from_a_number_that_does_not_exist() {
    let cite = |text: &str| case().declared("/goodsItems/0/citations/0/certificate", json!(text));
    cite("contract 17").comes_out(DoesNotConform, FindingCode::CertificateNumberMalformed);
    let good = number().to_string();
    let last = if good.ends_with('A') { 'B' } else { 'A' };
    let mistyped: String = good.chars().take(good.len() - 1).chain([last]).collect();
    cite(&mistyped).comes_out(DoesNotConform, FindingCode::CertificateNumberMistyped);
    // As a person types it.
    cite(&good.to_lowercase().replace('-', " ")).conforms();
}
