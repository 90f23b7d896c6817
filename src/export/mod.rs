//! `audit export`: the log as files that verify without us (docs/EXPORT.md).
//!
//! Entries are read a page at a time up to a size fixed at the start, so the service goes on beside it; what is kept
//! in memory does not grow with the log. One thread reads, another hashes and writes. A state file says how far the
//! files are good and what their digests are then, so that an export that was killed goes on where it was; only the
//! end waits for the disk.

mod files;
mod read;
mod record;
mod state;
mod table;
mod text;
mod walk;

pub use record::record;
pub(crate) use record::said;
pub use state::Order;
pub use table::cell;

use std::path::Path;

use endmark_core::export::Manifest;

use crate::store::{Connection, StoreError};
use crate::writer::Context;
use state::State;

/// Why an export ends without a result.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// A file.
    #[error("{path}: {problem}")]
    File {
        /// Which.
        path: String,
        /// What the system said.
        problem: std::io::Error,
    },
    /// The folder is used.
    #[error("{0}")]
    Folder(String),
    /// The log is not as it was; the export would not verify.
    #[error("{0}; nothing that does not verify is handed out. Run: endmark audit verify")]
    Log(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A manifest or a line.
    #[error(transparent)]
    Format(#[from] endmark_core::export::ExportError),
    /// A proof or a note.
    #[error(transparent)]
    Proof(#[from] endmark_core::log::LogError),
    /// JSON or a table that cannot be written.
    #[error("{0}")]
    Write(String),
    /// The export could not be recorded in the log.
    #[error("the export could not be recorded in the log: {0}")]
    Record(String),
}

/// An export whose entries are all written: what is missing is the disk's word, and the manifest.
#[expect(missing_debug_implementations, reason = "open files and hashes half done")]
pub struct Written(walk::Walk);

/// Writes the entries of an export, or goes on with one that was interrupted. `progress` hears of leaves done and to be
/// done.
pub fn write(
    connection: &mut Connection,
    dir: &Path,
    order: &Order,
    recorded: impl FnOnce() -> Result<State, ExportError>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Written, ExportError> {
    let state = state::open(dir, order, recorded)?;
    let mut walk = walk::Walk::open(dir, state)?;
    walk.run(connection, progress)?;
    Ok(Written(walk))
}

impl Written {
    /// Makes the files durable, then writes the manifest.
    pub fn finish(self, connection: &mut Connection, context: &Context) -> Result<Manifest, ExportError> {
        self.0.finish(connection, &context.keys.log, &context.log_keys)
    }
}

pub(crate) fn failed(path: &Path) -> impl Fn(std::io::Error) -> ExportError + use<> {
    let path = path.display().to_string();
    move |problem| ExportError::File { path: path.clone(), problem }
}
