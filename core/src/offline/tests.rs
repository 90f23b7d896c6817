//! What must hold for bundles, and the bundles that every reader is held against.
#![expect(clippy::arithmetic_side_effects, reason = "small numbers, and a test that overflows fails")]

use std::path::Path;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::Ed25519KeyPair;
use serde_json::{Value, json};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::*;
use crate::log::{LogKey, LogSigner};
use crate::number::CertificateNumber;

const ORIGIN: &str = "register.example/endmark";
const NOON: OffsetDateTime = datetime!(2026-03-16 12:00 UTC);
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../officer/test/bundle-vectors.json");

fn signer() -> LogSigner {
    let der = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
    LogSigner::from_pkcs8(ORIGIN, der.as_ref()).unwrap()
}

fn number(of: &str) -> CertificateNumber {
    CertificateNumber::of(&Digest::of(of.as_bytes()))
}

fn bundle() -> Bundle {
    Bundle {
        version: VERSION,
        register: ORIGIN.parse().unwrap(),
        sequence: 17,
        issued_at: NOON,
        fresh_until: NOON + Duration::hours(12),
        valid_until: NOON + Duration::hours(72),
        time_zone: "Europe/Vilnius".to_owned(),
        token_keys: TokenKeys::default(),
        certificates: NotUsable {
            complete: true,
            revoked: ["sold elsewhere", "another"].into_iter().map(number).collect(),
            replaced: NumberList::default(),
            suspended: [number("under review")].into_iter().collect(),
        },
        manufacturers_not_active: vec![Identifier::new(crate::party::Scheme::Ntr, "DE-HRB123456").unwrap()],
        regimes_edition: Digest::of(b"an edition"),
    }
}

/// A bundle with its parts changed, signed or not.
fn changed(jws: &str, signer: Option<&LogSigner>, change: impl FnOnce(&mut Value, &mut Value)) -> String {
    let parts: Vec<&str> = jws.split('.').collect();
    let read = |part: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    let (mut header, mut payload): (Value, Value) = (read(parts[0]), read(parts[1]));
    change(&mut header, &mut payload);
    let write = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let input = format!("{}.{}", write(&header), write(&payload));
    let signature = signer.map_or(parts[2].to_owned(), |signer| URL_SAFE_NO_PAD.encode(signer.sign_offline(&input)));
    format!("{input}.{signature}")
}

#[test]
fn a_bundle_opens_under_the_logs_key_and_says_what_was_put_in() {
    let signer = signer();
    let opened = open(&seal(&bundle(), &signer).unwrap(), &[signer.key().clone()]).unwrap();
    assert_eq!(opened, bundle());
    assert!(opened.certificates.revoked.contains(&number("another")));
    assert!(!opened.certificates.revoked.contains(&number("under review")));
}

#[test]
fn the_longest_bundle_is_within_its_bound() {
    let signer = signer();
    let mut full = bundle();
    full.certificates.revoked = (0..LISTED_MAX).map(|n| number(&n.to_string())).collect();
    assert_eq!(full.certificates.revoked.len(), LISTED_MAX);
    assert_eq!(open(&seal(&full, &signer).unwrap(), &[signer.key().clone()]).unwrap(), full);
}

fn cases(signer: &LogSigner, foreign: &LogSigner) -> Vec<(&'static str, String)> {
    let jws = seal(&bundle(), signer).unwrap();
    let unsigned = |change: fn(&mut Value, &mut Value)| changed(&jws, None, change);
    let resealed = |change: fn(&mut Value, &mut Value)| changed(&jws, Some(signer), change);
    vec![
        ("good", jws.clone()),
        ("earlier", seal(&Bundle { sequence: 16, issued_at: NOON - Duration::hours(1), ..bundle() }, signer).unwrap()),
        ("a number taken out", unsigned(|_, p| p["certificates"]["revoked"] = json!(""))),
        ("a day longer", unsigned(|_, p| p["validUntil"] = json!("2026-03-20T12:00:00Z"))),
        ("under a foreign key", seal(&bundle(), foreign).unwrap()),
        ("under a foreign key in the name of the log's", changed(&jws, Some(foreign), |_, _| ())),
        ("no algorithm", unsigned(|h, _| h["alg"] = json!("none"))),
        ("another member in the header", resealed(|h, _| h["crit"] = json!(["b64"]))),
        ("another kind of document", resealed(|h, _| h["typ"] = json!("JWT"))),
        ("another register's", resealed(|_, p| p["register"] = json!("other.example/endmark"))),
        ("another version", resealed(|_, p| p["version"] = json!(2))),
        ("numbers out of order", resealed(|_, p| p["certificates"]["revoked"] = json!("AQAAAAAAAAAAAAAAAAAAAAAAAAA"))),
        ("half a number", resealed(|_, p| p["certificates"]["revoked"] = json!("AQAA"))),
        ("no numbers", resealed(|_, p| drop(p["certificates"].as_object_mut().unwrap().remove("revoked")))),
        ("another member", resealed(|_, p| p["conforms"] = json!(true))),
        ("cut off", jws.get(..jws.len() - 10).unwrap().to_owned()),
        ("not a JWS", "eyJ".to_owned()),
        ("empty", String::new()),
    ]
}

fn found(jws: &str, keys: &[LogKey]) -> Value {
    match open(jws, keys) {
        Ok(bundle) => json!({ "sequence": bundle.sequence }),
        Err(BundleError::TooLarge { .. } | BundleError::Malformed(_)) => json!({ "refused": "bundleMalformed" }),
        Err(BundleError::KeyUnknown { .. }) => json!({ "refused": "bundleKeyUnknown" }),
        Err(BundleError::SignatureInvalid) => json!({ "refused": "bundleSignatureInvalid" }),
    }
}

/// The browser's reader runs the same file: `officer/test/bundle-vectors.json`.
#[test]
fn every_reader_finds_the_same_in_the_same_bundles() {
    let written = || {
        let (signer, foreign) = (signer(), signer());
        let keys = [signer.key().clone()];
        let cases: Vec<Value> = cases(&signer, &foreign)
            .into_iter()
            .map(|(name, jws)| json!({ "name": name, "found": found(&jws, &keys), "jws": jws }))
            .collect();
        json!({ "keys": [signer.key().to_string()], "revoked": number("another"), "cases": cases })
    };
    if std::env::var_os("ENDMARK_WRITE_VECTORS").is_some() {
        std::fs::write(Path::new(FILE), serde_json::to_string_pretty(&written()).unwrap() + "\n").unwrap();
    }
    let file: Value = serde_json::from_slice(&std::fs::read(FILE).unwrap()).unwrap();
    let keys: Vec<LogKey> =
        file["keys"].as_array().unwrap().iter().map(|key| key.as_str().unwrap().parse().unwrap()).collect();
    for case in file["cases"].as_array().unwrap() {
        assert_eq!(found(case["jws"].as_str().unwrap(), &keys), case["found"], "{}", case["name"]);
    }
    let shape = |file: &Value| -> Vec<(Value, Value)> {
        file["cases"].as_array().unwrap().iter().map(|c| (c["name"].clone(), c["found"].clone())).collect()
    };
    assert_eq!(shape(&written()), shape(&file), "write the file anew: ENDMARK_WRITE_VECTORS=1");
}
