//! Goods presented at the border under a declaration.

use diesel::prelude::*;
use endmark_core::manufacturer::Organisation;
use endmark_core::number::CertificateNumber;
use endmark_core::reference::{Mrn, Office};
use time::OffsetDateTime;

use super::{Row as Found, by_keys, json, read, read_json};
use crate::store::row_key::{RowContent, RowKey};
use crate::store::schema::presentation;
use crate::store::{Connection, Rows, StoreError, column, count, micros, moment, on};

/// So much of a line, under a goods item.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Presented {
    /// The goods item.
    pub item: u32,
    /// The certificate.
    pub certificate: CertificateNumber,
    /// Its line.
    pub line: u32,
    /// How much, in millionths of the line's unit.
    pub millionths: i128,
}

/// A presentation as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presentation {
    /// The declaration.
    pub mrn: Mrn,
    /// The caller's own name for it; the office where it gave none.
    pub id: String,
    /// Who recorded it.
    pub organisation: Organisation,
    /// Where.
    pub office: Office,
    /// Whether the goods were turned back: they do not count as having left.
    pub turned_back: bool,
    /// What was presented.
    pub goods: Vec<Presented>,
    /// When.
    pub at: OffsetDateTime,
    /// Its entry.
    pub leaf: u64,
}

#[derive(Queryable, Insertable, Selectable, AsChangeset)]
#[diesel(table_name = presentation)]
struct Row {
    mrn: String,
    id: String,
    organisation: String,
    office: String,
    turned_back: i32,
    goods: String,
    at_micros: i64,
    leaf: i64,
    hmac: Vec<u8>,
}

impl Row {
    fn content(&self) -> RowContent {
        RowContent::of("presentation")
            .text(&self.mrn)
            .text(&self.id)
            .text(&self.organisation)
            .text(&self.office)
            .number(self.turned_back.into())
            .text(&self.goods)
            .number(self.at_micros)
            .number(self.leaf)
    }

    fn open(self, key: &RowKey) -> Result<Found<Presentation, Mrn>, StoreError> {
        let mrn: Mrn = read(&self.mrn, "MRN")?;
        if !key.verifies(&self.content(), &self.hmac) {
            return Ok(Found::Tampered(mrn));
        }
        Ok(Found::Good(Presentation {
            mrn,
            organisation: read(&self.organisation, "organisation")?,
            office: read(&self.office, "office")?,
            turned_back: self.turned_back != 0,
            goods: read_json(&self.goods, "goods")?,
            at: moment(self.at_micros)?,
            leaf: count(self.leaf)?,
            id: self.id,
        }))
    }
}

by_keys! {
    /// The presentations under declarations.
    presentations_of, pg_presentations_of: Mrn, Mrn::as_str => Found<Presentation, Mrn>,
    mrns => presentation::table.filter(presentation::mrn.eq_any(mrns)).order((presentation::mrn, presentation::leaf))
}

/// A page of all presentations, in order; a row that cannot be read is an error of its own.
pub fn all_presentations(
    connection: &mut Connection,
    key: &RowKey,
    page: u32,
    most: u16,
) -> Result<Rows<Found<Presentation, Mrn>>, StoreError> {
    let rows: Vec<Row> = on!(connection, c => presentation::table
        .order((presentation::mrn, presentation::id))
        .offset(i64::from(page).saturating_mul(most.into()))
        .limit(most.into())
        .select(Row::as_select())
        .load(c))?;
    Ok(rows.into_iter().map(|row| row.open(key)).collect())
}

/// Writes presentations, new or changed: there are few in a batch.
pub fn put_presentations(
    connection: &mut Connection,
    key: &RowKey,
    changed: &[Presentation],
) -> Result<(), StoreError> {
    for of in changed {
        let mut row = Row {
            mrn: of.mrn.to_string(),
            id: of.id.clone(),
            organisation: of.organisation.to_string(),
            office: of.office.to_string(),
            turned_back: of.turned_back.into(),
            goods: json(&of.goods)?,
            at_micros: micros(of.at),
            leaf: column(of.leaf)?,
            hmac: Vec::new(),
        };
        row.hmac = key.sign(&row.content());
        on!(connection, c => diesel::insert_into(presentation::table)
            .values(&row)
            .on_conflict((presentation::mrn, presentation::id))
            .do_update()
            .set(&row)
            .execute(c))?;
    }
    Ok(())
}
