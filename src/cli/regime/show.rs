//! `endmark regime list` and `show`.

use endmark_core::regime::{Document, DocumentKind, RegimeData};
use serde_json::{Value, json};
use time::Date;

use super::{On, files, validity};
use crate::cli::output::Output;
use crate::cli::{Config, Failed, Outcome, operator};
use crate::config::Settings;

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ListArguments {
    /// Of this day; today when left out.
    #[arg(long, value_parser = day)]
    at: Option<Date>,
    /// Every version, also those that no longer or not yet count.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    config: Config,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ShowArguments {
    /// Its name.
    id: String,
    /// Its version; the newest when left out.
    #[arg(long)]
    version: Option<String>,
    #[command(flatten)]
    on: On,
}

pub(super) fn day(text: &str) -> Result<Date, String> {
    endmark_core::day::parse(text).ok_or_else(|| "write a day like 2026-03-16".to_owned())
}

pub(super) fn list(arguments: &ListArguments, output: Output) -> Result<Outcome, Failed> {
    let registry = operator::registry(&arguments.config.config)?;
    let regimes = registry.regimes();
    let clock = Settings::read(&arguments.config.config)?.clock()?;
    let at = arguments.at.unwrap_or_else(|| clock.moment(clock.now()).day);
    let data = regimes.data();
    let mut documents: Vec<&Document> = data.documents().collect();
    documents.sort_by(|a, b| (a.kind, &a.id, a.from).cmp(&(b.kind, &b.id, b.from)));
    let shown = documents
        .into_iter()
        .map(|document| (document, state(document, data.versions(document.kind, &document.id), at)));
    let shown: Vec<_> = shown.filter(|(_, state)| arguments.all || *state == "in force").collect();
    let over = validity::over(regimes, at);
    let complete_no_more = |d: &Document| {
        let is_it =
            |list: &&validity::Over| d.kind == DocumentKind::List && list.id == d.id && list.version == d.version;
        over.iter().find(is_it).map(|list| format!(", complete only up to {}", endmark_core::day::format(list.until)))
    };
    let mut people: Vec<String> = shown
        .iter()
        .map(|(d, state)| {
            let from = endmark_core::day::format(d.from);
            let but = complete_no_more(d).unwrap_or_default();
            format!("{:<14} {:<58} {:<12} from {from}  {state}{but}", d.kind.as_str(), d.id, d.version)
        })
        .collect();
    let lacking = data.lacking(regimes.in_force(at).map(AsRef::as_ref));
    people.push(format!("edition {}{}{}", regimes.edition(), files::warning(&lacking), validity::over_warning(&over)));
    if let Some(fault) = regimes.fault() {
        people.push(format!("FAULT: {fault}; every question stays open until the database is restored"));
    }
    if !registry.has_loaded_regimes() {
        people.push("These are built into the program; `endmark regime load` adds to them.".to_owned());
    }
    let rows: Vec<Value> = shown
        .iter()
        .map(|(d, state)| {
            json!({ "kind": d.kind.as_str(), "id": d.id, "version": d.version, "state": state,
                "from": endmark_core::day::format(d.from), "digest": d.digest })
        })
        .collect();
    let json = json!({ "at": endmark_core::day::format(at), "edition": regimes.edition(), "documents": rows,
        "listsNotLoaded": files::names(&lacking), "listsOver": validity::over_json(&over), "fault": regimes.fault(), "loaded": registry.has_loaded_regimes() });
    output.show(people.join("\n"), &json);
    Ok(Outcome::Yes)
}

/// Whether a version counts on a day.
fn state(document: &Document, versions: Vec<&Document>, at: Date) -> &'static str {
    let counts = versions.iter().rev().find(|there| there.from <= at);
    if document.from > at {
        return "waits";
    }
    if counts.is_none_or(|there| there.version != document.version) {
        return "replaced";
    }
    let ended = document.regime().and_then(|regime| regime.until).is_some_and(|until| until < at);
    if ended { "ended" } else { "in force" }
}

pub(super) fn show(arguments: &ShowArguments, output: Output) -> Result<Outcome, Failed> {
    let data = arguments.on.data()?;
    let versions: Vec<&Document> =
        DocumentKind::ALL.into_iter().flat_map(|kind| data.versions(kind, &arguments.id)).collect();
    let wanted = |document: &&&Document| arguments.version.as_ref().is_none_or(|version| *version == document.version);
    let document = versions.iter().rev().find(wanted).ok_or_else(|| not_there(arguments, &data, &versions))?;
    let json = json!({ "kind": document.kind.as_str(), "id": document.id, "version": document.version,
        "from": endmark_core::day::format(document.from), "digest": document.digest, "text": document.text });
    output.show(document.text.trim_end(), &json);
    Ok(Outcome::Yes)
}

/// What there is instead.
fn not_there(arguments: &ShowArguments, data: &RegimeData, versions: &[&Document]) -> String {
    if let Some(version) = arguments.version.as_ref().filter(|_| !versions.is_empty()) {
        let there: Vec<&str> = versions.iter().map(|document| document.version.as_str()).collect();
        return format!("{:?} has no version {version:?}; there are: {}", arguments.id, there.join(", "));
    }
    let mut lines = vec![format!("there is no {:?}; there are:", arguments.id)];
    for kind in DocumentKind::ALL {
        let mut ids: Vec<&str> = data.documents().filter(|there| there.kind == kind).map(|d| d.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        lines.extend((!ids.is_empty()).then(|| format!("  {}: {}", kind.as_str(), ids.join("; "))));
    }
    lines.join("\n")
}
