//! Any messages in any order, joined with each other in any way: the ledger is what the log says, piece by piece.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::ledger::{many_movements, mrn, trucks};
use crate::ledger_stress::{Dice, delete, put, release};
use crate::support::{On, Register, ledger_and_log_agree, on_both_databases};

on_both_databases!(
    any_messages_leave_the_ledger_that_the_log_gives
    more_rows_than_an_entry_holds_are_replayed_though_the_evidence_is_erased
);

/// One message about one of seven declarations, made of the dice.
async fn message(register: &Register, certificates: &[String], version: usize, dice: &mut Dice) {
    let customs = &register.world.customs;
    let name = |dice: &mut Dice| mrn(u32::try_from(dice.below(7)).unwrap());
    let own = name(dice);
    // Mostly one that is still valid: the first is never replaced, the last not yet.
    let cited = match dice.below(5) {
        0 => dice.below(certificates.len()),
        1 | 2 => 0,
        _ => certificates.len() - 1,
    };
    let number = &certificates[cited];
    let pieces = (dice.below(5) + 1).to_string();
    let mut asked = trucks(number, &pieces);
    asked["declarationVersion"] = json!(version);
    let earlier = (0..dice.below(3)).map(|_| json!({ "type": "N830", "reference": name(dice) }));
    asked["previousDocuments"] = earlier.collect();
    let path = |what: &str| format!("/v1/customs/declarations/{own}/{what}");
    let office = "LTVR1000";
    let answered = match dice.below(12) {
        0 => delete(customs, &own).await.unwrap(),
        1 | 2 => release(customs, &own).await.unwrap(),
        3 => {
            let by_hand =
                json!({ "officer": "V. Kazlauskas", "office": office, "reason": "a test", "consignment": asked });
            customs.post(&path("override"), &by_hand).await.unwrap()
        }
        4 | 5 => {
            let amended = json!({ "office": office, "legalBasis": "173", "reason": "a test", "goodsItems": [
                { "goodsItemNumber": 2, "citations": [{ "certificate": number, "line": 2,
                    "quantity": { "value": pieces, "unit": "NAR" } }] }] });
            let invalidated = json!({ "office": office, "legalBasis": "174", "reason": "a test" });
            let correction: Value = if dice.below(3) == 0 { invalidated } else { amended };
            let body = Some(("application/json", correction.to_string().into_bytes()));
            customs.send(Method::PUT, &path("correction"), body).await.unwrap()
        }
        _ => put(customs, &own, &asked).await.unwrap(),
    };
    assert!([200, 409].contains(&answered.status.as_u16()), "{:#}", answered.body);
}

async fn any_messages_leave_the_ledger_that_the_log_gives(on: On) {
    for seed in 0..6 {
        let register = Register::start(on).await;
        let mut certificates = vec![many_movements(&register, "A-1").await, many_movements(&register, "A-2").await];
        let mut version = 1;
        for round in 0..4 {
            for _ in 0..6 {
                version += 1;
                // Five at once: they share batches, in an order that only the log knows.
                let at_once = (0..5).map(|caller| {
                    let (register, certificates) = (&register, &certificates);
                    async move {
                        let mut dice = Dice(seed * 10_000 + u64::try_from(version * 10 + caller).unwrap());
                        message(register, certificates, version, &mut dice).await;
                    }
                });
                join_all(at_once).await;
            }
            let mut payload = register.payload(&format!("A-3-{round}"));
            payload["scope"] = json!("multipleMovements");
            payload["replaces"] = json!(certificates.last().unwrap());
            let (number, jws) = register.seal(&payload);
            assert_eq!(register.world.maker.submit(&jws).await.unwrap().status, 201);
            certificates.push(number);
        }
        ledger_and_log_agree(&register.stop().await);
    }
}

async fn more_rows_than_an_entry_holds_are_replayed_though_the_evidence_is_erased(on: On) {
    let register = Register::start(on).await;
    let mut payload = register.payload("A-4");
    payload["scope"] = json!("multipleMovements");
    payload["lines"][1]["quantity"]["value"] = json!("700");
    let (number, jws) = register.seal(&payload);
    assert_eq!(register.world.maker.submit(&jws).await.unwrap().status, 201);
    let mut asked = trucks(&number, "2");
    let item = asked["goodsItems"][0].clone();
    let items = (1..=301).map(|number| {
        let mut item = item.clone();
        item["goodsItemNumber"] = json!(number);
        item
    });
    asked["goodsItems"] = items.collect();
    let customs = &register.world.customs;
    let held = put(customs, &mrn(1), &asked).await.unwrap();
    assert_eq!(held.status, 200, "{:#}", held.body["verdict"]);
    let by_hand = json!({ "officer": "V. Kazlauskas", "office": "LTVR1000", "reason": "a test", "consignment": asked });
    let path = format!("/v1/customs/declarations/{}", mrn(2));
    let held = customs.post(&format!("{path}/override"), &by_hand).await.unwrap();
    assert_eq!(held.status, 200, "{:#}", held.body["verdict"]);
    let path = format!("/v1/customs/declarations/{}", mrn(1));
    let all: Vec<u32> = (1..=301).collect();
    let released = json!({ "office": "LTVR1000", "goodsItems": all });
    let released = customs.post(&format!("{path}/release"), &released).await.unwrap();
    assert_eq!(released.body["outcome"], "01", "{:#}", released.body);
    let one = json!([{ "certificate": number, "line": 2, "quantity": { "value": "1", "unit": "NAR" } }]);
    let items: Value = all.iter().map(|item| json!({ "goodsItemNumber": item, "citations": one })).collect();
    let amended = json!({ "office": "LTVR1000", "legalBasis": "173", "reason": "a test", "goodsItems": items });
    let body = Some(("application/json", amended.to_string().into_bytes()));
    let amended = customs.send(Method::PUT, &format!("{path}/correction"), body).await.unwrap();
    assert_eq!(amended.body["outcome"], "01", "{:#}", amended.body);
    let settings = register.world.settings.clone();
    let place = register.stop().await;
    ledger_and_log_agree(&place);
    // The rows have ids and quantities only: they stay when people's names go.
    let leaves = crate::support::with_database(&place, |connection| {
        endmark::store::archive::leaves_with_evidence(connection, 0, 1_000).unwrap()
    });
    crate::audit_archive::erase(&settings, leaves.into_iter().collect()).unwrap();
    ledger_and_log_agree(&place);
}
