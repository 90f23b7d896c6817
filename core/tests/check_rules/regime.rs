//! The built-in rules on the real lists: date, road, goods, documents → what is asked. Each row names its source.

use std::sync::Arc;

use endmark_core::check::ManufacturerStanding;
use endmark_core::manufacturer::Manufacturer;
use endmark_core::regime::{GoodsList, ListEntry, Listed, Regimes};
use endmark_core::verdict::Answer::CannotBeChecked;
use endmark_core::verdict::FindingCode;
use endmark_core::verdict::Requirement::{
    self, CertificateRequired, NotRequired, OtherDocumentRequired, Prohibited, Unknown,
};
use serde_json::{Value, json};
use time::macros::date;

use crate::case::*;

const VIA_BOTH: &[&str] = &["LT", "BY", "RU", "KZ"];
const VIA_BY: &[&str] = &["LT", "BY", "UA", "MD"];
const VIA_RU: &[&str] = &["LV", "LT", "RU", "KZ"];

fn digits(text: &str) -> Value {
    let (hs, cn) = text.split_at(6);
    if cn.is_empty() { json!({ "harmonizedSystemSubheadingCode": hs }) } else { code(hs, cn) }
}

/// An item of these goods on this road, not dual-use, nothing cited.
fn goods(text: &str, road: &[&str]) -> Case {
    let item = json!({ "goodsItemNumber": 1, "commodityCode": digits(text), "netMass": "100" });
    case()
        .declared("/goodsItems", json!([item]))
        .declared("/countriesOfRouting", json!(road))
        .declared("/countryOfDestination", json!(road.last().unwrap()))
}

#[track_caller]
fn asks(case: &Case, wanted: Requirement) {
    let verdict = case.judged();
    assert_eq!(verdict.items[0].requirement, wanted, "{verdict:#?}");
}

#[test]
fn the_law_row_by_row() {
    let rows: &[(&str, &[&str], Requirement)] = &[
        // 833/2014, Art. 2a(1a): Annex VII Part B.
        ("85423190", VIA_RU, Prohibited),
        ("85423190", VIA_BOTH, Prohibited),
        ("84717098", VIA_RU, Prohibited),
        // 833/2014, Art. 3k(1a): Annex XXXVII.
        ("38119000", VIA_RU, Prohibited),
        ("84713000", VIA_RU, Prohibited),
        // 765/2006, Art. 1f(1a): Annex Va Part B.
        ("85423190", VIA_BY, Prohibited),
        // 765/2006, Art. 1bb(2): Annex XIX.
        ("27101921", VIA_BY, Prohibited),
        // 765/2006, Art. 1s(1a): Annex XIVa.
        ("84071000", VIA_BY, Prohibited),
        // The Lithuanian rule: other goods of Annex XXIII of 833/2014 and XVIII of 765/2006.
        ("84223000", VIA_BOTH, CertificateRequired),
        ("84223000", VIA_RU, CertificateRequired),
        ("84223000", VIA_BY, CertificateRequired),
        ("84272019", VIA_BOTH, CertificateRequired),
        ("85444995", VIA_BOTH, CertificateRequired),
        // "ex 74", all of the chapter but 7401; "ex 4011", all but 4011 30.
        ("74031100", VIA_BOTH, CertificateRequired),
        ("74010000", VIA_BOTH, NotRequired),
        ("40111000", VIA_RU, CertificateRequired),
        // "ex 8704": the engine decides.
        ("87042191", VIA_RU, Unknown),
        // Luxury goods: the value decides.
        ("16043100", VIA_RU, Unknown),
        // Article 3c: aviation goods via Russia are to be read up, whatever is certified.
        ("88024000", VIA_RU, CertificateRequired),
        // Firearms: no list of them is loaded, so chapter 93 is never free.
        ("93032010", VIA_RU, Unknown),
        ("93032010", VIA_BY, Unknown),
        // Annex XIV of 765/2006 is partial: machinery that no other list has may stand on what is missing of it.
        ("84501111", VIA_BY, Unknown),
        // Goods that nobody restricts.
        ("22011011", VIA_BOTH, NotRequired),
        ("04022118", VIA_BOTH, NotRequired),
        ("30049000", VIA_RU, NotRequired),
        // Roads around.
        // Articles 12g and 12gb bind whichever road they take.
        ("85423190", &["LT", "PL", "TR", "GE", "AZ", "KZ"], OtherDocumentRequired),
        ("84223000", &["LT", "PL", "UA"], NotRequired),
    ];
    for (text, road, wanted) in rows {
        let verdict = goods(text, road).judged();
        assert_eq!(verdict.items[0].requirement, *wanted, "{text} via {road:?}: {verdict:#?}");
    }
}

#[test]
fn a_certificate_does_not_carry_aircraft_or_jet_fuel_through_russia() {
    for text in ["88024000", "27101921"] {
        let maker = Manufacturer { scope: vec!["88".parse().unwrap(), "27".parse().unwrap()], ..maker() };
        let case = case()
            .certified("/lines/0/commodityCode", digits(text))
            .certified("/routing", json!([["RU", "KZ"]]))
            .declared("/countriesOfRouting", json!(["LT", "RU", "KZ"]))
            .declared("/goodsItems/0/commodityCode", digits(text));
        let item = case.declared["goodsItems"][0].clone();
        let case = Case { manufacturer: ManufacturerStanding::Known(Arc::new(maker)), ..case };
        case.declared("/goodsItems", json!([item])).comes_out(CannotBeChecked, FindingCode::RequirementUnknown);
    }
}

#[test]
fn a_code_declared_more_coarsely_than_the_entry_is_never_not_listed() {
    // 8471 70 98 stands in Annex VII Part B; Annex XXXVII has 8471 70 whole, so that is taken away here.
    let regimes = Regimes::new(data().without_list("833/2014 Annex XXXVII"), date!(2026 - 04 - 23));
    let coarse = Case { regimes: Some(regimes), ..goods("847170", VIA_RU) };
    let verdict = coarse.judged();
    let speaks = verdict.items[0].regimes.iter().find(|s| s.regime == "EU-RU-2a1a").unwrap();
    assert_eq!((speaks.requirement, speaks.list_entry.as_deref()), (Unknown, Some("84717098")));
}

#[test]
fn an_ex_entry_shows_what_its_description_names_in_our_own_words() {
    let verdict = goods("87042191", VIA_RU).judged();
    let finding = verdict.findings.iter().find(|f| f.code == FindingCode::DescriptionDecides).unwrap();
    assert!(finding.remedy.as_ref().unwrap().contains("ex 8704 (lorries"), "{finding:?}");
    assert!(finding.legal_basis.is_some());
}

#[test]
fn every_unknown_names_what_would_settle_it_and_every_answer_its_law() {
    for text in ["87042191", "93032010", "84501111", "16043100"] {
        let verdict = goods(text, VIA_BOTH).declared("/supportingDocuments", json!([])).judged();
        for statement in &verdict.items[0].regimes {
            let law = verdict.regimes.iter().find(|regime| regime.source.id == statement.regime);
            assert!(law.is_some_and(|regime| regime.legal_basis.is_some()), "{statement:?}");
            assert!(
                statement.requirement != Unknown || statement.remedy.is_some() || statement.list.is_some(),
                "{statement:?}"
            );
        }
        assert!(verdict.findings.iter().all(|f| f.remedy.is_some() && f.legal_basis.is_some()), "{text}");
    }
}

#[test]
fn a_licence_that_may_lift_a_ban_leaves_the_certificate_needed() {
    let licence = |document: Value| goods("85423190", VIA_RU).declared("/supportingDocuments", json!([document]));
    let named = licence(json!({ "type": "X060", "reference": "DE-2026-0042" }));
    named.comes_out(CannotBeChecked, FindingCode::ProhibitedLicenceDeclared);
    named.comes_out(CannotBeChecked, FindingCode::CertificateMissing);
}

#[test]
fn belarus_has_no_road_on_but_through_russia() {
    // Microprocessors aside, Annex XXXVII via Russia: the declaration names Belarus alone.
    asks(&goods("84713000", &["LT", "BY", "KZ"]), Prohibited);
    let aviation = goods("88024000", &["LT", "BY", "KZ"]).judged();
    assert!(aviation.items[0].regimes.iter().any(|statement| statement.regime == "EU-RU-3c"));
    // To Belarus itself, back into the Union, or by Ukraine there is one.
    for road in [&["LT", "BY"][..], &["LT", "BY", "PL"], VIA_BY] {
        let verdict = goods("88024000", road).judged();
        assert!(verdict.items[0].regimes.iter().all(|statement| statement.regime != "EU-RU-3c"), "{road:?}");
    }
}

#[test]
fn a_lorry_does_not_jump_from_the_union_to_kazakhstan() {
    let jump = goods("22011011", &["LT", "KZ"]);
    jump.comes_out(CannotBeChecked, FindingCode::RoutingUnknown);
    // By air or sea it may.
    asks(&goods("22011011", &["LT", "KZ"]).declared("/transport/mode", json!("4")), NotRequired);
    // And a border office fills the hole.
    let filled = goods("84223000", &["LT", "KZ"]).declared("/offices/exit", json!("LTDEMO10"));
    asks(&filled, CertificateRequired);
}

#[test]
fn a_routing_that_never_leaves_the_union_tells_nothing_of_a_third_country() {
    goods("22011011", &["DE", "LT"])
        .declared("/countryOfDestination", json!("KZ"))
        .comes_out(CannotBeChecked, FindingCode::RoutingUnknown);
}

#[test]
fn the_lithuanian_rule_binds_where_lithuania_takes_part_and_elsewhere_others_do() {
    let german = |road: &[&str]| {
        goods("84223000", road)
            .declared("/office", json!("DE004851"))
            .declared("/offices", json!({ "export": "DE004851" }))
    };
    // The office of exit is not named yet; the road says where it will be.
    asks(&german(&["DE", "PL", "LT", "BY", "RU", "KZ"]), CertificateRequired);
    let polish = german(&["DE", "PL", "BY", "RU", "KZ"]);
    asks(&polish, Unknown);
    polish.comes_out(CannotBeChecked, FindingCode::RequirementUnknown);
    asks(
        &german(&["DE", "PL", "BY", "RU", "KZ"]).declared("/offices", json!({ "exit": "LTDEMO10" })),
        CertificateRequired,
    );
    // The Union's bans bind everywhere.
    let chips = goods("85423190", &["DE", "PL", "BY", "RU", "KZ"]).declared("/office", json!("DE004851"));
    asks(&chips.declared("/offices", json!({ "export": "DE004851" })), Prohibited);
}

#[test]
fn before_the_day_a_list_was_read_its_silence_says_nothing() {
    let mut early = goods("22011011", VIA_BOTH);
    early.moment.day = date!(2025 - 10 - 23);
    asks(&early, Unknown);
    early.moment.day = date!(2025 - 10 - 24);
    asks(&early, NotRequired);
}

fn entry(code: &str, ex: bool, except: &[&str]) -> ListEntry {
    let except = except.iter().map(|code| (*code).to_owned()).collect();
    ListEntry { code: code.to_owned(), ex, except, from: None, words: None }
}

#[test]
fn codes_match_by_prefix_on_the_digits_that_say_something() {
    let entries = vec![
        entry("90060000", false, &[]),
        entry("84223000", false, &[]),
        entry("27101921", false, &[]),
        entry("88", false, &[]),
        entry("74", true, &["7401"]),
        entry("8704", true, &[]),
        entry("870490", false, &[]),
    ];
    let list = GoodsList::new(REGIMES.lists(MONDAY.day).next().unwrap().head().clone(), entries);
    let find = |text: &str| {
        let code = serde_json::from_value(digits(text)).unwrap();
        match list.find(&code, date!(2026 - 01 - 01)) {
            Listed::Yes(entry) => format!("yes {}", entry.code),
            Listed::Maybe(entry) => format!("maybe {}", entry.code),
            Listed::No => "no".to_owned(),
        }
    };
    for (text, wanted) in [
        ("900659", "yes 90060000"),
        ("900661", "yes 90060000"),
        ("900700", "no"),
        ("842230", "yes 84223000"),
        ("84223000", "yes 84223000"),
        ("842240", "no"),
        ("27101921", "yes 27101921"),
        ("27101929", "no"),
        ("271019", "maybe 27101921"),
        ("271012", "no"),
        ("880730", "yes 88"),
        ("740311", "yes 74"),
        ("740100", "no"),
        ("870421", "maybe 8704"),
        ("870490", "yes 870490"),
    ] {
        assert_eq!(find(text), wanted, "{text}");
    }
}
