//! The nodes of a tree, out of stored tiles.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::error::LogError;
use super::hash::{Hash, node_hash};
use super::nodes::TileNodes;
use super::tile::{TILE_HEIGHT, TILE_WIDTH, TileId};

/// Stored tiles behind a closure; each is asked for once at most.
pub(super) struct StoredTiles<F, T> {
    tiles: F,
    read: BTreeMap<TileId, T>,
}

impl<T: TileNodes, F: FnMut(TileId) -> Option<T>> StoredTiles<F, T> {
    pub(super) const fn new(tiles: F) -> Self {
        Self { tiles, read: BTreeMap::new() }
    }

    fn tile(&mut self, id: TileId) -> Result<&T, LogError> {
        match self.read.entry(id) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(unknown) => {
                let read = (self.tiles)(id).ok_or(LogError::TileMissing(id))?;
                let tile = read.tile();
                if tile.id != id {
                    return Err(LogError::TileMisplaced { wanted: id, found: tile.id });
                }
                if tile.hashes.len() > TILE_WIDTH {
                    return Err(LogError::TileLength { id, found: tile.hashes.len().saturating_mul(32) });
                }
                Ok(unknown.insert(read))
            }
        }
    }

    /// The first `width` hashes of a tile.
    pub(super) fn hashes(&mut self, id: TileId, width: usize) -> Result<&[Hash], LogError> {
        let hashes = &self.tile(id)?.tile().hashes;
        hashes.get(..width).ok_or(LogError::TileTooNarrow { id, wanted: width, found: hashes.len() })
    }

    /// The root over the leaves from `first` up to, not including, `end` (RFC 6962, `MTH(D[first:end])`), where
    /// `first` is a multiple of the largest power of two in the count of leaves.
    pub(super) fn root(&mut self, first: u64, end: u64) -> Result<Hash, LogError> {
        let mut roots = Vec::new();
        let mut first = first;
        while let Some(height) = end.saturating_sub(first).checked_ilog2() {
            roots.push(self.full_subtree(height, first.wrapping_shr(height))?);
            first = first.saturating_add(1_u64.wrapping_shl(height));
        }
        Ok(roots.into_iter().rev().reduce(|right, left| node_hash(&left, &right)).unwrap_or_else(super::empty_root))
    }

    /// The root of the full subtree of `2^height` leaves at `place` among those of its height.
    fn full_subtree(&mut self, height: u32, place: u64) -> Result<Hash, LogError> {
        let (level, above) = (height.div_euclid(u32::from(TILE_HEIGHT)), height.rem_euclid(u32::from(TILE_HEIGHT)));
        let first = place.wrapping_shl(above);
        let id = TileId { level: u8::try_from(level).unwrap_or(u8::MAX), index: first.div_euclid(256) };
        let offset = usize::try_from(first.rem_euclid(256)).unwrap_or(usize::MAX);
        let tile = self.tile(id)?;
        tile.root(above, offset.wrapping_shr(above)).ok_or_else(|| LogError::TileTooNarrow {
            id,
            wanted: offset.saturating_add(1_usize.wrapping_shl(above)),
            found: tile.tile().hashes.len(),
        })
    }
}
