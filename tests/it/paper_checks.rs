//! A paper alone, held up in any form: genuine, not genuine, or cannot be checked; never a word on the goods.

use endmark::client::{Answered, Client};
use endmark::demo::Seal;
use endmark::keys::token as token_key;
use endmark_core::certificate;
use reqwest::Method;
use serde_json::{Value, json};

use crate::papers::{picture, scanned};
use crate::support::{On, Register, nobodys_number, on_both_databases, problem, sql};

on_both_databases!(
    every_form_of_one_certificate_is_genuine
    a_certificate_revoked_after_printing_is_genuine_and_does_not_stand
    a_stale_list_makes_a_paper_uncheckable
    what_the_register_never_took_in_is_not_genuine
    codes_of_foreign_and_retired_keys_are_never_genuine
    an_edited_row_is_never_genuine
    what_cannot_be_read_says_why_and_is_no_entry
    only_customs_asks_whether_papers_are_genuine
);

async fn present(client: &Client, paper: impl Into<Vec<u8>>) -> Answered {
    let body = Some(("application/octet-stream", paper.into()));
    client.send(Method::POST, "/v1/customs/papers", body).await.unwrap()
}

/// The answer, whether it stands, and the reasons.
async fn answer(register: &Register, paper: impl Into<Vec<u8>>) -> (String, bool, Vec<String>) {
    let answered = present(&register.world.customs, paper).await;
    assert_eq!(answered.status, 200, "{}", answered.body);
    assert_eq!(answered.body["goodsCompared"], json!(false));
    let codes = answered.body["reasons"].as_array().unwrap().iter();
    let codes = codes.map(|reason| reason["code"].as_str().unwrap().to_owned()).collect();
    (answered.body["answer"].as_str().unwrap().to_owned(), answered.body["stands"].as_bool().unwrap(), codes)
}

fn is(answer: &str, stands: bool, reasons: &[&str]) -> (String, bool, Vec<String>) {
    (answer.to_owned(), stands, reasons.iter().map(ToString::to_string).collect())
}

async fn svg(register: &Register, number: &str) -> String {
    let path = format!("/v1/certificates/{number}/qr.svg");
    String::from_utf8(register.world.maker.fetch(&path).await.unwrap().unwrap()).unwrap()
}

async fn every_form_of_one_certificate_is_genuine(on: On) {
    let register = Register::start(on).await;
    let (number, jws) = register.seal(&register.payload("C-1"));
    assert_eq!(register.world.maker.submit(&jws).await.unwrap().status, 201);
    let svg = svg(&register, &number).await;
    let pdf = register.world.maker.fetch(&format!("/v1/certificates/{number}/document.pdf")).await.unwrap().unwrap();
    let forms: [(&str, Vec<u8>); 6] = [
        ("number", number.clone().into()),
        ("typed", number.to_lowercase().replace('-', " ").into()),
        ("code", scanned(&svg).into()),
        ("jws", format!("{jws}\n").into()),
        ("pdf", pdf),
        ("photo", picture(&svg, 5)),
    ];
    for (form, paper) in forms {
        let answered = present(&register.world.customs, paper).await;
        assert_eq!(answered.status, 200, "{form}: {}", answered.body);
        let body = &answered.body;
        assert_eq!(
            (&body["answer"], &body["stands"], &body["number"]),
            (&json!("genuine"), &json!(true), &json!(number))
        );
        assert_eq!(body["goodsCompared"], json!(false), "a paper alone says nothing of goods");
        assert_eq!(body["certificate"]["reference"], "C-1", "{form}");
        assert_eq!(body["ledger"][0]["available"], "2", "{form}");
        assert_eq!(body["asOf"], "2026-03-16T09:00:00Z");
        // Whoever asked can prove what was answered.
        let receipt = register.world.customs.get(&format!("/v1/entries/{}/receipt", body["entry"])).await.unwrap();
        let entry: Value = serde_json::from_str(receipt.body["entry"].as_str().unwrap_or("null")).unwrap_or_default();
        let entry = if entry.is_null() { receipt.body["entry"].clone() } else { entry };
        assert!(receipt.body.to_string().contains("paperChecked"), "{entry}");
    }
    register.stop().await;
}

async fn a_certificate_revoked_after_printing_is_genuine_and_does_not_stand(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("C-2").await;
    let code = scanned(&svg(&register, &number).await);
    let reason = || Some(("application/json", br#"{"reason":"sold to somebody else"}"#.to_vec()));
    let maker = &register.world.maker;
    let path = |what: &str| format!("/v1/certificates/{number}/{what}");
    maker.send(Method::PUT, &path("suspension"), reason()).await.unwrap();
    assert_eq!(answer(&register, code.clone()).await, is("genuine", false, &["certificateSuspended"]));
    maker.send(Method::POST, &path("revocation"), reason()).await.unwrap();
    assert_eq!(answer(&register, code).await, is("genuine", false, &["certificateRevoked"]));
    assert_eq!(answer(&register, number).await, is("genuine", false, &["certificateRevoked"]));
    register.stop().await;
}

async fn a_stale_list_makes_a_paper_uncheckable(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("C-3").await;
    register.world.days_pass(8);
    assert_eq!(answer(&register, number).await, is("cannotBeChecked", false, &["revocationListStale"]));
    register.stop().await;
}

async fn what_the_register_never_took_in_is_not_genuine(on: On) {
    let register = Register::start(on).await;
    assert_eq!(answer(&register, nobodys_number()).await, is("notGenuine", false, &["numberUnknown"]));
    let payload = register.payload("C-4");
    let (_, jws) = register.seal(&payload);
    assert_eq!(answer(&register, jws.clone()).await, is("notGenuine", false, &["neverAccepted"]));
    let (_, foreign) = register.world.seal(Seal::Foreign, &payload, None).unwrap();
    assert_eq!(answer(&register, foreign).await, is("notGenuine", false, &["neverAccepted"]));
    let mut other = payload.clone();
    other["register"] = json!("other.example/endmark");
    let (_, elsewhere) = register.seal(&other);
    assert_eq!(answer(&register, elsewhere).await, is("cannotBeChecked", false, &["otherRegister"]));
    // The signature of another document.
    let (head, _) = jws.rsplit_once('.').unwrap();
    let (_, another) = register.seal(&register.payload("C-5"));
    let forged = format!("{head}.{}", another.rsplit_once('.').unwrap().1);
    assert_eq!(answer(&register, forged).await, is("notGenuine", false, &["sealSignatureInvalid"]));
    register.stop().await;
}

async fn codes_of_foreign_and_retired_keys_are_never_genuine(on: On) {
    let register = Register::start(on).await;
    let (number, jws) = register.seal(&register.payload("C-6"));
    assert_eq!(register.world.maker.submit(&jws).await.unwrap().status, 201);
    let printed = scanned(&svg(&register, &number).await);
    let sealed = endmark_core::seal::parse(jws.as_bytes()).unwrap().verify().unwrap();
    let document = certificate::parse(sealed.payload()).unwrap();
    let foreign = token_key::open(&register.place.dir().join("foreign.pk8")).unwrap();
    let (code, _) = foreign.code(&document, sealed.digest(), endmark::demo::STARTS_AT).unwrap();
    assert_eq!(answer(&register, code).await, is("notGenuine", false, &["tokenKeyUnknown"]));
    token_key::rotate(&register.world.settings.keys.token, endmark::demo::STARTS_AT).unwrap();
    let register = register.restart().await;
    assert_eq!(answer(&register, printed).await, is("cannotBeChecked", false, &["tokenKeyRetired"]));
    assert_eq!(answer(&register, number).await, is("genuine", true, &[]), "by its number it is still found");
    register.stop().await;
}

async fn an_edited_row_is_never_genuine(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("C-7").await;
    let reason = Some(("application/json", br#"{"reason":"a forgery"}"#.to_vec()));
    let path = format!("/v1/certificates/{number}/revocation");
    register.world.maker.send(Method::POST, &path, reason).await.unwrap();
    sql(&register.place, "UPDATE certificate SET status = 'valid', status_reason = ''");
    assert_eq!(answer(&register, number).await, is("cannotBeChecked", false, &["certificateCorrupt"]));
    register.stop().await;
}

async fn what_cannot_be_read_says_why_and_is_no_entry(on: On) {
    let register = Register::start(on).await;
    let before = register.checkpoint().await;
    let bomb = {
        let packed = miniz_oxide::deflate::compress_to_vec_zlib(&vec![0; 300_000], 9);
        format!("EDC1:{}", base45::encode(packed))
    };
    let cases: [(Vec<u8>, &str); 8] = [
        (b"".to_vec(), "nothingToRead"),
        (b"https://evil.example/EDC1:ABC".to_vec(), "notOfThisSystem"),
        (b"HC1:6BFOXN*TS0BI$ZD.P9UOL97O4-2HH77HRM3DSPTLRR+%3$0V".to_vec(), "notOfThisSystem"),
        (b"EDC1:NCF:70390T9WTWGSLKC 4".to_vec(), "tokenDeflate"),
        (bomb.into_bytes(), "tokenBomb"),
        (b"%PDF-1.7\n1 0 obj\n<<>>\nstream\nnothing\nendstream".to_vec(), "pdfNothingAttached"),
        (b"26LTVR1000EX000017".to_vec(), "declarationNumber"),
        (b"\x89PNG\r\n\x1a\n broken".to_vec(), "photoDamaged"),
    ];
    for (paper, reason) in cases {
        let refused = present(&register.world.customs, paper).await;
        assert_eq!(problem(&refused), "400 paper-unreadable", "{reason}");
        assert_eq!(refused.body["reason"], reason);
    }
    let large = present(&register.world.customs, vec![b' '; 16 * 1024 * 1024 + 1]).await;
    assert_eq!(problem(&large), "413 body-too-large");
    assert_eq!(register.checkpoint().await, before, "nothing was recorded");
    register.stop().await;
}

async fn only_customs_asks_whether_papers_are_genuine(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("C-8").await;
    assert_eq!(problem(&present(&register.world.maker, number).await), "403 grant-missing");
    register.stop().await;
}
