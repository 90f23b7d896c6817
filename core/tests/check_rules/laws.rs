//! Laws that hold for every question.

use crate::case::{Case, REGIMES, case, data};
use endmark_core::regime::Regimes;
use endmark_core::verdict::Answer::{Conforms, DoesNotConform};
use endmark_core::verdict::Requirement;
use proptest::prelude::*;
use serde_json::json;
use time::macros::date;

proptest! {
    /// Taking a list away may make a thing unknown; it never makes it free.
    #[test]
    fn removing_a_list_never_frees_goods(list in 0_usize..10, hs in prop::sample::select(vec![
        "842230", "842720", "854449", "854231", "381190", "840710", "271019", "060110", "880310", "160431", "220110",
    ])) {
        let whole = REGIMES.sources().1[list].id.clone();
        let item = json!({ "goodsItemNumber": 1, "commodityCode": { "harmonizedSystemSubheadingCode": hs } });
        let bare = case().declared("/goodsItems", json!([item]));
        let with = bare.judged().items[0].requirement;
        let fewer = Regimes::built_in(data().without_list(&whole), date!(2026 - 04 - 23));
        let without = Case { regimes: Some(fewer), ..bare }.judged().items[0].requirement;
        prop_assert!(with == Requirement::NotRequired || without != Requirement::NotRequired, "{with:?} {without:?}");
    }

    /// Leaving countries out of the routing never turns a no into a yes.
    #[test]
    fn leaving_a_country_out_never_softens_the_answer(kept in prop::collection::vec(any::<bool>(), 4)) {
        let all = ["LT", "BY", "RU", "KZ"];
        let some: Vec<&str> = all.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(country, _)| *country).collect();
        let full = case().declared("/countriesOfRouting", json!(["LT", "BY", "RU", "UZ", "KZ"]));
        prop_assert_eq!(full.judged().verdict, DoesNotConform);
        let goods = case().declared("/countriesOfRouting", json!(some)).judged();
        let omits = !(kept[1] && kept[2]);
        prop_assert!(!omits || goods.verdict != Conforms, "{some:?} conforms");
    }

    /// The order of goods items changes neither answer nor findings.
    #[test]
    fn the_order_of_items_does_not_matter(order in Just(vec![0_usize, 1, 2]).prop_shuffle(), quantity in 1_u32..9) {
        let mut one = case().declared("/goodsItems/0/citations/0/quantity/value", json!(quantity.to_string()));
        let first = one.judged();
        let items = one.declared["goodsItems"].clone();
        one.declared["goodsItems"] = order.iter().map(|i| items[*i].clone()).collect();
        let second = one.judged();
        prop_assert_eq!(first.verdict, second.verdict);
        prop_assert_eq!(first.findings, second.findings);
    }

    /// The same question at the same moment has the same answer, byte for byte.
    #[test]
    fn a_verdict_is_deterministic(pointer in prop::sample::select(vec!["/goodsItems/0/netMass", "/goodsItems/2/netMass"]), mass in 1_u32..9_000) {
        let asked = case().declared(pointer, json!(mass.to_string()));
        let text = || serde_json::to_string(&asked.judged()).unwrap();
        prop_assert_eq!(text(), text());
    }
}
