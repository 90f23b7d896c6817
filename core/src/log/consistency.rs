//! A consistency proof as a text: that an older tree is the beginning of a newer one.

use super::checkpoint::{Checkpoint, number};
use super::error::LogError;
use super::hash::Hash;
use super::receipt::PROOF_HASHES_MAX;
use super::verify::verify_consistency;

/// The largest text in bytes: three short lines and 64 hashes of 45 bytes.
pub const CONSISTENCY_BYTES_MAX: usize = 4 * 1024;

const FIRST_LINE: &str = "endmark-consistency@v1";

/// A consistency proof as read: nothing is known before [`Self::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsistencyProof {
    /// Size of the older tree.
    pub old: u64,
    /// Size of the newer tree.
    pub new: u64,
    /// The hashes (RFC 6962, section 2.1.2).
    pub proof: Vec<Hash>,
}

impl ConsistencyProof {
    /// The text: a first line, `old N`, `new N`, a line a hash.
    pub fn to_text(&self) -> String {
        let mut text = format!("{FIRST_LINE}\nold {}\nnew {}\n", self.old, self.new);
        for hash in &self.proof {
            text.push_str(&hash.to_string());
            text.push('\n');
        }
        text
    }

    /// Reads the text, exactly as [`Self::to_text`] writes it.
    pub fn parse(bytes: &[u8]) -> Result<Self, LogError> {
        if bytes.len() > CONSISTENCY_BYTES_MAX {
            let (max, found) = (CONSISTENCY_BYTES_MAX, bytes.len());
            return Err(LogError::TooLarge { what: "consistency proof", unit: "bytes", max, found });
        }
        let shown = String::from_utf8_lossy(bytes);
        let refused = || {
            LogError::malformed("consistency proof", "a first line, \"old N\", \"new N\", hashes, a line each", &shown)
        };
        let text = str::from_utf8(bytes).ok().and_then(|text| text.strip_suffix('\n')).ok_or_else(refused)?;
        let mut lines = text.split('\n');
        if lines.next() != Some(FIRST_LINE) {
            return Err(LogError::malformed("consistency proof", FIRST_LINE, text));
        }
        let mut size = |name: &str| {
            let line = lines.next().and_then(|line| line.strip_prefix(name)).ok_or_else(refused)?;
            number(line, "size")
        };
        let (old, new) = (size("old ")?, size("new ")?);
        let found = lines.clone().count();
        if found > PROOF_HASHES_MAX {
            let max = PROOF_HASHES_MAX;
            return Err(LogError::TooLarge { what: "consistency proof", unit: "hashes", max, found });
        }
        Ok(Self { old, new, proof: lines.map(str::parse).collect::<Result<_, _>>()? })
    }

    /// Judges that the older checkpoint is the beginning of the newer one. Both must have been opened with the log's
    /// key.
    pub fn verify(&self, old: &Checkpoint, new: &Checkpoint) -> Result<(), LogError> {
        if old.origin != new.origin {
            let (key, origin) = (old.origin.to_string(), new.origin.to_string());
            return Err(LogError::OriginMismatch { key, origin });
        }
        for (wanted, found) in [(old.size, self.old), (new.size, self.new)] {
            if wanted != found {
                return Err(LogError::ProofOfAnother { wanted, found });
            }
        }
        if old.size == new.size && old.root != new.root {
            return Err(LogError::Forked { size: old.size, old: old.root, new: new.root });
        }
        let judged = verify_consistency(old.size, old.root, new.size, new.root, &self.proof);
        // A root that does not come out of an inclusion proof says another thing than one of a consistency proof.
        if let Err(LogError::RootMismatch { wanted, found }) = judged {
            return Err(LogError::NewRootMismatch { wanted, found });
        }
        judged
    }
}
