//! Any sequence of commands keeps the ledger sound.

use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
enum Command {
    Put { declaration: usize, wanted: Vec<(u32, usize, i128)>, earlier: Vec<usize>, confidential: bool },
    Override { declaration: usize, wanted: Vec<(u32, usize, i128)>, earlier: Vec<usize> },
    Release { declaration: usize, item: Option<u32> },
    Delete { declaration: usize },
    Correct { declaration: usize, wanted: Vec<(u32, usize, i128)> },
    Replace { line: usize },
}

fn wanted() -> impl Strategy<Value = Vec<(u32, usize, i128)>> {
    prop::collection::vec((1_u32..4, 0_usize..3, 1_i128..14), 0..4)
}

fn command() -> impl Strategy<Value = Command> {
    let declaration = 0_usize..6;
    let earlier = prop::collection::vec(0_usize..6, 0..3);
    prop_oneof![
        6 => (declaration.clone(), wanted(), earlier.clone(), any::<bool>()).prop_map(
            |(declaration, wanted, earlier, confidential)| Command::Put { declaration, wanted, earlier, confidential }),
        1 => (declaration.clone(), wanted(), earlier).prop_map(
            |(declaration, wanted, earlier)| Command::Override { declaration, wanted, earlier }),
        2 => (declaration.clone(), prop::option::of(1_u32..4)).prop_map(
            |(declaration, item)| Command::Release { declaration, item }),
        2 => declaration.clone().prop_map(|declaration| Command::Delete { declaration }),
        2 => (declaration, wanted()).prop_map(|(declaration, wanted)| Command::Correct { declaration, wanted }),
        1 => (0_usize..2).prop_map(|line| Command::Replace { line }),
    ]
}

fn keys() -> [LineKey; 3] {
    [line("A"), line("B"), line("C")]
}

fn wants(raw: &[(u32, usize, i128)]) -> Vec<Wanted> {
    // The same item, line is cited once, as the consignment's own rule wants it.
    let unique: BTreeMap<(u32, usize), i128> = raw.iter().map(|(item, at, count)| ((*item, *at), *count)).collect();
    unique.into_iter().map(|((item, at), count)| want(item, keys()[at], count)).collect()
}

fn joined(declaration: usize, earlier: &[usize]) -> Joined {
    let others: Vec<usize> = earlier.iter().copied().filter(|other| *other != declaration).collect();
    after(&others)
}

fn run(position: &mut Position, command: &Command) {
    match command {
        Command::Put { declaration, wanted, earlier, confidential } => {
            // What was released stays as it is.
            let released = position.claims_of(&mrn(*declaration)).any(|(_, claim)| claim.phase == Phase::Consumed);
            if released {
                return;
            }
            let joined = joined(*declaration, earlier);
            let needs = position.try_position(&mrn(*declaration), &wants(wanted), joined, *confidential);
            if needs.values().all(crate::position::Need::fits) {
                position.pass_on_what_came_back(keys());
            } else {
                position.take_back();
            }
        }
        Command::Override { declaration, wanted, earlier } => {
            let joined = joined(*declaration, earlier);
            position.try_position(&mrn(*declaration), &wants(wanted), joined, false);
            position.put_excess_beside(&mrn(*declaration));
            position.pass_on_what_came_back(keys());
        }
        Command::Release { declaration, item } => {
            let items = item.map(|item| std::collections::BTreeSet::from([item]));
            position.release(&mrn(*declaration), items.as_ref());
        }
        Command::Delete { declaration } => drop(position.give_back(&mrn(*declaration))),
        Command::Correct { declaration, wanted } => drop(position.correct(&mrn(*declaration), &wants(wanted))),
        Command::Replace { line } => {
            let heir = keys()[line.saturating_add(1)].certificate;
            position.replace_line(keys()[*line], Some(heir));
        }
    }
    position.keep();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_of_commands_keeps_the_bound(commands in prop::collection::vec(command(), 1..40)) {
        let [a, b, c] = keys();
        let mut position = granting(&[(a, 20), (b, 20), (c, 20)]);
        for command in &commands {
            run(&mut position, command);
            require_sound(&position);
        }
    }

    #[test]
    fn what_comes_back_never_needs_room(commands in prop::collection::vec(command(), 1..30), gone in 0_usize..6) {
        let [a, b, c] = keys();
        let mut position = granting(&[(a, 20), (b, 20), (c, 20)]);
        for command in &commands {
            run(&mut position, command);
        }
        let used = |position: &Position| -> Vec<i128> {
            position.lines().map(|(_, line)| line.reserved + line.consumed).collect()
        };
        let before = used(&position);
        position.give_back(&mrn(gone));
        require_sound(&position);
        prop_assert!(used(&position).iter().zip(&before).all(|(after, before)| after <= before));
    }
}
