//! Bringing a database to this version's schema.

use diesel::backend::Backend;
use diesel::connection::SimpleConnection;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::postgres::TIME_OUTS;
use super::{Connection, StoreError};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRESQL: EmbeddedMigrations = embed_migrations!("migrations/postgresql");

/// Two nodes that start at once must not both migrate: an advisory lock of `PostgreSQL`, any fixed number.
const MIGRATION_LOCK: &str = "SELECT pg_advisory_lock(7305814)";
const MIGRATION_UNLOCK: &str = "SELECT pg_advisory_unlock(7305814)";

/// A large table is rewritten in one statement, and another node waits for it.
const AS_LONG_AS_IT_TAKES: &str = "SET statement_timeout = 0; SET lock_timeout = 0";

/// The migration that gives the head its HMAC.
const SEAL: &str = "20261125000007";

/// Runs what is pending. `true`: the head got the columns of its HMAC, and a register that is there already is to be
/// sealed.
pub fn migrate(connection: &mut Connection) -> Result<bool, StoreError> {
    match connection {
        Connection::Sqlite(c) => run(c, || SQLITE),
        Connection::Postgres(c) => {
            c.each().batch_execute(AS_LONG_AS_IT_TAKES)?;
            c.each().batch_execute(MIGRATION_LOCK)?;
            let done = run(c.each(), || POSTGRESQL);
            c.each().batch_execute(MIGRATION_UNLOCK)?;
            c.each().batch_execute(TIME_OUTS)?;
            done
        }
    }
}

fn run<B: Backend>(
    connection: &mut impl MigrationHarness<B>,
    all: impl Fn() -> EmbeddedMigrations,
) -> Result<bool, StoreError> {
    let migrations = connection.pending_migrations(all()).map_err(failed)?.len();
    if migrations == 0 {
        return Ok(false);
    }
    tracing::info!(
        migrations,
        "bringing the database to the schema of this version: minutes where it is large; broken off, it begins anew"
    );
    let run = connection.run_pending_migrations(all()).map_err(failed)?;
    Ok(run.iter().any(|version| version.to_string() == SEAL))
}

#[expect(clippy::needless_pass_by_value, reason = "it stands behind `map_err`")]
fn failed(error: Box<dyn std::error::Error + Send + Sync>) -> StoreError {
    StoreError::Migration(error.to_string())
}

/// Takes back what came after a version: for tests that a migration keeps what it moves.
pub fn migrations_down_to(connection: &mut Connection, version: &str) -> Result<(), StoreError> {
    match connection {
        Connection::Sqlite(c) => down_to(c, || SQLITE, version),
        Connection::Postgres(c) => down_to(c.each(), || POSTGRESQL, version),
    }
}

fn down_to<B: Backend>(
    connection: &mut impl MigrationHarness<B>,
    all: impl Fn() -> EmbeddedMigrations,
    version: &str,
) -> Result<(), StoreError> {
    while connection
        .applied_migrations()
        .map_err(failed)?
        .first()
        .is_some_and(|newest| newest.to_string().as_str() > version)
    {
        connection.revert_last_migration(all()).map_err(failed)?;
    }
    Ok(())
}

/// Takes every migration back: for the test that up, down and up again leave the same schema.
pub fn migrations_down(connection: &mut Connection) -> Result<(), StoreError> {
    match connection {
        Connection::Sqlite(c) => c.revert_all_migrations(SQLITE).map(drop).map_err(failed),
        Connection::Postgres(c) => c.each().revert_all_migrations(POSTGRESQL).map(drop).map_err(failed),
    }
}
