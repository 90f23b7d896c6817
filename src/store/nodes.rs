//! Tiles of the log kept in memory with the roots of their subtrees: most proofs then read and hash next to nothing.

use std::sync::Arc;

use endmark_core::log::{Hash, HashedTile, TileId, TileNodes as _, inclusion_proof, inclusion_tiles};
use quick_cache::sync::Cache;

use super::{Connection, StoreError, tile};

/// The most tiles that are kept: some 16 KiB each.
const TILES_MAX: usize = 256;

/// Tiles that were read before. Whoever makes a proof of them verifies it: a tile may have been edited in the database.
#[derive(Debug)]
pub struct Nodes(Cache<TileId, Arc<HashedTile>>);

impl Default for Nodes {
    fn default() -> Self {
        Self(Cache::new(TILES_MAX))
    }
}

impl Nodes {
    /// The proof that an entry is in the log of a size.
    pub fn inclusion(&self, connection: &mut Connection, leaf: u64, size: u64) -> Result<Vec<Hash>, StoreError> {
        let mut held = Vec::new();
        let mut missing = Vec::new();
        for id in inclusion_tiles(leaf, size) {
            // One that was read while it was narrower is read again.
            match self.0.get(&id).filter(|kept| kept.tile().hashes.len() >= id.width_at(size)) {
                Some(kept) => held.push(kept),
                None => missing.push(id),
            }
        }
        if !missing.is_empty() {
            for (id, tile) in tile::tiles(connection, &missing)? {
                let tile = Arc::new(HashedTile::from(tile));
                self.0.insert(id, Arc::clone(&tile));
                held.push(tile);
            }
        }
        let of = |id| held.iter().find(|tile| tile.tile().id == id).cloned();
        inclusion_proof(leaf, size, of).map_err(|error| StoreError::Corrupt(error.to_string()))
    }

    /// Forgets every tile: a proof of them did not verify, and one of what the database has did.
    pub fn clear(&self) {
        self.0.clear();
    }
}
