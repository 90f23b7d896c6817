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

/// What became of goods that stood at the border.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// They conform, and count as having left.
    Passed,
    /// They do not, and stand in nobody's way.
    NotPassed,
    /// They passed, and were turned back.
    TurnedBack,
}

/// As columns hold it.
const PRESENCES: [(Presence, i32); 3] = [(Presence::Passed, 0), (Presence::NotPassed, 1), (Presence::TurnedBack, 2)];

impl Presence {
    fn column(self) -> i32 {
        PRESENCES.iter().find(|(presence, _)| *presence == self).map_or(0, |(_, column)| *column)
    }

    fn of_column(found: i32) -> Result<Self, StoreError> {
        let presence = PRESENCES.iter().find(|(_, column)| *column == found).map(|(presence, _)| *presence);
        presence.ok_or_else(|| StoreError::Corrupt(format!("{found} is not what can become of goods")))
    }
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
    /// What became of the goods.
    pub presence: Presence,
    /// By which means of transport and containers they came, as keyed digests.
    pub means: Vec<String>,
    /// What was presented.
    pub goods: Vec<Presented>,
    /// When.
    pub at: OffsetDateTime,
    /// Its entry.
    pub leaf: u64,
}

impl Presentation {
    /// Whether it is certain that other goods came on another truck: nothing is the same, tractor, trailer or container.
    pub fn came_otherwise(&self, means: &[String]) -> bool {
        endmark_core::position::are_others(&self.means, means)
    }

    /// Whether the goods count as having left.
    pub fn has_passed(&self) -> bool {
        self.presence == Presence::Passed
    }
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
    means: String,
}

/// What rows of versions before have in this column; their HMAC does not count it.
const NO_MEANS: &str = "[]";

impl Row {
    fn content(&self) -> RowContent {
        let content = RowContent::of("presentation")
            .text(&self.mrn)
            .text(&self.id)
            .text(&self.organisation)
            .text(&self.office)
            .number(self.turned_back.into())
            .text(&self.goods)
            .number(self.at_micros)
            .number(self.leaf);
        if self.means == NO_MEANS { content } else { content.text(&self.means) }
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
            presence: Presence::of_column(self.turned_back)?,
            means: read_json(&self.means, "means")?,
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
    presentation.mrn, (presentation::mrn, presentation::leaf)
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
            turned_back: of.presence.column(),
            goods: json(&of.goods)?,
            at_micros: micros(of.at),
            leaf: column(of.leaf)?,
            hmac: Vec::new(),
            means: json(&of.means)?,
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
