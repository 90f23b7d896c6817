use std::sync::LazyLock;

use proptest::prelude::*;
use rustls_pki_types::CertificateDer;

use super::Pki;
use super::pki::{NOON, revoked};
use crate::chain::{Anchor, RevocationList, Trust};

static PKI: LazyLock<(Trust, [CertificateDer<'static>; 2])> = LazyLock::new(|| {
    let pki = Pki::new();
    (pki.trust(), pki.chain())
});

static LIST: LazyLock<(Trust, Vec<u8>)> = LazyLock::new(|| {
    let pki = Pki::new();
    (pki.trust(), pki.root_list().revoking(revoked(&[5], NOON, &[])).signed_by(&pki.root))
});

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
        let _ = Anchor::from_der(&bytes);
        let _ = RevocationList::from_der(&bytes);
        prop_assert!(PKI.0.path(&[CertificateDer::from(bytes)], NOON).is_err());
    }

    #[test]
    fn a_chain_with_one_byte_changed_is_refused(first: bool, place: prop::sample::Index, change in 1_u8..) {
        let mut chain = PKI.1.clone();
        let certificate = &mut chain[usize::from(!first)];
        let mut bytes = certificate.to_vec();
        let place = place.index(bytes.len());
        bytes[place] ^= change;
        *certificate = CertificateDer::from(bytes);
        prop_assert!(PKI.0.path(&chain, NOON).is_err());
    }

    #[test]
    fn a_list_with_one_byte_changed_is_not_admitted(place: prop::sample::Index, change in 1_u8..) {
        let mut bytes = LIST.1.clone();
        let place = place.index(bytes.len());
        bytes[place] ^= change;
        let admitted = RevocationList::from_der(&bytes).and_then(|list| LIST.0.admit_list(&list, &[], NOON));
        prop_assert!(admitted.is_err());
    }
}
