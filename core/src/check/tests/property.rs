//! Laws that hold for every consignment.

use proptest::prelude::*;
use serde_json::json;

use super::*;

const LISTS: [&str; 10] = [
    "833/2014 Annex VII Part B",
    "833/2014 Annex XXXVII",
    "833/2014 Annex XXIII",
    "833/2014 Annex XI",
    "833/2014 Annex XVIII",
    "765/2006 Annex Va Part B",
    "765/2006 Annex XIX",
    "765/2006 Annex XIVa",
    "765/2006 Annex XVIII",
    "765/2006 Annex XIV",
];

/// Codes that the lists name, whole and in part, and codes that they do not.
fn codes() -> impl Strategy<Value = (&'static str, Option<&'static str>)> {
    prop::sample::select(vec![
        ("842230", Some("00")),
        ("842720", Some("19")),
        ("854231", Some("90")),
        ("840710", Some("00")),
        ("381190", None),
        ("271019", Some("21")),
        ("271019", None),
        ("401120", Some("90")),
        ("220300", Some("01")),
        ("080810", Some("80")),
        ("845230", Some("00")),
        ("880240", Some("00")),
    ])
}

fn routes() -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(prop::sample::select(vec!["LT", "LV", "BY", "RU", "UZ", "KZ", "PL"]), 0..6)
}

fn consignments() -> impl Strategy<Value = Case> {
    (codes(), routes(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |((hs, cn), route, cited, y901, office, security)| {
            let mut case = good().of_code(hs, cn).declared("/countriesOfRouting", json!(route));
            if !cited {
                case = case.uncited();
            }
            if !y901 {
                case = case.declared("/supportingDocuments", json!([]));
            }
            if office {
                case = case.declared("/offices/exit", json!("LTDEMO10"));
            }
            case.declared("/security", json!(security))
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn removing_a_list_never_turns_a_demand_into_not_required(
        case in consignments(), list in prop::sample::select(LISTS.to_vec())
    ) {
        let less = Case { data: case.data.clone().without_list(list), ..case.clone() };
        if case.requirement() != Requirement::NotRequired {
            prop_assert_ne!(less.requirement(), Requirement::NotRequired);
        }
        if case.verdict().verdict != Answer::Conforms {
            prop_assert_ne!(less.verdict().verdict, Answer::Conforms);
        }
    }

    #[test]
    fn an_uncited_demand_never_conforms(case in consignments()) {
        let case = case.uncited();
        if case.requirement() != Requirement::NotRequired {
            prop_assert_ne!(case.verdict().verdict, Answer::Conforms);
        }
    }

    /// A certificate of the one route, so that leaving a country out of the declaration is found.
    #[test]
    fn leaving_countries_out_of_the_routing_never_softens_the_answer(
        code in codes(), kept in prop::collection::vec(any::<bool>(), 4), security in any::<bool>()
    ) {
        let whole = good().of_code(code.0, code.1).declared("/security", json!(security));
        let route = ["LT", "BY", "RU", "KZ"];
        let shorter: Vec<&str> = route.iter().zip(kept).filter(|(_, kept)| *kept).map(|(c, _)| *c).collect();
        let declared_at_all = !shorter.is_empty();
        let short = whole.clone().declared("/countriesOfRouting", json!(shorter)).verdict().verdict;
        if declared_at_all {
            prop_assert!(short >= whole.verdict().verdict, "{shorter:?}");
        } else {
            prop_assert_ne!(short, Answer::Conforms);
        }
    }

    #[test]
    fn leaving_both_countries_out_never_conforms_where_the_office_or_the_map_tells(
        code in codes(), office in any::<bool>()
    ) {
        let case = good().of_code(code.0, code.1).uncited();
        if case.verdict().verdict != Answer::Conforms {
            let mut hidden = case.declared("/countriesOfRouting", json!(["LT", "KZ"]));
            if office {
                hidden = hidden.declared("/offices/exit", json!("LTDEMO10"));
            }
            prop_assert_ne!(hidden.verdict().verdict, Answer::Conforms);
        }
    }

    #[test]
    fn a_fault_never_conforms(case in consignments(), fault in 0..4) {
        let faulty = match fault {
            0 => case.cited(Cited::Unreadable("its bytes changed".into())),
            1 => case.seal(SealStanding::ListStale { detail: "the list".into() }),
            2 => case.standing(ManufacturerStanding::Unreadable),
            _ => Case { looked_up: false, ..case },
        };
        let cites = faulty.consignment["goodsItems"][0]["citations"].as_array().is_some_and(|c| !c.is_empty());
        if cites {
            prop_assert_ne!(faulty.verdict().verdict, Answer::Conforms);
        }
    }

    #[test]
    fn the_order_of_goods_items_does_not_change_the_answers(
        order in Just(vec![0_usize, 1, 2]).prop_shuffle(), mutation in 0..6
    ) {
        let case = match mutation {
            0 => good(),
            1 => good().declared("/goodsItems/0/commodityCode", code("842240", Some("00"))),
            2 => good().declared("/goodsItems/1/citations", json!([])),
            3 => good().declared("/goodsItems/2/netMass", json!("501")),
            4 => good().declared("/goodsItems/1/countryOfDestination", json!("UZ")),
            _ => good().cited(Cited::Unknown),
        };
        let mut shuffled = case.clone();
        let items = case.consignment["goodsItems"].as_array().unwrap();
        shuffled.consignment["goodsItems"] = order.iter().map(|at| items[*at].clone()).collect();
        let (a, b) = (case.verdict(), shuffled.verdict());
        prop_assert_eq!(a.verdict, b.verdict);
        prop_assert_eq!(&a.findings, &b.findings);
        for item in &a.items {
            let same = b.items.iter().find(|other| other.goods_item_number == item.goods_item_number);
            prop_assert_eq!(Some(item), same);
        }
    }

    #[test]
    fn the_answer_is_deterministic(case in consignments()) {
        prop_assert_eq!(case.verdict(), case.verdict());
    }
}
