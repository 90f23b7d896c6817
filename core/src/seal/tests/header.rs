use super::super::{HEADER_BYTES_MAX, JWS_BYTES_MAX, base64};
use super::{PAYLOAD, SealError, Sealer, code, verify, written};
use crate::certificate::PAYLOAD_BYTES_MAX;

/// A seal of the test's own sealer with one header member set, added or (by `None`) left out.
fn with(name: &str, value: Option<&str>) -> Result<super::super::SignedPayload, SealError> {
    let sealer = Sealer::new();
    // The certificate is signed anew each time, so the members are taken from one draft.
    let mut members = sealer.members();
    members.retain(|(found, _)| found != name);
    if let Some(value) = value {
        members.push((name.to_owned(), value.to_owned()));
    }
    verify(&sealer.seal_with(written(&members).as_bytes(), PAYLOAD))
}

fn with_code(name: &str, value: Option<&str>) -> &'static str {
    with(name, value).unwrap_err().code()
}

#[test]
fn a_header_in_another_order_with_typ_and_kid_is_read() {
    let sealer = Sealer::new();
    let mut members = sealer.members();
    members.reverse();
    members.push(("typ".to_owned(), "\"jose\"".to_owned()));
    members.push(("kid".to_owned(), "\"a key\"".to_owned()));
    assert_eq!(verify(&sealer.seal_with(written(&members).as_bytes(), PAYLOAD)).unwrap().payload(), PAYLOAD);
}

#[test]
fn the_content_type_stands_with_or_without_application() {
    assert!(with("cty", Some("\"vnd.endmark.certificate.v1+json\"")).is_ok());
    assert!(with("cty", Some("\"application/vnd.endmark.certificate.v1+json\"")).is_ok());
    for other in ["\"application/json\"", "\"application/application/vnd.endmark.certificate.v1+json\"", "\"\""] {
        assert_eq!(with_code("cty", Some(other)), "sealContentType");
    }
}

#[test]
fn a_seal_with_crit_in_its_header_is_refused() {
    assert_eq!(with_code("crit", Some("[\"iat\"]")), "sealHeaderNameRefused");
}

#[test]
fn addresses_keys_and_extensions_in_the_header_are_refused_by_name() {
    for name in ["b64", "jku", "x5u", "jwk", "x5t", "sigT", "sigD", "zip", "epk", "nonce", "Alg", "x5t#s256", ""] {
        let error = with(name, Some("\"value\"")).unwrap_err();
        assert!(matches!(&error, SealError::HeaderNameRefused { name: found, .. } if found == name), "{error}");
    }
}

#[test]
fn an_escaped_name_is_the_name_it_stands_for() {
    let error = with("\\u0063rit", Some("[]")).unwrap_err();
    assert!(matches!(&error, SealError::HeaderNameRefused { name, .. } if name == "crit"), "{error}");
}

#[test]
fn a_name_twice_is_refused() {
    let sealer = Sealer::new();
    for twice in ["alg", "x5c", "iat", "kid"] {
        let mut members = sealer.members();
        members.push((twice.to_owned(), "\"x\"".to_owned()));
        members.push((twice.to_owned(), "\"x\"".to_owned()));
        let error = verify(&sealer.seal_with(written(&members).as_bytes(), PAYLOAD)).unwrap_err();
        assert!(matches!(&error, SealError::HeaderNameTwice { name } if name == twice), "{error}");
    }
}

#[test]
fn algorithms_that_are_no_signature_or_not_of_this_format_are_refused_by_name() {
    for name in ["none", "None", "nOnE", "HS256", "HS512", "ES512", "ES256K", "RS384", "RS512", "PS512", "RS1", "Ed448"]
    {
        let error = with("alg", Some(&format!("\"{name}\""))).unwrap_err();
        assert!(matches!(&error, SealError::AlgorithmRefused { found, .. } if found == name), "{error}");
        assert!(!error.to_string().contains("not an algorithm of this format"), "{name} has its own reason");
    }
    assert_eq!(with_code("alg", Some("\"es256\"")), "sealAlgorithmRefused");
}

#[test]
fn every_parameter_that_must_be_there_is_missed() {
    for name in ["alg", "cty", "x5c", "x5t#S256", "iat"] {
        let error = with(name, None).unwrap_err();
        assert!(matches!(&error, SealError::HeaderParameterMissing { name: found, .. } if *found == name), "{error}");
    }
}

#[test]
fn parameters_of_another_kind_are_refused() {
    for (name, value) in [
        ("alg", "256"),
        ("cty", "null"),
        ("typ", "{}"),
        ("kid", "[\"x\"]"),
        ("x5c", "\"MIIB\""),
        ("x5c", "[1]"),
        ("x5c", "[\"not base64\"]"),
        ("x5t#S256", "1"),
        ("iat", "\"1773144000\""),
        ("iat", "1773144000.0"),
        ("iat", "1.773144e9"),
        ("iat", "true"),
        ("iat", "9223372036854775807"),
        ("iat", "18446744073709551615"),
    ] {
        assert_eq!(with_code(name, Some(value)), "sealHeaderParameterMalformed", "{name}: {value}");
    }
}

#[test]
fn certificates_stand_in_base64_with_padding_not_base64url() {
    let sealer = Sealer::new();
    let [leaf] = sealer.chain();
    for text in [base64::to_url(&leaf), format!("{}\\n", base64::to_standard(&leaf)), String::new()] {
        let mut members = sealer.members();
        members.iter_mut().find(|(name, _)| name == "x5c").unwrap().1 = format!("[\"{text}\"]");
        let code = code(&sealer.seal_with(written(&members).as_bytes(), PAYLOAD));
        assert!(matches!(code, "sealHeaderParameterMalformed" | "sealThumbprintMismatch"), "{code}");
    }
}

#[test]
fn the_number_and_size_of_certificates_is_bounded() {
    assert_eq!(with_code("x5c", Some("[]")), "sealChainLength");
    assert_eq!(with_code("x5c", Some(r#"["","","","","","",""]"#)), "sealChainLength");
    let large = base64::to_standard(&vec![0; 32 * 1024 + 1]);
    assert_eq!(with_code("x5c", Some(&format!("[\"{large}\"]"))), "sealChainTooLarge");
}

#[test]
fn the_thumbprint_of_another_certificate_is_refused() {
    let other = base64::to_url(&[7; 32]);
    assert_eq!(with_code("x5t#S256", Some(&format!("\"{other}\""))), "sealThumbprintMismatch");
}

/// A seal with `x5t#o` for the first certificate, with or without `x5t#S256` beside it.
fn with_other_thumbprint(
    value: impl Fn(&str) -> String,
    beside: bool,
) -> Result<super::super::SignedPayload, SealError> {
    let sealer = Sealer::new();
    let mut members = sealer.members();
    let x5c = members.iter().find(|(name, _)| name == "x5c").unwrap().1.clone();
    let leaf = base64::from_standard(x5c.trim_matches(['[', ']', '"'])).unwrap();
    let digest = base64::to_url(ring::digest::digest(&ring::digest::SHA512, &leaf).as_ref());
    members.retain(|(name, _)| beside || name != "x5t#S256");
    members.push(("x5t#o".to_owned(), value(&digest)));
    verify(&sealer.seal_with(written(&members).as_bytes(), PAYLOAD))
}

#[test]
fn a_thumbprint_of_another_digest_is_read_in_both_namings() {
    for algorithm in ["S512", "sha-512"] {
        let value = |digest: &str| format!(r#"{{"digAlg":"{algorithm}","digVal":"{digest}"}}"#);
        assert!(with_other_thumbprint(value, false).is_ok());
        assert!(with_other_thumbprint(value, true).is_ok());
    }
    assert!(with_other_thumbprint(|digest| format!(r#"{{"digVal":"{digest}","digAlg":"S512"}}"#), false).is_ok());
}

#[test]
fn a_wrong_other_thumbprint_is_refused_even_beside_a_right_one() {
    let value = |_: &str| format!(r#"{{"digAlg":"S512","digVal":"{}"}}"#, base64::to_url(&[7; 64]));
    assert_eq!(with_other_thumbprint(value, true).unwrap_err().code(), "sealThumbprintMismatch");
}

#[test]
fn an_other_thumbprint_is_one_object_of_two_members() {
    for value in [
        r#"[{"digAlg":"S512","digVal":"DIGEST"}]"#,
        r#"{"digAlg":"S512"}"#,
        r#"{"digAlg":"S512","digVal":"DIGEST","digVal":"DIGEST"}"#,
        r#"{"digAlg":"S512","digVal":"DIGEST","more":"x"}"#,
        r#"{"digAlg":"sha-1","digVal":"DIGEST"}"#,
        r#"{"digAlg":5,"digVal":"DIGEST"}"#,
    ] {
        let code = with_other_thumbprint(|digest| value.replace("DIGEST", digest), false).unwrap_err().code();
        assert_eq!(code, "sealHeaderParameterMalformed", "{value}");
    }
}

#[test]
fn a_header_that_is_no_json_object_is_refused() {
    let sealer = Sealer::new();
    let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
    for header in [
        "",
        "null",
        "[]",
        "{",
        "{}{}",
        "{\"alg\":\"ES256\",}",
        "{'alg':'ES256'}",
        "{\"alg\":\"\u{1}\"}",
        "{\"alg\":\"\\ud800\"}",
        &deep,
    ] {
        assert_eq!(code(&sealer.seal_with(header.as_bytes(), PAYLOAD)), "sealHeaderMalformed", "{header:.40}");
    }
    assert_eq!(code(&sealer.seal_with(b"{\"alg\":\"\xff\"}", PAYLOAD)), "sealHeaderMalformed");
}

#[test]
fn the_compact_form_has_three_parts() {
    let jws = Sealer::new().seal();
    let (input, _) = jws.rsplit_once('.').unwrap();
    assert_eq!(code(input), "sealNotCompact");
    assert_eq!(code(&format!("{jws}.")), "sealNotCompact");
    assert_eq!(code(""), "sealNotCompact");
    assert_eq!(code(r#"{"payload":"","protected":"","signature":""}"#), "sealNotCompact");
    assert_eq!(code(&".".repeat(JWS_BYTES_MAX)), "sealNotCompact");
}

#[test]
fn base64url_has_one_spelling() {
    let jws = Sealer::new().seal();
    let parts: Vec<&str> = jws.split('.').collect();
    for place in 0..3 {
        let spoilt = |text: String| {
            let mut parts: Vec<String> = parts.iter().map(|&part| part.to_owned()).collect();
            parts[place] = text;
            parts.join(".")
        };
        let good = parts[place];
        for text in
            [format!("{good}="), format!("{good}=="), format!(" {good}"), format!("{good}\n"), format!("{good}+/")]
        {
            assert_eq!(code(&spoilt(text)), "sealBase64NotCanonical");
        }
    }
    // 64 bytes leave four bits of the last character over: with them set, a lax reader sees the same signature.
    let mut start = jws.clone();
    let last = start.pop().unwrap();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let stray = alphabet.chars().nth(alphabet.find(last).unwrap() + 1).unwrap();
    assert_eq!(code(&format!("{start}{stray}")), "sealBase64NotCanonical");
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    assert_eq!(super::parse(b"\xff.\xff.\xff").unwrap_err().code(), "sealBase64NotCanonical");
}

#[test]
fn sizes_are_bounded_and_what_is_at_the_bound_is_read() {
    let sealer = Sealer::new();
    let header = written(&sealer.members());
    let largest = sealer.seal_with(header.as_bytes(), &vec![b' '; PAYLOAD_BYTES_MAX]);
    assert_eq!(verify(&largest).unwrap().payload().len(), PAYLOAD_BYTES_MAX);
    let padded = format!("{header}{}", " ".repeat(HEADER_BYTES_MAX - header.len()));
    let fullest = sealer.seal_with(padded.as_bytes(), &vec![b' '; PAYLOAD_BYTES_MAX]);
    assert!(verify(&fullest).is_ok(), "header and payload at their bounds fit the JWS bound");
    assert_eq!(code(&sealer.seal_with(header.as_bytes(), &vec![b' '; PAYLOAD_BYTES_MAX + 1])), "payloadTooLarge");
    assert_eq!(code(&sealer.seal_with(format!("{padded} ").as_bytes(), PAYLOAD)), "sealHeaderTooLarge");
    assert_eq!(code(&"A".repeat(JWS_BYTES_MAX + 1)), "sealTooLarge");
}
