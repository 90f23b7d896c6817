//! The officers' pages about goods: by MRN, as entered from the papers, controls, second looks, the log.

use serde_json::json;

use crate::browser::{Browser, Page, somebody};
use crate::officer_pages::send_form;
use crate::support::{On, Register, consignment, ledger_and_log_agree, nobodys_number, on_both_databases, sql};

on_both_databases!(
    one_field_that_cannot_be_read_costs_that_field_alone
    an_mrn_is_judged_again_now_as_at_the_border
    a_scanner_types_an_mrn_under_any_layout
    a_paper_alone_never_has_the_words_of_the_answer_on_goods
    a_revoked_certificate_is_no_yes_for_what_is_reserved
    goods_that_were_erased_cannot_be_checked
    an_mrn_that_nobody_reserved_is_no_yes
    what_the_data_set_lacks_is_supplied_from_the_papers_and_marked
    goods_entered_for_a_paper_are_checked_and_nothing_is_reserved
    a_question_of_another_organisation_is_not_asked_again
    an_officer_records_a_control_once_and_sees_the_conflict
    serial_numbers_are_ticked_off_runs_too_and_the_rest_is_written
    four_eyes_are_two_officers
    a_supervisor_searches_the_log_and_an_entry_shows_its_receipt
    a_device_sends_later_what_it_recorded_without_a_network
    hostile_forms_are_clear_pages_and_leave_nothing
);

pub(crate) const MRN: &str = "26LTVR1000EX000017";
const WORDS_OF_GOODS: [&str; 9] = [
    "The goods conform",
    "The goods do not conform",
    "The goods cannot be checked",
    "Prekės atitinka",
    "Prekės neatitinka",
    "Prekių patikrinti neįmanoma",
    "Towar zgodny",
    "Towar niezgodny",
    "Towaru nie można sprawdzić",
];
const WORDS_OF_PAPERS: [&str; 4] = ["Goods not compared", "Prekės nelygintos", "Towarów nie porównano", "verdict "];

/// A register with an officer who is signed in, and a certificate reserved under the MRN.
pub(crate) async fn at_the_border(on: On, reference: &str) -> (Register, Browser, String) {
    let register = Register::start(on).await;
    let number = register.issue(reference).await;
    let held = crate::ledger::put(&register, MRN, &consignment(&number)).await;
    assert_eq!(held.status, 200, "{}", held.body);
    let browser = register.signed_in(&somebody("Rūta Kazlauskienė", "LTVR1000")).await;
    (register, browser, number)
}

pub(crate) async fn ask(browser: &Browser, language: &str, text: &str) -> Page {
    let csrf = browser.get("/officer").await.field("csrf");
    send_form(browser, &csrf, language, text, None).await
}

/// Sends a form with the token of this session.
pub(crate) async fn send(browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Page {
    let csrf = browser.get("/officer").await.field("csrf");
    let mut all = vec![("csrf", csrf.as_str())];
    all.extend(fields);
    browser.post(path, &all).await
}

#[track_caller]
fn is_no_yes(page: &Page) {
    assert!(!page.html.contains('✔') && !page.html.contains("goods yes"), "{}", page.html);
}

async fn an_mrn_is_judged_again_now_as_at_the_border(on: On) {
    let (register, browser, number) = at_the_border(on, "G-1").await;
    let page = ask(&browser, "en", MRN).await;
    page.is(200, &["<title>The goods conform 26LTVR1000EX000017</title>", "goods yes", "✔", MRN, &number]);
    // Remaining quantity, statements, history with office and time, versions, what was not compared, as of when.
    page.shows(&["16 March 2026, 09:00:00 UTC, LTVR1000", "Reservation: reserved", "What happened", "2 NAR"]);
    page.shows(&["Not compared", "Seller", "Reserved, released, presented", "Decided on", "Edition of the rules:"]);
    page.shows(&["The manufacturer confirms", "Muster Verpackungsmaschinen GmbH"]);
    let lithuanian = ask(&browser, "lt", MRN).await;
    lithuanian.is(200, &["<html lang=\"lt\">", "Prekės atitinka", "2026 m. kovo 16 d. 09:00:00 UTC", "Nelyginta"]);
    ask(&browser, "pl", MRN).await.is(200, &["Towar zgodny", "16 marca 2026"]);
    // Each answer is an entry in the name of the officer, and nothing but the reservation is held.
    let checked = register.entries("consignmentChecked");
    assert_eq!(checked.len(), 3);
    assert_eq!((&checked[0]["role"], &checked[0]["office"]), (&json!("officer"), &json!("LTVR1000")));
    assert_eq!(checked[0]["declaration"], MRN);
    ledger_and_log_agree(&register.stop().await);
}

async fn a_scanner_types_an_mrn_under_any_layout(on: On) {
    let (register, browser, _) = at_the_border(on, "G-2").await;
    // Lithuanian, German, Russian: what the keys of 26LTVR1000EX000017 write there.
    for typed in
        ["čšLTVRą“““EX““““ąų", "26LTVR1000EX000017", "26дтвр1000уч000017", "26ДЕМК1000УЧ000017", "26ltvr1000ex000017"]
    {
        let page = ask(&browser, "en", typed).await;
        if typed.starts_with("26дт") {
            // Not what the keys of an MRN write: nothing is guessed.
            assert_eq!(page.status, 400, "{}", page.html);
            continue;
        }
        page.is(200, &["The goods conform", MRN]);
    }
    register.stop().await;
}

async fn a_paper_alone_never_has_the_words_of_the_answer_on_goods(on: On) {
    let (register, browser, number) = at_the_border(on, "G-3").await;
    for language in ["en", "lt", "pl"] {
        for paper in [number.clone(), nobodys_number()] {
            let page = ask(&browser, language, &paper).await;
            assert_eq!(page.status, 200);
            assert!(page.html.contains("<section class=\"verdict "), "{}", page.html);
            for words in WORDS_OF_GOODS.iter().chain(&["class=\"goods "]) {
                assert!(!page.html.contains(words), "{language}: {words}\n{}", page.html);
            }
        }
        for mrn in [MRN, "26LTVR1000EX999999"] {
            let page = ask(&browser, language, mrn).await;
            assert!(page.html.contains("<section class=\"goods "), "{}", page.html);
            assert!(WORDS_OF_GOODS.iter().any(|words| page.html.contains(words)), "{}", page.html);
            for words in WORDS_OF_PAPERS {
                assert!(!page.html.contains(words), "{language}: {words}\n{}", page.html);
            }
        }
    }
    register.stop().await;
}

async fn a_revoked_certificate_is_no_yes_for_what_is_reserved(on: On) {
    let (register, browser, number) = at_the_border(on, "G-4").await;
    let reason = Some(("application/json", br#"{"reason":"sold elsewhere"}"#.to_vec()));
    let path = format!("/v1/certificates/{number}/revocation");
    register.world.maker.send(reqwest::Method::POST, &path, reason).await.unwrap();
    let page = ask(&browser, "en", MRN).await;
    page.is(200, &["The goods do not conform", "✖", "Its manufacturer revoked the certificate.", "Reason to refuse"]);
    is_no_yes(&page);
    register.stop().await;
}

async fn goods_that_were_erased_cannot_be_checked(on: On) {
    let (register, browser, _) = at_the_border(on, "G-5").await;
    let held = register.entries("declarationReserved").pop().unwrap()["leaf"].as_u64().unwrap();
    crate::audit_archive::erase(&register.world.settings, vec![held]).unwrap();
    let page = ask(&browser, "en", MRN).await;
    page.is(200, &["The goods cannot be checked", "was erased from the register", "Reservation: reserved"]);
    is_no_yes(&page);
    register.stop().await;
}

async fn an_mrn_that_nobody_reserved_is_no_yes(on: On) {
    let (register, browser, number) = at_the_border(on, "G-6").await;
    let page = ask(&browser, "en", "26PLVR1000EX999999").await;
    page.is(200, &["The goods cannot be checked", "knows no goods under this MRN"]);
    is_no_yes(&page);
    // One that was refused is judged as it was declared, and says that it was never reserved.
    let mut other = consignment(&number);
    other["countryOfDestination"] = json!("RU");
    other["reference"]["value"] = json!("26LTVR1000EX000018");
    let refused = crate::ledger::put(&register, "26LTVR1000EX000018", &other).await;
    assert_eq!(refused.status, 409, "{}", refused.body);
    let page = ask(&browser, "en", "26LTVR1000EX000018").await;
    page.is(
        200,
        &["The goods do not conform", "Customs never reserved this declaration", "Another country of destination"],
    );
    is_no_yes(&page);
    // Evidence that is not what the log says is a fault, never an answer.
    let entry = register.entries("declarationReserved").first().unwrap()["leaf"].as_u64().unwrap();
    let other = entry + 1;
    sql(
        &register.place,
        &format!("UPDATE evidence SET body = (SELECT body FROM evidence WHERE leaf = {other}) WHERE leaf = {entry}"),
    );
    let page = ask(&browser, "en", MRN).await;
    page.is(200, &["The goods cannot be checked", "is not what its log says"]);
    is_no_yes(&page);
    register.stop().await;
}

async fn what_the_data_set_lacks_is_supplied_from_the_papers_and_marked(on: On) {
    let (register, browser, _) = at_the_border(on, "G-7").await;
    let first = ask(&browser, "en", MRN).await;
    let entry = first.field("entry");
    let wrong = [("entry", entry.as_str()), ("element-condition-1", "used"), ("element-seller", "")];
    let page = send(&browser, "/officer/goods", &wrong).await;
    page.is(200, &["The goods do not conform", "Supplied from the papers by the officer", "<li>Condition</li>"]);
    // Asked again on that answer: what was supplied stays, and is written over.
    let entry = page.field("entry");
    let right = [("entry", entry.as_str()), ("element-condition-1", "new")];
    send(&browser, "/officer/goods", &right).await.is(200, &["The goods conform", "Supplied from the papers"]);
    let malformed = [("entry", entry.as_str()), ("element-netMass-1", "a lot")];
    send(&browser, "/officer/goods", &malformed).await.is(400, &["Net mass in kilograms", "kilograms above zero"]);
    let malformed = [("entry", entry.as_str()), ("element-endUser", "somebody")];
    send(&browser, "/officer/goods", &malformed).await.is(400, &["End user"]);
    ledger_and_log_agree(&register.stop().await);
}

async fn goods_entered_for_a_paper_are_checked_and_nothing_is_reserved(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("G-8").await;
    let browser = register.signed_in(&somebody("Rūta Kazlauskienė", "LTVR1000")).await;
    let form = browser.get(&format!("/officer/goods?certificate={number}")).await;
    form.is(200, &["Check goods with a certificate", &number, "<select id=\"line\"", "LTVR1000"]);
    let fields = [
        ("certificate", number.as_str()),
        ("line", "2"),
        ("code", "8427 20 19"),
        ("quantity", "1"),
        ("unit", "NAR"),
        ("destination", "KZ"),
        ("routing", "LT BY RU KZ"),
        ("mode", "3"),
        ("plates", "LHK 417, KB 903"),
        ("consignee", "TCN KZ-140240012345"),
        ("documents", "Y901"),
        ("data-set", "D1"),
    ];
    let page = send(&browser, "/officer/goods", &fields).await;
    page.is(200, &["The goods conform", "Not compared", "No declaration is named", "Supplied from the papers"]);
    let mut too_much = fields;
    too_much[3].1 = "4000";
    let page = send(&browser, "/officer/goods", &too_much).await;
    page.is(200, &["The goods do not conform", "More than the certificate grants"]);
    // Under a declaration, what is not reserved may not pass.
    let mut with_mrn = fields.to_vec();
    with_mrn.push(("mrn", "26LTVR1000EX000099"));
    let page = send(&browser, "/officer/goods", &with_mrn).await;
    page.is(200, &["The goods cannot be checked", "Less is reserved for this movement than is presented."]);
    is_no_yes(&page);
    for (field, value, named) in [
        (2, "84", "Commodity code (6, 8 or 10 digits)"),
        (3, "many", "Quantity"),
        (5, "Kazakhstan", "Country of destination"),
        (11, "X9", "Kind of declaration"),
    ] {
        let mut wrong = fields;
        wrong[field].1 = value;
        send(&browser, "/officer/goods", &wrong).await.is(400, &["Not asked yet. Correct this field:", named]);
    }
    let ledger = register.world.customs.get(&format!("/v1/customs/certificates/{number}/quantities")).await.unwrap();
    assert_eq!(ledger.body["lines"][1]["reserved"], "0", "{}", ledger.body);
    ledger_and_log_agree(&register.stop().await);
}

async fn a_question_of_another_organisation_is_not_asked_again(on: On) {
    let (register, browser, _) = at_the_border(on, "G-9").await;
    let entry = ask(&browser, "en", MRN).await.field("entry");
    let (_, system) = register.register("pl-customs", &[endmark::registry::Grant::CustomsRead]);
    register.settled(&system).await;
    let mut other = somebody("Jan Kowalski", "PL361010");
    other.organisation = "pl-customs".parse().unwrap();
    let stranger = register.signed_in(&other).await;
    // The MRN of another country's customs may be asked about, its officers' questions not.
    ask(&stranger, "en", MRN).await.is(200, &["The goods conform"]);
    let again = [("entry", entry.as_str()), ("element-condition-1", "new")];
    assert_eq!(send(&stranger, "/officer/goods", &again).await.status, 404);
    assert_eq!(stranger.get(&format!("/officer/entries/{entry}")).await.status, 404);
    for entry in ["999999", "0", "x"] {
        assert_eq!(send(&browser, "/officer/goods", &[("entry", entry)]).await.status, 404, "{entry}");
    }
    register.stop().await;
}

async fn an_officer_records_a_control_once_and_sees_the_conflict(on: On) {
    let (register, browser, number) = at_the_border(on, "G-10").await;
    let form = browser.get(&format!("/officer/control?declaration={MRN}&entry=3")).await;
    form.is(200, &["What was found", MRN]);
    let id = form.field("id");
    let fields = [
        ("id", id.as_str()),
        ("declaration", MRN),
        ("entry", "3"),
        ("identity", "agrees"),
        ("seals", "broken"),
        ("new-tractor", "LHK 999"),
        ("note", "Two lines\r\nof text"),
        ("result", "released"),
    ];
    send(&browser, "/officer/controls", &fields).await.is(200, &["Recorded: released", MRN]);
    let again = send(&browser, "/officer/controls", &fields).await;
    again.is(200, &["Recorded: released", "nothing is recorded twice"]);
    let mut edited = fields;
    edited[7].1 = "held";
    send(&browser, "/officer/controls", &edited).await.is(409, &["another report was recorded from this form"]);
    let history = ask(&browser, "en", MRN).await;
    history.is(200, &["Control: released", "Seals broken, or others", "Another tractor", "Two lines of text"]);
    // Somebody at another post holds up the same paper, and sees at once that it was shown elsewhere.
    let elsewhere = register.signed_in(&somebody("Ona Petraitė", "LTKR3000")).await;
    let id = elsewhere.get(&format!("/officer/control?certificate={number}")).await.field("id");
    let fields = [("id", id.as_str()), ("certificate", number.as_str()), ("result", "released")];
    let page = send(&elsewhere, "/officer/controls", &fields).await;
    page.is(200, &["Controlled elsewhere too, and no movement explains it", "LTVR1000, 16 March 2026"]);
    // So does the first officer, at the next look.
    ask(&browser, "en", MRN).await.is(200, &["Controlled elsewhere too", "LTKR3000, 16 March 2026"]);
    let entries = register.entries("controlRecorded");
    assert_eq!(entries.len(), 4);
    assert_eq!((&entries[0]["role"], &entries[0]["office"]), (&json!("officer"), &json!("LTVR1000")));
    assert!(entries[0]["officer"].as_str().unwrap().starts_with("ofc_"));
    assert!(!entries[0].to_string().contains("Two lines"));
    ledger_and_log_agree(&register.stop().await);
}

async fn serial_numbers_are_ticked_off_runs_too_and_the_rest_is_written(on: On) {
    let register = Register::start(on).await;
    let issue = async |reference: &str, line: usize, serials: serde_json::Value| {
        let mut payload = register.payload(reference);
        payload["lines"][line]["serialNumbers"] = serials;
        let (number, jws) = register.seal(&payload);
        assert_eq!(register.world.maker.submit(&jws).await.unwrap().status, 201);
        number
    };
    let number = issue("G-15", 1, json!({"ranges": [{"first": "FT25-098", "last": "FT25-103"}]})).await;
    let browser = register.signed_in(&somebody("Rūta Kazlauskienė", "LTVR1000")).await;
    let form = browser.get(&format!("/officer/control?certificate={number}")).await;
    form.is(200, &["RF24-02611", "value=\"FT25-099\"", "value=\"FT25-103\"", "Line 2: Fork-lift truck"]);
    assert!(!form.html.contains("serials-found"), "all are listed");
    let id = form.field("id");
    let serials = ["RF24-02611", "RF24-02612", "FT25-098", "FT25-099"].map(|number| ("serial", number));
    let seen = ["RF24-02611", "FT25-098", "FT25-099"].map(|number| ("seen", number));
    let mut fields = vec![("id", id.as_str()), ("certificate", &number), ("result", "held"), ("looked", "all")];
    fields.extend(serials.into_iter().chain(seen));
    send(&browser, "/officer/controls", &fields).await.is(200, &["Recorded: held"]);
    let reasons = register.entries("controlRecorded")[0]["reasons"].clone();
    assert_eq!(reasons, json!(["serialNumbersSeen", "serialNumbersMissing"]));
    let leaf = &register.entries("controlRecorded")[0]["leaf"];
    let entry = browser.get(&format!("/officer/entries/{leaf}")).await;
    entry.is(200, &["<dd>RF24-02611, FT25-098, FT25-099</dd>", "<dd>RF24-02612</dd>"]);
    // Too many to list: the first of them, and a field.
    let long = issue("G-16", 1, json!({"ranges": [{"first": "A-0001", "last": "A-9999"}]})).await;
    let form = browser.get(&format!("/officer/control?certificate={long}")).await;
    form.is(200, &["value=\"A-0298\"", "name=\"serials-found\""]);
    assert!(!form.html.contains("A-0299"), "300 with the two of line 1");
    let sealed = issue("G-17", 2, json!({"digest": {"count": 3, "sha256": "0".repeat(64)}})).await;
    browser.get(&format!("/officer/control?certificate={sealed}")).await.is(200, &["name=\"serials-missing\""]);
    let id = form.field("id");
    let mut written = vec![("id", id.as_str()), ("certificate", &long), ("result", "released")];
    written.extend([("serials-found", "A-4711, A-4712;\r\nA-4713"), ("serials-missing", "A-4714")]);
    send(&browser, "/officer/controls", &written).await.is(200, &["Recorded: released"]);
    let kept = crate::support::with_database(&register.place, |connection| {
        let leaf = register.entries("controlRecorded")[1]["leaf"].as_u64().unwrap();
        String::from_utf8(endmark::store::log::evidence_of(connection, leaf).unwrap().unwrap().body).unwrap()
    });
    assert!(kept.contains(r#"{"number":"A-4713","seen":true},{"number":"A-4714","seen":false}"#), "{kept}");
    // The same number found and missing, or one that is too long: nothing is recorded.
    for missing in ["A-4711", &"9".repeat(71)] {
        let id = browser.get("/officer/control?declaration=26LTVR1000EX000017").await.field("id");
        let mut wrong = vec![("id", id.as_str()), ("certificate", &long), ("result", "released")];
        wrong.extend([("serials-found", "A-4711"), ("serials-missing", missing)]);
        send(&browser, "/officer/controls", &wrong).await.is(400, &["The control was not recorded", "Serial numbers"]);
    }
    assert_eq!(register.entries("controlRecorded").len(), 2);
    register.stop().await;
}

async fn four_eyes_are_two_officers(on: On) {
    let (register, browser, _) = at_the_border(on, "G-11").await;
    let id = browser.get(&format!("/officer/control?declaration={MRN}")).await.field("id");
    let fields = [("id", id.as_str()), ("declaration", MRN), ("result", "secondLook")];
    send(&browser, "/officer/controls", &fields).await.is(200, &["held until another officer has looked"]);
    browser.get("/officer").await.is(200, &["Waiting for a second look", "You asked; another officer takes it."]);
    let look = [("id", "a-look-of-my-own"), ("declaration", MRN), ("answers", id.as_str()), ("result", "released")];
    send(&browser, "/officer/controls", &look).await.is(409, &["four eyes are two people"]);
    // Another post does not see it, its supervisor does; a colleague takes it.
    let elsewhere = register.signed_in(&somebody("Ona Petraitė", "LTKR3000")).await;
    assert!(!elsewhere.get("/officer").await.html.contains("Waiting for a second look"));
    let mut supervisor = somebody("Vytas Vadovas", "LTKR3000");
    supervisor.supervisor = true;
    register.signed_in(&supervisor).await.get("/officer").await.shows(&["Take the second look"]);
    let colleague = register.signed_in(&somebody("Jonas Jonaitis", "LTVR1000")).await;
    colleague.get("/officer").await.shows(&["Take the second look", MRN]);
    let form = colleague.get(&format!("/officer/control?declaration={MRN}&answers={id}")).await;
    assert!(!form.html.contains("secondLook"), "a second look ends");
    let own = form.field("id");
    let look = [("id", own.as_str()), ("declaration", MRN), ("answers", id.as_str()), ("result", "held")];
    send(&colleague, "/officer/controls", &look).await.is(200, &["Recorded: held"]);
    assert!(!colleague.get("/officer").await.html.contains("Waiting for a second look"));
    ask(&browser, "en", MRN).await.is(200, &["Control: held", "Second look"]);
    ledger_and_log_agree(&register.stop().await);
}

async fn a_supervisor_searches_the_log_and_an_entry_shows_its_receipt(on: On) {
    let (register, browser, number) = at_the_border(on, "G-12").await;
    ask(&browser, "en", MRN).await;
    assert_eq!(browser.get("/officer/entries").await.status, 403, "for supervisors");
    let mut supervisor = somebody("Vytas Vadovas", "LTVR1000");
    supervisor.supervisor = true;
    let desk = register.signed_in(&supervisor).await;
    desk.get("/officer/entries").await.is(200, &["Search the log"]);
    for query in [
        format!("declaration={MRN}"),
        format!("certificate={number}"),
        "office=ltvr1000".to_owned(),
        "from=2026-03-16&until=2026-03-16".to_owned(),
    ] {
        let found = desk.get(&format!("/officer/entries?{query}")).await;
        found.is(200, &["Goods checked: conforms", "Reservation: reserved", "16 March 2026"]);
    }
    for query in ["declaration=26LTVR1000EX999999", "office=LTKR3000", "from=2026-03-17", "until=2026-03-15"] {
        desk.get(&format!("/officer/entries?{query}")).await.is(200, &["Nothing found here."]);
    }
    for query in ["from=yesterday", "certificate=EDC", "until=2026-02-31"] {
        desk.get(&format!("/officer/entries?{query}")).await.is(400, &["This cannot be read:"]);
    }
    desk.get("/officer/entries?certificate=&declaration=").await.is(400, &["Give at least one"]);
    let turned = desk.get("/officer/entries?certificate=&from=2026-03-17&until=2026-03-16").await;
    turned.is(400, &["The first day is later than the last."]);
    let leaf = register.entries("consignmentChecked")[0]["leaf"].as_u64().unwrap();
    let entry = browser.get(&format!("/officer/entries/{leaf}")).await;
    entry.is(200, &["Goods checked: conforms", MRN, "Receipt", "c2sp.org/tlog-proof", "consignmentChecked"]);
    // What manufacturers did is not shown to customs' officers, and what is not there is the same page.
    let submitted = register.entries("certificateSubmitted")[0]["leaf"].as_u64().unwrap();
    let (theirs, none) =
        (desk.get(&format!("/officer/entries/{submitted}")).await, desk.get("/officer/entries/99999").await);
    assert_eq!((theirs.status, none.status), (404, 404));
    assert!(!desk.get("/officer/entries?from=2026-03-01").await.html.contains("certificateSubmitted"));
    register.stop().await;
}

async fn one_field_that_cannot_be_read_costs_that_field_alone(on: On) {
    let (register, browser, number) = at_the_border(on, "G-18").await;
    let mut entered = vec![
        ("certificate", number.as_str()),
        ("line", "2"),
        ("code", "8427 20 19"),
        ("quantity", "0"),
        ("unit", "nar"),
        ("destination", "kz"),
        ("mode", "3"),
        ("data-set", "D1"),
        ("plates", "LHK 417"),
    ];
    let page = send(&browser, "/officer/goods", &entered).await;
    page.is(
        400,
        &["value=\"8427 20 19\"", "value=\"LHK 417\"", "a number above zero", "value=\"0\" aria-invalid=\"true\""],
    );
    assert_eq!(page.html.matches("aria-invalid").count(), 1, "{}", page.html);
    entered[3].1 = "1";
    send(&browser, "/officer/goods", &entered).await.is(200, &["class=\"goods "]);
    let leaf = register.entries("consignmentChecked")[0]["leaf"].to_string();
    let supplied = [("entry", leaf.as_str()), ("element-netMass-1", "11 tonnes"), ("element-seller", "Somebody GmbH")];
    let page = send(&browser, "/officer/goods", &supplied).await;
    page.is(400, &["value=\"11 tonnes\" aria-invalid", "kilograms above zero", "value=\"Somebody GmbH\""]);
    let id = "0123456789abcdef";
    let control = [("id", id), ("declaration", "26LTVR"), ("note", "wet"), ("seals", "broken"), ("result", "held")];
    let page = send(&browser, "/officer/controls", &control).await;
    page.is(
        400,
        &[">wet</textarea>", "value=\"broken\" checked", "value=\"held\" checked", "Wanted: 18 characters", id],
    );
    let page = ask(&browser, "en", "26LTVR1OOOEX00001").await;
    page.is(400, &["No answer", "an MRN has 18 characters", "value=\"26LTVR1OOOEX00001\""]);
    ask(&browser, "en", "26LTVR1OOOEX000017").await.is(200, &["The MRN has the letter O or I"]);
    assert_eq!(register.entries("controlRecorded").len(), 0);
    register.stop().await;
}

async fn hostile_forms_are_clear_pages_and_leave_nothing(on: On) {
    let (register, browser, number) = at_the_border(on, "G-13").await;
    browser.get("/officer").await;
    let before = register.checkpoint().await;
    let long = "x".repeat(3_000);
    let id = "0123456789abcdef";
    for fields in [
        vec![("id", id), ("declaration", MRN)],
        vec![("id", id), ("declaration", MRN), ("result", "released"), ("note", long.as_str())],
        vec![("id", id), ("declaration", "<script>"), ("result", "released")],
        vec![("id", "<script>"), ("declaration", MRN), ("result", "released")],
        vec![("id", id), ("result", "released")],
        vec![("id", id), ("declaration", MRN), ("result", "released"), ("recorded-at", "yesterday")],
        vec![("id", id), ("declaration", MRN), ("result", "released"), ("offline", "true")],
        vec![("id", id), ("declaration", MRN), ("result", "released"), ("seals", "melted")],
    ] {
        let page = send(&browser, "/officer/controls", &fields).await;
        assert_eq!(page.status, 400, "{fields:?}\n{}", page.html);
        assert!(!page.html.contains("<script>"), "{}", page.html);
    }
    let names_nothing = send(&browser, "/officer/controls", &[("id", id), ("result", "released")]).await;
    names_nothing.is(400, &["The control was not recorded.", "aria-invalid", "Give an MRN or a certificate number."]);
    // Without the token of the session, and larger than any form.
    let fields = [("id", id), ("declaration", MRN), ("result", "released")];
    assert_eq!(browser.post("/officer/controls", &fields).await.status, 403);
    assert_eq!(browser.post("/officer/goods", &[("entry", "1")]).await.status, 403);
    let huge = "x".repeat(300 * 1024);
    assert!(matches!(send(&browser, "/officer/controls", &[("note", &huge)]).await.status, 400 | 413));
    for path in ["/officer/control?declaration=<script>&answers=%22%3E", "/officer/goods?certificate=%3Cscript%3E"] {
        let page = browser.get(path).await;
        assert!(
            page.status == 200 && !page.html.contains("<script>") && !page.html.contains("\"&gt;"),
            "{}",
            page.html
        );
    }
    assert_eq!(register.checkpoint().await, before, "nothing is recorded");
    assert!(number.starts_with("EDC-"));
    register.stop().await;
}

async fn a_device_sends_later_what_it_recorded_without_a_network(on: On) {
    let (register, browser, number) = at_the_border(on, "G-14").await;
    let csrf = browser.get("/officer").await.field("csrf");
    // The device says neither who nor where: what it says of that is not believed.
    let report = json!({
        "id": "0b9c2f6e-1d1e-4f6e-9b1f-7f0a3c1d2e3f", "certificate": number, "result": "held", "seals": "broken",
        "officer": "somebody else", "office": "LTKR3000", "offline": true, "recordedAt": "2026-03-16T08:00:00.000Z"
    });
    let body = report.to_string().into_bytes();
    let post = async |browser: &Browser, token: &str| {
        let headers = [("x-endmark-csrf", token)];
        let body = Some(("application/json", body.clone()));
        browser.send(reqwest::Method::POST, "/officer/offline/controls", &headers, body).await
    };
    post(&browser, &csrf).await.is(201, &["\"offline\":true", "LTVR1000", "2026-03-16T08:00:00Z", "\"already\":false"]);
    post(&browser, &csrf).await.is(200, &["\"already\":true"]);
    assert_eq!(post(&browser, "").await.status, 403);
    assert_eq!(post(&Browser::new(&register), &csrf).await.status, 401, "nobody is signed in");
    let entries = register.entries("controlRecorded");
    assert_eq!((entries.len(), &entries[0]["office"]), (2, &json!("LTVR1000")));
    ledger_and_log_agree(&register.stop().await);
}
