//! The verdict table, and "absent is not missing".

use crate::case::{Case, case, code, effective, unlisted};
use endmark_core::moment::Moment;
use endmark_core::verdict::Answer::{CannotBeChecked, DoesNotConform};
use endmark_core::verdict::{FindingCode, Requirement};
use serde_json::json;
use time::macros::{date, datetime};

#[test]
fn everything_right_conforms_and_names_what_it_rests_on() {
    let verdict = case().conforms();
    assert!(verdict.items.iter().all(|item| item.requirement == Requirement::CertificateRequired));
    assert!(verdict.lists.iter().any(|list| list.id == "833/2014 Annex XXIII" && list.version == "2025-10-24"));
    assert_eq!(effective(&verdict), []);
}

#[test]
fn prohibited_goods_do_not_pass_with_a_perfect_certificate_and_a_licence_is_shown_to_the_officer() {
    let goods = code("854231", "90");
    let banned = || {
        case().certified("/lines/0/commodityCode", goods.clone()).declared("/goodsItems/0/commodityCode", goods.clone())
    };
    banned().comes_out(DoesNotConform, FindingCode::Prohibited);
    let licence = json!([{ "type": "X060", "reference": "LT-2026-17" }]);
    banned()
        .declared("/supportingDocuments", licence)
        .comes_out(CannotBeChecked, FindingCode::ProhibitedLicenceDeclared);
}

#[test]
fn a_required_certificate_that_is_not_cited_is_missing() {
    case().declared("/goodsItems/1/citations", json!([])).comes_out(DoesNotConform, FindingCode::CertificateMissing);
}

#[test]
fn goods_that_nobody_lists_need_nothing_once_the_dual_use_question_is_settled() {
    assert_eq!(unlisted().conforms().items[0].requirement, Requirement::NotRequired);
    let open = unlisted().declared("/supportingDocuments", json!([]));
    open.comes_out(CannotBeChecked, FindingCode::DualUseUndeclared);
    // A dual-use licence says that the goods are dual-use; whether it lifts the ban is for the officer.
    let licensed = unlisted().declared("/supportingDocuments", json!([{ "type": "X060" }]));
    licensed.comes_out(CannotBeChecked, FindingCode::ProhibitedLicenceDeclared);
}

#[test]
fn after_the_setting_not_listed_is_unknown_and_listed_still_speaks() {
    let late = Moment { at: datetime!(2026-04-24 09:00 UTC), day: date!(2026 - 04 - 24) };
    Case { moment: late, ..unlisted() }.comes_out(CannotBeChecked, FindingCode::RequirementUnknown);
    let last_day = Moment { at: datetime!(2026-04-23 09:00 UTC), day: date!(2026 - 04 - 23) };
    Case { moment: last_day, ..unlisted() }.conforms();
    let goods = code("854231", "90");
    let banned =
        case().certified("/lines/0/commodityCode", goods.clone()).declared("/goodsItems/0/commodityCode", goods);
    Case { moment: late, ..banned }.comes_out(DoesNotConform, FindingCode::Prohibited);
}

#[test]
fn an_ex_entry_asks_for_its_description() {
    let luxury = unlisted().declared("/goodsItems/0/commodityCode", code("160431", "00"));
    luxury.comes_out(CannotBeChecked, FindingCode::DescriptionDecides);
}

#[test]
fn goods_for_russia_itself_are_never_free() {
    let verdict = unlisted()
        .declared("/countryOfDestination", json!("RU"))
        .declared("/countriesOfRouting", json!(["LT", "RU"]))
        .comes_out(CannotBeChecked, FindingCode::RequirementUnknown);
    assert_ne!(verdict.items[0].requirement, Requirement::NotRequired);
    // Russia as the destination is no transit through Russia: the transit bans do not speak of it.
    let processors = unlisted()
        .declared("/goodsItems/0/commodityCode", code("854231", "90"))
        .declared("/countryOfDestination", json!("RU"))
        .declared("/countriesOfRouting", json!(["LT", "RU"]))
        .comes_out(CannotBeChecked, FindingCode::RequirementUnknown);
    assert!(processors.findings.iter().all(|f| f.code != FindingCode::Prohibited), "{:#?}", processors.findings);
}

#[test]
fn a_road_that_avoids_russia_and_belarus_needs_nothing() {
    let road = json!(["LT", "PL", "TR", "GE", "AZ", "KZ"]);
    let elsewhere = case().declared("/countriesOfRouting", road);
    let bare = elsewhere
        .declared("/goodsItems/0/citations", json!([]))
        .declared("/goodsItems/1/citations", json!([]))
        .declared("/goodsItems/2/citations", json!([]))
        .declared("/supportingDocuments", json!([]));
    assert!(bare.conforms().items.iter().all(|item| item.requirement == Requirement::NotRequired));
}

#[test]
fn what_the_data_set_lacks_is_listed_and_harms_nobody() {
    let verdict = case().without("/parties/consignee").declared("/security", json!(false)).judged();
    // Without security data there is no routing either, and no office tells the road.
    assert!(verdict.findings.iter().all(|f| f.code != FindingCode::PartyMismatch));
    let verdict = case().conforms();
    let names: Vec<String> = verdict.not_compared.iter().map(|n| format!("{:?}", n.element)).collect();
    for element in ["Seller", "Buyer", "Condition", "EndUser", "EndUse"] {
        assert!(names.iter().any(|name| name == element), "{element} is not in {names:?}");
    }
}

#[test]
fn an_element_of_the_set_that_is_empty_cannot_be_checked_until_supplied() {
    case().without("/parties/exporter").comes_out(CannotBeChecked, FindingCode::ElementEmpty);
    case().without("/countryOfDestination").comes_out(CannotBeChecked, FindingCode::ElementEmpty);
}

#[test]
fn a_seller_that_is_declared_although_b1_has_none_is_compared() {
    let wrong = json!({ "identifiers": [{ "scheme": "EORI", "value": "LT999999999" }] });
    case().declared("/parties/seller", wrong).comes_out(DoesNotConform, FindingCode::PartyMismatch);
}

#[test]
fn without_routing_and_without_a_telling_office_the_road_is_unknown() {
    let silent = unlisted().declared("/security", json!(false)).without("/countriesOfRouting");
    silent.comes_out(CannotBeChecked, FindingCode::RoutingUnknown);
}
