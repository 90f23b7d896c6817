//! Certificates on paper: the PDF, its attachment, its code; and the code read by others' software.

use std::path::Path;
use std::process::Command;

use endmark::demo::Seal;
use endmark_core::token;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{On, Register, on_both_databases, problem};

on_both_databases!(
    the_paper_shows_the_facts_and_carries_the_sealed_certificate
    papers_are_for_their_manufacturer_and_customs
    customs_reading_of_a_paper_is_an_entry_and_the_makers_own_is_not
    no_paper_is_made_of_a_certificate_that_does_not_stand
    the_code_on_the_paper_verifies_under_the_published_keys
);

async fn fetch(client: &endmark::client::Client, path: &str) -> Vec<u8> {
    client.fetch(path).await.unwrap().unwrap_or_else(|answered| panic!("{}", answered.body))
}

/// Runs a program that must succeed; gives what it prints.
fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap_or_else(|error| {
        panic!("{program}: {error}; `cargo xtask test` installs poppler-utils where it can, or install it yourself")
    });
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn shown(path: &Path) -> &str {
    path.to_str().unwrap()
}

async fn the_paper_shows_the_facts_and_carries_the_sealed_certificate(on: On) {
    let register = Register::start(on).await;
    let mut payload = register.payload("P-1");
    payload["endUser"]["name"] = json!("ТОО «Сүт зауыты» Алматы — 工厂");
    let (number, jws) = register.seal(&payload);
    assert_eq!(register.world.maker.submit(&jws).await.unwrap().status, 201);
    let folder = register.place.dir();
    for (language, title) in
        [("en", "Manufacturer’s declaration"), ("lt", "Gamintojo deklaracija"), ("pl", "Deklaracja producenta")]
    {
        let path = format!("/v1/certificates/{number}/document.pdf?language={language}");
        let (pdf, text) = (folder.join(format!("{language}.pdf")), folder.join("paper.txt"));
        std::fs::write(&pdf, fetch(&register.world.maker, &path).await).unwrap();
        run("pdftotext", &["-layout", shown(&pdf), shown(&text)]);
        let text = std::fs::read_to_string(&text).unwrap();
        let facts = [title, &number, "Muster Verpackungsmaschinen GmbH", "Savanorių pr. 174", "84223000", "2 NAR"];
        for fact in facts.iter().chain(&["BY › RU › KZ", "2026-08-31", "NTRDE-HRB123456", "ТОО «Сүт зауыты» Алматы"])
        {
            assert!(text.contains(fact), "{fact} is not on the paper:\n{text}");
        }
        // The statements' words, in the language sealed.
        let regimes = register.world.running.app.regimes();
        let words = regimes
            .statement_sets()
            .iter()
            .find(|s| s.id() == "LT-2023-07-03" && s.language() == "en")
            .unwrap()
            .statements();
        let start: String = words["S1"].chars().take(30).collect();
        assert!(text.contains(&start), "{start}\n{text}");
        let attached = folder.join("attached.jws");
        run("pdfdetach", &["-save", "1", "-o", shown(&attached), shown(&pdf)]);
        assert_eq!(std::fs::read_to_string(&attached).unwrap(), jws);
        let anchor = folder.join("certs/anchor.pem");
        for file in [&attached, &pdf] {
            let arguments = ["certificate", "verify", shown(file), "--anchor", shown(&anchor), "--json"];
            let verified: Value = serde_json::from_str(&run(env!("CARGO_BIN_EXE_endmark"), &arguments)).unwrap();
            assert_eq!((&verified["genuine"], &verified["number"]), (&json!(true), &json!(number)));
        }
        let info = run("pdfinfo", &[shown(&pdf)]);
        assert!(info.contains("PDF/A-3") || info.contains("PDF version"), "{info}");
        let bytes = std::fs::read(&pdf).unwrap();
        let claims = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
        assert!(claims(b"pdfaid:part>3<") && claims(b"pdfaid:conformance>B<"), "it says that it is PDF/A-3b");
        assert!(bytes.len() < 120_000, "{} bytes", bytes.len());
    }
    let unknown = register.world.maker.get(&format!("/v1/certificates/{number}/document.pdf?language=xx")).await;
    assert_eq!(problem(&unknown.unwrap()), "400 parameter-malformed");
    register.stop().await;
}

async fn papers_are_for_their_manufacturer_and_customs(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("P-2").await;
    let (_, other) = register.register("other-maker", &[endmark::registry::Grant::Manufacturer]);
    let (_, auditor) = register.register("auditors", &[endmark::registry::Grant::Auditor]);
    register.settled(&other).await;
    register.settled(&auditor).await;
    for file in ["document.pdf", "qr.svg"] {
        let path = format!("/v1/certificates/{number}/{file}");
        fetch(&register.world.maker, &path).await;
        fetch(&register.world.customs, &path).await;
        assert_eq!(problem(&other.get(&path).await.unwrap()), "404 not-found");
        assert_eq!(problem(&auditor.get(&path).await.unwrap()), "403 grant-missing");
        let nobodys = format!("/v1/certificates/{}/{file}", crate::support::nobodys_number());
        assert_eq!(problem(&register.world.customs.get(&nobodys).await.unwrap()), "404 not-found");
    }
    register.stop().await;
}

async fn customs_reading_of_a_paper_is_an_entry_and_the_makers_own_is_not(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("P-7").await;
    for file in ["document.pdf", "qr.svg"] {
        let path = format!("/v1/certificates/{number}/{file}");
        let before = register.checkpoint().await;
        fetch(&register.world.maker, &path).await;
        assert_eq!(register.checkpoint().await, before, "{file}");
        fetch(&register.world.customs, &path).await;
        let size = |checkpoint: &str| checkpoint.lines().nth(1).unwrap().parse::<u64>().unwrap();
        let leaf = size(&before);
        assert_eq!(size(&register.checkpoint().await), leaf + 1, "{file}");
        let entry = register.world.customs.get(&format!("/v1/entries/{leaf}/receipt")).await.unwrap().body.to_string();
        assert!(entry.contains("documentRead") && entry.contains(&number), "{entry}");
    }
    register.stop().await;
}

async fn no_paper_is_made_of_a_certificate_that_does_not_stand(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("P-3").await;
    let maker = &register.world.maker;
    let reason = || Some(("application/json", br#"{"reason":"under review"}"#.to_vec()));
    let path = |what: &str| format!("/v1/certificates/{number}/{what}");
    let suspended = maker.send(Method::PUT, &path("suspension"), reason()).await.unwrap();
    assert!(suspended.status.is_success());
    for file in ["qr.svg", "document.pdf"] {
        let refused = maker.get(&path(file)).await.unwrap();
        assert_eq!(problem(&refused), "409 status-forbids");
        let members = (&refused.body["status"], &refused.body["certificateStatus"], refused.body.get("entry"));
        assert_eq!(members, (&json!(409), &json!("suspended"), None), "the maker's own reading is no entry");
        let refused = register.world.customs.get(&path(file)).await.unwrap();
        assert_eq!((&refused.body["status"], &refused.body["certificateStatus"]), (&json!(409), &json!("suspended")));
        let receipt = format!("/v1/entries/{}/receipt", refused.body["entry"]);
        let entry = register.world.customs.get(&receipt).await.unwrap().body.to_string();
        assert!(entry.contains("documentRead"), "{entry}");
    }
    maker.send(Method::DELETE, &path("suspension"), None).await.unwrap();
    fetch(maker, &path("qr.svg")).await;
    maker.send(Method::POST, &path("revocation"), reason()).await.unwrap();
    assert_eq!(problem(&maker.get(&path("document.pdf")).await.unwrap()), "409 status-forbids");
    register.stop().await;
}

async fn the_code_on_the_paper_verifies_under_the_published_keys(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("P-4").await;
    let svg = fetch(&register.world.maker, &format!("/v1/certificates/{number}/qr.svg")).await;
    let code = scanned(&String::from_utf8(svg).unwrap());
    let keys = register.world.customs.get("/v1/token-keys").await.unwrap().body;
    let keys: token::TokenKeys = serde_json::from_value(keys).unwrap();
    let read = token::parse(&code).unwrap().verify(endmark::demo::ORIGIN, &keys).unwrap();
    assert_eq!(read.claims().number().to_string(), number);
    assert_eq!(read.claims().issued_at, endmark::demo::STARTS_AT);
    assert_eq!(read.claims().lines.len(), 3);
    // Anyone who reads codes gets the keys without a client certificate.
    let nobody = crate::support::stranger();
    let web = format!("http://{}", register.world.running.web);
    let web = endmark::client::Client::new(&web, &nobody.certificate, &nobody.key, &register.authority()).unwrap();
    let open: token::TokenKeys = serde_json::from_slice(&fetch(&web, "/token-keys").await).unwrap();
    assert_eq!(open, keys);
    read_in_python(&code, &keys, &number);
    register.stop().await;
}

/// The text of the symbol in an SVG, drawn as a picture and read like a photo.
pub(crate) fn scanned(svg: &str) -> String {
    let mut codes = endmark_scan::codes(&picture(svg, 4)).unwrap();
    assert_eq!(codes.len(), 1);
    codes.remove(0)
}

/// An SVG of the service as a PNG, so many pixels a module.
pub(crate) fn picture(svg: &str, scale: u32) -> Vec<u8> {
    let side: u32 = svg.split("viewBox=\"0 0 ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    let mut grey = image::GrayImage::from_pixel(side * scale, side * scale, image::Luma([235]));
    let path = svg.rsplit("d=\"").next().unwrap().split('"').next().unwrap();
    for run in path.split('M').skip(1) {
        let numbers: Vec<u32> =
            run.split(|c: char| !c.is_ascii_digit()).filter(|n| !n.is_empty()).map(|n| n.parse().unwrap()).collect();
        let (x, y, length) = (numbers[0], numbers[1], numbers[2]);
        for (dx, dy) in (0..length * scale).flat_map(|dx| (0..scale).map(move |dy| (dx, dy))) {
            grey.put_pixel(x * scale + dx, y * scale + dy, image::Luma([20]));
        }
    }
    let mut png = std::io::Cursor::new(Vec::new());
    grey.write_to(&mut png, image::ImageFormat::Png).unwrap();
    png.into_inner()
}

/// The same code verified by the CWT and COSE package of another language, where `cargo xtask test` could install it.
fn read_in_python(code: &str, keys: &token::TokenKeys, number: &str) {
    let Ok(python) = std::env::var("ENDMARK_TEST_PYTHON") else {
        eprintln!("no ENDMARK_TEST_PYTHON with cwt and base45: the code is not read by other software");
        return;
    };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/read_token.py");
    let output = run(&python, &[script, code, &serde_json::to_string(keys).unwrap()]);
    let read: Value = serde_json::from_str(&output).unwrap();
    assert_eq!(read["register"], endmark::demo::ORIGIN);
    assert_eq!(read["issuedAt"], endmark::demo::STARTS_AT.unix_timestamp());
    let bits = number.parse::<endmark_core::number::CertificateNumber>().unwrap();
    assert!(read["digest"].as_str().unwrap().starts_with(&hex::encode(bits.as_bytes())), "{read}");
    assert_eq!(read["destination"], "KZ");
    assert_eq!(
        read["lines"],
        json!([[1, "84223000", "2", "NAR"], [2, "84272019", "6", "NAR"], [3, "85444995", "1.5", "TNE"]])
    );
    assert_eq!(read["changed"], "refused");
}

#[actix_web::test]
async fn a_retired_key_stays_known_and_a_lost_one_stops_the_start() {
    let register = Register::start(On::Sqlite).await;
    let number = register.issue("P-5").await;
    let path = format!("/v1/certificates/{number}/qr.svg");
    let code = scanned(&String::from_utf8(fetch(&register.world.maker, &path).await).unwrap());
    let secret = register.world.settings.keys.token.clone();
    endmark::keys::token::rotate(&secret, endmark::demo::STARTS_AT).unwrap();
    let register = register.restart().await;
    let signer = &register.world.running.app.token;
    assert_eq!(signer.keys().keys.len(), 2);
    let refused = token::parse(&code).unwrap().verify(endmark::demo::ORIGIN, signer.keys()).unwrap_err();
    assert_eq!(refused.code(), "tokenKeyRetired");
    let code = scanned(&String::from_utf8(fetch(&register.world.maker, &path).await).unwrap());
    token::parse(&code).unwrap().verify(endmark::demo::ORIGIN, signer.keys()).unwrap();
    let _place = register.stop().await;
    // A register from before there were codes gets a key; one whose key is gone does not get another.
    let set = secret.with_file_name("token-keys.json");
    std::fs::remove_file(&secret).unwrap();
    let lost = endmark::keys::token::open(&secret).unwrap_err();
    assert!(lost.to_string().contains("token.pk8"), "{lost}");
    std::fs::remove_file(&set).unwrap();
    assert_eq!(endmark::keys::token::open(&secret).unwrap().keys().keys.len(), 1);
}

#[actix_web::test]
async fn an_exchange_of_keys_that_was_broken_off_is_finished() {
    let register = Register::start(On::Sqlite).await;
    let secret = register.world.settings.keys.token.clone();
    let _place = register.stop().await;
    let before = std::fs::read(&secret).unwrap();
    let new = endmark::keys::token::rotate(&secret, endmark::demo::STARTS_AT).unwrap().id();
    // As a crash leaves it: the new key is published and still waits beside the old one.
    std::fs::rename(&secret, secret.with_extension("next")).unwrap();
    std::fs::write(&secret, before).unwrap();
    assert_eq!(endmark::keys::token::open(&secret).unwrap().id(), new);
    assert!(!secret.with_extension("next").exists());
}

#[actix_web::test]
async fn a_certificate_of_many_lines_has_pages_and_a_code_that_says_what_it_leaves_out() {
    let register = Register::start(On::Sqlite).await;
    let mut payload = register.payload("P-6");
    let line = payload["lines"][1].clone();
    let lines = (1..=300).map(|number| {
        let mut line = line.clone();
        line["line"] = json!(number);
        line.as_object_mut().unwrap().remove("serialNumbers");
        line
    });
    payload["lines"] = lines.collect();
    let (number, jws) = register.world.seal(Seal::Maker, &payload, None).unwrap();
    assert_eq!(register.world.maker.submit(&jws).await.unwrap().status, 201);
    let (pdf, text) = (register.place.dir().join("long.pdf"), register.place.dir().join("long.txt"));
    std::fs::write(&pdf, fetch(&register.world.maker, &format!("/v1/certificates/{number}/document.pdf")).await)
        .unwrap();
    run("pdftotext", &["-layout", shown(&pdf), shown(&text)]);
    let text = std::fs::read_to_string(&text).unwrap();
    assert!(text.contains("The code leaves out 290 lines"), "{text}");
    assert!(text.contains("Line 300"), "{text}");
    register.stop().await;
}
