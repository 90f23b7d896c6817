//! The keys that a log's own entries retire.

use endmark_core::export::EntryFields;
use endmark_core::log::LogKey;

/// The type of entries about another checkpoint key.
const KIND: &str = "keyChanged";

/// The rotations that were read.
#[derive(Default)]
pub(crate) struct Rotations {
    retired: Vec<(LogKey, u64)>,
}

impl Rotations {
    /// Hears of an entry. The tree that ends with it is the last that the old key signed.
    pub(crate) fn entry(&mut self, leaf: u64, entry: &EntryFields<'_>) {
        if entry.kind != KIND || entry.decision != "done" {
            return;
        }
        if let Some(key) = entry.previous.as_deref().and_then(|key| key.parse().ok()) {
            self.retired.push((key, leaf.saturating_add(1)));
        }
    }

    /// The keys that the auditor holds, as the log retired them; `None` where it retired none of them.
    pub(crate) fn applied_to(&self, keys: &[LogKey]) -> Option<Vec<LogKey>> {
        let mut applied = keys.to_vec();
        for key in &mut applied {
            let is_it = |retired: &&(LogKey, u64)| retired.0.public_key() == key.public_key();
            if let Some((_, last_size)) = self.retired.iter().find(is_it) {
                let least = key.last_size().map_or(*last_size, |known| known.min(*last_size));
                *key = key.clone().retired_after(least);
            }
        }
        (applied != keys).then_some(applied)
    }
}
