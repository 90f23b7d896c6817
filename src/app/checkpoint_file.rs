//! The newest checkpoint, kept outside the database: a restored older database cannot go on unnoticed.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use endmark_core::log::{Checkpoint, LogError, LogKey, open_checkpoint};

/// Why the kept checkpoint cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointFileError {
    /// Not readable or not writable.
    #[error("checkpoint file {path}: {problem}")]
    File {
        /// Which.
        path: String,
        /// What the system said.
        problem: std::io::Error,
    },
    /// Not signed by this register's key.
    #[error("checkpoint file {path} does not verify: {problem}; is it another register's? Do not delete it unread")]
    Content {
        /// Which.
        path: String,
        /// What is wrong.
        problem: LogError,
    },
}

/// Reads the kept checkpoint, signed under one of these keys; `None` when there is none yet.
pub fn read(path: &Path, keys: &[LogKey]) -> Result<Option<Checkpoint>, CheckpointFileError> {
    let shown = || path.display().to_string();
    let note = match fs::read(path) {
        Ok(note) => note,
        Err(problem) if problem.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(problem) => return Err(CheckpointFileError::File { path: shown(), problem }),
    };
    let signed =
        open_checkpoint(&note, keys).map_err(|problem| CheckpointFileError::Content { path: shown(), problem })?;
    Ok(Some(signed.checkpoint().clone()))
}

/// Keeps a checkpoint over `size` entries unless a newer one is kept already: publishing moves forward only, and
/// another process may have been faster.
pub fn forward_only(path: &Path, keys: &[LogKey], size: u64, note: &str) -> Result<(), CheckpointFileError> {
    match read(path, keys)? {
        Some(kept) if kept.size >= size => Ok(()),
        _ => write(path, note),
    }
}

/// Replaces the kept checkpoint: written beside, made durable, then renamed, so that a crash leaves the old one.
fn write(path: &Path, note: &str) -> Result<(), CheckpointFileError> {
    let failed = |problem| CheckpointFileError::File { path: path.display().to_string(), problem };
    // A name of its own: the command line may write beside a running service.
    let beside = path.with_extension(format!("new-{}", std::process::id()));
    let mut file = fs::File::create(&beside).map_err(failed)?;
    file.write_all(note.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    fs::rename(&beside, path).map_err(failed)?;
    let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or_else(|| Path::new("."));
    fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
}
