//! One test a rule: the certificate is good but for the one thing.

use super::Pki;
use super::pki::{
    AUTHORITY_KEY_ID, BASIC_CONSTRAINTS, CRL_SIGN, Draft, Extension, KEY_CERT_SIGN, KEY_USAGE, NAME_CONSTRAINTS,
    NON_REPUDIATION, SUBJECT_KEY_ID, authority_key_id, common_name, generalized_time, key_usage, name, oid, sequence,
    tlv,
};
use crate::chain::{Anchor, ChainError, Rule};
use time::macros::datetime;

/// The rule that a spoiled seal certificate breaks.
fn seal_rule(spoil: impl FnOnce(Draft) -> Draft) -> Rule {
    let mut pki = Pki::new();
    pki.seal_draft = spoil(pki.seal_draft);
    rule(pki.path().unwrap_err())
}

/// The rule that a spoiled issuer's certificate breaks.
fn issuer_rule(spoil: impl FnOnce(Draft) -> Draft) -> Rule {
    let mut pki = Pki::new();
    pki.issuer_draft = spoil(pki.issuer_draft);
    rule(pki.path().unwrap_err())
}

fn rule(error: ChainError) -> Rule {
    let ChainError::Profile { rule, .. } = error else { panic!("not of the profile: {error}") };
    rule
}

fn serial(bytes: &[u8]) -> impl FnOnce(Draft) -> Draft {
    let serial = bytes.to_vec();
    |draft| Draft { serial, ..draft }
}

#[test]
fn a_serial_number_of_zero_is_refused() {
    assert_eq!(seal_rule(serial(&[0])), Rule::SerialNumber);
}

#[test]
fn a_negative_serial_number_is_refused() {
    assert_eq!(seal_rule(serial(&[0x80, 1])), Rule::SerialNumber);
}

#[test]
fn a_serial_number_of_more_than_20_octets_is_refused() {
    assert_eq!(issuer_rule(serial(&[1; 21])), Rule::SerialNumber);
    let mut pki = Pki::new();
    pki.seal_draft.serial = vec![1; 20];
    assert!(pki.path().is_ok());
}

#[test]
fn an_empty_subject_is_refused() {
    assert_eq!(seal_rule(|draft| Draft { subject: name(&[]), ..draft }), Rule::Name);
}

#[test]
fn a_time_in_the_other_encoding_is_refused() {
    let spoil = |draft| Draft { not_after: generalized_time(datetime!(2049-12-31 0:00 UTC)), ..draft };
    assert_eq!(seal_rule(spoil), Rule::TimeEncoding);
    let mut pki = Pki::new();
    pki.seal_draft.not_after = generalized_time(datetime!(2050-01-01 0:00 UTC));
    assert!(pki.path().is_ok());
}

#[test]
fn an_extension_twice_is_refused() {
    let twice = |draft: Draft| {
        let unknown = Extension::new(&[0x2a, 3, 4, 5], false, vec![5, 0]);
        draft.with(unknown.clone()).with(unknown)
    };
    assert_eq!(seal_rule(twice), Rule::ExtensionTwice);
}

#[test]
fn an_unreadable_extension_is_refused() {
    // certificatePolicies that is an INTEGER
    let broken = |draft: Draft| draft.with(Extension::new(&[0x55, 0x1d, 32], false, vec![2, 1, 1]));
    assert_eq!(seal_rule(broken), Rule::ExtensionMalformed);
}

#[test]
fn a_missing_authority_key_identifier_is_refused() {
    assert_eq!(seal_rule(|draft| draft.without(AUTHORITY_KEY_ID)), Rule::AuthorityKeyIdentifier);
    assert_eq!(issuer_rule(|draft| draft.without(AUTHORITY_KEY_ID)), Rule::AuthorityKeyIdentifier);
}

#[test]
fn a_wrong_authority_key_identifier_is_refused() {
    assert_eq!(seal_rule(|draft| draft.replacing(authority_key_id(&[1; 20]))), Rule::AuthorityKeyIdentifier);
    let empty = Extension::new(AUTHORITY_KEY_ID, false, sequence(&[]));
    assert_eq!(seal_rule(|draft| draft.replacing(empty)), Rule::AuthorityKeyIdentifier);
}

#[test]
fn a_critical_key_identifier_is_refused() {
    // webpki refuses the critical extension as one that it does not know.
    let mut pki = Pki::new();
    let mut critical = authority_key_id(&pki.issuer.id);
    critical.critical = true;
    pki.seal_draft = pki.seal_draft.replacing(critical);
    assert_eq!(pki.code(), "chainCriticalExtension");
    let mut pki = Pki::new();
    let critical = Extension::new(SUBJECT_KEY_ID, true, tlv(0x04, &pki.root.id));
    pki.root_draft = pki.root_draft.replacing(critical);
    let refused = Anchor::from_der(&pki.root_draft.signed_by(&pki.root)).unwrap_err();
    assert_eq!(rule(refused), Rule::ExtensionCritical, "an anchor's extensions are the profile's own business");
}

#[test]
fn an_issuer_without_subject_key_identifier_is_refused() {
    assert_eq!(issuer_rule(|draft| draft.without(SUBJECT_KEY_ID)), Rule::SubjectKeyIdentifier);
}

#[test]
fn an_issuer_without_key_cert_sign_is_refused() {
    assert_eq!(issuer_rule(|draft| draft.replacing(key_usage(CRL_SIGN))), Rule::KeyUsageOfIssuer);
    assert_eq!(issuer_rule(|draft| draft.without(KEY_USAGE)), Rule::KeyUsageOfIssuer);
}

#[test]
fn a_seal_certificate_with_key_cert_sign_is_refused() {
    let spoil = |draft: Draft| draft.replacing(key_usage(NON_REPUDIATION | KEY_CERT_SIGN));
    assert_eq!(seal_rule(spoil), Rule::KeyUsageOfSealCertificate);
}

#[test]
fn an_issuer_whose_basic_constraints_are_not_critical_is_refused() {
    let lax = Extension::new(BASIC_CONSTRAINTS, false, sequence(&[&[0x01, 0x01, 0xff]]));
    assert_eq!(issuer_rule(|draft| draft.replacing(lax)), Rule::BasicConstraintsOfIssuer);
}

#[test]
fn a_seal_certificate_with_a_path_length_is_refused() {
    let limited = Extension::new(BASIC_CONSTRAINTS, true, sequence(&[&[0x02, 0x01, 0x00]]));
    assert_eq!(seal_rule(|draft| draft.with(limited)), Rule::BasicConstraintsOfSealCertificate);
}

#[test]
fn a_seal_certificate_with_the_ca_bit_is_refused() {
    let mut pki = Pki::new();
    let ca = Extension::new(BASIC_CONSTRAINTS, true, sequence(&[&[0x01, 0x01, 0xff]]));
    pki.seal_draft = pki.seal_draft.with(ca);
    assert_eq!(pki.code(), "chainRole");
}

/// Permits mail addresses of one host: nothing that these certificates name.
fn constraints(critical: bool) -> Extension {
    let subtree = sequence(&[&tlv(0x81, b"example.org")]);
    Extension::new(NAME_CONSTRAINTS, critical, sequence(&[&tlv(0xa0, &subtree)]))
}

#[test]
fn name_constraints_on_a_seal_certificate_are_refused() {
    assert_eq!(seal_rule(|draft| draft.with(constraints(true))), Rule::NameConstraintsOnSealCertificate);
}

#[test]
fn name_constraints_that_a_reader_could_ignore_are_refused() {
    assert_eq!(issuer_rule(|draft| draft.with(constraints(false))), Rule::ExtensionNotCritical);
}

#[test]
fn two_organization_identifiers_are_refused() {
    let id: &[u8] = &[0x55, 4, 97];
    let subject = name(&[(id, "NTRLT-123456789"), (id, "NTRDE-HRB1234")]);
    assert_eq!(seal_rule(|draft| Draft { subject, ..draft }), Rule::OrganizationIdentifier);
}

#[test]
fn an_organization_identifier_that_is_no_text_is_refused() {
    let attribute = sequence(&[&oid(&[0x55, 4, 97]), &tlv(0x04, b"NTRLT-123456789")]);
    let subject = sequence(&[&tlv(0x31, &attribute)]);
    assert_eq!(seal_rule(|draft| Draft { subject, ..draft }), Rule::OrganizationIdentifier);
}

#[test]
fn a_seal_certificate_without_organization_identifier_names_nobody() {
    let mut pki = Pki::new();
    pki.seal_draft.subject = common_name("Somebody");
    let path = pki.path().unwrap();
    assert_eq!((path.organization_identifier(), path.subject()), (None, "Somebody"));
}

#[test]
fn an_organization_identifier_of_an_unknown_register_is_shown_but_identifies_nobody() {
    let mut pki = Pki::new();
    pki.seal_draft.subject = name(&[(&[0x55, 4, 97], "PASLT-1234")]);
    let path = pki.path().unwrap();
    assert_eq!(path.organization_identifier_text(), Some("PASLT-1234"));
    assert_eq!(path.organization_identifier(), None);
}

#[test]
fn a_name_cannot_forge_the_line_it_is_shown_in() {
    let mut pki = Pki::new();
    pki.seal_draft.subject = name(&[(&[0x55, 4, 10], "Good\u{202e}live\r\nE")]);
    assert_eq!(pki.path().unwrap().subject(), "Good\u{fffd}live\u{fffd}\u{fffd}E");
}

fn rsa(modulus: &[u8], exponent: &[u8], kind: u8) -> Vec<u8> {
    let key = sequence(&[&tlv(0x02, &[&[0], modulus].concat()), &tlv(0x02, exponent)]);
    let algorithm = sequence(&[&oid(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, kind]), &[5, 0]]);
    sequence(&[&algorithm, &tlv(0x03, &[&[0], key.as_slice()].concat())])
}

fn key_code(info: Vec<u8>) -> Option<&'static str> {
    let mut pki = Pki::new();
    pki.seal_draft.info = info;
    pki.path().err().map(|error| error.code())
}

#[test]
fn weak_and_unknown_keys_are_refused() {
    let good: &[u8] = &[1, 0, 1];
    let top = |bytes: usize, first: u8| {
        let mut modulus = vec![0xff; bytes];
        modulus[0] = first;
        modulus
    };
    assert_eq!(key_code(rsa(&top(256, 0x80), good, 1)), None, "2048 bits");
    assert_eq!(key_code(rsa(&top(512, 0xff), good, 1)), None, "4096 bits");
    assert_eq!(key_code(rsa(&top(256, 0x7f), good, 1)), Some("keyMalformed"), "a zero too many is not DER");
    assert_eq!(key_code(rsa(&top(128, 0xff), good, 1)), Some("keyRsaBits"), "1024 bits");
    assert_eq!(key_code(rsa(&top(513, 0x80), good, 1)), Some("keyRsaBits"), "4104 bits");
    assert_eq!(key_code(rsa(&top(256, 0xff), &[3], 1)), Some("keyRsaExponent"));
    assert_eq!(key_code(rsa(&top(256, 0xff), &[1, 0, 2], 1)), Some("keyRsaExponent"), "even");
    assert_eq!(key_code(rsa(&top(256, 0xff), &[2, 0, 0, 0, 1], 1)), Some("keyRsaExponent"), "beyond 33 bits");
    assert_eq!(key_code(rsa(&top(256, 0xff), good, 10)), Some("keyKindRefused"), "bound to RSASSA-PSS");
    let curve = |curve: &[u8], point: &[u8]| {
        let algorithm = sequence(&[&oid(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1]), &oid(curve)]);
        sequence(&[&algorithm, &tlv(0x03, &[&[0], point].concat())])
    };
    let (p256, p521): (&[u8], &[u8]) = (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7], &[0x2b, 0x81, 4, 0, 0x23]);
    assert_eq!(key_code(curve(p521, &[4; 133])), Some("keyKindRefused"));
    assert_eq!(key_code(curve(p256, &[2; 33])), Some("keyMalformed"), "a compressed point");
}

#[test]
fn an_anchor_must_be_an_issuers() {
    let pki = Pki::new();
    let [seal, _] = pki.chain();
    assert_eq!(rule(Anchor::from_der(&seal).unwrap_err()), Rule::BasicConstraintsOfIssuer);
    assert_eq!(Anchor::from_der(b"not a certificate").unwrap_err().code(), "chainCertificateMalformed");
    let root = pki.root_draft.signed_by(&pki.root);
    let longer = [root.as_ref(), &[0]].concat();
    assert_eq!(Anchor::from_der(&longer).unwrap_err().code(), "chainCertificateMalformed");
}

#[test]
fn every_rule_has_its_own_code() {
    let codes: std::collections::BTreeSet<_> = Rule::ALL.iter().map(|rule| rule.code()).collect();
    assert_eq!(codes.len(), Rule::ALL.len());
}
