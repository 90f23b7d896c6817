use super::super::{Algorithm, JWS_BYTES_MAX, assemble, base64, parse, signing_input};
use super::{PAYLOAD, SealError, Sealer, code, verify};
use crate::chain::tests::pki::{
    CRL_SIGN, DIGITAL_SIGNATURE, Extension, KEY_CERT_SIGN, KEY_ENCIPHERMENT, KEY_USAGE, NON_REPUDIATION, NOON,
    key_usage,
};
use crate::digest::Digest;
use crate::number::CertificateNumber;

#[test]
fn a_seal_is_read_verified_and_numbered() {
    let sealer = Sealer::new();
    let chain = sealer.chain();
    let input = signing_input(Algorithm::Es256, &chain, NOON, PAYLOAD);
    let jws = assemble(&input, &sealer.key.sign_jws(input.as_bytes()));
    let unverified = parse(jws.as_bytes()).unwrap();
    assert_eq!((unverified.algorithm(), unverified.sealed_at()), (Algorithm::Es256, NOON));
    assert_eq!(unverified.chain(), chain);
    let signed = unverified.verify().unwrap();
    assert_eq!(signed.payload(), PAYLOAD);
    assert_eq!(signed.digest(), Digest::of(input.as_bytes()));
    assert_eq!(signed.number(), CertificateNumber::of(&signed.digest()));
    assert_eq!(signed.leaf(), Digest::of(&chain[0]));
    assert_eq!((signed.algorithm(), signed.sealed_at(), signed.chain()), (Algorithm::Es256, NOON, chain.as_slice()));
    assert!(jws.len() < JWS_BYTES_MAX);
}

#[test]
fn two_signatures_over_one_signing_input_have_one_number() {
    let sealer = Sealer::new();
    let input = signing_input(Algorithm::Es256, &sealer.chain(), NOON, PAYLOAD);
    let seal = || assemble(&input, &sealer.key.sign_jws(input.as_bytes()));
    let (one, other) = (seal(), seal());
    assert_ne!(one, other, "ECDSA is randomised");
    assert_eq!(verify(&one).unwrap().number(), verify(&other).unwrap().number());
}

#[test]
fn another_time_of_sealing_is_another_number() {
    let sealer = Sealer::new();
    let one = verify(&sealer.seal_at(NOON)).unwrap().number();
    assert_ne!(one, verify(&sealer.seal_at(NOON + time::Duration::SECOND)).unwrap().number());
}

#[test]
fn a_changed_payload_is_refused() {
    let jws = Sealer::new().seal();
    let parts: Vec<&str> = jws.split('.').collect();
    let changed = base64::to_url(br#"{"version":2}"#);
    assert_eq!(code(&[parts[0], &changed, parts[2]].join(".")), "sealSignatureInvalid");
}

#[test]
fn a_signature_of_another_key_is_refused() {
    let (sealer, other) = (Sealer::new(), Sealer::new());
    let input = signing_input(Algorithm::Es256, &sealer.chain(), NOON, PAYLOAD);
    let jws = assemble(&input, &other.key.sign_jws(input.as_bytes()));
    assert_eq!(verify(&jws).unwrap_err(), SealError::SignatureInvalid { algorithm: Algorithm::Es256 });
}

#[test]
fn the_certificate_cannot_be_swapped_for_another_of_the_same_key() {
    let sealer = Sealer::new();
    let jws = sealer.seal();
    let other = sealer.draft.signed_by(&sealer.issuer);
    let mut members = sealer.members();
    members.iter_mut().find(|(name, _)| name == "x5c").unwrap().1 = format!("[\"{}\"]", base64::to_standard(&other));
    let swapped = sealer.seal_with(super::written(&members).as_bytes(), PAYLOAD);
    assert_eq!(code(&swapped), "sealThumbprintMismatch");
    assert!(verify(&jws).is_ok());
}

#[test]
fn an_asn1_signature_has_the_wrong_length() {
    let sealer = Sealer::new();
    let input = signing_input(Algorithm::Es256, &sealer.chain(), NOON, PAYLOAD);
    for length in [0, 63, 65, 70, 512] {
        let error = verify(&assemble(&input, &vec![1; length])).unwrap_err();
        assert_eq!(error, SealError::SignatureLength { algorithm: Algorithm::Es256, wanted: 64, found: length });
    }
}

#[test]
fn an_ecdsa_signature_of_zeros_is_refused() {
    let sealer = Sealer::new();
    let input = signing_input(Algorithm::Es256, &sealer.chain(), NOON, PAYLOAD);
    assert_eq!(code(&assemble(&input, &[0; 64])), "sealSignatureInvalid");
}

#[test]
fn an_algorithm_that_is_not_the_keys_is_refused() {
    let sealer = Sealer::new();
    for &algorithm in Algorithm::ALL.iter().filter(|&&algorithm| algorithm != Algorithm::Es256) {
        let input = signing_input(algorithm, &sealer.chain(), NOON, PAYLOAD);
        let jws = assemble(&input, &sealer.key.sign_jws(input.as_bytes()));
        assert_eq!(code(&jws), "sealAlgorithmDoesNotFitKey", "{algorithm}");
    }
}

#[test]
fn a_key_for_signing_documents_seals_and_no_other() {
    for (bits, good) in [
        (DIGITAL_SIGNATURE, true),
        (NON_REPUDIATION, true),
        (DIGITAL_SIGNATURE | KEY_ENCIPHERMENT, true),
        (KEY_ENCIPHERMENT, false),
        (KEY_CERT_SIGN | CRL_SIGN, false),
    ] {
        let mut sealer = Sealer::new();
        sealer.draft = sealer.draft.replacing(key_usage(bits));
        let outcome = verify(&sealer.seal()).map_err(|error| error.code());
        assert_eq!(outcome.as_ref().err(), (!good).then_some(&"sealKeyUsage"), "{bits:#x}");
    }
}

#[test]
fn a_certificate_that_does_not_say_what_its_key_is_for_seals_nothing() {
    let mut sealer = Sealer::new();
    sealer.draft = sealer.draft.without(KEY_USAGE);
    assert_eq!(verify(&sealer.seal()), Err(SealError::KeyUsage { found: "absent".to_owned() }));
    sealer.draft = sealer.draft.with(Extension::new(KEY_USAGE, true, vec![5, 0]));
    assert_eq!(verify(&sealer.seal()), Err(SealError::KeyUsage { found: "malformed".to_owned() }));
}

#[test]
fn a_certificate_that_is_none_is_refused() {
    let sealer = Sealer::new();
    let [good] = sealer.chain();
    for leaf in [b"garbage".to_vec(), good[..good.len() - 1].to_vec(), [good.as_ref(), &[0]].concat(), Vec::new()] {
        let input = signing_input(Algorithm::Es256, &[leaf.into()], NOON, PAYLOAD);
        let jws = assemble(&input, &sealer.key.sign_jws(input.as_bytes()));
        assert_eq!(code(&jws), "sealCertificateMalformed");
    }
}
