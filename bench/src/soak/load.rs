//! Who asks during a soak, and what they remember of the answers.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use endmark::cli::Failed;
use endmark::demo::Place;
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
    /// Answers that nothing explains.
    pub(super) wrong: Vec<String>,
    next: u64,
}

impl Memory {
    const fn goes_on(&mut self) {
        self.unanswered = self.unanswered.saturating_add(1);
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
        let _ = asker.ask(&mut line, &|| scenario::check(stock, serial), "\"verdict\":\"conforms\"").await;
        if asker.ask(&mut line, &|| scenario::reserve(stock, serial), "\"outcome\":\"01\"").await {
            memory.borrow_mut().reserved.insert(serial);
        }
        if turn.is_multiple_of(5) {
            let _ = asker.ask(&mut line, &|| scenario::reserve(stock, serial), "\"outcome\":\"01\"").await;
        }
        // Its answer may be lost and the release asked for again: already consumed (03) is as good.
        if turn.is_multiple_of(2) && asker.ask(&mut line, &|| scenario::release(stock, serial), "\"outcome\":\"0").await
        {
            memory.borrow_mut().released.insert(serial);
        }
        let _ = asker.ask(&mut line, &|| scenario::receipt(stock, serial), "c2sp.org/tlog-proof").await;
    }
}

struct Asker<'a> {
    place: &'a Place,
    api: &'a Cell<SocketAddr>,
    until: Instant,
    memory: &'a RefCell<Memory>,
}

impl Asker<'_> {
    /// Asks until there is an answer or the time is up. Whether it is the one wanted.
    async fn ask(&self, line: &mut Option<Line>, ask: &impl Fn() -> Ask, wanted: &str) -> bool {
        while Instant::now() < self.until {
            match timeout(PATIENCE, self.once(line, ask())).await {
                Ok(Ok((status, _))) if status == StatusCode::SERVICE_UNAVAILABLE => {}
                Ok(Ok((_, body))) if body.contains(wanted) => {
                    let mut memory = self.memory.borrow_mut();
                    memory.answered = memory.answered.saturating_add(1);
                    return true;
                }
                Ok(Ok((status, body))) => {
                    self.memory.borrow_mut().wrong.push(format!("{status}: {body}"));
                    return false;
                }
                Ok(Err(_)) | Err(_) => *line = None,
            }
            self.memory.borrow_mut().goes_on();
            sleep(BEFORE_TRYING_AGAIN).await;
        }
        false
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
    let mut line = Caller::new(place.dir(), "customs", node.api)?.connect().await?;
    let mut missing = Vec::new();
    for serial in &memory.reserved {
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
    node.stop()?;
    Ok(missing)
}
