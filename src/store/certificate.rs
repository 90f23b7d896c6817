//! How certificates stand: a row for each, beside its sealed bytes.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Text};
use diesel_async::AsyncPgConnection;
use endmark_core::check::StoredStatus;
use endmark_core::digest::Digest;
use endmark_core::manufacturer::Organisation;
use endmark_core::number::CertificateNumber;
use time::OffsetDateTime;

use super::among::{among, keys};
use super::ledger::column_of;
use super::prepared::prepared;
use super::row_key::{RowContent, RowKey};
use super::schema::{certificate, entry};
use super::{Connection, StoreError, Writes, column, count, micros, moment, on};

/// How a certificate stands: everything but its sealed bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Its number.
    pub number: CertificateNumber,
    /// Whose it is.
    pub organisation: Organisation,
    /// The manufacturer's own reference.
    pub reference: String,
    /// SHA-256 of the JWS signing input.
    pub digest: Digest,
    /// When it was accepted.
    pub accepted_at: OffsetDateTime,
    /// The entry that accepted it.
    pub leaf: u64,
    /// Its stored status.
    pub status: StoredStatus,
    /// The entry that set the status.
    pub status_leaf: u64,
}

/// A row as found: what it says, or why it cannot be believed.
#[derive(Debug, Clone)]
pub enum Found {
    /// The row verifies.
    Standing(Box<Standing>),
    /// The row was changed outside the service.
    Tampered(String),
}

#[derive(Queryable, Insertable, Selectable)]
#[diesel(table_name = certificate)]
struct Row {
    number: String,
    organisation: String,
    reference: String,
    digest: Vec<u8>,
    accepted_micros: i64,
    leaf: i64,
    status: String,
    status_reason: String,
    status_micros: i64,
    status_leaf: i64,
    hmac: Vec<u8>,
}

impl Row {
    fn content(&self) -> RowContent {
        RowContent::of("certificate")
            .text(&self.number)
            .text(&self.organisation)
            .text(&self.reference)
            .bytes(&self.digest)
            .number(self.accepted_micros)
            .number(self.leaf)
            .text(&self.status)
            .text(&self.status_reason)
            .number(self.status_micros)
            .number(self.status_leaf)
    }

    fn sealed(standing: &Standing, key: &RowKey) -> Result<Self, StoreError> {
        let (status, reason, since) = match &standing.status {
            StoredStatus::Valid => ("valid", String::new(), standing.accepted_at),
            StoredStatus::Suspended { reason, since } => ("suspended", reason.clone(), *since),
            StoredStatus::Revoked { reason, since } => ("revoked", reason.clone(), *since),
            StoredStatus::Replaced { by, since } => {
                ("replaced", by.map(|number| number.to_string()).unwrap_or_default(), *since)
            }
        };
        let mut row = Self {
            number: standing.number.to_string(),
            organisation: standing.organisation.to_string(),
            reference: standing.reference.clone(),
            digest: standing.digest.as_bytes().to_vec(),
            accepted_micros: micros(standing.accepted_at),
            leaf: column(standing.leaf)?,
            status: status.to_owned(),
            status_reason: reason,
            status_micros: micros(since),
            status_leaf: column(standing.status_leaf)?,
            hmac: Vec::new(),
        };
        row.hmac = key.sign(&row.content());
        Ok(row)
    }

    fn open(self, key: &RowKey) -> Result<Found, StoreError> {
        if !key.verifies(&self.content(), &self.hmac) {
            return Ok(Found::Tampered(format!("the row of {} was changed outside the service", self.number)));
        }
        let corrupt = |what: &str| StoreError::Corrupt(format!("certificate {}: {what}", self.number));
        let since = moment(self.status_micros)?;
        let status = match self.status.as_str() {
            "valid" => StoredStatus::Valid,
            "suspended" => StoredStatus::Suspended { reason: self.status_reason.clone(), since },
            "revoked" => StoredStatus::Revoked { reason: self.status_reason.clone(), since },
            "replaced" => StoredStatus::Replaced { by: self.status_reason.parse().ok(), since },
            _ => return Err(corrupt("unknown status")),
        };
        let digest: [u8; 32] = self.digest.as_slice().try_into().map_err(|_| corrupt("digest"))?;
        Ok(Found::Standing(Box::new(Standing {
            number: self.number.parse().map_err(|_| corrupt("number"))?,
            organisation: self.organisation.parse().map_err(|_| corrupt("organisation"))?,
            reference: self.reference.clone(),
            digest: digest.into(),
            accepted_at: moment(self.accepted_micros)?,
            leaf: count(self.leaf)?,
            status,
            status_leaf: count(self.status_leaf)?,
        })))
    }
}

/// A certificate and the newest entry that suspended, resumed or revoked it.
#[derive(Queryable, QueryableByName)]
#[diesel(table_name = entry)]
struct LastChange {
    certificate: Option<String>,
    leaf: i64,
}

/// Word for word as in the index on them, or neither database would use it.
macro_rules! sets_status {
    () => {
        "kind IN ('certificateSuspended', 'certificateResumed', 'certificateRevoked')"
    };
}

/// The newest of them for each certificate that is `$among` those asked about.
macro_rules! last_changes {
    ($among:literal) => {
        concat!(
            "SELECT certificate, max(leaf) AS leaf FROM entry WHERE certificate ",
            $among,
            " AND decision = 'done' AND ",
            sets_status!(),
            " GROUP BY certificate"
        )
    };
}

/// How these certificates stand; those not there are left out. A row that is older than the log says does not count: it
/// was put back as it once was, with the HMAC of then.
pub fn standings(
    connection: &mut Connection,
    key: &RowKey,
    numbers: &[CertificateNumber],
) -> Result<Vec<(CertificateNumber, Found)>, StoreError> {
    let c = match connection {
        Connection::Sqlite(c) => c,
        Connection::Postgres(c) => return c.together(async |c| pg_standings(c, key, numbers).await),
    };
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let texts: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    // The changes first: a reader has no transaction, and a row that is newer than them is no fault.
    let last = prepared(last_changes!("IN (SELECT value FROM json_each(?))")).bind::<Text, _>(keys(&texts)?).load(c)?;
    let rows = certificate::table.filter(among(certificate::number, &texts)?).select(Row::as_select()).load(c)?;
    opened(rows, last, key)
}

/// The same from `PostgreSQL`, to be sent with others.
pub(super) async fn pg_standings(
    connection: &AsyncPgConnection,
    key: &RowKey,
    numbers: &[CertificateNumber],
) -> Result<Vec<(CertificateNumber, Found)>, StoreError> {
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let texts: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    let these = certificate::table.filter(certificate::number.eq_any(&texts)).select(Row::as_select());
    let changes = prepared(last_changes!("= ANY(?)")).bind::<Array<Text>, _>(&texts);
    let (last, rows) = tokio::try_join!(
        biased;
        diesel_async::RunQueryDsl::load(changes, &mut &*connection),
        diesel_async::RunQueryDsl::load(these, &mut &*connection),
    )?;
    opened(rows, last, key)
}

fn opened(rows: Vec<Row>, last: Vec<LastChange>, key: &RowKey) -> Result<Vec<(CertificateNumber, Found)>, StoreError> {
    let set_by = last.into_iter().filter_map(|change| Some((change.certificate?, change.leaf)));
    let set_by: HashMap<String, i64> = set_by.collect();
    rows.into_iter()
        .map(|row| {
            let number = row.number.parse().map_err(|_| StoreError::Corrupt(format!("number {}", row.number)))?;
            let set_by = set_by.get(&row.number).copied().map_or(Ok(0), count)?;
            Ok(match row.open(key)? {
                Found::Standing(standing) if standing.status_leaf < set_by => {
                    (number, Found::Tampered(format!("the row of {number} is older than entry {set_by}, which set it")))
                }
                found => (number, found),
            })
        })
        .collect()
}

/// A number as stored, and the row, or why it cannot be read.
pub type Numbered = (String, Result<Found, StoreError>);

/// A page of all certificates after a number, in order.
pub fn all(connection: &mut Connection, key: &RowKey, after: &str, most: i64) -> Result<Vec<Numbered>, StoreError> {
    let rows: Vec<Row> = on!(connection, c => certificate::table
        .filter(certificate::number.gt(after))
        .order(certificate::number)
        .limit(most)
        .select(Row::as_select())
        .load(c))?;
    Ok(rows.into_iter().map(|row| (row.number.clone(), row.open(key))).collect())
}

/// An organisation and one of its references.
pub type Reference = (String, String);

/// Certificates that are not valid as stored, those that became so last first. A row that was changed into "valid" by
/// hand is not among them: only a question at the register, and the audit, find it.
pub fn not_valid(connection: &mut Connection, key: &RowKey, most: i64) -> Result<Vec<Numbered>, StoreError> {
    let rows: Vec<Row> = on!(connection, c => certificate::table
        .filter(certificate::status.ne("valid"))
        .order(certificate::status_leaf.desc())
        .limit(most)
        .select(Row::as_select())
        .load(c))?;
    Ok(rows.into_iter().map(|row| (row.number.clone(), row.open(key))).collect())
}

/// The numbers that hold these references.
pub fn by_references(
    connection: &mut Connection,
    wanted: &[Reference],
) -> Result<Vec<(Reference, CertificateNumber)>, StoreError> {
    let c = match connection {
        Connection::Sqlite(c) => c,
        Connection::Postgres(c) => return c.together(async |c| pg_by_references(c, wanted).await),
    };
    let mut found = Vec::new();
    for (organisation, reference) in wanted {
        let held = certificate::organisation.eq(organisation).and(certificate::reference.eq(reference));
        found.extend(certificate::table.filter(held).select(Holder::as_select()).load(c)?);
    }
    holders(found)
}

/// The same from `PostgreSQL`, to be sent with others.
pub(super) async fn pg_by_references(
    connection: &AsyncPgConnection,
    wanted: &[Reference],
) -> Result<Vec<(Reference, CertificateNumber)>, StoreError> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let these = prepared(
        "SELECT organisation, reference, number FROM unnest(?, ?) AS wanted (organisation, reference)
             JOIN certificate USING (organisation, reference)",
    )
    .bind::<Array<Text>, _>(column_of!(wanted, of => of.0.clone()))
    .bind::<Array<Text>, _>(column_of!(wanted, of => of.1.clone()));
    holders(diesel_async::RunQueryDsl::load(these, &mut &*connection).await?)
}

/// Who holds a reference.
#[derive(Queryable, QueryableByName, Selectable)]
#[diesel(table_name = certificate)]
struct Holder {
    organisation: String,
    reference: String,
    number: String,
}

fn holders(found: Vec<Holder>) -> Result<Vec<(Reference, CertificateNumber)>, StoreError> {
    found
        .into_iter()
        .map(|Holder { organisation, reference, number }| {
            let number = number.parse().map_err(|_| StoreError::Corrupt(format!("number {number}")))?;
            Ok(((organisation, reference), number))
        })
        .collect()
}

/// A page of an organisation's certificates, newest first, below a leaf.
pub fn page(
    connection: &mut Connection,
    key: &RowKey,
    organisation: &str,
    below: Option<u64>,
    most: i64,
) -> Result<Vec<Found>, StoreError> {
    let below = below.map_or(Ok(i64::MAX), column)?;
    let rows: Vec<Row> = on!(connection, c => certificate::table
        .filter(certificate::organisation.eq(organisation).and(certificate::leaf.lt(below)))
        .order(certificate::leaf.desc())
        .limit(most)
        .select(Row::as_select())
        .load(c))?;
    rows.into_iter().map(|row| row.open(key)).collect()
}

/// Keeps how new certificates stand.
pub fn insert(writes: &mut Writes<'_>, key: &RowKey, new: &[&Standing]) -> Result<(), StoreError> {
    if new.is_empty() {
        return Ok(());
    }
    let rows: Vec<Row> = new.iter().map(|standing| Row::sealed(standing, key)).collect::<Result<_, _>>()?;
    match writes.to() {
        (Connection::Sqlite(c), _) => {
            for row in rows {
                diesel::insert_into(certificate::table).values(row).execute(c)?;
            }
        }
        (Connection::Postgres(_), later) => later.push(
            prepared(
                "INSERT INTO certificate (number, organisation, reference, digest, accepted_micros, leaf, status,
                     status_reason, status_micros, status_leaf, hmac)
                 SELECT * FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )
            .bind::<Array<Text>, _>(column_of!(rows, row => row.number.clone()))
            .bind::<Array<Text>, _>(column_of!(rows, row => row.organisation.clone()))
            .bind::<Array<Text>, _>(column_of!(rows, row => row.reference.clone()))
            .bind::<Array<Binary>, _>(column_of!(rows, row => row.digest.clone()))
            .bind::<Array<BigInt>, _>(column_of!(rows, row => row.accepted_micros))
            .bind::<Array<BigInt>, _>(column_of!(rows, row => row.leaf))
            .bind::<Array<Text>, _>(column_of!(rows, row => row.status.clone()))
            .bind::<Array<Text>, _>(column_of!(rows, row => row.status_reason.clone()))
            .bind::<Array<BigInt>, _>(column_of!(rows, row => row.status_micros))
            .bind::<Array<BigInt>, _>(column_of!(rows, row => row.status_leaf))
            .bind::<Array<Binary>, _>(column_of!(rows, row => row.hmac.clone())),
        ),
    }
    Ok(())
}

/// Writes the status of a certificate.
pub fn update_status(connection: &mut Connection, key: &RowKey, standing: &Standing) -> Result<(), StoreError> {
    let row = Row::sealed(standing, key)?;
    let changed = on!(connection, c => diesel::update(certificate::table.find(&row.number))
        .set((
            certificate::status.eq(&row.status),
            certificate::status_reason.eq(&row.status_reason),
            certificate::status_micros.eq(row.status_micros),
            certificate::status_leaf.eq(row.status_leaf),
            certificate::hmac.eq(&row.hmac),
        ))
        .execute(c))?;
    if changed == 1 { Ok(()) } else { Err(StoreError::Corrupt(format!("{} is gone", row.number))) }
}
