//! What holds for every question.

use endmark_core::check::{Cited, ManufacturerStanding, SealStanding};
use endmark_core::regime::Regimes;
use endmark_core::verdict::Answer::{CannotBeChecked, Conforms};
use endmark_core::verdict::{Requirement, Verdict};
use proptest::prelude::*;
use serde_json::json;
use time::macros::date;

use crate::case::*;

/// Goods of every list, of several, and of none.
const SOME_OF_EACH_LIST: &[&str] = &[
    "842230", "842720", "854449", "854231", "381190", "840710", "271019", "060110", "880240", "160431", "220110",
    "847170", "847130", "900630", "740311", "740100", "870421", "930320", "845011", "401130", "870323", "040221",
];

const ROADS: &[&[&str]] = &[&["LT", "BY", "RU", "KZ"], &["LT", "RU", "KZ"], &["LT", "BY", "UA"], &["LT", "PL", "UA"]];

/// Taking away any list that an answer rests on leaves the goods open: never free, and never a yes to a consignment
/// that cites nothing.
#[test]
fn goods_that_could_be_on_a_list_that_is_gone_are_never_free() {
    let gone_from = |list: &str| Regimes::new(data().without_list(list), date!(2026 - 04 - 23));
    let lists = REGIMES.sources(MONDAY.day).1;
    assert!(lists.iter().any(|list| list.id == INVENTED));
    let without: Vec<_> = lists.iter().map(|list| (&list.id, gone_from(&list.id))).collect();
    let mut asked = 0;
    for (hs, road) in SOME_OF_EACH_LIST.iter().flat_map(|hs| ROADS.iter().map(move |road| (hs, road))) {
        let with = bare(hs, road).judged();
        for (list, fewer) in without.iter().filter(|(list, _)| with.lists.iter().any(|used| used.id == ***list)) {
            let left = Case { regimes: Some(fewer.clone()), ..bare(hs, road) }.judged();
            assert!(
                left.items[0].requirement != Requirement::NotRequired,
                "{hs} by {road:?} without {list}: {left:#?}"
            );
            assert!(left.verdict != Conforms, "{hs} by {road:?} without {list}: {left:#?}");
            asked += 1;
        }
    }
    assert!(asked > 500, "{asked}");
}

/// Goods on a road, not dual-use, with nothing cited.
fn bare(hs: &str, road: &[&str]) -> Case {
    let item = json!({ "goodsItemNumber": 1, "commodityCode": { "harmonizedSystemSubheadingCode": hs } });
    case()
        .declared("/goodsItems", json!([item]))
        .declared("/countriesOfRouting", json!(road))
        .declared("/countryOfDestination", json!(road.last().unwrap()))
}

proptest! {
    /// Taking lists away may make a thing unknown; it never makes it free, and never a yes out of a no.
    #[test]
    fn removing_lists_never_frees_goods(
        gone in prop::collection::vec(0_usize..13, 1..4),
        hs in prop::sample::select(SOME_OF_EACH_LIST),
        via in prop::sample::select(ROADS),
    ) {
        let bare = bare(hs, via);
        let with = bare.judged();
        let mut fewer = data();
        for list in gone {
            fewer = fewer.without_list(&REGIMES.sources(MONDAY.day).1[list].id);
        }
        let fewer = Regimes::new(fewer, date!(2026 - 04 - 23));
        let without = Case { regimes: Some(fewer), ..bare }.judged();
        let free = |verdict: &Verdict| verdict.items[0].requirement == Requirement::NotRequired;
        prop_assert!(free(&with) || !free(&without), "{with:?} {without:?}");
        prop_assert!(with.verdict == Conforms || without.verdict != Conforms);
        if free(&with) && free(&without) {
            prop_assert_eq!(with.verdict, without.verdict);
        }
    }

    /// More loaded data never turns a ban into anything less: a listed ban is found whatever else is there.
    #[test]
    fn a_ban_stands_whatever_else_is_loaded(hs in prop::sample::select(SOME_OF_EACH_LIST)) {
        let only = ["833/2014 Annex VII Part B", "833/2014 Annex XXXVII"];
        let mut few = data();
        for list in REGIMES.sources(MONDAY.day).1.iter().filter(|list| !only.contains(&&*list.id)) {
            few = few.without_list(&list.id);
        }
        let bare = bare(hs, &["LT", "RU", "KZ"]);
        let all = bare.judged().items[0].requirement;
        let few = Case { regimes: Some(Regimes::new(few, date!(2026 - 04 - 23))), ..bare }.judged();
        prop_assert_eq!(all == Requirement::Prohibited, few.items[0].requirement == Requirement::Prohibited);
    }

    /// Leaving countries out of the routing never softens the answer where a border office tells the road.
    #[test]
    fn leaving_a_country_out_never_softens_the_answer(
        kept in prop::collection::vec(any::<bool>(), 4),
        hs in prop::sample::select(SOME_OF_EACH_LIST),
        cited in any::<bool>(),
        office in prop::sample::select(vec![("exit", json!("LTDEMO10")), ("exitForTransit", json!(["BY112301"]))]),
    ) {
        let all = ["LT", "BY", "RU", "KZ"];
        let some: Vec<&str> = all.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(country, _)| *country).collect();
        let told = |case: Case| case.declared(&format!("/offices/{}", office.0), office.1.clone());
        let asked = |road: &[&str]| {
            let case = if cited { case() } else { bare(hs, &all) };
            told(case).declared("/countriesOfRouting", json!(road)).judged()
        };
        let (whole, part) = (asked(&all), asked(&some));
        prop_assert!(part.verdict >= whole.verdict, "{some:?}: {:?} instead of {:?}", part.verdict, whole.verdict);
        for (whole, part) in whole.items.iter().zip(&part.items) {
            prop_assert!(part.requirement >= whole.requirement, "{some:?}");
        }
    }

    /// Nothing that the register failed at is ever answered with a yes, whatever else is right.
    #[test]
    fn a_fault_never_yields_a_yes(fault in 0_usize..6, position in 0_usize..3) {
        let stale = "over".to_owned();
        let verdict = match fault {
            0 => case().judged_with(None),
            1 => case().judged_with(Some(Cited::Unreadable("edited".to_owned()))),
            2 => Case { manufacturer: ManufacturerStanding::Unreadable, ..case() }.judged(),
            3 => Case { seal: SealStanding::ListStale { detail: stale }, ..case() }.judged(),
            4 => {
                let fewer = Regimes::new(data().without_list("765/2006 Annex XIX"), date!(2026 - 04 - 23));
                Case { regimes: Some(fewer), ..case() }.judged()
            }
            _ => Case { regimes: Some(Regimes::new(data(), date!(2026 - 03 - 15))), ..case() }.judged(),
        };
        prop_assert_eq!(verdict.verdict, CannotBeChecked);
        prop_assert_eq!(verdict.items[position].answer, CannotBeChecked);
    }

    /// The order of goods items changes no byte of the answer.
    #[test]
    fn the_order_of_items_does_not_matter(order in Just(vec![0_usize, 1, 2]).prop_shuffle(), quantity in 1_u32..9) {
        let mut one = case().declared("/goodsItems/0/citations/0/quantity/value", json!(quantity.to_string()));
        let first = one.judged();
        let items = one.declared["goodsItems"].clone();
        one.declared["goodsItems"] = order.iter().map(|i| items[*i].clone()).collect();
        let second = one.judged();
        prop_assert_eq!(serde_json::to_string(&first).unwrap(), serde_json::to_string(&second).unwrap());
    }

    /// The same question at the same moment has the same answer, byte for byte.
    #[test]
    fn a_verdict_is_deterministic(pointer in prop::sample::select(vec!["/goodsItems/0/netMass", "/goodsItems/2/netMass"]), mass in 1_u32..9_000) {
        let asked = case().declared(pointer, json!(mass.to_string()));
        let text = || serde_json::to_string(&asked.judged()).unwrap();
        prop_assert_eq!(text(), text());
    }
}
