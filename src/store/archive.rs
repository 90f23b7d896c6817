//! What may be erased and what must stay: erasures, legal holds, and the rows that entries name by their digest.

use std::collections::BTreeSet;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::row_key::{RowContent, RowKey};
use super::schema::{entry_rows, erasure, evidence, legal_hold};
use super::{Connection, StoreError, column, count, micros, moment, on};
use crate::archive::Hold;
use crate::registry::Row;

/// Rows that an entry names by their digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRows {
    /// The entry's leaf.
    pub leaf: u64,
    /// Which of its rows.
    pub name: &'static str,
    /// Their JSON, whose SHA-256 is in the entry.
    pub body: Vec<u8>,
}

/// Keeps the rows of entries appended in the same transaction: there are few.
pub fn keep_rows(connection: &mut Connection, kept: &[EntryRows]) -> Result<(), StoreError> {
    for of in kept {
        let leaf = column(of.leaf)?;
        let row = (entry_rows::leaf.eq(leaf), entry_rows::name.eq(of.name), entry_rows::body.eq(&of.body));
        on!(connection, c => diesel::insert_into(entry_rows::table).values(row).execute(c))?;
    }
    Ok(())
}

/// The rows that an entry names by their digest.
pub fn rows_of(connection: &mut Connection, leaf: u64, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let leaf = column(leaf)?;
    Ok(on!(connection, c => entry_rows::table.find((leaf, name)).select(entry_rows::body).first(c).optional())?)
}

/// Deletes evidence, and notes which entry says so. Gives how many pieces were there.
pub fn erase(connection: &mut Connection, leaves: &[u64], erased_by: u64) -> Result<usize, StoreError> {
    if let Connection::Sqlite(c) = connection {
        // Deleted bytes are overwritten in the file, not only forgotten.
        c.batch_execute("PRAGMA secure_delete = ON")?;
    }
    let erased_by = column(erased_by)?;
    let mut deleted = 0_usize;
    for leaf in leaves {
        let leaf = column(*leaf)?;
        let gone = on!(connection, c => diesel::delete(evidence::table.find(leaf)).execute(c))?;
        deleted = deleted.saturating_add(gone);
        let row = (erasure::leaf.eq(leaf), erasure::erased_by.eq(erased_by));
        on!(connection, c => diesel::insert_into(erasure::table).values(row).execute(c))?;
    }
    Ok(deleted)
}

/// The entry that erased the evidence of another: readers then say `redacted`.
pub fn erased_by(connection: &mut Connection, leaf: u64) -> Result<Option<u64>, StoreError> {
    let leaf = column(leaf)?;
    let by: Option<i64> =
        on!(connection, c => erasure::table.find(leaf).select(erasure::erased_by).first(c).optional())?;
    by.map(count).transpose()
}

/// The entries from a leaf on and below another that have evidence.
pub fn leaves_with_evidence(connection: &mut Connection, from: u64, below: u64) -> Result<BTreeSet<u64>, StoreError> {
    let (from, below) = (column(from)?, column(below)?);
    let leaves: Vec<i64> = on!(connection, c => evidence::table
        .filter(evidence::leaf.ge(from).and(evidence::leaf.lt(below)))
        .select(evidence::leaf)
        .load(c))?;
    leaves.into_iter().map(count).collect()
}

/// What was erased of the entries from a leaf on and below another: leaf, and the entry that says so.
pub fn erasures(connection: &mut Connection, from: u64, below: u64) -> Result<Vec<(u64, u64)>, StoreError> {
    let (from, below) = (column(from)?, column(below)?);
    let rows: Vec<(i64, i64)> = on!(connection, c => erasure::table
        .filter(erasure::leaf.ge(from).and(erasure::leaf.lt(below)))
        .order(erasure::leaf)
        .load(c))?;
    rows.into_iter().map(|(leaf, by)| Ok((count(leaf)?, count(by)?))).collect()
}

/// What an entry erased, in order.
pub fn erased_in(connection: &mut Connection, entry: u64) -> Result<Vec<u64>, StoreError> {
    let entry = column(entry)?;
    let leaves: Vec<i64> = on!(connection, c => erasure::table
        .filter(erasure::erased_by.eq(entry))
        .order(erasure::leaf)
        .select(erasure::leaf)
        .load(c))?;
    leaves.into_iter().map(count).collect()
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = legal_hold)]
struct HoldRow {
    id: String,
    subject: String,
    reason: String,
    at_micros: i64,
    leaf: i64,
    hmac: Vec<u8>,
}

impl HoldRow {
    fn content(&self) -> RowContent {
        RowContent::of("legalHold")
            .text(&self.id)
            .text(&self.subject)
            .text(&self.reason)
            .number(self.at_micros)
            .number(self.leaf)
    }
}

/// Every legal hold, the oldest first. One that was changed outside the service is named: nothing is erased past it.
pub fn holds(connection: &mut Connection, key: &RowKey) -> Result<Vec<Row<Hold>>, StoreError> {
    let rows: Vec<HoldRow> = on!(connection, c => legal_hold::table.order(legal_hold::leaf).load(c))?;
    let open = |row: HoldRow| {
        if !key.verifies(&row.content(), &row.hmac) {
            return Ok(Row::Tampered(row.id));
        }
        let subject = serde_json::from_str(&row.subject);
        Ok(Row::Good(Hold {
            subject: subject.map_err(|error| StoreError::Corrupt(format!("legal hold {}: {error}", row.id)))?,
            reason: row.reason,
            since: moment(row.at_micros)?,
            id: row.id,
        }))
    };
    rows.into_iter().map(open).collect()
}

/// Every legal hold's id, the entry that set it, and whether it is as the service wrote it.
pub fn all_holds(connection: &mut Connection, key: &RowKey) -> Result<Vec<(String, i64, bool)>, StoreError> {
    let rows: Vec<HoldRow> = on!(connection, c => legal_hold::table.load(c))?;
    let look = |row: HoldRow| {
        let intact = key.verifies(&row.content(), &row.hmac);
        (row.id, row.leaf, intact)
    };
    Ok(rows.into_iter().map(look).collect())
}

/// Keeps a legal hold.
pub fn put_hold(connection: &mut Connection, key: &RowKey, hold: &Hold, leaf: u64) -> Result<(), StoreError> {
    let subject = serde_json::to_string(&hold.subject).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    let mut row = HoldRow {
        id: hold.id.clone(),
        subject,
        reason: hold.reason.clone(),
        at_micros: micros(hold.since),
        leaf: column(leaf)?,
        hmac: Vec::new(),
    };
    row.hmac = key.sign(&row.content());
    on!(connection, c => diesel::insert_into(legal_hold::table).values(&row).execute(c))?;
    Ok(())
}

/// Lifts a legal hold.
pub fn remove_hold(connection: &mut Connection, id: &str) -> Result<(), StoreError> {
    on!(connection, c => diesel::delete(legal_hold::table.find(id)).execute(c))?;
    Ok(())
}
