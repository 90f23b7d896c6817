//! `endmark audit verify`: does the database still say what the log's entries say?

use std::fmt::Write as _;

use serde_json::json;

use super::super::output::Output;
use super::super::{Config, Failed, Outcome};
use super::progress::Progress;
use crate::app::{self, checkpoint_file};
use crate::audit::{self, Expected, Report};
use crate::config::Settings;
use crate::keys;
use crate::store::{Connection, apart};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  endmark audit verify --config register/endmark.toml\nIt may run beside the service. Exit code 0: nothing is wrong; 1: something is; 2: it could not be verified.\nWhat to do then: docs/OPERATING.md, \"When something is wrong\"."
)]
pub(in crate::cli) struct Arguments {
    /// The most faults that are named; the rest are counted.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    most: u16,
    #[command(flatten)]
    config: Config,
}

pub(super) fn run(arguments: &Arguments, output: Output) -> Result<Outcome, Failed> {
    let report = verify(&Settings::read(&arguments.config.config)?, arguments.most.into())?;
    output.show(text(&report)?, &json!(report));
    Ok(if report.is_good() { Outcome::Yes } else { Outcome::No })
}

/// Verifies a register's database. It only reads: not even the schema is brought up to date.
pub fn verify(settings: &Settings, faults_max: usize) -> Result<Report, Failed> {
    let keys = keys::load(&settings.origin, &settings.keys.log, &settings.keys.rows)?;
    // Before the database: what is signed later is not held against what was read earlier.
    let known = app::log_keys(keys.log.key(), &app::known_log_keys(settings)?);
    let checkpoint = checkpoint_file::read(&settings.checkpoint, &known)?;
    let url = settings.database_url()?;
    let expected = Expected { origin: &settings.origin, rows: &keys.rows, checkpoint: checkpoint.as_ref() };
    let progress = Progress::new("verifying");
    Ok(apart(|| {
        let mut connection = Connection::open(&url)?;
        audit::verify(&mut connection, &expected, faults_max, &mut |done, of| progress.at(done, of))
    })?)
}

fn text(report: &Report) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    for fault in &report.faults {
        writeln!(text, "{}: {}", fault.what, fault.problem)?;
    }
    if report.more_faults > 0 {
        writeln!(text, "and {} more", report.more_faults)?;
    }
    writeln!(text, "{} entries, root {}", report.entries, report.root)?;
    match report.checkpoint {
        Some(size) => writeln!(text, "compared with the checkpoint over {size}")?,
        None => writeln!(text, "there is no checkpoint file to compare with: an older copy would not be noticed")?,
    }
    writeln!(text, "{} pieces of evidence are as they were, {} were erased", report.evidence, report.redacted)?;
    if !report.rows_compared {
        writeln!(text, "rows were not compared: the entries no longer tell what they should be")?;
    }
    if report.is_good() {
        write!(text, "good: certificates, ledger, declarations and registry are as the entries tell them")?;
    } else {
        write!(text, "NOT GOOD: keep this database as evidence; see docs/OPERATING.md, \"When something is wrong\"")?;
    }
    Ok(text)
}
