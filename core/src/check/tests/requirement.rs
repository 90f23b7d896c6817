//! The verdict table: what the regimes say, what is cited, and the answer.

use serde_json::json;
use time::macros::date;

use super::*;

const PROHIBITED: (&str, Option<&str>) = ("854231", Some("90"));

#[test]
fn prohibited_goods_are_refused_with_a_perfect_certificate() {
    let case = good().of_code(PROHIBITED.0, PROHIBITED.1);
    case.refused(FindingCode::Prohibited);
    let verdict = case.verdict();
    let basis = |law: &str| {
        let bans = verdict.findings.iter().filter(|finding| finding.code == FindingCode::Prohibited);
        bans.filter_map(|finding| finding.legal_basis.as_ref()).any(|basis| basis.contains(law))
    };
    assert!(basis("Article 2a(1a)") && basis("Article 1f(1a)"));
    assert_eq!(case.requirement(), Requirement::Prohibited);
}

#[test]
fn a_licence_that_may_lift_a_prohibition_is_shown_to_the_officer() {
    let case = good().of_code(PROHIBITED.0, PROHIBITED.1);
    case.declared("/supportingDocuments", json!([{ "type": "X060" }])).open(FindingCode::ProhibitedLicenceDeclared);
    // Y901 is no licence.
    good().of_code(PROHIBITED.0, PROHIBITED.1).refused(FindingCode::Prohibited);
}

#[test]
fn a_licence_of_one_item_lifts_nothing_for_another() {
    let case = good().certified("/lines/0/commodityCode", code("854231", Some("90")));
    let case = case.declared("/goodsItems/0/commodityCode", code("854231", Some("90")));
    let case = case.declared("/goodsItems/1/supportingDocuments", json!([{ "type": "X060" }]));
    case.refused(FindingCode::Prohibited);
}

#[test]
fn each_transit_ban_speaks_of_its_own_country() {
    for (hs, route, banned) in [
        ("854110", ["LV", "RU"], true),
        ("854110", ["LT", "BY"], true),
        ("381190", ["LV", "RU"], true),
        ("840710", ["LT", "BY"], true),
        ("840710", ["LV", "RU"], false),
        ("901600", ["LV", "RU"], false),
    ] {
        let cn = None;
        let mut case = good().of_code(hs, cn).uncited();
        case = case.declared("/countriesOfRouting", json!([route[0], route[1], "UZ"]));
        let codes: Vec<FindingCode> = case.verdict().findings.iter().map(|finding| finding.code).collect();
        assert_eq!(codes.contains(&FindingCode::Prohibited), banned, "{hs} {route:?}: {codes:?}");
    }
}

#[test]
fn a_required_certificate_that_is_not_cited_is_missing() {
    let case = good().uncited();
    let found = case.refused(FindingCode::CertificateMissing);
    assert!(found.legal_basis.unwrap().contains("18 December 2023"));
    assert_eq!(effective(&case.verdict()).len(), 3);
}

#[test]
fn goods_on_no_list_need_no_certificate() {
    // Apples.
    let case = good().of_code("080810", Some("80")).uncited();
    assert_eq!(case.conforms().items[0].requirement, Requirement::NotRequired);
}

#[test]
fn a_certificate_cited_without_need_is_judged_all_the_same() {
    good().of_code("080810", Some("80")).conforms();
    good().of_code("080810", Some("80")).cited(Cited::Unknown).refused(FindingCode::CertificateUnknown);
}

#[test]
fn a_route_that_touches_neither_country_asks_nothing() {
    let case = good().uncited().declared("/countriesOfRouting", json!(["LT", "PL", "BG", "TR", "GE", "AZ", "KZ"]));
    let case = case.declared("/supportingDocuments", json!([]));
    assert_eq!(case.conforms().items[0].requirement, Requirement::NotRequired);
}

#[test]
fn the_lithuanian_rule_asks_where_lithuania_takes_part_and_elsewhere_nothing_is_free() {
    let latvian = |road: &[&str]| {
        let case = good().uncited().declared("/office", json!("LV000210"));
        case.declared("/offices", json!({ "export": "LV000210" })).declared("/countriesOfRouting", json!(road))
    };
    // The road leaves by Lithuania, where the exit office will be.
    latvian(&["LV", "LT", "BY", "RU", "KZ"]).refused(FindingCode::CertificateMissing);
    let straight = || latvian(&["LV", "RU", "KZ"]);
    assert_eq!(straight().requirement(), Requirement::Unknown);
    straight().open(FindingCode::RequirementUnknown);
    for office in ["exit", "departure", "destination"] {
        straight().declared(&format!("/offices/{office}"), json!("LTVR1000")).refused(FindingCode::CertificateMissing);
    }
    // Goods that nobody restricts are free there as well.
    let apples = good().of_code("080810", Some("80")).uncited().declared("/office", json!("LV000210"));
    let apples = apples.declared("/offices", json!({})).declared("/countriesOfRouting", json!(["LV", "RU", "KZ"]));
    assert_eq!(apples.conforms().items[0].requirement, Requirement::NotRequired);
    // The Union's bans bind everywhere.
    let case = good().of_code(PROHIBITED.0, PROHIBITED.1).declared("/office", json!("LV000210"));
    case.declared("/offices", json!({})).refused(FindingCode::Prohibited);
}

#[test]
fn the_dual_use_question_is_settled_by_y901_or_a_licence() {
    let documents = |documents| good().declared("/supportingDocuments", documents);
    let found = documents(json!([])).open(FindingCode::DualUseUndeclared);
    assert!(found.remedy.unwrap().contains("Y901"));
    documents(json!([{ "type": "N380" }])).open(FindingCode::DualUseUndeclared);
    documents(json!([{ "type": "X060" }])).open(FindingCode::ProhibitedLicenceDeclared);
    let one = documents(json!([])).declared("/goodsItems/0/supportingDocuments", json!([{ "type": "Y901" }]));
    assert_eq!(effective(&one.verdict()).len(), 2);
}

#[test]
fn goods_for_russia_or_belarus_themselves_are_never_told_that_nothing_is_required() {
    for country in ["RU", "BY"] {
        let case = good().of_code("080810", Some("80")).uncited();
        let case = case.declared("/countryOfDestination", json!(country));
        let case = case.declared("/countriesOfRouting", json!(["LT", country]));
        case.open(FindingCode::RequirementUnknown);
    }
    let case = good().of_code("080810", Some("80")).uncited();
    case.declared("/goodsItems/0/countryOfDestination", json!("RU")).open(FindingCode::RequirementUnknown);
}

#[test]
fn an_ex_entry_leaves_the_question_to_the_description() {
    // ex 8704 in Annex XXIII: of some lorries the engine decides.
    let lorries = || good().of_code("870421", Some("91"));
    let found = lorries().uncited().open(FindingCode::DescriptionDecides);
    assert!(found.remedy.unwrap().contains("ex 8704"));
    assert_eq!(lorries().uncited().requirement(), Requirement::Unknown);
    // A good certificate settles it: whether it was required no longer matters.
    lorries().warned(FindingCode::DescriptionDecides);
}

#[test]
fn an_ex_entry_that_leaves_out_codes_only_lists_the_rest() {
    // ex 4011, all but 4011 30.
    good().of_code("401120", Some("90")).uncited().refused(FindingCode::CertificateMissing);
}

#[test]
fn a_code_declared_coarser_than_a_listed_one_leaves_a_ban_open() {
    // 8205 59 80 in Annex VII Part B of 833/2014 and Va Part B of 765/2006.
    good().of_code("820559", Some("80")).refused(FindingCode::Prohibited);
    let coarse = || good().of_code("820559", None).declared("/dataSet", json!("D1"));
    coarse().open(FindingCode::DescriptionDecides);
    coarse().uncited().open(FindingCode::DescriptionDecides);
}

#[test]
fn a_cn_code_of_zeros_does_not_evade_a_finer_entry() {
    good().of_code("820559", Some("00")).open(FindingCode::DescriptionDecides);
}

#[test]
fn after_the_lists_are_too_old_not_listed_is_unknown_and_listed_still_speaks() {
    let apples = || good().of_code("080810", Some("80")).uncited();
    apples().day(date!(2026 - 04 - 23)).conforms();
    apples().day(date!(2026 - 04 - 24)).open(FindingCode::RequirementUnknown);
    let late = date!(2026 - 04 - 24);
    good().of_code(PROHIBITED.0, PROHIBITED.1).day(late).verdict();
    let codes = |case: Case| -> Vec<FindingCode> { case.day(late).verdict().findings.iter().map(|f| f.code).collect() };
    assert!(codes(good().of_code(PROHIBITED.0, PROHIBITED.1)).contains(&FindingCode::Prohibited));
    assert!(codes(good().uncited()).contains(&FindingCode::CertificateMissing));
    // A good certificate does not settle whether a newer ban names the goods.
    good().day(late).open(FindingCode::RequirementUnknown);
}

#[test]
fn a_ban_whose_list_is_not_loaded_leaves_the_answer_open() {
    for id in [
        "833/2014 Annex VII Part B",
        "833/2014 Annex XXXVII",
        "765/2006 Annex Va Part B",
        "765/2006 Annex XIX",
        "765/2006 Annex XIVa",
    ] {
        let case = good();
        let case = Case { data: case.data.clone().without_list(id), ..case };
        let found = case.open(FindingCode::RequirementUnknown);
        assert!(found.remedy.unwrap().contains(id), "{id}");
    }
}

#[test]
fn a_list_not_loaded_is_a_fault_and_leaves_the_answer_open_also_with_a_certificate() {
    let case = good().of_code("080810", Some("80"));
    let case = Case { data: case.data.clone().without_list("833/2014 Annex XXIII"), ..case };
    case.open(FindingCode::RequirementUnknown);
    case.uncited().open(FindingCode::RequirementUnknown);
}

#[test]
fn a_list_that_is_too_old_outweighs_another_that_is_loaded_in_part() {
    // 8452 30 stands in no list; Annex XIV, loaded in part, comes last and a certificate would settle it.
    let files = crate::regime::tests::files();
    let (name, text) = files.iter().find(|(name, _)| name.ends_with("833-2014_XXIII.csv")).unwrap();
    let next = text.replacen("# version: 2025-10-24", "# version: 2025-10-25\n# valid-until: 2026-03-01", 1);
    let case = good().of_code("845230", Some("00"));
    let data = case.data.with(vec![crate::regime::Document::parse(name, &next).unwrap()]).unwrap().0;
    let found = Case { data, ..case }.open(FindingCode::RequirementUnknown);
    assert!(found.remedy.unwrap().contains("it counts until 2026-03-01"));
}

#[test]
fn a_partial_list_does_not_say_not_listed_in_the_chapters_it_covers() {
    // Annex XIV of 765/2006 is partial, of chapters 84 and 85; 8452 30 stands in no list.
    let machine = || good().of_code("845230", Some("00"));
    machine().uncited().open(FindingCode::RequirementUnknown);
    machine().conforms();
}

#[test]
fn the_versions_of_rules_and_lists_are_in_the_answer() {
    let verdict = good().conforms();
    let regimes: Vec<&str> = verdict.regimes.iter().map(|regime| &*regime.source.id).collect();
    assert!(
        ["EU-RU-2a1a", "EU-BY-1f1a", "LT-2023-12-18", "EU-12g"].iter().all(|id| regimes.contains(id)),
        "{regimes:?}"
    );
    // No Polish office takes part, and a rule that has ended does not speak.
    assert!(["PL-2025-02-26", "LT-2023-07-03"].iter().all(|id| !regimes.contains(id)), "{regimes:?}");
    let statement = &verdict.items[0].regimes;
    let speaks = statement.iter().find(|statement| statement.regime == "LT-2023-12-18").unwrap();
    assert_eq!((&*speaks.regime_version, speaks.list_version.as_deref()), ("2023-12-18", Some("2025-10-24")));
    assert_eq!(verdict.edition, Some(good().regimes().edition()));
    assert!(verdict.lists.iter().all(|list| list.version == "2025-10-24"));
    assert_eq!(verdict.as_of, good().moment.at);
}

#[test]
fn another_years_code_does_not_take_goods_off_a_list() {
    // 8205 59 80 is banned by way of Russia; the declaration says another code of the subheading.
    let renamed = |year: u16| {
        let case = good().of_code("820559", Some("80")).certified("/nomenclatureYear", json!(year));
        case.declared("/goodsItems/0/commodityCode/combinedNomenclatureCode", json!("10"))
    };
    assert_eq!(renamed(2025).verdict().items[0].requirement, Requirement::Prohibited);
    assert_ne!(renamed(2025).verdict().verdict, Answer::Conforms);
    // A year that has not come yet explains no other code.
    let codes: Vec<FindingCode> = effective(&renamed(2100).verdict()).iter().map(|finding| finding.code).collect();
    assert!(codes.contains(&FindingCode::CommodityCodeMismatch), "{codes:?}");
}

#[test]
fn a_short_code_is_completed_by_the_seal() {
    // A transit need not say the CN code; the list has 8483 40 30 only.
    let transit =
        good().of_code("848340", None).declared("/dataSet", json!("D1")).declared("/declarationType", json!("T1"));
    transit.open(FindingCode::DescriptionDecides);
    let sealed = transit.certified("/lines/0/commodityCode/combinedNomenclatureCode", json!("90"));
    assert_eq!(sealed.verdict().verdict, Answer::Conforms, "{:#?}", sealed.verdict());
}
