//! Lists that speak for less than all of an issuer's certificates, or not clearly.

use super::pki::{AUTHORITY_KEY_ID, CRL_NUMBER, Extension, ListDraft, NOON, reason, revoked, sequence, tlv};
use super::{Pki, list};
use crate::chain::{ChainError, RevocationList};
use time::macros::datetime;

fn refused(spoil: impl FnOnce(ListDraft) -> ListDraft) -> ChainError {
    let pki = Pki::new();
    RevocationList::from_der(&spoil(pki.root_list()).signed_by(&pki.root)).unwrap_err()
}

fn with(extension: Extension) -> impl FnOnce(ListDraft) -> ListDraft {
    |mut draft| {
        draft.extensions.push(extension);
        draft
    }
}

fn without(oid: &'static [u8]) -> impl FnOnce(ListDraft) -> ListDraft {
    move |mut draft| {
        draft.extensions.retain(|extension| extension.oid != oid);
        draft
    }
}

#[test]
fn a_list_tells_whose_it_is_and_how_long_it_lasts() {
    let pki = Pki::new();
    let draft = pki.issuer_list().revoking(revoked(&[5], NOON, &[])).revoking(revoked(&[6], NOON, &[]));
    let list = list(&draft, &pki.issuer);
    assert_eq!((list.issuer(), list.issuer_key(), list.number()), ("CN=Issuer", pki.issuer.id.as_slice(), "7"));
    assert_eq!(list.this_update(), datetime!(2026-03-10 11:00 UTC));
    assert_eq!(list.next_update(), datetime!(2026-03-11 11:00 UTC));
    assert_eq!(list.revoked_count(), 2);
    assert_eq!(list.der(), RevocationList::from_der(list.der()).unwrap().der());
}

#[test]
fn a_delta_list_is_refused() {
    let delta = Extension::new(&[0x55, 0x1d, 27], true, tlv(0x02, &[1]));
    assert_eq!(refused(with(delta)).code(), "listUnsupported");
}

#[test]
fn a_list_for_one_distribution_point_is_refused() {
    let point = tlv(0xa0, &tlv(0xa0, &tlv(0x86, b"http://crl.example/1")));
    let partitioned = Extension::new(&[0x55, 0x1d, 28], true, sequence(&[&point]));
    assert_eq!(refused(with(partitioned)).code(), "listUnsupported");
}

#[test]
fn an_indirect_list_is_refused() {
    let point = tlv(0xa0, &tlv(0xa0, &tlv(0x86, b"http://crl.example/1")));
    let indirect = Extension::new(&[0x55, 0x1d, 28], true, sequence(&[&point, &tlv(0x84, &[0xff])]));
    assert!(refused(with(indirect)).to_string().contains("indirect"));
    let foreign = Extension::new(&[0x55, 0x1d, 29], true, sequence(&[&tlv(0xa4, &super::common_name("Other"))]));
    assert!(refused(|draft| draft.revoking(revoked(&[5], NOON, &[foreign]))).to_string().contains("indirect"));
}

#[test]
fn a_list_for_some_reasons_only_is_refused() {
    let point = tlv(0xa0, &tlv(0xa0, &tlv(0x86, b"http://crl.example/1")));
    let some = Extension::new(&[0x55, 0x1d, 28], true, sequence(&[&point, &tlv(0x83, &[5, 0x60])]));
    assert!(refused(with(some)).to_string().contains("some reasons"));
}

#[test]
fn an_unknown_critical_extension_spoils_the_list() {
    let unknown = Extension::new(&[0x2a, 3, 4, 5], true, vec![5, 0]);
    assert_eq!(refused(with(unknown.clone())).code(), "listUnsupported");
    assert_eq!(refused(|draft| draft.revoking(revoked(&[5], NOON, &[unknown]))).code(), "listUnsupported");
}

#[test]
fn a_reason_that_takes_back_or_does_not_exist_spoils_the_list() {
    assert_eq!(refused(|draft| draft.revoking(revoked(&[5], NOON, &[reason(8)]))).code(), "listUnsupported");
    assert_eq!(refused(|draft| draft.revoking(revoked(&[5], NOON, &[reason(7)]))).code(), "listUnsupported");
}

#[test]
fn a_list_without_number_key_or_end_is_refused() {
    assert_eq!(refused(without(CRL_NUMBER)).code(), "listMalformed");
    assert_eq!(refused(without(AUTHORITY_KEY_ID)).code(), "listMalformed");
    assert_eq!(refused(|draft| ListDraft { next_update: None, ..draft }).code(), "listMalformed");
    let ended = |draft: ListDraft| ListDraft { next_update: Some(draft.this_update), ..draft };
    assert_eq!(refused(ended).code(), "listMalformed");
}

#[test]
fn a_list_with_an_extension_twice_is_refused() {
    let number = Extension::new(CRL_NUMBER, false, tlv(0x02, &[9]));
    assert_eq!(refused(with(number)).code(), "listMalformed");
}

#[test]
fn what_is_no_list_is_refused() {
    let pki = Pki::new();
    let good = pki.root_list().signed_by(&pki.root);
    for bytes in [b"".to_vec(), good[..good.len() - 1].to_vec(), [good.as_slice(), &[0]].concat()] {
        assert_eq!(RevocationList::from_der(&bytes).unwrap_err().code(), "listMalformed");
    }
    assert_eq!(RevocationList::from_der(&pki.chain()[0]).unwrap_err().code(), "listMalformed");
}
