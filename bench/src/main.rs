//! Measures a register from outside: fills it, runs it as a process of its own, asks it over mutual TLS.
//! docs/PERFORMANCE.md says what the figures mean.

mod caller;
mod commit;
mod document;
mod drive;
mod fill;
mod log;
mod officer;
mod pgbench;
mod plan;
mod prepare;
mod process;
mod raw;
mod register;
mod report;
mod rows;
mod scenario;
mod service;
mod soak;
mod stock;
mod watch;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use endmark::cli::Failed;
use endmark::demo::Place;

use drive::Bench;
use plan::Plan;
use register::Register;
use report::{Expected, Measured, Report};
use scenario::{Load, Needs};
use service::Service;

fn main() -> ExitCode {
    let plan = Plan::from(plan::Arguments::parse());
    match run(&plan) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(errors) => complain(&format!("{errors} requests were not answered as they should be")),
        Err(error) => complain(&error.to_string()),
    }
}

fn complain(why: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr().lock(), "endmark-bench: {why}");
    ExitCode::FAILURE
}

/// Every database in turn; gives the number of errors.
fn run(plan: &Plan) -> Result<u64, Failed> {
    if let Some(entries) = plan.log {
        return measure_log(plan, entries);
    }
    if let Some(minutes) = plan.soak {
        for database in &plan.databases {
            soak::run(database, minutes, plan.json)?;
        }
        return Ok(0);
    }
    let mut report = Report::new(plan.json);
    for database in &plan.databases {
        measure(plan, database, &mut report)?;
    }
    Ok(report.errors())
}

/// The log on every database in turn; gives the number of targets missed.
fn measure_log(plan: &Plan, entries: u32) -> Result<u64, Failed> {
    let mut missed = 0_u64;
    for database in &plan.databases {
        let is_sqlite = database == plan::SQLITE;
        let place = Place::new(None, (!is_sqlite).then_some(database))?;
        let name = plan::name_of(database);
        for figure in log::measure(&place, entries)? {
            let line = if plan.json { figure.json(name).to_string() } else { figure.text(name) };
            writeln!(std::io::stdout().lock(), "{line}")?;
            missed = missed.saturating_add(u64::from(!figure.reached));
        }
    }
    Ok(missed)
}

fn measure(plan: &Plan, database: &str, report: &mut Report) -> Result<(), Failed> {
    let is_sqlite = database == plan::SQLITE;
    let place = Place::new(None, (!is_sqlite).then_some(database))?;
    report.begin(plan::name_of(database));
    if !plan.growth {
        raw::measure(plan.measured, report)?;
    }
    report.add("commit", 1, commit::measure(&place, plan.measured)?, Expected::Anything)?;
    if !plan.growth {
        report.add("rows", 1, rows::measure(&place, plan.measured)?, Expected::Anything)?;
    }
    if !is_sqlite && !plan.growth {
        pgbench::measure(database, plan, report)?;
    }
    let mut register = Register::make(&place)?;
    for &size in &plan.sizes {
        let filled = register.fill(size)?;
        report.filled(size);
        report.add("fill", 0, filled, Expected::Anything)?;
        serve(plan, &place, &mut register, report, !is_sqlite)?;
    }
    Ok(())
}

/// Every scenario, on a register of one size. Filling has ended: what is measured shares the machine with the driver
/// alone.
fn serve(
    plan: &Plan,
    place: &Place,
    register: &mut Register,
    report: &mut Report,
    many_nodes: bool,
) -> Result<(), Failed> {
    let mut service = Service::start(place)?;
    let ready = Measured { p50_millis: Some(service.ready_after.as_secs_f64() * 1_000.0), ..Measured::default() };
    let size = f64::from(u32::try_from(register.stock.numbers.len())?).max(1.0);
    let bytes = watch::database_bytes(place.database(), place.dir())? / size;
    report.add("start", 0, Measured { bytes_a_certificate: Some(bytes), ..ready }, plan.start())?;
    let mut peak = 0.0_f64;
    for &connections in &plan.connections {
        for scenario in scenario::ALL.iter().filter(|scenario| plan.wants(scenario)) {
            if scenario.needs == Needs::Unseen {
                peak = peak.max(process::peak_mebibytes(service.process())?);
                service.stop()?;
                service = Service::start(place)?;
            }
            let second = match scenario.load {
                Load::TwoNodes if many_nodes => Some(Service::start(place)?),
                Load::TwoNodes => continue,
                Load::Closed | Load::Handshakes | Load::HalfOf(_) => None,
            };
            let a_second = match scenario.load {
                Load::HalfOf(other) => report.rate(other, connections).map(|rate| rate / 2.0),
                Load::Closed | Load::Handshakes | Load::TwoNodes => None,
            };
            let services: Vec<&Service> = std::iter::once(&service).chain(second.as_ref()).collect();
            let measured = plan.measured;
            let (folder, database) = (place.dir(), place.database());
            let bench = Bench { plan, folder, services: &services, database, measured, pace: a_second };
            let serials = prepare::serials(&bench, register, scenario, connections)?;
            let measured = drive::run(&bench, &mut register.stock, scenario, connections, serials)?;
            register.stock.sealed = Vec::new();
            let rate = Measured { per_second: measured.per_second, ..Measured::default() };
            report.add(scenario.name, connections, measured, plan.expected(scenario, connections))?;
            if scenario.name == "reserve" && report.rate(pgbench::TRANSACTION, connections).is_some() {
                let more = Expected::PartOf(pgbench::TRANSACTION, 1.0);
                report.add("reserve ÷ pgbench", connections, rate, more)?;
            }
            second.map(Service::stop).transpose()?;
        }
    }
    let peak = peak.max(process::peak_mebibytes(service.process())?);
    let memory = Measured { peak_mebibytes: Some(peak), ..Measured::default() };
    report.add("memory", 0, memory, plan.memory())?;
    service.stop()
}
