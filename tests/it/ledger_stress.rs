//! The ledger under many hands and bad luck: nothing passes twice, and nothing acknowledged is lost.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use endmark::client::{Answered, Client, ClientError};
use endmark::demo::Place;
use futures_util::future::{join, join_all};
use reqwest::Method;
use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::faults::register_behind_a_cutter;
use crate::ledger::{after, many_movements, mrn, trucks};
use crate::process::Process;
use crate::support::{On, Register, hold_up, ledger_and_log_agree, on_both_databases};

on_both_databases!(
    many_at_once_on_one_line_get_what_is_granted_and_no_piece_more
    what_comes_while_another_node_has_the_head_is_taken_along_and_counts_once
    messages_sent_twice_late_and_in_any_order_end_where_the_answers_say
    kill_9_in_the_middle_of_reservations_lets_nothing_pass_twice
);

/// Numbers that look random, the same for the same seed.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// The next number below a bound (splitmix64).
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(bound).unwrap()).unwrap()
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

pub(crate) async fn put(customs: &Client, mrn: &str, asked: &Value) -> Result<Answered, ClientError> {
    let body = asked.to_string().into_bytes();
    let path = format!("/v1/customs/declarations/{mrn}");
    customs.send(Method::PUT, &path, Some(("application/json", body))).await
}

pub(crate) async fn release(customs: &Client, mrn: &str) -> Result<Answered, ClientError> {
    let path = format!("/v1/customs/declarations/{mrn}/release");
    customs.post(&path, &json!({ "office": "LTVR1000" })).await
}

pub(crate) async fn delete(customs: &Client, mrn: &str) -> Result<Answered, ClientError> {
    let path = format!("/v1/customs/declarations/{mrn}/reservation?office=LTVR1000");
    customs.send(Method::DELETE, &path, None).await
}

/// What is left of line 2, as a ledger in an answer says.
pub(crate) fn available(ledger: &Value) -> Option<i64> {
    let line = ledger["lines"].as_array()?.iter().find(|line| line["certificateLineNumber"] == 2)?;
    line["available"].as_str()?.parse().ok()
}

/// Whether a position was taken; a refusal must be that the line is used up, and anything else is no answer.
fn passed(answered: &Answered) -> Option<bool> {
    match answered.status.as_u16() {
        200 => Some(true),
        409 => {
            assert_eq!(answered.body["failureReason"], "05", "{:#}", answered.body);
            Some(false)
        }
        500 | 503 => None,
        other => panic!("{other}: {:#}", answered.body),
    }
}

/// Sends a position until it is answered, as a customs system does.
async fn insist(customs: &Client, mrn: &str, asked: &Value) -> bool {
    let give_up = Instant::now() + Duration::from_secs(90);
    loop {
        if let Ok(Some(passed)) = put(customs, mrn, asked).await.as_ref().map(passed) {
            return passed;
        }
        assert!(Instant::now() < give_up, "no answer about {mrn}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A reading while the database has just come back may be asked to try again.
async fn shown(customs: &Client, mrn: &str) -> Value {
    let give_up = Instant::now() + Duration::from_secs(90);
    loop {
        let answered = customs.get(&format!("/v1/customs/declarations/{mrn}")).await.unwrap();
        if answered.status != 503 {
            return answered.body;
        }
        assert!(Instant::now() < give_up, "no answer about {mrn}: {}", answered.body);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn many_at_once_on_one_line_get_what_is_granted_and_no_piece_more(on: On) {
    let register = Register::start(on).await;
    let number = many_movements(&register, "S-1").await;
    let customs = &register.world.customs;
    let one = trucks(&number, "1");
    let one = &one;
    let rush = |names: std::ops::Range<u32>| {
        join_all(names.map(|name| async move { passed(&put(customs, &mrn(name), one).await.unwrap()).unwrap() }))
    };
    let first = rush(0..40).await;
    assert_eq!(first.iter().filter(|passed| **passed).count(), 6);
    // The same again changes nothing for anybody.
    assert_eq!(rush(0..40).await, first);
    let holders: Vec<u32> = (0_u32..).zip(&first).filter(|(_, passed)| **passed).map(|(name, _)| name).collect();
    for name in &holders[..2] {
        assert_eq!(release(customs, &mrn(*name)).await.unwrap().body["outcome"], "01");
    }
    for name in &holders[2..4] {
        assert_eq!(delete(customs, &mrn(*name)).await.unwrap().body["outcome"], "01");
    }
    let two = rush(100..140).await;
    assert_eq!(two.iter().filter(|passed| **passed).count(), 2, "what came back, once");
    ledger_and_log_agree(&register.stop().await);
}

async fn what_comes_while_another_node_has_the_head_is_taken_along_and_counts_once(on: On) {
    let register = Register::start(on).await;
    let number = many_movements(&register, "S-7").await;
    // Twenty lorries are exported and go on in transit, and there are six for them; all is heard of at once.
    let asked: Vec<(String, Value)> = (0..20)
        .flat_map(|lorry| {
            let (export, transit) = (mrn(lorry), mrn(100 + lorry));
            let goes_on = after(trucks(&number, "1"), &export);
            [(export, trucks(&number, "1")), (transit, goes_on)]
        })
        .collect();
    let customs = &register.world.customs;
    let holding = hold_up(&register, asked.len() / 4..asked.len()).await;
    let put_all = join_all(asked.iter().map(|(mrn, asked)| put(customs, mrn, asked)));
    let answers: Vec<bool> = put_all.await.into_iter().map(|answered| passed(&answered.unwrap()).unwrap()).collect();
    holding.join().unwrap();
    let movements: Vec<&[bool]> = answers.chunks(2).filter(|movement| movement.contains(&true)).collect();
    assert_eq!(movements, [[true, true]; 6], "export and transit together, six times");
    // What the register has of those that were taken along is found as well.
    let held = asked.iter().zip(&answers).step_by(2).filter_map(|((mrn, _), passed)| passed.then_some(mrn));
    let holding = hold_up(&register, 1..6).await;
    for released in join_all(held.map(|mrn| release(customs, mrn))).await {
        assert_eq!(released.unwrap().body["outcome"], "01");
    }
    holding.join().unwrap();
    ledger_and_log_agree(&register.stop().await);
}

/// A message about one declaration.
#[derive(Debug, Clone, Copy)]
enum Message {
    Put { version: u32, pieces: u32 },
    Delete,
    Release,
}

async fn messages_sent_twice_late_and_in_any_order_end_where_the_answers_say(on: On) {
    const MESSAGES: [Message; 5] = [
        Message::Put { version: 1, pieces: 2 },
        Message::Put { version: 2, pieces: 3 },
        Message::Put { version: 3, pieces: 1 },
        Message::Delete,
        Message::Release,
    ];
    let register = Register::start(on).await;
    let number = many_movements(&register, "S-2").await;
    let customs = &register.world.customs;
    let declarations = (0_u32..24).map(|name| {
        let number = &number;
        async move {
            let mut dice = Dice(name.into());
            let mut messages: Vec<Message> = MESSAGES.to_vec();
            messages.extend(MESSAGES.iter().filter(|_| dice.below(2) == 0));
            dice.shuffle(&mut messages);
            let mrn = mrn(name);
            let (mut status, mut pieces, mut newest) = (Value::Null, 0, 0);
            for message in messages {
                match message {
                    Message::Put { version, pieces: wanted } => {
                        let mut asked = trucks(number, &wanted.to_string());
                        asked["declarationVersion"] = json!(version);
                        let answered = put(customs, &mrn, &asked).await.unwrap();
                        if answered.status == 200 {
                            assert!(version >= newest, "version {version} after {newest}: {mrn}");
                            assert_ne!(status, "released", "{mrn}");
                            (status, pieces, newest) = (json!("reserved"), wanted, version);
                        } else {
                            assert_eq!(answered.status, 409, "{:#}", answered.body);
                        }
                    }
                    Message::Delete => {
                        if delete(customs, &mrn).await.unwrap().body["outcome"] == "01" {
                            assert_eq!(status, "reserved", "{mrn}");
                            (status, pieces) = (json!("deleted"), 0);
                        }
                    }
                    Message::Release => {
                        if release(customs, &mrn).await.unwrap().body["outcome"] == "01" {
                            assert_eq!(status, "reserved", "{mrn}");
                            status = json!("released");
                        }
                    }
                }
            }
            let shown = customs.get(&format!("/v1/customs/declarations/{mrn}")).await.unwrap().body;
            assert_eq!(shown["status"], status, "{mrn}: {shown:#}");
            let held = shown["holds"].as_array().map_or(0, |holds| {
                holds.iter().map(|hold| hold["quantity"].as_str().unwrap().parse::<u32>().unwrap()).sum()
            });
            assert_eq!(held, pieces, "{mrn}: {shown:#}");
            pieces
        }
    });
    let held: u32 = join_all(declarations).await.iter().sum();
    let path = format!("/v1/customs/certificates/{number}/quantities");
    let left = available(&customs.get(&path).await.unwrap().body).unwrap();
    assert_eq!(i64::from(held) + left, 6);
    ledger_and_log_agree(&register.stop().await);
}

/// One piece of a certificate for each of many declarations: more than there are pieces.
struct Rush {
    asked: Vec<(String, Value)>,
    answered: Cell<usize>,
}

const CERTIFICATES: u32 = 8;
const DECLARATIONS_EACH: u32 = 9;

impl Rush {
    async fn on(register: &Register) -> Self {
        let mut asked = Vec::new();
        for certificate in 0..CERTIFICATES {
            let number = many_movements(register, &format!("R-{certificate}")).await;
            let one = |name| (mrn(certificate * 100 + name), trucks(&number, "1"));
            asked.extend((0..DECLARATIONS_EACH).map(one));
        }
        Dice(1).shuffle(&mut asked);
        Self { asked, answered: Cell::new(0) }
    }

    /// Sends all at once, in turn to each client; who is not answered is `None`.
    async fn send(&self, clients: &[Client]) -> Vec<Option<bool>> {
        let sent = self.asked.iter().zip(clients.iter().cycle()).map(|((mrn, asked), client)| async move {
            let answer = passed(&put(client, mrn, asked).await.ok()?);
            self.answered.set(self.answered.get() + usize::from(answer.is_some()));
            answer
        });
        join_all(sent).await
    }

    /// Waits until so many are answered.
    async fn progress(&self, answered: usize) {
        while self.answered.get() < answered {
            tokio::task::yield_now().await;
        }
    }

    /// Repeats what was not answered until it is: as much passes as is granted, and what passed before still does.
    async fn finish(&self, client: &Client, before: &[Option<bool>], place: &Place) {
        let repeated = self.asked.iter().zip(before).map(|((mrn, asked), answer)| async move {
            match answer {
                Some(passed) => *passed,
                None => insist(client, mrn, asked).await,
            }
        });
        let mut granted: BTreeMap<String, usize> = BTreeMap::new();
        for ((mrn, asked), passed) in self.asked.iter().zip(join_all(repeated).await) {
            let shown = shown(client, mrn).await;
            if passed {
                assert_eq!(shown["status"], "reserved", "{mrn} was acknowledged");
                let number = asked["goodsItems"][0]["citations"][0]["certificate"].to_string();
                *granted.entry(number).or_default() += 1;
            } else {
                assert_eq!(shown["holds"], json!([]), "{mrn} was refused");
            }
        }
        assert_eq!(granted.values().copied().collect::<Vec<_>>(), [6; 8]);
        ledger_and_log_agree(place);
    }
}

async fn kill_9_in_the_middle_of_reservations_lets_nothing_pass_twice(on: On) {
    let register = Register::start(on).await;
    let rush = Rush::on(&register).await;
    let place = register.stop().await;
    let process = Process::start(&place);
    let clients = [process.client(&place, "customs")];
    let kill = async {
        rush.progress(10).await;
        process.kill();
    };
    let (before, ()) = join(rush.send(&clients), kill).await;
    let process = Process::start(&place);
    rush.finish(&process.client(&place, "customs"), &before, &place).await;
    process.kill();
}

#[actix_web::test]
async fn two_nodes_over_one_database_share_a_line() {
    let register = Register::start(On::Postgres).await;
    let number = many_movements(&register, "S-3").await;
    let place = register.stop().await;
    let nodes = ["one", "other"].map(|name| Process::start_as(&place, name));
    let clients = nodes.each_ref().map(|node| node.client(&place, "customs"));
    let one = trucks(&number, "1");
    // Every message goes to both: a broker that delivers twice, to whoever is there.
    let sent = (0..40).map(|name| {
        let (mrn, one, clients) = (mrn(name), &one, &clients);
        async move { join_all(clients.iter().map(|client| insist(client, &mrn, one))).await }
    });
    let answers = join_all(sent).await;
    assert!(answers.iter().all(|both| both[0] == both[1]), "both nodes say the same: {answers:?}");
    assert_eq!(answers.iter().filter(|both| both[0]).count(), 6);
    ledger_and_log_agree(&place);
    nodes.into_iter().for_each(Process::kill);
}

#[actix_web::test]
async fn a_paused_node_holds_nobody_up_and_does_no_harm_when_it_wakes() {
    let register = Register::start(On::Postgres).await;
    let rush = Rush::on(&register).await;
    let place = register.stop().await;
    let [paused, awake] = ["one", "other"].map(|name| Process::start_as(&place, name));
    let clients = [&paused, &awake].map(|node| node.client(&place, "customs"));
    let pause = async {
        rush.progress(4).await;
        paused.signal("STOP");
        // The other goes on, also when the paused one held the lock.
        for (mrn, asked) in &rush.asked[..12] {
            insist(&clients[1], mrn, asked).await;
        }
        paused.signal("CONT");
    };
    let (before, ()) = join(rush.send(&clients), pause).await;
    rush.finish(&clients[0], &before, &place).await;
    [paused, awake].into_iter().for_each(Process::kill);
}

#[actix_web::test]
async fn postgresql_stopped_at_once_under_load_comes_back_to_the_same_ledger() {
    let cluster = Cluster::start();
    let place = Place::new(None, Some(cluster.url())).unwrap();
    let world = endmark::demo::World::make(&place).await.unwrap();
    let register = Register { world, place };
    let rush = Rush::on(&register).await;
    let customs = register.world.customs.clone();
    let stop = async {
        rush.progress(4).await;
        cluster.stop_at_once();
    };
    let (before, ()) = join(rush.send(std::slice::from_ref(&customs)), stop).await;
    cluster.start_again();
    rush.finish(&customs, &before, &register.place).await;
    register.stop().await;
}

#[actix_web::test]
async fn a_reservation_whose_answer_was_lost_after_commit_holds_once() {
    let (register, cutter) = register_behind_a_cutter().await;
    let number = many_movements(&register, "S-4").await;
    let customs = &register.world.customs;
    cutter.armed.store(true, std::sync::atomic::Ordering::SeqCst);
    for _ in 0..2 {
        let answered = put(customs, &mrn(1), &trucks(&number, "4")).await.unwrap();
        assert_eq!(answered.status, 200, "{:#}", answered.body);
        assert_eq!(available(&answered.body["ledger"][0]), Some(2));
    }
    assert_eq!(cutter.cut.load(std::sync::atomic::Ordering::SeqCst), 1, "the reply was cut");
    ledger_and_log_agree(&register.stop().await);
}
