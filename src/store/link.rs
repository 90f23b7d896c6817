//! Rows of officers' one-time links.

use diesel::prelude::*;
use endmark_core::digest::Digest;
use time::OffsetDateTime;

use super::row_key::{RowContent, RowKey};
use super::schema::officer_link;
use super::{Connection, StoreError, column, count, micros, moment, on};
use crate::officer::Link;
use crate::registry::Row;

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = officer_link)]
#[diesel(treat_none_as_null = true)]
struct LinkRow {
    id: String,
    digest: String,
    officer: String,
    until_micros: i64,
    used_micros: Option<i64>,
    refused: i32,
    leaf: i64,
    hmac: Vec<u8>,
}

impl LinkRow {
    fn content(&self) -> RowContent {
        RowContent::of("officerLink")
            .text(&self.id)
            .text(&self.digest)
            .text(&self.officer)
            .number(self.until_micros)
            .optional(self.used_micros)
            .number(self.refused.into())
            .number(self.leaf)
    }
}

/// The link of a secret.
pub fn of(connection: &mut Connection, key: &RowKey, digest: &Digest) -> Result<Option<Row<Link>>, StoreError> {
    let digest = digest.to_string();
    let found: Option<LinkRow> = on!(connection, c => officer_link::table
        .filter(officer_link::digest.eq(&digest))
        .first(c)
        .optional())?;
    let open = |row: LinkRow| {
        if !key.verifies(&row.content(), &row.hmac) {
            return Ok(Row::Tampered(format!("link {}", row.id)));
        }
        let corrupt = |what: &str| StoreError::Corrupt(format!("link {}: {what}", row.id));
        Ok(Row::Good(Link {
            digest: row.digest.parse().map_err(|_| corrupt("digest"))?,
            until: moment(row.until_micros)?,
            used: row.used_micros.map(moment).transpose()?,
            refused: u16::try_from(row.refused).map_err(|_| corrupt("refused"))?,
            leaf: count(row.leaf)?,
            officer: row.officer,
            id: row.id,
        }))
    };
    found.map(open).transpose()
}

/// How many links of an officer wait to be used.
pub fn waiting(connection: &mut Connection, officer: &str, now: OffsetDateTime) -> Result<usize, StoreError> {
    let ids: Vec<String> = on!(connection, c => officer_link::table
        .filter(officer_link::officer.eq(officer).and(officer_link::used_micros.is_null()))
        .filter(officer_link::until_micros.gt(micros(now)))
        .select(officer_link::id)
        .load(c))?;
    Ok(ids.len())
}

/// Every link: its id, the entry that set it, and whether it is as the service wrote it.
pub fn all(connection: &mut Connection, key: &RowKey) -> Result<Vec<(String, i64, bool)>, StoreError> {
    let rows: Vec<LinkRow> = on!(connection, c => officer_link::table.order(officer_link::id).load(c))?;
    let look = |row: LinkRow| {
        let intact = key.verifies(&row.content(), &row.hmac);
        (row.id, row.leaf, intact)
    };
    Ok(rows.into_iter().map(look).collect())
}

/// Keeps a link as it stands now.
pub fn put(connection: &mut Connection, key: &RowKey, link: &Link) -> Result<(), StoreError> {
    let mut row = LinkRow {
        id: link.id.clone(),
        digest: link.digest.to_string(),
        officer: link.officer.clone(),
        until_micros: micros(link.until),
        used_micros: link.used.map(micros),
        refused: link.refused.into(),
        leaf: column(link.leaf)?,
        hmac: Vec::new(),
    };
    row.hmac = key.sign(&row.content());
    on!(connection, c => diesel::insert_into(officer_link::table)
        .values(&row)
        .on_conflict(officer_link::id)
        .do_update()
        .set(&row)
        .execute(c))?;
    Ok(())
}
