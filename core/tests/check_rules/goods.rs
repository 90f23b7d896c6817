//! Goods: codes, quantities, masses, condition, serial numbers.

use crate::case::{case, code, effective, number};
use endmark_core::verdict::Answer::{CannotBeChecked, Conforms, DoesNotConform};
use endmark_core::verdict::FindingCode;
use serde_json::json;

#[test]
fn commodity_codes_agree_as_far_as_both_say_them() {
    let declare = |value| case().declared("/goodsItems/0/commodityCode", value);
    declare(code("842240", "00")).comes_out(DoesNotConform, FindingCode::CommodityCodeMismatch);
    declare(code("842230", "10")).comes_out(DoesNotConform, FindingCode::CommodityCodeMismatch);
    let last_year = declare(code("842230", "10")).certified("/nomenclatureYear", json!(2025));
    last_year.comes_out(Conforms, FindingCode::CommodityCodeOtherYear);
    // B1 has the CN code: leaving it out is a gap.
    declare(json!({ "harmonizedSystemSubheadingCode": "842230" }))
        .comes_out(CannotBeChecked, FindingCode::ElementEmpty);
}

#[test]
fn a_line_that_the_certificate_has_not_is_unknown() {
    let verdict =
        case().declared("/goodsItems/0/citations/0/line", json!(9)).comes_out(DoesNotConform, FindingCode::LineUnknown);
    assert_eq!(verdict.findings[0].certex_code.as_deref(), Some("07"));
}

#[test]
fn quantities_add_up_over_items_in_every_comparable_unit() {
    let two = |first: &str, second: &str| {
        let citation = |value: &str| json!([{ "certificate": number(), "line": 3, "quantity": { "value": value, "unit": "KGM" } }]);
        case()
            .declared("/goodsItems/2/citations", citation(first))
            .declared("/goodsItems/2/netMass", json!(first))
            .declared("/goodsItems/1/commodityCode", code("854449", "95"))
            .declared("/goodsItems/1/citations", citation(second))
            .declared("/goodsItems/1/netMass", json!(second))
            .without("/goodsItems/1/supplementaryUnits")
    };
    two("1000", "500").conforms();
    let over = two("1000", "500.000001").comes_out(DoesNotConform, FindingCode::QuantityExceeded);
    assert_eq!(over.findings[0].certex_code.as_deref(), Some("05"));
    let pairs = json!({ "value": "3", "unit": "NPR" });
    case()
        .declared("/goodsItems/0/citations/0/quantity", pairs)
        .comes_out(CannotBeChecked, FindingCode::UnitNotComparable);
    let hundreds = json!({ "value": "0.02", "unit": "CEN" });
    case()
        .declared("/goodsItems/0/citations/0/quantity", hundreds)
        .declared("/goodsItems/0/netMass", json!("10400"))
        .conforms();
}

#[test]
fn a_citation_lighter_than_the_goods_leaves_the_rest_uncovered() {
    let light = case().declared("/goodsItems/2/citations/0/quantity/value", json!("400"));
    light.comes_out(DoesNotConform, FindingCode::QuantityNotCovered);
}

#[test]
fn an_export_declaration_without_net_mass_has_a_gap() {
    case().without("/goodsItems/1/netMass").comes_out(CannotBeChecked, FindingCode::ElementEmpty);
}

#[test]
fn net_mass_origin_and_transport_that_differ_are_warnings() {
    case().declared("/goodsItems/0/netMass", json!("5300")).comes_out(Conforms, FindingCode::NetMassDiffers);
    case().declared("/goodsItems/0/countryOfOrigin", json!("AT")).comes_out(Conforms, FindingCode::OriginDiffers);
    case().declared("/transport/means/0/id", json!("LHK 418")).comes_out(Conforms, FindingCode::TransportDiffers);
    // The same plate with Cyrillic look-alikes and other signs is the same plate.
    assert_eq!(effective(&case().declared("/transport/means/0/id", json!("lНК-417")).conforms()), []);
}

#[test]
fn used_goods_do_not_travel_on_a_certificate_for_new_ones() {
    let used = case().declared("/goodsItems/1/condition", json!("used"));
    used.comes_out(DoesNotConform, FindingCode::ConditionMismatch);
    case().declared("/goodsItems/1/condition", json!("new")).conforms();
}

#[test]
fn serial_numbers_found_must_be_certified() {
    let found = |serial: &str| case().declared("/goodsItems/0/serialNumbers", json!([serial]));
    found("RF24-02611").conforms();
    found("RF24-02613").comes_out(DoesNotConform, FindingCode::SerialNumberUnknown);
    let ranges = json!({ "ranges": [{ "first": "RF24-02600", "last": "RF24-02699" }] });
    found("RF24-02650").certified("/lines/0/serialNumbers", ranges.clone()).conforms();
    found("RF24-2650")
        .certified("/lines/0/serialNumbers", ranges)
        .comes_out(DoesNotConform, FindingCode::SerialNumberUnknown);
}
