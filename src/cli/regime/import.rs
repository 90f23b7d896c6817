//! `endmark regime import`: a goods list of somebody else's CSV.

use std::fs;
use std::path::PathBuf;

use endmark_core::regime::{DocumentKind, ListHead, import_list};
use serde_json::json;
use time::Date;

use super::{On, files};
use crate::cli::output::Output;
use crate::cli::{Failed, Outcome};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// The CSV file; its first line names the columns.
    csv: PathBuf,
    /// The list's name, as regimes name it.
    #[arg(long)]
    list: String,
    /// Its version: the day whose state it shows.
    #[arg(long, value_parser = super::show::day)]
    version: Date,
    /// The first day on which it counts; that of the version when left out.
    #[arg(long, value_parser = super::show::day)]
    from: Option<Date>,
    /// The last day on which it is presumed complete; the register's setting when left out.
    #[arg(long, value_parser = super::show::day)]
    valid_until: Option<Date>,
    /// Entries are known to be missing.
    #[arg(long)]
    partial: bool,
    /// The year of the Combined Nomenclature that its codes of eight digits are of.
    #[arg(long)]
    nomenclature: Option<u16>,
    /// Where it comes from: act and date.
    #[arg(long)]
    source: String,
    /// The column that holds the codes.
    #[arg(long, default_value = "code")]
    code_column: String,
    /// Where the list is written. Never overwrites.
    #[arg(long)]
    output: PathBuf,
    #[command(flatten)]
    on: On,
}

pub(super) fn run(arguments: &Arguments, output: Output) -> Result<Outcome, Failed> {
    let text = files::text(&arguments.csv)?;
    let head = ListHead {
        id: arguments.list.as_str().into(),
        version: endmark_core::day::format(arguments.version).into(),
        from: arguments.from.unwrap_or(arguments.version),
        complete_to: arguments.version,
        valid_until: arguments.valid_until,
        partial: arguments.partial,
        nomenclature: arguments.nomenclature,
        source: arguments.source.replace(['\n', '\r'], " "),
    };
    let data = arguments.on.data()?;
    let before = data.versions(DocumentKind::List, &arguments.list).last().and_then(|document| document.list());
    let name = arguments.csv.display().to_string();
    let imported = import_list(&name, &text, &head, &arguments.code_column, before)?;
    let target = arguments.output.display();
    // What was written must read.
    endmark_core::regime::Document::parse(&target.to_string(), &imported.text)?;
    let mut file = fs::File::create_new(&arguments.output).map_err(|error| format!("{target}: {error}"))?;
    std::io::Write::write_all(&mut file, imported.text.as_bytes()).map_err(|error| format!("{target}: {error}"))?;
    let mut people = vec![format!("{target}: {} entries", imported.entries)];
    people.extend(imported.added.iter().map(|entry| format!("+ {entry}")));
    people.extend(imported.removed.iter().map(|entry| format!("- {entry}")));
    let refused = imported.refused.iter().map(|(line, found, why)| format!("refused, line {line}: {found:?}: {why}"));
    people.extend(refused);
    people.push(format!(
        "{} added, {} removed, {} refused; load it with `endmark regime load {target}`",
        imported.added.len(),
        imported.removed.len(),
        imported.refused.len()
    ));
    let refused: Vec<_> =
        imported.refused.iter().map(|(line, found, why)| json!({ "line": line, "found": found, "why": why })).collect();
    let json = json!({ "output": arguments.output, "entries": imported.entries, "added": imported.added,
        "removed": imported.removed, "refused": refused });
    output.show(people.join("\n"), &json);
    Ok(if imported.refused.is_empty() { Outcome::Yes } else { Outcome::No })
}
