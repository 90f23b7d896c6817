//! Who asks during a soak, and what they remember of the answers.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use endmark::cli::Failed;
use endmark::demo::Place;
use futures_util::future::try_join_all;
use hyper::StatusCode;
use serde_json::Value;
use tokio::time::{Instant, sleep, timeout};

use crate::caller::{Caller, Line};
use crate::scenario::{self, Ask};
use crate::stock::Stock;

/// Longer than the service makes anybody wait.
const PATIENCE: Duration = Duration::from_secs(30);
const BEFORE_TRYING_AGAIN: Duration = Duration::from_millis(100);

/// What was answered.
#[derive(Debug, Default)]
pub(super) struct Memory {
    pub(super) answered: u64,
    /// No answer, or 503: nobody knows yet, and the same is asked again.
    pub(super) unanswered: u64,
    /// Serials whose reservation was acknowledged.
    pub(super) reserved: BTreeSet<u64>,
    /// Serials whose release was acknowledged.
    pub(super) released: BTreeSet<u64>,
    /// Answers that nothing explains: the first of them, and how many there were.
    pub(super) wrong: Vec<String>,
    pub(super) wrong_in_all: u64,
    next: u64,
}

impl Memory {
    const fn goes_on(&mut self) {
        self.unanswered = self.unanswered.saturating_add(1);
    }

    fn is_wrong(&mut self, answer: String) {
        self.wrong_in_all = self.wrong_in_all.saturating_add(1);
        if self.wrong.len() < super::FAULTS_MAX {
            self.wrong.push(answer);
        }
    }
}

/// A customs system: reserves, often repeats itself, releases every second one, checks and reads in between.
pub(super) async fn keep_asking(
    place: &Place,
    stock: &Stock,
    number: usize,
    api: &Cell<SocketAddr>,
    until: Instant,
    memory: &RefCell<Memory>,
) {
    let mut line = None;
    let asker = Asker { place, api, until, memory };
    let mut turn = number;
    while Instant::now() < until {
        turn = turn.wrapping_add(1);
        let serial = {
            let mut memory = memory.borrow_mut();
            memory.next = memory.next.saturating_add(1);
            memory.next
        };
        let checked = asker.ask(&mut line, &|| scenario::check(stock, serial), "\"verdict\":\"conforms\"").await;
        let reserve = || scenario::reserve_three(stock, serial);
        if asker.ask(&mut line, &reserve, "\"outcome\":\"01\"").await.is_some() {
            memory.borrow_mut().reserved.insert(serial);
        }
        if turn.is_multiple_of(5) {
            let _ = asker.ask(&mut line, &reserve, "\"outcome\":\"01\"").await;
        }
        // Its answer may be lost and the release asked for again: already consumed (03) is as good.
        let release = || scenario::release(stock, serial);
        if turn.is_multiple_of(2) && asker.ask(&mut line, &release, "\"outcome\":\"0").await.is_some() {
            memory.borrow_mut().released.insert(serial);
        }
        if let Some(leaf) = checked.and_then(|answer| entry(&answer)) {
            let _ = asker.ask(&mut line, &|| scenario::receipt_of(leaf), "c2sp.org/tlog-proof").await;
        }
    }
}

/// The entry that an answer names.
fn entry(answer: &str) -> Option<u64> {
    serde_json::from_str::<Value>(answer).ok()?.get("entry")?.as_u64()
}

struct Asker<'a> {
    place: &'a Place,
    api: &'a Cell<SocketAddr>,
    until: Instant,
    memory: &'a RefCell<Memory>,
}

impl Asker<'_> {
    /// Asks until there is an answer or the time is up; gives it, if it is the one wanted.
    async fn ask(&self, line: &mut Option<Line>, ask: &impl Fn() -> Ask, wanted: &str) -> Option<String> {
        while Instant::now() < self.until {
            match timeout(PATIENCE, self.once(line, ask())).await {
                Ok(Ok((status, _))) if status == StatusCode::SERVICE_UNAVAILABLE => {}
                Ok(Ok((_, body))) if body.contains(wanted) => {
                    let mut memory = self.memory.borrow_mut();
                    memory.answered = memory.answered.saturating_add(1);
                    return Some(body);
                }
                Ok(Ok((status, body))) => {
                    self.memory.borrow_mut().is_wrong(format!("{status}: {body}"));
                    return None;
                }
                Ok(Err(_)) | Err(_) => *line = None,
            }
            self.memory.borrow_mut().goes_on();
            sleep(BEFORE_TRYING_AGAIN).await;
        }
        None
    }

    async fn once(&self, line: &mut Option<Line>, ask: Ask) -> Result<(StatusCode, String), Failed> {
        let open = match line {
            Some(open) => open,
            None => line.insert(Caller::new(self.place.dir(), "customs", self.api.get())?.connect().await?),
        };
        let (status, body) = open.ask(ask).await?;
        Ok((status, String::from_utf8_lossy(&body).into_owned()))
    }
}

/// What was acknowledged and does not stand.
pub(super) async fn missing(place: &Place, memory: &Memory) -> Result<Vec<String>, Failed> {
    let node = super::fault::start(place).await?;
    let caller = Caller::new(place.dir(), "customs", node.api)?;
    let serials: Vec<u64> = memory.reserved.iter().copied().collect();
    let each = serials.len().div_ceil(super::CONNECTIONS).max(1);
    let parts = serials.chunks(each).map(|serials| missing_of(&caller, serials, memory));
    let missing = try_join_all(parts).await?.into_iter().flatten().collect();
    node.stop()?;
    Ok(missing)
}

async fn missing_of(caller: &Caller, serials: &[u64], memory: &Memory) -> Result<Vec<String>, Failed> {
    let mut line = caller.connect().await?;
    let mut missing = Vec::new();
    for serial in serials {
        let ask = Ask { path: scenario::declaration(*serial), ..Ask::default() };
        let (_, body) = line.ask(ask).await?;
        let said: Value = serde_json::from_slice(&body)?;
        let status = said.get("status").and_then(Value::as_str);
        let good = match status {
            Some("released") => true,
            Some("reserved") => !memory.released.contains(serial),
            _ => false,
        };
        if !good {
            missing.push(format!("{}: {}", scenario::declaration(*serial), status.unwrap_or("not there")));
        }
    }
    Ok(missing)
}
