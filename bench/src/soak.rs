//! A mixed load with faults for a chosen time: the service killed, stopped, paused, joined by a second node. At the end
//! every answer given must still be true, the ledger and the log must agree, and memory must not have grown.

mod fault;
mod load;

use std::cell::{Cell, RefCell};
use std::io::Write as _;
use std::time::Duration;

use endmark::cli::{Failed, verify_database};
use endmark::demo::Place;
use serde_json::json;
use tokio::time::{Instant, sleep_until};

use crate::process;
use crate::register::Register;
use load::Memory;

/// Enough for batches of some size on a busy machine.
const CONNECTIONS: usize = 32;
const CERTIFICATES: u32 = 2_000;
/// The last part of the time has no faults: what memory does then is the service's own doing.
const QUIET: f64 = 0.3;
/// How much more memory at the end of the quiet time than at its start is no leak: caches fill.
const GROWTH_MAX: f64 = 1.5;
/// The most wrong answers, and the most faults of the database, that are named.
const FAULTS_MAX: usize = 20;

/// What came of it; an error says what is wrong.
pub(crate) fn run(database: &str, minutes: u32, json: bool) -> Result<(), Failed> {
    let is_sqlite = database == crate::plan::SQLITE;
    let place = Place::new(None, (!is_sqlite).then_some(database))?;
    let mut register = Register::make(&place)?;
    register.fill(CERTIFICATES)?;
    let time = Duration::from_secs(u64::from(minutes) * 60);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (memory, faults, mebibytes) = runtime.block_on(soak(&place, &register, time, !is_sqlite))?;
    let missing = runtime.block_on(load::missing(&place, &memory))?;
    let report = verify_database(&register.settings, FAULTS_MAX)?;
    let [start, end] = mebibytes;
    let grew = end > start * GROWTH_MAX;
    let told = json!({
        "database": crate::plan::name_of(database), "minutes": minutes, "faults": faults,
        "answered": memory.answered, "unanswered": memory.unanswered, "reserved": memory.reserved.len(),
        "released": memory.released.len(), "lost": missing, "wrong": memory.wrong, "wrongInAll": memory.wrong_in_all,
        "entries": report.entries,
        "faultsOfTheDatabase": report.faults.iter().map(|fault| format!("{}: {}", fault.what, fault.problem))
            .collect::<Vec<_>>(),
        "mebibytesAtStart": start, "mebibytesAtEnd": end,
    });
    let text = if json { told.to_string() } else { serde_json::to_string_pretty(&told)? };
    writeln!(std::io::stdout().lock(), "{text}")?;
    if !missing.is_empty() || !memory.wrong.is_empty() || !report.faults.is_empty() {
        return Err("what was answered is not what stands, or ledger and log do not agree".into());
    }
    if grew {
        return Err(format!("memory grew from {start:.0} to {end:.0} MiB without a fault").into());
    }
    Ok(())
}

async fn soak(
    place: &Place,
    register: &Register,
    time: Duration,
    many_nodes: bool,
) -> Result<(Memory, Vec<&'static str>, [f64; 2]), Failed> {
    let node = fault::start(place).await?;
    let (api, process) = (Cell::new(node.api), Cell::new(node.process()));
    let memory = RefCell::new(Memory::default());
    let until = Instant::now() + time;
    let quiet = until - time.mul_f64(QUIET);
    let asking = (0..CONNECTIONS).map(|number| load::keep_asking(place, &register.stock, number, &api, until, &memory));
    let disturbing = async {
        let (node, faults) = fault::disturb(place, node, &api, quiet, many_nodes).await?;
        process.set(node.process());
        let calm = quiet + until.saturating_duration_since(quiet).mul_f64(0.3);
        sleep_until(calm).await;
        let start = process::resident_mebibytes(process.get())?;
        sleep_until(until).await;
        let end = process::resident_mebibytes(process.get())?;
        Ok::<_, Failed>((node, faults, [start, end]))
    };
    let (_, disturbed) = futures_util::future::join(futures_util::future::join_all(asking), disturbing).await;
    let (node, faults, mebibytes) = disturbed?;
    node.stop()?;
    Ok((memory.into_inner(), faults, mebibytes))
}
