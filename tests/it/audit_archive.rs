//! Evidence: who asked in which role, what is erased, what must stay; the log verifies all the same.

use std::process::Command;

use endmark::archive::Subject;
use endmark::cli::operator_action;
use endmark::config::Settings;
use endmark::store::log;
use endmark::writer::{Action, ArchiveChange};
use reqwest::Method;
use serde_json::{Value, json};
use time::Duration;

use crate::ledger::{mrn, put, send, trucks};
use crate::support::{
    On, Register, consignment, entries, faults, ledger_and_log_agree, on_both_databases, sql, with_database,
};
use crate::tables::edit;

on_both_databases!(
    entries_name_the_role_and_a_pseudonym_of_the_officer
    a_document_read_by_customs_is_an_entry
    erased_evidence_is_gone_and_the_log_still_verifies
    evidence_gone_without_an_erasure_or_with_a_forged_one_is_named
    what_is_under_a_legal_hold_is_not_erased
    a_legal_hold_edited_in_sql_stops_every_erasure
    evidence_stays_as_long_as_the_retention_settings_say
    the_reason_of_a_suspension_goes_from_its_status_too
    a_clock_set_back_is_one_entry_and_time_does_not_run_backwards
);

/// Erases, also what is still to be kept; gives the log entry.
pub(crate) fn erase(settings: &Settings, leaves: Vec<u64>) -> Result<u64, String> {
    let change = ArchiveChange::Erase { leaves, reason: "request 2026/41".to_owned(), despite_retention: true };
    operator_action(settings, Action::Archive(change)).map_err(|error| error.to_string())
}

fn hold(settings: &Settings, subject: Subject) -> String {
    let change = ArchiveChange::AddHold { subject, reason: "case 4-117".to_owned() };
    format!("hold-{}", operator_action(settings, Action::Archive(change)).unwrap())
}

fn lift(settings: &Settings, id: &str) -> Result<u64, String> {
    let change = ArchiveChange::RemoveHold { id: id.to_owned(), reason: "closed".to_owned() };
    operator_action(settings, Action::Archive(change)).map_err(|error| error.to_string())
}

fn entry(register: &Register, leaf: u64) -> Value {
    let found = with_database(&register.place, |connection| log::entry(connection, leaf).unwrap());
    serde_json::from_slice(&found.unwrap().1).unwrap()
}

fn by_hand(officer: &str, consignment: Value) -> Value {
    json!({ "officer": officer, "office": "LTVR1000", "reason": "counted twice", "consignment": consignment })
}

async fn entries_name_the_role_and_a_pseudonym_of_the_officer(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("R-1").await;
    register.check(&consignment(&number)).await;
    for (declaration, officer) in [(1, "V. Kazlauskas"), (2, "V.  Kazlauskas"), (3, "A. Petrauskas")] {
        let body = by_hand(officer, trucks(&number, "1"));
        let done = send(&register, Method::POST, &format!("{}/override", mrn(declaration)), Some(body)).await;
        assert_eq!(done.status, 200, "{:#}", done.body);
    }
    let all = entries(&register.place);
    let role = |kind: &str| all.iter().find(|entry| entry["type"] == kind).unwrap()["role"].clone();
    assert_eq!(role("registerCreated"), "operator");
    assert_eq!(role("serviceStarted"), "service");
    assert_eq!(role("certificateSubmitted"), "manufacturer");
    assert!(["customs:read", "customs:write"].contains(&role("consignmentChecked").as_str().unwrap()));
    assert_eq!(role("declarationOverridden"), "customs:write");
    let officers: Vec<&str> = all.iter().filter_map(|entry| entry["officer"].as_str()).collect();
    assert_eq!(officers.len(), 3);
    assert_eq!(officers[0], officers[1], "the same person has the same name");
    assert_ne!(officers[0], officers[2]);
    assert!(all.iter().all(|entry| !entry.to_string().contains("Kazlauskas")), "no entry has a name");
    ledger_and_log_agree(&register.stop().await);
}

async fn a_document_read_by_customs_is_an_entry(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("R-2").await;
    let path = format!("/v1/customs/certificates/{number}?office=LTVR1000");
    let shown = register.world.customs.get(&path).await.unwrap();
    assert_eq!(shown.status, 200, "{}", shown.body);
    let paper = register.world.customs.get(&format!("/v1/certificates/{number}/document.pdf")).await.unwrap();
    assert_eq!(paper.status, 200, "{}", paper.body);
    let own = register.world.maker.get(&format!("/v1/certificates/{number}")).await.unwrap();
    assert_eq!(own.status, 200, "its manufacturer reads its own");
    let absent = format!("/v1/customs/certificates/{}", crate::support::nobodys_number());
    assert_eq!(register.world.customs.get(&absent).await.unwrap().status, 404);
    let read: Vec<Value> =
        entries(&register.place).into_iter().filter(|entry| entry["type"] == "documentRead").collect();
    assert_eq!(read.len(), 3, "on paper too");
    assert_eq!((&read[0]["decision"], &read[0]["certificates"][0]), (&json!("shown"), &json!(number)));
    assert_eq!((&read[0]["office"], &read[2]["decision"]), (&json!("LTVR1000"), &json!("refused")));
    ledger_and_log_agree(&register.stop().await);
}

async fn erased_evidence_is_gone_and_the_log_still_verifies(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("R-3").await;
    let checked = register.check(&consignment(&number)).await["entry"].as_u64().unwrap();
    let path = format!("{}/override", mrn(1));
    let done = send(&register, Method::POST, &path, Some(by_hand("V. Kazlauskas", trucks(&number, "1")))).await;
    let overridden = done.body["entry"].as_u64().unwrap();
    let settings = register.world.settings.clone();
    // Beside the running service, as an entry.
    let by = erase(&settings, vec![checked, overridden]).unwrap();
    let erasure = entry(&register, by);
    assert_eq!(erasure["erased"], json!([checked, overridden]));
    assert_eq!((&erasure["type"], &erasure["role"]), (&json!("evidenceErased"), &json!("operator")));
    assert!(!erasure.to_string().contains("2026/41"), "the reason may name people");
    for leaf in [checked, overridden] {
        let gone = with_database(&register.place, |connection| {
            (
                log::evidence_of(connection, leaf).unwrap().is_none(),
                endmark::store::archive::erased_by(connection, leaf).unwrap(),
            )
        });
        assert_eq!(gone, (true, Some(by)));
        let receipt = register.world.customs.get(&format!("/v1/entries/{leaf}/receipt")).await.unwrap();
        assert_eq!(receipt.status, 200, "the entry and its proof stand");
    }
    let shown = register.world.customs.get(&format!("/v1/customs/declarations/{}", mrn(1))).await.unwrap().body;
    assert_eq!(shown["history"][0]["byHand"]["officer"], "redacted", "{shown:#}");
    assert!(erase(&settings, vec![checked]).unwrap_err().contains("was erased already"));
    assert!(erase(&settings, vec![99_999]).unwrap_err().contains("no entry 99999"));
    assert!(erase(&settings, vec![]).unwrap_err().contains("name 1 to 1000"));
    // One that cannot be erased: nothing is.
    let again = register.check(&consignment(&number)).await["entry"].as_u64().unwrap();
    assert!(erase(&settings, vec![0, again]).unwrap_err().contains("entry 0 has no evidence"));
    let place = register.stop().await;
    assert!(with_database(&place, |connection| log::evidence_of(connection, again).unwrap().is_some()));
    ledger_and_log_agree(&place);
}

async fn evidence_gone_without_an_erasure_or_with_a_forged_one_is_named(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("R-4").await;
    let first = register.check(&consignment(&number)).await["entry"].as_u64().unwrap();
    let second = register.check(&consignment(&number)).await["entry"].as_u64().unwrap();
    let by = erase(&register.world.settings, vec![first]).unwrap();
    let place = register.stop().await;
    ledger_and_log_agree(&place);
    let named = |statement: &str, wanted: &str| {
        with_database(&place, |connection| edit(connection, statement));
        let found = faults(&place).join("\n");
        assert!(found.contains(wanted), "{statement}: {found}");
    };
    let gone = format!("evidence of entry {second}: it is gone");
    with_database(&place, |connection| edit(connection, "CREATE TABLE aside AS SELECT * FROM evidence"));
    named(&format!("DELETE FROM evidence WHERE leaf = {second}"), &gone);
    // Whoever deletes it also notes an erasure that never was.
    named(
        &format!("INSERT INTO erasure (leaf, erased_by) VALUES ({second}, {by})"),
        &format!("{gone}, and entry {by}"),
    );
    named("SELECT 1", &format!("entry {by}: what is noted as erased by it is not what it says"));
    named(
        &format!("UPDATE erasure SET erased_by = {first} WHERE leaf = {second}"),
        &format!("{gone}, and entry {first}"),
    );
    // Evidence that comes back after it was erased, and an erasure that is forgotten.
    let back = format!(
        "DELETE FROM erasure WHERE leaf = {second}; INSERT INTO evidence SELECT * FROM aside WHERE leaf = {second};
         INSERT INTO evidence (leaf, salt, body) SELECT {first}, salt, body FROM aside WHERE leaf = {second}"
    );
    named(&back, &format!("evidence of entry {first}: it is not what"));
    named(
        &format!("DELETE FROM evidence WHERE leaf = {first}; DELETE FROM erasure"),
        &format!("evidence of entry {first}: it is gone, and no entry says"),
    );
    with_database(&place, |connection| {
        edit(connection, &format!("INSERT INTO erasure (leaf, erased_by) VALUES ({first}, {by})"));
    });
    ledger_and_log_agree(&place);
}

async fn what_is_under_a_legal_hold_is_not_erased(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("R-5").await;
    let other = register.issue("R-6").await;
    let of_other = register.check(&consignment(&other)).await["entry"].as_u64().unwrap();
    let held = put(&register, &mrn(1), &trucks(&number, "1")).await.body["entry"].as_u64().unwrap();
    let settings = register.world.settings.clone();
    let subjects = [
        Subject::Certificate(number.parse().unwrap()),
        Subject::Declaration(mrn(1)),
        Subject::Entries { first: held, last: held },
    ];
    for subject in subjects {
        let id = hold(&settings, subject.clone());
        let refused = erase(&settings, vec![of_other, held]).unwrap_err();
        assert!(refused.contains(&format!("entry {held} is under the legal hold {id} ({subject})")), "{refused}");
        assert!(lift(&settings, "hold-0").unwrap_err().contains("there is no legal hold hold-0"));
        ledger_and_log_agree(&register.place);
        lift(&settings, &id).unwrap();
    }
    hold(&settings, Subject::Certificate(other.parse().unwrap()));
    erase(&settings, vec![held]).unwrap();
    assert!(erase(&settings, vec![of_other]).is_err());
    let kinds = entries(&register.place);
    let changes: Vec<&Value> = kinds.iter().filter(|entry| entry["type"] == "legalHoldChanged").collect();
    assert_eq!((&changes[0]["change"], &changes[0]["certificates"][0]), (&json!("added"), &json!(number)));
    let place = register.stop().await;
    ledger_and_log_agree(&place);
    sql(&place, "DELETE FROM legal_hold");
    assert!(faults(&place).join("\n").contains("(legalHoldChanged): the log gives"), "a hold taken away in SQL");
}

async fn a_legal_hold_edited_in_sql_stops_every_erasure(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("R-7").await;
    let checked = register.check(&consignment(&number)).await["entry"].as_u64().unwrap();
    let settings = register.world.settings.clone();
    let id = hold(&settings, Subject::Entries { first: checked, last: checked });
    sql(&register.place, r#"UPDATE legal_hold SET subject = '{"entries":{"first":0,"last":0}}'"#);
    let refused = erase(&settings, vec![checked]).unwrap_err();
    assert!(refused.contains(&format!("the legal hold {id} was changed outside the service")), "{refused}");
    let place = register.stop().await;
    assert!(faults(&place).join("\n").contains(&format!("registry row {id} (legalHoldChanged): it was changed")));
}

async fn evidence_stays_as_long_as_the_retention_settings_say(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("R-8").await;
    let checked = register.check(&consignment(&number)).await["entry"].as_u64().unwrap();
    let mut settings = register.world.settings.clone();
    let change = |despite_retention| {
        let reason = "request 2026/41".to_owned();
        Action::Archive(ArchiveChange::Erase { leaves: vec![checked], reason, despite_retention })
    };
    let refused = operator_action(&settings, change(false)).unwrap_err().to_string();
    assert!(refused.contains("is to be kept until 2032-01-01"), "five years after the year: {refused}");
    settings.retention.checks_years = 7;
    let refused = operator_action(&settings, change(false)).unwrap_err().to_string();
    assert!(refused.contains("2034-01-01"), "{refused}");
    let by = operator_action(&settings, change(true)).unwrap();
    assert_eq!(entry(&register, by)["reasons"], json!(["despiteRetention"]));
    // When its time is over, no more needs to be said.
    let later = register.check(&consignment(&number)).await["entry"].as_u64().unwrap();
    let place = register.stop().await;
    settings.fixed_time = Some("2034-01-02T00:00:00Z".to_owned());
    let reason = "not needed any more".to_owned();
    let change = ArchiveChange::Erase { leaves: vec![later], reason, despite_retention: false };
    operator_action(&settings, Action::Archive(change)).unwrap();
    ledger_and_log_agree(&place);
}

async fn the_reason_of_a_suspension_goes_from_its_status_too(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("R-9").await;
    let path = format!("/v1/certificates/{number}/suspension");
    let body = json!({ "reason": "Mr Muster left the firm" }).to_string().into_bytes();
    let done = register.world.maker.send(Method::PUT, &path, Some(("application/json", body))).await.unwrap();
    assert_eq!(done.status, 200, "{}", done.body);
    let suspended = entries(&register.place).iter().position(|entry| entry["type"] == "certificateSuspended").unwrap();
    erase(&register.world.settings, vec![suspended.try_into().unwrap()]).unwrap();
    let shown = register.world.maker.get(&format!("/v1/certificates/{number}")).await.unwrap().body;
    assert_eq!((&shown["status"], &shown["statusReason"]), (&json!("suspended"), &json!("redacted")), "{shown:#}");
    ledger_and_log_agree(&register.stop().await);
}

async fn a_clock_set_back_is_one_entry_and_time_does_not_run_backwards(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("R-10").await;
    register.world.clock.advance(std::time::Duration::from_hours(1));
    register.check(&consignment(&number)).await;
    let mut settings = register.world.settings.clone();
    let place = register.stop().await;
    let back = endmark::demo::STARTS_AT + Duration::minutes(10);
    settings.fixed_time = Some(back.format(&time::format_description::well_known::Rfc3339).unwrap());
    // Started and stopped are two batches; it is said once, and again by another process only.
    endmark::app::start(&settings, settings.clock().unwrap()).await.unwrap().stop().await;
    let all = with_database(&place, |connection| log::entries_from(connection, 0, 10_000).unwrap());
    let all: Vec<Value> = all.iter().map(|(_, body)| serde_json::from_slice(body).unwrap()).collect();
    let noticed: Vec<&Value> = all.iter().filter(|entry| entry["type"] == "clockSetBack").collect();
    assert_eq!(noticed.len(), 1, "{noticed:#?}");
    assert_eq!((&noticed[0]["counts"], &noticed[0]["role"]), (&json!([["secondsBehind", 3_000]]), &json!("service")));
    ledger_and_log_agree(&place);
}

#[actix_web::test]
async fn the_operator_erases_and_holds_on_the_command_line() {
    let register = Register::start(On::Sqlite).await;
    let number = register.issue("R-11").await;
    put(&register, &mrn(1), &trucks(&number, "1")).await;
    register.check(&consignment(&number)).await;
    let run = |code: i32, arguments: &[&str]| -> Value {
        let mut command = Command::new(env!("CARGO_BIN_EXE_endmark"));
        let output = command.current_dir(register.place.dir()).args(arguments).arg("--json").output().unwrap();
        let text = if code == 2 { &output.stderr } else { &output.stdout };
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {output:?}");
        serde_json::from_slice(text).unwrap()
    };
    let verified = run(0, &["audit", "verify"]);
    assert_eq!((&verified["faults"], &verified["rowsCompared"]), (&json!([]), &json!(true)));
    let declaration = mrn(1);
    let held = run(0, &["audit", "hold", "add", "--declaration", &declaration, "--reason", "case 4-117"]);
    let id = held["id"].as_str().unwrap();
    assert_eq!(run(0, &["audit", "hold", "list"])[0]["id"], id);
    let erase = ["audit", "erase", "--certificate", &number, "--reason", "request 2026/41"];
    let would = run(0, &[&erase[..], &["--dry-run"]].concat());
    assert_eq!(would["erased"].as_array().unwrap().len(), 2, "{would}");
    assert!(run(2, &erase)["error"].as_str().unwrap().contains("legal hold"));
    run(0, &["audit", "hold", "remove", id, "--reason", "closed"]);
    assert!(run(2, &erase)["error"].as_str().unwrap().contains("--despite-retention"));
    run(0, &[&erase[..], &["--despite-retention"]].concat());
    assert!(run(2, &erase)["error"].as_str().unwrap().contains("no evidence of it"));
    assert_eq!(run(0, &["audit", "verify"])["redacted"], 2);
    sql(&register.place, "UPDATE head SET epoch = epoch + 1");
    assert_eq!(run(1, &["audit", "verify"])["faults"][0]["what"], "head");
}
