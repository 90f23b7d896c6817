//! Parties: by identifier, by name only as a warning.

use serde_json::{Value, json};

use super::*;

fn party(name: &str, scheme: &str, value: &str) -> Value {
    json!({ "name": name, "identifiers": [{ "scheme": scheme, "value": value }] })
}

#[test]
fn another_party_by_identifier_is_refused_whatever_its_name() {
    let stranger = party("TOO Almaty Food Machinery", "TCN", "KZ-990140009999");
    let found = good().declared("/parties/consignee", stranger).refused(FindingCode::PartyMismatch);
    assert_eq!(found.certex_code.unwrap(), "09");
    let exporter = json!({ "identifiers": [{ "scheme": "EORI", "value": "LT999999999" }] });
    good().declared("/parties/exporter", exporter).refused(FindingCode::PartyMismatch);
}

#[test]
fn the_same_identifier_under_another_name_is_a_warning() {
    let renamed = party("TOO Almaty Packaging", "TCN", "KZ-140240012345");
    good().declared("/parties/consignee", renamed).warned(FindingCode::PartyNameDiffers);
}

#[test]
fn a_consignee_with_its_name_alone_passes_where_the_name_agrees() {
    for name in ["TOO Almaty Food Machinery", "ALMATY FOOD MACHINERY, LLP", "ТОО «Almaty  Food Machinery»"] {
        good().declared("/parties/consignee", json!({ "name": name })).warned(FindingCode::PartyNotIdentified);
    }
    good().declared("/parties/consignee", json!({ "name": "Shymkent Trade" })).open(FindingCode::PartyNotIdentified);
}

#[test]
fn a_legal_form_is_no_name() {
    let case = good().certified("/consignee/name", json!("TOO"));
    case.declared("/parties/consignee", json!({ "name": "UAB" })).open(FindingCode::PartyNotIdentified);
}

#[test]
fn an_identifier_of_another_register_identifies_nobody() {
    let declared = json!({ "identifiers": [{ "scheme": "LEI", "value": "5493001KJTIIGC8Y1R12" }] });
    good().declared("/parties/consignee", declared).open(FindingCode::PartyNotIdentified);
}

#[test]
fn the_certified_number_beside_a_strangers_number_lends_no_name() {
    let eori = |value: &str| json!({ "scheme": "EORI", "value": value });
    let both = json!({ "identifiers": [eori("LT304567891"), eori("LT999999999")] });
    good().declared("/parties/exporter", both).refused(FindingCode::PartyMismatch);
    let more = json!({ "identifiers": [eori("LT304567891"), { "scheme": "VAT", "value": "LT999999999" }] });
    good().declared("/parties/exporter", more).conforms();
}

#[test]
fn a_seller_or_buyer_that_is_declared_is_compared() {
    let right = party("UAB Baltijos pakavimo sistemos", "EORI", "LT304567891");
    assert_eq!(effective(&good().declared("/parties/seller", right).conforms()), []);
    let wrong = party("UAB Baltijos pakavimo sistemos", "EORI", "LT111111111");
    good().declared("/parties/seller", wrong).refused(FindingCode::PartyMismatch);
    let wrong = party("TOO Almaty Food Machinery", "TCN", "KZ-000000000000");
    good().declared("/parties/buyer", wrong).refused(FindingCode::PartyMismatch);
}

#[test]
fn a_consignee_of_one_item_stands_for_that_item() {
    let stranger = party("TOO Shymkent Trade", "TCN", "KZ-990140009999");
    let case = good().declared("/goodsItems/1/consignee", stranger.clone());
    assert_eq!(case.refused(FindingCode::PartyMismatch).goods_item, Some(2));
    let answers: Vec<Answer> = case.verdict().items.iter().map(|item| item.answer).collect();
    assert_eq!(answers, [Answer::Conforms, Answer::DoesNotConform, Answer::Conforms]);
    // Where each item has its own, that of the whole says nothing of the certificate.
    let right = party("TOO Almaty Food Machinery", "TCN", "KZ-140240012345");
    let case = good().only(0).declared("/parties/consignee", stranger);
    case.declared("/goodsItems/0/consignee", right).conforms();
}

#[test]
fn another_declared_manufacturer_is_refused() {
    let other = json!({ "identifiers": [{ "scheme": "EORI", "value": "DE7654321" }] });
    good().declared("/parties/manufacturer", other).refused(FindingCode::ManufacturerMismatch);
    good().declared("/parties/manufacturer", json!(null)).conforms();
}

#[test]
fn a_manufacturer_declared_under_another_name_alone_is_a_warning() {
    let other = json!({ "name": "Andere Maschinen GmbH" });
    good().declared("/parties/manufacturer", other).warned(FindingCode::PartyNotIdentified);
}
