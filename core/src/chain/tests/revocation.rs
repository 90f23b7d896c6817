use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::pki::{
    CRL_SIGN, Draft, KEY_CERT_SIGN, Key, ListDraft, NOON, common_name, invalid_from, key_usage, reason, revoked,
};
use super::{Pki, list};
use crate::chain::{Anchor, Revocation, RevocationList, Trust};

const UNSPECIFIED: u8 = 0;
const KEY_COMPROMISE: u8 = 1;
const CA_COMPROMISE: u8 = 2;
const SUPERSEDED: u8 = 4;
const HOLD: u8 = 6;

/// What lists say at noon of the good path, relied on at noon.
fn said(pki: &Pki, lists: Vec<RevocationList>) -> Revocation {
    said_at(pki, lists, NOON, NOON)
}

fn said_at(pki: &Pki, lists: Vec<RevocationList>, accepted_at: OffsetDateTime, now: OffsetDateTime) -> Revocation {
    let trust = Trust::new(vec![pki.anchor()], lists);
    let path = trust.path(&pki.chain(), accepted_at).unwrap();
    trust.revocation(&path, accepted_at, now)
}

/// What they say when the issuer's list has one entry for the seal certificate.
fn with_entry(at: OffsetDateTime, extensions: &[super::pki::Extension]) -> Revocation {
    let pki = Pki::new();
    let entry = revoked(&pki.seal_draft.serial, at, extensions);
    let lists = vec![list(&pki.root_list(), &pki.root), list(&pki.issuer_list().revoking(entry), &pki.issuer)];
    said(&pki, lists)
}

const BEFORE: OffsetDateTime = datetime!(2026-03-10 9:00 UTC);
const AFTER: OffsetDateTime = datetime!(2026-03-10 12:30 UTC);

#[test]
fn fresh_lists_without_the_certificates_are_good() {
    let pki = Pki::new();
    let lists = vec![list(&pki.root_list(), &pki.root), list(&pki.issuer_list(), &pki.issuer)];
    assert_eq!(said(&pki, lists), Revocation::Good);
}

#[test]
fn a_revocation_not_after_acceptance_counts() {
    for at in [BEFORE, NOON] {
        assert!(
            matches!(with_entry(at, &[reason(SUPERSEDED)]), Revocation::Revoked { at: found, reason: "superseded", .. } if found == at)
        );
    }
}

#[test]
fn a_revocation_after_acceptance_is_a_warning() {
    let said = with_entry(AFTER, &[reason(SUPERSEDED)]);
    assert!(matches!(said, Revocation::RevokedLater { at, reason: "superseded", .. } if at == AFTER), "{said:?}");
    assert!(matches!(with_entry(AFTER, &[]), Revocation::RevokedLater { reason: "unspecified", .. }));
    assert!(matches!(with_entry(AFTER, &[reason(UNSPECIFIED)]), Revocation::RevokedLater { .. }));
}

#[test]
fn the_compromise_of_a_key_counts_whenever_it_was_revoked() {
    assert!(matches!(
        with_entry(AFTER, &[reason(KEY_COMPROMISE)]),
        Revocation::Revoked { reason: "keyCompromise", .. }
    ));
    assert!(matches!(with_entry(AFTER, &[reason(CA_COMPROMISE)]), Revocation::Revoked { reason: "cACompromise", .. }));
}

#[test]
fn an_invalidity_date_before_acceptance_counts() {
    let said = with_entry(AFTER, &[reason(SUPERSEDED), invalid_from(BEFORE)]);
    assert!(matches!(said, Revocation::Revoked { at, .. } if at == BEFORE), "{said:?}");
    let said = with_entry(BEFORE, &[reason(SUPERSEDED), invalid_from(AFTER)]);
    assert!(
        matches!(said, Revocation::Revoked { at, .. } if at == BEFORE),
        "an invalidity date postpones nothing: {said:?}"
    );
}

#[test]
fn a_hold_counts_while_it_is_on_the_list() {
    assert!(matches!(with_entry(BEFORE, &[reason(HOLD)]), Revocation::Revoked { reason: "certificateHold", .. }));
    let pki = Pki::new();
    let held = revoked(&pki.seal_draft.serial, BEFORE, &[reason(HOLD)]);
    let earlier = pki.issuer_list().issued(datetime!(2026-03-10 10:00 UTC), datetime!(2026-03-11 10:00 UTC));
    let lists = vec![
        list(&pki.root_list(), &pki.root),
        list(&earlier.revoking(held).numbered(6), &pki.issuer),
        list(&pki.issuer_list(), &pki.issuer),
    ];
    assert_eq!(said(&pki, lists), Revocation::Good, "the newest list decides");
}

#[test]
fn of_two_entries_for_one_certificate_the_graver_counts() {
    let pki = Pki::new();
    let serial = &pki.seal_draft.serial;
    let draft = pki.issuer_list().revoking(revoked(serial, AFTER, &[reason(KEY_COMPROMISE)]));
    let draft = draft.revoking(revoked(serial, AFTER, &[reason(SUPERSEDED)]));
    let lists = vec![list(&pki.root_list(), &pki.root), list(&draft, &pki.issuer)];
    assert!(matches!(said(&pki, lists), Revocation::Revoked { reason: "keyCompromise", .. }));
}

#[test]
fn a_serial_number_is_found_whatever_zeros_stand_before_it() {
    let pki = Pki::new();
    let padded = [&[0], pki.seal_draft.serial.as_slice()].concat();
    let draft = pki.issuer_list().revoking(revoked(&padded, BEFORE, &[]));
    let lists = vec![list(&pki.root_list(), &pki.root), list(&draft, &pki.issuer)];
    assert!(matches!(said(&pki, lists), Revocation::Revoked { .. }));
}

#[test]
fn a_revoked_issuer_takes_its_seals_with_it() {
    let mut pki = Pki::new();
    pki.issuer_draft.serial = vec![0x77];
    let draft = pki.root_list().revoking(revoked(&[0x77], AFTER, &[reason(CA_COMPROMISE)]));
    let lists = vec![list(&draft, &pki.root), list(&pki.issuer_list(), &pki.issuer)];
    let said = said(&pki, lists);
    assert!(matches!(&said, Revocation::Revoked { subject, .. } if subject == "CN=Issuer"), "{said:?}");
}

#[test]
fn every_issuer_of_the_path_needs_its_list() {
    let pki = Pki::new();
    let missing = |issuer: &str| Revocation::ListStale { issuer: issuer.to_owned(), next_update: None };
    assert_eq!(said(&pki, vec![list(&pki.root_list(), &pki.root)]), missing("CN=Issuer"));
    assert_eq!(said(&pki, vec![list(&pki.issuer_list(), &pki.issuer)]), missing("CN=Root"));
}

#[test]
fn a_list_is_stale_from_its_next_update_on() {
    let pki = Pki::new();
    let lists = || vec![list(&pki.root_list(), &pki.root), list(&pki.issuer_list(), &pki.issuer)];
    let next = datetime!(2026-03-11 11:00 UTC);
    assert_eq!(said_at(&pki, lists(), NOON, next - Duration::SECOND), Revocation::Good);
    let stale = Revocation::ListStale { issuer: "CN=Issuer".to_owned(), next_update: Some(next) };
    assert_eq!(said_at(&pki, lists(), NOON, next), stale);
}

#[test]
fn a_revocation_in_a_stale_list_still_counts() {
    let pki = Pki::new();
    let entry = revoked(&pki.seal_draft.serial, BEFORE, &[]);
    let lists = vec![list(&pki.root_list(), &pki.root), list(&pki.issuer_list().revoking(entry), &pki.issuer)];
    assert!(matches!(said_at(&pki, lists, NOON, NOON + Duration::days(9)), Revocation::Revoked { .. }));
}

#[test]
fn a_stale_list_is_graver_than_a_later_revocation() {
    let pki = Pki::new();
    let entry = revoked(&pki.seal_draft.serial, AFTER, &[]);
    let lists = vec![list(&pki.root_list(), &pki.root), list(&pki.issuer_list().revoking(entry), &pki.issuer)];
    assert!(matches!(said_at(&pki, lists, NOON, NOON + Duration::days(9)), Revocation::ListStale { .. }));
}

#[test]
fn a_list_that_its_issuer_did_not_sign_says_nothing() {
    let pki = Pki::new();
    let lists = vec![list(&pki.root_list(), &pki.root), list(&pki.issuer_list(), &Key::new())];
    assert!(matches!(said(&pki, lists), Revocation::ListStale { next_update: None, .. }));
}

#[test]
fn a_list_signed_by_a_former_key_of_the_issuer_says_nothing() {
    let (pki, former) = (Pki::new(), Key::new());
    let old = ListDraft::new(common_name("Issuer"), &former);
    let lists = vec![list(&pki.root_list(), &pki.root), list(&old, &former)];
    assert!(matches!(said(&pki, lists), Revocation::ListStale { .. }));
}

#[test]
fn the_list_of_an_issuer_that_may_sign_none_says_nothing() {
    let mut pki = Pki::new();
    pki.issuer_draft = pki.issuer_draft.replacing(key_usage(KEY_CERT_SIGN));
    let lists = || vec![list(&pki.root_list(), &pki.root), list(&pki.issuer_list(), &pki.issuer)];
    assert!(matches!(said(&pki, lists()), Revocation::ListStale { .. }));
    pki.issuer_draft = pki.issuer_draft.replacing(key_usage(KEY_CERT_SIGN | CRL_SIGN));
    let lists = vec![list(&pki.root_list(), &pki.root), list(&pki.issuer_list(), &pki.issuer)];
    assert_eq!(said(&pki, lists), Revocation::Good);
}

#[test]
fn a_list_from_the_future_says_nothing_yet() {
    let pki = Pki::new();
    let entry = revoked(&pki.seal_draft.serial, BEFORE, &[]);
    let future = pki.issuer_list().issued(AFTER, AFTER + Duration::DAY).numbered(8).revoking(entry);
    let root = || list(&pki.root_list(), &pki.root);
    let alone = vec![root(), list(&future, &pki.issuer)];
    assert!(matches!(said(&pki, alone), Revocation::ListStale { next_update: None, .. }));
    let with_present = vec![root(), list(&future, &pki.issuer), list(&pki.issuer_list(), &pki.issuer)];
    assert_eq!(said(&pki, with_present), Revocation::Good);
}

#[test]
fn expiry_does_not_wash_a_revocation_away() {
    let mut pki = Pki::new();
    pki.seal_draft = pki.seal_draft.valid(datetime!(2025-01-01 0:00 UTC), datetime!(2026-03-10 18:00 UTC));
    let entry = revoked(&pki.seal_draft.serial, AFTER, &[reason(KEY_COMPROMISE)]);
    let afternoon = datetime!(2026-03-10 17:00 UTC);
    let next_day = datetime!(2026-03-11 17:00 UTC);
    let with = pki.issuer_list().issued(afternoon, next_day).numbered(8).revoking(entry);
    let cleared = pki.issuer_list().issued(next_day, next_day + Duration::DAY).numbered(9);
    let root = pki.root_list().issued(next_day, next_day + Duration::DAY);
    let lists = vec![list(&root, &pki.root), list(&with, &pki.issuer), list(&cleared, &pki.issuer)];
    let said = said_at(&pki, lists, NOON, next_day + Duration::HOUR);
    assert!(matches!(said, Revocation::Revoked { reason: "keyCompromise", .. }), "{said:?}");
}

#[test]
fn an_expired_certificate_that_was_never_revoked_stays_good() {
    let mut pki = Pki::new();
    pki.seal_draft = pki.seal_draft.valid(datetime!(2025-01-01 0:00 UTC), datetime!(2026-03-10 13:00 UTC));
    let lists = vec![list(&pki.root_list(), &pki.root), list(&pki.issuer_list(), &pki.issuer)];
    assert_eq!(said_at(&pki, lists, NOON, NOON + Duration::hours(3)), Revocation::Good);
}

#[test]
fn an_anchor_needs_no_list() {
    let pki = Pki::new();
    let [seal, issuer] = pki.chain();
    let trust = Trust::new(vec![Anchor::from_der(&issuer).unwrap()], vec![list(&pki.issuer_list(), &pki.issuer)]);
    let path = trust.path(&[seal], NOON).unwrap();
    assert_eq!(trust.revocation(&path, NOON, NOON), Revocation::Good);
}

#[test]
fn an_impostor_with_the_issuers_name_and_key_identifier_cannot_use_its_list() {
    let pki = Pki::new();
    let mut impostor = Key::new();
    impostor.id.clone_from(&pki.issuer.id);
    let root_signed = Draft::issuer(common_name("Issuer"), &impostor, common_name("Root"), &pki.root);
    let seal = pki.seal_draft.signed_by(&impostor);
    let lists = vec![list(&pki.root_list(), &pki.root), list(&pki.issuer_list(), &pki.issuer)];
    let trust = Trust::new(vec![pki.anchor()], lists);
    // Warm the memory of the true key first: it must not vouch for the other one.
    let good = trust.path(&pki.chain(), NOON).unwrap();
    assert_eq!(trust.revocation(&good, NOON, NOON), Revocation::Good);
    let path = trust.path(&[seal, root_signed.signed_by(&pki.root)], NOON).unwrap();
    assert!(matches!(trust.revocation(&path, NOON, NOON), Revocation::ListStale { .. }));
}
