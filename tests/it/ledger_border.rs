//! Goods at the border, and what has left, through the HTTPS door.

use endmark::client::Answered;
use reqwest::Method;
use serde_json::{Value, json};

use crate::ledger::{
    after, amended, correct, delete, good, many_movements, mrn, put, quantities, reason, release, send,
    single_movement, totals, trucks,
};
use crate::support::{On, Register, findings, on_both_databases, problem};

on_both_databases!(
    goods_leave_once_under_all_declarations_of_a_movement
    a_covered_transit_leaves_in_parts_and_need_not_name_its_export_again
    a_message_that_comes_twice_or_late_makes_nothing_leave_or_come_back
    another_truck_under_the_same_name_is_refused
    what_has_left_is_not_given_back
    a_late_correction_or_deletion_is_superseded_by_a_later_version
    a_partly_released_declaration_is_corrected_or_invalidated
    a_single_movement_is_one_in_whatever_order_its_declarations_come
    an_officers_override_is_cover_at_the_border
    too_much_of_a_used_up_certificate_is_reason_05_for_who_holds_it
    a_presentation_edited_in_sql_stops_its_whole_movement
);

pub(crate) fn border(mut asked: Value, office: &str, plate: &str) -> Value {
    asked["stage"] = json!("border");
    asked["office"] = json!(office);
    asked["transport"] = json!({ "means": [{ "type": "30", "id": plate }] });
    asked
}

pub(crate) async fn present(register: &Register, mrn: &str, name: &str, asked: &Value) -> Answered {
    send(register, Method::PUT, &format!("{mrn}/presentations/{name}"), Some(asked.clone())).await
}

async fn turn_back(register: &Register, mrn: &str, name: &str) -> Answered {
    let path = format!("{mrn}/presentations/{name}/turned-back");
    send(register, Method::POST, &path, Some(json!({ "office": "LTVR1000" }))).await
}

/// The verdict on goods presented, and the codes of its findings.
pub(crate) fn verdict(answered: &Answered) -> (&str, Vec<&str>) {
    let verdict = &good(answered)["verdict"];
    (verdict["verdict"].as_str().unwrap(), findings(verdict))
}

pub(crate) fn conforms(answered: &Answered) {
    assert_eq!(verdict(answered).0, "conforms", "{:#}", answered.body);
}

pub(crate) fn too_much(answered: &Answered) {
    let (verdict, findings) = verdict(answered);
    assert_eq!(verdict, "doesNotConform", "{:#}", answered.body);
    assert!(findings.contains(&"quantityExceeded"), "{:#}", answered.body);
}

async fn goods_leave_once_under_all_declarations_of_a_movement(on: On) {
    let register = Register::start(on).await;
    let number = many_movements(&register, "B-1").await;
    good(&put(&register, &mrn(1), &trucks(&number, "6")).await);
    good(&put(&register, &mrn(2), &after(trucks(&number, "6"), &mrn(1))).await);
    let here = border(trucks(&number, "6"), "LTVR1000", "ABC123");
    conforms(&present(&register, &mrn(1), "truck-1", &here).await);
    let there = border(trucks(&number, "6"), "LTDEMO20", "XYZ789");
    too_much(&present(&register, &mrn(2), "truck-2", &there).await);
    // A transit that nobody reserved is covered by the export that it names, and they, too, are one movement.
    good(&put(&register, &mrn(9), &trucks(&many_movements(&register, "B-2").await, "1")).await);
    let other = many_movements(&register, "B-3").await;
    good(&put(&register, &mrn(3), &trucks(&other, "6")).await);
    let named = border(after(trucks(&other, "6"), &mrn(3)), "LTVR1000", "ABC123");
    conforms(&present(&register, &mrn(4), "truck-1", &named).await);
    too_much(&present(&register, &mrn(3), "truck-2", &border(trucks(&other, "1"), "LTDEMO20", "XYZ789")).await);
    // The same truck at the same office under the same name is the same goods, whichever paper the officer scans.
    conforms(&present(&register, &mrn(3), "truck-1", &border(trucks(&other, "6"), "LTVR1000", "abc 123")).await);
    assert_eq!(totals(&quantities(&register, &other).await), ["6", "0", "0"], "nothing is drawn at the border");
    // Both papers of one truck count it once: the second truck takes the rest.
    let third = many_movements(&register, "B-3-2").await;
    good(&put(&register, &mrn(5), &trucks(&third, "6")).await);
    let transit = after(trucks(&third, "6"), &mrn(5));
    good(&put(&register, &mrn(6), &transit).await);
    let truck = |pieces: &str, plate: &str| border(trucks(&third, pieces), "LTVR1000", plate);
    conforms(&present(&register, &mrn(5), "truck-1", &truck("4", "ABC123")).await);
    conforms(&present(&register, &mrn(6), "truck-1", &truck("4", "ABC123")).await);
    let mut again = transit.clone();
    again["declarationVersion"] = json!(2);
    good(&put(&register, &mrn(6), &again).await);
    conforms(&present(&register, &mrn(6), "truck-2", &truck("2", "XYZ789")).await);
    too_much(&present(&register, &mrn(5), "truck-3", &truck("1", "KLM456")).await);
    crate::support::ledger_and_log_agree(&register.stop().await);
}

async fn a_covered_transit_leaves_in_parts_and_need_not_name_its_export_again(on: On) {
    let register = Register::start(on).await;
    let number = many_movements(&register, "B-4").await;
    good(&put(&register, &mrn(1), &trucks(&number, "6")).await);
    good(&put(&register, &mrn(2), &after(trucks(&number, "6"), &mrn(1))).await);
    let part = |pieces: &str, plate: &str| border(trucks(&number, pieces), "LTVR1000", plate);
    conforms(&present(&register, &mrn(2), "truck-1", &part("4", "AAA111")).await);
    conforms(&present(&register, &mrn(2), "truck-2", &part("2", "BBB222")).await);
    too_much(&present(&register, &mrn(2), "truck-3", &part("1", "CCC333")).await);
    assert_eq!(good(&turn_back(&register, &mrn(2), "truck-2").await)["outcome"], "01");
    conforms(&present(&register, &mrn(2), "truck-3", &part("1", "CCC333")).await);
    crate::support::ledger_and_log_agree(&register.stop().await);
}

async fn a_message_that_comes_twice_or_late_makes_nothing_leave_or_come_back(on: On) {
    let register = Register::start(on).await;
    let number = many_movements(&register, "B-5").await;
    good(&put(&register, &mrn(1), &trucks(&number, "6")).await);
    let first = border(trucks(&number, "6"), "LTVR1000", "AAA111");
    let second = border(trucks(&number, "6"), "LTVR1000", "BBB222");
    conforms(&present(&register, &mrn(1), "truck-1", &first).await);
    // The truck has left; the message comes again while the certificate is suspended.
    let suspension = format!("/v1/certificates/{number}/suspension");
    let why = Some(("application/json", json!({ "reason": "a test" }).to_string().into_bytes()));
    register.world.maker.send(Method::PUT, &suspension, why).await.unwrap();
    assert_eq!(verdict(&present(&register, &mrn(1), "truck-1", &first).await).0, "doesNotConform");
    register.world.maker.send(Method::DELETE, &suspension, None).await.unwrap();
    too_much(&present(&register, &mrn(1), "truck-2", &second).await);
    // Turned back, they may be presented again, but not by a late copy of the first message.
    assert_eq!(good(&turn_back(&register, &mrn(1), "truck-1").await)["outcome"], "01");
    assert_eq!(good(&turn_back(&register, &mrn(1), "truck-1").await)["outcome"], "03");
    assert_eq!(problem(&present(&register, &mrn(1), "truck-1", &first).await), "409 presentation-name-taken");
    conforms(&present(&register, &mrn(1), "truck-2", &second).await);
    crate::support::ledger_and_log_agree(&register.stop().await);
}

async fn another_truck_under_the_same_name_is_refused(on: On) {
    let register = Register::start(on).await;
    let number = many_movements(&register, "B-6").await;
    good(&put(&register, &mrn(1), &trucks(&number, "6")).await);
    let on_truck = |plate: &str| border(trucks(&number, "4"), "LTVR1000", plate);
    conforms(&put(&register, &mrn(1), &on_truck("AAA111")).await);
    conforms(&put(&register, &mrn(1), &on_truck("aaa-111")).await);
    let another = put(&register, &mrn(1), &on_truck("BBB222")).await;
    assert_eq!(problem(&another), "409 presentation-name-taken");
    assert!(another.body["detail"].as_str().unwrap().contains("a name of their own"), "{}", another.body);
    too_much(&present(&register, &mrn(1), "truck-2", &on_truck("BBB222")).await);
    // A question at the same office about goods on another truck is not about these.
    let mut question = on_truck("BBB222");
    question["reference"] = json!({ "type": "MRN", "value": mrn(1) });
    let asked = register.world.customs.post("/v1/customs/checks", &question).await.unwrap();
    assert!(findings(&asked.body).contains(&"quantityExceeded"), "{:#}", asked.body);
    question["transport"]["means"][0]["id"] = json!("AAA111");
    let asked = register.world.customs.post("/v1/customs/checks", &question).await.unwrap();
    assert_eq!(asked.body["verdict"], "conforms", "{:#}", asked.body);
    // Another tractor before the same trailer is the same goods.
    let mut changed = on_truck("CCC333");
    changed["transport"]["means"] = json!([{ "type": "30", "id": "DDD444" }, { "type": "31", "id": "AAA111" }]);
    conforms(&put(&register, &mrn(1), &changed).await);
    crate::support::ledger_and_log_agree(&register.stop().await);
}

async fn what_has_left_is_not_given_back(on: On) {
    let register = Register::start(on).await;
    let number = many_movements(&register, "B-7").await;
    good(&put(&register, &mrn(1), &trucks(&number, "6")).await);
    conforms(&present(&register, &mrn(1), "truck-1", &border(trucks(&number, "5"), "LTVR1000", "AAA111")).await);
    let deleted = delete(&register, &mrn(1)).await;
    assert_eq!(good(&deleted)["outcome"], "03", "{:#}", deleted.body);
    assert!(deleted.body["detail"].as_str().unwrap().contains("truck-1"), "{:#}", deleted.body);
    let mut lower = trucks(&number, "4");
    lower["declarationVersion"] = json!(2);
    assert_eq!(reason(&put(&register, &mrn(1), &lower).await), "06");
    lower["goodsItems"][0]["citations"][0]["quantity"]["value"] = json!("5");
    lower["goodsItems"][0]["supplementaryUnits"]["value"] = json!("5");
    good(&put(&register, &mrn(1), &lower).await);
    good(&release(&register, &mrn(1)).await);
    let below = correct(&register, &mrn(1), amended(&number, "4")).await;
    assert_eq!(problem(&below), "409 correction-below-presented");
    assert_eq!((&below.body["presentation"], &below.body["customsOffice"]), (&json!("truck-1"), &json!("LTVR1000")));
    let invalidated = json!({ "office": "LTVR1000", "legalBasis": "174", "reason": "never left" });
    let refused = correct(&register, &mrn(1), invalidated.clone()).await;
    assert_eq!(problem(&refused), "409 correction-below-presented");
    assert_eq!(totals(&quantities(&register, &number).await), ["0", "5", "1"]);
    // Its transit left with them: the export alone cannot be taken away either.
    let other = many_movements(&register, "B-8").await;
    good(&put(&register, &mrn(2), &trucks(&other, "6")).await);
    let transit = border(after(trucks(&other, "6"), &mrn(2)), "LTVR1000", "AAA111");
    conforms(&present(&register, &mrn(3), "truck-1", &transit).await);
    assert_eq!(good(&delete(&register, &mrn(2)).await)["outcome"], "03");
    assert_eq!(totals(&quantities(&register, &other).await), ["6", "0", "0"]);
    // Turned back, everything may be given back.
    good(&turn_back(&register, &mrn(1), "truck-1").await);
    good(&turn_back(&register, &mrn(3), "truck-1").await);
    assert_eq!(good(&correct(&register, &mrn(1), invalidated).await)["outcome"], "01");
    assert_eq!(good(&delete(&register, &mrn(2)).await)["outcome"], "01");
    crate::support::ledger_and_log_agree(&register.stop().await);
}

async fn a_late_correction_or_deletion_is_superseded_by_a_later_version(on: On) {
    let register = Register::start(on).await;
    let number = many_movements(&register, "B-9").await;
    good(&put(&register, &mrn(1), &trucks(&number, "6")).await);
    good(&release(&register, &mrn(1)).await);
    let version = |pieces: &str, version: u32| {
        let mut body = amended(&number, pieces);
        body["declarationVersion"] = json!(version);
        body
    };
    assert_eq!(good(&correct(&register, &mrn(1), version("4", 3)).await)["outcome"], "01");
    let late = correct(&register, &mrn(1), version("3", 2)).await;
    assert_eq!(problem(&late), "409 declaration-version-superseded");
    assert_eq!(totals(&quantities(&register, &number).await), ["0", "4", "2"]);
    // The same again changes nothing, and still shows the ledger.
    let again = correct(&register, &mrn(1), version("4", 3)).await;
    assert_eq!(totals(&good(&again)["ledger"][0]), ["0", "4", "2"]);
    good(&put(&register, &mrn(2), &trucks(&number, "1")).await);
    let path = format!("{}/reservation?office=LTVR1000&declarationVersion=2", mrn(2));
    assert_eq!(good(&send(&register, Method::DELETE, &path, None).await)["outcome"], "01");
    let mut second = trucks(&number, "1");
    second["declarationVersion"] = json!(2);
    let late = put(&register, &mrn(2), &second).await;
    assert_eq!(problem(&late), "409 declaration-version-superseded", "what comes late brings nothing back");
    crate::support::ledger_and_log_agree(&register.stop().await);
}

async fn a_partly_released_declaration_is_corrected_or_invalidated(on: On) {
    let register = Register::start(on).await;
    let number = many_movements(&register, "B-10").await;
    let mut two = trucks(&number, "1");
    let mut second = two["goodsItems"][0].clone();
    second["goodsItemNumber"] = json!(7);
    two["goodsItems"].as_array_mut().unwrap().push(second);
    let item = |item: u32| Some(json!({ "office": "LTVR1000", "goodsItems": [item] }));
    for name in [1, 2] {
        good(&put(&register, &mrn(name), &two).await);
        good(&send(&register, Method::POST, &format!("{}/release", mrn(name)), item(2)).await);
    }
    let unknown = send(
        &register,
        Method::POST,
        &format!("{}/release", mrn(1)),
        Some(json!({ "office": "LTVR1000", "goodsItems": [7, 9] })),
    )
    .await;
    assert_eq!(good(&unknown)["outcome"], "02");
    assert!(unknown.body["detail"].as_str().unwrap().contains("goods item 9"), "{}", unknown.body);
    // PUT and DELETE lead to the correction, and the correction leads on.
    assert_eq!(reason(&put(&register, &mrn(1), &two).await), "06");
    assert_eq!(good(&delete(&register, &mrn(1)).await)["outcome"], "03");
    let corrected = correct(&register, &mrn(1), amended(&number, "1")).await;
    assert_eq!(
        (&good(&corrected)["outcome"], &corrected.body["declaration"]["status"]),
        (&json!("01"), &json!("released"))
    );
    assert_eq!(totals(&corrected.body["ledger"][0]), ["1", "2", "3"]);
    let invalidated = json!({ "office": "LTVR1000", "legalBasis": "174", "reason": "never left" });
    let gone = correct(&register, &mrn(2), invalidated).await;
    assert_eq!((&good(&gone)["outcome"], &gone.body["declaration"]["status"]), (&json!("01"), &json!("invalidated")));
    assert_eq!(totals(&quantities(&register, &number).await), ["0", "1", "5"]);
    crate::support::ledger_and_log_agree(&register.stop().await);
}

async fn a_single_movement_is_one_in_whatever_order_its_declarations_come(on: On) {
    let register = Register::start(on).await;
    let number = single_movement(&register, "B-11").await;
    // The last transit first, then the one before it, then the export.
    good(&put(&register, &mrn(3), &after(trucks(&number, "2"), &mrn(2))).await);
    good(&put(&register, &mrn(2), &after(trucks(&number, "2"), &mrn(1))).await);
    good(&put(&register, &mrn(1), &trucks(&number, "2")).await);
    assert_eq!(reason(&put(&register, &mrn(4), &trucks(&number, "2")).await), "02");
    assert_eq!(totals(&quantities(&register, &number).await), ["2", "0", "4"]);
    // Learning later what it follows does not tear it apart.
    let other = single_movement(&register, "B-12").await;
    good(&put(&register, &mrn(5), &trucks(&other, "2")).await);
    good(&put(&register, &mrn(6), &after(trucks(&other, "2"), &mrn(5))).await);
    let mut later = after(trucks(&other, "2"), &mrn(7));
    later["declarationVersion"] = json!(2);
    good(&put(&register, &mrn(5), &later).await);
    good(&put(&register, &mrn(7), &trucks(&other, "2")).await);
    assert_eq!(totals(&quantities(&register, &other).await), ["2", "0", "4"]);
    crate::support::ledger_and_log_agree(&register.stop().await);
}

async fn an_officers_override_is_cover_at_the_border(on: On) {
    let register = Register::start(on).await;
    let number = many_movements(&register, "B-13").await;
    good(&put(&register, &mrn(1), &trucks(&number, "4")).await);
    let by_hand = json!({ "officer": "V. Kazlauskas", "office": "LTVR1000", "reason": "counted twice at the office",
        "consignment": trucks(&number, "5") });
    good(&send(&register, Method::POST, &format!("{}/override", mrn(2)), Some(by_hand)).await);
    conforms(&present(&register, &mrn(2), "truck-1", &border(trucks(&number, "5"), "LTVR1000", "AAA111")).await);
    too_much(&present(&register, &mrn(2), "truck-2", &border(trucks(&number, "1"), "LTVR1000", "BBB222")).await);
    crate::support::ledger_and_log_agree(&register.stop().await);
}

async fn too_much_of_a_used_up_certificate_is_reason_05_for_who_holds_it(on: On) {
    let register = Register::start(on).await;
    let mut payload = register.payload("B-14");
    payload["scope"] = json!("multipleMovements");
    let line = payload["lines"][1].clone();
    payload["lines"] = json!([line]);
    let number = crate::ledger::issue(&register, &payload).await;
    good(&put(&register, &mrn(1), &trucks(&number, "6")).await);
    let more = put(&register, &mrn(1), &trucks(&number, "7")).await;
    assert_eq!(reason(&more), "05", "{:#}", more.body);
    assert_eq!(more.body["failedItem"], json!({ "goodsItemNumber": 2, "certificateLineNumber": 2 }));
    assert_eq!(reason(&put(&register, &mrn(2), &trucks(&number, "1")).await), "04", "for others nothing is left");
    crate::support::ledger_and_log_agree(&register.stop().await);
}

async fn a_presentation_edited_in_sql_stops_its_whole_movement(on: On) {
    let register = Register::start(on).await;
    let number = many_movements(&register, "B-15").await;
    good(&put(&register, &mrn(1), &trucks(&number, "6")).await);
    good(&put(&register, &mrn(2), &after(trucks(&number, "6"), &mrn(1))).await);
    conforms(&present(&register, &mrn(1), "truck-1", &border(trucks(&number, "6"), "LTVR1000", "AAA111")).await);
    crate::support::sql(&register.place, &format!("UPDATE presentation SET turned_back = 1 WHERE mrn = '{}'", mrn(1)));
    let second = present(&register, &mrn(2), "truck-2", &border(trucks(&number, "6"), "LTVR1000", "BBB222")).await;
    assert_eq!(verdict(&second).0, "cannotBeChecked", "{:#}", second.body);
    // Nor is anything given back that may have left.
    assert_eq!(delete(&register, &mrn(2)).await.status, 500);
    let differences = crate::support::faults(&register.stop().await);
    assert!(
        differences.iter().any(|named| named.contains("presentation") && named.contains(&mrn(1))),
        "{differences:#?}"
    );
}
