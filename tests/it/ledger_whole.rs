//! Movements as a whole: long ones, several papers on a truck, and what somebody did to their rows.

use futures_util::future::{join, join_all};
use reqwest::Method;
use serde_json::{Value, json};

use crate::ledger::{after, delete, good, many_movements, mrn, put, quantities, reason, release, send, totals, trucks};
use crate::ledger_border::{border, conforms, present, too_much, verdict};
use crate::support::{On, Register, faults, ledger_and_log_agree, on_both_databases, sql};

on_both_databases!(
    a_movement_of_many_days_is_one_and_ends
    a_question_in_the_same_batch_hides_nothing_of_a_movement
    several_exports_on_one_truck_all_leave_once
    a_truck_stays_the_one_it_was_when_a_message_leaves_its_plate_out
    a_message_without_plates_is_judged_as_the_truck_it_was
    a_transit_that_was_never_reserved_leaves_in_parts
    a_follower_removed_in_sql_makes_no_piece_pass_and_is_found
    an_override_at_the_border_lets_the_whole_position_pass
    a_position_of_nothing_gives_nothing_back_where_rows_cannot_be_believed
    an_item_released_in_part_is_released_whole
    who_holds_a_single_movement_keeps_it_after_an_override_of_others
);

async fn let_pass(register: &Register, mrn: &str, query: &str, asked: Value) {
    let by_hand =
        json!({ "officer": "V. Kazlauskas", "office": "LTVR1000", "reason": "counted again", "consignment": asked });
    good(&send(register, Method::POST, &format!("{mrn}/override{query}"), Some(by_hand)).await);
}

/// Each day's truck takes an export of that day and the rest of the day before: one movement of two hundred and more.
async fn a_movement_of_many_days_is_one_and_ends(on: On) {
    const DAYS: u32 = 110;
    let register = Register::start(on).await;
    let number = many_movements(&register, "W-1").await;
    let (export, transit) = (|day: u32| mrn(2 * day), |day: u32| mrn(2 * day + 1));
    let one = trucks(&number, "0.01");
    for day in 1..=DAYS {
        good(&put(&register, &export(day), &one).await);
        let mut truck = one.clone();
        let named = |of: u32| json!({ "type": "N830", "reference": export(of) });
        truck["previousDocuments"] = json!([named(day), named(day.max(2) - 1)]);
        good(&put(&register, &transit(day), &truck).await);
    }
    assert_eq!(totals(&quantities(&register, &number).await), ["1.1", "0", "4.9"]);
    let here = border(one.clone(), "LTVR1000", "AAA111");
    conforms(&present(&register, &transit(DAYS), "truck-1", &here).await);
    assert_eq!(good(&release(&register, &export(1)).await)["outcome"], "01");
    assert_eq!(good(&delete(&register, &transit(2)).await)["outcome"], "01");
    ledger_and_log_agree(&register.stop().await);
}

async fn a_question_in_the_same_batch_hides_nothing_of_a_movement(on: On) {
    let register = Register::start(on).await;
    let number = many_movements(&register, "W-2").await;
    good(&put(&register, &mrn(5), &trucks(&number, "6")).await);
    let first = border(after(trucks(&number, "6"), &mrn(5)), "LTVR1000", "AAA111");
    conforms(&present(&register, &mrn(1), "truck-1", &first).await);
    good(&put(&register, &mrn(9), &after(trucks(&number, "6"), &mrn(5))).await);
    let question = after(trucks(&number, "6"), &mrn(5)).to_string().into_bytes();
    let ask = async || {
        let body = Some(("application/json", question.clone()));
        register.world.customs.send(Method::POST, "/v1/customs/checks", body).await.unwrap()
    };
    for truck in 0..6 {
        let second = border(trucks(&number, "6"), "LTVR1000", "BBB222");
        let name = format!("truck-2{truck}");
        let questions = join_all((0..24).map(|_| ask()));
        let (_, presented) = join(questions, present(&register, &mrn(9), &name, &second)).await;
        too_much(&presented);
    }
    ledger_and_log_agree(&register.stop().await);
}

async fn several_exports_on_one_truck_all_leave_once(on: On) {
    let register = Register::start(on).await;
    let number = many_movements(&register, "W-3").await;
    let here = |plate: &str| border(trucks(&number, "3"), "LTVR1000", plate);
    for export in [1, 2] {
        good(&put(&register, &mrn(export), &trucks(&number, "3")).await);
    }
    let mut transit = trucks(&number, "6");
    let named = |number| json!({ "type": "N830", "reference": mrn(number) });
    transit["previousDocuments"] = json!([named(1), named(2)]);
    good(&put(&register, &mrn(3), &transit).await);
    conforms(&put(&register, &mrn(1), &here("AAA111")).await);
    conforms(&put(&register, &mrn(2), &here("AAA111")).await);
    too_much(&present(&register, &mrn(3), "truck-2", &here("BBB222")).await);
    // The transit of both on that same truck is those very goods.
    conforms(&put(&register, &mrn(3), &border(trucks(&number, "6"), "LTVR1000", "AAA111")).await);
    ledger_and_log_agree(&register.stop().await);
}

async fn a_truck_stays_the_one_it_was_when_a_message_leaves_its_plate_out(on: On) {
    let register = Register::start(on).await;
    let number = many_movements(&register, "W-4").await;
    good(&put(&register, &mrn(1), &trucks(&number, "2")).await);
    let on_truck = |plates: &[&str]| {
        let mut asked = border(trucks(&number, "2"), "LTVR1000", "");
        let means: Vec<Value> = plates.iter().map(|plate| json!({ "type": "30", "id": plate })).collect();
        asked["transport"] = json!({ "means": means });
        asked
    };
    conforms(&put(&register, &mrn(1), &on_truck(&["AAA111", "TTT111"])).await);
    conforms(&put(&register, &mrn(1), &on_truck(&[])).await);
    let another = put(&register, &mrn(1), &on_truck(&["BBB222"])).await;
    assert_eq!(crate::support::problem(&another), "409 presentation-name-taken");
    // Nor does it become another one plate by plate.
    conforms(&put(&register, &mrn(1), &on_truck(&["BBB222", "TTT111"])).await);
    let another = put(&register, &mrn(1), &on_truck(&["BBB222", "TTT222"])).await;
    assert_eq!(crate::support::problem(&another), "409 presentation-name-taken");
    ledger_and_log_agree(&register.stop().await);
}

async fn a_message_without_plates_is_judged_as_the_truck_it_was(on: On) {
    let register = Register::start(on).await;
    let number = many_movements(&register, "W-11").await;
    good(&put(&register, &mrn(1), &trucks(&number, "6")).await);
    good(&put(&register, &mrn(2), &after(trucks(&number, "3"), &mrn(1))).await);
    let part = |pieces: &str, plates: &[&str]| {
        let mut asked = border(trucks(&number, pieces), "LTVR1000", "");
        let means: Vec<Value> = plates.iter().map(|plate| json!({ "type": "30", "id": plate })).collect();
        asked["transport"] = json!({ "means": means });
        asked
    };
    conforms(&put(&register, &mrn(1), &part("3", &["AAA111"])).await);
    conforms(&put(&register, &mrn(2), &part("3", &["BBB222"])).await);
    for plates in [&["AAA111"][..], &[], &["AAA111", "BBB222"]] {
        too_much(&put(&register, &mrn(1), &part("6", plates)).await);
    }
    // What left is as it was, and the position it left under can be sent again.
    good(&put(&register, &mrn(1), &trucks(&number, "6")).await);
    // Nor does a paper without plates lead from one truck to another.
    let other = many_movements(&register, "W-13").await;
    let part = |pieces: &str, plates: &[&str]| {
        let mut asked = part(pieces, plates);
        asked["goodsItems"] = trucks(&other, pieces)["goodsItems"].clone();
        asked
    };
    good(&put(&register, &mrn(5), &trucks(&other, "6")).await);
    good(&put(&register, &mrn(6), &after(trucks(&other, "6"), &mrn(5))).await);
    good(&put(&register, &mrn(7), &after(trucks(&other, "6"), &mrn(6))).await);
    conforms(&put(&register, &mrn(5), &part("6", &["AAA111"])).await);
    conforms(&put(&register, &mrn(6), &part("6", &[])).await);
    too_much(&put(&register, &mrn(7), &part("6", &["BBB222"])).await);
    conforms(&put(&register, &mrn(7), &part("6", &["AAA111"])).await);
    ledger_and_log_agree(&register.stop().await);
}

async fn a_transit_that_was_never_reserved_leaves_in_parts(on: On) {
    let register = Register::start(on).await;
    let number = many_movements(&register, "W-12").await;
    good(&put(&register, &mrn(1), &trucks(&number, "6")).await);
    let first = border(after(trucks(&number, "3"), &mrn(1)), "LTVR1000", "AAA111");
    conforms(&present(&register, &mrn(2), "truck-1", &first).await);
    conforms(&present(&register, &mrn(2), "truck-2", &border(trucks(&number, "3"), "LTVR1000", "BBB222")).await);
    too_much(&present(&register, &mrn(2), "truck-3", &border(trucks(&number, "1"), "LTVR1000", "CCC333")).await);
    ledger_and_log_agree(&register.stop().await);
}

async fn a_follower_removed_in_sql_makes_no_piece_pass_and_is_found(on: On) {
    let register = Register::start(on).await;
    let number = many_movements(&register, "W-5").await;
    good(&put(&register, &mrn(1), &trucks(&number, "6")).await);
    good(&put(&register, &mrn(2), &after(trucks(&number, "6"), &mrn(1))).await);
    conforms(&present(&register, &mrn(1), "truck-1", &border(trucks(&number, "6"), "LTVR1000", "AAA111")).await);
    sql(&register.place, &format!("DELETE FROM follower WHERE later = '{}'", mrn(2)));
    too_much(&present(&register, &mrn(2), "truck-2", &border(trucks(&number, "6"), "LTVR1000", "BBB222")).await);
    let differences = faults(&register.stop().await);
    assert!(differences.iter().any(|named| named.contains("follows")), "{differences:#?}");
}

async fn an_override_at_the_border_lets_the_whole_position_pass(on: On) {
    let register = Register::start(on).await;
    let number = many_movements(&register, "W-6").await;
    good(&put(&register, &mrn(1), &trucks(&number, "4")).await);
    good(&put(&register, &mrn(2), &after(trucks(&number, "4"), &mrn(1))).await);
    good(&put(&register, &mrn(3), &trucks(&number, "2")).await);
    let_pass(&register, &mrn(2), "", border(trucks(&number, "1"), "LTVR1000", "AAA111")).await;
    assert_eq!(totals(&quantities(&register, &number).await), ["6", "0", "0"]);
    // A position let pass takes the place of the one before, also when it is smaller.
    let_pass(&register, &mrn(3), "", border(trucks(&number, "1"), "LTVR1000", "BBB222")).await;
    assert_eq!(totals(&quantities(&register, &number).await), ["5", "0", "1"]);
    let usage = format!("/v1/certificates/{number}/usage");
    let_pass(&register, &mrn(4), "?confidential=true", border(trucks(&number, "1"), "LTVR1000", "CCC333")).await;
    let shown = register.world.maker.get(&usage).await.unwrap().body;
    assert_eq!(shown["lines"][1]["available"], "1", "the confidential one shows nowhere: {shown:#}");
    ledger_and_log_agree(&register.stop().await);
}

async fn a_position_of_nothing_gives_nothing_back_where_rows_cannot_be_believed(on: On) {
    let register = Register::start(on).await;
    let number = many_movements(&register, "W-7").await;
    good(&put(&register, &mrn(1), &trucks(&number, "6")).await);
    let there = border(after(trucks(&number, "6"), &mrn(1)), "LTVR1000", "AAA111");
    conforms(&present(&register, &mrn(2), "truck-1", &there).await);
    sql(&register.place, &format!("UPDATE presentation SET turned_back = 1 WHERE mrn = '{}'", mrn(2)));
    let mut free = trucks(&number, "6");
    free["declarationVersion"] = json!(2);
    free["goodsItems"] = json!([{ "goodsItemNumber": 1, "commodityCode": {
        "harmonizedSystemSubheadingCode": "490110", "combinedNomenclatureCode": "00" } }]);
    assert_eq!(put(&register, &mrn(1), &free).await.status, 500);
    assert_eq!(totals(&quantities(&register, &number).await), ["6", "0", "0"]);
    drop(register.stop().await);
}

async fn an_item_released_in_part_is_released_whole(on: On) {
    let register = Register::start(on).await;
    let (one, other) = (many_movements(&register, "W-8").await, many_movements(&register, "W-9").await);
    good(&put(&register, &mrn(1), &trucks(&one, "2")).await);
    good(&release(&register, &mrn(1)).await);
    let mut both = trucks(&one, "4");
    let citation =
        |number: &str| json!({ "certificate": number, "line": 2, "quantity": { "value": "2", "unit": "NAR" } });
    both["goodsItems"][0]["citations"] = json!([citation(&one), citation(&other)]);
    let_pass(&register, &mrn(1), "", both).await;
    let item = Some(json!({ "office": "LTVR1000", "goodsItems": [2] }));
    let released = send(&register, Method::POST, &format!("{}/release", mrn(1)), item.clone()).await;
    assert_eq!(good(&released)["outcome"], "01", "{:#}", released.body);
    let again = send(&register, Method::POST, &format!("{}/release", mrn(1)), item).await;
    assert_eq!(again.body["outcome"], "03");
    ledger_and_log_agree(&register.stop().await);
}

async fn who_holds_a_single_movement_keeps_it_after_an_override_of_others(on: On) {
    let register = Register::start(on).await;
    let number = crate::ledger::single_movement(&register, "W-10").await;
    good(&put(&register, &mrn(1), &trucks(&number, "2")).await);
    assert_eq!(reason(&put(&register, &mrn(2), &trucks(&number, "1")).await), "02");
    let_pass(&register, &mrn(2), "", trucks(&number, "1")).await;
    for (declaration, pieces, plate) in [(1, "2", "AAA111"), (2, "1", "BBB222")] {
        let here = border(trucks(&number, pieces), "LTVR1000", plate);
        let presented = present(&register, &mrn(declaration), "truck-1", &here).await;
        assert_eq!(verdict(&presented).0, "conforms", "{:#}", presented.body);
    }
    good(&put(&register, &mrn(1), &trucks(&number, "2")).await);
    ledger_and_log_agree(&register.stop().await);
}
