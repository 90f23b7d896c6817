//! The officers' pages, without JavaScript: as a browser sends them.

use reqwest::Method;

use crate::browser::{Browser, Page, somebody};
use crate::papers::{picture, scanned};
use crate::support::{On, Register, nobodys_number, on_both_databases};

on_both_databases!(
    an_officer_types_scans_or_uploads_and_sees_one_answer
    a_genuine_paper_of_a_revoked_certificate_never_shows_a_tick
    what_cannot_be_read_is_a_clear_page_in_the_officers_language
    another_site_cannot_make_the_browser_ask
    nobody_who_is_not_signed_in_sees_a_form
);

const BOUNDARY: &str = "a-boundary";

/// The form as a browser sends it.
fn form(csrf: &str, language: &str, text: &str, file: Option<&[u8]>) -> Vec<u8> {
    let field = |name: &str, value: &str| {
        format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").into_bytes()
    };
    let mut body = [field("csrf", csrf), field("language", language), field("text", text)].concat();
    body.extend(
        format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"paper\"\r\nContent-Type: application/octet-stream\r\n\r\n")
            .into_bytes(),
    );
    body.extend(file.unwrap_or_default());
    body.extend(format!("\r\n--{BOUNDARY}--\r\n").into_bytes());
    body
}

/// Sends the form with headers of one's own.
async fn send(browser: &Browser, headers: &[(&str, &str)], body: Vec<u8>) -> Page {
    let media_type = format!("multipart/form-data; boundary={BOUNDARY}");
    browser.send(Method::POST, "/officer", headers, Some((&media_type, body))).await
}

/// Sends the form that a page with this token has.
pub(crate) async fn send_form(browser: &Browser, csrf: &str, language: &str, text: &str, file: Option<&[u8]>) -> Page {
    send(browser, &[], form(csrf, language, text, file)).await
}

/// Asks as the officer of this browser.
async fn ask(browser: &Browser, language: &str, text: &str, file: Option<&[u8]>) -> (u16, String) {
    let csrf = browser.get("/officer").await.field("csrf");
    let page = send_form(browser, &csrf, language, text, file).await;
    (page.status, page.html)
}

/// A register with an officer who is signed in.
async fn with_officer(on: On) -> (Register, Browser) {
    let register = Register::start(on).await;
    let browser = register.signed_in(&somebody("Rūta Kazlauskienė", "LTVR1000")).await;
    (register, browser)
}

#[track_caller]
fn shows(html: &str, wanted: &[&str]) {
    for words in wanted {
        assert!(html.contains(words), "the page lacks {words:?}:\n{html}");
    }
}

#[track_caller]
fn is_no_yes(html: &str) {
    assert!(!html.contains('✔') && !html.contains("verdict yes"), "{html}");
}

async fn an_officer_types_scans_or_uploads_and_sees_one_answer(on: On) {
    let (register, browser) = with_officer(on).await;
    let (number, jws) = register.seal(&register.payload("O-1 <b>&"));
    assert_eq!(register.world.maker.submit(&jws).await.unwrap().status, 201);
    let customs = &register.world.customs;
    let fetch = async |path: &str| customs.fetch(path).await.unwrap().unwrap();
    let svg = String::from_utf8(fetch(&format!("/v1/certificates/{number}/qr.svg")).await).unwrap();
    let pdf = fetch(&format!("/v1/certificates/{number}/document.pdf")).await;
    let start = browser.get("/officer?language=lt").await.html;
    shows(&start, &["<html lang=\"lt\">", "Ar šis dokumentas tikras?", "name=\"text\"", "name=\"file\"", "Polski"]);
    assert!(
        start.matches("<script").count() == 1 && !start.contains("onclick"),
        "nothing is written into the page itself"
    );
    let facts = ["verdict yes", "✔", &number, "Muster Verpackungsmaschinen GmbH", "BY › RU › KZ", "2 NAR"];
    let photo = picture(&svg, 5);
    let code = scanned(&svg);
    let lithuanian = number.replace('1', "ą").replace('2', "č").replace('3', "ę").replace('8', "ū");
    for (text, file) in [
        (number.as_str(), None),
        (&lithuanian, None),
        (&code, None),
        ("", Some(photo.as_slice())),
        ("", Some(&pdf)),
        ("", Some(jws.as_bytes())),
    ] {
        let (status, html) = ask(&browser, "lt", text, file).await;
        assert_eq!(status, 200, "{html}");
        shows(&html, &facts);
        shows(&html, &["<html lang=\"lt\">", "Tikras", "Prekės nelygintos.", "2026 m. kovo 16 d. 09:00:00 UTC"]);
        assert_eq!(html.contains("Numeris nieko neįrodo"), file.is_none() && !text.starts_with("EDC1:"));
    }
    // Nothing from elsewhere, no script, never kept.
    let headers = browser.get("/officer").await.headers;
    let policy = headers.get("content-security-policy").unwrap().to_str().unwrap();
    assert!(
        policy.starts_with("default-src 'none'") && policy.contains("script-src 'self';") && !policy.contains("unsafe")
    );
    assert_eq!(headers.get("cache-control").unwrap(), "no-store");
    let style = browser.get("/officer/style.css").await.html;
    assert!(!style.contains("http") && style.len() + start.len() < 20_000, "a page is light");
    register.stop().await;
}

async fn a_genuine_paper_of_a_revoked_certificate_never_shows_a_tick(on: On) {
    let (register, browser) = with_officer(on).await;
    let number = register.issue("O-2").await;
    let reason = Some(("application/json", br#"{"reason":"sold elsewhere"}"#.to_vec()));
    let path = format!("/v1/certificates/{number}/revocation");
    register.world.maker.send(Method::POST, &path, reason).await.unwrap();
    let (_, html) = ask(&browser, "pl", &number, None).await;
    shows(
        &html,
        &[
            "verdict no",
            "✖",
            "Autentyczny, ale nie wolno go teraz użyć",
            "Producent go cofnął",
            "Towarów nie porównano",
        ],
    );
    is_no_yes(&html);
    let (_, html) = ask(&browser, "en", &nobodys_number(), None).await;
    shows(&html, &["verdict no", "Not genuine", "No certificate of this register has this number"]);
    is_no_yes(&html);
    register.world.days_pass(8);
    let browser = register.signed_in(&somebody("Jonas", "LTVR1000")).await;
    let (_, html) = ask(&browser, "en", &number, None).await;
    shows(&html, &["verdict open", "Cannot be checked", "list of revoked seals is out of date"]);
    is_no_yes(&html);
    register.stop().await;
}

async fn what_cannot_be_read_is_a_clear_page_in_the_officers_language(on: On) {
    let (register, browser) = with_officer(on).await;
    let cases: [(&str, Option<&[u8]>, &str); 6] = [
        ("", None, "Nieko neįvesta"),
        ("https://evil.example/<script>", None, "nei sertifikato numeris, nei MRN, nei šios sistemos kodas"),
        ("EDC1:NCF:70390T9WTWGSLKC 4", None, "Kodas nukirptas"),
        ("EDC-7K3M-9QXD-41TZ-P0AB-X", None, "įvedimo ar skaitymo klaida"),
        ("", Some(b"%PDF-1.7\nno attachment"), "nepridėtas antspauduotas sertifikatas"),
        ("", Some(b"\x89PNG\r\n\x1a\n broken"), "Nuotraukos perskaityti neįmanoma"),
    ];
    for (text, file, words) in cases {
        let (status, html) = ask(&browser, "lt", text, file).await;
        assert_eq!(status, 400, "{html}");
        shows(&html, &[words, "Atsakymo nėra"]);
        assert!(!html.contains("<script>"), "what was typed is not a part of the page");
        is_no_yes(&html);
    }
    let large = vec![b'x'; 16 * 1024 * 1024 + 1];
    let (status, html) = ask(&browser, "lt", "", Some(&large)).await;
    assert_eq!(status, 413, "{html}");
    let not_a_form = Some(("application/json", b"{}".to_vec()));
    browser.send(Method::POST, "/officer", &[], not_a_form).await.is(400, &[]);
    register.stop().await;
}

async fn another_site_cannot_make_the_browser_ask(on: On) {
    let (register, browser) = with_officer(on).await;
    let number = register.issue("O-3").await;
    let csrf = browser.get("/officer").await.field("csrf");
    let before = register.checkpoint().await;
    for header in [("Origin", "https://evil.example"), ("Origin", "null"), ("Sec-Fetch-Site", "cross-site")] {
        let refused = send(&browser, &[header], form(&csrf, "en", &number, None)).await;
        refused.is(403, &["Another website made your browser send this"]);
        is_no_yes(&refused.html);
    }
    for token in ["", "AAAA"] {
        let refused = send_form(&browser, token, "en", &number, None).await;
        refused.is(403, &["Another website made your browser send this"]);
    }
    assert_eq!(register.checkpoint().await, before, "nothing was asked");
    let headers = [("Origin", browser.base()), ("Sec-Fetch-Site", "same-origin")];
    send(&browser, &headers, form(&csrf, "en", &number, None)).await.is(200, &["Genuine"]);
    register.stop().await;
}

async fn nobody_who_is_not_signed_in_sees_a_form(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("O-4").await;
    let browser = Browser::new(&register);
    for page in [browser.get("/officer").await, send_form(&browser, "AAAA", "en", &number, None).await] {
        page.is(403, &["Sign in", "Your supervisor gives you a link"]);
        assert!(!page.html.contains("multipart") && !page.html.contains("Muster"), "{}", page.html);
    }
    // The listener of the systems has no pages.
    assert_eq!(register.world.customs.get("/officer").await.unwrap().status, 404);
    register.stop().await;
}
