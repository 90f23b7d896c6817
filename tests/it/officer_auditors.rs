//! Auditors at a browser: they read every entry with its receipt, and may do nothing else.

use endmark::officer::Officer;
use endmark::registry::Grant;
use endmark::writer::{Action, Command, Failure, Origin, RegistryChange};
use serde_json::json;

use crate::browser::{Browser, somebody};
use crate::officer_goods::{MRN, ask, at_the_border};
use crate::support::{On, Register, ledger_and_log_agree, on_both_databases, stranger};

on_both_databases!(
    an_auditor_finds_every_entry_and_each_look_is_one
    an_auditor_checks_nothing_and_records_nothing
    an_auditor_signs_in_by_certificate_too
    an_officer_of_customs_reads_no_log_of_others
    only_an_organisation_that_audits_has_auditors
    an_auditor_made_with_sql_signs_nobody_in
);

fn auditor() -> Officer {
    let mut auditor = somebody("Aušra Auditorė", "LTAUD000");
    auditor.organisation = "audit-office".parse().unwrap();
    auditor.auditor = true;
    auditor
}

/// Signs an auditor in with a link: there is no field for papers, so the first page is the search.
async fn signed_in(register: &Register, auditor: &Officer) -> Browser {
    register.register("audit-office", &[Grant::Auditor]);
    register.add_officer(auditor).await;
    let browser = Browser::new(register);
    let page = browser.enter(&register.link(auditor), "").await;
    page.is(200, &["Search the log", "Aušra Auditorė", "name=\"organisation\""]);
    assert!(!page.html.contains("Is this paper genuine?") && !page.html.contains("Check another paper"));
    browser
}

async fn an_auditor_finds_every_entry_and_each_look_is_one(on: On) {
    let (register, officer, number) = at_the_border(on, "A-1").await;
    ask(&officer, "en", MRN).await;
    let auditor = auditor();
    let browser = signed_in(&register, &auditor).await;
    for (query, found) in [
        (format!("certificate={number}"), "Certificate submitted: issued"),
        (format!("declaration={MRN}"), "Goods checked: conforms"),
        ("office=LTVR1000".to_owned(), "Reservation: reserved"),
        ("organisation=muster".to_owned(), "Certificate submitted: issued"),
        ("from=2026-03-16&until=2026-03-16".to_owned(), "Officer signed in: done"),
    ] {
        browser.get(&format!("/officer/entries?{query}")).await.is(200, &[found, "16 March 2026"]);
    }
    let of_customs = browser.get("/officer/entries?organisation=lt-customs").await;
    of_customs.is(200, &["Goods checked: conforms"]);
    assert!(!of_customs.html.contains("Certificate submitted"));
    // Entries of a manufacturer and of customs, each with a receipt that stands.
    for kind in ["certificateSubmitted", "consignmentChecked"] {
        let leaf = register.entries(kind)[0]["leaf"].as_u64().unwrap();
        browser.get(&format!("/officer/entries/{leaf}")).await.is(200, &["c2sp.org/tlog-proof", kind]);
        browser.get(&format!("/officer/entries/{leaf}/receipt")).await.is(200, &["c2sp.org/tlog-proof"]);
    }
    browser.get("/officer/entries/99999").await.is(404, &["No answer"]);
    let looks = register.entries("exportMade");
    assert_eq!(looks.len(), 8, "six searches, two entries");
    for look in &looks {
        assert_eq!((&look["role"], &look["organisation"]), (&json!("auditor"), &json!("audit-office")));
        assert_eq!((&look["officer"], look.get("office")), (&json!(auditor.id), None));
    }
    ledger_and_log_agree(&register.stop().await);
}

async fn an_auditor_checks_nothing_and_records_nothing(on: On) {
    let (register, officer, number) = at_the_border(on, "A-2").await;
    let auditor = auditor();
    let browser = signed_in(&register, &auditor).await;
    let csrf = browser.get("/officer/entries").await.field("csrf");
    let before = register.entries("controlRecorded").len() + register.entries("paperChecked").len();
    let refused = &["Auditors read the log, and do nothing else here."];
    for path in ["/officer/goods", &format!("/officer/control?certificate={number}"), "/officer/offline/bundle"] {
        browser.get(path).await.is(403, refused);
    }
    let control = [("csrf", csrf.as_str()), ("id", "a-control"), ("certificate", &number), ("result", "released")];
    browser.post("/officer/controls", &control).await.is(403, refused);
    browser.post("/officer/goods", &[("csrf", csrf.as_str()), ("certificate", &number)]).await.is(403, refused);
    crate::officer_pages::send_form(&browser, &csrf, "en", &number, None).await.is(403, refused);
    let queued = browser.post_from("/officer/offline/controls", &[], &[("x-endmark-csrf", &csrf)]).await;
    assert_eq!(queued.status, 401, "nobody's, for the queue");
    // Not by the page alone: the writer refuses it too.
    let sent = Command {
        origin: Origin { request: endmark::http::new_request_id(), client: None, officer: Some(auditor.id.clone()) },
        organisation: "audit-office".to_owned(),
        action: Action::Suspend { number: number.parse().unwrap(), reason: "4711".to_owned() },
    };
    let answered = register.world.running.app.writer.submit(sent).await;
    assert!(matches!(answered, Err(Failure::Forbidden(_))), "{answered:?}");
    let after = register.entries("controlRecorded").len() + register.entries("paperChecked").len();
    assert_eq!(after, before);
    // Removed, the auditor reads nothing more, and the officer beside goes on.
    register.operator(RegistryChange::RemoveOfficer(auditor.id.clone()));
    register.until(|registry| registry.registered_officer(&auditor.id).is_none()).await;
    browser.get("/officer/entries?office=LTVR1000").await.is(403, &["Sign in"]);
    ask(&officer, "en", MRN).await.is(200, &["The goods conform"]);
    ledger_and_log_agree(&register.stop().await);
}

async fn an_auditor_signs_in_by_certificate_too(on: On) {
    let place = on.place();
    let mut register = Register { world: endmark::demo::World::make(&place).await.unwrap(), place };
    let dir = register.place.dir().to_owned();
    register.world.settings.web.certificate = Some(dir.join("tls/server.pem"));
    register.world.settings.web.key = Some(dir.join("tls/server.key"));
    let register = register.restart().await;
    register.register("audit-office", &[Grant::Auditor]);
    let own = stranger();
    let mut auditor = auditor();
    auditor.certificate = Some(endmark::cli::officer_certificate(own.certificate.as_bytes()).unwrap());
    register.add_officer(&auditor).await;
    let browser = Browser::with_certificate(&register, Some(&own));
    browser.post("/officer/certificate", &[("pin", "")]).await.is(200, &["Search the log", "Aušra Auditorė"]);
    browser.get("/officer/entries?office=LTVR1000").await.is(200, &["Nothing found here."]);
    // The certificate signs a person in; it is no system's, and the log's API does not know it.
    assert_eq!(register.client(&own).get("/v1/audit/entries").await.unwrap().status, 403);
    register.stop().await;
}

async fn an_officer_of_customs_reads_no_log_of_others(on: On) {
    let (register, officer, _) = at_the_border(on, "A-3").await;
    register.register("audit-office", &[Grant::Auditor]);
    let submitted = register.entries("certificateSubmitted")[0]["leaf"].as_u64().unwrap();
    let mut supervisor = somebody("Vytas Vadovas", "LTVR1000");
    supervisor.supervisor = true;
    let desk = register.signed_in(&supervisor).await;
    for browser in [&officer, &desk] {
        browser.get(&format!("/officer/entries/{submitted}")).await.is(404, &["No answer"]);
        assert_eq!(browser.get(&format!("/officer/entries/{submitted}/receipt")).await.status, 404);
    }
    assert_eq!(officer.get("/officer/entries?organisation=muster").await.status, 403);
    // The field of auditors gives a supervisor nothing more.
    let own = desk.get("/officer/entries?organisation=muster&from=2026-03-01").await;
    own.is(200, &["Reservation: reserved"]);
    assert!(!own.html.contains("Certificate submitted") && !own.html.contains("name=\"organisation\""));
    assert_eq!(register.entries("exportMade").len(), 0);
    register.stop().await;
}

async fn only_an_organisation_that_audits_has_auditors(on: On) {
    let register = Register::start(on).await;
    register.register("audit-office", &[Grant::Auditor]);
    let refused = |officer: Officer| {
        let change = RegistryChange::AddOfficer(Box::new(officer));
        endmark::cli::operator_change(&register.world.settings, change).unwrap_err().to_string()
    };
    let of_customs = Officer { organisation: "lt-customs".parse().unwrap(), ..auditor() };
    assert!(refused(of_customs).contains("does not audit this register"));
    let no_auditor = Officer { auditor: false, ..auditor() };
    assert!(refused(no_auditor).contains("is no customs organisation"));
    register.stop().await;
}

async fn an_auditor_made_with_sql_signs_nobody_in(on: On) {
    let (register, officer, _) = at_the_border(on, "A-4").await;
    officer.get("/officer").await.is(200, &["Is this paper genuine?"]);
    let place = register.stop().await;
    crate::support::sql(&place, "UPDATE officer SET auditor = 1");
    let faults = crate::support::faults(&place);
    assert!(faults.iter().any(|fault| fault.contains("officer")), "{faults:?}");
}
