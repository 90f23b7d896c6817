//! Past questions decided again: under what was known then, from the log and its evidence.

use endmark::cli::{decide_again, operator_change};
use endmark::demo::Place;
use endmark::store::log;
use endmark::writer::RegistryChange;
use reqwest::Method;
use serde_json::{Value, json};

use crate::ledger::{mrn, put, release, send, trucks};
use crate::support::{On, Register, consignment, on_both_databases, sql, with_database};
use crate::tables::{edit, literal};

on_both_databases!(
    a_past_check_is_decided_on_the_statuses_registry_and_ledger_of_then
    what_was_erased_or_changed_is_not_decided_again
    a_verdict_forged_in_evidence_and_entry_comes_out_otherwise
);

/// Decides every question of a log again; gives how many, and those that come out otherwise.
pub(crate) fn decide_all_again(place: &Place) -> (usize, Vec<String>) {
    let settings = endmark::config::Settings::read(&place.dir().join("endmark.toml")).unwrap();
    let all = with_database(place, |connection| log::entries_from(connection, 0, 100_000).unwrap());
    let (mut asked, mut otherwise) = (0, Vec::new());
    for (leaf, body) in all {
        let entry: Value = serde_json::from_slice(&body).unwrap();
        let questions = [
            "consignmentChecked",
            "consignmentPrechecked",
            "declarationReserved",
            "declarationOverridden",
            "goodsPresented",
        ];
        if !questions.contains(&entry["type"].as_str().unwrap()) {
            continue;
        }
        match decide_again(&settings, leaf) {
            Ok(again) if again.agree => asked += 1,
            Ok(again) => otherwise.push(format!("{leaf} {}: {:#}\n{:#}", again.kind, again.then, again.again)),
            // Turned down before anybody judged.
            Err(error) if error.to_string().contains("no verdict was given") => {}
            Err(error) => otherwise.push(error.to_string()),
        }
    }
    (asked, otherwise)
}

async fn a_past_check_is_decided_on_the_statuses_registry_and_ledger_of_then(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("Q-1").await;
    let checked = register.check(&consignment(&number)).await;
    let leaf = checked["entry"].as_u64().unwrap();
    assert_eq!(checked["verdict"], "conforms");
    let prechecked = register.world.maker.post("/v1/prechecks", &trucks(&number, "2")).await.unwrap();
    assert_eq!(prechecked.status, 200, "{}", prechecked.body);
    // Everything it rested on changes.
    assert_eq!(put(&register, &mrn(1), &trucks(&number, "4")).await.status, 200);
    assert_eq!(put(&register, &mrn(2), &trucks(&number, "4")).await.status, 409);
    let by_hand = json!({ "officer": "V. Kazlauskas", "office": "LTVR1000", "reason": "a test",
        "consignment": trucks(&number, "4") });
    let done = send(&register, Method::POST, &format!("{}/override", mrn(3)), Some(by_hand)).await;
    assert_eq!(done.status, 200, "{}", done.body);
    let border = trucks(&number, "4").to_string().into_bytes();
    let path = format!("/v1/customs/declarations/{}/presentations/truck-1", mrn(1));
    let shown = register.world.customs.send(Method::PUT, &path, Some(("application/json", border))).await.unwrap();
    assert_eq!(shown.status, 200, "{}", shown.body);
    assert_eq!(release(&register, &mrn(1)).await.status, 200);
    let reason = json!({ "reason": "stolen" });
    register.world.maker.post(&format!("/v1/certificates/{number}/revocation"), &reason).await.unwrap();
    register.check(&consignment(&number)).await;
    let settings = register.world.settings.clone();
    let anchors: Vec<_> = register.world.running.app.registry().trust().anchors().to_vec();
    for change in [
        RegistryChange::SetActive { organisation: "muster".parse().unwrap(), active: false },
        RegistryChange::DistrustAnchor {
            fingerprint: anchors[0].fingerprint(),
            after: endmark::demo::STARTS_AT - time::Duration::days(9),
        },
    ] {
        operator_change(&settings, change).unwrap();
    }
    assert_eq!(register.check(&consignment(&number)).await["verdict"], "doesNotConform");
    let again = decide_again(&settings, leaf).unwrap();
    assert!(again.agree, "{:?}: {:#}\n{:#}", again.differences, again.then, again.again);
    assert_eq!((&again.then["verdict"], &again.again["verdict"]), (&json!("conforms"), &json!("conforms")));
    let (asked, otherwise) = decide_all_again(&register.stop().await);
    assert_eq!(otherwise, Vec::<String>::new());
    assert_eq!(asked, 8);
}

async fn what_was_erased_or_changed_is_not_decided_again(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("Q-2").await;
    let first = register.check(&consignment(&number)).await["entry"].as_u64().unwrap();
    let second = register.check(&consignment(&number)).await["entry"].as_u64().unwrap();
    let settings = register.world.settings.clone();
    let refused = |leaf| decide_again(&settings, leaf).unwrap_err().to_string();
    let by = crate::audit_archive::erase(&settings, vec![first]).unwrap();
    assert!(refused(first).contains(&format!("its evidence was erased by entry {by} (redacted)")));
    assert!(refused(0).contains("it has no evidence"), "{}", refused(0));
    assert!(refused(by).contains("no verdict was given: done (evidenceErased)"), "{}", refused(by));
    assert!(refused(99_999).contains("the log does not have it"));
    sql(&register.place, &format!("UPDATE evidence SET body = salt WHERE leaf = {second}"));
    assert!(refused(second).contains("is not what it was decided on"));
    sql(&register.place, &format!("DELETE FROM evidence WHERE leaf = {second}"));
    assert!(refused(second).contains("no entry says that it was erased"));
    register.stop().await;
}

async fn a_verdict_forged_in_evidence_and_entry_comes_out_otherwise(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("Q-3").await;
    let reason = json!({ "reason": "stolen" });
    register.world.maker.post(&format!("/v1/certificates/{number}/revocation"), &reason).await.unwrap();
    let refused = register.check(&consignment(&number)).await;
    assert_eq!(refused["verdict"], "doesNotConform");
    let leaf = refused["entry"].as_u64().unwrap();
    let settings = register.world.settings.clone();
    let place = register.stop().await;
    assert!(decide_again(&settings, leaf).unwrap().agree);
    // Somebody with SQL makes evidence and entry say that it conformed.
    with_database(&place, |connection| {
        let mut kept = log::evidence_of(connection, leaf).unwrap().unwrap();
        let before = kept.digest().to_string();
        kept.body = String::from_utf8(kept.body).unwrap().replace("doesNotConform", "conforms").into_bytes();
        let entry = String::from_utf8(log::entry(connection, leaf).unwrap().unwrap().1).unwrap();
        let forged = entry.replace(&before, &kept.digest().to_string()).replace("doesNotConform", "conforms");
        let (body, entry) = (literal(connection, &kept.body), literal(connection, forged.as_bytes()));
        edit(
            connection,
            &format!(
                "UPDATE evidence SET body = {body} WHERE leaf = {leaf}; UPDATE entry SET body = {entry} WHERE leaf = {leaf}"
            ),
        );
    });
    let again = decide_again(&settings, leaf).unwrap();
    assert!(!again.agree);
    assert!(again.differences.contains(&"verdict".to_owned()), "{:?}", again.differences);
    assert_eq!((&again.then["verdict"], &again.again["verdict"]), (&json!("conforms"), &json!("doesNotConform")));
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_endmark"))
        .current_dir(place.dir())
        .args(["audit", "replay", "--entry", &leaf.to_string()])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("DIFFER in") && text.contains("then:") && text.contains("again:"), "{text}");
}
