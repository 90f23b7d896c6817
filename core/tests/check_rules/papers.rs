//! Parties, destination, road, words.

use crate::case::{REGIMES, case, declared, number, unlisted};
use endmark_core::check::cited_numbers;
use endmark_core::consignment;
use endmark_core::verdict::Answer::{CannotBeChecked, Conforms, DoesNotConform};
use endmark_core::verdict::{Answer, FindingCode, Severity};
use serde_json::Value;
use serde_json::json;

#[test]
fn parties_are_compared_by_identifier_and_names_only_warn() {
    let consignee = |value| case().declared("/parties/consignee", value);
    let other = json!({ "identifiers": [{ "scheme": "TCN", "value": "KZ-990140009999" }] });
    consignee(other.clone()).comes_out(DoesNotConform, FindingCode::PartyMismatch);
    let renamed = json!({ "name": "Somebody", "identifiers": [{ "scheme": "TCN", "value": "KZ-140240012345" }] });
    consignee(renamed).comes_out(Conforms, FindingCode::PartyNameDiffers);
    // A consignee in a third country often has a name only: as written, or in Cyrillic letters.
    consignee(json!({ "name": "TOO \"Almaty Food Machinery\"" })).comes_out(Conforms, FindingCode::PartyNotIdentified);
    consignee(json!({ "name": "ТОО Шымкент" })).comes_out(CannotBeChecked, FindingCode::PartyNotIdentified);
    // An exporter of the Union has an EORI: a name is not enough.
    let unnamed = json!({ "name": "UAB Baltijos pakavimo sistemos" });
    case().declared("/parties/exporter", unnamed).comes_out(CannotBeChecked, FindingCode::PartyNotIdentified);
    // An item's own consignee counts for that item.
    let own = case().declared("/goodsItems/1/consignee", other).comes_out(DoesNotConform, FindingCode::PartyMismatch);
    let answers: Vec<Answer> = own.items.iter().map(|item| item.answer).collect();
    assert_eq!(answers, [Conforms, DoesNotConform, Conforms]);
    let maker = json!({ "identifiers": [{ "scheme": "EORI", "value": "DE7654321" }] });
    case().declared("/parties/manufacturer", maker).comes_out(DoesNotConform, FindingCode::ManufacturerMismatch);
}

#[test]
fn another_destination_does_not_conform_also_for_one_item() {
    let all = case()
        .declared("/countryOfDestination", json!("KG"))
        .declared("/countriesOfRouting", json!(["LT", "BY", "RU", "KZ", "KG"]));
    let verdict = all.comes_out(DoesNotConform, FindingCode::DestinationMismatch);
    assert!(verdict.findings.iter().any(|f| f.certex_code.as_deref() == Some("08")));
    case()
        .declared("/goodsItems/2/countryOfDestination", json!("KG"))
        .comes_out(DoesNotConform, FindingCode::DestinationMismatch);
}

#[test]
fn only_the_road_after_leaving_the_union_counts_and_it_must_be_the_certified_one() {
    let road = |countries: Value| case().declared("/countriesOfRouting", countries);
    road(json!(["DE", "PL", "LT", "BY", "RU", "KZ"])).conforms();
    road(json!(["LT", "BY", "RU"])).conforms();
    road(json!(["LT", "BY", "RU", "UZ", "KZ"])).comes_out(DoesNotConform, FindingCode::RoutingCountryNotCertified);
    road(json!(["LT", "RU", "KZ"])).comes_out(DoesNotConform, FindingCode::RoutingCountryOmitted);
    road(json!(["LT", "RU", "BY", "KZ"])).comes_out(Conforms, FindingCode::RoutingOrderDiffers);
    let other = json!([["BY", "RU", "KZ"], ["RU", "KZ"]]);
    road(json!(["LT", "RU", "KZ"])).certified("/routing", other).conforms();
}

#[test]
fn a_border_office_counts_as_routing_through_its_neighbour() {
    let road = |office: &str| {
        case().declared("/countriesOfRouting", json!(["LT", "RU", "KZ"])).declared("/offices/exit", json!(office))
    };
    let verdict = road("LTDEMO10").comes_out(DoesNotConform, FindingCode::RoutingOfficeContradicts);
    // The road is then judged with Belarus on it, as the office says: nothing is missing from it.
    assert!(verdict.findings.iter().all(|f| f.code != FindingCode::RoutingCountryOmitted), "{:#?}", verdict.findings);
    let undeclared = unlisted()
        .declared("/security", json!(false))
        .without("/countriesOfRouting")
        .declared("/supportingDocuments", json!([]));
    undeclared.declared("/offices/exit", json!("LTDEMO20")).comes_out(CannotBeChecked, FindingCode::DualUseUndeclared);
}

#[test]
fn every_statement_is_confirmed_in_a_wording_that_is_accepted() {
    case()
        .certified("/statements/confirmed", json!(["S1", "S3"]))
        .comes_out(DoesNotConform, FindingCode::StatementMissing);
    let austrian = REGIMES.statement_sets().iter().find(|set| set.id().starts_with("AT-")).unwrap();
    let verdict = case()
        .certified("/statements/set", json!(austrian.id()))
        .certified("/statements/digest", json!(austrian.digest()))
        .comes_out(DoesNotConform, FindingCode::StatementWordingNotAccepted);
    let finding = verdict.findings.iter().find(|f| f.code == FindingCode::StatementWordingNotAccepted).unwrap();
    assert!(finding.certified.as_ref().unwrap().contains("AT-") && finding.declared.as_ref().unwrap().contains("LT-"));
    let lithuanian = REGIMES.statement_sets().iter().find(|set| set.language() == "lt").unwrap();
    case()
        .certified("/statements/language", json!("lt"))
        .certified("/statements/digest", json!(lithuanian.digest()))
        .conforms();
}

#[test]
fn all_findings_are_reported_gravest_first() {
    let verdict = case()
        .declared("/countryOfDestination", json!("KG"))
        .declared("/goodsItems/0/countryOfOrigin", json!("AT"))
        .declared("/goodsItems/2/citations/0/quantity/unit", json!("LTR"))
        .judged();
    let severities: Vec<Severity> = verdict.findings.iter().map(|finding| finding.severity).collect();
    assert!(severities.is_sorted_by(|a, b| a >= b) && severities.contains(&Severity::Hard), "{severities:?}");
    for code in [FindingCode::DestinationMismatch, FindingCode::UnitNotComparable, FindingCode::OriginDiffers] {
        assert!(verdict.findings.iter().any(|finding| finding.code == code), "{code:?}");
    }
}

#[test]
fn the_numbers_to_look_up_are_those_cited() {
    let consignment = consignment::parse(declared().to_string().as_bytes()).unwrap();
    assert_eq!(cited_numbers(&consignment).into_iter().collect::<Vec<_>>(), [number()]);
}
