//! The ledger's rows: lines, declarations, claims, presentations, each under the row HMAC (invariant 4); and which
//! declaration follows which. That follows from the declarations' own rows, and for goods that were only presented from
//! the log, so the audit compares it.

mod claim;
mod declaration;
mod follower;
mod line;
mod presentation;

pub use claim::{ClaimPage, StoredClaim, all_claims, claims_of, claims_on, put_claims, remove_claims, used_claims};
pub use declaration::{Declaration, Status, all_declarations, declarations, put_declarations, stale};
pub use follower::{MOVEMENTS_MAX, all_followers, earlier_and_later, movements, put_followers};
pub use line::{StoredLine, all_lines, insert_lines, lines_of, update_lines};
pub use presentation::{Presence, Presentation, Presented, all_presentations, presentations_of, put_presentations};

pub(super) use claim::{pg_claims_of, pg_claims_on};
pub(super) use declaration::pg_declarations;
pub(super) use follower::{pg_earlier_and_later, pg_movements};
pub(super) use line::pg_lines_of;
pub(super) use presentation::pg_presentations_of;

use super::StoreError;

/// An amount as a column holds it.
fn amount(millionths: i128) -> Result<i64, StoreError> {
    i64::try_from(millionths).map_err(|_| StoreError::Corrupt(format!("{millionths} is beyond a 64-bit column")))
}

/// A line or item number as a column holds it.
fn small(number: u32) -> Result<i32, StoreError> {
    i32::try_from(number).map_err(|_| StoreError::Corrupt(format!("{number} is beyond a 32-bit column")))
}

fn number(column: i32) -> Result<u32, StoreError> {
    u32::try_from(column).map_err(|_| StoreError::Corrupt(format!("{column} is negative")))
}

fn read<T: std::str::FromStr>(text: &str, what: &str) -> Result<T, StoreError> {
    text.parse().map_err(|_| StoreError::Corrupt(format!("{text:?} is no {what}")))
}

fn read_json<T: serde::de::DeserializeOwned>(text: &str, what: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt(format!("{what}: {error}")))
}

fn json<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// A row as found: what it says, or the key of one that was changed outside the service.
#[derive(Debug, Clone)]
pub enum Row<T, K> {
    /// It verifies.
    Good(T),
    /// It does not.
    Tampered(K),
}

impl<T, K> Row<T, K> {
    /// What it says, for whoever shows nothing of one that was changed outside the service.
    pub fn good(self) -> Option<T> {
        match self {
            Self::Good(value) => Some(value),
            Self::Tampered(_) => None,
        }
    }

    /// What it says; the fault given, where it was changed outside the service.
    pub fn verified<E>(self, fault: impl FnOnce() -> E) -> Result<T, E> {
        match self {
            Self::Good(value) => Ok(value),
            Self::Tampered(_) => Err(fault()),
        }
    }
}

/// Gathers one column of many rows, for `unnest`.
macro_rules! column_of {
    ($rows:expr, $r:ident => $value:expr) => {
        $rows.iter().map(|$r| $value).collect::<Vec<_>>()
    };
}
pub(super) use column_of;

/// A reading of rows by their keys from either database, and beside it the same from `PostgreSQL` alone, to be sent with
/// others: `NAME, PG_NAME: KEY, its text => what a row is, TABLE.COLUMN of the key, their order`.
macro_rules! by_keys {
    (
        $(#[$doc:meta])*
        $name:ident, $pg_name:ident: $key:ty, $text:expr => $found:ty,
        $table:ident.$column:ident $(, $order:expr)?
    ) => {
        $(#[$doc])*
        pub fn $name(connection: &mut Connection, key: &RowKey, of: &[$key]) -> Result<Vec<$found>, StoreError> {
            let c = match connection {
                Connection::Sqlite(c) => c,
                Connection::Postgres(c) => return c.together(async |c| $pg_name(c, key, of).await),
            };
            if of.is_empty() {
                return Ok(Vec::new());
            }
            let texts: Vec<_> = of.iter().map($text).collect();
            let these = $crate::store::among::among($table::$column, &texts)?;
            let rows: Vec<Row> = $table::table.filter(these)$(.order($order))?.select(Row::as_select()).load(c)?;
            rows.into_iter().map(|row| row.open(key)).collect()
        }

        /// The same from `PostgreSQL`, to be sent with others.
        pub(in crate::store) async fn $pg_name(
            connection: &diesel_async::AsyncPgConnection,
            key: &RowKey,
            of: &[$key],
        ) -> Result<Vec<$found>, StoreError> {
            if of.is_empty() {
                return Ok(Vec::new());
            }
            let texts: Vec<_> = of.iter().map($text).collect();
            let query = $table::table.filter($table::$column.eq_any(texts))$(.order($order))?.select(Row::as_select());
            let rows: Vec<Row> = diesel_async::RunQueryDsl::load(query, &mut &*connection).await?;
            rows.into_iter().map(|row| row.open(key)).collect()
        }
    };
}
pub(super) use by_keys;
