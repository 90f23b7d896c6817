//! The right edge of the tree: what must be in memory to append and to know the root.

use super::error::LogError;
use super::frontier::{Frontier, root_of};
use super::hash::Hash;
use super::stored::StoredTiles;
use super::tile::{TILE_HEIGHT, TILE_WIDTH, Tile, TileId};

/// The most leaves of a tree that can be loaded. No log gets there; it keeps counting from ever overflowing, and
/// sizes inside a signed 64-bit database column.
pub const SIZE_MAX: u64 = 1 << 62;

/// The tile at the right end of one level.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Level {
    /// Place of the tile in its level.
    index: u64,
    /// Its hashes, 0 to 255.
    hashes: Vec<Hash>,
    /// Whether it has hashes that [`Edge::take_changed`] has not given out.
    changed: bool,
}

/// The right edge of a tree. A clone taken before a batch is the way back when the batch's transaction fails.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edge {
    frontier: Frontier,
    levels: Vec<Level>,
    filled: Vec<Tile>,
}

impl Edge {
    /// The tree without leaves.
    pub fn empty() -> Self {
        Self::default()
    }

    /// How many leaves the tree has.
    pub const fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The root of the tree; at most 62 hashes to compute.
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// Appends a leaf: its place is the size before.
    pub fn append(&mut self, leaf: Hash) {
        let Self { frontier, levels, filled } = self;
        frontier.append(leaf, |height, hash| {
            if height.is_multiple_of(u32::from(TILE_HEIGHT)) {
                let level = height.div_euclid(u32::from(TILE_HEIGHT));
                place(levels, filled, level, hash);
            }
        });
    }

    /// Tiles completed or changed since the last call: every tile that was filled, and the partial tile at the
    /// right end of each level that was touched. Storing these (replacing narrower ones) stores the tree.
    pub fn take_changed(&mut self) -> Vec<Tile> {
        let mut tiles = std::mem::take(&mut self.filled);
        for (number, level) in (0..).zip(&mut self.levels) {
            if std::mem::take(&mut level.changed) {
                tiles.push(Tile { id: TileId { level: number, index: level.index }, hashes: level.hashes.clone() });
            }
        }
        tiles
    }

    /// Rebuilds the edge of a tree of `size` leaves from stored tiles, which may be wider than `size` needs.
    ///
    /// Nothing says yet that the tiles are those of the log: compare [`Self::root`] with a signed checkpoint.
    pub fn load(size: u64, tiles: impl FnMut(TileId) -> Option<Tile>) -> Result<Self, LogError> {
        if size > SIZE_MAX {
            return Err(LogError::SizeTooLarge { max: SIZE_MAX, found: size });
        }
        let mut stored = StoredTiles::new(tiles);
        let mut levels = Vec::new();
        let mut at_level = size;
        for number in 0.. {
            if at_level == 0 {
                break;
            }
            let index = at_level.div_euclid(256);
            let id = TileId { level: number, index };
            let width = id.width_at(size);
            let hashes = if width == 0 { Vec::new() } else { stored.hashes(id, width)?.to_vec() };
            levels.push(Level { index, hashes, changed: false });
            at_level = index;
        }
        let roots = levels.iter().rev().flat_map(|level| subtree_roots(&level.hashes)).collect();
        Ok(Self { frontier: Frontier::new(size, roots), levels, filled: Vec::new() })
    }
}

/// Puts the root of a completed subtree in its place, and a tile that it fills aside.
fn place(levels: &mut Vec<Level>, filled: &mut Vec<Tile>, number: u32, hash: Hash) {
    let (Ok(position), Ok(tile_level)) = (usize::try_from(number), u8::try_from(number)) else { return };
    if levels.len() <= position {
        levels.push(Level::default());
    }
    let Some(level) = levels.get_mut(position) else { return };
    level.hashes.push(hash);
    level.changed = true;
    if level.hashes.len() == TILE_WIDTH {
        let id = TileId { level: tile_level, index: level.index };
        filled.push(Tile { id, hashes: std::mem::take(&mut level.hashes) });
        *level = Level { index: level.index.saturating_add(1), hashes: Vec::new(), changed: false };
    }
}

/// The roots of the full subtrees in a partial tile, the largest first: one for each bit of its width.
fn subtree_roots(hashes: &[Hash]) -> Vec<Hash> {
    let mut roots = Vec::new();
    let mut rest = hashes;
    while let Some(bit) = rest.len().checked_ilog2() {
        let (full, after) = rest.split_at_checked(1_usize.wrapping_shl(bit)).unwrap_or((rest, &[]));
        roots.push(root_of(full));
        rest = after;
    }
    roots
}
