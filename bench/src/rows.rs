//! The database's own limit: the least that must become durable for a check, and nothing else. Rows of the size of an
//! entry and of its packed evidence, a full batch in a transaction, under ascending keys, made by the database itself.

use std::time::{Duration, Instant};

use endmark::cli::Failed;
use endmark::demo::Place;
use endmark::store::Connection;

use crate::commit::{self, execute};
use crate::report::Measured;

/// What a full batch holds under load.
const BATCH: u32 = 128;
const BYTES_OF_ENTRY: u32 = 1_800;
const BYTES_OF_EVIDENCE: u32 = 1_000;

/// Entries a second, each with its evidence, on one connection.
pub(crate) fn measure(place: &Place, within: Duration) -> Result<Measured, Failed> {
    let mut connection = commit::beside(place)?;
    let tables = [("bench_entry", BYTES_OF_ENTRY), ("bench_evidence", BYTES_OF_EVIDENCE)];
    for (table, _) in tables {
        let create = format!("CREATE TABLE {table} (leaf BIGINT PRIMARY KEY, body {})", blob(&connection));
        execute(&mut connection, &create)?;
        if matches!(connection, Connection::Postgres(_)) {
            execute(&mut connection, &format!("ALTER TABLE {table} ALTER body SET STORAGE EXTERNAL"))?;
        }
    }
    let (mut done, began) = (0_u32, Instant::now());
    while began.elapsed() < within {
        let last = done.saturating_add(BATCH);
        let [entry, evidence] = tables.map(|(table, bytes)| insert(&connection, table, done, last, bytes));
        execute(&mut connection, &format!("BEGIN; {entry}; {evidence}; COMMIT"))?;
        done = last;
    }
    let took = began.elapsed();
    for (table, _) in tables {
        execute(&mut connection, &format!("DROP TABLE {table}"))?;
    }
    Ok(Measured { mean_batch: Some(f64::from(BATCH)), ..Measured::from_count(usize::try_from(done)?, took) })
}

const fn blob(connection: &Connection) -> &'static str {
    match connection {
        Connection::Sqlite(_) => "BLOB NOT NULL",
        Connection::Postgres(_) => "BYTEA NOT NULL",
    }
}

/// Rows after one key up to another.
fn insert(connection: &Connection, table: &str, after: u32, last: u32, bytes: u32) -> String {
    let first = after.saturating_add(1);
    match connection {
        Connection::Sqlite(_) => format!(
            "INSERT INTO {table} WITH RECURSIVE leaf(n) AS (VALUES({first}) UNION ALL SELECT n + 1 FROM leaf \
             WHERE n < {last}) SELECT n, zeroblob({bytes}) FROM leaf"
        ),
        Connection::Postgres(_) => format!(
            "INSERT INTO {table} SELECT n, convert_to(repeat('x', {bytes}), 'UTF8') \
             FROM generate_series({first}, {last}) AS n"
        ),
    }
}
