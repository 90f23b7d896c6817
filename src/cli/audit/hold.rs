//! `endmark audit hold`: evidence that must stay, whatever is asked.

use std::fmt::Write as _;

use serde_json::json;
use time::format_description::well_known::Rfc3339;

use super::super::output::Output;
use super::super::{Config, Failed, Outcome, operator};
use crate::app::open_context;
use crate::archive::{Hold, Subject};
use crate::config::Settings;
use crate::registry::Row;
use crate::store::{Connection, apart, archive};
use crate::writer::{Action, ArchiveChange};

#[derive(Debug, clap::Subcommand)]
pub(in crate::cli) enum Command {
    /// Has the evidence of a certificate, a declaration or a range of entries stay.
    #[command(
        after_help = "Example:\n  endmark audit hold add --declaration 26LTVR1000EX000001 --reason \"case 4-117/2026, Vilnius regional court\""
    )]
    Add(AddArguments),
    /// Lifts a hold.
    #[command(after_help = "Example:\n  endmark audit hold remove hold-17 --reason \"case 4-117/2026 is closed\"")]
    Remove(RemoveArguments),
    /// Lists the holds.
    #[command(after_help = "Example:\n  endmark audit hold list")]
    List(ListArguments),
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct AddArguments {
    /// Every entry that names this certificate.
    #[arg(long, value_name = "NUMBER", required_unless_present_any = ["declaration", "entries"])]
    certificate: Option<String>,
    /// Every entry about this declaration: its MRN or LRN.
    #[arg(long, value_name = "MRN", conflicts_with = "certificate")]
    declaration: Option<String>,
    /// A range of entries, both ends included.
    #[arg(long, num_args = 2, value_names = ["FIRST", "LAST"], conflicts_with_all = ["certificate", "declaration"])]
    entries: Vec<u64>,
    /// Why: the case, the court.
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    config: Config,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct RemoveArguments {
    /// Its name, such as hold-17.
    id: String,
    /// Why.
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    config: Config,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ListArguments {
    #[command(flatten)]
    config: Config,
}

pub(super) fn run(command: Command, output: Output) -> Result<Outcome, Failed> {
    match command {
        Command::Add(arguments) => add(&arguments, output),
        Command::Remove(RemoveArguments { id, reason, config }) => {
            let settings = Settings::read(&config.config)?;
            let change = ArchiveChange::RemoveHold { id: id.clone(), reason: given(&reason)? };
            let entry = operator::act(&settings, Action::Archive(change))?;
            output.show(format_args!("{id} is lifted (log entry {entry})"), &json!({ "id": id, "entry": entry }));
            Ok(Outcome::Yes)
        }
        Command::List(arguments) => list(&arguments, output),
    }
}

fn given(reason: &str) -> Result<String, Failed> {
    if reason.trim().is_empty() {
        return Err("--reason: name the case".into());
    }
    Ok(reason.to_owned())
}

fn add(arguments: &AddArguments, output: Output) -> Result<Outcome, Failed> {
    let subject = match (&arguments.certificate, &arguments.declaration, arguments.entries.as_slice()) {
        (Some(number), ..) => Subject::Certificate(number.parse()?),
        (None, Some(reference), _) => Subject::Declaration(reference.clone()),
        (None, None, [first, last]) if first <= last => Subject::Entries { first: *first, last: *last },
        _ => return Err("--entries: write the first and the last entry, such as --entries 17 42".into()),
    };
    let settings = Settings::read(&arguments.config.config)?;
    let change = ArchiveChange::AddHold { subject: subject.clone(), reason: given(&arguments.reason)? };
    let entry = operator::act(&settings, Action::Archive(change))?;
    let id = format!("hold-{entry}");
    let text = format!("{subject}: the evidence stays until {id} is lifted (log entry {entry})");
    output.show(text, &json!({ "id": id, "entry": entry, "subject": subject }));
    Ok(Outcome::Yes)
}

fn list(arguments: &ListArguments, output: Output) -> Result<Outcome, Failed> {
    let settings = Settings::read(&arguments.config.config)?;
    let context = open_context(&settings, settings.clock()?)?;
    let url = settings.database_url()?;
    let rows = apart(|| archive::holds(&mut Connection::open(&url)?, &context.keys.rows))?;
    let mut text = String::new();
    let mut holds: Vec<Hold> = Vec::new();
    for row in rows {
        match row {
            Row::Good(hold) => {
                let since = hold.since.format(&Rfc3339).unwrap_or_default();
                writeln!(text, "{}  {}  since {since}  {}", hold.id, hold.subject, hold.reason)?;
                holds.push(hold);
            }
            Row::Tampered(id) => {
                return Err(format!("the legal hold {id} was changed outside the service; see audit verify").into());
            }
        }
    }
    output.show(if text.is_empty() { "no legal holds" } else { text.trim_end() }, &json!(holds));
    Ok(Outcome::Yes)
}
