//! Bringing a database to this version's schema.

use diesel::connection::SimpleConnection;
use diesel::migration::MigrationVersion;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Connection, StoreError};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRESQL: EmbeddedMigrations = embed_migrations!("migrations/postgresql");

/// Two nodes that start at once must not both migrate: an advisory lock of `PostgreSQL`, any fixed number.
const MIGRATION_LOCK: &str = "SELECT pg_advisory_lock(7305814)";
const MIGRATION_UNLOCK: &str = "SELECT pg_advisory_unlock(7305814)";

/// The migration that gives the head its HMAC.
const SEAL: &str = "20261125000007";

/// Runs what is pending. `true`: the head got the columns of its HMAC, and a register that is there already is to be
/// sealed.
pub fn migrate(connection: &mut Connection) -> Result<bool, StoreError> {
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| StoreError::Migration(error.to_string());
    let sealed = |run: Vec<MigrationVersion<'_>>| run.iter().any(|version| version.to_string() == SEAL);
    match connection {
        Connection::Sqlite(c) => c.run_pending_migrations(SQLITE).map(sealed).map_err(failed),
        Connection::Postgres(c) => {
            c.each().batch_execute(MIGRATION_LOCK)?;
            let done = c.each().run_pending_migrations(POSTGRESQL).map(sealed).map_err(failed);
            c.each().batch_execute(MIGRATION_UNLOCK)?;
            done
        }
    }
}

/// Takes every migration back: for the test that up, down and up again leave the same schema.
pub fn migrations_down(connection: &mut Connection) -> Result<(), StoreError> {
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| StoreError::Migration(error.to_string());
    match connection {
        Connection::Sqlite(c) => c.revert_all_migrations(SQLITE).map(drop).map_err(failed),
        Connection::Postgres(c) => c.each().revert_all_migrations(POSTGRESQL).map(drop).map_err(failed),
    }
}
