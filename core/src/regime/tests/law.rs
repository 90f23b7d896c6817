use proptest::prelude::*;
use time::macros::date;

use super::super::{GoodsList, ListEntry, Listed, Prefix};
use crate::goods::CommodityCode;

fn code(digits: &str) -> CommodityCode {
    let part = |from: usize, to: usize| digits.get(from..to).and_then(|part| part.parse().ok());
    CommodityCode {
        harmonized_system_subheading_code: digits.get(..6).unwrap().parse().unwrap(),
        combined_nomenclature_code: part(6, 8),
        taric_code: part(8, 10),
    }
}

/// Few different digits, so that codes meet often.
fn digits(lengths: &'static [usize]) -> impl Strategy<Value = String> {
    let pair = || prop::sample::select(&["00", "01", "10"][..]);
    let pairs = move |length: usize| prop::collection::vec(pair(), length / 2);
    prop::sample::select(lengths).prop_flat_map(pairs).prop_map(|pairs| pairs.concat())
}

fn entry() -> impl Strategy<Value = ListEntry> {
    let except = prop::collection::vec(digits(&[2, 4]), 0..2);
    (digits(&[2, 4, 6, 8, 10]), any::<bool>(), except).prop_map(|(code, ex, below)| {
        let room = 10_usize.saturating_sub(code.len());
        let except = below.into_iter().filter(|tail| tail.len() <= room).map(|tail| format!("{code}{tail}")).collect();
        ListEntry { code, ex, except, from: None, words: None }
    })
}

/// The digits that say something.
fn meant(printed: &str, length_min: usize) -> &str {
    let mut meant = printed;
    while meant.len() > length_min
        && let Some(shorter) = meant.strip_suffix("00")
    {
        meant = shorter;
    }
    meant
}

/// The definition, entry by entry, without any order or index.
fn by_definition(entries: &[ListEntry], declared: &str) -> &'static str {
    let declared = meant(declared, 6);
    let mut maybe = false;
    for entry in entries {
        let listed = meant(&entry.code, 4);
        if declared.starts_with(listed) {
            let except = || entry.except.iter().map(|except| meant(except, 4));
            if except().any(|except| declared.starts_with(except)) {
                continue;
            }
            let coarse = except().any(|except| except.starts_with(declared));
            if !coarse && (!entry.ex || !entry.except.is_empty()) {
                return "yes";
            }
            maybe = true;
        } else if listed.starts_with(declared) {
            maybe = true;
        }
    }
    if maybe { "maybe" } else { "no" }
}

proptest! {
    /// The index answers as the definition does.
    #[test]
    fn a_list_answers_as_its_entries_one_by_one(
        entries in prop::collection::vec(entry(), 0..12),
        declared in digits(&[6, 8, 10]),
    ) {
        let list = GoodsList::new(super::head(), entries.clone());
        let found = match list.find(&code(&declared), date!(2026 - 01 - 01)) {
            Listed::Yes(_) => "yes",
            Listed::Maybe(_) => "maybe",
            Listed::No => "no",
        };
        prop_assert_eq!(found, by_definition(&entries, &declared), "{} in {:?}", declared, entries);
    }

    /// Everything below a code stands right after it, or the look-up would miss finer entries.
    #[test]
    fn what_lies_below_a_code_is_one_stretch(
        a in digits(&[2, 4, 6, 8, 10]),
        b in digits(&[2, 4, 6, 8, 10]),
        c in digits(&[2, 4, 6, 8, 10]),
    ) {
        let (a, b, c) = (Prefix::printed(&a), Prefix::printed(&b), Prefix::printed(&c));
        prop_assert!(!(a.covers(c) && a <= b && b <= c) || a.covers(b));
    }
}
