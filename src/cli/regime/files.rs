//! Reading documents from files and folders.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use endmark_core::regime::{Document, DocumentKind, RegimeData, TEXT_BYTES_MAX};

use crate::cli::Failed;

/// A folder of a country's law has some dozens.
const FILES_MAX: usize = 2_000;
const DEPTH_MAX: usize = 8;

/// Every document in these files and folders, in the order of their names.
pub(super) fn read(paths: &[PathBuf]) -> Result<Vec<Document>, Failed> {
    let mut files = Vec::new();
    for path in paths {
        collect(path, DEPTH_MAX, true, &mut files)?;
    }
    if files.is_empty() && !paths.is_empty() {
        return Err("there is no .toml and no .csv file".into());
    }
    files.iter().map(|path| document(path)).collect()
}

fn collect(path: &Path, depth: usize, named: bool, files: &mut Vec<PathBuf>) -> Result<(), Failed> {
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    if path.is_dir() {
        let deeper = depth.checked_sub(1).ok_or_else(|| format!("{}: folders too deep", path.display()))?;
        let mut entries = Vec::new();
        for entry in fs::read_dir(path).map_err(failed)? {
            entries.push(entry.map_err(failed)?.path());
        }
        entries.sort();
        for entry in entries {
            collect(&entry, deeper, false, files)?;
        }
    } else if named || path.extension().is_some_and(|extension| extension == "toml" || extension == "csv") {
        files.push(path.to_owned());
    }
    if files.len() > FILES_MAX { Err(format!("more than {FILES_MAX} files").into()) } else { Ok(()) }
}

pub(super) fn document(path: &Path) -> Result<Document, Failed> {
    Ok(Document::parse(&path.display().to_string(), &text(path)?)?)
}

/// A file as text, no longer than a document may be.
pub(super) fn text(path: &Path) -> Result<String, Failed> {
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    let bound = u64::try_from(TEXT_BYTES_MAX)?.saturating_add(1);
    let mut text = String::new();
    fs::File::open(path).map_err(failed)?.take(bound).read_to_string(&mut text).map_err(failed)?;
    // Spreadsheets begin their CSV with it.
    Ok(text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned))
}

pub(super) fn named(documents: &[Document]) -> Vec<String> {
    documents.iter().map(name).collect()
}

pub(super) fn name(document: &Document) -> String {
    let kind = document.kind.as_str();
    let from = endmark_core::day::format(document.from);
    format!("{kind} {}, version {}, from {from}", document.id, document.version)
}

/// Lists that regimes need and nobody has loaded: what could be on them is unknown.
pub(super) fn not_loaded(data: &RegimeData) -> Vec<String> {
    let there: BTreeSet<&str> =
        data.documents().filter(|d| d.kind == DocumentKind::List).map(|d| d.id.as_str()).collect();
    let needed: BTreeSet<&String> =
        data.documents().filter_map(Document::regime).flat_map(|regime| &regime.goods.lists).collect();
    needed.into_iter().filter(|id| !there.contains(id.as_str())).cloned().collect()
}

pub(super) fn warning(missing: &[String]) -> String {
    if missing.is_empty() {
        return String::new();
    }
    format!("\nNot loaded, so that goods which could be on them are unknown:\n  {}", missing.join("\n  "))
}
