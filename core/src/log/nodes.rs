//! The nodes inside a tile: proofs are made of roots of full subtrees.

use std::sync::Arc;

use super::frontier::root_of;
use super::hash::{Hash, node_hash};
use super::tile::Tile;

/// A tile that proofs are made from, whether or not the roots of its subtrees are at hand.
pub trait TileNodes {
    /// The tile.
    fn tile(&self) -> &Tile;

    /// The root of the full subtree of `2^height` hashes of the tile at `place` among those of its height; none where
    /// the tile is too narrow for it.
    fn root(&self, height: u32, place: usize) -> Option<Hash>;
}

impl TileNodes for Tile {
    fn tile(&self) -> &Tile {
        self
    }

    fn root(&self, height: u32, place: usize) -> Option<Hash> {
        let width = 1_usize.checked_shl(height)?;
        let first = place.checked_mul(width)?;
        self.hashes.get(first..first.checked_add(width)?).map(root_of)
    }
}

/// A tile with the roots of all full subtrees in it: twice its size, and a proof hashes next to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HashedTile {
    tile: Tile,
    /// By height from 1.
    above: Vec<Vec<Hash>>,
}

impl From<Tile> for HashedTile {
    fn from(tile: Tile) -> Self {
        let mut above: Vec<Vec<Hash>> = Vec::new();
        loop {
            let below = above.last().unwrap_or(&tile.hashes);
            let roots: Vec<Hash> = below.as_chunks().0.iter().map(|[left, right]| node_hash(left, right)).collect();
            if roots.is_empty() {
                return Self { tile, above };
            }
            above.push(roots);
        }
    }
}

impl TileNodes for Arc<HashedTile> {
    fn tile(&self) -> &Tile {
        &self.tile
    }

    fn root(&self, height: u32, place: usize) -> Option<Hash> {
        let roots = match usize::try_from(height).ok()?.checked_sub(1) {
            None => &self.tile.hashes,
            Some(position) => self.above.get(position)?,
        };
        roots.get(place).copied()
    }
}
