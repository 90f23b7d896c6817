//! Measures a register from outside: fills it, runs it as a process of its own, asks it over mutual TLS.
//! docs/PERFORMANCE.md says what the figures mean.

mod caller;
mod commit;
mod cpu;
mod document;
mod drive;
mod fill;
mod log;
mod plan;
mod register;
mod report;
mod scenario;
mod service;
mod stock;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use endmark::cli::Failed;
use endmark::demo::Place;

use plan::Plan;
use register::Register;
use report::{Expected, Report};
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
        let name = if is_sqlite { "sqlite" } else { "postgres" };
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
    report.begin(if is_sqlite { "sqlite" } else { "postgres" });
    report.add("commit", 1, commit::measure(&place, plan.measured)?, Expected::Anything)?;
    let mut register = Register::make(&place)?;
    for &size in &plan.sizes {
        let filled = register.fill(size)?;
        report.filled(size);
        report.add("fill", 0, filled, Expected::Anything)?;
        // Filling ends before the service starts: what is measured shares the machine with the driver alone.
        let service = Service::start(&place)?;
        for &connections in &plan.connections {
            for scenario in scenario::ALL.iter().filter(|scenario| plan.wants(scenario)) {
                let measured = drive::run(plan, &place, &service, &mut register.stock, scenario, connections)?;
                report.add(scenario.name, connections, measured, plan.expected(scenario, connections))?;
            }
        }
        service.stop()?;
    }
    Ok(())
}
