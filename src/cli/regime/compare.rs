//! `endmark regime diff`: two versions of a document.

use std::collections::BTreeSet;
use std::path::Path;

use endmark_core::regime::{Document, DocumentKind, GoodsList, RegimeData};
use serde_json::json;

use super::{On, files};
use crate::cli::output::Output;
use crate::cli::{Failed, Outcome};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// A document's name, or a file that is held against the newest version loaded.
    id: String,
    /// The older version; the newest but one when left out.
    #[arg(requires = "to")]
    from: Option<String>,
    /// The newer version.
    to: Option<String>,
    #[command(flatten)]
    on: On,
}

pub(super) fn run(arguments: &Arguments, output: Output) -> Result<Outcome, Failed> {
    let data = arguments.on.data()?;
    let path = Path::new(&arguments.id);
    let (old, new) = if path.is_file() {
        let new = files::document(path)?;
        let old = data.versions(new.kind, &new.id).last().copied().cloned();
        (old.ok_or_else(|| format!("no version of {} is loaded yet", new.id))?, new)
    } else {
        let versions: Vec<&Document> =
            DocumentKind::ALL.into_iter().flat_map(|kind| data.versions(kind, &arguments.id)).collect();
        pair(&data, versions, arguments)?
    };
    let changes = changes(&old, &new);
    let people = format!("{}\n{}\n{}", files::name(&old), files::name(&new), changes.join("\n"));
    output.show(people.trim_end(), &json!({ "old": old.version, "new": new.version, "changes": changes }));
    Ok(Outcome::Yes)
}

fn pair(data: &RegimeData, versions: Vec<&Document>, arguments: &Arguments) -> Result<(Document, Document), Failed> {
    let known = || versions.iter().map(|document| document.version.as_str()).collect::<Vec<_>>().join(", ");
    let find = |version: &str| {
        let found = versions.iter().find(|document| document.version == version);
        found.ok_or_else(|| format!("no version {version:?} of {:?}; there are: {}", arguments.id, known()))
    };
    if let (Some(from), Some(to)) = (&arguments.from, &arguments.to) {
        return Ok(((*find(from)?).clone(), (*find(to)?).clone()));
    }
    match versions.as_slice() {
        [.., old, new] => Ok(((*old).clone(), (*new).clone())),
        [only] => Err(format!("there is one version of {:?}: {}", arguments.id, only.version).into()),
        [] => {
            let count = data.documents().count();
            Err(format!("{:?} is none of the {count} documents, and no file", arguments.id).into())
        }
    }
}

/// Lists by their entries; everything else by its lines, in the order of the newer version.
fn changes(old: &Document, new: &Document) -> Vec<String> {
    if let (Some(old), Some(new)) = (old.list(), new.list()) {
        let (then, now) = (entries(old), entries(new));
        let gone = then.difference(&now).map(|entry| format!("- {entry}"));
        return gone.chain(now.difference(&then).map(|entry| format!("+ {entry}"))).collect();
    }
    let (then, now): (Vec<&str>, Vec<&str>) = (old.text.lines().collect(), new.text.lines().collect());
    let gone = then.iter().filter(|line| !now.contains(line)).map(|line| format!("- {line}"));
    gone.chain(now.iter().filter(|line| !then.contains(line)).map(|line| format!("+ {line}"))).collect()
}

fn entries(list: &GoodsList) -> BTreeSet<String> {
    let shown = |entry: &endmark_core::regime::ListEntry| {
        let except = if entry.except.is_empty() { String::new() } else { format!(" but {}", entry.except.join(", ")) };
        let from = entry.from.map(|from| format!(" from {}", endmark_core::day::format(from)));
        format!("{}{except}{}", entry.label(), from.unwrap_or_default())
    };
    list.entries().iter().map(shown).collect()
}
