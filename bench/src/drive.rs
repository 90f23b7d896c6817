//! Asking: every connection asks again as soon as it is answered, or at its own pace.

use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::time::Duration;

use endmark::cli::Failed;
use futures_util::future::{join, join_all, try_join_all};
use hdrhistogram::Histogram;
use memchr::memmem;
use tokio::time::{Instant, sleep_until};

use crate::caller::{Caller, Line};
use crate::plan::Plan;
use crate::report::Measured;
use crate::scenario::{Door, Load, Scenario};
use crate::service::Service;
use crate::stock::Stock;
use crate::watch::Watch;

/// No answer takes longer, in microseconds: the service gives up sooner.
const MICROS_MAX: u64 = 120_000_000;
/// A connection whose requests fail is replaced; one that fails so often in a row ends.
const FAILURES_IN_A_ROW_MAX: u32 = 100;

/// What is asked, where and for how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bench<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) folder: &'a std::path::Path,
    /// Every connection is to one of these, in turn.
    pub(crate) services: &'a [&'a Service],
    /// Watches what the database writes.
    pub(crate) database: &'a str,
    /// How long it counts.
    pub(crate) measured: Duration,
    /// Requests a second in all; as many as are answered where none is given.
    pub(crate) pace: Option<f64>,
}

/// What came back.
struct Asking<'a> {
    scenario: &'a Scenario,
    stock: &'a Stock,
    /// The serials still to be asked.
    serials: Cell<Range<u64>>,
    from: Instant,
    until: Instant,
    /// When there was nothing more to ask.
    ended: Cell<Option<Instant>>,
    tally: RefCell<Tally>,
}

struct Tally {
    micros: Histogram<u64>,
    errors: u64,
    first_error: Option<String>,
}

/// Asks a scenario over so many connections, from one thread: it leaves the other processors to the service.
pub(crate) fn run(
    bench: &Bench<'_>,
    stock: &mut Stock,
    scenario: &Scenario,
    connections: usize,
    serials: Range<u64>,
) -> Result<Measured, Failed> {
    let callers: Vec<Caller> = bench
        .services
        .iter()
        .map(|service| match scenario.door {
            Door::Api => Caller::new(bench.folder, scenario.caller, service.api),
            Door::Web => Caller::anybody(bench.folder, service.web),
        })
        .collect::<Result<_, _>>()?;
    let endless = serials.end == u64::MAX;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (measured, left) = runtime.block_on(drive(bench, &callers, stock, scenario, connections, serials))?;
    if endless {
        stock.next = left.start;
    }
    Ok(measured)
}

async fn drive(
    bench: &Bench<'_>,
    callers: &[Caller],
    stock: &Stock,
    scenario: &Scenario,
    connections: usize,
    serials: Range<u64>,
) -> Result<(Measured, Range<u64>), Failed> {
    // All connections stand before the clock starts: handshakes are not what is measured here.
    let of = |number: usize| callers.get(number % callers.len().max(1)).ok_or("no service to ask");
    let lines = try_join_all((0..connections).map(async |number| of(number)?.connect().await)).await?;
    let from = Instant::now() + bench.plan.warm_up;
    let asking = Asking {
        scenario,
        stock,
        serials: Cell::new(serials),
        from,
        until: from + bench.measured,
        ended: Cell::new(None),
        tally: RefCell::new(Tally { micros: Histogram::new_with_max(MICROS_MAX, 3)?, errors: 0, first_error: None }),
    };
    let period = bench.pace.map(|pace| Duration::from_secs_f64(count(connections) / pace.max(1.0)));
    let all = lines.into_iter().enumerate().map(async |(number, line)| {
        let Ok(caller) = of(number) else { return };
        let slot =
            period.map(|period| (from - bench.plan.warm_up + period.mul_f64(share(number, connections)), period));
        asking.keep_asking(caller, line, slot).await;
    });
    let watch = async {
        sleep_until(from).await;
        let mut watch = Watch::begin(bench.services, bench.database)?;
        sleep_until(asking.until).await;
        watch.end()?;
        Ok::<_, Failed>(watch)
    };
    let (_, watched) = join(join_all(all), watch).await;
    let within = asking.ended.get().map_or(bench.measured, |ended| ended.saturating_duration_since(from));
    let tally = asking.tally.into_inner();
    let measured = Measured {
        errors: tally.errors,
        first_error: tally.first_error,
        ..Measured::from_latencies(&tally.micros, within.min(bench.measured))
    };
    Ok((watched?.told(measured, tally.micros.len()), asking.serials.into_inner()))
}

/// The next serial of those that many connections share.
pub(crate) fn next(serials: &Cell<Range<u64>>) -> Option<u64> {
    let mut left = serials.take();
    let next = left.next();
    serials.set(left);
    next
}

fn count(connections: usize) -> f64 {
    u32::try_from(connections).map_or(f64::MAX, f64::from)
}

fn share(number: usize, connections: usize) -> f64 {
    count(number) / count(connections).max(1.0)
}

impl Asking<'_> {
    /// With a slot, a request is due at its time, and is late from then on.
    async fn keep_asking(&self, caller: &Caller, mut line: Line, mut slot: Option<(Instant, Duration)>) {
        let mut failures: u32 = 0;
        loop {
            let mut asked = Instant::now();
            if let Some((due, period)) = &mut slot {
                sleep_until(*due).await;
                asked = *due;
                *due += *period;
            }
            if asked >= self.until || failures >= FAILURES_IN_A_ROW_MAX {
                return;
            }
            let Some(serial) = next(&self.serials) else {
                self.ended.set(self.ended.get().or(Some(asked)));
                return;
            };
            let answered = if self.scenario.load == Load::Handshakes {
                match caller.connect().await {
                    Ok(mut fresh) => fresh.ask((self.scenario.ask)(self.stock, serial)).await,
                    Err(error) => Err(error),
                }
            } else {
                line.ask((self.scenario.ask)(self.stock, serial)).await
            };
            let now = Instant::now();
            let wrong = match answered {
                Ok((status, body)) if is_good(self.scenario, status.as_u16(), &body) => None,
                Ok((status, body)) => Some(format!("{status}: {}", String::from_utf8_lossy(&body))),
                Err(error) => {
                    failures = failures.saturating_add(1);
                    if let Ok(fresh) = caller.connect().await {
                        line = fresh;
                    }
                    Some(error.to_string())
                }
            };
            let mut tally = self.tally.borrow_mut();
            if let Some(wrong) = wrong {
                // Errors of the warm-up count: they are as wrong as any.
                tally.errors = tally.errors.saturating_add(1);
                tally.first_error.get_or_insert(wrong);
            } else {
                failures = 0;
                if (self.from..self.until).contains(&now) {
                    tally.micros.saturating_record(micros(now - asked));
                }
            }
        }
    }
}

fn is_good(scenario: &Scenario, status: u16, body: &[u8]) -> bool {
    status == scenario.status && memmem::find(body, scenario.says.as_bytes()).is_some()
}

fn micros(took: Duration) -> u64 {
    u64::try_from(took.as_micros()).unwrap_or(u64::MAX)
}
