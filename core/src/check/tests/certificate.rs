//! Number, seal, manufacturer, status, validity, statements.

use std::sync::Arc;

use serde_json::json;
use time::macros::{date, datetime};

use super::*;

#[test]
fn an_unknown_number_is_refused() {
    assert_eq!(good().cited(Cited::Unknown).refused(FindingCode::CertificateUnknown).certex_code.unwrap(), "11");
}

#[test]
fn a_mistyped_number_is_told_from_a_malformed_one() {
    let mut swapped = number().to_string();
    let last = swapped.pop().unwrap();
    swapped.push(if last == '0' { '1' } else { '0' });
    let citation = "/goodsItems/0/citations/0/certificate";
    good().declared(citation, json!(swapped)).refused(FindingCode::CertificateNumberMistyped);
    good().declared(citation, json!("no number")).refused(FindingCode::CertificateNumberMalformed);
}

#[test]
fn a_line_that_the_certificate_has_not_is_refused() {
    let found = good().declared("/goodsItems/0/citations/0/line", json!(9)).refused(FindingCode::LineUnknown);
    assert_eq!(found.certified.unwrap(), "1, 2, 3");
}

#[test]
fn a_fault_of_the_register_is_no_verdict_on_the_exporter() {
    good().cited(Cited::Unreadable("its bytes changed".into())).open(FindingCode::CertificateCorrupt);
    good().standing(ManufacturerStanding::Unreadable).open(FindingCode::CertificateCorrupt);
    let forgotten = Case { looked_up: false, ..good() };
    forgotten.open(FindingCode::CertificateCorrupt);
}

#[test]
fn each_standing_of_the_seal_has_its_own_answer() {
    let detail = || "the maker's seal certificate".to_owned();
    good().seal(SealStanding::Untrusted(detail())).refused(FindingCode::SealUntrusted);
    good().seal(SealStanding::Revoked { detail: detail() }).refused(FindingCode::SealRevoked);
    good().seal(SealStanding::RevokedLater { detail: detail() }).warned(FindingCode::SealRevokedLater);
    good().seal(SealStanding::ListStale { detail: detail() }).open(FindingCode::RevocationListStale);
}

#[test]
fn a_manufacturer_must_be_registered_and_active() {
    good().standing(ManufacturerStanding::Unregistered).refused(FindingCode::ManufacturerNotActive);
    let case = good();
    let ManufacturerStanding::Known(maker) = case.manufacturer.clone() else { unreachable!() };
    let asleep = crate::manufacturer::Manufacturer { active: false, ..(*maker).clone() };
    case.standing(ManufacturerStanding::Known(Arc::new(asleep))).refused(FindingCode::ManufacturerNotActive);
}

#[test]
fn a_scope_narrowed_since_acceptance_counts() {
    let case = good();
    let ManufacturerStanding::Known(maker) = case.manufacturer.clone() else { unreachable!() };
    let scope = vec!["8422".parse().unwrap(), "8427".parse().unwrap(), "85444999".parse().unwrap()];
    let narrowed = crate::manufacturer::Manufacturer { scope, ..(*maker).clone() };
    let found = case.standing(ManufacturerStanding::Known(Arc::new(narrowed))).refused(FindingCode::ManufacturerScope);
    assert_eq!((found.goods_item, found.line), (Some(3), Some(3)));
}

#[test]
fn revoked_suspended_and_replaced_certificates_are_refused() {
    let since = datetime!(2026-03-10 09:00 UTC);
    let reason = || "the buyer changed".to_owned();
    let revoked = good().status(StoredStatus::Revoked { reason: reason(), since });
    let found = revoked.refused(FindingCode::CertificateRevoked);
    assert!(found.certified.unwrap().contains("the buyer changed"));
    good().status(StoredStatus::Suspended { reason: reason(), since }).refused(FindingCode::CertificateSuspended);
    let by = CertificateNumber::of(&Digest::of(b"the next one"));
    let replaced =
        good().status(StoredStatus::Replaced { by: Some(by), since }).refused(FindingCode::CertificateReplaced);
    assert!(replaced.certified.unwrap().contains(&by.to_string()));
}

#[test]
fn validity_counts_both_its_first_and_its_last_day() {
    let spring = || good().certified("/validity", json!({ "from": "2026-03-10", "until": "2026-03-20" }));
    spring().day(date!(2026 - 03 - 09)).refused(FindingCode::CertificateNotYetValid);
    spring().day(date!(2026 - 03 - 10)).conforms();
    spring().day(date!(2026 - 03 - 20)).conforms();
    spring().day(date!(2026 - 03 - 21)).refused(FindingCode::CertificateExpired);
}

#[test]
fn every_statement_of_the_regime_must_be_confirmed() {
    for (confirmed, missing) in [(["S2", "S3"], "S1"), (["S1", "S3"], "S2"), (["S1", "S2"], "S3")] {
        let found = good().certified("/statements/confirmed", json!(confirmed)).refused(FindingCode::StatementMissing);
        assert!(found.declared.unwrap().contains(missing));
        assert!(found.legal_basis.is_some());
    }
}

#[test]
fn only_the_exact_wording_accepted_counts() {
    let other = |pointer, value| {
        good().certified(pointer, value).refused(FindingCode::StatementWordingNotAccepted);
    };
    other("/statements/digest", json!("5f".repeat(32)));
    other("/statements/set", json!("LT-2022"));
    // The English text said to be the Lithuanian one.
    other("/statements/language", json!("lt"));
}

#[test]
fn a_known_wording_that_is_not_accepted_is_refused_whatever_it_confirms() {
    let case = good();
    let regimes = case.regimes();
    let austrian = regimes.statement_sets().iter().find(|set| !set.is_accepted()).unwrap();
    let statements = json!({ "set": austrian.id(), "language": austrian.language(),
        "digest": austrian.digest().to_string(), "confirmed": ["S1", "S2", "S3"] });
    case.certified("/statements", statements).refused(FindingCode::StatementWordingNotAccepted);
}

#[test]
fn the_accepted_wording_may_be_read_in_lithuanian() {
    let case = good();
    let regimes = case.regimes();
    let lithuanian = regimes.statement_sets().iter().find(|set| set.language() == "lt").unwrap();
    let case = case.certified("/statements/language", json!("lt"));
    case.certified("/statements/digest", json!(lithuanian.digest().to_string())).conforms();
}

#[test]
fn all_findings_are_reported_and_the_gravest_come_first() {
    let since = datetime!(2026-03-10 09:00 UTC);
    let case = good()
        .status(StoredStatus::Revoked { reason: "stolen".into(), since })
        .seal(SealStanding::ListStale { detail: "the list".into() })
        .certified("/statements/confirmed", json!(["S1"]))
        .declared("/goodsItems/1/countryOfOrigin", json!("PL"));
    let verdict = case.verdict();
    let severities: Vec<_> = effective(&verdict).iter().map(|finding| finding.severity).collect();
    assert_eq!(verdict.verdict, Answer::DoesNotConform);
    assert!(severities.is_sorted_by(|a, b| a >= b), "{severities:?}");
    assert_eq!(severities.len(), 5);
}

#[test]
fn a_fault_of_one_certificate_does_not_stain_the_items_that_do_not_cite_it() {
    let other = CertificateNumber::of(&Digest::of(b"another certificate"));
    let case = good().declared("/goodsItems/2/citations/0/certificate", json!(other.to_string()));
    let mut revoked = case.known();
    revoked.number = other;
    revoked.status = StoredStatus::Revoked { reason: "lost".into(), since: datetime!(2026-03-10 09:00 UTC) };
    let verdict = case.verdict_beside([(other, Cited::Known(Arc::new(revoked)))].into());
    let answers: Vec<Answer> = verdict.items.iter().map(|item| item.answer).collect();
    assert_eq!(answers, [Answer::Conforms, Answer::Conforms, Answer::DoesNotConform]);
    assert_eq!(verdict.verdict, Answer::DoesNotConform);
}
