//! Tiles: the tree cut into squares of eight levels (C2SP tlog-tiles).

use super::error::LogError;
use super::hash::Hash;

/// Levels of the tree in one tile.
pub const TILE_HEIGHT: u8 = 8;
/// Hashes in a full tile.
pub const TILE_WIDTH: usize = 256;

/// The highest tile level a path can name (C2SP tlog-tiles).
const LEVEL_MAX: u8 = 63;

/// Which tile: its level, 0 for leaf hashes, and its place in that level from the left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    /// Level, 0 to 63; each hash of level 1 and above is the root of a full tile below.
    pub level: u8,
    /// Place in the level, from 0.
    pub index: u64,
}

impl TileId {
    /// The path of the full tile below the log's address, such as `tile/0/x001/067`.
    pub fn path(&self) -> String {
        let mut rest = self.index;
        let mut path = format!("{:03}", rest.rem_euclid(1000));
        while rest >= 1000 {
            rest = rest.div_euclid(1000);
            path = format!("x{:03}/{path}", rest.rem_euclid(1000));
        }
        format!("tile/{}/{path}", self.level)
    }

    /// The path of the tile while it has `width` hashes: `tile/0/x001/067.p/5`, without suffix when it is full.
    pub fn path_at_width(&self, width: usize) -> String {
        let path = self.path();
        if width == TILE_WIDTH { path } else { format!("{path}.p/{width}") }
    }

    /// Reads a path as [`Self::path_at_width`] writes it: the tile and its width, 1 to 256.
    pub fn from_path(path: &str) -> Result<(Self, usize), LogError> {
        read(path)
            .filter(|(id, width)| id.path_at_width(*width) == path)
            .ok_or_else(|| LogError::malformed("tile path", "tile/LEVEL/INDEX or tile/LEVEL/INDEX.p/WIDTH", path))
    }

    /// How many hashes the tile has in a tree of `size` leaves: 0 to 256.
    pub fn width_at(&self, size: u64) -> usize {
        let at_level = u32::from(self.level)
            .checked_mul(u32::from(TILE_HEIGHT))
            .and_then(|height| size.checked_shr(height))
            .unwrap_or(0);
        let before = self.index.saturating_mul(256);
        usize::try_from(at_level.saturating_sub(before)).unwrap_or(TILE_WIDTH).min(TILE_WIDTH)
    }
}

/// Reads leniently; the caller compares with what would have been written, so that each tile has one path.
fn read(path: &str) -> Option<(TileId, usize)> {
    // A level of two digits, seven groups of an index and a width are 45 characters.
    if path.len() > 48 {
        return None;
    }
    let (level, place) = path.strip_prefix("tile/")?.split_once('/')?;
    let (groups, width) = match place.split_once(".p/") {
        Some((groups, width)) => (groups, width.parse().ok().filter(|width| (1..TILE_WIDTH).contains(width))?),
        None => (place, TILE_WIDTH),
    };
    let level = level.parse().ok().filter(|level| *level <= LEVEL_MAX)?;
    let index = groups.replace(['x', '/'], "").parse().ok()?;
    Some((TileId { level, index }, width))
}

/// A tile with its hashes from the left; fewer than 256 while its level still grows there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// Which tile.
    pub id: TileId,
    /// Its hashes, 1 to 256.
    pub hashes: Vec<Hash>,
}

impl Tile {
    /// The bytes as served and stored: 32 a hash.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.hashes.iter().flat_map(Hash::as_bytes).copied().collect()
    }

    /// Reads the bytes: 32 for each of 1 to 256 hashes.
    pub fn from_bytes(id: TileId, bytes: &[u8]) -> Result<Self, LogError> {
        let (hashes, rest) = bytes.as_chunks::<32>();
        if !rest.is_empty() || !(1..=TILE_WIDTH).contains(&hashes.len()) {
            return Err(LogError::TileLength { id, found: bytes.len() });
        }
        Ok(Self { id, hashes: hashes.iter().copied().map(Hash::from).collect() })
    }

    /// Its path at its width.
    pub fn path(&self) -> String {
        self.id.path_at_width(self.hashes.len())
    }
}
