//! `endmark audit erase`: evidence goes, its entry and proof stay.

use endmark_core::number::CertificateNumber;
use serde_json::json;

use super::super::output::Output;
use super::super::{Config, Failed, Outcome, operator};
use super::progress::Progress;
use crate::archive::{ERASED_MAX, Subject};
use crate::config::Settings;
use crate::entry::Logged;
use crate::store::{Connection, StoreError, apart, archive, head, log};
use crate::writer::{Action, ArchiveChange};

/// How many entries are read at once.
const PAGE: u16 = 500;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  endmark audit erase --entry 17 --entry 18 --reason \"request 2026/41 under GDPR Article 17\"\n  endmark audit erase --declaration 26LTVR1000EX000001 --reason \"request 2026/41\" --dry-run\nNothing brings erased evidence back; back-ups still hold it until they are replaced. The erasure is an entry itself."
)]
pub(in crate::cli) struct Arguments {
    /// The entry whose evidence is erased; may be given several times.
    #[arg(long = "entry", value_name = "LEAF", required_unless_present_any = ["certificate", "declaration"])]
    entries: Vec<u64>,
    /// Erase the evidence of every entry that names this certificate.
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["entries", "declaration"])]
    certificate: Option<String>,
    /// Erase the evidence of every entry about this declaration: its MRN or LRN.
    #[arg(long, value_name = "MRN", conflicts_with = "entries")]
    declaration: Option<String>,
    /// Why: who asked for it, on what ground.
    #[arg(long)]
    reason: String,
    /// Erase also what the retention settings still keep.
    #[arg(long)]
    despite_retention: bool,
    /// Only say what would be erased.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    config: Config,
}

pub(super) fn run(arguments: Arguments, output: Output) -> Result<Outcome, Failed> {
    if arguments.reason.trim().is_empty() {
        return Err("--reason: say who asked for it and on what ground".into());
    }
    let settings = Settings::read(&arguments.config.config)?;
    let mut leaves = match (&arguments.certificate, arguments.declaration) {
        (Some(number), _) => find(&settings, &Subject::Certificate(number.parse::<CertificateNumber>()?))?,
        (None, Some(reference)) => find(&settings, &Subject::Declaration(reference))?,
        (None, None) => arguments.entries,
    };
    leaves.sort_unstable();
    leaves.dedup();
    if leaves.is_empty() {
        return Err("there is no evidence of it, or it was erased already".into());
    }
    if arguments.dry_run {
        let text = format!("would erase the evidence of {}: {leaves:?}", entries(leaves.len()));
        output.show(text, &json!({ "dryRun": true, "erased": leaves }));
        return Ok(Outcome::Yes);
    }
    let mut by = Vec::new();
    for some in leaves.chunks(ERASED_MAX) {
        let change = ArchiveChange::Erase {
            leaves: some.to_vec(),
            reason: arguments.reason.clone(),
            despite_retention: arguments.despite_retention,
        };
        by.push(operator::act(&settings, Action::Archive(change))?);
    }
    let recorded = if by.len() == 1 { "recorded as log entry" } else { "recorded as log entries" };
    let by_whom: Vec<String> = by.iter().map(u64::to_string).collect();
    let text = format!(
        "erased the evidence of {} ({recorded} {}); the log still verifies",
        entries(leaves.len()),
        by_whom.join(", ")
    );
    output.show(text, &json!({ "erased": leaves, "entries": by }));
    Ok(Outcome::Yes)
}

/// So many entries, in words.
fn entries(count: usize) -> String {
    if count == 1 { "1 entry".to_owned() } else { format!("{count} entries") }
}

/// The entries of a subject that have evidence.
fn find(settings: &Settings, subject: &Subject) -> Result<Vec<u64>, Failed> {
    let url = settings.database_url()?;
    let progress = Progress::new("searching");
    Ok(apart(|| {
        let mut connection = Connection::open(&url)?;
        let size = head::read(&mut connection)?.size;
        let mut found = Vec::new();
        let mut next = 0;
        while next < size {
            let page = log::entries_from(&mut connection, next, PAGE.into())?;
            let Some((last, _)) = page.last() else { break };
            let end = last.saturating_add(1);
            let there = archive::leaves_with_evidence(&mut connection, next, end)?;
            for (leaf, body) in page.iter().filter(|(leaf, _)| there.contains(leaf)) {
                let entry = Logged::read(body);
                let entry = entry.map_err(|error| StoreError::Corrupt(format!("entry {leaf}: {error}")))?;
                let evidence = match entry.certificates_omitted {
                    0 => None,
                    _ => log::evidence_of(&mut connection, *leaf)?.map(|kept| kept.body),
                };
                if subject.covers(&entry, evidence.as_deref()) {
                    found.push(*leaf);
                }
            }
            next = end;
            progress.at(next, size);
        }
        Ok(found)
    })?)
}
