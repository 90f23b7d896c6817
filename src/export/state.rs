//! How far an export has come, and what was ordered.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use endmark_core::export::{EvidenceCount, FileName, Filter, ListedFile};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{ExportError, failed};

/// The state file; it is gone when the export is finished.
const STATE: &str = "export.state";

/// What is ordered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    /// Which entries; all when it is empty.
    pub filter: Filter,
    /// With the evidence.
    pub evidence: bool,
    /// With a table for people.
    pub table: bool,
    /// The signed checkpoint that the auditor kept from last time.
    pub since: Option<String>,
}

/// How far an export has come.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct State {
    pub(super) order: Order,
    pub(super) recorded_as: u64,
    #[serde(with = "time::serde::rfc3339")]
    pub(super) exported_at: OffsetDateTime,
    /// The signed checkpoint that everything is proved against.
    pub(super) note: String,
    pub(super) size: u64,
    /// The next leaf to look at.
    pub(super) next: u64,
    pub(super) entries: u64,
    pub(super) evidence: EvidenceCount,
    /// What of the files is good.
    pub(super) files: Vec<ListedFile>,
}

impl State {
    /// At the beginning.
    pub(super) fn new(order: Order, recorded_as: u64, exported_at: OffsetDateTime, note: String, size: u64) -> Self {
        Self {
            order,
            recorded_as,
            exported_at,
            note,
            size,
            next: 0,
            entries: 0,
            evidence: EvidenceCount::default(),
            files: Vec::new(),
        }
    }

    /// What of a file is good; `None` before anything was kept.
    pub(super) fn kept(&self, name: FileName) -> Option<&ListedFile> {
        self.files.iter().find(|kept| kept.name == name)
    }

    /// Keeps it. Nobody waits for the disk: an export that goes on compares the files with it.
    pub(super) fn keep(&self, dir: &Path) -> Result<(), ExportError> {
        let text = serde_json::to_vec_pretty(self).map_err(|error| ExportError::Write(error.to_string()))?;
        let (path, beside) = (dir.join(STATE), dir.join(format!("{STATE}.new")));
        fs::write(&beside, text).map_err(failed(&beside))?;
        fs::rename(&beside, &path).map_err(failed(&path))
    }
}

/// Writes a file whole and durable: beside, then renamed.
pub(super) fn put(dir: &Path, name: &str, bytes: &[u8]) -> Result<(), ExportError> {
    let (path, beside) = (dir.join(name), dir.join(format!("{name}.new")));
    let mut file = fs::File::create(&beside).map_err(failed(&beside))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed(&beside))?;
    fs::rename(&beside, &path).map_err(failed(&path))?;
    fs::File::open(dir).and_then(|dir| dir.sync_all()).map_err(failed(dir))
}

/// The export is finished.
pub(super) fn done(dir: &Path) -> Result<(), ExportError> {
    fs::remove_file(dir.join(STATE)).map_err(failed(&dir.join(STATE)))
}

/// The state of an export begun here, or a new one in a folder of its own.
pub(super) fn open(
    dir: &Path,
    order: &Order,
    recorded: impl FnOnce() -> Result<State, ExportError>,
) -> Result<State, ExportError> {
    let shown = dir.display();
    match fs::read(dir.join(STATE)) {
        Ok(text) => {
            let state: State = serde_json::from_slice(&text).map_err(|error| {
                ExportError::Folder(format!("{shown}/{STATE}: {error}; delete the folder and begin again"))
            })?;
            if state.order == *order {
                return Ok(state);
            }
            return Err(ExportError::Folder(format!(
                "{shown} holds an unfinished export of something else; ask for the same, or name another folder"
            )));
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(&dir.join(STATE))(error)),
    }
    fs::create_dir_all(dir).map_err(failed(dir))?;
    if fs::read_dir(dir).map_err(failed(dir))?.next().is_some() {
        return Err(ExportError::Folder(format!("{shown} is not empty; name a folder that is not there yet")));
    }
    let state = recorded()?;
    state.keep(dir)?;
    Ok(state)
}
