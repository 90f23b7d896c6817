//! The machine's own limit: how long one durable commit takes. A closed loop cannot beat connections ÷ this.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use endmark::cli::Failed;
use endmark::demo::Place;
use endmark::store::{Connection, DatabaseUrl, StoreError};
use hdrhistogram::Histogram;

use crate::report::Measured;

/// Changes one row, over and over, on a connection as the service opens it.
pub(crate) fn measure(place: &Place, within: Duration) -> Result<Measured, Failed> {
    let mut connection = beside(place)?;
    let mut micros = Histogram::new_with_max(60_000_000, 3)?;
    execute(&mut connection, "CREATE TABLE bench_commit (n BIGINT NOT NULL)")?;
    execute(&mut connection, "INSERT INTO bench_commit VALUES (0)")?;
    let began = Instant::now();
    while began.elapsed() < within {
        let commit = Instant::now();
        execute(&mut connection, "UPDATE bench_commit SET n = n + 1")?;
        micros.saturating_record(u64::try_from(commit.elapsed().as_micros())?);
    }
    let took = began.elapsed();
    execute(&mut connection, "DROP TABLE bench_commit")?;
    Ok(Measured::from_latencies(&micros, took))
}

/// The database, before there is a register in it.
pub(crate) fn beside(place: &Place) -> Result<Connection, Failed> {
    let url = match place.database().parse()? {
        // A file of its own: the register's does not exist yet, and must be made by the register.
        DatabaseUrl::Sqlite(_) => DatabaseUrl::Sqlite(place.dir().join("commit.sqlite")),
        postgres @ DatabaseUrl::Postgres(_) => postgres,
    };
    Ok(Connection::open(&url)?)
}

/// Runs a statement on either database.
pub(crate) fn execute(connection: &mut Connection, statement: &str) -> Result<(), StoreError> {
    match connection {
        Connection::Sqlite(connection) => connection.batch_execute(statement)?,
        Connection::Postgres(connection) => connection.each().batch_execute(statement)?,
    }
    Ok(())
}
