//! Linearizability: what many callers saw of a line at once is what they could have seen one after the other, in an
//! order that fits the times of their questions and answers.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use endmark::client::Client;
use futures_util::future::join_all;
use stateright::semantics::{ConsistencyTester as _, LinearizabilityTester, SequentialSpec};

use crate::ledger::{after, amended, many_movements, mrn, trucks};
use crate::ledger_stress::{Dice, available, delete, put, release};
use crate::process::Process;
use crate::support::{On, Register, ledger_and_log_agree, on_both_databases};

on_both_databases!(what_callers_see_of_a_line_is_linearizable);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Asked {
    Reserve { paper: Paper, pieces: i64 },
    Release { paper: Paper },
    Correct { paper: Paper, pieces: i64 },
    Delete { paper: Paper },
    Look,
}

/// An export, or the transit that names it as its previous document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Paper {
    movement: u32,
    is_transit: bool,
}

impl Paper {
    fn other(self) -> Self {
        Self { is_transit: !self.is_transit, ..self }
    }
}

/// The outcome, and what is left where the answer says it.
type Seen = (String, Option<i64>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum State {
    Reserved(i64),
    Released(i64),
    Deleted,
}

/// A line of six pieces, one caller at a time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct Line(BTreeMap<Paper, State>);

impl Line {
    fn of(&self, paper: Paper) -> i64 {
        match self.0.get(&paper) {
            Some(State::Reserved(pieces) | State::Released(pieces)) => *pieces,
            Some(State::Deleted) | None => 0,
        }
    }

    /// Export and transit hold each piece once.
    fn left(&self) -> i64 {
        let movements: BTreeSet<u32> = self.0.keys().map(|paper| paper.movement).collect();
        let held = movements.into_iter().map(|movement| {
            let export = Paper { movement, is_transit: false };
            self.of(export).max(self.of(export.other()))
        });
        6 - held.sum::<i64>()
    }
}

impl SequentialSpec for Line {
    type Op = Asked;
    type Ret = Seen;

    fn invoke(&mut self, asked: &Asked) -> Seen {
        let (outcome, tells) = match *asked {
            Asked::Look => ("seen", true),
            Asked::Reserve { paper, pieces } => match self.0.get(&paper).copied() {
                Some(State::Deleted) => ("superseded", false),
                Some(State::Released(_)) => ("06", true),
                Some(State::Reserved(_)) | None => {
                    let mut tried = self.clone();
                    tried.0.insert(paper, State::Reserved(pieces));
                    if tried.left() < 0 {
                        ("05", true)
                    } else {
                        *self = tried;
                        ("held", true)
                    }
                }
            },
            Asked::Release { paper } => match self.0.get(&paper).copied() {
                Some(State::Reserved(pieces)) => {
                    self.0.insert(paper, State::Released(pieces));
                    ("01", true)
                }
                Some(State::Released(_)) => ("03", false),
                Some(State::Deleted) | None => ("02", false),
            },
            Asked::Correct { paper, pieces } => match self.0.get(&paper).copied() {
                Some(State::Released(released)) if pieces > released => ("above", false),
                Some(State::Released(_)) => {
                    self.0.insert(paper, State::Released(pieces));
                    ("01", true)
                }
                Some(State::Reserved(_)) => ("05", false),
                Some(State::Deleted) | None => ("02", false),
            },
            Asked::Delete { paper } => match self.0.get(&paper).copied() {
                Some(State::Reserved(_)) => {
                    self.0.insert(paper, State::Deleted);
                    ("01", true)
                }
                Some(State::Released(_)) => ("03", false),
                Some(State::Deleted) | None => ("02", false),
            },
        };
        (outcome.to_owned(), tells.then(|| self.left()))
    }
}

/// Asks and reads the answer.
async fn ask(customs: &Client, number: &str, first: u32, asked: Asked) -> Seen {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    match asked {
        Asked::Look => {
            let shown = customs.get(&format!("/v1/customs/certificates/{number}/quantities")).await.unwrap();
            ("seen".to_owned(), available(&shown.body))
        }
        Asked::Reserve { paper, pieces } => {
            let mut position = trucks(number, &pieces.to_string());
            if paper.is_transit {
                position = after(position, &mrn_of(first, paper.other()));
            }
            let answered = put(customs, &mrn_of(first, paper), &position).await.unwrap();
            let left = available(&answered.body["ledger"][0]);
            if answered.status == 200 {
                return ("held".to_owned(), left);
            }
            assert_eq!(answered.status, 409, "{:#}", answered.body);
            match answered.body["failureReason"].as_str() {
                Some(reason) => (reason.to_owned(), left),
                None => ("superseded".to_owned(), None),
            }
        }
        Asked::Release { paper } | Asked::Delete { paper } | Asked::Correct { paper, .. } => {
            let mrn = mrn_of(first, paper);
            let answered = match asked {
                Asked::Delete { .. } => delete(customs, &mrn).await.unwrap(),
                Asked::Correct { pieces, .. } => {
                    let body = amended(number, &pieces.to_string()).to_string().into_bytes();
                    let path = format!("/v1/customs/declarations/{mrn}/correction");
                    customs.send(reqwest::Method::PUT, &path, Some(("application/json", body))).await.unwrap()
                }
                _ => release(customs, &mrn).await.unwrap(),
            };
            if answered.status == 409 {
                assert!(text(&answered.body["type"]).ends_with("correction-above-release"), "{:#}", answered.body);
                return ("above".to_owned(), None);
            }
            let outcome = text(&answered.body["outcome"]);
            let left = (outcome == "01").then(|| available(&answered.body["ledger"][0])).flatten();
            (outcome, left)
        }
    }
}

fn mrn_of(first: u32, paper: Paper) -> String {
    mrn(first + 2 * paper.movement + u32::from(paper.is_transit))
}

/// Lets callers loose on one line and checks what they saw.
async fn history_is_linearizable(clients: &[Client], number: &str, seed: u64) {
    let history = RefCell::new(LinearizabilityTester::new(Line::default()));
    let first = u32::try_from(seed).unwrap() * 10;
    let callers = (0..5).zip(clients.iter().cycle()).map(|(caller, client): (usize, _)| {
        let history = &history;
        async move {
            let mut dice = Dice(seed * 100 + u64::try_from(caller).unwrap());
            for _ in 0..5 {
                let movement = u32::try_from(dice.below(3)).unwrap();
                let paper = Paper { movement, is_transit: dice.below(3) == 0 };
                let pieces = i64::try_from(dice.below(4)).unwrap() + 1;
                let asked = match dice.below(8) {
                    0 => Asked::Look,
                    1 | 2 => Asked::Release { paper },
                    3 => Asked::Delete { paper },
                    4 => Asked::Correct { paper, pieces },
                    _ => Asked::Reserve { paper, pieces },
                };
                history.borrow_mut().on_invoke(caller, asked).unwrap();
                let answer = ask(client, number, first, asked).await;
                history.borrow_mut().on_return(caller, answer).unwrap();
            }
        }
    });
    join_all(callers).await;
    let history = history.into_inner();
    assert!(history.is_consistent(), "seed {seed}: {history:#?}");
}

async fn what_callers_see_of_a_line_is_linearizable(on: On) {
    let register = Register::start(on).await;
    for seed in 1..=12 {
        let number = many_movements(&register, &format!("H-{seed}")).await;
        history_is_linearizable(std::slice::from_ref(&register.world.customs), &number, seed).await;
    }
    ledger_and_log_agree(&register.stop().await);
}

#[actix_web::test]
async fn what_callers_of_two_nodes_see_of_a_line_is_linearizable() {
    let register = Register::start(On::Postgres).await;
    let mut numbers = Vec::new();
    for seed in 21..=32 {
        numbers.push((seed, many_movements(&register, &format!("H-{seed}")).await));
    }
    let place = register.stop().await;
    let nodes = ["one", "other"].map(|name| Process::start_as(&place, name));
    let clients = nodes.each_ref().map(|node| node.client(&place, "customs"));
    for (seed, number) in numbers {
        history_is_linearizable(&clients, &number, seed).await;
    }
    ledger_and_log_agree(&place);
    nodes.into_iter().for_each(Process::kill);
}

#[test]
fn a_piece_that_passes_twice_is_no_linearizable_history() {
    let four = |movement| Asked::Reserve { paper: Paper { movement, is_transit: false }, pieces: 4 };
    let held = || ("held".to_owned(), Some(2));
    let mut history = LinearizabilityTester::new(Line::default());
    history.on_invoke(1, four(1)).unwrap().on_invoke(2, four(2)).unwrap();
    history.on_return(1, held()).unwrap();
    assert!(history.is_consistent());
    history.on_return(2, held()).unwrap();
    assert!(!history.is_consistent());
}
