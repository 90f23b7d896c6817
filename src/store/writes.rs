//! What a batch writes: in `SQLite` statement by statement, in `PostgreSQL` all in one round trip.

use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::{QueryFragment, QueryId};
use diesel_async::{AsyncConnectionCore as _, AsyncPgConnection};
use futures_util::future::{BoxFuture, try_join_all};

use super::{Connection, StoreError};

/// The statements of a batch, on the way to the database. Those for `PostgreSQL` wait here until [`Writes::send`], or
/// until somebody needs the connection. They run in the order in which they come: a later one may refer to rows of an
/// earlier one, but none reads them.
#[expect(missing_debug_implementations, reason = "connections hold secrets")]
pub struct Writes<'c> {
    connection: &'c mut Connection,
    later: Later,
}

type Statement = Box<dyn for<'c> FnOnce(&'c AsyncPgConnection) -> BoxFuture<'c, QueryResult<usize>>>;

/// Statements for `PostgreSQL` that wait to be sent together.
#[derive(Default)]
pub(super) struct Later(Vec<(Statement, Option<usize>)>);

impl Later {
    pub(super) fn push<Q>(&mut self, statement: Q)
    where
        Q: QueryFragment<Pg> + QueryId + 'static,
    {
        self.0.push((run_by(statement), None));
    }

    /// One that must change so many rows.
    pub(super) fn push_changing<Q>(&mut self, rows: usize, statement: Q)
    where
        Q: QueryFragment<Pg> + QueryId + 'static,
    {
        self.0.push((run_by(statement), Some(rows)));
    }
}

fn run_by<Q>(statement: Q) -> Statement
where
    Q: QueryFragment<Pg> + QueryId + 'static,
{
    Box::new(move |mut connection| connection.execute_returning_count(statement))
}

impl Connection {
    /// Begins to write a batch.
    pub fn writes(&mut self) -> Writes<'_> {
        Writes { connection: self, later: Later::default() }
    }
}

impl Writes<'_> {
    /// Where a statement goes: to the connection at once, or beside it, to be sent later.
    pub(super) fn to(&mut self) -> (&mut Connection, &mut Later) {
        (self.connection, &mut self.later)
    }

    /// The connection itself, once all before has been written.
    pub fn connection(&mut self) -> Result<&mut Connection, StoreError> {
        self.send()?;
        Ok(self.connection)
    }

    /// Sends what waits, and waits for what the database says of it.
    pub fn send(&mut self) -> Result<(), StoreError> {
        let (Connection::Postgres(postgres), false) = (&*self.connection, self.later.0.is_empty()) else {
            return Ok(());
        };
        let (statements, wanted): (Vec<_>, Vec<_>) = std::mem::take(&mut self.later.0).into_iter().unzip();
        let changed = postgres.together(async |c| try_join_all(statements.into_iter().map(|run| run(c))).await)?;
        let all = wanted.iter().zip(changed).all(|(wanted, changed)| wanted.is_none_or(|wanted| wanted == changed));
        if all { Ok(()) } else { Err(StoreError::Corrupt("a row to be changed is gone".to_owned())) }
    }
}
