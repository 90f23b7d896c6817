//! The tables of a register as somebody with SQL sees them: copied, changed, put back.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Text};
use endmark::store::Connection;

/// Every table that something depends on, those that others refer to first.
const TABLES: [&str; 19] = [
    "head",
    "entry",
    "evidence",
    "tile",
    "certificate",
    "sealed_certificate",
    "manufacturer",
    "client",
    "anchor",
    "crl",
    "log_key",
    "certificate_line",
    "declaration",
    "claim",
    "follower",
    "presentation",
    "control",
    "webhook",
    "delivery",
];

/// Runs SQL past every rule that the schema has.
pub(crate) fn edit(connection: &mut Connection, statement: &str) {
    match connection {
        Connection::Sqlite(c) => c.batch_execute(&format!(
            "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; {statement};
             PRAGMA foreign_keys = ON; PRAGMA ignore_check_constraints = OFF;"
        )),
        Connection::Postgres(c) => c.each().batch_execute(&format!(
            "SET session_replication_role = replica; {statement}; SET session_replication_role = DEFAULT;"
        )),
    }
    .unwrap_or_else(|error| panic!("{statement}: {error}"));
}

/// Keeps a copy of every table beside it.
pub(crate) fn keep(connection: &mut Connection) {
    for table in TABLES {
        edit(
            connection,
            &format!("DROP TABLE IF EXISTS kept_{table}; CREATE TABLE kept_{table} AS SELECT * FROM {table}"),
        );
    }
}

/// Puts every table back as it was kept: yesterday's database.
pub(crate) fn put_back(connection: &mut Connection) {
    let statements: Vec<String> = TABLES
        .iter()
        .map(|table| format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept_{table}"))
        .collect();
    edit(connection, &statements.join("; "));
}

#[derive(QueryableByName)]
struct Bytes {
    #[diesel(sql_type = Binary)]
    value: Vec<u8>,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    value: i64,
}

#[derive(QueryableByName)]
struct Words {
    #[diesel(sql_type = Text)]
    value: String,
}

/// One binary value; the query names it `value`.
pub(crate) fn bytes(connection: &mut Connection, query: &str) -> Vec<u8> {
    let found: Bytes = match connection {
        Connection::Sqlite(c) => diesel::sql_query(query).get_result(c).unwrap(),
        Connection::Postgres(c) => diesel::sql_query(query).get_result(c.each()).unwrap(),
    };
    found.value
}

/// One number; the query names it `value`.
pub(crate) fn number(connection: &mut Connection, query: &str) -> i64 {
    let found: Number = match connection {
        Connection::Sqlite(c) => diesel::sql_query(query).get_result(c).unwrap(),
        Connection::Postgres(c) => diesel::sql_query(query).get_result(c.each()).unwrap(),
    };
    found.value
}

/// One text; the query names it `value`.
pub(crate) fn text(connection: &mut Connection, query: &str) -> String {
    let found: Words = match connection {
        Connection::Sqlite(c) => diesel::sql_query(query).get_result(c).unwrap(),
        Connection::Postgres(c) => diesel::sql_query(query).get_result(c.each()).unwrap(),
    };
    found.value
}

/// Bytes as SQL writes them.
pub(crate) fn literal(connection: &Connection, bytes: &[u8]) -> String {
    let hex = hex::encode(bytes);
    match connection {
        Connection::Sqlite(_) => format!("x'{hex}'"),
        Connection::Postgres(_) => format!("'\\x{hex}'::bytea"),
    }
}
