//! A whole export against its checkpoint: which entry is the first that is not as it was.

use crate::log::{Checkpoint, Frontier, Hash};

/// Two trees side by side: one over the entries' bytes, one over the leaf hashes kept beside them. Where they part,
/// the root of the checkpoint says which of the two was changed. Memory does not grow with the log.
#[derive(Debug, Clone, Default)]
pub struct Comparison {
    entries: Frontier,
    /// From the first difference on: its leaf, and the tree over the stored hashes.
    parted: Option<(u64, Frontier)>,
    old: Option<Checkpoint>,
    old_root: Option<Hash>,
}

/// What the comparison says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    /// Every entry is as it was, and none is missing.
    Good,
    /// This entry is the first that is not as it was.
    Entry(u64),
    /// The entries are good; from this one on the leaf hashes kept beside them are not.
    StoredHash(u64),
    /// Both were changed, or entries and hashes agree and the log never had them. The leaf is where they part first.
    Neither(Option<u64>),
    /// The entries are good, but do not continue the older checkpoint: the log was rewritten.
    Rewritten,
}

impl Comparison {
    /// Against an older checkpoint too, opened with the log's key.
    pub fn new(old: Option<Checkpoint>) -> Self {
        let old_root = old.as_ref().filter(|old| old.size == 0).map(|_| crate::log::empty_root());
        Self { old, old_root, ..Self::default() }
    }

    /// How many entries there were.
    pub const fn entries(&self) -> u64 {
        self.entries.size()
    }

    /// The next entry's leaf hash, and the one kept for it; `None` where a file has ended.
    pub fn push(&mut self, entry: Option<Hash>, stored: Option<Hash>) {
        if self.parted.is_none() && entry != stored {
            self.parted = Some((self.entries.size(), self.entries.clone()));
        }
        if let (Some((_, tree)), Some(stored)) = (&mut self.parted, stored) {
            tree.push(stored);
        }
        if let Some(entry) = entry {
            self.entries.push(entry);
            if self.old.as_ref().is_some_and(|old| old.size == self.entries.size()) {
                self.old_root = Some(self.entries.root());
            }
        }
    }

    /// The first entry whose bytes do not give the hash kept for it.
    pub fn first_difference(&self) -> Option<u64> {
        self.parted.as_ref().map(|(leaf, _)| *leaf)
    }

    /// Judges against the checkpoint, opened with the log's key.
    pub fn judge(&self, head: &Checkpoint) -> Judged {
        let is_head = |tree: &Frontier| tree.size() == head.size && tree.root() == head.root;
        match (&self.parted, is_head(&self.entries)) {
            (Some((leaf, _)), true) => Judged::StoredHash(*leaf),
            (Some((leaf, stored)), false) if is_head(stored) => Judged::Entry(*leaf),
            (Some((leaf, _)), false) => Judged::Neither(Some(*leaf)),
            (None, false) => Judged::Neither(None),
            (None, true) if self.old.as_ref().is_some_and(|old| self.old_root != Some(old.root)) => Judged::Rewritten,
            (None, true) => Judged::Good,
        }
    }
}
