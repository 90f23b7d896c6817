//! Rows of officers.

use diesel::prelude::*;

use super::row_key::{RowContent, RowKey};
use super::schema::officer;
use super::{Connection, StoreError, column, micros, moment, on};
use crate::officer::{Officer, OfficerCertificate};
use crate::registry::Row;
use crate::words::Language;

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = officer)]
#[diesel(treat_none_as_null = true)]
struct OfficerRow {
    id: String,
    name: String,
    organisation: String,
    office: String,
    language: String,
    supervisor: i32,
    status: String,
    fingerprint: Option<String>,
    not_after_micros: Option<i64>,
    leaf: i64,
    hmac: Vec<u8>,
    auditor: i32,
}

impl OfficerRow {
    fn content(&self) -> RowContent {
        let content = RowContent::of("officerRow")
            .text(&self.id)
            .text(&self.name)
            .text(&self.organisation)
            .text(&self.office)
            .text(&self.language)
            .number(self.supervisor.into())
            .text(&self.status)
            .text(self.fingerprint.as_deref().unwrap_or(""))
            .optional(self.not_after_micros)
            .number(self.leaf);
        // Only where it is set: rows of before there were auditors still verify.
        if self.auditor == 0 { content } else { content.text("auditor") }
    }

    fn open(self, key: &RowKey) -> Result<Row<Officer>, StoreError> {
        if !key.verifies(&self.content(), &self.hmac) {
            return Ok(Row::Tampered(format!("officer {}", self.id)));
        }
        let corrupt = |what: &str| StoreError::Corrupt(format!("officer {}: {what}", self.id));
        let certificate = match (&self.fingerprint, self.not_after_micros) {
            (Some(fingerprint), Some(not_after)) => Some(OfficerCertificate {
                fingerprint: fingerprint.parse().map_err(|_| corrupt("fingerprint"))?,
                not_after: moment(not_after)?,
            }),
            _ => None,
        };
        Ok(Row::Good(Officer {
            name: self.name.parse().map_err(|_| corrupt("name"))?,
            organisation: self.organisation.parse().map_err(|_| corrupt("organisation"))?,
            office: self.office.parse().map_err(|_| corrupt("office"))?,
            language: Language::from_code(&self.language).ok_or_else(|| corrupt("language"))?,
            supervisor: self.supervisor != 0,
            auditor: self.auditor != 0,
            active: self.status == ACTIVE,
            certificate,
            id: self.id,
        }))
    }
}

const ACTIVE: &str = "active";
const SUSPENDED: &str = "suspended";

/// All officers.
pub fn officers(connection: &mut Connection, key: &RowKey) -> Result<Vec<Row<Officer>>, StoreError> {
    let rows: Vec<OfficerRow> = on!(connection, c => officer::table.order((officer::leaf, officer::id)).load(c))?;
    rows.into_iter().map(|row| row.open(key)).collect()
}

/// Every officer: the id, the entry that set it, and whether it is as the service wrote it.
pub fn all(connection: &mut Connection, key: &RowKey) -> Result<Vec<(String, i64, bool)>, StoreError> {
    let rows: Vec<OfficerRow> = on!(connection, c => officer::table.order(officer::id).load(c))?;
    let look = |row: OfficerRow| {
        let intact = key.verifies(&row.content(), &row.hmac);
        (row.id, row.leaf, intact)
    };
    Ok(rows.into_iter().map(look).collect())
}

/// Keeps an officer as it stands now.
pub fn put(connection: &mut Connection, key: &RowKey, new: &Officer, leaf: u64) -> Result<(), StoreError> {
    let mut row = OfficerRow {
        id: new.id.clone(),
        name: new.name.to_string(),
        organisation: new.organisation.to_string(),
        office: new.office.to_string(),
        language: new.language.code().to_owned(),
        supervisor: new.supervisor.into(),
        status: if new.active { ACTIVE } else { SUSPENDED }.to_owned(),
        fingerprint: new.certificate.as_ref().map(|own| own.fingerprint.to_string()),
        not_after_micros: new.certificate.as_ref().map(|own| micros(own.not_after)),
        leaf: column(leaf)?,
        hmac: Vec::new(),
        auditor: new.auditor.into(),
    };
    row.hmac = key.sign(&row.content());
    on!(connection, c => diesel::insert_into(officer::table)
        .values(&row)
        .on_conflict(officer::id)
        .do_update()
        .set(&row)
        .execute(c))?;
    Ok(())
}

/// Forgets an officer.
pub fn remove(connection: &mut Connection, id: &str) -> Result<(), StoreError> {
    on!(connection, c => diesel::delete(officer::table.find(id)).execute(c))?;
    Ok(())
}
