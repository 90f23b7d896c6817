//! The public keys that sign, or signed, the log's checkpoints.

use diesel::prelude::*;

use super::row_key::{RowContent, RowKey};
use super::schema::log_key;
use super::{Connection, StoreError, column, count, on};
use crate::registry::{KnownKey, Row};

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = log_key)]
#[diesel(treat_none_as_null = true)]
struct KeyRow {
    key: String,
    last_size: Option<i64>,
    leaf: i64,
    hmac: Vec<u8>,
}

impl KeyRow {
    fn content(&self) -> RowContent {
        RowContent::of("logKey").text(&self.key).optional(self.last_size).number(self.leaf)
    }
}

/// Every key known, the oldest first; none before the first rotation.
pub fn keys(connection: &mut Connection, key: &RowKey) -> Result<Vec<Row<KnownKey>>, StoreError> {
    let mut rows: Vec<KeyRow> = on!(connection, c => log_key::table.load(c))?;
    // The databases do not agree where NULL stands in an order.
    rows.sort_by_key(|row| (row.leaf, row.last_size.unwrap_or(i64::MAX)));
    let open = |row: KeyRow| {
        if !key.verifies(&row.content(), &row.hmac) {
            return Ok(Row::Tampered(format!("log key {}", row.key)));
        }
        let key = row.key.parse().map_err(|error| StoreError::Corrupt(format!("log key {}: {error}", row.key)))?;
        Ok(Row::Good(KnownKey { key, last_size: row.last_size.map(count).transpose()? }))
    };
    rows.into_iter().map(open).collect()
}

/// Every key, the entry that set it, and whether it is as the service wrote it.
pub fn all(connection: &mut Connection, key: &RowKey) -> Result<Vec<(String, i64, bool)>, StoreError> {
    let rows: Vec<KeyRow> = on!(connection, c => log_key::table.load(c))?;
    let look = |row: KeyRow| {
        let intact = key.verifies(&row.content(), &row.hmac);
        (row.key, row.leaf, intact)
    };
    Ok(rows.into_iter().map(look).collect())
}

/// Keeps a key as it stands now.
pub fn put(connection: &mut Connection, key: &RowKey, known: &KnownKey, leaf: u64) -> Result<(), StoreError> {
    let mut row = KeyRow {
        key: known.key.to_string(),
        last_size: known.last_size.map(column).transpose()?,
        leaf: column(leaf)?,
        hmac: Vec::new(),
    };
    row.hmac = key.sign(&row.content());
    on!(connection, c => diesel::insert_into(log_key::table)
        .values(&row)
        .on_conflict(log_key::key)
        .do_update()
        .set(&row)
        .execute(c))?;
    Ok(())
}
