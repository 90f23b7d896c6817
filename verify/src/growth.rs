//! A log's growth since last time.

use std::path::Path;

use endmark_core::log::{CONSISTENCY_BYTES_MAX, ConsistencyProof, LogError, LogKey, NOTE_BYTES_MAX, open_checkpoint};

use crate::file::needed;
use crate::{CouldNot, Report};

/// Verifies that the newer checkpoint continues the older one. Equal checkpoints need no proof.
pub fn growth(old: &Path, new: &Path, proof: Option<&Path>, keys: &[LogKey]) -> Result<Report, CouldNot> {
    let mut report = Report::new("the newer checkpoint continues the older one");
    let mut heads = Vec::new();
    for path in [old, new] {
        match open_checkpoint(&needed(path, NOTE_BYTES_MAX)?, keys) {
            Ok(signed) => heads.push(signed.checkpoint().clone()),
            Err(error) => report.file(path.display(), error),
        }
    }
    let [old, new] = heads.as_slice() else { return Ok(report.finish()) };
    if old.origin != new.origin {
        report.fault(None, None, format_args!("they are of two logs: {} and {}", old.origin, new.origin));
        return Ok(report.finish());
    }
    let judged = match proof {
        _ if old.size > new.size => Err(LogError::Shrunk { old: old.size, new: new.size }),
        Some(path) => ConsistencyProof::parse(&needed(path, CONSISTENCY_BYTES_MAX)?),
        None if old.size == new.size || old.size == 0 => {
            Ok(ConsistencyProof { old: old.size, new: new.size, proof: Vec::new() })
        }
        None => {
            return Err(CouldNot(format!(
                "--proof is missing: from the register, GET /v1/audit/consistency?old={}&new={}",
                old.size, new.size
            )));
        }
    };
    match judged.and_then(|proof| proof.verify(old, new)) {
        Ok(()) => report.shows(format_args!("{}: from {} to {} entries", new.origin, old.size, new.size)),
        // Whoever gave them the wrong way round needs to know; a log that lost entries looks the same.
        Err(error @ LogError::Shrunk { .. }) => report.fault(
            None,
            None,
            format_args!("{error}; the older checkpoint comes first: if you gave the newer one first, swap them"),
        ),
        Err(error @ LogError::Forked { .. }) => report.fault(None, None, error),
        Err(error) => report.fault(None, proof.map(|path| path.display().to_string()), error),
    }
    Ok(report.finish())
}
