//! Rows of officers' sessions. They are no part of the log: the entries say who signed in, a row only that it lasts.

use diesel::prelude::*;
use endmark_core::digest::Digest;
use time::OffsetDateTime;

use super::row_key::{RowContent, RowKey};
use super::schema::officer_session as table;
use super::{Connection, StoreError, micros, moment, on};
use crate::officer::Session;

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = table)]
#[diesel(treat_none_as_null = true)]
struct SessionRow {
    digest: String,
    officer: String,
    began_micros: i64,
    used_micros: i64,
    fingerprint: Option<String>,
    pin: Option<Vec<u8>>,
    wrong_pins: i32,
    parked: i32,
    hmac: Vec<u8>,
}

impl SessionRow {
    fn content(&self) -> RowContent {
        RowContent::of("officerSession")
            .text(&self.digest)
            .text(&self.officer)
            .number(self.began_micros)
            .number(self.used_micros)
            .text(self.fingerprint.as_deref().unwrap_or(""))
            .bytes(self.pin.as_deref().unwrap_or(&[]))
            .number(self.wrong_pins.into())
            .number(self.parked.into())
    }

    fn of(session: &Session, key: &RowKey) -> Self {
        let mut row = Self {
            digest: session.digest.to_string(),
            officer: session.officer.clone(),
            began_micros: micros(session.began),
            used_micros: micros(session.used),
            fingerprint: session.certificate.as_ref().map(ToString::to_string),
            pin: session.pin.clone(),
            wrong_pins: session.wrong_pins.into(),
            parked: session.parked.into(),
            hmac: Vec::new(),
        };
        row.hmac = key.sign(&row.content());
        row
    }

    /// A row that somebody made or changed with SQL signs nobody in.
    fn open(self, key: &RowKey) -> Option<Result<Session, StoreError>> {
        if !key.verifies(&self.content(), &self.hmac) {
            tracing::error!(officer = self.officer, "a session was changed outside the service; it does not count");
            return None;
        }
        Some(self.read())
    }

    fn read(self) -> Result<Session, StoreError> {
        let corrupt = |what: &str| StoreError::Corrupt(format!("a session of {}: {what}", self.officer));
        let certificate = self.fingerprint.as_deref().map(str::parse).transpose();
        Ok(Session {
            digest: self.digest.parse().map_err(|_| corrupt("digest"))?,
            began: moment(self.began_micros)?,
            used: moment(self.used_micros)?,
            certificate: certificate.map_err(|_| corrupt("fingerprint"))?,
            wrong_pins: u16::try_from(self.wrong_pins).map_err(|_| corrupt("wrong_pins"))?,
            parked: self.parked != 0,
            officer: self.officer,
            pin: self.pin,
        })
    }
}

/// The sessions of these cookies that verify.
pub fn of_cookies(connection: &mut Connection, key: &RowKey, digests: &[Digest]) -> Result<Vec<Session>, StoreError> {
    let digests: Vec<String> = digests.iter().map(ToString::to_string).collect();
    let rows: Vec<SessionRow> = on!(connection, c => table::table.filter(table::digest.eq_any(&digests)).load(c))?;
    rows.into_iter().filter_map(|row| row.open(key)).collect()
}

/// The sessions of an officer that verify, the oldest first.
pub fn of_officer(connection: &mut Connection, key: &RowKey, officer: &str) -> Result<Vec<Session>, StoreError> {
    let rows: Vec<SessionRow> = on!(connection, c => table::table
        .filter(table::officer.eq(officer))
        .order((table::began_micros, table::digest))
        .load(c))?;
    rows.into_iter().filter_map(|row| row.open(key)).collect()
}

/// Keeps a session as it stands now.
pub fn put(connection: &mut Connection, key: &RowKey, session: &Session) -> Result<(), StoreError> {
    let row = SessionRow::of(session, key);
    on!(connection, c => diesel::insert_into(table::table)
        .values(&row)
        .on_conflict(table::digest)
        .do_update()
        .set(&row)
        .execute(c))?;
    Ok(())
}

/// Notes that a session is used, where it still is as it was read: what the writer did meanwhile stays.
pub fn touch(connection: &mut Connection, key: &RowKey, read: &Session, now: OffsetDateTime) -> Result<(), StoreError> {
    let (before, after) = (SessionRow::of(read, key), SessionRow::of(&Session { used: now, ..read.clone() }, key));
    let as_read = table::digest.eq(&before.digest).and(table::hmac.eq(&before.hmac));
    let values = (table::used_micros.eq(after.used_micros), table::hmac.eq(&after.hmac));
    on!(connection, c => diesel::update(table::table.filter(as_read)).set(values).execute(c))?;
    Ok(())
}

/// Ends sessions.
pub fn remove(connection: &mut Connection, digests: &[Digest]) -> Result<(), StoreError> {
    let digests: Vec<String> = digests.iter().map(ToString::to_string).collect();
    on!(connection, c => diesel::delete(table::table.filter(table::digest.eq_any(&digests))).execute(c))?;
    Ok(())
}

/// Ends every session of an officer.
pub fn remove_of(connection: &mut Connection, officer: &str) -> Result<(), StoreError> {
    on!(connection, c => diesel::delete(table::table.filter(table::officer.eq(officer))).execute(c))?;
    Ok(())
}

/// Forgets sessions that began before a moment: they are over, whatever was asked meanwhile.
pub fn remove_begun_before(connection: &mut Connection, moment: OffsetDateTime) -> Result<(), StoreError> {
    let over = table::began_micros.lt(micros(moment));
    on!(connection, c => diesel::delete(table::table.filter(over)).execute(c))?;
    Ok(())
}
