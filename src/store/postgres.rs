//! `PostgreSQL` without libpq: tokio-postgres, driven on the calling thread.

use std::cell::Cell;
use std::future::Future;
use std::sync::Arc;

use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::{AsyncConnectionWrapper, BlockOn};
use tokio::runtime::{Builder, Runtime};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::StoreError;

thread_local! {
    /// Hands the runtime that drives a new connection to the wrapper that Diesel builds around it:
    /// `BlockOn::get_runtime` takes no argument.
    static HANDED_OVER: Cell<Option<Arc<Runtime>>> = const { Cell::new(None) };
}

/// Drives a connection on the thread that uses it: no hand-over to another thread per query.
#[derive(Debug)]
pub struct OnThisThread(Option<Arc<Runtime>>);

impl BlockOn for OnThisThread {
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        match &self.0 {
            Some(runtime) => runtime.block_on(future),
            // Only a connection made past `Postgres::open` gets here: a pure future still resolves.
            None => futures_util::FutureExt::now_or_never(future).unwrap_or_else(|| std::process::abort()),
        }
    }

    fn get_runtime() -> Self {
        Self(HANDED_OVER.take())
    }
}

/// A paused node must not stop the others for long: it loses its transaction instead.
pub(super) const TIME_OUTS: &str = "SET lock_timeout = '10s'; SET statement_timeout = '30s'";

/// After how many batches plans are made anew for the first time.
const PLANS_FIRST: u64 = 8;

/// Settings that a server may refuse.
const WHERE_POSSIBLE: [&str; 2] = [
    // What is longer than a page's share gets compressed; pglz takes several times as long.
    "SET default_toast_compression = 'lz4'",
    // A full disk is told apart from a statement that fails by the server's words (`StoreError`).
    "SET lc_messages = 'C'",
];

/// A connection on which statements go one after the other, or many in one round trip.
#[expect(missing_debug_implementations, reason = "connections hold secrets")]
pub struct Postgres {
    connection: AsyncConnectionWrapper<AsyncPgConnection, OnThisThread>,
    runtime: Arc<Runtime>,
    batches: u64,
}

impl Postgres {
    pub(super) fn open(config: &tokio_postgres::Config) -> Result<Self, StoreError> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let tls = MakeRustlsConnect::new(tls_config()?);
        let mut inner = runtime.block_on(async {
            let (client, connection) = config.connect(tls).await.map_err(StoreError::Connect)?;
            AsyncPgConnection::try_from_client_and_connection(client, connection).await.map_err(StoreError::from)
        })?;
        runtime.block_on(diesel_async::SimpleAsyncConnection::batch_execute(&mut inner, TIME_OUTS))?;
        runtime.block_on(diesel_async::SimpleAsyncConnection::batch_execute(
            &mut inner,
            "SET idle_in_transaction_session_timeout = '15s';
             SET TIME ZONE 'UTC'; SET default_transaction_isolation = 'read committed';
             -- Every access is by key. For a batch of keys and a small table the planner would read and hash all of it;
             -- a plan that was made once would then do so with a large one.
             SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off;
             -- So a statement is planned once a connection: planning it took as long as running it.
             SET plan_cache_mode = 'force_generic_plan';
             -- The one row of the head has no other way to be read; at the price put on that, it would be compiled first.
             SET jit = off;",
        ))?;
        for setting in WHERE_POSSIBLE {
            if let Err(error) =
                runtime.block_on(diesel_async::SimpleAsyncConnection::batch_execute(&mut inner, setting))
            {
                tracing::debug!(%error, setting, "the database does not allow it");
            }
        }
        let runtime = Arc::new(runtime);
        HANDED_OVER.set(Some(Arc::clone(&runtime)));
        Ok(Self { connection: AsyncConnectionWrapper::from(inner), runtime, batches: 0 })
    }

    /// Begins another batch; whether it is the first. A statement is planned once, and a plan that was made while a table
    /// was empty reads all of it: so plans are made anew after 8, 16, 32 … batches, until the database does so by itself
    /// when it has counted the rows.
    pub(super) fn begins_first_batch(&mut self) -> Result<bool, StoreError> {
        self.batches = self.batches.saturating_add(1);
        if self.batches >= PLANS_FIRST && self.batches.is_power_of_two() {
            let mut connection = &*self.connection;
            let anew = diesel_async::SimpleAsyncConnection::batch_execute(&mut connection, "DISCARD PLANS");
            self.runtime.block_on(anew)?;
        }
        Ok(self.batches == 1)
    }

    /// For one statement after the other.
    pub fn each(&mut self) -> &mut AsyncConnectionWrapper<AsyncPgConnection, OnThisThread> {
        &mut self.connection
    }

    /// For statements that do not wait for each other: those that are polled together are sent together, and the
    /// database runs them in the order in which they were sent. After one that fails it refuses the others, so they must
    /// be polled in that order every time (`biased`), or a refusal would hide what failed.
    pub(super) fn together<T>(&self, statements: impl AsyncFnOnce(&AsyncPgConnection) -> T) -> T {
        self.runtime.block_on(statements(&self.connection))
    }
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
