//! Declarations as last heard of, and which follows which.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Integer, Text};
use endmark_core::manufacturer::Organisation;
use endmark_core::position::{Joined, Phase, Position};
use endmark_core::reference::{Mrn, Office};
use time::OffsetDateTime;

use super::{Row as Found, by_keys, column_of, json, read, read_json};
use crate::store::prepared::prepared;
use crate::store::row_key::{RowContent, RowKey};
use crate::store::schema::declaration;
use crate::store::{Connection, Rows, StoreError, Writes, column, count, micros, moment, on};

/// Where a declaration stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Status {
    /// Its position is held.
    Reserved,
    /// Some goods items are released.
    PartlyReleased,
    /// All are.
    Released,
    /// Its reservation was deleted.
    Deleted,
    /// It was invalidated after release (UCC 174).
    Invalidated,
}

const STATUSES: [(Status, &str); 5] = [
    (Status::Reserved, "reserved"),
    (Status::PartlyReleased, "partlyReleased"),
    (Status::Released, "released"),
    (Status::Deleted, "deleted"),
    (Status::Invalidated, "invalidated"),
];

impl Status {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        STATUSES.iter().find(|(status, _)| *status == self).map_or("reserved", |(_, name)| name)
    }

    /// Where a declaration whose position is held stands, from its claims: an officer may add goods to one that is
    /// released already.
    pub fn of_claims(position: &Position, mrn: &Mrn) -> Self {
        let is = |phase| position.claims_of(mrn).any(|(_, claim)| claim.phase == phase);
        match (is(Phase::Reserved), is(Phase::Consumed)) {
            (_, false) => Self::Reserved,
            (true, true) => Self::PartlyReleased,
            (false, true) => Self::Released,
        }
    }

    /// Where one that was corrected stands: what is not released yet stays so.
    pub fn of_corrected(position: &Position, mrn: &Mrn) -> Self {
        match position.claims_of(mrn).next() {
            Some(_) => Self::of_claims(position, mrn),
            None => Self::Released,
        }
    }

    /// Whether it holds or held something that still counts.
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Reserved | Self::PartlyReleased | Self::Released)
    }
}

/// A declaration as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// Which.
    pub mrn: Mrn,
    /// Who made its position.
    pub organisation: Organisation,
    /// Its `declarationVersion`.
    pub version: u32,
    /// Where it stands.
    pub status: Status,
    /// The office of its last event.
    pub office: Office,
    /// Shown to customs alone.
    pub confidential: bool,
    /// Whether an officer decided by hand.
    pub overridden: bool,
    /// The declarations it follows.
    pub joined: Joined,
    /// When its reservation began.
    pub since: OffsetDateTime,
    /// Its last entry.
    pub leaf: u64,
}

#[derive(Queryable, Insertable, Selectable)]
#[diesel(table_name = declaration)]
struct Row {
    mrn: String,
    organisation: String,
    version: i64,
    status: String,
    office: String,
    confidential: i32,
    overridden: i32,
    joined: String,
    since_micros: i64,
    leaf: i64,
    hmac: Vec<u8>,
}

impl Row {
    fn content(&self) -> RowContent {
        RowContent::of("declaration")
            .text(&self.mrn)
            .text(&self.organisation)
            .number(self.version)
            .text(&self.status)
            .text(&self.office)
            .number(self.confidential.into())
            .number(self.overridden.into())
            .text(&self.joined)
            .number(self.since_micros)
            .number(self.leaf)
    }

    fn sealed(of: &Declaration, key: &RowKey) -> Result<Self, StoreError> {
        let mut row = Self {
            mrn: of.mrn.to_string(),
            organisation: of.organisation.to_string(),
            version: of.version.into(),
            status: of.status.as_str().to_owned(),
            office: of.office.to_string(),
            confidential: of.confidential.into(),
            overridden: of.overridden.into(),
            joined: json(&of.joined)?,
            since_micros: micros(of.since),
            leaf: column(of.leaf)?,
            hmac: Vec::new(),
        };
        row.hmac = key.sign(&row.content());
        Ok(row)
    }

    fn open(self, key: &RowKey) -> Result<Found<Declaration, Mrn>, StoreError> {
        let mrn: Mrn = read(&self.mrn, "MRN")?;
        if !key.verifies(&self.content(), &self.hmac) {
            return Ok(Found::Tampered(mrn));
        }
        let status = STATUSES.iter().find(|(_, name)| *name == self.status);
        let corrupt = |what| StoreError::Corrupt(format!("declaration {}: {what}", self.mrn));
        Ok(Found::Good(Declaration {
            mrn,
            organisation: read(&self.organisation, "organisation")?,
            version: u32::try_from(self.version).map_err(|_| corrupt("version"))?,
            status: status.ok_or_else(|| corrupt("status"))?.0,
            office: read(&self.office, "office")?,
            confidential: self.confidential != 0,
            overridden: self.overridden != 0,
            joined: read_json(&self.joined, "joined")?,
            since: moment(self.since_micros)?,
            leaf: count(self.leaf)?,
        }))
    }
}

by_keys! {
    /// Declarations by MRN.
    declarations, pg_declarations: Mrn, Mrn::as_str => Found<Declaration, Mrn>,
    declaration.mrn
}

/// A page of all declarations, in order; a row that cannot be read is an error of its own.
pub fn all_declarations(
    connection: &mut Connection,
    key: &RowKey,
    page: u32,
    most: u16,
) -> Result<Rows<Found<Declaration, Mrn>>, StoreError> {
    let rows: Vec<Row> = on!(connection, c => declaration::table
        .order(declaration::mrn)
        .offset(i64::from(page).saturating_mul(most.into()))
        .limit(most.into())
        .select(Row::as_select())
        .load(c))?;
    Ok(rows.into_iter().map(|row| row.open(key)).collect())
}

/// Reservations that began before a moment and are not released: the oldest first.
pub fn stale(
    connection: &mut Connection,
    key: &RowKey,
    before: OffsetDateTime,
    most: i64,
) -> Result<Vec<Found<Declaration, Mrn>>, StoreError> {
    let rows: Vec<Row> = on!(connection, c => declaration::table
        .filter(declaration::status.eq_any(["reserved", "partlyReleased"]))
        .filter(declaration::since_micros.lt(micros(before)))
        .order(declaration::since_micros)
        .limit(most)
        .select(Row::as_select())
        .load(c))?;
    rows.into_iter().map(|row| row.open(key)).collect()
}

/// Writes declarations, new or changed.
pub fn put_declarations(writes: &mut Writes<'_>, key: &RowKey, changed: &[Declaration]) -> Result<(), StoreError> {
    let rows: Vec<Row> = changed.iter().map(|of| Row::sealed(of, key)).collect::<Result<_, StoreError>>()?;
    match writes.to() {
        (Connection::Sqlite(c), _) => {
            for row in &rows {
                diesel::replace_into(declaration::table).values(row).execute(c)?;
            }
        }
        (Connection::Postgres(_), _) if rows.is_empty() => {}
        (Connection::Postgres(_), later) => later.push(
            prepared(
                "INSERT INTO declaration (mrn, organisation, version, status, office, confidential, overridden, joined,
                     since_micros, leaf, hmac)
                 SELECT * FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                 ON CONFLICT (mrn) DO UPDATE SET organisation = excluded.organisation, version = excluded.version,
                     status = excluded.status, office = excluded.office, confidential = excluded.confidential,
                     overridden = excluded.overridden, joined = excluded.joined,
                     since_micros = excluded.since_micros, leaf = excluded.leaf, hmac = excluded.hmac",
            )
            .bind::<Array<Text>, _>(column_of!(rows, r => r.mrn.clone()))
            .bind::<Array<Text>, _>(column_of!(rows, r => r.organisation.clone()))
            .bind::<Array<BigInt>, _>(column_of!(rows, r => r.version))
            .bind::<Array<Text>, _>(column_of!(rows, r => r.status.clone()))
            .bind::<Array<Text>, _>(column_of!(rows, r => r.office.clone()))
            .bind::<Array<Integer>, _>(column_of!(rows, r => r.confidential))
            .bind::<Array<Integer>, _>(column_of!(rows, r => r.overridden))
            .bind::<Array<Text>, _>(column_of!(rows, r => r.joined.clone()))
            .bind::<Array<BigInt>, _>(column_of!(rows, r => r.since_micros))
            .bind::<Array<BigInt>, _>(column_of!(rows, r => r.leaf))
            .bind::<Array<Binary>, _>(column_of!(rows, r => r.hmac.clone())),
        ),
    }
    Ok(())
}
