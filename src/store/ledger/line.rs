//! Lines and their totals.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Integer, Nullable, Text};
use endmark_core::goods::CommodityCode;
use endmark_core::number::CertificateNumber;
use endmark_core::position::{LineKey, LinePosition};

use super::{Row as Found, amount, by_keys, column_of, json, number, read, read_json, small};
use crate::store::prepared::prepared;
use crate::store::row_key::{RowContent, RowKey};
use crate::store::schema::certificate_line;
use crate::store::{Connection, Rows, StoreError, Writes, column, count, on};

/// A line as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredLine {
    /// Which.
    pub key: LineKey,
    /// The goods, for the ledger's entries.
    pub commodity_code: CommodityCode,
    /// Its totals.
    pub position: LinePosition,
    /// The entry that set them.
    pub leaf: u64,
}

// With a default for each `None` the statement would be put together anew for every row.
#[derive(Queryable, Insertable, Selectable)]
#[diesel(table_name = certificate_line, treat_none_as_default_value = false)]
struct Row {
    certificate: String,
    line: i32,
    commodity_code: String,
    unit: String,
    granted: i64,
    inherited: i64,
    reserved: i64,
    consumed: i64,
    passed_on: i64,
    confidential: i64,
    excess: i64,
    heir: Option<String>,
    leaf: i64,
    hmac: Vec<u8>,
}

impl Row {
    fn content(&self) -> RowContent {
        RowContent::of("certificateLine")
            .text(&self.certificate)
            .number(self.line.into())
            .text(&self.commodity_code)
            .text(&self.unit)
            .number(self.granted)
            .number(self.inherited)
            .number(self.reserved)
            .number(self.consumed)
            .number(self.passed_on)
            .number(self.confidential)
            .number(self.excess)
            .text(self.heir.as_deref().unwrap_or(""))
            .number(self.leaf)
    }

    fn sealed(stored: &StoredLine, key: &RowKey) -> Result<Self, StoreError> {
        let position = &stored.position;
        let mut row = Self {
            certificate: stored.key.certificate.to_string(),
            line: small(stored.key.line)?,
            commodity_code: json(&stored.commodity_code)?,
            unit: position.unit.to_string(),
            granted: amount(position.granted)?,
            inherited: amount(position.inherited)?,
            reserved: amount(position.reserved)?,
            consumed: amount(position.consumed)?,
            passed_on: amount(position.passed_on)?,
            confidential: amount(position.confidential)?,
            excess: amount(position.excess)?,
            heir: position.heir.map(|heir| heir.to_string()),
            leaf: column(stored.leaf)?,
            hmac: Vec::new(),
        };
        row.hmac = key.sign(&row.content());
        Ok(row)
    }

    fn open(self, key: &RowKey) -> Result<Found<StoredLine, CertificateNumber>, StoreError> {
        let certificate = read(&self.certificate, "certificate number")?;
        if !key.verifies(&self.content(), &self.hmac) {
            return Ok(Found::Tampered(certificate));
        }
        Ok(Found::Good(StoredLine {
            key: LineKey { certificate, line: number(self.line)? },
            commodity_code: read_json(&self.commodity_code, "commodity code")?,
            position: LinePosition {
                unit: read(&self.unit, "unit")?,
                granted: self.granted.into(),
                inherited: self.inherited.into(),
                reserved: self.reserved.into(),
                consumed: self.consumed.into(),
                passed_on: self.passed_on.into(),
                confidential: self.confidential.into(),
                excess: self.excess.into(),
                heir: self.heir.map(|heir| read(&heir, "certificate number")).transpose()?,
            },
            leaf: count(self.leaf)?,
        }))
    }
}

by_keys! {
    /// The lines of certificates, in order.
    lines_of, pg_lines_of: CertificateNumber, ToString::to_string => Found<StoredLine, CertificateNumber>,
    certificate_line.certificate, IN_ORDER
}

const IN_ORDER: (certificate_line::certificate, certificate_line::line) =
    (certificate_line::certificate, certificate_line::line);

/// A page of all lines, in order; a row that cannot be read is an error of its own.
pub fn all_lines(
    connection: &mut Connection,
    key: &RowKey,
    page: u32,
    most: u16,
) -> Result<Rows<Found<StoredLine, CertificateNumber>>, StoreError> {
    let rows: Vec<Row> = on!(connection, c => certificate_line::table
        .order(IN_ORDER)
        .offset(i64::from(page).saturating_mul(most.into()))
        .limit(most.into())
        .select(Row::as_select())
        .load(c))?;
    Ok(rows.into_iter().map(|row| row.open(key)).collect())
}

/// Keeps the lines of new certificates.
pub fn insert_lines(writes: &mut Writes<'_>, key: &RowKey, new: &[StoredLine]) -> Result<(), StoreError> {
    let rows: Vec<Row> = new.iter().map(|line| Row::sealed(line, key)).collect::<Result<_, StoreError>>()?;
    match writes.to() {
        (Connection::Sqlite(c), _) => {
            for row in &rows {
                diesel::insert_into(certificate_line::table).values(row).execute(c)?;
            }
        }
        (Connection::Postgres(_), _) if rows.is_empty() => {}
        (Connection::Postgres(_), later) => later.push(
            prepared(
                "INSERT INTO certificate_line (certificate, line, commodity_code, unit, granted, inherited, reserved,
                     consumed, passed_on, confidential, excess, heir, leaf, hmac)
                 SELECT * FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )
            .bind::<Array<Text>, _>(column_of!(rows, r => r.certificate.clone()))
            .bind::<Array<Integer>, _>(column_of!(rows, r => r.line))
            .bind::<Array<Text>, _>(column_of!(rows, r => r.commodity_code.clone()))
            .bind::<Array<Text>, _>(column_of!(rows, r => r.unit.clone()))
            .bind::<Array<BigInt>, _>(column_of!(rows, r => r.granted))
            .bind::<Array<BigInt>, _>(column_of!(rows, r => r.inherited))
            .bind::<Array<BigInt>, _>(column_of!(rows, r => r.reserved))
            .bind::<Array<BigInt>, _>(column_of!(rows, r => r.consumed))
            .bind::<Array<BigInt>, _>(column_of!(rows, r => r.passed_on))
            .bind::<Array<BigInt>, _>(column_of!(rows, r => r.confidential))
            .bind::<Array<BigInt>, _>(column_of!(rows, r => r.excess))
            .bind::<Array<Nullable<Text>>, _>(column_of!(rows, r => r.heir.clone()))
            .bind::<Array<BigInt>, _>(column_of!(rows, r => r.leaf))
            .bind::<Array<Binary>, _>(column_of!(rows, r => r.hmac.clone())),
        ),
    }
    Ok(())
}

/// Writes the totals of lines.
pub fn update_lines(writes: &mut Writes<'_>, key: &RowKey, changed: &[StoredLine]) -> Result<(), StoreError> {
    let rows: Vec<Row> = changed.iter().map(|line| Row::sealed(line, key)).collect::<Result<_, StoreError>>()?;
    match writes.to() {
        (Connection::Sqlite(c), _) => {
            for row in &rows {
                diesel::replace_into(certificate_line::table).values(row).execute(c)?;
            }
        }
        (Connection::Postgres(_), _) if rows.is_empty() => {}
        (Connection::Postgres(_), later) => later.push_changing(
            rows.len(),
            prepared(
                "UPDATE certificate_line l SET inherited = n.inherited, reserved = n.reserved, consumed = n.consumed,
                     passed_on = n.passed_on, confidential = n.confidential, excess = n.excess, heir = n.heir,
                     leaf = n.leaf, hmac = n.hmac
                 FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AS n (certificate, line, inherited,
                     reserved, consumed, passed_on, confidential, excess, heir, leaf, hmac)
                 WHERE l.certificate = n.certificate AND l.line = n.line",
            )
            .bind::<Array<Text>, _>(column_of!(rows, r => r.certificate.clone()))
            .bind::<Array<Integer>, _>(column_of!(rows, r => r.line))
            .bind::<Array<BigInt>, _>(column_of!(rows, r => r.inherited))
            .bind::<Array<BigInt>, _>(column_of!(rows, r => r.reserved))
            .bind::<Array<BigInt>, _>(column_of!(rows, r => r.consumed))
            .bind::<Array<BigInt>, _>(column_of!(rows, r => r.passed_on))
            .bind::<Array<BigInt>, _>(column_of!(rows, r => r.confidential))
            .bind::<Array<BigInt>, _>(column_of!(rows, r => r.excess))
            .bind::<Array<Nullable<Text>>, _>(column_of!(rows, r => r.heir.clone()))
            .bind::<Array<BigInt>, _>(column_of!(rows, r => r.leaf))
            .bind::<Array<Binary>, _>(column_of!(rows, r => r.hmac.clone())),
        ),
    }
    Ok(())
}
