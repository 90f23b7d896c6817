//! The closed loop: every connection asks again as soon as it is answered.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use endmark::cli::Failed;
use endmark::demo::Place;
use futures_util::future::{join, join_all, try_join_all};
use hdrhistogram::Histogram;
use memchr::memmem;
use tokio::time::{Instant, sleep_until};

use crate::caller::{Caller, Line};
use crate::cpu;
use crate::plan::Plan;
use crate::report::Measured;
use crate::scenario::{Ask, Scenario};
use crate::service::Service;
use crate::stock::Stock;

/// No answer takes longer, in microseconds: the service gives up sooner.
const MICROS_MAX: u64 = 120_000_000;
/// A connection whose requests fail is replaced; one that fails so often in a row ends.
const FAILURES_IN_A_ROW_MAX: u32 = 100;

/// What came back, in the measured time.
#[derive(Debug)]
struct Tally {
    micros: Histogram<u64>,
    errors: u64,
    first_error: Option<String>,
}

/// Asks a scenario over so many connections, from one thread: it leaves the other processors to the service.
pub(crate) fn run(
    plan: &Plan,
    place: &Place,
    service: &Service,
    stock: &mut Stock,
    scenario: &Scenario,
    connections: usize,
) -> Result<Measured, Failed> {
    let caller = Caller::new(place.dir(), scenario.caller, service.api)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let serial = Cell::new(stock.next);
    let ask = || {
        serial.set(serial.get().saturating_add(1));
        (scenario.ask)(stock, serial.get())
    };
    let measured = runtime.block_on(drive(plan, &caller, service, scenario, connections, &ask))?;
    stock.next = serial.get();
    Ok(measured)
}

async fn drive(
    plan: &Plan,
    caller: &Caller,
    service: &Service,
    scenario: &Scenario,
    connections: usize,
    ask: &impl Fn() -> Ask,
) -> Result<Measured, Failed> {
    // All connections stand before the clock starts: handshakes are not what is measured here.
    let lines = try_join_all((0..connections).map(|_| caller.connect())).await?;
    let from = Instant::now() + plan.warm_up;
    let window = Window { from, until: from + plan.measured };
    let tally = RefCell::new(Tally { micros: Histogram::new_with_max(MICROS_MAX, 3)?, errors: 0, first_error: None });
    let asking = lines.into_iter().map(|line| keep_asking(caller, line, scenario, window, ask, &tally));
    let (_, cores) = join(join_all(asking), cores_used(service, window)).await;
    let [service_cores, client_cores] = cores?;
    let tally = tally.into_inner();
    Ok(Measured {
        errors: tally.errors,
        first_error: tally.first_error,
        service_cores: Some(service_cores),
        client_cores: Some(client_cores),
        ..Measured::from_latencies(&tally.micros, plan.measured)
    })
}

/// The time that counts.
#[derive(Debug, Clone, Copy)]
struct Window {
    from: Instant,
    until: Instant,
}

async fn keep_asking(
    caller: &Caller,
    mut line: Line,
    scenario: &Scenario,
    window: Window,
    ask: &impl Fn() -> Ask,
    tally: &RefCell<Tally>,
) {
    let mut failures: u32 = 0;
    loop {
        let asked = Instant::now();
        if asked >= window.until || failures >= FAILURES_IN_A_ROW_MAX {
            return;
        }
        let answered = line.ask(ask()).await;
        let now = Instant::now();
        let wrong = match answered {
            Ok((status, body)) if is_good(scenario, status.as_u16(), &body) => None,
            Ok((status, body)) => Some(format!("{status}: {}", String::from_utf8_lossy(&body))),
            Err(error) => {
                failures = failures.saturating_add(1);
                if let Ok(fresh) = caller.connect().await {
                    line = fresh;
                }
                Some(error.to_string())
            }
        };
        let mut tally = tally.borrow_mut();
        if let Some(wrong) = wrong {
            // Errors of the warm-up count: they are as wrong as any.
            tally.errors = tally.errors.saturating_add(1);
            tally.first_error.get_or_insert(wrong);
        } else {
            failures = 0;
            if (window.from..window.until).contains(&now) {
                tally.micros.saturating_record(micros(now - asked));
            }
        }
    }
}

fn is_good(scenario: &Scenario, status: u16, body: &[u8]) -> bool {
    status == scenario.status && memmem::find(body, scenario.says.as_bytes()).is_some()
}

/// How many processors service and driver kept busy in the measured time.
async fn cores_used(service: &Service, window: Window) -> Result<[f64; 2], Failed> {
    let used = || Ok::<_, Failed>([cpu::seconds(service.process())?, cpu::seconds(std::process::id())?]);
    sleep_until(window.from).await;
    let ([service_before, client_before], began) = (used()?, Instant::now());
    sleep_until(window.until).await;
    let ([service_after, client_after], seconds) = (used()?, began.elapsed().as_secs_f64());
    Ok([(service_after - service_before) / seconds, (client_after - client_before) / seconds])
}

fn micros(took: Duration) -> u64 {
    u64::try_from(took.as_micros()).unwrap_or(u64::MAX)
}
