//! What a manufacturer may submit, and what is refused with which words.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use endmark::demo::Seal;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{On, Register, on_both_databases, problem};

on_both_databases!(
    the_same_certificate_again_gives_the_same_entry
    a_re_encoded_signature_gives_the_stored_certificate
    the_same_reference_with_other_content_names_the_number_that_has_it
    two_submissions_at_once_of_one_certificate_make_one_entry
    a_suspension_is_lifted_and_a_revocation_is_final
    own_certificates_are_listed_in_pages
);

async fn the_same_certificate_again_gives_the_same_entry(on: On) {
    let register = Register::start(on).await;
    let (number, jws) = register.seal(&register.payload("S-1"));
    let first = register.world.maker.submit(&jws).await.unwrap();
    assert_eq!((first.status.as_u16(), first.body["number"].as_str().unwrap()), (201, number.as_str()));
    // A lost answer is fetched by sending it again, also when `iat` is too old by then.
    register.world.days_pass(3);
    let again = register.world.maker.submit(&jws).await.unwrap();
    assert_eq!(again.status, 200, "{}", again.body);
    assert_eq!(again.body["entry"], first.body["entry"]);
    assert_eq!(again.body["receipt"]["leaf"], first.body["entry"]);
    register.stop().await;
}

async fn a_re_encoded_signature_gives_the_stored_certificate(on: On) {
    let register = Register::start(on).await;
    let (_, jws) = register.seal(&register.payload("S-2"));
    let first = register.world.maker.submit(&jws).await.unwrap();
    let again = register.world.maker.submit(&with_high_s(&jws)).await.unwrap();
    assert_eq!(again.status, 200, "{}", again.body);
    assert_eq!(again.body["number"], first.body["number"]);
    let path = format!("/v1/certificates/{}", first.body["number"].as_str().unwrap());
    let shown = register.world.maker.get(&path).await.unwrap();
    assert_eq!(shown.body["jws"], json!(jws), "the stored one stays");
    register.stop().await;
}

/// (r, s) and (r, n - s) are both good ECDSA signatures of the same bytes.
fn with_high_s(jws: &str) -> String {
    const N: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    let (input, signature) = jws.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let (r, s) = signature.split_at(32);
    let n: Vec<u8> = hex::decode(N).unwrap();
    let mut borrow = 0i32;
    let mut other = vec![0; 32];
    for i in (0..32).rev() {
        let difference = i32::from(n[i]) - i32::from(s[i]) - borrow;
        borrow = i32::from(difference < 0);
        other[i] = u8::try_from(difference.rem_euclid(256)).unwrap();
    }
    format!("{input}.{}", URL_SAFE_NO_PAD.encode([r, &other].concat()))
}

async fn the_same_reference_with_other_content_names_the_number_that_has_it(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("S-3").await;
    let mut other = register.payload("S-3");
    other["endUse"] = json!("something else");
    let (_, jws) = register.seal(&other);
    let refused = register.world.maker.submit(&jws).await.unwrap();
    assert_eq!(problem(&refused), "409 reference-taken");
    assert_eq!(refused.body["number"], json!(number));
    register.stop().await;
}

async fn two_submissions_at_once_of_one_certificate_make_one_entry(on: On) {
    let register = Register::start(on).await;
    let (_, jws) = register.seal(&register.payload("S-4"));
    let attempts = (0..16).map(|_| register.world.maker.submit(&jws));
    let answers = futures_util::future::join_all(attempts).await;
    let mut created = 0;
    let mut entries = std::collections::BTreeSet::new();
    for answered in answers {
        let answered = answered.unwrap();
        assert!(answered.status.is_success(), "{}", answered.body);
        created += u32::from(answered.status == 201);
        entries.insert(answered.body["entry"].as_u64().unwrap());
    }
    assert_eq!((created, entries.len()), (1, 1));
    register.stop().await;
}

async fn a_suspension_is_lifted_and_a_revocation_is_final(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("S-5").await;
    let maker = &register.world.maker;
    let path = |what: &str| format!("/v1/certificates/{number}/{what}");
    let reason = Some(("application/json", br#"{"reason":"under review"}"#.to_vec()));
    let suspended = maker.send(Method::PUT, &path("suspension"), reason.clone()).await.unwrap();
    assert_eq!(suspended.body["status"], "suspended", "{}", suspended.body);
    let again = maker.send(Method::PUT, &path("suspension"), reason.clone()).await.unwrap();
    assert_eq!(again.body["statusEntry"], suspended.body["statusEntry"], "sent again, nothing changes");
    let resumed = maker.send(Method::DELETE, &path("suspension"), None).await.unwrap();
    assert_eq!(resumed.body["status"], "valid");
    let revoked = maker.send(Method::POST, &path("revocation"), reason.clone()).await.unwrap();
    assert_eq!(revoked.body["status"], "revoked");
    let too_late = maker.send(Method::PUT, &path("suspension"), reason).await.unwrap();
    assert_eq!(problem(&too_late), "409 status-forbids");
    assert_eq!((&too_late.body["status"], &too_late.body["certificateStatus"]), (&json!(409), &json!("revoked")));
    let too_late = maker.send(Method::DELETE, &path("suspension"), None).await.unwrap();
    assert_eq!(problem(&too_late), "409 status-forbids");
    let no_reason = maker.send(Method::POST, &path("revocation"), Some(("application/json", b"{}".to_vec()))).await;
    assert_eq!(problem(&no_reason.unwrap()), "400 request-malformed");
    register.stop().await;
}

async fn own_certificates_are_listed_in_pages(on: On) {
    let register = Register::start(on).await;
    let mut issued = Vec::new();
    for i in 0..5 {
        issued.push(register.issue(&format!("S-6-{i}")).await);
    }
    issued.reverse();
    let first = register.world.maker.get("/v1/certificates?limit=3").await.unwrap();
    let numbers = |body: &Value| -> Vec<String> {
        body["certificates"].as_array().unwrap().iter().map(|c| c["number"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(numbers(&first.body), issued[..3]);
    let last = first.body["certificates"][2]["entry"].as_u64().unwrap();
    let second = register.world.maker.get(&format!("/v1/certificates?limit=3&before={last}")).await.unwrap();
    assert_eq!(numbers(&second.body), issued[3..]);
    for (limit, more) in [(4, true), (5, false)] {
        let path = format!("/v1/certificates?limit={limit}");
        let headers = register.world.maker.headers(&path).await.unwrap();
        assert_eq!(headers.contains_key("link"), more, "{path} of five");
    }
    let bad = register.world.maker.get("/v1/certificates?limit=many").await.unwrap();
    assert_eq!(problem(&bad), "400 parameter-malformed");
    register.stop().await;
}

/// What each malformed body is told; nothing of it is stored.
#[actix_web::test]
async fn malformed_submissions_get_a_problem_of_their_own_and_no_entry() {
    let register = Register::start(On::Sqlite).await;
    let payload = register.payload("S-7");
    let text = payload.to_string();
    let (_, good) = register.seal(&payload);
    let before = register.checkpoint().await;
    let sealed = |text: &str| register.world.seal_text(Seal::Maker, text).unwrap();
    let with_header = |edit: &dyn Fn(&mut Value)| {
        let (header, rest) = good.split_once('.').unwrap();
        let mut header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
        edit(&mut header);
        format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header.to_string()))
    };
    let broken_der = STANDARD.encode([0x30, 0x82, 0xff, 0xff, 0x00]);
    let cases = [
        ("not a JWS", "hello".to_owned(), "400 seal-malformed"),
        ("two parts", "a.b".to_owned(), "400 seal-malformed"),
        ("empty", String::new(), "400 seal-malformed"),
        ("crit", with_header(&|h| h["crit"] = json!(["b64"])), "400 seal-malformed"),
        ("jku", with_header(&|h| h["jku"] = json!("https://evil.example/keys")), "400 seal-malformed"),
        ("none", with_header(&|h| h["alg"] = json!("none")), "400 seal-malformed"),
        ("HS256", with_header(&|h| h["alg"] = json!("HS256")), "400 seal-malformed"),
        ("an absurd chain", with_header(&|h| h["x5c"] = json!(vec![h["x5c"][0].clone(); 7])), "400 seal-malformed"),
        ("broken DER", with_header(&|h| h["x5c"] = json!([broken_der])), "400 seal-malformed"),
        ("padding", format!("{good}="), "400 seal-malformed"),
        ("malformed JSON", sealed(text.trim_start_matches('{')), "400 payload-malformed"),
        ("an unknown member", sealed(&text.replacen('{', "{\"urgent\":true,", 1)), "400 payload-malformed"),
        ("a duplicate member", sealed(&text.replacen('{', "{\"version\":1,", 1)), "400 payload-malformed"),
        ("a float", sealed(&text.replacen("\"1.5\"", "1.5", 1)), "400 payload-malformed"),
        ("seven decimals", sealed(&text.replacen("\"1.5\"", "\"1.5000001\"", 1)), "400 payload-malformed"),
        ("over-deep", sealed(&format!("{}{}", "[".repeat(5_000), "]".repeat(5_000))), "400 payload-malformed"),
        ("a control character", sealed(&text.replacen("FT-25", "FT\\u0000-25", 1)), "400 payload-malformed"),
    ];
    for (name, jws, wanted) in cases {
        let answered = register.world.maker.submit(&jws).await.unwrap();
        assert_eq!(problem(&answered), wanted, "{name}: {}", answered.body);
        assert!(answered.body["detail"].as_str().is_some_and(|detail| detail.len() > 10), "{name}");
        assert!(answered.body["requestId"].as_str().is_some(), "{name}");
    }
    assert_eq!(register.checkpoint().await, before, "nothing of this is an entry");
    let send = |media_type, body| register.world.maker.send(Method::POST, "/v1/certificates", Some((media_type, body)));
    let answered = send("application/json", good.clone().into_bytes()).await.unwrap();
    assert_eq!(problem(&answered), "415 unsupported-media-type");
    let answered = send("application/jose", vec![b'a'; 2 * 1024 * 1024]).await.unwrap();
    assert_eq!(problem(&answered), "413 body-too-large");
    assert_eq!(register.checkpoint().await, before, "nothing of this is an entry");
    // A file that ends its line is the same JWS, and the JWS is what is kept.
    let with_line_end = send("application/jose", format!("{good}\r\n").into_bytes()).await.unwrap();
    let again = send("application/jose", good.clone().into_bytes()).await.unwrap();
    assert_eq!((with_line_end.status.as_u16(), again.status.as_u16()), (201, 200), "{}", with_line_end.body);
    let shown = register.world.maker.get(&format!("/v1/certificates/{}", again.body["number"].as_str().unwrap())).await;
    assert_eq!(shown.unwrap().body["jws"], json!(good));
    register.stop().await;
}
