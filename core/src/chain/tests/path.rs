use rustls_pki_types::CertificateDer;
use time::Duration;
use time::macros::datetime;

use super::Pki;
use super::pki::{
    BASIC_CONSTRAINTS, Draft, Extension, Key, NAME_CONSTRAINTS, NOON, common_name, oid, purposes, sequence, tlv,
};
use crate::chain::{Anchor, ChainError, Trust};
use crate::digest::Digest;
use crate::party::{Identifier, Scheme};

#[test]
fn a_good_chain_leads_to_its_anchor_and_names_the_manufacturer() {
    let pki = Pki::new();
    let chain = pki.chain();
    let path = pki.trust().path(&chain, NOON).unwrap();
    assert_eq!(path.leaf(), Digest::of(&chain[0]));
    assert_eq!(path.subject(), "Pakavimo mašinos");
    assert_eq!(path.organization_identifier_text(), Some("NTRLT-123456789"));
    assert_eq!(path.organization_identifier(), Some(&Identifier::new(Scheme::Ntr, "LT-123456789").unwrap()));
    assert_eq!(path.judged_at(), NOON);
    assert_eq!((path.not_before(), path.not_after()), (datetime!(2025-01-01 0:00 UTC), datetime!(2027-01-01 0:00 UTC)));
}

#[test]
fn an_issuing_ca_can_be_the_anchor_as_trusted_lists_name_them() {
    let pki = Pki::new();
    let [seal, issuer] = pki.chain();
    let anchor = Anchor::from_der(&issuer).unwrap();
    let fingerprint = anchor.fingerprint();
    let trust = Trust::new(vec![anchor], Vec::new());
    assert_eq!(trust.path(std::slice::from_ref(&seal), NOON).unwrap().anchor(), fingerprint);
    assert_eq!(trust.path(&[seal, issuer], NOON).unwrap().anchor(), fingerprint, "the anchor may ride along");
}

#[test]
fn a_chain_that_ends_with_its_root_is_read_too() {
    let pki = Pki::new();
    let [seal, issuer] = pki.chain();
    let root = pki.root_draft.signed_by(&pki.root);
    assert!(pki.trust().path(&[seal, issuer, root], NOON).is_ok());
}

#[test]
fn a_chain_to_an_unknown_anchor_names_the_issuer_that_was_looked_for() {
    let (pki, other) = (Pki::new(), Pki::new());
    let trust = Trust::new(Vec::new(), Vec::new());
    assert_eq!(trust.path(&pki.chain(), NOON), Err(ChainError::UnknownIssuer { issuer: "CN=Root".to_owned() }));
    // Same names, other keys: an impostor's chain does not lead to the true root.
    assert_eq!(other.trust().path(&pki.chain(), NOON).unwrap_err().code(), "chainSignatureInvalid");
    let [seal, _] = pki.chain();
    assert_eq!(pki.trust().path(&[seal], NOON), Err(ChainError::UnknownIssuer { issuer: "CN=Issuer".to_owned() }));
}

#[test]
fn a_self_signed_seal_is_refused() {
    let mut pki = Pki::new();
    pki.seal_draft.issuer = pki.seal_draft.subject.clone();
    let seal = pki.seal_draft.signed_by(&pki.seal);
    assert_eq!(pki.trust().path(&[seal], NOON).unwrap_err().code(), "chainUnknownIssuer");
}

#[test]
fn the_first_certificate_must_be_the_sealers() {
    let pki = Pki::new();
    let [_, issuer] = pki.chain();
    assert_eq!(pki.trust().path(&[issuer], NOON).unwrap_err().code(), "chainRole");
}

#[test]
fn certificates_out_of_order_or_riding_along_are_refused() {
    let pki = Pki::new();
    let [seal, issuer] = pki.chain();
    let stranger = Pki::new().seal_draft.signed_by(&pki.root);
    for chain in [[issuer.clone(), seal.clone()], [seal.clone(), stranger.clone()]] {
        assert_eq!(pki.trust().path(&chain, NOON).unwrap_err().code(), "chainOutOfOrder");
    }
    let error = pki.trust().path(&[seal, issuer, stranger], NOON).unwrap_err();
    assert!(matches!(&error, ChainError::OutOfOrder { position: 3, wanted, .. } if wanted == "CN=Root"), "{error}");
}

#[test]
fn what_is_no_certificate_is_refused_with_its_place() {
    let pki = Pki::new();
    let [seal, issuer] = pki.chain();
    let broken = CertificateDer::from(issuer[..issuer.len() - 1].to_vec());
    let longer = CertificateDer::from([issuer.as_ref(), &[0]].concat());
    for second in [broken, longer, CertificateDer::from(Vec::new())] {
        let error = pki.trust().path(&[seal.clone(), second], NOON).unwrap_err();
        assert!(matches!(error, ChainError::Malformed { position: 2, .. }), "{error}");
    }
}

#[test]
fn absurd_chains_are_refused_before_they_are_read() {
    let pki = Pki::new();
    let [seal, issuer] = pki.chain();
    let code = |chain: &[CertificateDer<'_>]| pki.trust().path(chain, NOON).unwrap_err().code();
    assert_eq!(code(&[]), "chainLength");
    let mut long = vec![issuer; 6];
    long.insert(0, seal.clone());
    assert_eq!(code(&long), "chainLength");
    assert_eq!(code(&[seal, CertificateDer::from(vec![0; 32 * 1024])]), "chainTooLarge");
}

#[test]
fn validity_is_judged_at_the_given_moment_and_says_whose_is_over() {
    let mut pki = Pki::new();
    let (from, until) = (datetime!(2026-03-01 0:00 UTC), datetime!(2026-04-01 0:00 UTC));
    pki.issuer_draft = pki.issuer_draft.valid(from, until);
    assert!(pki.path_at(from).is_ok());
    assert!(pki.path_at(until).is_ok(), "the last second is inside (RFC 5280, 4.1.2.5)");
    let (early, late) = (from - Duration::SECOND, until + Duration::SECOND);
    let subject = || "CN=Issuer".to_owned();
    assert_eq!(pki.path_at(late), Err(ChainError::Expired { subject: subject(), not_after: until, at: late }));
    assert_eq!(pki.path_at(early), Err(ChainError::NotYetValid { subject: subject(), not_before: from, at: early }));
}

#[test]
fn a_path_holds_exactly_while_everything_on_it_does() {
    let mut pki = Pki::new();
    let (from, until) = (datetime!(2026-03-01 0:00 UTC), datetime!(2026-04-01 0:00 UTC));
    pki.issuer_draft = pki.issuer_draft.valid(from, until);
    let last_trusted = until - Duration::DAY;
    let distrusted = Trust::new(vec![pki.anchor().distrusted_after(last_trusted)], Vec::new());
    for (trust, last) in [(pki.trust(), until), (distrusted, last_trusted)] {
        let path = trust.path(&pki.chain(), NOON).unwrap();
        for at in [from - Duration::SECOND, from, NOON, last, last + Duration::SECOND, until + Duration::DAY] {
            assert_eq!(path.holds_at(at), trust.path(&pki.chain(), at).is_ok(), "{at}");
        }
    }
}

#[test]
fn an_expired_anchor_does_not_vouch_unless_its_renewed_certificate_does() {
    let pki = Pki::new();
    let from = datetime!(2025-01-01 0:00 UTC);
    let old = pki.root_draft.clone().valid(from, datetime!(2026-03-01 0:00 UTC)).signed_by(&pki.root);
    let old = Anchor::from_der(&old).unwrap();
    let alone = Trust::new(vec![old.clone()], Vec::new());
    assert!(matches!(alone.path(&pki.chain(), NOON), Err(ChainError::Expired { subject, .. }) if subject == "CN=Root"));
    let renewed = pki.anchor();
    for anchors in [vec![old.clone(), renewed.clone()], vec![renewed.clone(), old]] {
        let trust = Trust::new(anchors, Vec::new());
        assert_eq!(trust.path(&pki.chain(), NOON).unwrap().anchor(), renewed.fingerprint());
    }
}

#[test]
fn a_distrusted_anchor_holds_what_it_vouched_for_before() {
    let pki = Pki::new();
    let trust = Trust::new(vec![pki.anchor().distrusted_after(NOON)], Vec::new());
    assert!(trust.path(&pki.chain(), NOON).is_ok());
    let later = NOON + Duration::SECOND;
    assert_eq!(
        trust.path(&pki.chain(), later),
        Err(ChainError::AnchorDistrusted { anchor: "CN=Root".to_owned(), since: NOON, at: later })
    );
}

#[test]
fn distrust_does_not_hide_what_else_is_wrong() {
    let mut pki = Pki::new();
    pki.seal_draft.serial = vec![0];
    let trust = Trust::new(vec![pki.anchor().distrusted_after(NOON)], Vec::new());
    let error = trust.path(&pki.chain(), NOON + Duration::DAY).unwrap_err();
    assert_eq!(error.code(), "certificateSerialNumber");
}

#[test]
fn a_forged_signature_is_refused() {
    let pki = Pki::new();
    let [_, issuer] = pki.chain();
    let forged = pki.seal_draft.signed_by(&pki.seal);
    assert_eq!(pki.trust().path(&[forged, issuer], NOON).unwrap_err().code(), "chainSignatureInvalid");
}

#[test]
fn sha1_signatures_are_refused() {
    let mut pki = Pki::new();
    // ecdsa-with-SHA1, 1.2.840.10045.4.1
    pki.seal_draft.algorithm = sequence(&[&oid(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1])]);
    assert_eq!(pki.code(), "chainSignatureAlgorithm");
}

#[test]
fn a_manufacturer_cannot_issue_certificates() {
    let pki = Pki::new();
    let (own, [seal, issuer]) = (Key::new(), pki.chain());
    let forged = Draft::seal(common_name("Another"), &own, pki.seal_draft.subject.clone(), &pki.seal);
    let chain = [forged.signed_by(&pki.seal), seal, issuer];
    assert_eq!(pki.trust().path(&chain, NOON).unwrap_err().code(), "chainRole");
}

#[test]
fn a_path_longer_than_its_issuer_allows_is_refused() {
    let mut pki = Pki::new();
    let below = Key::new();
    let limited = sequence(&[&[0x01, 0x01, 0xff], &[0x02, 0x01, 0x00]]);
    pki.issuer_draft = pki.issuer_draft.replacing(Extension::new(BASIC_CONSTRAINTS, true, limited));
    assert!(pki.path().is_ok(), "none below it is what pathLen 0 allows");
    let [_, issuer] = pki.chain();
    let sub = Draft::issuer(common_name("Sub"), &below, common_name("Issuer"), &pki.issuer).signed_by(&pki.issuer);
    let seal = Draft::seal(common_name("Seal"), &pki.seal, common_name("Sub"), &below).signed_by(&below);
    assert_eq!(pki.trust().path(&[seal, sub, issuer], NOON).unwrap_err().code(), "chainPathLength");
}

#[test]
fn name_constraints_on_directory_names_are_not_passed_over() {
    let mut pki = Pki::new();
    let subtree = sequence(&[&tlv(0xa4, &common_name("Somebody else"))]);
    let constraints = Extension::new(NAME_CONSTRAINTS, true, sequence(&[&tlv(0xa0, &subtree)]));
    pki.issuer_draft = pki.issuer_draft.with(constraints);
    assert_eq!(pki.code(), "chainNameConstraints");
}

#[test]
fn unknown_critical_extensions_are_refused_and_unknown_others_ignored() {
    let mut pki = Pki::new();
    let unknown = |critical| Extension::new(&[0x2a, 3, 4, 5], critical, vec![5, 0]);
    pki.seal_draft = pki.seal_draft.with(unknown(false));
    assert!(pki.path().is_ok());
    pki.seal_draft = pki.seal_draft.replacing(unknown(true));
    assert_eq!(pki.code(), "chainCriticalExtension");
}

const DOCUMENT_SIGNING: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 36];
const EMAIL_PROTECTION: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 4];
const CLIENT_AUTH: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 2];
const SERVER_AUTH: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 1];
const ANY: &[u8] = &[0x55, 0x1d, 37, 0];

#[test]
fn a_certificate_for_documents_or_any_purpose_may_seal() {
    for list in [&[DOCUMENT_SIGNING][..], &[EMAIL_PROTECTION], &[ANY], &[CLIENT_AUTH, EMAIL_PROTECTION]] {
        let mut pki = Pki::new();
        pki.seal_draft = pki.seal_draft.with(purposes(list));
        assert!(pki.path().is_ok(), "{list:?}");
    }
}

#[test]
fn a_tls_certificate_cannot_seal() {
    for list in [&[CLIENT_AUTH][..], &[SERVER_AUTH, CLIENT_AUTH], &[&[0x2b, 6, 1, 5, 5, 7, 3, 8]]] {
        let mut pki = Pki::new();
        pki.seal_draft = pki.seal_draft.with(purposes(list));
        assert_eq!(pki.code(), "chainPurpose", "{list:?}");
    }
    let mut pki = Pki::new();
    pki.seal_draft = pki.seal_draft.with(purposes(&[CLIENT_AUTH]));
    assert_eq!(pki.path(), Err(ChainError::Purpose { found: "1.3.6.1.5.5.7.3.2".to_owned() }));
}

#[test]
fn an_issuer_confined_to_tls_certifies_no_seal() {
    let mut pki = Pki::new();
    pki.issuer_draft = pki.issuer_draft.with(purposes(&[SERVER_AUTH]));
    assert_eq!(pki.code(), "chainPurpose");
}
