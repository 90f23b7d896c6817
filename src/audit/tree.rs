//! Two trees side by side: one over the entries' bytes, one over the leaf hashes as the tiles have them. Where they
//! part, the head's root says which of the two was changed.

use std::collections::BTreeMap;

use endmark_core::log::{Edge, Hash, TILE_WIDTH, Tile, TileId};

use super::faults::Faults;
use crate::store::{Connection, StoreError, audit as rows};

const WIDTH: u64 = 256;

/// The trees up to the entry read last.
#[derive(Debug, Default)]
pub(super) struct Trees {
    of_entries: Edge,
    /// From the first difference on.
    of_tiles: Option<Edge>,
    /// The stored leaf hashes around the next entry.
    stored: Option<(TileId, Vec<Hash>)>,
    /// The tile at the right end of each level above the leaves, of either tree.
    ends: BTreeMap<u8, (Tile, Tile)>,
    /// Entries whose bytes do not give the stored hash, as many as are named.
    suspects: Vec<u64>,
    more_suspects: u64,
}

impl Trees {
    pub(super) const fn size(&self) -> u64 {
        self.of_entries.size()
    }

    /// The root over the entries' bytes.
    pub(super) fn root(&self) -> Hash {
        self.of_entries.root()
    }

    /// The root over the stored leaf hashes.
    fn root_of_tiles(&self) -> Hash {
        self.of_tiles.as_ref().map_or_else(|| self.of_entries.root(), Edge::root)
    }

    /// Whether a root is that of either tree.
    pub(super) fn either_has(&self, root: Hash) -> bool {
        self.root() == root || self.root_of_tiles() == root
    }

    /// The tiles stored may have grown since they were read.
    pub(super) fn forget_stored(&mut self) {
        self.stored = None;
    }

    /// Appends the next entry's hash; `None` where the entry is missing, and the stored hash takes its place.
    pub(super) fn append(
        &mut self,
        connection: &mut Connection,
        of_bytes: Option<Hash>,
        faults: &mut Faults,
    ) -> Result<(), StoreError> {
        let leaf = self.size();
        let of_tile = self.stored_hash(connection, leaf, faults)?;
        let placeholder = endmark_core::log::leaf_hash(b"");
        let entry = of_bytes.or(of_tile).unwrap_or(placeholder);
        let tile = of_tile.or(of_bytes).unwrap_or(placeholder);
        if entry != tile {
            if self.of_tiles.is_none() {
                self.of_tiles = Some(self.of_entries.clone());
            }
            if self.suspects.len() < faults.room() {
                self.suspects.push(leaf);
            } else {
                self.more_suspects = self.more_suspects.saturating_add(1);
            }
        }
        self.of_entries.append(entry);
        if let Some(of_tiles) = &mut self.of_tiles {
            of_tiles.append(tile);
        }
        if self.size().is_multiple_of(WIDTH) {
            self.take_tiles(connection, faults)?;
        }
        Ok(())
    }

    fn stored_hash(
        &mut self,
        connection: &mut Connection,
        leaf: u64,
        faults: &mut Faults,
    ) -> Result<Option<Hash>, StoreError> {
        let id = TileId { level: 0, index: leaf.div_euclid(WIDTH) };
        if self.stored.as_ref().is_none_or(|(there, _)| *there != id) {
            let hashes = read(connection, id, faults)?.map(|tile| tile.hashes).unwrap_or_default();
            self.stored = Some((id, hashes));
        }
        let place = usize::try_from(leaf.rem_euclid(WIDTH)).unwrap_or(usize::MAX);
        let (_, hashes) = self.stored.as_ref().map_or((id, &[][..]), |(id, hashes)| (*id, hashes.as_slice()));
        if hashes.len() == place && place > 0 {
            faults.add(Some(leaf), id.path(), format!("it ends before entry {leaf}: hashes were cut off"));
        }
        Ok(hashes.get(place).copied())
    }

    /// Compares what the trees have filled above the leaves; keeps the ends.
    fn take_tiles(&mut self, connection: &mut Connection, faults: &mut Faults) -> Result<(), StoreError> {
        let of_entries = self.of_entries.take_changed();
        let of_tiles = self.of_tiles.as_mut().map(Edge::take_changed).unwrap_or_default();
        for tile in of_entries {
            if tile.id.level == 0 {
                continue;
            }
            // The second tree may have parted from the first in the middle of this tile.
            let other = of_tiles.iter().find(|other| other.id == tile.id).unwrap_or(&tile).clone();
            if tile.hashes.len() == TILE_WIDTH {
                self.ends.remove(&tile.id.level);
                compare(connection, &tile, &other, faults)?;
            } else {
                self.ends.insert(tile.id.level, (tile, other));
            }
        }
        Ok(())
    }

    /// Compares what is left, in a snapshot whose head is this one; says which of two trees was changed.
    pub(super) fn finish(
        &mut self,
        connection: &mut Connection,
        root: Hash,
        faults: &mut Faults,
    ) -> Result<(), StoreError> {
        self.take_tiles(connection, faults)?;
        let size = self.size();
        for (tile, other) in std::mem::take(&mut self.ends).into_values() {
            // A level whose last tile is full has no end.
            if tile.id.width_at(size) > 0 {
                compare(connection, &tile, &other, faults)?;
            }
        }
        let leaves = TileId { level: 0, index: size.div_euclid(WIDTH) };
        let (wanted, found) = (leaves.width_at(size), read(connection, leaves, &mut Faults::new(1))?);
        if let Some(found) = found.map(|tile| tile.hashes.len()).filter(|found| *found > wanted) {
            faults.add(Some(size), leaves.path(), format!("it has {found} hashes, but the log only {wanted} there"));
        }
        let (entries, tiles) = (self.root() == root, self.root_of_tiles() == root);
        for leaf in std::mem::take(&mut self.suspects) {
            let id = TileId { level: 0, index: leaf.div_euclid(WIDTH) };
            if entries {
                let problem = format!("its hash of entry {leaf} was changed: the head has that of the entry's bytes");
                faults.add(Some(leaf), id.path(), problem);
            } else {
                let known = if tiles { ": the head has the hash in " } else { ", as stored in " };
                let problem = format!("its bytes are not those that were hashed{known}{}", id.path());
                faults.add(Some(leaf), format!("entry {leaf}"), problem);
            }
        }
        if self.more_suspects > 0 {
            faults.add(None, "entries", format!("{} more are not those that were hashed", self.more_suspects));
        }
        if !entries && !tiles {
            faults.add(None, "head", "its root is neither that of the entries nor that of the tiles");
        }
        Ok(())
    }
}

/// A tile as stored; one that is missing or cannot be read is a fault.
fn read(connection: &mut Connection, id: TileId, faults: &mut Faults) -> Result<Option<Tile>, StoreError> {
    let first = u32::from(id.level)
        .checked_mul(8)
        .and_then(|height| id.index.saturating_mul(WIDTH).checked_mul(1_u64.checked_shl(height)?));
    let Some(bytes) = rows::tile_bytes(connection, id)? else {
        faults.add(first, id.path(), "it is missing");
        return Ok(None);
    };
    match Tile::from_bytes(id, &bytes) {
        Ok(tile) => Ok(Some(tile)),
        Err(error) => {
            faults.add(first, id.path(), error);
            Ok(None)
        }
    }
}

/// Compares a stored tile above the leaves with what it must be by either tree.
fn compare(connection: &mut Connection, tile: &Tile, other: &Tile, faults: &mut Faults) -> Result<(), StoreError> {
    let Some(stored) = read(connection, tile.id, faults)? else { return Ok(()) };
    // In the middle of a log that grows it may be wider by now; `finish` sees it at its last width.
    if stored.hashes.len() < tile.hashes.len() {
        let (found, wanted) = (stored.hashes.len(), tile.hashes.len());
        faults.add(None, tile.path(), format!("it has {found} hashes, but the log {wanted} there"));
    }
    let wrong = stored.hashes.iter().zip(tile.hashes.iter().zip(&other.hashes));
    if let Some((place, _)) = wrong.enumerate().find(|(_, (hash, (one, two)))| hash != one && hash != two) {
        faults.add(None, tile.id.path(), format!("its hash {place} is not the root of the tile below"));
    } else if stored.hashes.len() > tile.hashes.len() {
        let (found, wanted) = (stored.hashes.len(), tile.hashes.len());
        faults.add(None, tile.id.path(), format!("it has {found} hashes, but the log only {wanted} there"));
    }
    Ok(())
}
