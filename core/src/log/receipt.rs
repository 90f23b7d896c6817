//! The receipt: a proof that an entry is in the log, good without us and without a network (C2SP tlog-proof).

use super::checkpoint::number;
use super::error::LogError;
use super::hash::{Hash, leaf_hash};
use super::key::LogKey;
use super::note::{NOTE_BYTES_MAX, SignedCheckpoint, open_checkpoint};
use super::verify::verify_inclusion;

/// The most hashes of a proof: one for each bit of a leaf's number.
pub const PROOF_HASHES_MAX: usize = 64;
/// The largest receipt in bytes: two short lines, 64 hashes of 45 bytes, and a note.
pub const RECEIPT_BYTES_MAX: usize = NOTE_BYTES_MAX + 4 * 1024;

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";

/// The proof that an entry is in the log, as read: nothing is known before [`Receipt::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The place of the entry, from 0.
    pub leaf: u64,
    /// The audit path from the leaf's sibling up.
    pub proof: Vec<Hash>,
    /// The signed checkpoint, as the log gave it.
    pub checkpoint: String,
}

impl Receipt {
    /// The file, usually named `*.tlog-proof`.
    pub fn to_text(&self) -> String {
        let mut text = format!("{FIRST_LINE}\nindex {}\n", self.leaf);
        for hash in &self.proof {
            text.push_str(&hash.to_string());
            text.push('\n');
        }
        text.push('\n');
        text.push_str(&self.checkpoint);
        text
    }

    /// Reads a receipt. An `extra` line, which the format allows, is refused: nothing vouches for what it says.
    pub fn parse(bytes: &[u8]) -> Result<Self, LogError> {
        if bytes.len() > RECEIPT_BYTES_MAX {
            let (max, found) = (RECEIPT_BYTES_MAX, bytes.len());
            return Err(LogError::TooLarge { what: "receipt", unit: "bytes", max, found });
        }
        let text = str::from_utf8(bytes)
            .map_err(|_| LogError::malformed("receipt", "UTF-8", &String::from_utf8_lossy(bytes)))?;
        let refused = || LogError::malformed("receipt", "a first line, an index, hashes, an empty line, a note", text);
        let (head, checkpoint) = text.split_once("\n\n").ok_or_else(refused)?;
        let mut lines = head.split('\n');
        if lines.next() != Some(FIRST_LINE) {
            return Err(LogError::malformed("receipt", FIRST_LINE, text));
        }
        let index = lines.next().ok_or_else(refused)?;
        let leaf = index
            .strip_prefix("index ")
            .ok_or_else(|| LogError::malformed("receipt", "a line \"index N\" and no other before it", index))?;
        let leaf = number(leaf, "leaf index")?;
        let found = lines.clone().count();
        if found > PROOF_HASHES_MAX {
            return Err(LogError::TooLarge { what: "receipt", unit: "hashes", max: PROOF_HASHES_MAX, found });
        }
        let proof = lines.map(str::parse).collect::<Result<_, _>>()?;
        Ok(Self { leaf, proof, checkpoint: checkpoint.to_owned() })
    }

    /// Judges that these bytes are the entry at [`Self::leaf`] in the tree that a known key signed.
    pub fn verify(&self, entry: &[u8], keys: &[LogKey]) -> Result<SignedCheckpoint, LogError> {
        let signed = open_checkpoint(self.checkpoint.as_bytes(), keys)?;
        let head = signed.checkpoint();
        verify_inclusion(leaf_hash(entry), self.leaf, head.size, head.root, &self.proof)?;
        Ok(signed)
    }
}
