//! Controls at the border: recorded once, with their entry; double use across posts is seen; four eyes are two people.

use serde_json::{Value, json};

use crate::support::{
    On, Register, consignment, entries, ledger_and_log_agree, nobodys_number, on_both_databases, problem, sql,
};

on_both_databases!(
    a_control_is_recorded_once_however_often_it_is_sent
    a_control_made_offline_keeps_its_time_and_is_marked
    a_second_report_under_the_same_id_is_refused
    the_same_certificate_at_two_posts_is_a_conflict_for_the_later_officer
    a_movement_explains_a_control_at_another_post
    a_second_look_needs_another_officer_and_is_taken_once
    a_second_look_of_another_organisation_does_not_exist
    hostile_reports_leave_nothing
    a_control_edited_in_the_database_is_found_and_not_built_upon
    a_manufacturer_records_no_control
);

const PATH: &str = "/v1/customs/controls";
const MRN: &str = "26LTVR1000EX000017";

/// A report of a control; `with` adds or changes members.
fn report(id: &str, with: Value) -> Value {
    let mut report = json!({ "id": id, "office": "LTVR1000", "officer": "J. Petraitis", "result": "released" });
    report.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
    report
}

async fn post(register: &Register, report: &Value) -> endmark::client::Answered {
    register.world.customs.post(PATH, report).await.unwrap()
}

async fn recorded(register: &Register, report: &Value) -> Value {
    let answered = post(register, report).await;
    assert_eq!(answered.status, 201, "{}", answered.body);
    answered.body
}

async fn reserved(register: &Register, reference: &str) -> String {
    let number = register.issue(reference).await;
    let held = crate::ledger::put(register, MRN, &consignment(&number)).await;
    assert_eq!(held.status, 200, "{}", held.body);
    number
}

async fn a_control_is_recorded_once_however_often_it_is_sent(on: On) {
    let register = Register::start(on).await;
    let number = reserved(&register, "C-1").await;
    let found = json!({
        "declaration": MRN, "identity": "agrees", "seals": "intact", "newTractor": "LHK 999",
        "serialNumbers": [{ "number": "SN-1", "seen": true }, { "number": "SN-2", "seen": false }],
        "note": "Jonas looked under the tarpaulin", "seenEntry": 3
    });
    let report = report("11111111-aaaa", found);
    let first = recorded(&register, &report).await;
    let codes = json!(["identityAgrees", "sealsIntact", "tractorChanged", "serialNumbersSeen", "serialNumbersMissing"]);
    assert_eq!(first["control"]["findings"], codes);
    assert_eq!(first["conflicts"], json!([]));
    let again = post(&register, &report).await;
    assert_eq!(again.status, 200, "{}", again.body);
    assert_eq!((&again.body["already"], &again.body["control"]), (&json!(true), &first["control"]));
    // Lost on the way and sent by the queue of a device: still the same.
    let mut queued = report.clone();
    queued["offline"] = json!(true);
    queued["recordedAt"] = json!("2026-03-16T08:59:00Z");
    assert_eq!(post(&register, &queued).await.body["control"], first["control"]);
    let shown = register.world.customs.get(&format!("/v1/customs/declarations/{MRN}")).await.unwrap().body;
    assert_eq!(shown["controls"].as_array().unwrap().len(), 1, "{shown}");
    assert_eq!(shown["controls"][0]["result"], "released");
    let kinds: Vec<&str> =
        shown["history"].as_array().unwrap().iter().map(|e| e["decision"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["already", "already", "released", "reserved"]);
    let place = register.stop().await;
    let entry = entries(&place).into_iter().find(|entry| entry["decision"] == "released").unwrap();
    assert_eq!((&entry["type"], &entry["office"]), (&json!("controlRecorded"), &json!("LTVR1000")));
    assert_eq!(entry["certificates"], json!([number]));
    let text = entry.to_string();
    assert!(!text.contains("Petraitis") && !text.contains("Jonas") && !text.contains("SN-1") && !text.contains("LHK"));
    ledger_and_log_agree(&place);
}

async fn a_control_made_offline_keeps_its_time_and_is_marked(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("C-2").await;
    register.world.days_pass(2);
    let offline = |at: &str| json!({ "certificate": number, "offline": true, "recordedAt": at });
    let shown = recorded(&register, &report("offline-1", offline("2026-03-16T10:00:00Z"))).await;
    assert_eq!(shown["control"]["offline"], true);
    assert_eq!(shown["control"]["recordedAt"], "2026-03-16T10:00:00Z");
    assert_ne!(shown["control"]["eventDateTime"], shown["control"]["recordedAt"]);
    // A device whose clock is ahead loses nothing; the register's time counts, and the entry says so.
    let ahead = recorded(&register, &report("offline-2", offline("2027-03-16T10:00:00Z"))).await;
    assert_eq!(ahead["control"]["recordedAt"], ahead["control"]["eventDateTime"]);
    let refused = post(&register, &report("offline-3", offline("2020-01-01T00:00:00Z"))).await;
    assert_eq!(problem(&refused), "400 request-malformed");
    let without = post(&register, &report("offline-4", json!({ "certificate": number, "offline": true }))).await;
    assert_eq!(problem(&without), "400 request-malformed");
    let place = register.stop().await;
    assert!(entries(&place).iter().any(|entry| entry["reasons"] == json!(["deviceClockAhead"])));
    ledger_and_log_agree(&place);
}

async fn a_second_report_under_the_same_id_is_refused(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("C-3").await;
    let of = |note: &str| report("same-id-1", json!({ "certificate": number, "note": note }));
    recorded(&register, &of("first")).await;
    let refused = post(&register, &of("something else")).await;
    assert_eq!(problem(&refused), "409 control-refused");
    assert_eq!(refused.body["reason"], "idTaken");
    // Another organisation's names are its own.
    let (_, other) = register.register("lv-customs", &[endmark::registry::Grant::CustomsRead]);
    register.settled(&other).await;
    assert_eq!(other.post(PATH, &of("ours")).await.unwrap().status, 201);
    ledger_and_log_agree(&register.stop().await);
}

async fn the_same_certificate_at_two_posts_is_a_conflict_for_the_later_officer(on: On) {
    let register = Register::start(on).await;
    let number = reserved(&register, "C-4").await;
    // At the first post the goods travel under their declaration; at the second only the paper is shown.
    let first = recorded(&register, &report("at-the-first", json!({ "declaration": MRN }))).await;
    let elsewhere = json!({ "certificate": number, "office": "LTKR3000", "officer": "O. Kazlauskas" });
    let second = recorded(&register, &report("at-the-second", elsewhere)).await;
    assert_eq!(second["conflicts"][0]["entry"], first["control"]["entry"], "{second}");
    assert_eq!(second["conflicts"][0]["customsOffice"], "LTVR1000");
    assert_eq!(second["control"]["conflicts"], json!([first["control"]["entry"]]));
    // A device that was without a network reports late: the conflict is seen then.
    let late = json!({
        "certificate": number, "office": "LTLK4000", "officer": "R. Vaitkus", "offline": true,
        "recordedAt": "2026-03-16T08:00:00Z"
    });
    let late = recorded(&register, &report("from-the-queue", late)).await;
    assert_eq!(late["conflicts"].as_array().unwrap().len(), 2, "{late}");
    // Days apart it is another journey.
    register.world.days_pass(2);
    let later = json!({ "certificate": number, "office": "LTKR3000", "officer": "O. Kazlauskas" });
    assert_eq!(recorded(&register, &report("days-later", later)).await["conflicts"], json!([]));
    let place = register.stop().await;
    let conflicts = entries(&place).iter().filter(|e| e["reasons"] == json!(["controlConflict"])).count();
    assert_eq!(conflicts, 2);
    ledger_and_log_agree(&place);
}

async fn a_movement_explains_a_control_at_another_post(on: On) {
    let register = Register::start(on).await;
    reserved(&register, "C-5").await;
    recorded(&register, &report("departure-1", json!({ "declaration": MRN }))).await;
    let border = report("border-12", json!({ "declaration": MRN, "office": "LTLK4000", "officer": "R. Vaitkus" }));
    assert_eq!(recorded(&register, &border).await["conflicts"], json!([]));
    // A declaration that holds nothing explains nothing.
    let shown = register.world.customs.get(&format!("/v1/customs/declarations/{MRN}")).await.unwrap().body;
    let number = shown["holds"][0]["certificate"].clone();
    let foreign = json!({ "declaration": "26LTVR1000EX999999", "certificate": number, "office": "LTKR3000" });
    let second = recorded(&register, &report("another-mrn", foreign)).await;
    assert_eq!(second["conflicts"].as_array().unwrap().len(), 2, "{second}");
    ledger_and_log_agree(&register.stop().await);
}

async fn a_second_look_needs_another_officer_and_is_taken_once(on: On) {
    let register = Register::start(on).await;
    let number = reserved(&register, "C-6").await;
    recorded(&register, &report("ask-12345", json!({ "declaration": MRN, "result": "secondLook" }))).await;
    let look = |id: &str, with: Value| {
        let mut report = report(id, json!({ "declaration": MRN, "answers": "ask-12345", "officer": "V. Vadovas" }));
        report.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
        report
    };
    let refused = async |report: Value| {
        let answered = post(&register, &report).await;
        (problem(&answered), answered.body["reason"].clone())
    };
    let conflict = |reason: &str| ("409 control-refused".to_owned(), json!(reason));
    // The same person, written otherwise, is the same person.
    assert_eq!(refused(look("look-0001", json!({ "officer": " J.  Petraitis" }))).await, conflict("sameOfficer"));
    assert_eq!(
        refused(look("look-0002", json!({ "declaration": "26LTVR1000EX999999" }))).await,
        conflict("anotherMatter")
    );
    assert_eq!(refused(look("look-0003", json!({ "certificate": nobodys_number() }))).await, conflict("anotherMatter"));
    assert_eq!(refused(look("look-0004", json!({ "answers": "never-asked" }))).await.0, "404 not-found");
    assert_eq!(refused(look("look-0005", json!({ "result": "secondLook" }))).await.0, "400 request-malformed");
    let taken = recorded(&register, &look("look-0006", json!({ "certificate": number, "result": "held" }))).await;
    assert_eq!(taken["control"]["answers"], "ask-12345");
    assert_eq!(refused(look("look-0007", json!({}))).await, conflict("alreadyAnswered"));
    ledger_and_log_agree(&register.stop().await);
}

async fn a_second_look_of_another_organisation_does_not_exist(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("C-7").await;
    recorded(&register, &report("ask-67890", json!({ "certificate": number, "result": "secondLook" }))).await;
    let (_, other) = register.register("pl-customs", &[endmark::registry::Grant::CustomsRead]);
    register.settled(&other).await;
    let look = report("look-0001", json!({ "certificate": number, "answers": "ask-67890", "officer": "Jan Kowalski" }));
    assert_eq!(problem(&other.post(PATH, &look).await.unwrap()), "404 not-found");
    ledger_and_log_agree(&register.stop().await);
}

async fn hostile_reports_leave_nothing(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("C-8").await;
    let before = register.checkpoint().await;
    let named = |with: Value| {
        let mut members = json!({ "certificate": number });
        members.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
        members
    };
    let many: Vec<Value> = (0..2_001).map(|n| json!({ "number": n.to_string(), "seen": true })).collect();
    for with in [
        json!({}),
        named(json!({ "id": "short" })),
        named(json!({ "id": "x".repeat(65) })),
        named(json!({ "id": "' OR 1=1 --" })),
        named(json!({ "note": "x".repeat(2_001) })),
        named(json!({ "note": "turned \u{202e} round" })),
        named(json!({ "officer": "" })),
        named(json!({ "office": "nowhere" })),
        named(json!({ "result": "conforms" })),
        named(json!({ "serialNumbers": many })),
        named(json!({ "serialNumbers": [{ "number": "x".repeat(71), "seen": true }] })),
        named(json!({ "recordedAt": "yesterday" })),
        named(json!({ "answers": "<script>" })),
        named(json!({ "unknown": 1 })),
        json!({ "certificate": "EDC-7K3M-9QXD-41TZ-P0AB-X" }),
        json!({ "declaration": "26LTVR1000EX00001" }),
    ] {
        let refused = post(&register, &report("hostile-1", with.clone())).await;
        assert_eq!(problem(&refused), "400 request-malformed", "{with}");
    }
    let large = json!({ "note": "x".repeat(600 * 1024) });
    assert_eq!(problem(&post(&register, &report("hostile-2", large)).await), "413 body-too-large");
    assert_eq!(register.checkpoint().await, before, "nothing is recorded");
    register.stop().await;
}

async fn a_control_edited_in_the_database_is_found_and_not_built_upon(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("C-9").await;
    let report = report("edited-01", json!({ "certificate": number, "result": "held" }));
    recorded(&register, &report).await;
    sql(&register.place, "UPDATE control SET result = 'released'");
    assert_eq!(problem(&post(&register, &report).await), "500 internal");
    let place = register.stop().await;
    let faults = crate::support::faults(&place);
    assert!(
        faults.iter().any(|fault| fault.contains("control edited-01") && fault.contains("changed outside")),
        "{faults:?}"
    );
    sql(&place, "DELETE FROM control");
    let faults = crate::support::faults(&place);
    assert!(
        faults.iter().any(|fault| fault.contains("control edited-01") && fault.contains("no such row")),
        "{faults:?}"
    );
}

async fn a_manufacturer_records_no_control(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("C-10").await;
    let refused =
        register.world.maker.post(PATH, &report("no-customs", json!({ "certificate": number }))).await.unwrap();
    assert_eq!(problem(&refused), "403 grant-missing");
    register.stop().await;
}
