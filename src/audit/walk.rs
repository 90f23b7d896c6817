//! From the first entry to the last: bytes, places, evidence, and what they say together.

use std::collections::BTreeMap;

use endmark_core::log::{Hash, leaf_hash};
use time::OffsetDateTime;

use super::entry::columns_unlike;
use super::faults::Faults;
use super::tree::Trees;
use super::{Expected, rows};
use crate::entry::{Kind, Logged};
use crate::replay::{ReplayError, Replayed};
use crate::store::head::Head;
use crate::store::log::StoredEvidence;
use crate::store::registry_digest::RegistryDigests;
use crate::store::{Connection, StoreError, archive, log};

/// Entries that are read at once; each has at most 64 KiB.
const PAGE: u16 = 256;
/// About how much evidence is held at once: one piece may have 8 MiB.
const EVIDENCE_BYTES_MAX: i64 = 16 * 1024 * 1024;

/// What is kept of an entry's evidence.
struct Kept {
    evidence: Option<Result<StoredEvidence, String>>,
    /// The entry said to have erased it.
    erased: Option<u64>,
    /// The size up to which the log is read.
    size: u64,
}

/// A walk over the log.
pub(super) struct Walk<'a> {
    expected: &'a Expected<'a>,
    pub(super) faults: Faults,
    trees: Trees,
    last_at: Option<OffsetDateTime>,
    replayed: Replayed,
    /// Why the entries no longer tell what the rows should be.
    replay_ended: bool,
    /// The entry that erased evidence last, and of which entries.
    eraser: Option<(u64, Vec<u64>)>,
    pub(super) evidence: u64,
    pub(super) redacted: u64,
}

impl<'a> Walk<'a> {
    pub(super) fn new(expected: &'a Expected<'a>, faults: Faults) -> Self {
        Self {
            expected,
            faults,
            trees: Trees::default(),
            last_at: None,
            replayed: Replayed::default(),
            replay_ended: false,
            eraser: None,
            evidence: 0,
            redacted: 0,
        }
    }

    /// Goes on up to a size.
    pub(super) fn to(
        &mut self,
        connection: &mut Connection,
        size: u64,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<(), StoreError> {
        self.trees.forget_stored();
        while self.trees.size() < size {
            let from = self.trees.size();
            let below = size.min(from.saturating_add(PAGE.into()));
            let page = rows::entries(connection, from, below, PAGE.into())?;
            let mut page = page.into_iter().peekable();
            while self.trees.size() < below {
                let from = self.trees.size();
                let end = rows::evidence_end(connection, from, below, EVIDENCE_BYTES_MAX)?;
                let mut kept = rows::evidence(connection, from, end)?.into_iter().peekable();
                // After the evidence: what is erased in between is seen gone, with the entry that says so.
                let erased: BTreeMap<u64, u64> = archive::erasures(connection, from, end)?.into_iter().collect();
                for leaf in from..end {
                    let evidence = kept.next_if(|(of, _)| *of == leaf).map(|(_, kept)| kept);
                    match page.next_if(|row| row.leaf() == Some(leaf)) {
                        Some(row) => {
                            let erased = erased.get(&leaf).copied();
                            self.entry(connection, leaf, &row, Kept { evidence, erased, size })?;
                        }
                        None => self.missing(connection, leaf)?,
                    }
                    self.compare_checkpoint();
                }
            }
            progress(below, size);
        }
        Ok(())
    }

    fn missing(&mut self, connection: &mut Connection, leaf: u64) -> Result<(), StoreError> {
        self.faults.add(Some(leaf), format!("entry {leaf}"), "it is missing");
        self.end_replay(leaf);
        self.trees.append(connection, None, &mut self.faults)
    }

    fn entry(
        &mut self,
        connection: &mut Connection,
        leaf: u64,
        row: &rows::EntryColumns,
        kept: Kept,
    ) -> Result<(), StoreError> {
        self.trees.append(connection, Some(leaf_hash(&row.body)), &mut self.faults)?;
        let name = || format!("entry {leaf}");
        let entry = match Logged::read(&row.body) {
            Ok(entry) => entry,
            Err(error) => {
                self.faults.add(Some(leaf), name(), format!("its bytes cannot be read: {error}"));
                self.end_replay(leaf);
                return Ok(());
            }
        };
        if entry.leaf != leaf {
            self.faults.add(Some(leaf), name(), format!("its bytes are those of entry {}", entry.leaf));
        }
        for unlike in columns_unlike(&entry, row) {
            self.faults.add(Some(leaf), name(), unlike);
        }
        if let Some(before) = self.last_at.filter(|before| *before > entry.at) {
            self.faults.add(
                Some(leaf),
                name(),
                format!("it is of {}, before the entry in front of it: {before}", entry.at),
            );
        }
        self.last_at = Some(entry.at);
        self.compare_evidence(connection, &entry, kept)?;
        self.compare_erased(connection, &entry)?;
        if self.replay_ended {
            return Ok(());
        }
        match self.replayed.take(connection, &entry) {
            Ok(()) => Ok(()),
            Err(ReplayError::Store(error)) => Err(error),
            Err(error @ ReplayError::Entry { .. }) => {
                self.faults.add(Some(leaf), name(), error);
                self.end_replay(leaf);
                Ok(())
            }
        }
    }

    fn end_replay(&mut self, leaf: u64) {
        if !self.replay_ended {
            self.replay_ended = true;
            tracing::debug!(leaf, "the rows that decide are not compared: the replay ends here");
        }
    }

    fn compare_evidence(&mut self, connection: &mut Connection, entry: &Logged, kept: Kept) -> Result<(), StoreError> {
        let name = format!("evidence of entry {}", entry.leaf);
        let problem = match (entry.evidence, kept.evidence) {
            (None, None) if kept.erased.is_none() => return Ok(()),
            (Some(digest), Some(Ok(there))) if there.digest() == digest => {
                self.evidence = self.evidence.saturating_add(1);
                // Erased since it was read is no fault.
                match kept.erased.filter(|by| *by < kept.size) {
                    None => return Ok(()),
                    Some(by) => format!("entry {by} erased it, and it is there"),
                }
            }
            (Some(_), None) => match kept.erased {
                Some(by) if self.erased_by(connection, entry.leaf, by)? => {
                    self.redacted = self.redacted.saturating_add(1);
                    return Ok(());
                }
                Some(by) => format!("it is gone, and entry {by}, which is named for it, did not erase it"),
                None => "it is gone, and no entry says that it was erased".to_owned(),
            },
            (Some(_), Some(Ok(_))) => "it is not what the entry was decided on".to_owned(),
            (_, Some(Err(problem))) => problem,
            (None, _) => "the entry knows of none".to_owned(),
        };
        self.faults.add(Some(entry.leaf), name, problem);
        Ok(())
    }

    /// Whether an entry says that it erased the evidence of another.
    fn erased_by(&mut self, connection: &mut Connection, leaf: u64, by: u64) -> Result<bool, StoreError> {
        if self.eraser.as_ref().is_none_or(|(known, _)| *known != by) {
            let entry = log::entry(connection, by)?.and_then(|(_, body)| Logged::read(&body).ok());
            let erased = entry.filter(|entry| entry.kind == Kind::EvidenceErased && entry.decision == "done");
            self.eraser = Some((by, erased.map(|entry| entry.erased).unwrap_or_default()));
        }
        Ok(self.eraser.as_ref().is_some_and(|(_, erased)| erased.contains(&leaf)))
    }

    /// What an entry says it erased must be noted so.
    fn compare_erased(&mut self, connection: &mut Connection, entry: &Logged) -> Result<(), StoreError> {
        if entry.kind == Kind::EvidenceErased && archive::erased_in(connection, entry.leaf)? != entry.erased {
            let problem = "what is noted as erased by it is not what it says";
            self.faults.add(Some(entry.leaf), format!("entry {}", entry.leaf), problem);
        }
        Ok(())
    }

    fn compare_checkpoint(&mut self) {
        let Some(kept) = self.expected.checkpoint.filter(|kept| kept.size == self.trees.size()) else { return };
        if !self.trees.either_has(kept.root) {
            let problem = format!("the log does not continue it: {} entries have another root", kept.size);
            self.faults.add(kept.size.checked_sub(1), "checkpoint file", problem);
        }
    }

    /// What the head says beside size and root; `registry` is what stands for the registry's rows.
    pub(super) fn compare_head(&mut self, head: &Head, registry: &RegistryDigests) {
        if !head.is_intact(self.expected.rows) {
            self.faults.add(None, "head", "its HMAC is not right: it was changed outside the service");
        } else if head.registry != *registry {
            self.faults.add(None, "head", "its digests are not those of the registry's rows");
        }
        if let Some(last) = self.last_at.filter(|last| *last != head.time) {
            self.faults.add(None, "head", format!("its time is {}, the last entry's {last}", head.time));
        }
        // The epoch begins at 1 and rises with every change of the registry.
        let epoch = self.replayed.registry_changes.saturating_add(1);
        if !self.replay_ended && head.epoch != epoch {
            self.faults.add(None, "head", format!("its epoch is {}, the entries give {epoch}", head.epoch));
        }
    }

    /// Compares the tree; gives the root over the entries' bytes.
    pub(super) fn finish_tree(&mut self, connection: &mut Connection, head: &Head) -> Result<Hash, StoreError> {
        self.trees.finish(connection, head.root, &mut self.faults)?;
        Ok(self.trees.root())
    }

    /// Compares the rows that decide with the entries, unless these no longer tell; gives whether it did.
    pub(super) fn compare_rows(&mut self, connection: &mut Connection) -> Result<bool, StoreError> {
        if self.replay_ended {
            return Ok(false);
        }
        let faults = &mut self.faults;
        self.replayed
            .compare(connection, self.expected.rows, &mut |found| faults.add(None, found.row, found.problem))?;
        Ok(true)
    }
}
