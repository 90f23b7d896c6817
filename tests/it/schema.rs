//! The two schemas are one, and every migration goes up, down and up again.

use diesel::prelude::*;
use diesel::sql_types::Text;
use endmark::store::{Connection, migrate, migrations_down};

use crate::support::{On, url};

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Every column as `table.column type [not null]`, types by family. In `SQLite` a leaf is the row's own number, which has
/// 64 bits and must be called INTEGER.
fn columns(connection: &mut Connection) -> Vec<String> {
    let rows: Vec<Column> = match connection {
        Connection::Sqlite(c) => diesel::sql_query(
            "SELECT m.name || '.' || p.name || ' ' ||
                 CASE WHEN p.name = 'leaf' AND p.pk = 1 THEN 'bigint' ELSE lower(p.type) END || CASE p.\"notnull\" WHEN 1 THEN ' not null' ELSE '' END
                 || CASE WHEN p.pk > 0 THEN ' key ' || p.pk ELSE '' END AS name
             FROM sqlite_master m, pragma_table_info(m.name) p
             WHERE m.type = 'table' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\' ORDER BY 1",
        )
        .load(c)
        .unwrap(),
        Connection::Postgres(c) => diesel::sql_query(
            "SELECT c.table_name || '.' || c.column_name || ' ' ||
                 CASE c.data_type WHEN 'bytea' THEN 'blob' ELSE c.data_type END ||
                 CASE c.is_nullable WHEN 'NO' THEN ' not null' ELSE '' END || coalesce((
                     SELECT ' key ' || k.ordinal_position FROM information_schema.key_column_usage k
                     JOIN information_schema.table_constraints t USING (constraint_schema, constraint_name)
                     WHERE t.constraint_type = 'PRIMARY KEY' AND k.table_schema = c.table_schema
                       AND k.table_name = c.table_name AND k.column_name = c.column_name), '') AS name
             FROM information_schema.columns c
             WHERE c.table_schema = current_schema() AND left(c.table_name, 2) <> '__'",
        )
        .load(c.each())
        .unwrap(),
    };
    let mut names: Vec<String> = rows.into_iter().map(|row| row.name).collect();
    names.sort();
    names
}

/// Every index beside those of primary keys, as `table(column,column) [unique] [partial]`.
fn indexes(connection: &mut Connection) -> Vec<String> {
    let rows: Vec<Column> = match connection {
        Connection::Sqlite(c) => diesel::sql_query(
            "SELECT m.name || '(' || (SELECT group_concat(i.name, ',') FROM pragma_index_info(l.name) i) || ')'
                 || CASE l.\"unique\" WHEN 1 THEN ' unique' ELSE '' END
                 || CASE l.partial WHEN 1 THEN ' partial' ELSE '' END AS name
             FROM sqlite_master m, pragma_index_list(m.name) l
             WHERE m.type = 'table' AND l.origin <> 'pk' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\'",
        )
        .load(c)
        .unwrap(),
        Connection::Postgres(c) => diesel::sql_query(
            "SELECT t.relname || '(' || (
                     SELECT string_agg(a.attname, ',' ORDER BY k.place)
                     FROM unnest(x.indkey) WITH ORDINALITY AS k (number, place)
                     JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number) || ')'
                 || CASE WHEN x.indisunique THEN ' unique' ELSE '' END
                 || CASE WHEN x.indpred IS NULL THEN '' ELSE ' partial' END AS name
             FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
             WHERE n.nspname = current_schema() AND NOT x.indisprimary AND left(t.relname, 2) <> '__'",
        )
        .load(c.each())
        .unwrap(),
    };
    let mut names: Vec<String> = rows.into_iter().map(|row| row.name).collect();
    names.sort();
    names
}

fn up_down_up(on: On) -> [Vec<String>; 2] {
    let place = on.place();
    let mut connection = Connection::open(&url(&place).parse().unwrap()).unwrap();
    migrate(&mut connection).unwrap();
    let first = columns(&mut connection);
    migrations_down(&mut connection).unwrap();
    assert_eq!(columns(&mut connection), Vec::<String>::new(), "down leaves nothing");
    migrate(&mut connection).unwrap();
    assert_eq!(columns(&mut connection), first);
    [first, indexes(&mut connection)]
}

#[test]
fn migrations_go_up_down_and_up_and_the_two_schemas_are_the_same() {
    let (sqlite, postgres) = (up_down_up(On::Sqlite), up_down_up(On::Postgres));
    let [columns, indexes] = &sqlite;
    assert!(columns.len() > 40 && indexes.len() > 10, "{sqlite:?}");
    assert_eq!(sqlite, postgres);
}

/// `.cargo/config.toml` sets them; a build that lost them would be slower, and nobody would know.
#[test]
fn sqlite_is_built_as_its_makers_advise_for_one_thread_a_connection() {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = Text)]
        compile_options: String,
    }
    let mut connection = <SqliteConnection as diesel::Connection>::establish(":memory:").unwrap();
    let found: Vec<Found> = diesel::sql_query("PRAGMA compile_options").load(&mut connection).unwrap();
    let has = |name: &str| found.iter().any(|option| option.compile_options == name);
    for wanted in ["THREADSAFE=2", "DEFAULT_MEMSTATUS=0"] {
        assert!(has(wanted), "{wanted} is missing");
    }
    for unwanted in ["ENABLE_MEMORY_MANAGEMENT", "ENABLE_API_ARMOR", "ENABLE_STAT4"] {
        assert!(!has(unwanted), "{unwanted} is there");
    }
}
