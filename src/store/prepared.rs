//! SQL whose text never changes. Diesel would prepare what `sql_query` is given anew each time it runs, which in
//! `PostgreSQL` takes as long as a small statement itself.

use std::marker::PhantomData;

use diesel::QueryResult;
use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{HasSqlType, Untyped};

/// The text up to its first `?`.
pub(super) struct Prepared(Piece);

/// A statement with a value for each `?` up to here, and the text up to the next one.
pub(super) struct Bound<S, ST, U> {
    before: S,
    value: U,
    then: Piece,
    kind: PhantomData<ST>,
}

/// Text that is written now, and what comes behind the next `?`.
#[derive(Clone, Copy)]
struct Piece {
    text: &'static str,
    rest: &'static str,
}

impl Piece {
    fn of(text: &'static str) -> Self {
        let (text, rest) = text.split_once('?').unwrap_or((text, ""));
        Self { text, rest }
    }
}

/// A statement whose values go where its text has a `?`, in that order. No `?` may stand in it for anything else.
pub(super) fn prepared(text: &'static str) -> Prepared {
    Prepared(Piece::of(text))
}

impl Prepared {
    pub(super) fn bind<ST, U>(self, value: U) -> Bound<Self, ST, U> {
        let then = Piece::of(self.0.rest);
        Bound { before: self, value, then, kind: PhantomData }
    }
}

impl<S, ST, U> Bound<S, ST, U> {
    pub(super) fn bind<ST2, U2>(self, value: U2) -> Bound<Self, ST2, U2> {
        let then = Piece::of(self.then.rest);
        Bound { before: self, value, then, kind: PhantomData }
    }
}

impl<DB: Backend> QueryFragment<DB> for Prepared {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(self.0.text);
        Ok(())
    }
}

impl<DB, S, ST, U> QueryFragment<DB> for Bound<S, ST, U>
where
    DB: Backend + HasSqlType<ST>,
    S: QueryFragment<DB>,
    U: ToSql<ST, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.before.walk_ast(out.reborrow())?;
        out.push_bind_param(&self.value)?;
        out.push_sql(self.then.text);
        Ok(())
    }
}

/// Two statements of one type may differ in their text, so the text is what they are known by.
impl<S, ST, U> QueryId for Bound<S, ST, U> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<S, ST, U> Query for Bound<S, ST, U> {
    type SqlType = Untyped;
}

impl<Conn, S, ST, U> diesel::RunQueryDsl<Conn> for Bound<S, ST, U> {}
