//! Certificates in short form, beside their sealed bytes. No HMAC: whoever reads one knows its digest.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Text};
use diesel_async::AsyncPgConnection;

use super::among::keys;
use super::prepared::prepared;
use super::schema::certificate_terms;
use super::{Connection, StoreError, Writes, column, count};

/// The entry that accepted a certificate, and its short form.
pub type Terms = (u64, Vec<u8>);

#[derive(Queryable, QueryableByName)]
#[diesel(table_name = certificate_terms)]
struct Row {
    leaf: i64,
    terms: Vec<u8>,
}

fn opened(rows: Vec<Row>) -> Result<Vec<Terms>, StoreError> {
    rows.into_iter().map(|row| Ok((count(row.leaf)?, row.terms))).collect()
}

fn columns<'a>(leaves: impl IntoIterator<Item = &'a u64>) -> Result<Vec<i64>, StoreError> {
    leaves.into_iter().map(|leaf| column(*leaf)).collect()
}

/// What is there of these.
pub fn read(connection: &mut Connection, leaves: &[u64]) -> Result<Vec<Terms>, StoreError> {
    let c = match connection {
        Connection::Sqlite(c) => c,
        Connection::Postgres(c) => return c.together(async |c| pg_read(c, leaves).await),
    };
    if leaves.is_empty() {
        return Ok(Vec::new());
    }
    let these = prepared("SELECT leaf, terms FROM certificate_terms WHERE leaf IN (SELECT value FROM json_each(?))");
    opened(these.bind::<Text, _>(keys(leaves)?).load(c)?)
}

/// The same from `PostgreSQL`, to be sent with others.
pub(super) async fn pg_read(connection: &AsyncPgConnection, leaves: &[u64]) -> Result<Vec<Terms>, StoreError> {
    if leaves.is_empty() {
        return Ok(Vec::new());
    }
    let these = prepared("SELECT leaf, terms FROM certificate_terms WHERE leaf = ANY(?)");
    let these = these.bind::<Array<BigInt>, _>(columns(leaves)?);
    opened(diesel_async::RunQueryDsl::load(these, &mut &*connection).await?)
}

/// Keeps short forms, in place of those that were there.
pub fn put(writes: &mut Writes<'_>, terms: BTreeMap<u64, Vec<u8>>) -> Result<(), StoreError> {
    if terms.is_empty() {
        return Ok(());
    }
    let leaves = columns(terms.keys())?;
    match writes.to() {
        (Connection::Sqlite(c), _) => {
            for (leaf, terms) in leaves.into_iter().zip(terms.into_values()) {
                prepared("REPLACE INTO certificate_terms (leaf, terms) VALUES (?, ?)")
                    .bind::<BigInt, _>(leaf)
                    .bind::<Binary, _>(terms)
                    .execute(c)?;
            }
        }
        (Connection::Postgres(_), later) => later.push(
            prepared(
                "INSERT INTO certificate_terms (leaf, terms) SELECT * FROM unnest(?, ?)
                 ON CONFLICT (leaf) DO UPDATE SET terms = excluded.terms",
            )
            .bind::<Array<BigInt>, _>(leaves)
            .bind::<Array<Binary>, _>(terms.into_values().collect::<Vec<_>>()),
        ),
    }
    Ok(())
}
