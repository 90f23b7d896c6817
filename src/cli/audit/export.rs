//! `endmark audit export`: the log as files, with everything that proves them.

use std::path::{Path, PathBuf};

use endmark_core::digest::Digest;
use endmark_core::export::{Filter, Manifest};
use endmark_core::number::CertificateNumber;
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::super::output::Output;
use super::super::{Config, Failed, Outcome};
use super::progress::Progress;
use crate::app::open_context;
use crate::config::Settings;
use crate::export::{self, Order};
use crate::http::wanted;
use crate::store::{Connection, apart};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  endmark audit export audit-2026 --csv --evidence --since last-year/checkpoint\n  endmark audit export one-truck --declaration 26LT00000000000AB1\nThen, wherever you like: endmark-verify export audit-2026 --key KEY\nIt may run beside the service. An export that was interrupted goes on when the same is asked for again."
)]
pub(in crate::cli) struct Arguments {
    /// The folder to make.
    dir: PathBuf,
    /// The checkpoint that you kept from last time: the export proves that the log continues it.
    #[arg(long)]
    since: Option<PathBuf>,
    /// With a table for people beside the authoritative lines.
    #[arg(long)]
    csv: bool,
    /// With the evidence: what was decided on, personal data included.
    #[arg(long)]
    evidence: bool,
    #[command(flatten)]
    filter: FilterArguments,
    #[command(flatten)]
    config: Config,
}

/// Which entries; all of them when nothing is given.
#[derive(Debug, clap::Args)]
struct FilterArguments {
    /// Decided at this moment or later (RFC 3339).
    #[arg(long, value_parser = moment)]
    from: Option<OffsetDateTime>,
    /// Decided before this moment (RFC 3339).
    #[arg(long, value_parser = moment)]
    until: Option<OffsetDateTime>,
    /// Asked by this organisation.
    #[arg(long)]
    organisation: Option<String>,
    /// Asked with this client certificate (SHA-256).
    #[arg(long)]
    client: Option<Digest>,
    /// About this certificate.
    #[arg(long)]
    certificate: Option<CertificateNumber>,
    /// About this declaration (MRN).
    #[arg(long, value_parser = wanted::declaration)]
    declaration: Option<String>,
    /// Of this type, such as consignmentChecked.
    #[arg(long = "type", value_parser = wanted::kind)]
    kind: Option<String>,
    /// Decided so, such as doesNotConform.
    #[arg(long, value_parser = wanted::decision)]
    decision: Option<String>,
    /// About this customs office.
    #[arg(long, value_parser = wanted::office)]
    office: Option<String>,
}

fn moment(text: &str) -> Result<OffsetDateTime, String> {
    OffsetDateTime::parse(text, &Rfc3339).map_err(|error| format!("{error}; write it like 2026-03-16T09:00:00Z"))
}

impl From<FilterArguments> for Filter {
    fn from(given: FilterArguments) -> Self {
        let FilterArguments { from, until, organisation, client, certificate, declaration, kind, decision, office } =
            given;
        Self { from, until, organisation, client, certificate, declaration, kind, decision, office }
    }
}

pub(super) fn run(arguments: Arguments, output: Output) -> Result<Outcome, Failed> {
    let read = |path: &PathBuf| std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()));
    let order = Order {
        filter: arguments.filter.into(),
        evidence: arguments.evidence,
        table: arguments.csv,
        since: arguments.since.as_ref().map(read).transpose()?,
    };
    let settings = Settings::read(&arguments.config.config)?;
    let manifest = export(&settings, &arguments.dir, &order)?;
    let dir = arguments.dir.display();
    output.show(
        format_args!(
            "{} of {} entries are in {dir} (recorded as log entry {}).\nVerify it anywhere, without this register:\n  \
             endmark-verify export {dir} --key KEY\nKEY, to be handed over apart from the export, is in \
             {dir}/keys.txt.\nKeep {dir}/checkpoint for next time (--since).",
            manifest.entries, manifest.size, manifest.recorded_as
        ),
        &json!({ "dir": arguments.dir, "manifest": manifest }),
    );
    Ok(Outcome::Yes)
}

/// Makes an export of a register, or goes on with one that was interrupted.
pub fn export(settings: &Settings, dir: &Path, order: &Order) -> Result<Manifest, Failed> {
    let context = open_context(settings, settings.clock()?)?;
    if let Some(note) = &order.since {
        endmark_core::log::open_checkpoint(note.as_bytes(), &context.log_keys)
            .map_err(|error| format!("--since: {error}"))?;
    }
    let url = settings.database_url()?;
    let progress = Progress::new("exporting");
    // On a thread of its own: the caller may be one that runs futures.
    let made = apart(|| {
        let mut connection = Connection::open(&url)?;
        let recorded = || export::record(&url, &context, order);
        let written = export::write(&mut connection, dir, order, recorded, &mut |done, of| progress.at(done, of));
        Ok(written.and_then(|written| written.finish(&mut connection, &context)))
    })?;
    Ok(made?)
}
