//! Commodity code, quantity, mass, condition, origin, serial numbers.

use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::consignment::Element;

#[test]
fn another_subheading_is_refused() {
    let found = good()
        .declared("/goodsItems/0/commodityCode", code("842240", Some("00")))
        .refused(FindingCode::CommodityCodeMismatch);
    assert_eq!((found.declared.unwrap().as_str(), found.certified.unwrap().as_str()), ("84224000", "84223000"));
    assert_eq!(found.certex_code.unwrap(), "03");
}

#[test]
fn another_cn_code_is_refused_in_the_same_year_and_a_warning_across_years() {
    let other = || good().declared("/goodsItems/1/commodityCode", code("842720", Some("11")));
    other().refused(FindingCode::CommodityCodeMismatch);
    other().certified("/nomenclatureYear", json!(2025)).warned(FindingCode::CommodityCodeOtherYear);
    let subheading = good().declared("/goodsItems/1/commodityCode", code("842710", Some("10")));
    subheading.certified("/nomenclatureYear", json!(2025)).refused(FindingCode::CommodityCodeMismatch);
}

#[test]
fn taric_codes_are_compared_where_both_sides_say_one() {
    let taric = |taric: &str| json!({ "harmonizedSystemSubheadingCode": "842720", "combinedNomenclatureCode": "19", "taricCode": taric });
    good().certified("/lines/1/commodityCode", taric("10")).conforms();
    let both = good().certified("/lines/1/commodityCode", taric("10"));
    both.clone().declared("/goodsItems/1/commodityCode", taric("10")).conforms();
    both.declared("/goodsItems/1/commodityCode", taric("90")).refused(FindingCode::CommodityCodeMismatch);
}

#[test]
fn a_certificate_of_the_subheading_covers_each_of_its_cn_codes() {
    good().certified("/lines/1/commodityCode", code("842720", None)).conforms();
}

/// Item 2 declares and draws so many pieces; its line grants 6.
fn pieces(value: &str, unit: &str) -> Case {
    let quantity = json!({ "value": value, "unit": unit });
    good()
        .declared("/goodsItems/1/supplementaryUnits", quantity.clone())
        .declared("/goodsItems/1/citations/0/quantity", quantity)
}

/// Item 3 weighs and draws so much; its line grants 1.5 TNE.
fn mass(net: &str, value: &str, unit: &str) -> Case {
    good()
        .declared("/goodsItems/2/netMass", json!(net))
        .declared("/goodsItems/2/citations/0/quantity", json!({ "value": value, "unit": unit }))
}

#[test]
fn what_the_line_grants_may_be_drawn_and_not_one_piece_more() {
    for unit in ["NAR", "H87", "C62", "EA"] {
        pieces("6", unit).conforms();
        let found = pieces("7", unit).refused(FindingCode::QuantityExceeded);
        assert_eq!((found.declared.unwrap().as_str(), found.certified.unwrap().as_str()), ("7 NAR", "6 NAR"));
        assert_eq!(found.certex_code.unwrap(), "05");
    }
    pieces("0.06", "CEN").conforms();
    pieces("0.07", "CEN").refused(FindingCode::QuantityExceeded);
    pieces("0.006", "MIL").conforms();
}

#[test]
fn grams_kilograms_and_tonnes_are_one_measure() {
    mass("1500", "1.5", "TNE").conforms();
    mass("1500", "1500", "KGM").conforms();
    mass("1500", "1500000", "GRM").conforms();
    mass("1500.001", "1500001", "GRM").refused(FindingCode::QuantityExceeded);
}

#[test]
fn an_amount_below_the_ledgers_millionth_is_rounded_up() {
    mass("1500", "1500000.000001", "GRM").refused(FindingCode::QuantityExceeded);
}

#[test]
fn units_of_different_measures_cannot_be_compared() {
    let found = mass("500", "800", "MTR").open(FindingCode::UnitNotComparable);
    assert_eq!((found.declared.unwrap().as_str(), found.certified.unwrap().as_str()), ("800 MTR", "1.5 TNE"));
}

#[test]
fn several_items_on_one_line_are_added_up() {
    let split = |second: &str| {
        let mut case = good().declared("/goodsItems/1/supplementaryUnits/value", json!("4"));
        case = case.declared("/goodsItems/1/citations/0/quantity/value", json!("4"));
        let mut more = case.consignment["goodsItems"][1].clone();
        more["goodsItemNumber"] = json!(4);
        more["supplementaryUnits"]["value"] = json!(second);
        more["citations"][0]["quantity"]["value"] = json!(second);
        case.consignment["goodsItems"].as_array_mut().unwrap().push(more);
        case
    };
    split("2").conforms();
    let case = split("3");
    case.refused(FindingCode::QuantityExceeded);
    let answers: Vec<Answer> = case.verdict().items.iter().map(|item| item.answer).collect();
    // Nobody can say which of the two items is the one too many: neither passes. Those on other lines are not at fault.
    assert_eq!(answers, [Answer::Conforms, Answer::DoesNotConform, Answer::Conforms, Answer::DoesNotConform]);
}

#[test]
fn mass_beyond_what_is_cited_travels_uncovered() {
    let found = mass("500", "499.999999", "KGM").refused(FindingCode::QuantityNotCovered);
    assert_eq!((found.declared.unwrap().as_str(), found.certified.unwrap().as_str()), ("500 KGM", "499.999999 KGM"));
}

#[test]
fn supplementary_units_in_grams_do_not_hide_the_net_mass() {
    let crumb = json!({ "value": "1", "unit": "GRM" });
    mass("20000", "1", "GRM")
        .declared("/goodsItems/2/supplementaryUnits", crumb)
        .refused(FindingCode::QuantityNotCovered);
}

#[test]
fn an_export_by_mass_without_its_net_mass_cannot_be_checked() {
    good().declared("/goodsItems/2/netMass", json!(null)).open(FindingCode::ElementEmpty);
    // The transit declaration need not have it.
    let transit = good().declared("/goodsItems/2/netMass", json!(null)).declared("/dataSet", json!("D1"));
    let verdict = transit.declared("/declarationType", json!("T1")).conforms();
    assert!(verdict.not_compared.iter().any(|n| n.element == Element::NetMass && n.goods_item == Some(3)));
}

#[test]
fn supplementary_units_that_no_citation_can_be_compared_with_leave_the_item_open() {
    let case = good().declared("/goodsItems/0/supplementaryUnits", json!({ "value": "40", "unit": "LTR" }));
    case.open(FindingCode::ItemQuantityNotComparable);
}

#[test]
fn pieces_cited_where_no_supplementary_units_are_asked_are_for_the_officer_to_count() {
    let verdict = good().conforms();
    let counted: Vec<_> = verdict.not_compared.iter().filter(|n| n.element == Element::SupplementaryUnits).collect();
    assert_eq!(counted.len(), 1);
    assert_eq!((counted[0].goods_item, counted[0].certified.as_str()), (Some(1), "1 H87"));
}

#[test]
fn another_net_mass_is_a_warning() {
    let found = good().declared("/goodsItems/1/netMass", json!("11401")).warned(FindingCode::NetMassDiffers);
    assert_eq!(found.certified.unwrap(), "11400 KGM");
}

#[test]
fn used_goods_on_a_certificate_for_new_ones_are_refused_and_the_reverse() {
    good().declared("/goodsItems/1/condition", json!("new")).conforms();
    good().declared("/goodsItems/1/condition", json!("used")).refused(FindingCode::ConditionMismatch);
    let used = good().certified("/lines/1/condition", json!("used"));
    used.declared("/goodsItems/1/condition", json!("new")).refused(FindingCode::ConditionMismatch);
}

#[test]
fn another_origin_is_a_warning() {
    good().declared("/goodsItems/0/countryOfOrigin", json!("CN")).warned(FindingCode::OriginDiffers);
}

#[test]
fn a_serial_number_that_no_line_names_is_refused() {
    let serials = |list| good().declared("/goodsItems/0/serialNumbers", list);
    serials(json!(["RF24-02612"])).conforms();
    let two = serials(json!(["RF24-02612", "RF24-02613"])).declared("/goodsItems/0/netMass", json!("10400"));
    let two = two.declared("/goodsItems/0/citations/0/quantity/value", json!("2"));
    let found = two.refused(FindingCode::SerialNumberUnknown);
    assert_eq!(found.declared.unwrap(), "RF24-02613");
}

#[test]
fn a_range_holds_its_ends_and_what_lies_between_in_the_same_form() {
    let range = json!({ "ranges": [{ "first": "RF24-00090", "last": "RF24-00110" }] });
    let ranged = |serial: &str| {
        let case = good().certified("/lines/0/serialNumbers", range.clone());
        case.declared("/goodsItems/0/serialNumbers", json!([serial]))
    };
    for inside in ["RF24-00090", "RF24-00099", "RF24-00110"] {
        ranged(inside).conforms();
    }
    for outside in ["RF24-00089", "RF24-00111", "RF24-0100", "RF25-00100", "RF24-00100A"] {
        ranged(outside).refused(FindingCode::SerialNumberUnknown);
    }
}

#[test]
fn serial_numbers_known_by_digest_only_are_left_to_the_officer() {
    let digest = json!({ "digest": { "count": 2, "sha256": "ab".repeat(32) } });
    let case = good().certified("/lines/0/serialNumbers", digest);
    let verdict = case.declared("/goodsItems/0/serialNumbers", json!(["X"])).conforms();
    assert!(verdict.not_compared.iter().any(|n| n.element == Element::SerialNumbers));
}

#[test]
fn machines_of_two_lines_in_one_item_each_need_to_be_named_by_one_of_them() {
    let mut case = good().only(0);
    let mut second = case.payload["lines"][0].clone();
    second["line"] = json!(4);
    second["serialNumbers"] = json!({ "list": ["RF24-09000"] });
    case.payload["lines"].as_array_mut().unwrap().push(second);
    let mut citation = case.consignment["goodsItems"][0]["citations"][0].clone();
    citation["line"] = json!(4);
    case.consignment["goodsItems"][0]["citations"].as_array_mut().unwrap().push(citation);
    case.clone().declared("/goodsItems/0/serialNumbers", json!(["RF24-02611", "RF24-09000"])).conforms();
    let stranger = case.declared("/goodsItems/0/serialNumbers", json!(["RF24-02611", "RF24-09001"]));
    stranger.refused(FindingCode::SerialNumberUnknown);
}

#[test]
fn a_thousand_strange_serial_numbers_are_one_finding() {
    let strange: Vec<String> = (0..1_000).map(|n| format!("S{n}")).collect();
    let verdict = good().declared("/goodsItems/0/serialNumbers", json!(strange)).verdict();
    let unknown = verdict.findings.iter().filter(|finding| finding.code == FindingCode::SerialNumberUnknown);
    let unknown: Vec<_> = unknown.collect();
    assert_eq!(unknown.len(), 1);
    assert!(unknown[0].declared.as_ref().unwrap().len() < 400);
}

#[test]
fn an_item_may_be_covered_by_several_makers() {
    let other = CertificateNumber::of(&Digest::of(b"the other maker's"));
    let mut case = good().only(1);
    let citation = |number: CertificateNumber, value: &str| json!({ "certificate": number.to_string(), "line": 2, "quantity": { "value": value, "unit": "NAR" } });
    case.consignment["goodsItems"][0]["citations"] = json!([citation(number(), "2"), citation(other, "1")]);
    let mut known = case.known();
    known.number = other;
    let both = BTreeMap::from([(other, Cited::Known(Arc::new(known)))]);
    assert_eq!(case.verdict_beside(both).verdict, Answer::Conforms);
    assert_eq!(case.verdict_beside([(other, Cited::Unknown)].into()).verdict, Answer::DoesNotConform);
}

#[test]
fn a_net_mass_of_nothing_is_an_empty_one() {
    mass("0", "0.001", "GRM").declared("/goodsItems/2/grossMass", json!("20000")).open(FindingCode::ElementEmpty);
}

#[test]
fn a_gram_cited_beside_a_piece_does_not_carry_tonnes() {
    let mixed = |net: &str, grams: &str| {
        let mut case = mass(net, grams, "KGM").certified("/lines/2/commodityCode", json!(null));
        case.payload["lines"][2]["commodityCode"] = case.payload["lines"][1]["commodityCode"].clone();
        case.consignment["goodsItems"][2]["commodityCode"] = case.consignment["goodsItems"][1]["commodityCode"].clone();
        let mut piece = case.consignment["goodsItems"][1]["citations"][0].clone();
        piece["quantity"]["value"] = json!("1");
        case.consignment["goodsItems"][2]["citations"].as_array_mut().unwrap().push(piece);
        case
    };
    mixed("20000", "0.001").open(FindingCode::ItemQuantityNotComparable);
    // 500 kg by mass, and a truck of 3,800.
    let seen = mixed("4300", "500").verdict();
    assert!(!seen.findings.iter().any(|of| of.code == FindingCode::ItemQuantityNotComparable), "{seen:#?}");
}

#[test]
fn more_pieces_than_the_lines_have_for_the_mass_cited_are_refused() {
    let by_mass = |pieces: &str| {
        good()
            .certified("/lines/1/quantity", json!({ "value": "22800", "unit": "KGM" }))
            .certified("/lines/1/netMass", json!("22800"))
            .certified("/lines/1/supplementaryUnits", json!({ "value": "6", "unit": "NAR" }))
            .declared("/goodsItems/1/netMass", json!("22800"))
            .declared("/goodsItems/1/supplementaryUnits", json!({ "value": pieces, "unit": "NAR" }))
            .declared("/goodsItems/1/citations/0/quantity", json!({ "value": "22800", "unit": "KGM" }))
    };
    by_mass("6").conforms();
    let found = by_mass("60").refused(FindingCode::QuantityNotCovered);
    assert_eq!((found.declared.unwrap().as_str(), found.certified.unwrap().as_str()), ("60 NAR", "6 NAR"));
}

#[test]
fn a_machine_is_declared_once_and_no_more_of_them_than_cited() {
    let serials = |list: serde_json::Value| good().declared("/goodsItems/0/serialNumbers", list);
    let mut twice = serials(json!(["RF24-02611"]));
    let mut second = twice.consignment["goodsItems"][0].clone();
    second["goodsItemNumber"] = json!(4);
    twice.consignment["goodsItems"].as_array_mut().unwrap().push(second);
    let found = twice.refused(FindingCode::SerialNumberUnknown);
    assert_eq!((found.goods_item, found.declared.unwrap().as_str()), (Some(4), "RF24-02611"));
    // The line has a number for each of its two machines, and one of them is cited.
    let found = serials(json!(["RF24-02611", "RF24-02612"])).refused(FindingCode::QuantityNotCovered);
    assert_eq!((found.declared.unwrap().as_str(), found.certified.unwrap().as_str()), ("2 NAR", "1 NAR"));
    // Where it has several numbers for one, nobody can tell.
    let several = good().certified("/lines/0/serialNumbers", json!({ "list": ["A", "B", "C", "D"] }));
    several.declared("/goodsItems/0/serialNumbers", json!(["A", "B"])).conforms();
}
