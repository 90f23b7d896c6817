//! Rows by many keys in `SQLite`: the text is the same for any number of them, so the statement stays prepared.
//! `PostgreSQL` has arrays for it.

use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Bool, Text};
use diesel::sqlite::Sqlite;

use super::StoreError;

/// Keys as one value, which `json_each` takes apart again.
pub(super) fn keys<T: serde::Serialize>(keys: &[T]) -> Result<String, StoreError> {
    serde_json::to_string(keys).map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// Whether a column holds one of some keys.
pub(super) fn among<C, T: serde::Serialize>(column: C, keys: &[T]) -> Result<Among<C>, StoreError> {
    Ok(Among { column, keys: self::keys(keys)? })
}

#[derive(Debug, Clone, QueryId, ValidGrouping)]
pub(super) struct Among<C> {
    column: C,
    keys: String,
}

impl<C: Expression> Expression for Among<C> {
    type SqlType = Bool;
}

impl<C, T> AppearsOnTable<T> for Among<C> where C: AppearsOnTable<T> {}

impl<C, T> SelectableExpression<T> for Among<C> where C: SelectableExpression<T> {}

impl<C: QueryFragment<Sqlite>> QueryFragment<Sqlite> for Among<C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" IN (SELECT value FROM json_each(");
        out.push_bind_param::<Text, _>(&self.keys)?;
        out.push_sql("))");
        Ok(())
    }
}
