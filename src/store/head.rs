//! The head row: one, locked first by every batch.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary};
use diesel_async::AsyncPgConnection;
use endmark_core::digest::Digest;
use endmark_core::log::{Hash, Origin};
use time::OffsetDateTime;

use super::prepared::prepared;
use super::registry_digest::{self, RegistryDigests};
use super::row_key::{RowContent, RowKey};
use super::schema::head;
use super::{Connection, StoreError, Writes, column, count, micros, moment, on};

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
    /// What stands for the registry of this epoch.
    pub registry: RegistryDigests,
    /// Over all of it. Empty before the first batch.
    hmac: Vec<u8>,
}

impl Head {
    /// The head of a register without entries.
    pub fn first(origin: Origin, time: OffsetDateTime) -> Self {
        let root = endmark_core::log::empty_root();
        Self { origin, size: 0, root, epoch: 1, time, registry: RegistryDigests::default(), hmac: Vec::new() }
    }

    /// The head after a batch.
    #[must_use]
    pub const fn with(mut self, size: u64, root: Hash, epoch: i64, time: OffsetDateTime) -> Self {
        (self.size, self.root, self.epoch, self.time) = (size, root, epoch, time);
        self
    }

    /// Whether it is as the service wrote it. The HMAC holds the registry's digests to this size and root: rows, digests
    /// and epoch cannot be put back together unless the log goes back too, and a log that goes back is refused.
    pub fn is_intact(&self, key: &RowKey) -> bool {
        let unsealed = self.size == 0 && self.hmac.is_empty() && self.registry == RegistryDigests::default();
        unsealed || self.content().is_ok_and(|content| key.verifies(&content, &self.hmac))
    }

    fn content(&self) -> Result<RowContent, StoreError> {
        Ok(RowContent::of("head")
            .text(self.origin.as_str())
            .number(column(self.size)?)
            .bytes(self.root.as_bytes())
            .number(self.epoch)
            .number(micros(self.time))
            .bytes(self.registry.callers.as_bytes())
            .bytes(self.registry.rest.as_bytes()))
    }
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
    callers: Vec<u8>,
    registry: Vec<u8>,
    hmac: Vec<u8>,
}

/// A digest's column. One of another length was not written by the service, and the HMAC says so.
fn digest(column: Vec<u8>) -> Digest {
    <[u8; 32]>::try_from(column).unwrap_or_default().into()
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
            registry: RegistryDigests { callers: digest(row.callers), rest: digest(row.registry) },
            hmac: row.hmac,
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
    match connection {
        Connection::Sqlite(c) => c.batch_execute("BEGIN IMMEDIATE").map_err(StoreError::NotLocked)?,
        Connection::Postgres(c) => return c.together(async |c| pg_begin_and_lock(c).await),
    }
    read(connection)
}

/// The same in `PostgreSQL`, to be sent with others: before them, so that they run behind the lock.
pub(super) async fn pg_begin_and_lock(connection: &AsyncPgConnection) -> Result<Head, StoreError> {
    let mut begin = connection;
    let locked: diesel::QueryResult<((), Vec<Row>)> = tokio::try_join!(
        biased;
        diesel_async::SimpleAsyncConnection::batch_execute(&mut begin, "BEGIN"),
        diesel_async::RunQueryDsl::load(head::table.for_update().limit(1), &mut &*connection),
    );
    let ((), mut rows) = locked.map_err(StoreError::NotLocked)?;
    rows.pop().ok_or(StoreError::NoRegister)?.try_into()
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
        callers: new.registry.callers.as_bytes().to_vec(),
        registry: new.registry.rest.as_bytes().to_vec(),
        hmac: Vec::new(),
    };
    on!(connection, c => diesel::insert_into(head::table).values(&row).execute(c))?;
    Ok(())
}

/// Moves the head.
pub fn update(writes: &mut Writes<'_>, key: &RowKey, new: &Head) -> Result<(), StoreError> {
    let change =
        prepared("UPDATE head SET size = ?, root = ?, epoch = ?, time_micros = ?, callers = ?, registry = ?, hmac = ?")
            .bind::<BigInt, _>(column(new.size)?)
            .bind::<Binary, _>(new.root.as_bytes().to_vec())
            .bind::<BigInt, _>(new.epoch)
            .bind::<BigInt, _>(micros(new.time))
            .bind::<Binary, _>(new.registry.callers.as_bytes().to_vec())
            .bind::<Binary, _>(new.registry.rest.as_bytes().to_vec())
            .bind::<Binary, _>(key.sign(&new.content()?));
    match writes.to() {
        (Connection::Sqlite(c), _) => drop(change.execute(c)?),
        (Connection::Postgres(_), later) => later.push(change),
    }
    Ok(())
}

/// Takes the registry as it stands under the head's HMAC: once, when a register of an older version is brought up to
/// this one.
pub fn seal(connection: &mut Connection, key: &RowKey) -> Result<(), StoreError> {
    let mut head = match begin_and_lock(connection) {
        // Nothing to seal yet.
        Err(StoreError::NoRegister) => return rollback(connection),
        locked => locked?,
    };
    head.registry = registry_digest::read(connection)?;
    let mut writes = connection.writes();
    update(&mut writes, key, &head)?;
    writes.send()?;
    commit(connection)
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
            diesel::sql_query(format!("SELECT current_setting('{setting}') AS value")).get_result(c.each())?;
        if found.value == "off" {
            return Err(StoreError::NotDurable { setting, found: found.value });
        }
    }
    Ok(())
}
