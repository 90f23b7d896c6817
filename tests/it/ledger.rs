//! The quantity ledger through the HTTPS door.

use endmark::client::Answered;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{On, Register, consignment, findings, on_both_databases, problem};

on_both_databases!(
    a_position_sent_again_replaces_and_a_refused_one_keeps_the_hold
    export_then_transit_then_border_hold_the_quantity_once
    a_certificate_for_one_movement_is_bound_to_it_and_freed_by_deletion
    release_and_deletion_answer_their_outcomes
    a_correction_returns_what_did_not_leave_and_never_more
    a_position_that_moves_to_the_successor_takes_its_quantity_along
    refusals_name_their_reason_and_item
    bad_positions_leave_the_earlier_state
    reservations_round_up
);

pub(crate) fn mrn(number: u32) -> String {
    format!("26LTVR1000EX{number:06}")
}

/// The demo's fork-lift trucks (item 2, line 2) alone: so many pieces of a certificate for six.
pub(crate) fn trucks(number: &str, pieces: &str) -> Value {
    let mut asked = consignment(number);
    let mut item = asked["goodsItems"][1].clone();
    item["citations"][0]["quantity"]["value"] = json!(pieces);
    item["supplementaryUnits"]["value"] = json!(pieces);
    asked["goodsItems"] = json!([item]);
    asked.as_object_mut().unwrap().remove("reference");
    asked
}

pub(crate) fn after(mut asked: Value, earlier: &str) -> Value {
    asked["previousDocuments"] = json!([{ "type": "N830", "reference": earlier }]);
    asked
}

pub(crate) async fn put(register: &Register, mrn: &str, asked: &Value) -> Answered {
    let body = asked.to_string().into_bytes();
    let path = format!("/v1/customs/declarations/{mrn}");
    register.world.customs.send(Method::PUT, &path, Some(("application/json", body))).await.unwrap()
}

pub(crate) async fn send(register: &Register, method: Method, path: &str, body: Option<Value>) -> Answered {
    let body = body.map(|body| ("application/json", body.to_string().into_bytes()));
    register.world.customs.send(method, &format!("/v1/customs/declarations/{path}"), body).await.unwrap()
}

pub(crate) async fn release(register: &Register, mrn: &str) -> Answered {
    send(register, Method::POST, &format!("{mrn}/release"), Some(json!({ "office": "LTVR1000" }))).await
}

pub(crate) async fn delete(register: &Register, mrn: &str) -> Answered {
    send(register, Method::DELETE, &format!("{mrn}/reservation?office=LTVR1000"), None).await
}

/// Reserved, consumed, available of line 2.
pub(crate) fn totals(ledger: &Value) -> [String; 3] {
    let line = ledger["lines"].as_array().unwrap().iter().find(|line| line["certificateLineNumber"] == 2).unwrap();
    ["reserved", "consumed", "available"].map(|name| line[name].as_str().unwrap().to_owned())
}

pub(crate) async fn quantities(register: &Register, number: &str) -> Value {
    let answered = register.world.customs.get(&format!("/v1/customs/certificates/{number}/quantities")).await.unwrap();
    assert_eq!(answered.status, 200, "{}", answered.body);
    answered.body
}

/// A certificate that any number of movements may use.
pub(crate) async fn many_movements(register: &Register, reference: &str) -> String {
    let mut payload = register.payload(reference);
    payload["scope"] = json!("multipleMovements");
    issue(register, &payload).await
}

/// A certificate for one movement only.
pub(crate) async fn single_movement(register: &Register, reference: &str) -> String {
    let mut payload = register.payload(reference);
    payload["scope"] = json!("singleMovement");
    issue(register, &payload).await
}

pub(crate) async fn issue(register: &Register, payload: &Value) -> String {
    let (number, jws) = register.seal(payload);
    let answered = register.world.maker.submit(&jws).await.unwrap();
    assert_eq!(answered.status, 201, "{}", answered.body);
    number
}

pub(crate) fn good(answered: &Answered) -> &Value {
    assert_eq!(answered.status, 200, "{:#}", answered.body);
    &answered.body
}

pub(crate) fn reason(answered: &Answered) -> &str {
    assert_eq!(problem(answered), "409 reservation-refused", "{:#}", answered.body);
    answered.body["failureReason"].as_str().unwrap()
}

async fn a_position_sent_again_replaces_and_a_refused_one_keeps_the_hold(on: On) {
    let register = Register::start(on).await;
    let number = many_movements(&register, "L-1").await;
    let first = put(&register, &mrn(1), &trucks(&number, "4")).await;
    assert_eq!(totals(&good(&first)["ledger"][0]), ["4", "0", "2"], "{:#}", first.body);
    assert_eq!(first.body["verdict"]["verdict"], "conforms");
    let again = put(&register, &mrn(1), &trucks(&number, "4")).await;
    assert_eq!(totals(&good(&again)["ledger"][0]), ["4", "0", "2"]);
    let entry = &again.body["ledger"][0]["entries"][0];
    assert_eq!(entry["declarationReference"], json!({ "type": "MRN", "value": mrn(1) }));
    assert_eq!((&entry["state"], &entry["quantity"]), (&json!("reserved"), &json!("4")));
    let more = put(&register, &mrn(1), &trucks(&number, "7")).await;
    assert_eq!(reason(&more), "05");
    assert_eq!(more.body["failedItem"], json!({ "goodsItemNumber": 2, "certificateLineNumber": 2 }));
    assert_eq!(totals(&more.body["ledger"][0]), ["4", "0", "2"]);
    let other = put(&register, &mrn(2), &trucks(&number, "3")).await;
    assert_eq!(reason(&other), "05", "two are left");
    let mut newer = trucks(&number, "5");
    newer["declarationVersion"] = json!(3);
    assert_eq!(totals(&good(&put(&register, &mrn(1), &newer).await)["ledger"][0]), ["5", "0", "1"]);
    let late = put(&register, &mrn(1), &trucks(&number, "1")).await;
    assert_eq!(problem(&late), "409 declaration-version-superseded");
    assert_eq!(totals(&quantities(&register, &number).await), ["5", "0", "1"]);
    crate::support::ledger_and_log_agree(&register.stop().await);
}

async fn export_then_transit_then_border_hold_the_quantity_once(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("L-2").await;
    good(&put(&register, &mrn(1), &trucks(&number, "6")).await);
    let transit = put(&register, &mrn(2), &after(trucks(&number, "6"), &mrn(1))).await;
    assert_eq!(totals(&good(&transit)["ledger"][0]), ["6", "0", "0"], "{:#}", transit.body);
    // Exhausted by this very movement: no refusal, here and at the border.
    assert_eq!(transit.body["verdict"]["verdict"], "conforms");
    let mut border = after(trucks(&number, "6"), &mrn(1));
    border["stage"] = json!("border");
    let presented = put(&register, &mrn(2), &border).await;
    assert_eq!(good(&presented)["verdict"]["verdict"], "conforms", "{:#}", presented.body);
    assert_eq!(totals(&presented.body["ledger"][0]), ["6", "0", "0"]);
    // Another transit of the same six is six more.
    let twice = put(&register, &mrn(3), &after(trucks(&number, "6"), &mrn(1))).await;
    assert_eq!(reason(&twice), "05", "{:#}", twice.body);
    let shown = register.world.customs.get(&format!("/v1/customs/declarations/{}", mrn(2))).await.unwrap().body;
    assert_eq!(shown["status"], "reserved");
    assert_eq!(shown["holds"][0]["covered"], "6");
    assert_eq!(shown["presentations"][0]["customsOffice"], border["office"]);
    let history: Vec<&str> = shown["history"].as_array().unwrap().iter().map(|e| e["type"].as_str().unwrap()).collect();
    assert_eq!(history, ["goodsPresented", "declarationReserved"]);
    // The export deleted, the transit still carries the goods.
    assert_eq!(good(&delete(&register, &mrn(1)).await)["outcome"], "01");
    assert_eq!(totals(&quantities(&register, &number).await), ["6", "0", "0"]);
    crate::support::ledger_and_log_agree(&register.stop().await);
}

async fn a_certificate_for_one_movement_is_bound_to_it_and_freed_by_deletion(on: On) {
    let register = Register::start(on).await;
    let number = single_movement(&register, "L-3").await;
    good(&put(&register, &mrn(1), &trucks(&number, "2")).await);
    let other = put(&register, &mrn(2), &trucks(&number, "2")).await;
    assert_eq!(reason(&other), "02");
    assert!(findings(&other.body["verdict"]).contains(&"boundToAnotherMovement"));
    // Its transit is the same movement, also with a part of the goods.
    good(&put(&register, &mrn(3), &after(trucks(&number, "1"), &mrn(1))).await);
    good(&delete(&register, &mrn(3)).await);
    good(&delete(&register, &mrn(1)).await);
    assert_eq!(totals(&good(&put(&register, &mrn(2), &trucks(&number, "2")).await)["ledger"][0]), ["2", "0", "4"]);
    // A message that comes late does not bring the deleted one back.
    let late = put(&register, &mrn(1), &trucks(&number, "2")).await;
    assert_eq!(problem(&late), "409 declaration-version-superseded");
    crate::support::ledger_and_log_agree(&register.stop().await);
}

async fn release_and_deletion_answer_their_outcomes(on: On) {
    let register = Register::start(on).await;
    let number = many_movements(&register, "L-4").await;
    assert_eq!(good(&release(&register, &mrn(1)).await)["outcome"], "02", "release before reservation");
    good(&put(&register, &mrn(1), &trucks(&number, "2")).await);
    let released = release(&register, &mrn(1)).await;
    assert_eq!(
        (&good(&released)["outcome"], totals(&released.body["ledger"][0])),
        (&json!("01"), ["0", "2", "4"].map(String::from))
    );
    assert_eq!(good(&release(&register, &mrn(1)).await)["outcome"], "03");
    assert_eq!(good(&delete(&register, &mrn(1)).await)["outcome"], "03", "what is released is corrected");
    assert_eq!(reason(&put(&register, &mrn(1), &trucks(&number, "1")).await), "06");
    good(&put(&register, &mrn(2), &trucks(&number, "3")).await);
    assert_eq!(good(&delete(&register, &mrn(2)).await)["outcome"], "01");
    assert_eq!(good(&delete(&register, &mrn(2)).await)["outcome"], "02");
    assert_eq!(good(&release(&register, &mrn(2)).await)["outcome"], "02");
    assert_eq!(totals(&quantities(&register, &number).await), ["0", "2", "4"]);
    // Item by item.
    let mut whole = consignment(&number);
    whole.as_object_mut().unwrap().remove("reference");
    whole["goodsItems"][1]["citations"][0]["quantity"]["value"] = json!("1");
    whole["goodsItems"][1]["supplementaryUnits"]["value"] = json!("1");
    good(&put(&register, &mrn(3), &whole).await);
    let items = |items: Value| Some(json!({ "office": "LTVR1000", "goodsItems": items }));
    let path = format!("{}/release", mrn(3));
    let one = send(&register, Method::POST, &path, items(json!([2]))).await;
    assert_eq!((&good(&one)["outcome"], &one.body["declaration"]["status"]), (&json!("01"), &json!("partlyReleased")));
    assert_eq!(good(&send(&register, Method::POST, &path, items(json!([2]))).await)["outcome"], "03");
    assert_eq!(good(&send(&register, Method::POST, &path, items(json!([9]))).await)["outcome"], "02");
    let rest = release(&register, &mrn(3)).await;
    assert_eq!((&good(&rest)["outcome"], &rest.body["declaration"]["status"]), (&json!("01"), &json!("released")));
    crate::support::ledger_and_log_agree(&register.stop().await);
}

pub(crate) async fn correct(register: &Register, mrn: &str, body: Value) -> Answered {
    send(register, Method::PUT, &format!("{mrn}/correction"), Some(body)).await
}

pub(crate) fn amended(number: &str, pieces: &str) -> Value {
    json!({ "office": "LTVR1000", "legalBasis": "173", "reason": "two stayed behind", "goodsItems": [
        { "goodsItemNumber": 2, "citations": [{ "certificate": number, "line": 2,
            "quantity": { "value": pieces, "unit": "NAR" } }] }] })
}

async fn a_correction_returns_what_did_not_leave_and_never_more(on: On) {
    let register = Register::start(on).await;
    let number = many_movements(&register, "L-5").await;
    good(&put(&register, &mrn(1), &trucks(&number, "5")).await);
    assert_eq!(good(&correct(&register, &mrn(1), amended(&number, "3")).await)["outcome"], "05", "not released yet");
    good(&release(&register, &mrn(1)).await);
    let above = correct(&register, &mrn(1), amended(&number, "6")).await;
    assert_eq!(problem(&above), "409 correction-above-release");
    assert_eq!(totals(&quantities(&register, &number).await), ["0", "5", "1"]);
    let lower = correct(&register, &mrn(1), amended(&number, "3")).await;
    assert_eq!(totals(&good(&lower)["ledger"][0]), ["0", "3", "3"]);
    let invalidated = json!({ "office": "LTVR1000", "legalBasis": "174", "reason": "never left" });
    assert_eq!(good(&correct(&register, &mrn(1), invalidated.clone()).await)["outcome"], "01");
    assert_eq!(good(&correct(&register, &mrn(1), invalidated.clone()).await)["outcome"], "02");
    assert_eq!(good(&correct(&register, &mrn(9), invalidated).await)["outcome"], "02");
    assert_eq!(totals(&quantities(&register, &number).await), ["0", "0", "6"]);
    crate::support::ledger_and_log_agree(&register.stop().await);
}

async fn a_position_that_moves_to_the_successor_takes_its_quantity_along(on: On) {
    let register = Register::start(on).await;
    let old = many_movements(&register, "L-22").await;
    good(&put(&register, &mrn(1), &trucks(&old, "4")).await);
    let mut payload = register.payload("L-23");
    payload["scope"] = json!("multipleMovements");
    payload["replaces"] = json!(old);
    payload["lines"][1]["quantity"]["value"] = json!("2");
    let new = issue(&register, &payload).await;
    // The same declaration, amended to cite the certificate that is valid now: what it held comes along.
    let moved = put(&register, &mrn(1), &trucks(&new, "5")).await;
    good(&moved);
    assert_eq!(totals(&quantities(&register, &old).await), ["0", "0", "0"], "nothing stays on what is closed");
    assert_eq!(totals(&quantities(&register, &new).await), ["5", "0", "1"]);
    crate::support::ledger_and_log_agree(&register.stop().await);
}

async fn refusals_name_their_reason_and_item(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("L-15").await;
    let mut line = trucks(&number, "1");
    line["goodsItems"][0]["citations"][0]["line"] = json!(77);
    let mut code = trucks(&number, "1");
    code["goodsItems"][0]["commodityCode"] = json!({ "harmonizedSystemSubheadingCode": "842710" });
    let mut destination = trucks(&number, "1");
    destination["countryOfDestination"] = json!("KG");
    let mut unit = trucks(&number, "1");
    unit["goodsItems"][0]["citations"][0]["quantity"]["unit"] = json!("MTR");
    let both = json!({ "goodsItemNumber": 2, "certificateLineNumber": 2 });
    let cases = [
        ("07", line, json!({ "goodsItemNumber": 2, "certificateLineNumber": null })),
        ("03", code, both.clone()),
        ("08", destination, Value::Null),
        ("10", unit, both),
        (
            "11",
            trucks(&crate::support::nobodys_number(), "1"),
            json!({ "goodsItemNumber": 2, "certificateLineNumber": 2 }),
        ),
    ];
    for (index, (wanted, asked, item)) in cases.into_iter().enumerate() {
        let refused = put(&register, &mrn(u32::try_from(index).unwrap()), &asked).await;
        assert_eq!(reason(&refused), wanted, "{:#}", refused.body);
        assert_eq!(refused.body["failedItem"], item, "{wanted}");
    }
    assert_eq!(totals(&quantities(&register, &number).await), ["0", "0", "6"]);
    crate::support::ledger_and_log_agree(&register.stop().await);
}

async fn bad_positions_leave_the_earlier_state(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("L-17").await;
    good(&put(&register, &mrn(1), &trucks(&number, "2")).await);
    let quantity = |value: Value| {
        let mut asked = trucks(&number, "2");
        asked["goodsItems"][0]["citations"][0]["quantity"] = value;
        asked
    };
    let edited = |pointer: &str, value: Value| {
        let mut asked = trucks(&number, "2");
        *asked.pointer_mut(pointer).unwrap() = value;
        asked
    };
    let item = trucks(&number, "2")["goodsItems"][0].clone();
    let twice = json!([item["citations"][0], item["citations"][0]]);
    let many: Vec<Value> = (1..=10_000)
        .map(|i| json!({ "goodsItemNumber": i, "commodityCode": { "harmonizedSystemSubheadingCode": "842720" } }))
        .collect();
    let mut lrn = trucks(&number, "2");
    lrn["reference"] = json!({ "type": "LRN", "value": "EX-1" });
    let mut other = trucks(&number, "2");
    other["reference"] = json!({ "type": "MRN", "value": mrn(2) });
    let cases = [
        ("no unit", quantity(json!({ "value": "2" }))),
        ("negative", quantity(json!({ "value": "-2", "unit": "NAR" }))),
        ("zero", quantity(json!({ "value": "0", "unit": "NAR" }))),
        ("seven decimals", quantity(json!({ "value": "2.0000001", "unit": "NAR" }))),
        ("beyond the bound", quantity(json!({ "value": "1000000000000", "unit": "NAR" }))),
        ("a float", quantity(json!({ "value": 2.0, "unit": "NAR" }))),
        ("duplicate goods items", edited("/goodsItems", json!([item, item]))),
        ("the same line cited twice", edited("/goodsItems/0/citations", twice)),
        ("citations that do not sum to the item", edited("/goodsItems/0/supplementaryUnits/value", json!("5"))),
        ("10,000 goods items", edited("/goodsItems", json!(many))),
        ("an LRN without its declarant", lrn),
        ("another declaration's MRN", other),
    ];
    for (name, asked) in cases {
        let refused = put(&register, &mrn(1), &asked).await;
        assert_eq!(problem(&refused), "400 consignment-malformed", "{name}: {}", refused.body);
        assert!(!refused.body["detail"].as_str().unwrap().is_empty());
    }
    assert_eq!(problem(&put(&register, "26LT", &trucks(&number, "2")).await), "400 mrn-malformed");
    let nonsense =
        send(&register, Method::POST, &format!("{}/release", mrn(1)), Some(json!({ "goodsItems": [] }))).await;
    assert_eq!(problem(&nonsense), "400 request-malformed");
    assert_eq!(totals(&quantities(&register, &number).await), ["2", "0", "4"]);
    crate::support::ledger_and_log_agree(&register.stop().await);
}

async fn reservations_round_up(on: On) {
    let register = Register::start(on).await;
    let mut payload = register.payload("L-21");
    payload["scope"] = json!("multipleMovements");
    payload["lines"][2]["quantity"] = json!({ "value": "1", "unit": "TNE" });
    payload["lines"][2]["netMass"] = json!("1000");
    let number = issue(&register, &payload).await;
    let mut asked = consignment(&number);
    asked.as_object_mut().unwrap().remove("reference");
    let mut item = asked["goodsItems"][2].clone();
    item.as_object_mut().unwrap().remove("supplementaryUnits");
    item["netMass"] = json!("0.0005");
    item["citations"][0]["quantity"] = json!({ "value": "0.0005", "unit": "KGM" });
    asked["goodsItems"] = json!([item]);
    let held = put(&register, &mrn(1), &asked).await;
    let lines = good(&held)["ledger"][0]["lines"].as_array().unwrap();
    let line = lines.iter().find(|line| line["certificateLineNumber"] == 3).unwrap();
    assert_eq!(line["reserved"], "0.000001", "half a gram takes a gram's millionth of a tonne: {:#}", held.body);
    crate::support::ledger_and_log_agree(&register.stop().await);
}

/// The largest declaration there is does not hold the register up, nor does one that names many others.
#[actix_web::test]
async fn a_declaration_of_9_999_items_is_held_whole_and_released() {
    let register = Register::start(On::Sqlite).await;
    let mut payload = register.payload("L-99");
    payload["scope"] = json!("multipleMovements");
    payload["lines"][1]["quantity"]["value"] = json!("20000");
    payload["lines"][1]["netMass"] = json!("76000000");
    let number = issue(&register, &payload).await;
    let one = trucks(&number, "1")["goodsItems"][0].clone();
    let items: Vec<Value> = (1..=9_999)
        .map(|position| {
            let mut item = one.clone();
            item["goodsItemNumber"] = json!(position);
            item["netMass"] = json!("3800");
            item
        })
        .collect();
    let mut asked = trucks(&number, "1");
    asked["goodsItems"] = json!(items);
    let named: Vec<Value> =
        (0..9_000).map(|i| json!({ "type": "N830", "reference": format!("26LTVR2000EX{i:06}") })).collect();
    asked["previousDocuments"] = json!(named);
    let held = put(&register, &mrn(1), &asked).await;
    assert_eq!(totals(&good(&held)["ledger"][0]), ["9999", "0", "10001"]);
    assert_eq!(held.body["ledger"][0]["moreEntries"], true);
    assert_eq!(totals(&good(&release(&register, &mrn(1)).await)["ledger"][0]), ["0", "9999", "10001"]);
    register.stop().await;
}
