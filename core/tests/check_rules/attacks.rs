//! What a smuggler, a careless clerk or a hostile caller may try.

use endmark_core::consignment;
use endmark_core::verdict::Answer::{self, CannotBeChecked, Conforms, DoesNotConform};
use endmark_core::verdict::FindingCode::{self, *};
use endmark_core::verdict::Severity;
use serde_json::{Value, json};

use crate::case::*;

fn codes(case: &Case) -> Vec<(FindingCode, Severity)> {
    effective(&case.judged()).iter().map(|finding| (finding.code, finding.severity)).collect()
}

#[test]
fn belarus_named_before_leaving_the_union_does_not_hide_the_border_office() {
    let hidden = case()
        .declared("/countriesOfRouting", json!(["BY", "LT", "RU", "KZ"]))
        .declared("/offices/exit", json!("LTDEMO10"))
        .certified("/routing", json!([["RU", "KZ"]]));
    hidden.comes_out(DoesNotConform, RoutingCountryNotCertified);
}

#[test]
fn a_hundred_machines_do_not_travel_on_a_citation_in_another_unit() {
    // Pieces declared, but one of two citations is in kilograms: the sum cannot be made when reading.
    let number = number();
    let citations = json!([
        { "certificate": number, "line": 2, "quantity": { "value": "1", "unit": "NAR" } },
        { "certificate": number, "line": 3, "quantity": { "value": "1", "unit": "GRM" } },
    ]);
    let mixed = case()
        .declared("/goodsItems/1/citations", citations)
        .declared("/goodsItems/1/supplementaryUnits", json!({ "value": "100", "unit": "NAR" }));
    assert_ne!(mixed.judged().verdict, Conforms);
    assert!(codes(&mixed).contains(&(ItemQuantityNotComparable, Severity::Open)));
}

#[test]
fn goods_without_supplementary_units_are_counted_by_the_officer_and_not_held() {
    let verdict = case().conforms();
    let counted = verdict.not_compared.iter().find(|n| format!("{:?}", n.element) == "SupplementaryUnits").unwrap();
    assert_eq!((counted.goods_item, counted.certified.as_str()), (Some(1), "1 H87"));
}

#[test]
fn a_net_mass_of_the_set_that_is_empty_cannot_be_checked() {
    case().without("/goodsItems/1/netMass").comes_out(CannotBeChecked, ElementEmpty);
    case().without("/goodsItems/1/netMass").declared("/dataSet", json!("C1")).conforms();
}

#[test]
fn a_third_of_a_mass_is_no_difference() {
    let third = case().certified("/lines/1/netMass", json!("1000")).declared("/goodsItems/1/netMass", json!("500"));
    assert!(codes(&third).iter().all(|(code, _)| *code != NetMassDiffers));
    let thirds = case()
        .certified("/lines/1/quantity/value", json!("3"))
        .certified("/lines/1/netMass", json!("1000"))
        .declared("/goodsItems/1/citations/0/quantity/value", json!("1"))
        .declared("/goodsItems/1/supplementaryUnits/value", json!("1"))
        .declared("/goodsItems/1/netMass", json!("333.333"));
    assert_eq!(codes(&thirds), []);
}

#[test]
fn an_exporter_is_not_identified_by_its_name_alone() {
    let named = case().declared("/parties/exporter", json!({ "name": "UAB Baltijos pakavimo sistemos" }));
    named.comes_out(CannotBeChecked, PartyNotIdentified);
}

#[test]
fn the_same_name_at_an_address_in_another_country_is_not_the_same_consignee() {
    let at = |country: &str| {
        let address = json!({ "city": "Omsk", "country": country });
        case().declared("/parties/consignee", json!({ "name": "TOO Almaty Food Machinery", "address": address }))
    };
    at("RU").comes_out(CannotBeChecked, PartyNotIdentified);
    at("KZ").comes_out(Conforms, PartyNotIdentified);
}

#[test]
fn a_name_of_nothing_but_a_legal_form_is_like_no_other() {
    let nobody =
        case().certified("/consignee/name", json!("TOO")).declared("/parties/consignee", json!({ "name": "OOO" }));
    nobody.comes_out(CannotBeChecked, PartyNotIdentified);
}

#[test]
fn names_are_alike_across_scripts_punctuation_and_legal_forms() {
    for name in ["ТОО «Almaty Food Machinery»", "Almaty Food Machinery LLP", "ALMATY FOOD-MACHINERY, L.L.P."] {
        case().declared("/parties/consignee", json!({ "name": name })).comes_out(Conforms, PartyNotIdentified);
    }
}

#[test]
fn vat_numbers_of_two_countries_may_be_one_firms_and_of_one_country_are_not() {
    let vat = |value: &str| {
        case()
            .certified("/exporter/identifiers", json!([{ "scheme": "VAT", "value": "LT100001234" }]))
            .declared("/parties/exporter/identifiers", json!([{ "scheme": "VAT", "value": value }]))
    };
    vat("PL5250001009").comes_out(CannotBeChecked, PartyNotIdentified);
    vat("LT100009999").comes_out(DoesNotConform, PartyMismatch);
}

#[test]
fn one_of_two_makers_declared_does_not_refuse_the_other() {
    let maker = |value: &str| {
        let identifiers = json!([{ "scheme": "EORI", "value": value }]);
        case().declared("/parties/manufacturer", json!({ "identifiers": identifiers }))
    };
    maker("DE7654321").comes_out(DoesNotConform, ManufacturerMismatch);
    maker("DE1234567").conforms();
    let named = case().declared("/parties/manufacturer", json!({ "name": "Fabrika" }));
    named.comes_out(Conforms, PartyNotIdentified);
}

#[test]
fn serial_numbers_shared_by_two_lines_are_looked_for_on_both() {
    let number = number();
    let both = |serials: Value| {
        let citations = json!([
            { "certificate": number, "line": 1, "quantity": { "value": "1", "unit": "NAR" } },
            { "certificate": number, "line": 2, "quantity": { "value": "2", "unit": "NAR" } },
        ]);
        case()
            .certified("/lines/1/commodityCode", code("842230", "00"))
            .certified("/lines/1/serialNumbers", json!({ "ranges": [{ "first": "FT001", "last": "FT006" }] }))
            .declared("/goodsItems/1/commodityCode", code("842230", "00"))
            .declared("/goodsItems/1/citations", citations)
            .declared("/goodsItems/1/serialNumbers", serials)
            .without("/goodsItems/1/netMass")
            .declared("/dataSet", json!("C1"))
    };
    both(json!(["RF24-02611", "FT003", "FT006"])).conforms();
    let strange = both(json!(["RF24-02611", "FT007", "FT0006"])).comes_out(DoesNotConform, SerialNumberUnknown);
    let findings: Vec<_> = strange.findings.iter().filter(|f| f.code == SerialNumberUnknown).collect();
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].declared.as_deref(), Some("FT007, FT0006"));
}

#[test]
fn a_list_sealed_as_a_digest_is_compared_when_all_of_it_is_there() {
    let list = endmark_core::digest::Digest::of(b"FT001\nFT002\nFT003");
    let with = |serials: Value| {
        case()
            .certified("/lines/1/serialNumbers", json!({ "digest": { "count": 3, "sha256": list } }))
            .declared("/goodsItems/1/serialNumbers", serials)
    };
    let whole = with(json!(["FT003", "FT001", "FT002"])).conforms();
    assert!(
        whole
            .not_compared
            .iter()
            .all(|n| (n.goods_item, format!("{:?}", n.element)) != (Some(2), "SerialNumbers".into()))
    );
    with(json!(["FT003", "FT001", "FT004"])).comes_out(DoesNotConform, SerialNumberUnknown);
    // Of a part nobody can tell.
    let part = with(json!(["FT009"])).conforms();
    assert!(
        part.not_compared
            .iter()
            .any(|n| (n.goods_item, format!("{:?}", n.element)) == (Some(2), "SerialNumbers".into()))
    );
}

#[test]
fn serial_numbers_beyond_all_measure_are_left_open_and_not_waited_for() {
    let ranges: Vec<Value> =
        (0..500).map(|n| json!({ "first": format!("A{n}-1"), "last": format!("A{n}-9") })).collect();
    let serials: Vec<String> = (0..5_000).map(|n| format!("B{n}")).collect();
    let item = |number: u32| {
        let mut item = case().declared["goodsItems"][0].clone();
        item["goodsItemNumber"] = json!(number);
        item["serialNumbers"] = json!(serials);
        item
    };
    let hostile = case()
        .certified("/lines/0/serialNumbers", json!({ "ranges": ranges }))
        .declared("/goodsItems", json!([item(1), item(2)]));
    assert!(codes(&hostile).contains(&(SerialNumberUnknown, Severity::Open)));
}

#[test]
fn a_finding_stays_short_whatever_is_declared() {
    let serials: Vec<String> = (0..5_000).map(|n| format!("UNKNOWN-{n}")).collect();
    let verdict = case().declared("/goodsItems/0/serialNumbers", json!(serials)).judged();
    assert!(serde_json::to_string(&verdict).unwrap().len() < 20_000);
}

#[test]
fn a_line_drawn_over_its_grant_is_no_fault_of_the_other_lines() {
    let over = case()
        .declared("/goodsItems/1/citations/0/quantity/value", json!("7"))
        .declared("/goodsItems/1/supplementaryUnits/value", json!("7"))
        .judged();
    let answers: Vec<Answer> = over.items.iter().map(|item| item.answer).collect();
    assert_eq!(answers, [Conforms, DoesNotConform, Conforms]);
}

#[test]
fn goods_that_stay_behind_on_the_way_do_not_travel_its_rest() {
    // A lorry for Kazakhstan and on to Kyrgyzstan; these items are for Kazakhstan.
    let onward = || {
        case()
            .declared("/countryOfDestination", json!("KG"))
            .declared("/countriesOfRouting", json!(["LT", "BY", "RU", "KZ", "KG"]))
    };
    let mut own = onward();
    for item in own.declared["goodsItems"].as_array_mut().unwrap() {
        item["countryOfDestination"] = json!("KZ");
    }
    own.conforms();
    onward().comes_out(DoesNotConform, RoutingCountryNotCertified);
}

#[test]
fn where_no_regime_asks_for_a_certificate_none_demands_its_words() {
    let around = case()
        .declared("/countriesOfRouting", json!(["LT", "PL", "TR", "GE", "AZ", "KZ"]))
        .certified("/routing", json!([["TR", "GE", "AZ", "KZ"]]))
        .certified("/statements/confirmed", json!(["S1"]));
    around.conforms();
    // What is cited is judged all the same.
    around.declared("/countryOfDestination", json!("UZ")).comes_out(DoesNotConform, DestinationMismatch);
}

#[test]
fn a_dual_use_licence_beside_y901_still_says_what_the_goods_are() {
    let documents = json!([{ "type": "Y901" }, { "type": "X060", "reference": "DE-2026-0042" }]);
    let verdict =
        case().declared("/supportingDocuments", documents).comes_out(CannotBeChecked, ProhibitedLicenceDeclared);
    let shown = verdict.findings.iter().find(|f| f.code == ProhibitedLicenceDeclared).unwrap();
    assert_eq!(shown.declared.as_deref(), Some("X060 DE-2026-0042"));
}

#[test]
fn containers_and_seals_are_compared_also_without_a_lorry() {
    let train = |container: &str| {
        case()
            .certified("/transport", json!({ "containers": ["MSCU 123456-5"] }))
            .declared("/transport", json!({ "mode": "2", "containers": [container] }))
    };
    assert_eq!(codes(&train("MSCU1234565")), []);
    train("MSCU7654321").comes_out(Conforms, TransportDiffers);
}

#[test]
fn a_consignment_of_ten_thousand_items_is_judged_whole() {
    let item = |number: u32| {
        let citation =
            json!({ "certificate": crate::case::number(), "line": 3, "quantity": { "value": "0.1", "unit": "KGM" } });
        json!({ "goodsItemNumber": number, "commodityCode": code("854449", "95"), "netMass": "0.1", "citations": [citation] })
    };
    let full = case().declared("/goodsItems", json!((1..=9_999).map(item).collect::<Vec<_>>()));
    assert!(consignment::parse(full.declared.to_string().as_bytes()).is_ok());
    assert_eq!(full.conforms().items.len(), 9_999);
}
