//! The audit log: RFC 6962 hashing, C2SP tiles, checkpoints and proofs.
//!
//! Formats: <https://c2sp.org/tlog-tiles>, <https://c2sp.org/tlog-checkpoint>, <https://c2sp.org/signed-note>,
//! <https://c2sp.org/tlog-proof>; `docs/LOG.md` says them in our own words. Nothing here reads or writes: stored
//! tiles come through a closure, and what changed is handed back.
//!
//! What a valid proof shows: the entry stands at its leaf in the tree whose head the log's key signed. What it
//! does not show: that the key signed no other tree of the same size. Only a witness or a held receipt does.

mod bundle;
mod checkpoint;
mod consistency;
mod edge;
mod error;
mod frontier;
mod hash;
mod key;
mod nodes;
mod note;
mod origin;
mod prove;
mod receipt;
mod stored;
#[cfg(test)]
mod tests;
mod tile;
mod verify;

pub use bundle::{BundleId, ENTRY_BYTES_MAX, bundle_bytes, bundle_entries};
pub use checkpoint::Checkpoint;
pub use consistency::{CONSISTENCY_BYTES_MAX, ConsistencyProof};
pub use edge::{Edge, SIZE_MAX};
pub use error::LogError;
pub use frontier::Frontier;
pub use hash::{Hash, empty_root, leaf_hash, node_hash};
pub use key::{LogKey, LogSigner};
pub use nodes::{HashedTile, TileNodes};
pub(crate) use note::open_note;
pub use note::{NOTE_BYTES_MAX, NOTE_SIGNATURES_MAX, SignedCheckpoint, open_checkpoint};
pub use origin::{ORIGIN_CHARACTERS_MAX, Origin};
pub use prove::{consistency_proof, inclusion_proof, inclusion_tiles};
pub use receipt::{PROOF_HASHES_MAX, RECEIPT_BYTES_MAX, Receipt};
pub use tile::{TILE_HEIGHT, TILE_WIDTH, Tile, TileId};
pub use verify::{verify_consistency, verify_inclusion};
