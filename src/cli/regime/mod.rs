//! `endmark regime …`: the law as data.

mod compare;
mod files;
mod import;
mod show;
mod test;
mod validity;

pub(super) use files::{names, warning};
pub(super) use validity::{over, over_json, over_warning};

use std::path::PathBuf;

use serde_json::json;

use super::output::Output;
use super::{Config, Failed, Outcome, operator};
use crate::config::Settings;
use crate::writer::RegistryChange;
use endmark_core::regime::{Document, RegimeData};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Loads regimes, goods lists, statement sets and tables: files, or folders of them. All or none. Versions stay for
    /// ever; one that counts from a later day waits for it. A running service takes them without a restart.
    #[command(
        after_help = "Example:\n  endmark regime check my-rules/\n  endmark regime load my-rules/ --config register/endmark.toml"
    )]
    Load(LoadArguments),
    /// Lists what is loaded, with versions.
    #[command(after_help = "Example:\n  endmark regime list --at 2026-03-01")]
    List(show::ListArguments),
    /// Prints a document as it was loaded.
    #[command(
        after_help = "Example:\n  endmark regime show LT-2023-12-18\n  endmark regime show '833/2014 Annex XXIII'"
    )]
    Show(show::ShowArguments),
    /// Says what differs between two versions of a document, or between a file and the version loaded.
    #[command(
        after_help = "Example:\n  endmark regime diff annex-xxiii.csv\n  endmark regime diff LT-2023-12-18 2023-12-18 2027-01-01"
    )]
    Diff(compare::Arguments),
    /// Reads files as `load` would, and loads nothing.
    #[command(after_help = "Example:\n  endmark regime check my-rules/")]
    Check(CheckArguments),
    /// Runs the examples that regime files carry.
    #[command(after_help = "Example:\n  endmark regime test\n  endmark regime test my-rules/")]
    Test(test::Arguments),
    /// Makes a goods list of somebody else's CSV, with a report of what is added, removed and refused.
    #[command(
        after_help = "Example:\n  endmark regime import tariff.csv --list '833/2014 Annex XX' --version 2026-06-01 \\\n    --source 'CELEX 32026R0506' --code-column 'CN code' --output annex-xx.csv"
    )]
    Import(import::Arguments),
}

#[derive(Debug, clap::Args)]
pub(super) struct LoadArguments {
    /// Files or folders; none with `--built-in`.
    #[arg(required_unless_present = "built_in")]
    paths: Vec<PathBuf>,
    /// Load the documents built into this program.
    #[arg(long)]
    built_in: bool,
    #[command(flatten)]
    config: Config,
}

#[derive(Debug, clap::Args)]
pub(super) struct CheckArguments {
    /// Files or folders.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    on: On,
}

/// What files are held against.
#[derive(Debug, clap::Args)]
pub(super) struct On {
    /// The register whose documents they go with; the documents built into this program when left out.
    #[arg(long)]
    config: Option<PathBuf>,
}

impl On {
    fn data(&self) -> Result<RegimeData, Failed> {
        match &self.config {
            Some(config) => Ok(operator::registry(config)?.regimes().data().clone()),
            None => Ok(crate::law::built_in()?),
        }
    }
}

pub(super) fn run(command: Command, output: Output) -> Result<Outcome, Failed> {
    match command {
        Command::Load(arguments) => load(&arguments, output),
        Command::List(arguments) => show::list(&arguments, output),
        Command::Show(arguments) => show::show(&arguments, output),
        Command::Diff(arguments) => compare::run(&arguments, output),
        Command::Check(arguments) => check(&arguments, output),
        Command::Test(arguments) => test::run(&arguments, output),
        Command::Import(arguments) => import::run(&arguments, output),
    }
}

fn load(arguments: &LoadArguments, output: Output) -> Result<Outcome, Failed> {
    let mut documents = files::read(&arguments.paths)?;
    if arguments.built_in {
        documents.extend(crate::law::built_in()?.documents().cloned());
    }
    let named = files::named(&documents);
    let settings = Settings::read(&arguments.config.config)?;
    let leaf = operator::apply(&settings, RegistryChange::LoadRegimes(documents))?;
    let registry = operator::registry(&arguments.config.config)?;
    let clock = settings.clock()?;
    let data = registry.regimes().data();
    let lacking = data.lacking(data.not_over(clock.moment(clock.now()).day));
    let edition = registry.regimes().edition();
    let people = format!(
        "loaded (log entry {leaf}):\n{}\nedition {edition}{}",
        named.iter().map(|name| format!("  {name}")).collect::<Vec<_>>().join("\n"),
        files::warning(&lacking),
    );
    let json = json!({ "loaded": named, "entry": leaf, "edition": edition, "listsNotLoaded": files::names(&lacking) });
    output.show(people, &json);
    Ok(Outcome::Yes)
}

fn check(arguments: &CheckArguments, output: Output) -> Result<Outcome, Failed> {
    let documents = files::read(&arguments.paths)?;
    let named = files::named(&documents);
    let (data, new) = arguments.on.data()?.with(documents.clone())?;
    let lacking = data.lacking(documents.iter().filter_map(Document::regime));
    let people = format!(
        "good, {} of {} new:\n{}{}",
        new.len(),
        named.len(),
        named.iter().map(|name| format!("  {name}")).collect::<Vec<_>>().join("\n"),
        files::warning(&lacking),
    );
    let json = json!({ "documents": named, "new": new.len(), "listsNotLoaded": files::names(&lacking) });
    output.show(people, &json);
    Ok(Outcome::Yes)
}
