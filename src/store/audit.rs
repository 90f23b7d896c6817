//! Reading the whole log as it is stored, column by column: for `audit verify`, which believes none of it.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use endmark_core::log::TileId;

use super::log::StoredEvidence;
use super::schema::{entry, evidence, tile};
use super::{Connection, StoreError, column, count, on, packed};

/// An entry with the columns that find it.
#[derive(Debug, Clone, Queryable)]
pub struct EntryColumns {
    leaf: i64,
    /// When, in microseconds since 1970.
    pub at_micros: i64,
    /// Its type.
    pub kind: String,
    /// Whose command it was.
    pub organisation: String,
    /// What was decided.
    pub decision: String,
    /// The certificate it is about.
    pub certificate: Option<String>,
    /// The declaration it is about.
    pub mrn: Option<String>,
    /// The office it is about.
    pub office: Option<String>,
    /// The bytes that were hashed.
    pub body: Vec<u8>,
}

impl EntryColumns {
    /// Its place; a negative one is none.
    pub fn leaf(&self) -> Option<u64> {
        u64::try_from(self.leaf).ok()
    }
}

/// Begins to read one state of the database; writers go on beside it.
pub fn begin_snapshot(connection: &mut Connection) -> Result<(), StoreError> {
    match connection {
        Connection::Sqlite(c) => c.batch_execute("BEGIN")?,
        Connection::Postgres(c) => c.each().batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?,
    }
    Ok(())
}

/// Entries from a leaf on and below another, in order, at most `most`.
pub fn entries(connection: &mut Connection, from: u64, below: u64, most: i64) -> Result<Vec<EntryColumns>, StoreError> {
    let (from, below) = (column(from)?, column(below)?);
    Ok(on!(connection, c => entry::table
        .filter(entry::leaf.ge(from).and(entry::leaf.lt(below)))
        .order(entry::leaf)
        .limit(most)
        .load(c))?)
}

/// Where to stop reading evidence from a leaf on, so that at most about `bytes_max` are read: `below`, or the leaf
/// after which they would be more.
pub fn evidence_end(connection: &mut Connection, from: u64, below: u64, bytes_max: i64) -> Result<u64, StoreError> {
    let (first, end) = (column(from)?, column(below)?);
    let sizes: Vec<(i64, (i64, Vec<u8>))> = on!(connection, c => evidence::table
        .filter(evidence::leaf.ge(first).and(evidence::leaf.lt(end)))
        .order(evidence::leaf)
        .select((evidence::leaf, packed::lengths()))
        .load(c))?;
    let mut bytes = 0_i64;
    for (leaf, (stored, frame)) in sizes {
        bytes = bytes.saturating_add(packed::length(&frame, stored));
        if bytes > bytes_max {
            // At least one is read, however large.
            return Ok(count(leaf)?.max(from.saturating_add(1)));
        }
    }
    Ok(below)
}

/// A leaf, and the evidence kept there or why it cannot be read.
pub type FoundEvidence = (u64, Result<StoredEvidence, String>);

/// Evidence of the entries from a leaf on and below another.
pub fn evidence(connection: &mut Connection, from: u64, below: u64) -> Result<Vec<FoundEvidence>, StoreError> {
    let (from, below) = (column(from)?, column(below)?);
    let rows: Vec<(i64, Vec<u8>, Vec<u8>)> = on!(connection, c => evidence::table
        .filter(evidence::leaf.ge(from).and(evidence::leaf.lt(below)))
        .order(evidence::leaf)
        .load(c))?;
    let read = |(leaf, salt, body): (i64, Vec<u8>, Vec<u8>)| {
        let leaf = count(leaf)?;
        let opened = StoredEvidence::opened(leaf, salt, body);
        Ok((leaf, opened.map_err(|found| format!("its salt has {found} bytes, not 16"))))
    };
    rows.into_iter().map(read).collect()
}

/// The bytes of a tile as stored.
pub fn tile_bytes(connection: &mut Connection, id: TileId) -> Result<Option<Vec<u8>>, StoreError> {
    let position = column(id.index)?;
    Ok(on!(connection, c => tile::table
        .find((i32::from(id.level), position))
        .select(tile::hashes)
        .first(c)
        .optional())?)
}

/// Rows that a log of `size` entries does not have: entries, evidence, tiles, some of each at most.
pub fn strays(connection: &mut Connection, size: u64, most: i64) -> Result<Vec<String>, StoreError> {
    let end = column(size)?;
    let outside_entry = entry::leaf.ge(end).or(entry::leaf.lt(0));
    let entries: Vec<i64> = on!(connection, c => entry::table
        .filter(outside_entry)
        .select(entry::leaf)
        .order(entry::leaf)
        .limit(most)
        .load(c))?;
    let outside_evidence = evidence::leaf.ge(end).or(evidence::leaf.lt(0));
    let kept: Vec<i64> = on!(connection, c => evidence::table
        .filter(outside_evidence)
        .select(evidence::leaf)
        .order(evidence::leaf)
        .limit(most)
        .load(c))?;
    let mut strays: Vec<String> = entries.iter().map(|leaf| format!("entry {leaf}")).collect();
    strays.extend(kept.iter().map(|leaf| format!("evidence of entry {leaf}")));
    let mut below = 0_i32;
    let mut tiles: Vec<(i32, i64)> = Vec::new();
    let mut hashes = end;
    // Each level ends where its hashes do; above the last level there is nothing.
    while hashes > 0 {
        let last = hashes.saturating_sub(1).div_euclid(256);
        let level = below;
        let outside = tile::level.eq(level).and(tile::position.gt(last).or(tile::position.lt(0)));
        tiles.extend::<Vec<(i32, i64)>>(on!(connection, c => tile::table
            .filter(outside)
            .select((tile::level, tile::position))
            .limit(most)
            .load(c))?);
        below = below.saturating_add(1);
        hashes = hashes.div_euclid(256);
    }
    let outside = tile::level.ge(below).or(tile::level.lt(0));
    tiles.extend::<Vec<(i32, i64)>>(on!(connection, c => tile::table
        .filter(outside)
        .select((tile::level, tile::position))
        .limit(most)
        .load(c))?);
    strays.extend(tiles.iter().map(|(level, position)| format!("tile {position} of level {level}")));
    Ok(strays)
}
