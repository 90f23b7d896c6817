//! Absent is not missing.

use serde_json::json;

use super::*;
use crate::consignment::Element;

#[track_caller]
fn not_compared(case: &Case, elements: &[Element]) {
    let verdict = case.conforms();
    let found: Vec<Element> = verdict.not_compared.iter().map(|absent| absent.element).collect();
    for element in elements {
        assert!(found.contains(element), "{element:?} not among {found:?}");
    }
}

#[test]
fn an_export_has_no_seller_buyer_end_user_or_condition() {
    let elements = [Element::Seller, Element::Buyer, Element::EndUser, Element::EndUse, Element::Condition];
    not_compared(&good(), &elements);
    let verdict = good().conforms();
    let seller = verdict.not_compared.iter().find(|absent| absent.element == Element::Seller).unwrap();
    assert_eq!(seller.certified, "UAB Baltijos pakavimo sistemos (EORI LT304567891)");
}

#[test]
fn an_export_with_security_data_has_a_consignee() {
    let case = good().declared("/parties/consignee", json!(null));
    case.open(FindingCode::ElementEmpty);
    // Without security data it need not, and the border office tells the route.
    let case = case.declared("/security", json!(false));
    not_compared(&case, &[Element::Consignee]);
}

#[test]
fn an_export_with_security_data_has_a_routing() {
    let case = good().declared("/countriesOfRouting", json!([])).declared("/offices/exit", json!("LTDEMO10"));
    case.open(FindingCode::ElementEmpty);
    not_compared(&case.declared("/security", json!(false)), &[Element::CountriesOfRouting]);
}

#[test]
fn an_export_has_exporter_destination_and_cn_code() {
    good().declared("/parties/exporter", json!(null)).open(FindingCode::ElementEmpty);
    // Without a destination the regimes of a destination cannot speak either.
    let nowhere = good().declared("/countryOfDestination", json!(null)).verdict();
    assert_eq!(nowhere.verdict, Answer::CannotBeChecked);
    let codes: Vec<_> = effective(&nowhere).iter().map(|finding| finding.code).collect();
    assert!(codes.contains(&FindingCode::ElementEmpty) && codes.contains(&FindingCode::RequirementUnknown));
    let coarse = good().declared("/goodsItems/0/commodityCode", code("842230", None));
    coarse.open(FindingCode::ElementEmpty);
}

#[test]
fn a_simplified_export_may_leave_consignee_and_mass_out() {
    let case = good().declared("/dataSet", json!("C1")).declared("/parties/consignee", json!(null));
    let case = case.declared("/goodsItems/2/netMass", json!(null));
    not_compared(&case, &[Element::Consignee, Element::NetMass]);
}

#[test]
fn a_transit_has_no_exporter_origin_or_supplementary_units() {
    for set in ["D1", "TIR"] {
        let mut case = good().declared("/dataSet", json!(set)).declared("/parties/exporter", json!(null));
        for item in 0..3 {
            case = case.declared(&format!("/goodsItems/{item}/countryOfOrigin"), json!(null));
            case = case.declared(&format!("/goodsItems/{item}/supplementaryUnits"), json!(null));
        }
        not_compared(&case, &[Element::Exporter, Element::CountryOfOrigin, Element::SupplementaryUnits]);
        case.declared("/parties/consignee", json!(null)).open(FindingCode::ElementEmpty);
    }
}

#[test]
fn what_an_officer_supplies_from_the_papers_counts_as_given_and_is_marked() {
    let case = good().declared("/goodsItems/1/condition", json!("used"));
    let case = case.declared("/suppliedFromPapers", json!(["condition"]));
    case.refused(FindingCode::ConditionMismatch);
    assert_eq!(case.verdict().supplied_from_papers, [Element::Condition]);
}
