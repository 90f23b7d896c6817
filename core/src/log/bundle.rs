//! Entry bundles: the entries under a tile of leaf hashes, one after another (C2SP tlog-tiles, "Log entries").

use super::error::LogError;
use super::tile::TileId;

/// The largest entry in bytes: what the two bytes of a bundle's length can say.
pub const ENTRY_BYTES_MAX: usize = 65_535;

/// Which bundle: its place among the tiles of level 0, and how many entries it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BundleId {
    /// Place, from 0: the first entry is 256 times as far.
    pub index: u64,
    /// How many entries, 1 to 256.
    pub width: usize,
}

impl BundleId {
    /// The path below the log's address: `tile/entries/x001/067`, or with `.p/5` while it has 5 entries.
    pub fn path(&self) -> String {
        let tile = TileId { level: 0, index: self.index }.path_at_width(self.width);
        format!("tile/entries/{}", tile.strip_prefix("tile/0/").unwrap_or(&tile))
    }

    /// Reads a path as [`Self::path`] writes it.
    pub fn from_path(path: &str) -> Result<Self, LogError> {
        let refused = || LogError::malformed("bundle path", "tile/entries/INDEX or tile/entries/INDEX.p/WIDTH", path);
        let place = path.strip_prefix("tile/entries/").ok_or_else(refused)?;
        let (id, width) = TileId::from_path(&format!("tile/0/{place}")).map_err(|_| refused())?;
        Ok(Self { index: id.index, width })
    }
}

/// The bytes of a bundle: for each entry its length in two bytes, big-endian, and its bytes.
pub fn bundle_bytes<'a>(entries: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<u8>, LogError> {
    let mut bytes = Vec::new();
    for entry in entries {
        let length = u16::try_from(entry.len()).map_err(|_| LogError::TooLarge {
            what: "entry",
            unit: "bytes",
            max: ENTRY_BYTES_MAX,
            found: entry.len(),
        })?;
        bytes.extend(length.to_be_bytes());
        bytes.extend(entry);
    }
    Ok(bytes)
}

/// Reads a bundle of 1 to 256 entries.
pub fn bundle_entries(bytes: &[u8]) -> Result<Vec<&[u8]>, LogError> {
    let refused = || LogError::malformed("bundle", "1 to 256 times a length of two bytes and an entry", "");
    let (mut entries, mut rest) = (Vec::new(), bytes);
    while let Some((length, after)) = rest.split_first_chunk() {
        let (entry, after) = after.split_at_checked(u16::from_be_bytes(*length).into()).ok_or_else(refused)?;
        entries.push(entry);
        rest = after;
    }
    if rest.is_empty() && (1..=super::TILE_WIDTH).contains(&entries.len()) { Ok(entries) } else { Err(refused()) }
}
