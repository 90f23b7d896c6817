//! The rules one by one.

use super::*;

#[test]
fn a_position_sent_again_replaces_and_never_adds() {
    let machines = line("A");
    let mut position = granting(&[(machines, 120)]);
    assert!(put(&mut position, 1, &[want(1, machines, 100)], &[]));
    assert!(put(&mut position, 1, &[want(1, machines, 110)], &[]));
    assert_eq!(totals(&position, machines), (110, 0, 10));
    assert!(put(&mut position, 1, &[want(1, machines, 30)], &[]));
    assert_eq!(totals(&position, machines), (30, 0, 90));
}

#[test]
fn all_items_or_none_and_a_refused_replacement_keeps_the_hold() {
    let (a, b) = (line("A"), line("B"));
    let mut position = granting(&[(a, 10), (b, 10)]);
    assert!(put(&mut position, 1, &[want(1, a, 5), want(2, b, 5)], &[]));
    assert!(!put(&mut position, 1, &[want(1, a, 10), want(2, b, 11)], &[]));
    assert_eq!((totals(&position, a), totals(&position, b)), ((5, 0, 5), (5, 0, 5)));
}

#[test]
fn the_transit_that_follows_an_export_holds_nothing_more() {
    let machines = line("A");
    let mut position = granting(&[(machines, 20)]);
    assert!(put(&mut position, 1, &[want(1, machines, 20)], &[]));
    assert!(put(&mut position, 2, &[want(7, machines, 20)], &[1]));
    assert_eq!(totals(&position, machines), (20, 0, 0));
    // Another transit of the same goods is more goods.
    assert!(!put(&mut position, 3, &[want(1, machines, 1)], &[1]));
}

#[test]
fn a_movement_that_splits_passes_each_piece_once() {
    let machines = line("A");
    let mut position = granting(&[(machines, 25)]);
    assert!(put(&mut position, 1, &[want(1, machines, 20)], &[]));
    assert!(put(&mut position, 2, &[want(1, machines, 12)], &[1]));
    assert!(put(&mut position, 3, &[want(1, machines, 8)], &[1]));
    assert_eq!(totals(&position, machines), (20, 0, 5));
    assert!(put(&mut position, 4, &[want(1, machines, 5)], &[1]));
    assert_eq!(totals(&position, machines), (25, 0, 0));
}

#[test]
fn a_transit_that_arrives_before_its_export_is_joined_with_it() {
    let machines = line("A");
    let mut position = granting(&[(machines, 20)]);
    assert!(put(&mut position, 2, &[want(1, machines, 12)], &[1]));
    assert!(put(&mut position, 3, &[want(1, machines, 8)], &[1]));
    assert!(put(&mut position, 1, &[want(1, machines, 20)], &[]));
    assert_eq!(totals(&position, machines), (20, 0, 0));
    let movements: Vec<&Mrn> = position.claims().map(|(_, _, claim)| &claim.movement).collect();
    assert!(movements.iter().all(|movement| **movement == mrn(1)));
}

#[test]
fn deleting_the_export_leaves_its_transit_the_hold() {
    let machines = line("A");
    let mut position = granting(&[(machines, 20)]);
    assert!(put(&mut position, 1, &[want(1, machines, 20)], &[]));
    assert!(put(&mut position, 2, &[want(1, machines, 15)], &[1]));
    position.give_back(&mrn(1));
    require_sound(&position);
    assert_eq!(totals(&position, machines), (15, 0, 5));
}

#[test]
fn deleting_the_middle_of_a_chain_joins_its_ends() {
    let machines = line("A");
    let mut position = granting(&[(machines, 20)]);
    assert!(put(&mut position, 1, &[want(1, machines, 20)], &[]));
    assert!(put(&mut position, 2, &[want(1, machines, 20)], &[1]));
    assert!(put(&mut position, 3, &[want(1, machines, 20)], &[2]));
    position.give_back(&mrn(2));
    require_sound(&position);
    assert_eq!(totals(&position, machines), (20, 0, 0));
    position.give_back(&mrn(1));
    require_sound(&position);
    assert_eq!(totals(&position, machines), (20, 0, 0), "the last transit still carries the goods");
}

#[test]
fn two_exports_in_one_transit_are_covered_by_both() {
    let machines = line("A");
    let mut position = granting(&[(machines, 20)]);
    assert!(put(&mut position, 1, &[want(1, machines, 8)], &[]));
    assert!(put(&mut position, 2, &[want(1, machines, 12)], &[]));
    assert!(put(&mut position, 3, &[want(1, machines, 20)], &[1, 2]));
    assert_eq!(totals(&position, machines), (20, 0, 0));
}

#[test]
fn items_join_item_by_item() {
    let machines = line("A");
    let mut position = granting(&[(machines, 20)]);
    assert!(put(&mut position, 1, &[want(1, machines, 5), want(2, machines, 10)], &[]));
    let named = Previous { declaration: mrn(1), item: Some(1) };
    let joined = Joined { whole: Vec::new(), items: BTreeMap::from([(4, vec![named])]) };
    let needs = position.try_position(&mrn(2), &[want(4, machines, 10)], joined, false);
    let need = needs[&machines];
    assert_eq!((need.covered, need.left), (5 * MILLION, 5 * MILLION), "only item 1 was named");
    assert!(need.fits());
}

#[test]
fn released_and_corrected_goods_come_back() {
    let machines = line("A");
    let mut position = granting(&[(machines, 20)]);
    assert!(put(&mut position, 1, &[want(1, machines, 20)], &[]));
    position.release(&mrn(1), None);
    assert_eq!(totals(&position, machines), (0, 20, 0));
    assert!(position.correct(&mrn(1), &[want(1, machines, 21)]).is_err(), "more than was released");
    position.correct(&mrn(1), &[want(1, machines, 14)]).unwrap();
    require_sound(&position);
    assert_eq!(totals(&position, machines), (0, 14, 6));
    position.give_back(&mrn(1));
    assert_eq!(totals(&position, machines), (0, 0, 20));
}

#[test]
fn an_excess_stands_beside_the_ledger() {
    let machines = line("A");
    let mut position = granting(&[(machines, 20)]);
    position.try_position(&mrn(1), &[want(1, machines, 15), want(2, machines, 9)], Joined::default(), false);
    position.put_excess_beside(&mrn(1));
    require_sound(&position);
    assert_eq!(totals(&position, machines), (20, 0, 0));
    assert_eq!(position.line(machines).unwrap().excess, 4 * MILLION);
    position.give_back(&mrn(1));
    require_sound(&position);
    assert_eq!(position.line(machines).unwrap().excess, 0);
}

#[test]
fn what_comes_back_to_a_replaced_certificate_flows_to_its_successor() {
    let (old, new) = (line("old"), line("new"));
    let mut position = granting(&[(old, 20), (new, 8)]);
    assert!(put(&mut position, 1, &[want(1, old, 12)], &[]));
    position.replace_line(old, Some(new.certificate));
    position.keep();
    assert_eq!(totals(&position, old), (12, 0, 0), "nothing is left of the old one");
    assert_eq!(totals(&position, new), (0, 0, 8), "the new one counts anew");
    position.give_back(&mrn(1));
    require_sound(&position);
    assert_eq!((totals(&position, old), totals(&position, new)), ((0, 0, 0), (0, 0, 20)));
}

#[test]
fn a_return_in_another_unit_is_rounded_down() {
    let (old, new) = (line("old"), line("new"));
    let mut position = granting(&[(old, 1)]);
    position.load_line(new, LinePosition::untouched("TNE".parse().unwrap(), 0));
    position.change_line(old, |line| line.unit = "KGM".parse().unwrap());
    let odd = Wanted { item: 1, line: old, quantity: Decimal::from_millionths(999_999).unwrap() };
    assert!(put(&mut position, 1, &[odd], &[]));
    position.replace_line(old, Some(new.certificate));
    position.keep();
    position.give_back(&mrn(1));
    assert_eq!(position.line(new).unwrap().inherited, 999, "0.999999 kg are less than a kilogram");
}

#[test]
fn a_refused_command_leaves_no_trace() {
    let machines = line("A");
    let mut position = granting(&[(machines, 20)]);
    assert!(put(&mut position, 1, &[want(1, machines, 20)], &[]));
    let before = (position.lines.clone(), position.claims.clone());
    assert!(!put(&mut position, 2, &[want(1, machines, 30)], &[1]));
    assert_eq!((position.lines.clone(), position.claims.clone()), before);
    assert!(position.joined(&mrn(2)).is_none());
}

#[test]
fn declarations_that_name_each_other_in_a_circle_each_hold_their_own() {
    let machines = line("A");
    let mut position = granting(&[(machines, 20)]);
    assert!(put(&mut position, 1, &[want(1, machines, 1)], &[2]));
    assert!(put(&mut position, 2, &[want(1, machines, 5)], &[1]));
    assert_eq!(totals(&position, machines), (6, 0, 14), "nobody knows which way they went");
    assert!(put(&mut position, 3, &[want(1, machines, 5)], &[2]));
    assert!(put(&mut position, 1, &[want(1, machines, 6)], &[3]));
    assert_eq!(totals(&position, machines), (11, 0, 9));
}

#[test]
fn a_line_that_was_wholly_held_when_its_certificate_was_replaced_stays_closed() {
    let old = line("old");
    let mut position = granting(&[(old, 6)]);
    position.try_position(&mrn(1), &[want(1, old, 6)], Joined::default(), true);
    position.replace_line(old, None);
    position.keep();
    let line = |position: &Position| position.line(old).unwrap().clone();
    assert_eq!(line(&position).available_in_public(), 0, "a confidential hold does not show");
    position.give_back(&mrn(1));
    position.keep();
    assert_eq!(line(&position).available(), 0, "what came back is nobody's");
    require_sound(&position);
}

#[test]
fn a_position_moves_to_the_successor_in_part() {
    let (old, new) = (line("old"), line("new"));
    let mut position = granting(&[(old, 6), (new, 1)]);
    assert!(put(&mut position, 1, &[want(1, old, 4)], &[]));
    position.replace_line(old, Some(new.certificate));
    position.keep();
    assert!(put(&mut position, 2, &[want(1, new, 1)], &[]));
    assert!(put(&mut position, 1, &[want(1, old, 2), want(2, new, 2)], &[]), "two of the four go along");
    assert!(!put(&mut position, 1, &[want(1, old, 2), want(2, new, 3)], &[]), "and not a third");
    require_sound(&position);
}

#[test]
fn a_precheck_finds_no_confidential_transit_through_its_public_export() {
    let trucks = line("A");
    let mut position = granting(&[(trucks, 6)]);
    assert!(put(&mut position, 1, &[want(1, trucks, 6)], &[]));
    position.try_position(&mrn(2), &[want(1, trucks, 6)], after(&[1]), true);
    position.keep();
    let asked = |position: &mut Position| {
        let needs = position.try_position(&mrn(3), &[want(1, trucks, 6)], after(&[1]), false);
        position.take_back();
        needs.values().all(super::super::Need::fits)
    };
    assert!(!asked(&mut position), "customs is told that the goods went on already");
    position.forget_confidential_covers(trucks.certificate);
    assert!(asked(&mut position), "who may not know of the transit is not");
}
