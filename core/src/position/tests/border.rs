//! Goods at the border.

use super::*;
use std::collections::BTreeSet;

use crate::position::{Amounts, Left, Need, Paper};

/// As [`put`], but what has left is not given back.
fn put_what_is_there(
    position: &mut Position,
    passed: &Passed,
    declaration: usize,
    wanted: &[Wanted],
    earlier: &[usize],
) {
    let needs = position.try_position(&mrn(declaration), wanted, after(earlier), false);
    if needs.values().all(Need::fits)
        && position.more_has_left(&mrn(declaration), |_, movement| left(passed, movement)).is_none()
    {
        position.keep();
    } else {
        position.take_back();
    }
    require_sound(position);
}

/// What of each line is said to have passed under each declaration, in pieces.
type Passed = BTreeMap<(usize, LineKey), i128>;

/// What has left under some declarations.
fn left(passed: &Passed, declarations: &BTreeSet<Mrn>) -> Amounts {
    let mut amounts = Amounts::new();
    for ((_, line), count) in passed.iter().filter(|((number, _), _)| declarations.contains(&mrn(*number))) {
        *amounts.entry(*line).or_default() += count * MILLION;
    }
    amounts
}

/// Tries goods at the border; what it wants is kept as passed when it conforms.
fn present(
    position: &mut Position,
    passed: &mut Passed,
    declaration: usize,
    wanted: &[Wanted],
    named: &[usize],
) -> bool {
    let joined = after(named);
    let needs = position.try_presented(&mrn(declaration), wanted, &joined, |_, movement| Left {
        own: left(passed, &BTreeSet::from([mrn(declaration)])).into_iter().map(|(line, of)| ((1, line), of)).collect(),
        all: left(passed, movement),
    });
    position.take_back();
    require_sound(position);
    let conforms = needs.values().all(|need| need.fits() && need.takes_nothing_new());
    if conforms {
        position.join(&mrn(declaration), &joined);
        position.keep();
        for want in wanted {
            *passed.entry((declaration, want.line)).or_default() += want.quantity.millionths() / MILLION;
        }
    }
    conforms
}

#[test]
fn the_declarations_of_one_movement_let_its_goods_pass_once() {
    let trucks = line("A");
    let mut position = granting(&[(trucks, 6)]);
    let mut passed = Passed::new();
    assert!(put(&mut position, 1, &[want(1, trucks, 6)], &[]));
    assert!(put(&mut position, 2, &[want(1, trucks, 6)], &[1]));
    assert!(present(&mut position, &mut passed, 1, &[want(1, trucks, 4)], &[]));
    assert!(!present(&mut position, &mut passed, 2, &[want(1, trucks, 3)], &[1]), "four of six have left");
    assert!(present(&mut position, &mut passed, 2, &[want(1, trucks, 2)], &[1]));
    assert!(!present(&mut position, &mut passed, 2, &[want(1, trucks, 1)], &[1]));
}

#[test]
fn a_covered_declaration_leaves_in_parts() {
    let trucks = line("A");
    let mut position = granting(&[(trucks, 6)]);
    let mut passed = Passed::new();
    assert!(put(&mut position, 1, &[want(1, trucks, 6)], &[]));
    assert!(put(&mut position, 2, &[want(1, trucks, 6)], &[1]));
    // The message at the border need not name the export again.
    assert!(present(&mut position, &mut passed, 2, &[want(1, trucks, 4)], &[]));
    assert!(present(&mut position, &mut passed, 2, &[want(1, trucks, 2)], &[]));
    assert!(!present(&mut position, &mut passed, 2, &[want(1, trucks, 1)], &[]));
}

#[test]
fn two_transits_of_one_export_do_not_stand_in_each_others_way() {
    let trucks = line("A");
    let mut position = granting(&[(trucks, 6)]);
    let mut passed = Passed::new();
    assert!(put(&mut position, 1, &[want(1, trucks, 6)], &[]));
    assert!(put(&mut position, 2, &[want(1, trucks, 3)], &[1]));
    assert!(put(&mut position, 3, &[want(1, trucks, 3)], &[1]));
    assert!(present(&mut position, &mut passed, 2, &[want(1, trucks, 3)], &[]));
    assert!(present(&mut position, &mut passed, 3, &[want(1, trucks, 3)], &[]));
    assert!(
        !present(&mut position, &mut passed, 1, &[want(1, trucks, 1)], &[]),
        "all six have left under the transits"
    );
}

#[test]
fn a_transit_that_was_never_reserved_is_covered_by_its_export() {
    let trucks = line("A");
    let mut position = granting(&[(trucks, 6)]);
    let mut passed = Passed::new();
    assert!(put(&mut position, 1, &[want(1, trucks, 6)], &[]));
    assert!(
        !present(&mut position, &mut passed, 2, &[want(1, trucks, 6)], &[]),
        "nobody says that it is the same goods"
    );
    assert!(present(&mut position, &mut passed, 2, &[want(1, trucks, 6)], &[1]));
    assert!(!present(&mut position, &mut passed, 1, &[want(1, trucks, 1)], &[2]));
}

#[test]
fn what_an_officer_let_pass_beside_the_ledger_is_there_at_the_border() {
    let trucks = line("A");
    let mut position = granting(&[(trucks, 6)]);
    let mut passed = Passed::new();
    assert!(put(&mut position, 1, &[want(1, trucks, 4)], &[]));
    position.try_position(&mrn(2), &[want(1, trucks, 5)], Joined::default(), false);
    position.put_excess_beside(&mrn(2));
    position.keep();
    assert!(present(&mut position, &mut passed, 2, &[want(1, trucks, 5)], &[]));
    assert!(!present(&mut position, &mut passed, 2, &[want(1, trucks, 1)], &[]));
}

#[test]
fn other_numbers_of_items_are_the_same_goods() {
    let trucks = line("A");
    let mut position = granting(&[(trucks, 6)]);
    assert!(put(&mut position, 1, &[want(1, trucks, 6)], &[]));
    let needs = position.try_presented(&mrn(1), &[want(9, trucks, 6)], &Joined::default(), |_, _| Left::default());
    assert!(needs.values().all(Need::takes_nothing_new), "{needs:?}");
}

#[test]
fn declarations_are_one_movement_in_whatever_order_they_came() {
    let trucks = line("A");
    let mut position = granting(&[(trucks, 6)]);
    // A transit after a transit that nobody knows yet, which then turns out to follow an export.
    assert!(put(&mut position, 3, &[want(1, trucks, 2)], &[2]));
    assert!(put(&mut position, 2, &[want(1, trucks, 2)], &[1]));
    assert!(put(&mut position, 1, &[want(1, trucks, 2)], &[]));
    assert!(put(&mut position, 4, &[want(1, trucks, 2)], &[]));
    let one = |a: usize, b: usize| position.one_movement(&mrn(a), trucks.certificate).contains(&mrn(b));
    assert!(one(1, 2) && one(1, 3) && one(3, 1) && one(2, 3));
    assert!(!one(1, 4) && !one(4, 3));
}

mod property {
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone)]
    enum Step {
        Put { declaration: usize, wanted: Vec<(u32, i128)>, earlier: Vec<usize> },
        Present { declaration: usize, wanted: Vec<(u32, i128)>, named: Vec<usize> },
    }

    fn step() -> impl Strategy<Value = Step> {
        let wanted = || prop::collection::vec((1_u32..3, 1_i128..9), 1..3);
        let near = || prop::collection::vec(0_usize..5, 0..3);
        prop_oneof![
            (0_usize..5, wanted(), near()).prop_map(|(declaration, wanted, earlier)| Step::Put {
                declaration,
                wanted,
                earlier
            }),
            (0_usize..5, wanted(), near()).prop_map(|(declaration, wanted, named)| Step::Present {
                declaration,
                wanted,
                named
            }),
        ]
    }

    fn wants(raw: &[(u32, i128)]) -> Vec<Wanted> {
        let unique: BTreeMap<u32, i128> = raw.iter().copied().collect();
        unique.into_iter().map(|(item, count)| want(item, line("A"), count)).collect()
    }

    fn others(declaration: usize, named: &[usize]) -> Vec<usize> {
        named.iter().copied().filter(|other| *other != declaration).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

        /// Whatever is declared and presented in whatever order: no more leaves than the line grants.
        #[test]
        fn no_more_leaves_than_is_held(steps in prop::collection::vec(step(), 1..30)) {
            let trucks = line("A");
            let mut position = granting(&[(trucks, 12)]);
            let mut passed = Passed::new();
            for step in &steps {
                match step {
                    Step::Put { declaration, wanted, earlier } => {
                        let earlier = others(*declaration, earlier);
                        put_what_is_there(&mut position, &passed, *declaration, &wants(wanted), &earlier);
                    }
                    Step::Present { declaration, wanted, named } => {
                        present(&mut position, &mut passed, *declaration, &wants(wanted), &others(*declaration, named));
                    }
                }
                let left: i128 = passed.values().sum();
                let (reserved, consumed, _) = totals(&position, trucks);
                prop_assert!(left <= reserved + consumed, "{left} left, {reserved} are held");
            }
        }
    }
}

#[test]
fn a_typing_error_that_was_corrected_uncovers_nothing() {
    let trucks = line("A");
    let mut position = granting(&[(trucks, 6)]);
    // The export names its transit by mistake, then no longer.
    assert!(put(&mut position, 1, &[want(1, trucks, 6)], &[2]));
    assert!(put(&mut position, 1, &[want(1, trucks, 6)], &[]));
    assert!(put(&mut position, 2, &[want(1, trucks, 6)], &[1]));
    assert_eq!(totals(&position, trucks), (6, 0, 0));
}

/// So many pieces of a line under each declaration and its item, all on one truck.
fn on_one_truck(position: &Position, papers: &[(usize, u32, i128)]) -> i128 {
    let trucks = line("A");
    let paper = |(number, item, count): &(usize, u32, i128)| Paper {
        declaration: mrn(*number),
        means: vec!["A".to_owned()],
        goods: vec![(*item, trucks, *count)],
    };
    let papers: Vec<_> = papers.iter().map(paper).collect();
    position.counted_once(&papers)[&trucks]
}

#[test]
fn papers_of_one_truck_are_the_same_goods_along_the_way_and_not_beside_each_other() {
    let trucks = line("A");
    let mut position = granting(&[(trucks, 60)]);
    // Exports 1 and 2 in transit 3; transits 5 and 6 of export 4, of which 5 goes on as 7.
    for (number, count, earlier) in
        [(1, 3, &[][..]), (2, 3, &[]), (3, 6, &[1, 2]), (4, 6, &[]), (5, 3, &[4]), (6, 3, &[4]), (7, 3, &[5])]
    {
        assert!(put(&mut position, number, &[want(1, trucks, count)], earlier));
    }
    let counted = |papers: &[(usize, i128)]| {
        let papers: Vec<_> = papers.iter().map(|(number, count)| (*number, 1, *count)).collect();
        on_one_truck(&position, &papers)
    };
    assert_eq!(counted(&[(1, 3), (2, 3)]), 6, "groupage: two exports are different goods");
    assert_eq!(counted(&[(1, 3), (2, 3), (3, 6)]), 6, "and their transit the same");
    assert_eq!(counted(&[(3, 6), (1, 3)]), 6);
    assert_eq!(counted(&[(5, 3), (6, 3)]), 6, "two transits of one export are different goods");
    assert_eq!(counted(&[(4, 6), (5, 3), (6, 3), (7, 3)]), 6);
    assert_eq!(counted(&[(4, 1), (5, 3), (7, 2), (6, 3)]), 6, "the most that any way says");
    assert_eq!(counted(&[(1, 3), (4, 6)]), 9, "what is not joined is other goods");
}

#[test]
fn a_paper_without_plates_may_be_either_truck_but_two_trucks_are_not_one() {
    let trucks = line("A");
    let mut position = granting(&[(trucks, 6)]);
    assert!(put(&mut position, 1, &[want(1, trucks, 6)], &[]));
    assert!(put(&mut position, 2, &[want(1, trucks, 3)], &[1]));
    assert!(put(&mut position, 3, &[want(1, trucks, 3)], &[1]));
    assert!(put(&mut position, 4, &[want(1, trucks, 3)], &[2]));
    let counted = |papers: &[(usize, i128, &[&str])]| {
        let paper = |(number, count, means): &(usize, i128, &[&str])| Paper {
            declaration: mrn(*number),
            means: means.iter().map(ToString::to_string).collect(),
            goods: vec![(1, trucks, *count)],
        };
        let papers: Vec<_> = papers.iter().map(paper).collect();
        position.counted_once(&papers)[&trucks]
    };
    assert_eq!(counted(&[(1, 6, &[]), (2, 3, &["A"]), (3, 3, &["B"])]), 6, "the export says nothing of its truck");
    assert_eq!(counted(&[(1, 3, &[]), (2, 3, &["A"]), (4, 3, &["B"])]), 6, "transit after transit on another truck");
    assert_eq!(counted(&[(1, 3, &["A"]), (2, 3, &[]), (4, 3, &["B"])]), 6, "nor through a paper without plates");
    assert_eq!(counted(&[(1, 3, &["A", "T"]), (2, 3, &["T", "U"]), (4, 3, &["U", "B"])]), 6, "nor plate by plate");
    assert_eq!(counted(&[(1, 3, &["A"]), (2, 3, &[]), (4, 3, &["A"])]), 3);
}

#[test]
fn an_item_that_is_named_is_the_one_the_goods_came_from() {
    let trucks = line("A");
    let mut position = granting(&[(trucks, 6)]);
    assert!(put(&mut position, 1, &[want(1, trucks, 3), want(2, trucks, 3)], &[]));
    let second = BTreeMap::from([(1, vec![Previous { declaration: mrn(1), item: Some(2) }])]);
    position.try_position(&mrn(2), &[want(1, trucks, 3)], Joined { whole: Vec::new(), items: second }, false);
    position.keep();
    let papers = |first: &[(u32, i128)]| {
        let paper = |number: usize, goods: &[(u32, i128)]| Paper {
            declaration: mrn(number),
            means: Vec::new(),
            goods: goods.iter().map(|(item, count)| (*item, trucks, *count)).collect(),
        };
        position.counted_once(&[paper(1, first), paper(2, &[(1, 3)])])[&trucks]
    };
    assert_eq!(papers(&[(2, 3)]), 3);
    assert_eq!(papers(&[(1, 3), (2, 3)]), 6);
    assert_eq!(papers(&[(9, 3)]), 3, "numbers may be others at the border");
}

#[test]
fn a_transit_leaves_item_by_item_in_any_order() {
    let trucks = line("A");
    let mut position = granting(&[(trucks, 6)]);
    let of = |item| Previous { declaration: mrn(1), item: Some(item) };
    let items = BTreeMap::from([(1, vec![of(1)]), (2, vec![of(2)])]);
    position.try_position(
        &mrn(2),
        &[want(1, trucks, 3), want(2, trucks, 3)],
        Joined { whole: Vec::new(), items },
        false,
    );
    position.keep();
    let first = BTreeMap::from([((1, trucks), 3 * MILLION)]);
    let left = Left { own: first, all: Amounts::from([(trucks, 3 * MILLION)]) };
    let needs = position.try_presented(&mrn(1), &[want(2, trucks, 3)], &Joined::default(), |_, _| left);
    assert!(needs[&trucks].left >= needs[&trucks].wanted, "{needs:?}");
    position.take_back();
}

#[test]
fn only_what_an_item_names_may_be_the_same_goods() {
    let trucks = line("A");
    let mut position = granting(&[(trucks, 6)]);
    assert!(put(&mut position, 1, &[want(1, trucks, 3)], &[]));
    let of_item = BTreeMap::from([(1, vec![Previous { declaration: mrn(1), item: None }])]);
    let joined = Joined { whole: Vec::new(), items: of_item };
    let wanted = [want(1, trucks, 3), want(2, trucks, 3)];
    position.try_position(&mrn(2), &wanted, joined, false);
    position.keep();
    assert_eq!(on_one_truck(&position, &[(1, 1, 3), (2, 1, 3)]), 3);
    assert_eq!(on_one_truck(&position, &[(1, 1, 3), (2, 2, 3)]), 6);
}

#[test]
fn neither_a_circle_nor_a_name_taken_back_makes_goods_the_same() {
    let trucks = line("A");
    let mut position = granting(&[(trucks, 60)]);
    assert!(put(&mut position, 1, &[want(1, trucks, 2)], &[2]));
    assert!(put(&mut position, 2, &[want(1, trucks, 2)], &[1]));
    assert_eq!(on_one_truck(&position, &[(1, 1, 2), (2, 1, 2)]), 4);
    assert!(put(&mut position, 3, &[want(1, trucks, 3)], &[]));
    assert!(put(&mut position, 4, &[want(1, trucks, 3)], &[3]));
    assert!(put(&mut position, 4, &[want(1, trucks, 3)], &[]), "named by mistake");
    assert_eq!(on_one_truck(&position, &[(3, 1, 3), (4, 1, 3)]), 6);
}
