//! The head row: one, locked first by every batch.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use endmark_core::log::{Hash, Origin};
use time::OffsetDateTime;

use super::schema::head;
use super::{Connection, StoreError, column, count, micros, moment, on};

/// Where the register stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The register's name: the log's origin.
    pub origin: Origin,
    /// How many entries the log has.
    pub size: u64,
    /// The root of its tree.
    pub root: Hash,
    /// Rises with every change of callers, manufacturers, anchors, lists.
    pub epoch: i64,
    /// The time of the last batch: time never runs backwards past it.
    pub time: OffsetDateTime,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = head)]
struct Row {
    id: i32,
    origin: String,
    size: i64,
    root: Vec<u8>,
    epoch: i64,
    time_micros: i64,
}

impl TryFrom<Row> for Head {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let root: [u8; 32] =
            row.root.try_into().map_err(|_| StoreError::Corrupt("the head's root is not 32 bytes".to_owned()))?;
        Ok(Self {
            origin: row.origin.parse().map_err(|_| StoreError::Corrupt("the head's origin is none".to_owned()))?,
            size: count(row.size)?,
            root: root.into(),
            epoch: row.epoch,
            time: moment(row.time_micros)?,
        })
    }
}

/// Reads the head.
pub fn read(connection: &mut Connection) -> Result<Head, StoreError> {
    let row: Option<Row> = on!(connection, c => head::table.first(c).optional())?;
    row.ok_or(StoreError::NoRegister)?.try_into()
}

/// Begins a transaction and locks the head: everything after it is alone.
pub fn begin_and_lock(connection: &mut Connection) -> Result<Head, StoreError> {
    let row: Option<Row> = match connection {
        Connection::Sqlite(c) => {
            c.batch_execute("BEGIN IMMEDIATE")?;
            head::table.first(c).optional()?
        }
        Connection::Postgres(c) => {
            c.batch_execute("BEGIN")?;
            head::table.for_update().first(&mut **c).optional()?
        }
    };
    row.ok_or(StoreError::NoRegister)?.try_into()
}

/// Makes the effects of the batch durable.
pub fn commit(connection: &mut Connection) -> Result<(), StoreError> {
    Ok(on!(connection, c => c.batch_execute("COMMIT"))?)
}

/// Forgets the batch.
pub fn rollback(connection: &mut Connection) -> Result<(), StoreError> {
    Ok(on!(connection, c => c.batch_execute("ROLLBACK"))?)
}

/// Writes the head of a new register.
pub fn create(connection: &mut Connection, new: &Head) -> Result<(), StoreError> {
    let found: Option<Row> = on!(connection, c => head::table.first(c).optional())?;
    if let Some(found) = found {
        return Err(StoreError::RegisterExists(found.origin));
    }
    let row = Row {
        id: 1,
        origin: new.origin.to_string(),
        size: column(new.size)?,
        root: new.root.as_bytes().to_vec(),
        epoch: new.epoch,
        time_micros: micros(new.time),
    };
    on!(connection, c => diesel::insert_into(head::table).values(&row).execute(c))?;
    Ok(())
}

/// Moves the head.
pub fn update(connection: &mut Connection, new: &Head) -> Result<(), StoreError> {
    let size = column(new.size)?;
    on!(connection, c => diesel::update(head::table)
        .set((
            head::size.eq(size),
            head::root.eq(new.root.as_bytes().as_slice()),
            head::epoch.eq(new.epoch),
            head::time_micros.eq(micros(new.time)),
        ))
        .execute(c))?;
    Ok(())
}

/// Refuses a `PostgreSQL` that would acknowledge what it can lose.
pub fn require_durability(connection: &mut Connection) -> Result<(), StoreError> {
    #[derive(QueryableByName)]
    struct Setting {
        #[diesel(sql_type = diesel::sql_types::Text)]
        value: String,
    }
    let Connection::Postgres(c) = connection else { return Ok(()) };
    for setting in ["fsync", "synchronous_commit"] {
        let found: Setting =
            diesel::sql_query(format!("SELECT current_setting('{setting}') AS value")).get_result(&mut **c)?;
        if found.value == "off" {
            return Err(StoreError::NotDurable { setting, found: found.value });
        }
    }
    Ok(())
}
