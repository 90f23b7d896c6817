use time::Date;
use time::macros::date;

use super::super::{GoodsList, ListEntry, Listed};
use crate::goods::CommodityCode;

fn code(digits: &str) -> CommodityCode {
    let part = |from: usize, to: usize| digits.get(from..to).map(|part| part.parse().unwrap());
    CommodityCode {
        harmonized_system_subheading_code: digits.get(..6).unwrap().parse().unwrap(),
        combined_nomenclature_code: part(6, 8),
        taric_code: part(8, 10),
    }
}

fn entry(code: &str, ex: bool, from: Option<Date>) -> ListEntry {
    ListEntry { code: code.to_owned(), ex, except: Vec::new(), from, words: None }
}

fn list(entries: &[(&str, bool)]) -> GoodsList {
    let entries = entries.iter().map(|(code, ex)| entry(code, *ex, None));
    GoodsList::new(super::head(), entries.collect())
}

fn said(list: &GoodsList, digits: &str) -> String {
    match list.find(&code(digits), date!(2026 - 03 - 16)) {
        Listed::Yes(entry) => format!("yes {}", entry.label()),
        Listed::Maybe(entry) => format!("maybe {}", entry.label()),
        Listed::No => "no".to_owned(),
    }
}

#[test]
fn a_chapter_heading_or_subheading_lists_everything_below_it() {
    let list = list(&[("88", false), ("8427", false), ("842230", false), ("85444995", false)]);
    assert_eq!(said(&list, "8802400010"), "yes 88");
    assert_eq!(said(&list, "842720"), "yes 8427");
    assert_eq!(said(&list, "84223000"), "yes 842230");
    assert_eq!(said(&list, "8544499500"), "yes 85444995");
    assert_eq!(said(&list, "85444993"), "no");
    assert_eq!(said(&list, "842240"), "no");
}

#[test]
fn trailing_zeros_of_an_entry_say_nothing() {
    let list = list(&[("90060000", false), ("22030000", true)]);
    assert_eq!(said(&list, "90065300"), "yes 90060000");
    assert_eq!(said(&list, "22030001"), "maybe ex 22030000");
}

#[test]
fn an_entry_by_description_is_a_maybe_and_a_whole_one_wins() {
    assert_eq!(said(&list(&[("4011", true)]), "401120"), "maybe ex 4011");
    assert_eq!(said(&list(&[("4011", true), ("401120", false)]), "401120"), "yes 401120");
    assert_eq!(said(&list(&[("4011", true), ("4011", false)]), "401120"), "yes 4011");
}

#[test]
fn a_code_coarser_than_an_entry_is_a_maybe() {
    let list = list(&[("27101921", false)]);
    assert_eq!(said(&list, "271019"), "maybe 27101921");
    assert_eq!(said(&list, "27101900"), "maybe 27101921");
    assert_eq!(said(&list, "2710190000"), "maybe 27101921");
    assert_eq!(said(&list, "27101925"), "no");
    assert_eq!(said(&list, "271020"), "no");
}

#[test]
fn an_entry_speaks_from_its_day_on() {
    let entry = entry("8427", false, Some(date!(2026 - 03 - 16)));
    let list = GoodsList::new(super::head(), vec![entry]);
    assert_eq!(list.find(&code("842720"), date!(2026 - 03 - 15)), Listed::No);
    assert!(matches!(list.find(&code("842720"), date!(2026 - 03 - 16)), Listed::Yes(_)));
}

#[test]
fn taric_codes_match_to_their_last_digit() {
    let list = list(&[("8422300010", false)]);
    assert_eq!(said(&list, "8422300010"), "yes 8422300010");
    assert_eq!(said(&list, "8422300020"), "no");
    // TARIC 00 and a CN code alone are coarser than the entry.
    assert_eq!(said(&list, "8422300000"), "maybe 8422300010");
    assert_eq!(said(&list, "84223000"), "maybe 8422300010");
}

#[test]
fn another_years_cn_code_is_compared_by_its_subheading() {
    let entries = vec![entry("27101921", false, None)];
    let of_2025 = super::super::ListHead { nomenclature: Some(2025), ..super::head() };
    let list = GoodsList::new(of_2025, entries);
    let found = |digits: &str, day| match list.find(&code(digits), day) {
        Listed::Yes(_) => "yes",
        Listed::Maybe(_) => "maybe",
        Listed::No => "no",
    };
    assert_eq!(found("27101925", date!(2025 - 12 - 31)), "no");
    assert_eq!(found("27101925", date!(2026 - 01 - 01)), "maybe");
    assert_eq!(found("27101921", date!(2026 - 01 - 01)), "yes");
    assert_eq!(found("27102090", date!(2026 - 01 - 01)), "no");
}
