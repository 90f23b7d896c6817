#![cfg(test)]
//! docs/CERTIFICATE.md and the code say the same: its worked example verifies, and its codes are the code's.

use endmark_core::certificate;
use endmark_core::chain::{Anchor, CHAIN_BYTES_MAX, CHAIN_CERTIFICATES_MAX, Rule, Trust};
use endmark_core::seal::{Algorithm, HEADER_BYTES_MAX, JWS_BYTES_MAX, parse};
use rustls_pki_types::CertificateDer;
use time::macros::datetime;

const PAGE: &str = include_str!("../../docs/CERTIFICATE.md");
const EXAMPLE: &[u8] = include_bytes!("../testdata/seal/example.jws");
const ANCHOR: &[u8] = include_bytes!("../testdata/seal/anchor.der");

#[test]
fn the_worked_example_verifies_and_is_what_the_page_says() {
    let signed = parse(EXAMPLE).unwrap().verify().unwrap();
    assert_eq!(signed.algorithm(), Algorithm::Es256);
    assert_eq!(signed.sealed_at(), datetime!(2026-03-10 12:00 UTC));
    assert_eq!(signed.number().to_string(), "EDC-CVA7-9K66-ZQK3-J8AK-7");
    let trust = Trust::new(vec![Anchor::from_der(ANCHOR).unwrap()], Vec::new());
    let path = trust.path(signed.chain(), signed.sealed_at()).unwrap();
    let sealer = path.organization_identifier().unwrap();
    let payload = certificate::parse(signed.payload()).unwrap();
    assert!(payload.manufacturer.identifiers.contains(sealer), "sealed by its manufacturer");
    for shown in [
        format!("`{}`", signed.number()),
        format!("`{}`", signed.digest()),
        format!("`{}`", hex::encode(signed.number().as_bytes())),
        format!("`{}`", path.organization_identifier_text().unwrap()),
    ] {
        assert!(PAGE.contains(&shown), "the page does not show {shown}");
    }
}

#[test]
fn the_example_stands_on_its_anchor_alone() {
    let signed = parse(EXAMPLE).unwrap().verify().unwrap();
    let nobody = Trust::new(Vec::new(), Vec::new());
    assert_eq!(nobody.path(signed.chain(), signed.sealed_at()).unwrap_err().code(), "chainUnknownIssuer");
    let trust = Trust::new(vec![Anchor::from_der(ANCHOR).unwrap()], Vec::new());
    let expired = datetime!(2029-02-01 0:00 UTC);
    assert_eq!(trust.path(signed.chain(), expired).unwrap_err().code(), "chainExpired");
    let anchor_as_seal = [CertificateDer::from(ANCHOR)];
    assert_eq!(trust.path(&anchor_as_seal, signed.sealed_at()).unwrap_err().code(), "chainRole");
}

/// The codes that a source file gives its errors: `… => "code",`.
fn codes(source: &str) -> impl Iterator<Item = &str> {
    let literals = source.lines().filter_map(|line| line.trim().split_once("=> \"")?.1.strip_suffix("\","));
    literals.filter(|literal| literal.bytes().all(|byte| byte.is_ascii_alphabetic()))
}

#[test]
fn every_code_of_refusal_is_on_the_page() {
    let sources = [
        include_str!("../src/seal/error.rs"),
        include_str!("../src/seal/key.rs"),
        include_str!("../src/chain/error.rs"),
        include_str!("../src/number.rs"),
        include_str!("../src/certificate/parse.rs"),
    ];
    let mut found: Vec<&str> = sources.iter().flat_map(|source| codes(source)).collect();
    found.extend(Rule::ALL.iter().map(|rule| rule.code()));
    assert!(found.len() > 60, "the sources are read: {}", found.len());
    for code in found {
        assert!(PAGE.contains(&format!("`{code}`")), "{code} is not on the page");
    }
}

#[test]
fn the_bounds_on_the_page_are_the_codes_own() {
    let grouped = |number: usize| {
        let digits = number.to_string();
        let (head, tail) = digits.split_at(digits.len() - 3);
        format!("{head},{tail}")
    };
    for bound in [JWS_BYTES_MAX, HEADER_BYTES_MAX, CHAIN_BYTES_MAX, certificate::PAYLOAD_BYTES_MAX] {
        assert!(PAGE.contains(&grouped(bound)), "{bound}");
    }
    assert!(PAGE.contains(&format!("at most {CHAIN_CERTIFICATES_MAX} |")));
}
