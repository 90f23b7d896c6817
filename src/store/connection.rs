//! One connection type over the two databases.

use diesel::connection::SimpleConnection;
use diesel::{Connection as _, SqliteConnection};

use super::StoreError;
use super::postgres::Postgres;
use super::url::DatabaseUrl;

/// A connection to either database. `on!` runs one Diesel expression on whichever it is.
#[expect(missing_debug_implementations, reason = "connections hold secrets")]
pub enum Connection {
    /// The embedded default.
    Sqlite(SqliteConnection),
    /// Production.
    Postgres(Box<Postgres>),
}

/// Runs the same typed expression on either database; each arm is checked against its own backend.
macro_rules! on {
    ($connection:expr, $c:ident => $body:expr) => {
        match $connection {
            $crate::store::Connection::Sqlite($c) => $body,
            $crate::store::Connection::Postgres(postgres) => {
                let $c = postgres.each();
                $body
            }
        }
    };
}
pub(crate) use on;

/// Runs database work on a thread of its own and waits for it: a `PostgreSQL` connection drives a runtime, which no
/// thread that already serves one may do. For starting up and for the operator's commands, not for requests.
pub fn apart<T: Send>(work: impl FnOnce() -> Result<T, StoreError> + Send) -> Result<T, StoreError> {
    let panicked = || StoreError::Io(std::io::Error::other("the database thread panicked"));
    std::thread::scope(|scope| scope.spawn(work).join().unwrap_or_else(|_| Err(panicked())))
}

impl Connection {
    /// Opens a connection with the time-outs and the durability every connection needs.
    pub fn open(url: &DatabaseUrl) -> Result<Self, StoreError> {
        match url {
            DatabaseUrl::Sqlite(path) => open_sqlite(&path.to_string_lossy()),
            DatabaseUrl::Postgres(config) => Ok(Self::Postgres(Box::new(Postgres::open(config)?))),
        }
    }

    /// Keeps 24 MiB of pages in memory, for the one that writes: they stay good from one batch to the next. `SQLite` has
    /// readers forget theirs whenever somebody else has written, so more than its default would be memory for nothing.
    pub fn keep_pages(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(connection) => Ok(connection.batch_execute("PRAGMA cache_size = -24576")?),
            Self::Postgres(_) => Ok(()),
        }
    }

    /// Copies what commits left in `SQLite`'s log back into the database, as far as no reader is in the way. It waits
    /// for nobody and nobody waits for it; `PostgreSQL` does the same by itself.
    pub fn copy_log_back(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(connection) => Ok(connection.batch_execute("PRAGMA wal_checkpoint(PASSIVE)")?),
            Self::Postgres(_) => Ok(()),
        }
    }
}

fn open_sqlite(path: &str) -> Result<Connection, StoreError> {
    let mut connection = SqliteConnection::establish(path)?;
    // FULL: in WAL mode NORMAL would lose acknowledged commits on power loss.
    connection.batch_execute(
        "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;
         -- 32 MiB of log before it is copied back: a batch changes some hundred pages.
         PRAGMA wal_autocheckpoint = 8192;",
    )?;
    Ok(Connection::Sqlite(connection))
}
