//! What an export reads: on a thread of its own, so that hashing and writing never wait for the database.

use std::collections::{BTreeMap, HashMap};
use std::sync::mpsc::SyncSender;

use endmark_core::export::Filter;
use endmark_core::log::{Hash, Tile, TileId, inclusion_proof, inclusion_tiles, leaf_hash};

use super::ExportError;
use crate::store::log::StoredEvidence;
use crate::store::{Connection, StoreError, export as rows, tile};

/// Entries that are read at once: at 64 KiB an entry, the most, they are 32 MiB.
const PAGE: u16 = 512;
/// Evidence that is held at once, in bytes; a single piece may have more, up to 16 MiB.
const EVIDENCE_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Tiles that are held: at 8 KiB each, 4 MiB.
const TILES_MAX: usize = 512;

/// What is to be read.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) filter: Filter,
    pub(super) evidence: bool,
    pub(super) next: u64,
    pub(super) size: u64,
}

/// An entry with what goes with it.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) leaf: u64,
    pub(super) body: Vec<u8>,
    /// Of the body. Taken here, since writing hashes the body once more, for the file: half of the work on each thread.
    pub(super) hash: Hash,
    /// Of a filtered export.
    pub(super) proof: Vec<Hash>,
    /// Where evidence is wanted and there.
    pub(super) evidence: Option<StoredEvidence>,
}

/// Some entries in order.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) entries: Vec<Read>,
    /// The leaf after the last one looked at.
    pub(super) next: u64,
}

/// Reads everything that is wanted, until nobody takes it any more.
pub(super) fn all(connection: &mut Connection, wanted: &Wanted, parts: &SyncSender<Result<Part, ExportError>>) {
    let mut reader = Reader { connection, tiles: HashMap::new() };
    if let Err(error) = reader.run(wanted, |part| parts.send(Ok(part)).is_ok()) {
        let _ = parts.send(Err(error.into()));
    }
}

struct Reader<'a> {
    connection: &'a mut Connection,
    tiles: HashMap<TileId, Tile>,
}

impl Reader<'_> {
    /// `send` says whether somebody still takes what is read.
    fn run(&mut self, wanted: &Wanted, mut send: impl FnMut(Part) -> bool) -> Result<(), StoreError> {
        let (mut next, below) = rows::range(self.connection, &wanted.filter, wanted.next, wanted.size)?;
        while next < below {
            let page = self.page(wanted, next, below)?;
            next = page.next;
            if !wanted.evidence {
                if !send(page) {
                    return Ok(());
                }
                continue;
            }
            let leaves: Vec<u64> = page.entries.iter().map(|read| read.leaf).collect();
            let lengths = rows::evidence_lengths(self.connection, &leaves)?;
            for mut part in small_enough(page, &lengths) {
                let leaves: Vec<u64> = part.entries.iter().map(|read| read.leaf).collect();
                let mut evidence = rows::evidence_of_all(self.connection, &leaves)?;
                for read in &mut part.entries {
                    read.evidence = evidence.remove(&read.leaf);
                }
                if !send(part) {
                    return Ok(());
                }
            }
        }
        // What comes after the filter's last moment was looked at too, and whoever writes hears of the end.
        send(Part { entries: Vec::new(), next: wanted.size });
        Ok(())
    }

    fn page(&mut self, wanted: &Wanted, from: u64, below: u64) -> Result<Part, StoreError> {
        let page = rows::page(self.connection, &wanted.filter, from, below, PAGE)?;
        let mut entries = Vec::with_capacity(page.entries.len());
        for (leaf, body) in page.entries {
            let proof = if wanted.filter.is_empty() { Vec::new() } else { self.proof(leaf, wanted.size)? };
            let hash = leaf_hash(&body);
            entries.push(Read { leaf, body, hash, proof, evidence: None });
        }
        Ok(Part { entries, next: page.next })
    }

    fn proof(&mut self, leaf: u64, size: u64) -> Result<Vec<Hash>, StoreError> {
        if self.tiles.len() > TILES_MAX {
            self.tiles.clear();
        }
        let mut missing = inclusion_tiles(leaf, size);
        missing.retain(|id| !self.tiles.contains_key(id));
        if !missing.is_empty() {
            self.tiles.extend(tile::tiles(self.connection, &missing)?);
        }
        inclusion_proof(leaf, size, |id| self.tiles.get(&id).cloned())
            .map_err(|error| StoreError::Corrupt(error.to_string()))
    }
}

/// A page in parts whose evidence can be held; the last goes on where the page does.
fn small_enough(page: Part, lengths: &BTreeMap<u64, u64>) -> Vec<Part> {
    let mut parts = Vec::new();
    let (mut entries, mut bytes) = (Vec::new(), 0_u64);
    for read in page.entries {
        let length = lengths.get(&read.leaf).copied().unwrap_or_default();
        if !entries.is_empty() && bytes.saturating_add(length) > EVIDENCE_BYTES_MAX {
            parts.push(Part { entries: std::mem::take(&mut entries), next: read.leaf });
            bytes = 0;
        }
        bytes = bytes.saturating_add(length);
        entries.push(read);
    }
    parts.push(Part { entries, next: page.next });
    parts
}
