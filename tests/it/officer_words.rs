//! What officers read is in their language: every page, every finding, whatever the register has to say.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::browser::{Browser, Page, somebody};
use crate::officer_goods::{MRN, ask, at_the_border, send};
use crate::support::{On, Register, consignment, nobodys_number, on_both_databases};

on_both_databases!(
    every_page_speaks_the_officers_language
    a_verdict_full_of_findings_has_no_word_of_english
    what_another_system_and_a_hostile_form_get_is_in_the_officers_language
);

/// Words that no sentence in Lithuanian or Polish has.
const ENGLISH: [&str; 20] = [
    "the", "of", "and", "is", "not", "are", "for", "with", "this", "that", "was", "has", "left", "cited", "none",
    "listed", "new", "used", "numbers", "document",
];

/// Names of lists, of the demo's law and of people.
const NAMES: [&str; 4] = [
    "Annex",
    "INVENTED-for-demonstrations",
    "INVENTED for demonstrations, not the Government's list",
    "Rūta Kazlauskienė",
];

/// What stands on a page for people to read: texts and labels, but those marked as of another language, and codes.
fn texts(page: &Page) -> Vec<String> {
    let html = &page.html;
    let language = html.split("<html lang=\"").nth(1).unwrap().split('"').next().unwrap();
    let mut found = Vec::new();
    for part in html.split('<').skip(1) {
        let Some((tag, text)) = part.split_once('>') else { continue };
        if let Some(label) = tag.split("aria-label=\"").nth(1) {
            found.push(label.split('"').next().unwrap().to_owned());
        }
        let other = tag.split(" lang=\"").nth(1).is_some_and(|of| !of.starts_with(language));
        let skipped = ["pre", "code", "script", "style"].iter().any(|name| tag.starts_with(name));
        if !(other || skipped || text.trim().is_empty()) {
            found.push(text.trim().replace("&#39;", "'").replace("&#34;", "\"").replace("&amp;", "&"));
        }
    }
    found
}

/// Every text in a document.
fn strings(of: &Value, into: &mut BTreeSet<String>) {
    match of {
        Value::String(text) => {
            into.insert(text.clone());
        }
        Value::Array(all) => all.iter().for_each(|of| strings(of, into)),
        Value::Object(all) => all.values().for_each(|of| strings(of, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// What people wrote, which nobody translates: the longest first.
fn data(documents: &[&Value]) -> Vec<String> {
    let mut all = BTreeSet::from(NAMES.map(str::to_owned));
    for document in documents {
        strings(document, &mut all);
    }
    let mut all: Vec<String> = all.into_iter().filter(|text| text.len() > 4).collect();
    all.sort_by_key(|text| std::cmp::Reverse(text.len()));
    all
}

fn words(text: &str, data: &[String]) -> Vec<String> {
    let text = data.iter().fold(text.to_owned(), |text, written| text.replace(written, " "));
    // What has a digit in it is a number, a code or an id.
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    let words = words.filter(|word| word.chars().any(char::is_lowercase) && !word.chars().any(|c| c.is_ascii_digit()));
    words.map(str::to_lowercase).collect()
}

/// The same page in three languages says the same, each in its own.
#[track_caller]
fn speak_their_language(english: &Page, others: &[(&str, Page)], data: &[String]) {
    let english: BTreeSet<String> = texts(english).into_iter().collect();
    for (language, page) in others {
        let found = texts(page);
        assert!(found.len() > 5, "{}", page.html);
        for text in found {
            let words = words(&text, data);
            let stranger = words.iter().find(|word| ENGLISH.contains(&word.as_str()));
            assert_eq!(stranger, None, "English on the {language} page: {text:?}");
            let long = words.iter().filter(|word| word.chars().count() > 2).count();
            assert!(long < 2 || !english.contains(&text), "not in the language {language}: {text:?}");
        }
    }
}

/// Looks at what a browser gets in each language.
async fn in_each(look: impl AsyncFn(&'static str) -> Page, data: &[String]) -> Page {
    let english = look("en").await;
    let others = [("lt", look("lt").await), ("pl", look("pl").await)];
    assert!(others.iter().all(|(_, page)| page.status == english.status));
    speak_their_language(&english, &others, data);
    english
}

async fn supervised(register: &Register) -> Browser {
    let mut supervisor = somebody("Vytas Vadovas", "LTVR1000");
    supervisor.supervisor = true;
    register.signed_in(&supervisor).await
}

async fn every_page_speaks_the_officers_language(on: On) {
    let (register, _, number) = at_the_border(on, "W-1").await;
    let browser = supervised(&register).await;
    let data = data(&[&register.payload("W-1"), &consignment(&number), &json!("Vytas Vadovas")]);
    let id = browser.get(&format!("/officer/control?declaration={MRN}")).await.field("id");
    let control = [
        ("id", id.as_str()),
        ("declaration", MRN),
        ("identity", "differs"),
        ("seals", "broken"),
        ("new-tractor", "LHK 999"),
        ("result", "secondLook"),
    ];
    send(&browser, "/officer/controls", &control).await.is(200, &["Recorded"]);
    for text in [MRN, &number, &nobodys_number(), "26LTVR1000EX999999"] {
        in_each(async |language| ask(&browser, language, text).await, &data).await;
    }
    let entry = register.entries("consignmentChecked")[0]["leaf"].as_u64().unwrap();
    for path in [
        "/officer?",
        "/officer/change?",
        "/officer/invite?",
        "/officer/goods?",
        &format!("/officer/goods?certificate={number}&"),
        &format!("/officer/control?certificate={number}&"),
        &format!("/officer/control?declaration={MRN}&answers={id}&"),
        "/officer/entries?",
        "/officer/entries?from=2026-03-16&until=2026-03-16&",
        "/officer/entries?from=yesterday&",
        &format!("/officer/entries/{entry}?"),
        "/officer/entries/99999?",
        "/?",
    ] {
        let browser = &browser;
        in_each(async |language| browser.get(&format!("{path}language={language}")).await, &data).await;
    }
    let offline = async |language| browser.get(&format!("/officer/offline/{language}")).await;
    in_each(offline, &data).await;
    let nobody = Browser::new(&register);
    in_each(async |language| nobody.get(&format!("/officer?language={language}")).await, &data).await;
    register.stop().await;
}

/// A declaration with as many faults as one can have.
pub(crate) fn full_of_faults(number: &str, mrn: &str) -> Value {
    let mut bad = consignment(number);
    bad["reference"]["value"] = json!(mrn);
    bad["countryOfDestination"] = json!("UZ");
    bad["countriesOfRouting"] = json!(["LT", "LV", "RU", "KZ", "UZ"]);
    bad["offices"]["exit"] = json!("LTVR1000");
    bad["parties"]["exporter"] = json!({"identifiers": [{"scheme": "EORI", "value": "LT110876543"}]});
    bad["parties"]["consignee"] = json!({"name": "TOO Almaty Food Machinery"});
    bad["parties"]["manufacturer"] = json!({"name": "Somebody GmbH"});
    bad["transport"]["means"][0]["id"] = json!("LHK 999");
    bad["goodsItems"][0]["condition"] = json!("used");
    bad["goodsItems"][0]["serialNumbers"] = json!(["RF24-02613"]);
    bad["goodsItems"][0]["countryOfOrigin"] = json!("IT");
    bad["goodsItems"][1]["netMass"] = json!("9000");
    bad["goodsItems"][1]["supplementaryUnits"]["value"] = json!("4");
    bad["goodsItems"][1]["citations"][0]["quantity"]["value"] = json!("4");
    bad["goodsItems"][2]["citations"][0]["line"] = json!(9);
    bad["supportingDocuments"] = json!([]);
    bad
}

async fn a_verdict_full_of_findings_has_no_word_of_english(on: On) {
    let (register, browser, number) = at_the_border(on, "W-2").await;
    let bad = full_of_faults(&number, "26LTVR1000EX000018");
    let refused = crate::ledger::put(&register, "26LTVR1000EX000018", &bad).await;
    assert_eq!(refused.status, 409, "{}", refused.body);
    let found = refused.body["verdict"]["findings"].as_array().unwrap();
    let codes: BTreeSet<&str> = found.iter().map(|finding| finding["code"].as_str().unwrap()).collect();
    assert!(codes.len() > 14, "{codes:?}");
    let data = data(&[&register.payload("W-2"), &bad]);
    let page = in_each(async |language| ask(&browser, language, "26LTVR1000EX000018").await, &data).await;
    page.is(200, &["The goods do not conform", "held by this movement: 0 NAR", "Consignee"]);
    page.shows(&["Hold the goods: have the declaration corrected", "Have a line cited that the certificate has."]);
    let polish = ask(&browser, "pl", "26LTVR1000EX000018").await;
    polish.shows(&["Zatrzymaj towar: zażądaj poprawienia zgłoszenia", "Zażądaj zgłoszenia, czy towar"]);
    // Its certificate suspended, then revoked: since when and why, as its manufacturer wrote it.
    let path = format!("/v1/certificates/{number}");
    let why = json!({"reason": "4711"});
    let body = Some(("application/json", why.to_string().into_bytes()));
    register.world.maker.send(Method::PUT, &format!("{path}/suspension"), body).await.unwrap();
    in_each(async |language| ask(&browser, language, MRN).await, &data)
        .await
        .is(200, &["16 March 2026, 09:00:00 UTC: 4711"]);
    register.world.maker.post(&format!("{path}/revocation"), &why).await.unwrap();
    in_each(async |language| ask(&browser, language, MRN).await, &data).await.is(200, &["revoked the certificate"]);
    in_each(async |language| ask(&browser, language, &number).await, &data)
        .await
        .is(200, &["Its manufacturer revoked it.", "16 March 2026, 09:00:00 UTC: 4711"]);
    register.stop().await;
}

async fn what_another_system_and_a_hostile_form_get_is_in_the_officers_language(on: On) {
    let (register, browser, number) = at_the_border(on, "W-3").await;
    let data = data(&[&register.payload("W-3")]);
    for text in ["https://example.com/x", "EDC1:6BFOXN", "EDC-7K3M-9QXD-41TZ-P0AB-0", "", "HC1:NCFOXN%TS3DH3ZSUZK"] {
        in_each(async |language| ask(&browser, language, text).await, &data).await;
    }
    let wrong = async |language| {
        let fields = [("language", language), ("certificate", number.as_str()), ("result", "nothing"), ("id", "w-1")];
        send(&browser, "/officer/controls", &fields).await
    };
    in_each(wrong, &data).await;
    let unread = async |language| {
        send(&browser, "/officer/goods", &[("language", language), ("certificate", &number), ("data-set", "D1")]).await
    };
    in_each(unread, &data).await;
    register.stop().await;
}
