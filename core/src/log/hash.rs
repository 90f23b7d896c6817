//! Hashes of the tree (RFC 6962, section 2.1).

use std::fmt;
use std::str::FromStr;

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::digest::{Context, SHA256, digest};

use super::error::LogError;
use crate::digest::bytes_of;

/// Leaves and nodes are hashed under different prefixes, or a node could be passed off as an entry.
const LEAF_PREFIX: u8 = 0x00;
const NODE_PREFIX: u8 = 0x01;

/// A SHA-256 in the tree. Written as base64 in checkpoints and receipts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; 32]);

impl Hash {
    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn of(digest: &ring::digest::Digest) -> Self {
        Self(bytes_of(digest))
    }
}

impl From<[u8; 32]> for Hash {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl FromStr for Hash {
    type Err = LogError;

    fn from_str(text: &str) -> Result<Self, LogError> {
        let refused = || LogError::malformed("hash", "44 characters of base64", text);
        // The length first, so that a hostile line is not decoded at its full length.
        let bytes = if text.len() == 44 { STANDARD.decode(text).map_err(|_| refused())? } else { Vec::new() };
        bytes.try_into().map(Self).map_err(|_| refused())
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// The hash of an entry's stored bytes: `SHA-256(0x00 || entry)`.
pub fn leaf_hash(entry: &[u8]) -> Hash {
    let mut context = Context::new(&SHA256);
    context.update(&[LEAF_PREFIX]);
    context.update(entry);
    Hash::of(&context.finish())
}

/// The hash of two subtrees: `SHA-256(0x01 || left || right)`.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut input = [NODE_PREFIX; 65];
    if let Some((_, hashes)) = input.split_first_mut() {
        for (slot, hash) in hashes.as_chunks_mut().0.iter_mut().zip([left, right]) {
            *slot = hash.0;
        }
    }
    Hash::of(&digest(&SHA256, &input))
}

/// The root of the tree without leaves: `SHA-256("")`.
pub fn empty_root() -> Hash {
    Hash::of(&digest(&SHA256, b""))
}
