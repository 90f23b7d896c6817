//! All SQL. Rows never leave this module: what goes in and out are the types of the register.

mod among;
pub mod archive;
pub mod audit;
pub mod certificate;
mod connection;
pub mod control;
mod error;
pub mod export;
pub mod head;
pub mod lease;
pub mod ledger;
pub mod link;
pub mod log;
pub mod log_key;
mod migrate;
pub mod nodes;
pub mod officer;
mod packed;
mod postgres;
mod prepared;
mod readers;
pub mod regime;
pub mod registry;
pub mod registry_digest;
mod row_key;
mod schema;
pub mod sealed;
pub mod session;
pub mod short_form;
pub mod tile;
pub mod touched;
mod url;
pub mod used;
pub mod webhook;
mod writes;

pub use connection::{Connection, apart};
pub use error::StoreError;
pub use migrate::{migrate, migrations_down, migrations_down_to};
pub use readers::Readers;
pub use row_key::RowKey;
pub use url::DatabaseUrl;
pub use writes::Writes;

pub(crate) use connection::on;

use time::OffsetDateTime;

/// Rows as found, for readers that go on past one that cannot be read.
pub type Rows<T> = Vec<Result<T, StoreError>>;

/// A moment as a column holds it: microseconds since 1970-01-01 UTC, the finest both databases share.
pub(crate) fn micros(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos().div_euclid(1_000)).unwrap_or(i64::MAX)
}

/// A column's moment; a value out of range is a corrupt row.
pub(crate) fn moment(micros: i64) -> Result<OffsetDateTime, StoreError> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros).saturating_mul(1_000))
        .map_err(|_| StoreError::Corrupt(format!("{micros} is no moment")))
}

/// A count as a column holds it.
pub(crate) fn column(count: u64) -> Result<i64, StoreError> {
    i64::try_from(count).map_err(|_| StoreError::Corrupt(format!("{count} is beyond a 64-bit column")))
}

/// A column's count; a negative one is a corrupt row.
pub(crate) fn count(column: i64) -> Result<u64, StoreError> {
    u64::try_from(column).map_err(|_| StoreError::Corrupt(format!("{column} is negative")))
}
