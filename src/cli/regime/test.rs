//! `endmark regime test`: the examples that regime files carry.

use std::path::PathBuf;

use endmark_core::regime::{Document, Regimes};
use serde_json::json;
use time::macros::date;

use super::{On, files};
use crate::cli::output::Output;
use crate::cli::{Failed, Outcome};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// Files or folders to add to what is loaded; then only their examples run.
    paths: Vec<PathBuf>,
    #[command(flatten)]
    on: On,
    /// The day until which lists count as complete that name none.
    #[arg(long, value_parser = super::show::day, default_value = "2026-04-23")]
    lists_valid_until: time::Date,
}

pub(super) fn run(arguments: &Arguments, output: Output) -> Result<Outcome, Failed> {
    let documents = files::read(&arguments.paths)?;
    let base = arguments.on.data()?;
    let tested: Vec<Document> =
        if documents.is_empty() { base.documents().cloned().collect() } else { documents.clone() };
    let (data, _) = base.with(documents)?;
    let until = arguments.lists_valid_until.max(date!(2000 - 01 - 01));
    let regimes = Regimes::new(data, until);
    let (mut people, mut rows, mut failed) = (Vec::new(), Vec::new(), 0_usize);
    for regime in tested.iter().filter_map(Document::regime) {
        let mut bad = 0_usize;
        for example in &regime.examples {
            let tried = example.try_on(&regimes, Some(&regime.id)).map_err(|why| {
                format!("{}, example {:?}: it cannot be read as a question: {why}", regime.id, example.says)
            })?;
            if !tried.is_good() {
                bad = bad.saturating_add(1);
                people.push(format!(
                    "  FAILED {}: {}: wanted {}, got {}",
                    regime.id, example.says, tried.wanted, tried.found
                ));
            }
            rows.push(json!({ "regime": regime.id, "example": example.says, "wanted": tried.wanted,
                "found": tried.found, "good": tried.is_good() }));
        }
        let good = regime.examples.len().saturating_sub(bad);
        people.push(format!("{:<16} {good} of {} examples", regime.id, regime.examples.len()));
        failed = failed.saturating_add(bad);
    }
    people.push(format!("{} examples, {failed} failed", rows.len()));
    output.show(people.join("\n"), &json!({ "examples": rows, "failed": failed }));
    Ok(if failed == 0 { Outcome::Yes } else { Outcome::No })
}
