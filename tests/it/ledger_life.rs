//! A certificate's life through the HTTPS door: expiry, revocation, replacement, the border, officers' decisions, and
//! who sees what.

use endmark::registry::Grant;
use reqwest::Method;
use serde_json::{Value, json};

use crate::ledger::{
    after, delete, good, issue, many_movements, mrn, put, quantities, reason, release, send, totals, trucks,
};
use crate::support::{On, Register, findings, on_both_databases, problem};

on_both_databases!(
    expiry_suspension_revocation_between_reserve_and_release
    a_replacement_takes_over_and_inherits_what_comes_back
    confidential_holds_show_nowhere_to_the_manufacturer
    only_the_organisation_that_made_a_position_changes_it
    presented_goods_are_not_presented_twice_unless_turned_back
    an_override_stands_beside_the_ledger_and_is_seen_ever_after
    a_ledger_row_edited_or_deleted_in_sql_cannot_be_checked
);

async fn expiry_suspension_revocation_between_reserve_and_release(on: On) {
    let mut register = Register::start(on).await;
    let mut payload = register.payload("L-7");
    payload["validity"]["until"] = json!("2026-03-18");
    let ending = issue(&register, &payload).await;
    let revoked = register.issue("L-8").await;
    good(&put(&register, &mrn(1), &trucks(&ending, "2")).await);
    good(&put(&register, &mrn(2), &trucks(&revoked, "2")).await);
    let change = |what: &str| format!("/v1/certificates/{revoked}/{what}");
    let why = || Some(("application/json", json!({ "reason": "a test" }).to_string().into_bytes()));
    register.world.maker.send(Method::POST, &change("revocation"), why()).await.unwrap();
    register.world.days_pass(4);
    // Expired since: the hold made in time may be sent again and released.
    let again = put(&register, &mrn(1), &trucks(&ending, "2")).await;
    assert!(findings(&good(&again)["verdict"]).contains(&"coveredByReservation"));
    assert_eq!(reason(&put(&register, &mrn(1), &trucks(&ending, "3")).await), "04", "nothing new after expiry");
    assert_eq!(good(&release(&register, &mrn(1)).await)["outcome"], "01");
    // Revoked since: nothing new, and the release is carried out and says so.
    assert_eq!(reason(&put(&register, &mrn(2), &trucks(&revoked, "2")).await), "04");
    let mut border = trucks(&revoked, "2");
    border["stage"] = json!("border");
    let presented = put(&register, &mrn(2), &border).await;
    assert_eq!(good(&presented)["verdict"]["verdict"], "doesNotConform");
    let released = release(&register, &mrn(2)).await;
    assert_eq!(
        (&good(&released)["outcome"], totals(&released.body["ledger"][0])),
        (&json!("04"), ["0", "2", "4"].map(String::from))
    );
    register = register.restart().await;
    crate::support::ledger_and_log_agree(&register.stop().await);
}

async fn a_replacement_takes_over_and_inherits_what_comes_back(on: On) {
    let register = Register::start(on).await;
    let old = many_movements(&register, "L-9").await;
    good(&put(&register, &mrn(1), &trucks(&old, "4")).await);
    let mut payload = register.payload("L-10");
    payload["scope"] = json!("multipleMovements");
    payload["replaces"] = json!(old);
    payload["lines"][1]["quantity"]["value"] = json!("2");
    let new = issue(&register, &payload).await;
    let shown = register.world.maker.get(&format!("/v1/certificates/{old}")).await.unwrap().body;
    assert_eq!((&shown["status"], &shown["statusReason"]), (&json!("replaced"), &json!(new)));
    assert_eq!(reason(&put(&register, &mrn(2), &trucks(&old, "1")).await), "04");
    assert_eq!(totals(&quantities(&register, &old).await), ["4", "0", "0"]);
    assert_eq!(totals(&quantities(&register, &new).await), ["0", "0", "2"]);
    good(&delete(&register, &mrn(1)).await);
    assert_eq!(totals(&quantities(&register, &new).await), ["0", "0", "6"], "what came back flows on");
    good(&put(&register, &mrn(3), &trucks(&new, "5")).await);
    payload["reference"] = json!("L-11");
    let (_, jws) = register.seal(&payload);
    let twice = register.world.maker.submit(&jws).await.unwrap();
    assert_eq!((problem(&twice).as_str(), &twice.body["reason"]), ("422 certificate-refused", &json!("replacedFinal")));
    payload["replaces"] = json!(crate::support::nobodys_number());
    payload["reference"] = json!("L-12");
    let (_, jws) = register.seal(&payload);
    assert_eq!(register.world.maker.submit(&jws).await.unwrap().body["reason"], "replacedUnknown");
    crate::support::ledger_and_log_agree(&register.stop().await);
}

async fn confidential_holds_show_nowhere_to_the_manufacturer(on: On) {
    let register = Register::start(on).await;
    let number = many_movements(&register, "L-13").await;
    let usage = format!("/v1/certificates/{number}/usage");
    good(&put(&register, &mrn(1), &trucks(&number, "1")).await);
    let before = register.world.maker.get(&usage).await.unwrap().body;
    assert_eq!(before["used"], json!([{ "line": 2, "quantity": "1", "day": "2026-03-16", "event": "reserved" }]));
    good(&put(&register, &format!("{}?confidential=true", mrn(2)), &trucks(&number, "5")).await);
    assert_eq!(register.world.maker.get(&usage).await.unwrap().body, before);
    let shown = register.world.maker.get(&format!("/v1/certificates/{number}")).await.unwrap().body;
    assert_eq!(shown["status"], "valid");
    let asked = register.world.maker.post("/v1/prechecks", &trucks(&number, "5")).await.unwrap();
    assert_eq!(asked.body["verdict"], "conforms", "what is left does not give it away: {:#}", asked.body);
    assert_eq!(totals(&quantities(&register, &number).await), ["6", "0", "0"], "customs sees it");
    // Whoever guesses its MRN does not find it by asking whether more would fit behind it.
    let mut guess = after(trucks(&number, "6"), &mrn(2));
    for reference in [Value::Null, json!({ "type": "MRN", "value": mrn(2) })] {
        if !reference.is_null() {
            guess["reference"] = reference;
            guess.as_object_mut().unwrap().remove("previousDocuments");
        }
        let asked = register.world.maker.post("/v1/prechecks", &guess).await.unwrap();
        assert!(findings(&asked.body).contains(&"quantityExceeded"), "{:#}", asked.body);
    }
    // Sent again as customs systems do, it stays what it is until somebody says otherwise.
    good(&put(&register, &mrn(2), &trucks(&number, "5")).await);
    assert_eq!(register.world.maker.get(&usage).await.unwrap().body, before);
    good(&put(&register, &format!("{}?confidential=false", mrn(2)), &trucks(&number, "5")).await);
    assert_eq!(register.world.maker.get(&usage).await.unwrap().body["used"].as_array().unwrap().len(), 2);
    good(&put(&register, &format!("{}?confidential=true", mrn(2)), &trucks(&number, "5")).await);
    // Of a certificate that is replaced nothing is left, with the hold or without.
    let mut payload = register.payload("L-13-2");
    payload["replaces"] = json!(number);
    issue(&register, &payload).await;
    let replaced = register.world.maker.get(&usage).await.unwrap().body;
    let left = replaced["lines"].as_array().unwrap().iter().map(|line| line["available"].as_str().unwrap());
    assert_eq!(left.collect::<Vec<_>>(), ["0", "0", "0"], "{replaced:#}");
    // An officer's decision may be confidential too.
    let secret = many_movements(&register, "L-13-3").await;
    let by_hand = json!({ "officer": "V. Kazlauskas", "office": "LTVR1000", "reason": "a test",
        "consignment": trucks(&secret, "2") });
    let path = format!("{}/override?confidential=true", mrn(5));
    good(&send(&register, Method::POST, &path, Some(by_hand)).await);
    let seen = register.world.maker.get(&format!("/v1/certificates/{secret}/usage")).await.unwrap().body;
    assert_eq!(seen["used"], json!([]));
    // Somebody else's usage is not there.
    assert_eq!(register.world.trader.get(&usage).await.unwrap().status, 404);
    crate::support::ledger_and_log_agree(&register.stop().await);
}

async fn only_the_organisation_that_made_a_position_changes_it(on: On) {
    let register = Register::start(on).await;
    let number = many_movements(&register, "L-14").await;
    good(&put(&register, &mrn(1), &trucks(&number, "2")).await);
    let (_, other) = register.register("pl-customs", &[Grant::CustomsWrite]);
    register.settled(&other).await;
    let path = format!("/v1/customs/declarations/{}", mrn(1));
    let body = |value: &Value| Some(("application/json", value.to_string().into_bytes()));
    let taken = other.send(Method::PUT, &path, body(&trucks(&number, "1"))).await.unwrap();
    assert_eq!(problem(&taken), "403 declaration-of-another-organisation");
    let office = json!({ "office": "PL301010" });
    let released = other.send(Method::POST, &format!("{path}/release"), body(&office)).await.unwrap();
    assert_eq!(problem(&released), "403 declaration-of-another-organisation");
    assert_eq!(other.get(&path).await.unwrap().status, 200, "others read it");
    let mut border = trucks(&number, "2");
    border["stage"] = json!("border");
    border["office"] = json!("PL301010");
    let presented = other.send(Method::PUT, &path, body(&border)).await.unwrap();
    assert_eq!(good(&presented)["declaration"]["organisation"], "lt-customs", "{:#}", presented.body);
    assert_eq!(totals(&quantities(&register, &number).await), ["2", "0", "4"]);
    crate::support::ledger_and_log_agree(&register.stop().await);
}

async fn presented_goods_are_not_presented_twice_unless_turned_back(on: On) {
    let register = Register::start(on).await;
    let number = many_movements(&register, "L-16").await;
    let mut border = trucks(&number, "4");
    border["stage"] = json!("border");
    let unreserved = register.world.customs.post("/v1/customs/checks", &border).await.unwrap();
    assert!(findings(&unreserved.body).contains(&"notReserved"), "{:#}", unreserved.body);
    good(&put(&register, &mrn(1), &trucks(&number, "6")).await);
    let at = |name: &str| format!("{}/presentations/{name}", mrn(1));
    let first = send(&register, Method::PUT, &at("truck-1"), Some(border.clone())).await;
    assert_eq!(good(&first)["verdict"]["verdict"], "conforms", "{:#}", first.body);
    // The same message again is the same presentation.
    let again = send(&register, Method::PUT, &at("truck-1"), Some(border.clone())).await;
    assert_eq!(good(&again)["verdict"]["verdict"], "conforms");
    let mut elsewhere = border.clone();
    elsewhere["office"] = json!("LTDEMO20");
    let twice = send(&register, Method::PUT, &at("truck-2"), Some(elsewhere.clone())).await;
    assert_eq!(good(&twice)["verdict"]["verdict"], "doesNotConform");
    assert!(findings(&twice.body["verdict"]).contains(&"quantityExceeded"));
    let back =
        send(&register, Method::POST, &format!("{}/turned-back", at("truck-1")), Some(json!({ "office": "LTVR1000" })))
            .await;
    assert_eq!(good(&back)["outcome"], "01");
    let then = send(&register, Method::PUT, &at("truck-2"), Some(elsewhere)).await;
    assert_eq!(good(&then)["verdict"]["verdict"], "conforms", "{:#}", then.body);
    assert_eq!(totals(&quantities(&register, &number).await), ["6", "0", "0"], "it draws nothing");
    crate::support::ledger_and_log_agree(&register.stop().await);
}

async fn an_override_stands_beside_the_ledger_and_is_seen_ever_after(on: On) {
    let register = Register::start(on).await;
    let number = many_movements(&register, "L-6").await;
    good(&put(&register, &mrn(1), &trucks(&number, "4")).await);
    assert_eq!(reason(&put(&register, &mrn(2), &trucks(&number, "5")).await), "05");
    let by_hand = json!({ "officer": "V. Kazlauskas", "office": "LTVR1000", "reason": "counted twice at the office",
        "consignment": trucks(&number, "5") });
    let path = format!("{}/override", mrn(2));
    let done = send(&register, Method::POST, &path, Some(by_hand.clone())).await;
    assert_eq!(totals(&good(&done)["ledger"][0]), ["6", "0", "0"], "the bound holds");
    let line = done.body["ledger"][0]["lines"].as_array().unwrap().iter().find(|l| l["excess"] != Value::Null).unwrap();
    assert_eq!(line["excess"], "3");
    let later = put(&register, &mrn(3), &trucks(&number, "1")).await;
    assert!(findings(&later.body["verdict"]).contains(&"overridden"), "{:#}", later.body);
    let shown = register.world.customs.get(&format!("/v1/customs/declarations/{}", mrn(2))).await.unwrap().body;
    assert_eq!(shown["overridden"], true);
    assert_eq!(shown["history"][0]["byHand"]["officer"], "V. Kazlauskas");
    // Released, and then more goods by hand: what is added is still to be released.
    assert_eq!(good(&release(&register, &mrn(2)).await)["outcome"], "01");
    let mut added = by_hand.clone();
    added["consignment"]["goodsItems"][0]["citations"][0]["quantity"]["value"] = json!("5");
    let mut second = added["consignment"]["goodsItems"][0].clone();
    second["goodsItemNumber"] = json!(7);
    added["consignment"]["goodsItems"].as_array_mut().unwrap().push(second);
    let more = send(&register, Method::POST, &path, Some(added)).await;
    assert_eq!(good(&more)["declaration"]["status"], "partlyReleased", "{:#}", more.body);
    assert_eq!(good(&release(&register, &mrn(2)).await)["outcome"], "01");
    let mut nobody = by_hand;
    nobody["officer"] = json!(" ");
    assert_eq!(send(&register, Method::POST, &path, Some(nobody)).await.status, 400);
    crate::support::ledger_and_log_agree(&register.stop().await);
}

async fn a_ledger_row_edited_or_deleted_in_sql_cannot_be_checked(on: On) {
    let register = Register::start(on).await;
    let (a, b, c) = (
        many_movements(&register, "L-18").await,
        many_movements(&register, "L-19").await,
        register.issue("L-20").await,
    );
    for (number, name) in [(&a, 1), (&b, 2)] {
        good(&put(&register, &mrn(name), &trucks(number, "6")).await);
    }
    crate::support::sql(
        &register.place,
        &format!("UPDATE certificate_line SET reserved = 0, confidential = 0 WHERE certificate = '{a}'"),
    );
    crate::support::sql(
        &register.place,
        &format!("UPDATE claim SET drawn = 1, quantity = 1 WHERE certificate = '{b}'"),
    );
    crate::support::sql(&register.place, &format!("DELETE FROM certificate_line WHERE certificate = '{c}'"));
    for number in [&a, &b, &c] {
        let refused = put(&register, &mrn(7), &trucks(number, "1")).await;
        assert_eq!(reason(&refused), "11", "{:#}", refused.body);
        assert_eq!(refused.body["verdict"]["verdict"], "cannotBeChecked");
        assert!(findings(&refused.body["verdict"]).contains(&"certificateCorrupt"));
    }
    assert_eq!(release(&register, &mrn(2)).await.status, 500, "nothing is done with it");
    let differences = crate::support::faults(&register.stop().await);
    assert!(
        differences.iter().any(|named| named.contains(&a) && named.contains("changed outside")),
        "{differences:#?}"
    );
    assert!(
        differences.iter().any(|named| named.contains(&b) && named.contains("changed outside")),
        "{differences:#?}"
    );
    assert!(differences.iter().any(|named| named.contains(&c) && named.contains("no such row")), "{differences:#?}");
}
