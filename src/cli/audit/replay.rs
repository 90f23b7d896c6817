//! `endmark audit replay`: decides a past question again, and shows both verdicts.

use std::fmt::Write as _;

use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;

use super::super::check::verdict_text;
use super::super::output::Output;
use super::super::{Config, Failed, Outcome};
use super::progress::Progress;
use crate::audit::{Again, AgainError, Knowledge, decide_again};
use crate::config::Settings;
use crate::keys;
use crate::law::Law;
use crate::store::{Connection, apart};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  endmark audit replay --entry 1017\nThe question is decided on the certificates, ledger, registry, revocation lists, regimes and time of then, as the log and its evidence tell them.\nExit code 0: both verdicts are the same; 1: they differ; 2: it could not be decided again."
)]
pub(in crate::cli) struct Arguments {
    /// The entry of the decision: a check, a precheck, a reservation, an override or a presentation.
    #[arg(long, value_name = "LEAF")]
    entry: u64,
    #[command(flatten)]
    config: Config,
}

pub(super) fn run(arguments: &Arguments, output: Output) -> Result<Outcome, Failed> {
    let found = again(&Settings::read(&arguments.config.config)?, arguments.entry)?;
    output.show(text(&found)?, &json!(found));
    Ok(if found.agree { Outcome::Yes } else { Outcome::No })
}

/// Decides the question of an entry again, on what the log says of its time. It only reads.
pub fn again(settings: &Settings, entry: u64) -> Result<Again, Failed> {
    let keys = keys::load(&settings.origin, &settings.keys.log, &settings.keys.rows)?;
    let (url, clock) = (settings.database_url()?, settings.clock()?);
    let law = Law::new(settings.lists_valid_until)?;
    let knowledge = Knowledge { origin: &settings.origin, rows: &keys.rows, clock: &clock, law: &law };
    let progress = Progress::new("replaying");
    let found: Result<Again, AgainError> = apart(|| {
        let mut connection = Connection::open(&url)?;
        Ok(decide_again(&mut connection, entry, &knowledge, &mut |done, of| progress.at(done, of)))
    })?;
    Ok(found?)
}

fn text(found: &Again) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    let at = found.at.format(&Rfc3339).unwrap_or_default();
    writeln!(text, "entry {}: {} at {at}, {}\n", found.entry, found.kind, found.decision)?;
    let shown = |verdict: &Value| verdict_text(verdict);
    if found.agree {
        writeln!(text, "then and again:\n{}\n", shown(&found.again))?;
        write!(text, "AGREE: decided again, the verdict is the same in every finding")?;
    } else {
        writeln!(text, "then:\n{}\n\nagain:\n{}\n", shown(&found.then), shown(&found.again))?;
        write!(text, "DIFFER in {}", found.differences.join(", "))?;
    }
    Ok(text)
}
