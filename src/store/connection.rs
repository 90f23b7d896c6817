//! One connection type over the two databases.

use std::cell::Cell;
use std::future::Future;
use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::{Connection as _, SqliteConnection};
use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::{AsyncConnectionWrapper, BlockOn};
use tokio::runtime::{Builder, Runtime};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::StoreError;
use super::url::DatabaseUrl;

/// `PostgreSQL` without libpq: tokio-postgres, driven on the calling thread.
pub(super) type PgConnection = AsyncConnectionWrapper<AsyncPgConnection, OnThisThread>;

/// A connection to either database. `on!` runs one Diesel expression on whichever it is.
#[expect(missing_debug_implementations, reason = "connections hold secrets")]
pub enum Connection {
    /// The embedded default.
    Sqlite(SqliteConnection),
    /// Production.
    Postgres(Box<PgConnection>),
}

/// Runs the same typed expression on either database; each arm is checked against its own backend.
macro_rules! on {
    ($connection:expr, $c:ident => $body:expr) => {
        match $connection {
            $crate::store::Connection::Sqlite($c) => $body,
            $crate::store::Connection::Postgres(boxed) => {
                let $c = &mut **boxed;
                $body
            }
        }
    };
}
pub(crate) use on;

thread_local! {
    /// Hands the runtime that drives a new connection to the wrapper that Diesel builds around it:
    /// `BlockOn::get_runtime` takes no argument.
    static HANDED_OVER: Cell<Option<Runtime>> = const { Cell::new(None) };
}

/// Drives a connection on the thread that uses it: no hand-over to another thread per query.
#[derive(Debug)]
pub struct OnThisThread(Option<Runtime>);

impl BlockOn for OnThisThread {
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        match &self.0 {
            Some(runtime) => runtime.block_on(future),
            // Only a connection made past `connect_postgres` gets here: a pure future still resolves.
            None => futures_util::FutureExt::now_or_never(future).unwrap_or_else(|| std::process::abort()),
        }
    }

    fn get_runtime() -> Self {
        Self(HANDED_OVER.take())
    }
}

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
            DatabaseUrl::Postgres(config) => open_postgres(config),
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
         -- 16 MiB of pages in memory, and 32 MiB of log before it is copied back: a batch changes some hundred pages.
         PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 8192;",
    )?;
    Ok(Connection::Sqlite(connection))
}

fn open_postgres(config: &tokio_postgres::Config) -> Result<Connection, StoreError> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let tls = MakeRustlsConnect::new(tls_config()?);
    let mut inner = runtime.block_on(async {
        let (client, connection) = config.connect(tls).await.map_err(StoreError::Connect)?;
        AsyncPgConnection::try_from_client_and_connection(client, connection).await.map_err(StoreError::from)
    })?;
    // A paused node must not stop the others for long: it loses its transaction instead.
    runtime.block_on(diesel_async::SimpleAsyncConnection::batch_execute(
        &mut inner,
        "SET lock_timeout = '10s'; SET statement_timeout = '30s'; SET idle_in_transaction_session_timeout = '15s';
         SET TIME ZONE 'UTC';
         -- Every access is by key. For a batch of keys and a small table the planner would read and hash all of it; a
         -- plan that was made once would then do so with a large one.
         SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off;
         -- So a statement is planned once a connection: planning it took as long as running it.
         SET plan_cache_mode = 'force_generic_plan';
         -- The one row of the head has no other way to be read; at the price put on that, it would be compiled first.
         SET jit = off;",
    ))?;
    // Evidence is longer than a page's share and gets compressed; pglz took a seventh of the database's time. A server
    // without lz4 says no, and stays with pglz.
    let lz4 = "SET default_toast_compression = 'lz4'";
    if let Err(error) = runtime.block_on(diesel_async::SimpleAsyncConnection::batch_execute(&mut inner, lz4)) {
        tracing::debug!(%error, "the database compresses with pglz");
    }
    HANDED_OVER.set(Some(runtime));
    Ok(Connection::Postgres(Box::new(PgConnection::from(inner))))
}

/// TLS to the database, where its URL asks for it with `sslmode=require`.
fn tls_config() -> Result<rustls::ClientConfig, StoreError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(super::url::roots()?)
        .with_no_client_auth();
    Ok(config)
}
