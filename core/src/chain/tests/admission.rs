use time::Duration;
use time::macros::datetime;

use super::pki::{Key, ListDraft, NOON, common_name};
use super::{Pki, list};
use crate::chain::{ChainError, Trust};

#[test]
fn the_list_of_an_anchor_is_admitted() {
    let pki = Pki::new();
    assert_eq!(pki.trust().admit_list(&list(&pki.root_list(), &pki.root), &[], NOON), Ok(()));
}

#[test]
fn the_list_of_an_issuer_is_admitted_when_an_anchor_vouches_for_it() {
    let pki = Pki::new();
    let [_, issuer] = pki.chain();
    let offered = list(&pki.issuer_list(), &pki.issuer);
    let trust = pki.trust();
    assert_eq!(trust.admit_list(&offered, std::slice::from_ref(&issuer), NOON), Ok(()));
    assert_eq!(
        trust.admit_list(&offered, &[], NOON),
        Err(ChainError::ListIssuerUnknown { issuer: "CN=Issuer".to_owned() })
    );
    let expired = datetime!(2027-06-01 0:00 UTC);
    assert_eq!(trust.admit_list(&offered, &[issuer], expired).unwrap_err().code(), "listIssuerUnknown");
}

#[test]
fn an_issuer_that_nobody_vouches_for_brings_no_list() {
    let (pki, stranger) = (Pki::new(), Pki::new());
    let [_, issuer] = stranger.chain();
    let offered = list(&stranger.issuer_list(), &stranger.issuer);
    assert_eq!(pki.trust().admit_list(&offered, &[issuer], NOON).unwrap_err().code(), "listIssuerUnknown");
}

#[test]
fn a_forged_issuers_certificate_brings_no_list() {
    let pki = Pki::new();
    // Names the root and its key identifier, but the root did not sign it.
    let forged = pki.issuer_draft.signed_by(&pki.issuer);
    let offered = list(&pki.issuer_list(), &pki.issuer);
    assert_eq!(pki.trust().admit_list(&offered, &[forged], NOON).unwrap_err().code(), "listIssuerUnknown");
}

#[test]
fn issuers_vouch_for_each_other_in_any_order() {
    let pki = Pki::new();
    let sub = Key::new();
    let [_, issuer] = pki.chain();
    let below = super::Draft::issuer(common_name("Sub"), &sub, common_name("Issuer"), &pki.issuer);
    let below = below.signed_by(&pki.issuer);
    let offered = list(&ListDraft::new(common_name("Sub"), &sub), &sub);
    assert_eq!(pki.trust().admit_list(&offered, &[below, issuer], NOON), Ok(()));
}

#[test]
fn a_forged_list_is_not_admitted() {
    let pki = Pki::new();
    let forged = list(&pki.root_list(), &Key::new());
    assert_eq!(
        pki.trust().admit_list(&forged, &[], NOON),
        Err(ChainError::ListSignatureInvalid { issuer: "CN=Root".to_owned() })
    );
}

#[test]
fn the_list_of_a_distrusted_anchor_is_not_admitted() {
    let pki = Pki::new();
    let trust = Trust::new(vec![pki.anchor().distrusted_after(NOON - Duration::DAY)], Vec::new());
    assert_eq!(
        trust.admit_list(&list(&pki.root_list(), &pki.root), &[], NOON).unwrap_err().code(),
        "listIssuerUnknown"
    );
}

#[test]
fn a_list_from_the_future_is_not_admitted() {
    let pki = Pki::new();
    let future = pki.root_list().issued(NOON + Duration::SECOND, NOON + Duration::DAY);
    let error = pki.trust().admit_list(&list(&future, &pki.root), &[], NOON).unwrap_err();
    assert_eq!(error.code(), "listFromFuture");
}

#[test]
fn an_older_list_does_not_take_revocations_back() {
    let pki = Pki::new();
    let held = list(&pki.root_list(), &pki.root);
    let trust = Trust::new(vec![pki.anchor()], vec![held.clone()]);
    assert_eq!(trust.admit_list(&held, &[], NOON), Ok(()), "the same again is no harm");
    let older = pki.root_list().issued(datetime!(2026-03-10 10:00 UTC), datetime!(2026-03-12 10:00 UTC));
    assert_eq!(trust.admit_list(&list(&older, &pki.root), &[], NOON).unwrap_err().code(), "listOlder");
    let lower = pki.root_list().issued(datetime!(2026-03-10 11:30 UTC), datetime!(2026-03-12 10:00 UTC)).numbered(6);
    assert_eq!(trust.admit_list(&list(&lower, &pki.root), &[], NOON).unwrap_err().code(), "listOlder");
    let newer = pki.root_list().issued(datetime!(2026-03-10 11:30 UTC), datetime!(2026-03-12 10:00 UTC)).numbered(8);
    assert_eq!(trust.admit_list(&list(&newer, &pki.root), &[], NOON), Ok(()));
}
