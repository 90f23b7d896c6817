//! Certificates in short form, beside their sealed bytes. No HMAC: whoever reads one knows its digest.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Text};
use diesel_async::AsyncPgConnection;

use super::among::keys;
use super::prepared::prepared;
use super::schema::short_form;
use super::{Connection, StoreError, Writes, column, count};

/// The entry that accepted a certificate, and its short form.
pub type Stored = (u64, Vec<u8>);

#[derive(Queryable, QueryableByName)]
#[diesel(table_name = short_form)]
struct Row {
    leaf: i64,
    body: Vec<u8>,
}

fn opened(rows: Vec<Row>) -> Result<Vec<Stored>, StoreError> {
    rows.into_iter().map(|row| Ok((count(row.leaf)?, row.body))).collect()
}

fn columns<'a>(leaves: impl IntoIterator<Item = &'a u64>) -> Result<Vec<i64>, StoreError> {
    leaves.into_iter().map(|leaf| column(*leaf)).collect()
}

/// What is there of these.
pub fn read(connection: &mut Connection, leaves: &[u64]) -> Result<Vec<Stored>, StoreError> {
    let c = match connection {
        Connection::Sqlite(c) => c,
        Connection::Postgres(c) => return c.together(async |c| pg_read(c, leaves).await),
    };
    if leaves.is_empty() {
        return Ok(Vec::new());
    }
    let these = prepared("SELECT leaf, body FROM short_form WHERE leaf IN (SELECT value FROM json_each(?))");
    opened(these.bind::<Text, _>(keys(leaves)?).load(c)?)
}

/// The same from `PostgreSQL`, to be sent with others.
pub(super) async fn pg_read(connection: &AsyncPgConnection, leaves: &[u64]) -> Result<Vec<Stored>, StoreError> {
    if leaves.is_empty() {
        return Ok(Vec::new());
    }
    let these = prepared("SELECT leaf, body FROM short_form WHERE leaf = ANY(?)");
    let these = these.bind::<Array<BigInt>, _>(columns(leaves)?);
    opened(diesel_async::RunQueryDsl::load(these, &mut &*connection).await?)
}

/// Keeps short forms, in place of those that were there.
pub fn put(writes: &mut Writes<'_>, new: BTreeMap<u64, Vec<u8>>) -> Result<(), StoreError> {
    if new.is_empty() {
        return Ok(());
    }
    let leaves = columns(new.keys())?;
    match writes.to() {
        (Connection::Sqlite(c), _) => {
            for (leaf, body) in leaves.into_iter().zip(new.into_values()) {
                prepared("REPLACE INTO short_form (leaf, body) VALUES (?, ?)")
                    .bind::<BigInt, _>(leaf)
                    .bind::<Binary, _>(body)
                    .execute(c)?;
            }
        }
        (Connection::Postgres(_), later) => later.push(
            prepared(
                "INSERT INTO short_form (leaf, body) SELECT * FROM unnest(?, ?)
                 ON CONFLICT (leaf) DO UPDATE SET body = excluded.body",
            )
            .bind::<Array<BigInt>, _>(leaves)
            .bind::<Array<Binary>, _>(new.into_values().collect::<Vec<_>>()),
        ),
    }
    Ok(())
}
