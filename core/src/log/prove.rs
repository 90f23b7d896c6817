//! Proofs out of stored tiles.

use super::error::LogError;
use super::hash::Hash;
use super::nodes::TileNodes;
use super::stored::StoredTiles;
use super::tile::{TILE_HEIGHT, Tile, TileId};

/// The count of leaves in the left half of a tree of `leaves` (2 or more): the largest power of two below it
/// (RFC 6962, section 2.1).
fn left_half(leaves: u64) -> u64 {
    leaves.saturating_sub(1).checked_ilog2().map_or(0, |bit| 1_u64.wrapping_shl(bit))
}

/// The audit path of a leaf in the tree of `size` leaves (RFC 6962, section 2.1.1), from the leaf's sibling up.
///
/// `tiles` gives the stored tiles of the log, each asked for once at most; a tile may be wider than `size` needs.
pub fn inclusion_proof<T: TileNodes>(
    leaf: u64,
    size: u64,
    tiles: impl FnMut(TileId) -> Option<T>,
) -> Result<Vec<Hash>, LogError> {
    if leaf >= size {
        return Err(LogError::LeafOutsideTree { leaf, size });
    }
    let mut stored = StoredTiles::new(tiles);
    let mut proof = Vec::new();
    let (mut first, mut end) = (0_u64, size);
    while end.saturating_sub(first) > 1 {
        let middle = first.saturating_add(left_half(end.saturating_sub(first)));
        if leaf < middle {
            proof.push(stored.root(middle, end)?);
            end = middle;
        } else {
            proof.push(stored.root(first, middle)?);
            first = middle;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// The tiles that [`inclusion_proof`] reads, to be fetched at once: on each level the one over the leaf, and the last
/// one while it is partial.
pub fn inclusion_tiles(leaf: u64, size: u64) -> Vec<TileId> {
    let mut tiles = Vec::new();
    for level in 0..u8::MAX {
        let height = u32::from(level).saturating_mul(TILE_HEIGHT.into());
        let hashes = size.checked_shr(height).unwrap_or(0);
        if hashes == 0 {
            break;
        }
        let over_leaf = leaf.checked_shr(height.saturating_add(TILE_HEIGHT.into())).unwrap_or(0);
        let last = hashes.saturating_sub(1).wrapping_shr(TILE_HEIGHT.into());
        tiles.push(TileId { level, index: over_leaf.min(last) });
        if last > over_leaf && !hashes.is_multiple_of(256) {
            tiles.push(TileId { level, index: last });
        }
    }
    tiles
}

/// The proof that the tree of `old` leaves is the beginning of the tree of `new` leaves (RFC 6962, section 2.1.2).
/// Empty when the sizes are equal or the old tree had no leaves.
///
/// `tiles` gives the stored tiles of the log, each asked for once at most; a tile may be wider than `new` needs.
pub fn consistency_proof(old: u64, new: u64, tiles: impl FnMut(TileId) -> Option<Tile>) -> Result<Vec<Hash>, LogError> {
    if old > new {
        return Err(LogError::Shrunk { old, new });
    }
    if old == 0 {
        return Ok(Vec::new());
    }
    let mut stored = StoredTiles::new(tiles);
    let mut proof = Vec::new();
    let (mut first, mut end) = (0_u64, new);
    while old != end {
        let middle = first.saturating_add(left_half(end.saturating_sub(first)));
        if old <= middle {
            proof.push(stored.root(middle, end)?);
            end = middle;
        } else {
            proof.push(stored.root(first, middle)?);
            first = middle;
        }
    }
    // Where the old tree is a left subtree of the new one, the verifier has its root already.
    if first > 0 {
        proof.push(stored.root(first, end)?);
    }
    proof.reverse();
    Ok(proof)
}
