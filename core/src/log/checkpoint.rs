//! The tree head as text (C2SP tlog-checkpoint).

use super::error::LogError;
use super::hash::Hash;
use super::origin::Origin;

/// The head of a log at a size. Unsigned: only a [`super::SignedCheckpoint`] is worth anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log.
    pub origin: Origin,
    /// How many leaves.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

impl Checkpoint {
    /// The text that is signed: origin, size and root, a line each.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, self.root)
    }

    /// Reads the text, exactly as [`Self::text`] writes it. Extension lines are refused: Endmark writes none, and
    /// what they say no auditor could check.
    pub fn parse(text: &str) -> Result<Self, LogError> {
        let refused = || LogError::malformed("checkpoint", "three lines: origin, size, root", text);
        let mut lines = text.split('\n');
        let (Some(origin), Some(size), Some(root), Some(""), None) =
            (lines.next(), lines.next(), lines.next(), lines.next(), lines.next())
        else {
            return Err(refused());
        };
        Ok(Self { origin: origin.parse()?, size: number(size, "size")?, root: root.parse()? })
    }
}

/// A decimal number as checkpoints and receipts write it: digits only, no leading zero.
pub(super) fn number(text: &str, what: &'static str) -> Result<u64, LogError> {
    let canonical = text == "0" || (!text.starts_with(['0', '+']) && text.len() <= 20);
    canonical
        .then(|| text.parse().ok())
        .flatten()
        .ok_or_else(|| LogError::malformed(what, "a decimal number without leading zeros, below 2^64", text))
}
