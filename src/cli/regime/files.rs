//! Reading documents from files and folders.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use endmark_core::regime::{Document, Lacking, Regime, TEXT_BYTES_MAX};

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
    let mut bytes = Vec::new();
    fs::File::open(path).map_err(failed)?.take(bound).read_to_end(&mut bytes).map_err(failed)?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let bytes = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let good = String::from_utf8_lossy(bytes);
        let line = good.matches('\n').count().saturating_add(1);
        let column = good.rsplit('\n').next().map_or(0, |last| last.chars().count()).saturating_add(1);
        format!("{}, line {line}, column {column}: this is no UTF-8: save the file as UTF-8", path.display())
    })?;
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

/// Lists that regimes need and nobody has loaded, and what that means for answers; nothing where none lacks.
pub(in crate::cli) fn warning(lacking: &[Lacking<'_>]) -> String {
    if lacking.is_empty() {
        return String::new();
    }
    let mut lines = vec![
        "\nLists that the law needs and that are not loaded. Until they are, goods that could be on them are unknown, and \
         every check of such goods answers \"cannot be checked\", also with a good certificate:"
            .to_owned(),
    ];
    for list in lacking {
        lines.push(format!("  {}", list.list));
        let of = |regime: &&Regime| format!("    {} ({}): {}", regime.id, regime.title, list.leaves_open(regime));
        lines.extend(list.needed_by.iter().map(of));
    }
    lines.push(
        "Get each list from who made it, and load it: `endmark regime load LIST.csv` (docs/REGIMES.md).".to_owned(),
    );
    lines.join("\n")
}

pub(in crate::cli) fn names(lacking: &[Lacking<'_>]) -> Vec<String> {
    lacking.iter().map(|list| list.list.to_owned()).collect()
}
