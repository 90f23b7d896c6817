//! Linearizability: what many callers saw of a line at once is what they could have seen one after the other, in an
//! order that fits the times of their questions and answers.

use std::cell::RefCell;
use std::collections::BTreeMap;

use endmark::client::Client;
use futures_util::future::join_all;
use stateright::semantics::{ConsistencyTester as _, LinearizabilityTester, SequentialSpec};

use crate::ledger::{many_movements, mrn, trucks};
use crate::ledger_stress::{Dice, available, delete, put, release};
use crate::process::Process;
use crate::support::{On, Register, ledger_and_log_agree, on_both_databases};

on_both_databases!(what_callers_see_of_a_line_is_linearizable);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Asked {
    Reserve { declaration: u32, pieces: i64 },
    Release { declaration: u32 },
    Delete { declaration: u32 },
    Look,
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
struct Line(BTreeMap<u32, State>);

impl Line {
    fn left(&self) -> i64 {
        let used = self.0.values().map(|state| match state {
            State::Reserved(pieces) | State::Released(pieces) => *pieces,
            State::Deleted => 0,
        });
        6 - used.sum::<i64>()
    }
}

impl SequentialSpec for Line {
    type Op = Asked;
    type Ret = Seen;

    fn invoke(&mut self, asked: &Asked) -> Seen {
        let (outcome, tells) = match *asked {
            Asked::Look => ("seen", true),
            Asked::Reserve { declaration, pieces } => match self.0.get(&declaration).copied() {
                Some(State::Deleted) => ("superseded", false),
                Some(State::Released(_)) => ("06", true),
                held @ (Some(State::Reserved(_)) | None) => {
                    let own = if let Some(State::Reserved(own)) = held { own } else { 0 };
                    if pieces <= self.left() + own {
                        self.0.insert(declaration, State::Reserved(pieces));
                        ("held", true)
                    } else {
                        ("05", true)
                    }
                }
            },
            Asked::Release { declaration } => match self.0.get(&declaration).copied() {
                Some(State::Reserved(pieces)) => {
                    self.0.insert(declaration, State::Released(pieces));
                    ("01", true)
                }
                Some(State::Released(_)) => ("03", false),
                Some(State::Deleted) | None => ("02", false),
            },
            Asked::Delete { declaration } => match self.0.get(&declaration).copied() {
                Some(State::Reserved(_)) => {
                    self.0.insert(declaration, State::Deleted);
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
        Asked::Reserve { declaration, pieces } => {
            let answered = put(customs, &mrn(first + declaration), &trucks(number, &pieces.to_string())).await.unwrap();
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
        Asked::Release { declaration } | Asked::Delete { declaration } => {
            let mrn = mrn(first + declaration);
            let answered = match asked {
                Asked::Delete { .. } => delete(customs, &mrn).await.unwrap(),
                _ => release(customs, &mrn).await.unwrap(),
            };
            let outcome = text(&answered.body["outcome"]);
            let left = (outcome == "01").then(|| available(&answered.body["ledger"][0])).flatten();
            (outcome, left)
        }
    }
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
                let declaration = u32::try_from(dice.below(4)).unwrap();
                let asked = match dice.below(6) {
                    0 => Asked::Look,
                    1 => Asked::Release { declaration },
                    2 => Asked::Delete { declaration },
                    _ => Asked::Reserve { declaration, pieces: i64::try_from(dice.below(4)).unwrap() + 1 },
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
    let four = |declaration| Asked::Reserve { declaration, pieces: 4 };
    let held = || ("held".to_owned(), Some(2));
    let mut history = LinearizabilityTester::new(Line::default());
    history.on_invoke(1, four(1)).unwrap().on_invoke(2, four(2)).unwrap();
    history.on_return(1, held()).unwrap();
    assert!(history.is_consistent());
    history.on_return(2, held()).unwrap();
    assert!(!history.is_consistent());
}
