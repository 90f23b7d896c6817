use coset::TaggedCborSerializable as _;
use proptest::prelude::*;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use time::{OffsetDateTime, macros::datetime};

use super::*;

mod vectors;
use crate::certificate::{self, Certificate};
use crate::digest::Digest;

const NOON: OffsetDateTime = datetime!(2026-03-10 12:00 UTC);
const ORIGIN: &str = "register.example.lt/endmark";

struct Signer(EcdsaKeyPair);

impl Signer {
    fn new() -> Self {
        let (algorithm, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let der = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        Self(EcdsaKeyPair::from_pkcs8(algorithm, der.as_ref(), &random).unwrap())
    }

    fn key(&self) -> TokenKey {
        TokenKey::from_point(self.0.public_key().as_ref()).unwrap()
    }

    fn keys(&self) -> TokenKeys {
        TokenKeys { keys: vec![self.key()] }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec()
    }

    fn try_write(&self, certificate: &Certificate, to: Shortening) -> Option<String> {
        let draft = draft(certificate, digest(), NOON, self.key().id(), to).unwrap();
        loop {
            match draft.code(&self.sign(&draft.to_sign())) {
                Ok(code) => return Some(code),
                Err(NoCode::TooLong) => return None,
                Err(NoCode::EndsInSpace) => {}
            }
        }
    }

    fn write(&self, certificate: &Certificate) -> String {
        SHORTENINGS.into_iter().find_map(|to| self.try_write(certificate, to)).expect("the last shortening fits")
    }
}

fn digest() -> Digest {
    Digest::of(b"a signing input")
}

fn document() -> Value {
    let mut document: Value = serde_json::from_str(include_str!("../certificate/example.json")).unwrap();
    document["register"] = json!(ORIGIN);
    document
}

fn certificate(document: &Value) -> Certificate {
    certificate::parse(&serde_json::to_vec(document).unwrap()).unwrap()
}

fn with_lines(count: usize) -> Value {
    let mut document = document();
    let line = document["lines"][0].clone();
    let lines = (1..=count).map(|number| {
        let mut line = line.clone();
        line["line"] = json!(number);
        line.as_object_mut().unwrap().remove("serialNumbers");
        line
    });
    document["lines"] = lines.collect();
    document
}

/// The CBOR of a code, and the code of CBOR: what an attacker has too.
fn opened(code: &str) -> Vec<u8> {
    let deflated = base45::decode(code.strip_prefix(PREFIX).unwrap()).unwrap();
    miniz_oxide::inflate::decompress_to_vec_zlib(&deflated).unwrap()
}

fn closed(bytes: &[u8]) -> String {
    format!("{PREFIX}{}", base45::encode(miniz_oxide::deflate::compress_to_vec_zlib(bytes, 9)))
}

#[track_caller]
fn refused(code: &str, keys: &TokenKeys, because: &str) {
    let outcome = parse(code).and_then(|token| token.verify(ORIGIN, keys));
    assert_eq!(outcome.map_err(|error| error.code()), Err(because), "{code}");
}

#[test]
fn a_code_says_what_was_certified() {
    let signer = Signer::new();
    let certificate = certificate(&document());
    let token = parse(&signer.write(&certificate)).unwrap().verify(ORIGIN, &signer.keys()).unwrap();
    assert_eq!(*token.claims(), Claims::of(&certificate, digest(), NOON, SHORTENINGS[0]));
    assert_eq!(token.claims().number(), crate::number::CertificateNumber::of(&digest()));
    assert_eq!(token.claims().lines_left_out(), 0);
}

#[test]
fn ten_lines_fit_a_code_of_version_25_and_more_lines_are_counted() {
    let signer = Signer::new();
    for (lines, left_out) in [(10, 0), (11, 1), (400, 390)] {
        let code = signer.write(&certificate(&with_lines(lines)));
        assert!(code.len() <= CODE_CHARS_MAX);
        let token = parse(&code).unwrap().verify(ORIGIN, &signer.keys()).unwrap();
        assert_eq!(token.claims().lines_left_out(), left_out);
        assert_eq!(token.claims().lines.len(), lines.min(10));
    }
}

#[test]
fn the_longest_certificate_still_has_a_code() {
    let signer = Signer::new();
    let mut document = with_lines(10);
    document["register"] = json!("r".repeat(100));
    // Nothing repeats, so that deflating saves little.
    let noise = |seed: &str| Digest::of(seed.as_bytes()).to_string().to_ascii_uppercase();
    for party in ["manufacturer", "endUser"] {
        let letter = |byte: u8| char::from_u32(0x0430 + u32::from(byte % 32)).unwrap();
        let name: String = noise(party).bytes().chain(noise("more").bytes()).map(letter).collect();
        document[party]["name"] = json!(name);
        document[party]["identifiers"] =
            json!([{"scheme": "TCN", "value": format!("KZ-{}", noise(party).get(..32).unwrap())}]);
    }
    let known = ["KZ", "UZ", "KG", "TJ", "TM", "AZ", "GE", "AM", "CN", "MN", "TR", "IR", "AF", "RS", "MD", "UA", "BY"];
    let routes = (0..16).map(|from| known.iter().cycle().skip(from).take(16).collect::<Vec<_>>());
    document["routing"] = json!(routes.collect::<Vec<_>>());
    for line in document["lines"].as_array_mut().unwrap() {
        let digits: String = noise(&line["line"].to_string()).bytes().map(|b| char::from(b'1' + b % 9)).collect();
        line["quantity"]["value"] = json!(format!("{}.{}", digits.get(..12).unwrap(), digits.get(12..18).unwrap()));
    }
    let certificate = certificate(&document);
    let read = |code: &str| parse(code).unwrap().verify(&"r".repeat(100), &signer.keys()).unwrap();
    let token = read(&signer.write(&certificate));
    assert!(token.claims().manufacturer.name.as_ref().is_none_or(|name| name.ends_with('…')));
    // The last resort fits by itself, whatever else is tried before it: a signature may deflate a byte longer.
    let shortest = signer.try_write(&certificate, SHORTENINGS[SHORTENINGS.len() - 1]).unwrap();
    assert!(read(&shortest).claims().routes_left_out() > 0);
}

#[test]
fn a_code_of_another_system_is_told_apart_and_an_address_is_not_followed() {
    let keys = Signer::new().keys();
    for code in ["", "HC1:6BFOXN", "https://evil.example/EDC1:", "edc1:N"] {
        refused(code, &keys, "tokenOtherSystem");
    }
}

#[test]
fn a_truncated_code_is_never_believed() {
    let signer = Signer::new();
    let code = signer.write(&certificate(&document()));
    for end in PREFIX.len()..code.len() {
        assert!(
            parse(code.get(..end).unwrap()).and_then(|token| token.verify(ORIGIN, &signer.keys())).is_err(),
            "{end}"
        );
    }
}

#[test]
fn a_flipped_bit_is_never_believed() {
    let signer = Signer::new();
    let cose = opened(&signer.write(&certificate(&document())));
    for bit in 0..cose.len() * 8 {
        let mut changed = cose.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let outcome = parse(&closed(&changed)).and_then(|token| token.verify(ORIGIN, &signer.keys()));
        assert!(outcome.is_err(), "bit {bit}");
    }
}

#[test]
fn a_foreign_and_a_retired_key_convince_nobody() {
    let (signer, other) = (Signer::new(), Signer::new());
    let code = signer.write(&certificate(&document()));
    refused(&code, &other.keys(), "tokenKeyUnknown");
    let mut keys = signer.keys();
    keys.keys[0].retired_at = Some(NOON);
    refused(&code, &keys, "tokenKeyRetired");
    // Signed by another key in the name of the register's.
    let draft = draft(&certificate(&document()), digest(), NOON, signer.key().id(), SHORTENINGS[0]).unwrap();
    let forged = (0..8).find_map(|_| draft.code(&other.sign(&draft.to_sign())).ok()).unwrap();
    refused(&forged, &signer.keys(), "tokenSignatureInvalid");
}

#[test]
fn a_code_of_another_register_is_refused() {
    let signer = Signer::new();
    let mut document = document();
    document["register"] = json!("other.example/endmark");
    refused(&signer.write(&certificate(&document)), &signer.keys(), "tokenOtherRegister");
}

#[test]
fn a_deflate_bomb_stops_at_the_bound() {
    refused(&closed(&vec![0; 400_000]), &Signer::new().keys(), "tokenBomb");
}

#[test]
fn a_longer_code_than_any_is_not_decoded() {
    refused(&format!("{PREFIX}{}", "0".repeat(CODE_CHARS_MAX)), &Signer::new().keys(), "tokenTooLong");
}

#[test]
fn headers_hold_the_algorithm_and_the_key_and_nothing_else() {
    let signer = Signer::new();
    let cose = opened(&signer.write(&certificate(&document())));
    let changed = |change: fn(&mut coset::CoseSign1)| {
        let mut sign1 = coset::CoseSign1::from_tagged_slice(&cose).unwrap();
        sign1.protected.original_data = None;
        change(&mut sign1);
        sign1.signature = signer.sign(&sign1.tbs_data(&[]));
        closed(&sign1.to_tagged_vec().unwrap())
    };
    let keys = signer.keys();
    let same = parse(&changed(|_| ())).unwrap().verify(ORIGIN, &keys);
    assert!(same.is_ok(), "{same:?}");
    refused(
        &changed(|c| c.protected.header.alg = Some(coset::Algorithm::Assigned(coset::iana::Algorithm::ES384))),
        &keys,
        "tokenCose",
    );
    refused(&changed(|c| c.protected.header.iv = vec![1]), &keys, "tokenCose");
    refused(&changed(|c| c.protected.header.key_id = vec![1]), &keys, "tokenCose");
    refused(&changed(|c| c.unprotected.key_id = vec![1]), &keys, "tokenCose");
    refused(&changed(|c| c.payload = None), &keys, "tokenCose");
    refused(&changed(|c| c.payload.as_mut().unwrap().push(0)), &keys, "tokenCose");
    refused(&changed(|c| c.payload = Some(vec![0xa0])), &keys, "tokenClaim");
}

/// Nobody can write a code in two ways: every reader reads the same bytes the same way.
#[test]
fn a_code_has_one_spelling_in_every_layer() {
    let signer = Signer::new();
    let code = signer.write(&certificate(&document()));
    let keys = signer.keys();
    let mut deflated = base45::decode(code.strip_prefix(PREFIX).unwrap()).unwrap();
    deflated.push(0);
    refused(&format!("{PREFIX}{}", base45::encode(&deflated)), &keys, "tokenDeflate");
    let bytes = opened(&code);
    assert_eq!(bytes[..2], [0xd2, 0x84], "the tag 18 and an array of four");
    let spelled = |head: &[u8], tail: &[u8]| closed(&[head, &bytes[2..], tail].concat());
    assert!(parse(&spelled(&[0xd2, 0x84], &[])).unwrap().verify(ORIGIN, &keys).is_ok());
    refused(&spelled(&[0xd8, 18, 0x84], &[]), &keys, "tokenCose");
    refused(&spelled(&[0xd2, 0x98, 4], &[]), &keys, "tokenCose");
    refused(&spelled(&[0xd2, 0x9f], &[0xff]), &keys, "tokenCose");
    refused(&spelled(&[0xd2, 0x84], &[0]), &keys, "tokenCose");
}

#[test]
fn a_key_is_published_as_a_jwk_whose_name_is_its_own() {
    let key = Signer::new().key();
    let jwk = serde_json::to_value(&key).unwrap();
    assert_eq!(serde_json::from_value::<TokenKey>(jwk.clone()).unwrap(), key);
    for (member, value) in [("kid", "0000000000000000"), ("crv", "P-384"), ("x", "AAAA"), ("d", "AAAA")] {
        let mut changed = jwk.clone();
        changed[member] = json!(value);
        assert!(serde_json::from_value::<TokenKey>(changed).is_err(), "{member}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "(EDC1:)?[0-9A-Z $%*+./:-]{0,200}") {
        let _ = parse(&text);
    }
}
