use proptest::prelude::*;

use super::check_character::{self, step, value};
use super::{ALPHABET, CertificateNumber, NumberError};
use crate::digest::Digest;

fn number(text: &str) -> Result<CertificateNumber, NumberError> {
    text.parse()
}

#[test]
fn the_check_character_of_the_published_grid_example_is_m() {
    // The example of the GRid standard (IFPI), A1-2425G-ABC1234002-M, which uses ISO 7064 MOD 37,36.
    assert_eq!(check_character::of(b"A12425GABC1234002"), Some(b'M'));
}

#[test]
fn a_number_is_the_first_eighty_bits_of_the_digest() {
    let digest = Digest::of(b"header.payload");
    let number = CertificateNumber::of(&digest);
    assert_eq!(number.as_bytes()[..], digest.as_bytes()[..10]);
    // Both check characters from an independent implementation of the standard.
    assert_eq!(CertificateNumber::from([0; 10]).to_string(), "EDC-0000-0000-0000-0000-9");
    assert_eq!(CertificateNumber::from([255; 10]).to_string(), "EDC-ZZZZ-ZZZZ-ZZZZ-ZZZZ-F");
}

#[test]
fn people_may_write_it_their_way() {
    let plain = number("EDC-7K3M-9QXD-41TZ-P0AB-0").unwrap();
    for typed in [
        "edc-7k3m-9qxd-41tz-p0ab-0",
        "7K3M9QXD41TZP0AB0",
        "EDC7K3M9QXD41TZP0AB0",
        "  EDC 7K3M 9QXD 41TZ P0AB 0\n",
        "7K3M-9QXD-4ITZ-POAB-0",
        "7k3m-9qxd-4ltz-poab-0",
        "EDC\u{2011}7K3M\u{2013}9QXD\u{2212}41TZ\u{a0}P0AB 0",
    ] {
        assert_eq!(number(typed).unwrap(), plain, "{typed:?}");
    }
}

#[test]
fn a_body_that_begins_with_the_prefix_is_not_cut() {
    let body = "EDC0123456789ABC";
    let check = char::from(check_character::of(body.as_bytes()).unwrap());
    assert_eq!(
        number(&format!("{body}{check}")).unwrap().to_string(),
        format!("EDC-EDC0-1234-5678-9ABC-{check}"),
        "17 characters are a number without its prefix"
    );
}

#[test]
fn the_check_character_is_never_guessed() {
    assert_eq!(number("7K3M9QXD41TZP0ABO"), Err(NumberError::Mistyped { expected: '0', found: 'O' }));
    assert_eq!(number("7K3M9QXD41TZP0AB1").unwrap_err().code(), "numberMistyped");
}

#[test]
fn what_has_not_the_form_is_malformed() {
    let endless = "-".repeat(10_000);
    for text in [
        "",
        "EDC",
        "7K3M9QXD41TZP0AB",
        "7K3M9QXD41TZP0AB00",
        "EDC-7K3M-9QXD-41TZ-P0AU-0",
        "XYZ-7K3M-9QXD-41TZ-P0AB-0",
        "EDC-7K3M-9QXD-41TZ-P0AB-*",
        "EDC-7K3M-9QXD-41TZ-P0AB-é",
        "EDC-7K3M-9QXD-41TZ-P0Aé",
        &endless,
    ] {
        assert!(matches!(number(text), Err(NumberError::Malformed { .. })), "{text:?}");
    }
}

#[test]
fn it_survives_json_as_a_string() {
    let written = serde_json::to_string(&number("7K3M9QXD41TZP0AB0").unwrap()).unwrap();
    assert_eq!(written, "\"EDC-7K3M-9QXD-41TZ-P0AB-0\"");
    assert!(serde_json::from_str::<CertificateNumber>("\"EDC-7K3M-9QXD-41TZ-P0AB-1\"").is_err());
}

#[test]
fn all_but_36_of_22680_adjacent_transpositions_are_caught() {
    let undetected = (1..=36)
        .flat_map(|product| (0..36).flat_map(move |a| (0..a).map(move |b| (product, a, b))))
        .filter(|&(product, a, b)| step(step(product, a), b) == step(step(product, b), a));
    assert_eq!(undetected.count(), 36);
}

#[test]
fn a_round_of_the_check_is_a_permutation_so_no_substitution_hides() {
    for product in 1..=36 {
        let mut seen: Vec<_> = (0..36).map(|value| step(product, value)).collect();
        seen.sort_unstable();
        assert_eq!(seen, (1..=36).collect::<Vec<_>>());
    }
    assert_eq!(value(b'a'), None);
}

proptest! {
    #[test]
    fn writing_and_reading_agree(bits: [u8; 10]) {
        let original = CertificateNumber::from(bits);
        prop_assert_eq!(number(&original.to_string()), Ok(original));
    }

    #[test]
    fn every_substitution_of_one_character_is_caught(bits: [u8; 10], position in 0_usize..16, other in 0_usize..32) {
        let body = CertificateNumber::from(bits).body();
        let check = char::from(check_character::of(&body).unwrap());
        let mut typed = body.to_vec();
        prop_assume!(typed[position] != ALPHABET[other]);
        typed[position] = ALPHABET[other];
        let typed = String::from_utf8(typed).unwrap();
        let caught = matches!(number(&format!("{typed}{check}")), Err(NumberError::Mistyped { .. }));
        prop_assert!(caught);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC*") {
        let _ = number(&text);
    }
}
