//! Controls at the border as kept: a row for each certificate concerned.

use diesel::prelude::*;
use endmark_core::manufacturer::Organisation;
use endmark_core::number::CertificateNumber;
use endmark_core::reference::{Mrn, Office};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::ledger::Row as Found;
use super::row_key::{RowContent, RowKey};
use super::schema::control;
use super::{Connection, Rows, StoreError, column, count, micros, moment, on};

/// What became of the goods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum ControlResult {
    /// They may go on.
    Released,
    /// They stay.
    Held,
    /// They stay until another officer has looked.
    SecondLook,
}

const RESULTS: [(ControlResult, &str); 3] =
    [(ControlResult::Released, "released"), (ControlResult::Held, "held"), (ControlResult::SecondLook, "secondLook")];

impl ControlResult {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        RESULTS.iter().find(|(result, _)| *result == self).map_or("held", |(_, name)| name)
    }

    /// The one with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        RESULTS.iter().find(|(_, known)| *known == name).map(|(result, _)| *result)
    }
}

/// A control, as far as it concerns one certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// Who recorded it.
    pub organisation: Organisation,
    /// The name that whoever recorded it gave it: the same one twice is the same control.
    pub id: String,
    /// The certificate; `None` where none is known.
    pub certificate: Option<CertificateNumber>,
    /// The declaration the goods travel under.
    pub mrn: Option<Mrn>,
    /// Where.
    pub office: Office,
    /// By whom, under a pseudonym.
    pub officer: String,
    /// What became of the goods.
    pub result: ControlResult,
    /// What was found, as codes.
    pub findings: Vec<String>,
    /// The control that asked for a second look, which this one is.
    pub answers: Option<String>,
    /// Whether the declaration holds something of the certificate: the movement explains that it was shown here.
    pub explained: bool,
    /// Entries of controls at other offices at about this time that no movement explains.
    pub conflicts: Vec<u64>,
    /// Whether it was recorded without a network and sent later.
    pub offline: bool,
    /// A keyed digest of what was recorded: the same name for something else is seen.
    pub content: String,
    /// When the officer recorded it; without a network the word of the officer's device.
    pub recorded_at: OffsetDateTime,
    /// When the register heard of it.
    pub at: OffsetDateTime,
    /// Its entry.
    pub leaf: u64,
}

#[derive(Queryable, Insertable, Selectable)]
#[diesel(table_name = control)]
struct Row {
    organisation: String,
    id: String,
    certificate: String,
    mrn: Option<String>,
    office: String,
    officer: String,
    result: String,
    findings: String,
    answers: Option<String>,
    explained: i32,
    conflicts: String,
    offline: i32,
    content: String,
    recorded_micros: i64,
    at_micros: i64,
    leaf: i64,
    hmac: Vec<u8>,
}

/// A row that was changed outside the service: whose, and its name.
pub type Tampered = (String, String);

fn json<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Corrupt(error.to_string()))
}

impl Row {
    fn content(&self) -> RowContent {
        // No MRN and no name is empty: nothing is lost by writing "none" as the empty text.
        RowContent::of("control")
            .text(&self.organisation)
            .text(&self.id)
            .text(&self.certificate)
            .text(self.mrn.as_deref().unwrap_or_default())
            .text(&self.office)
            .text(&self.officer)
            .text(&self.result)
            .text(&self.findings)
            .text(self.answers.as_deref().unwrap_or_default())
            .number(self.explained.into())
            .text(&self.conflicts)
            .number(self.offline.into())
            .text(&self.content)
            .number(self.recorded_micros)
            .number(self.at_micros)
            .number(self.leaf)
    }

    fn sealed(of: &Control, key: &RowKey) -> Result<Self, StoreError> {
        let mut row = Self {
            organisation: of.organisation.to_string(),
            id: of.id.clone(),
            certificate: of.certificate.map(|number| number.to_string()).unwrap_or_default(),
            mrn: of.mrn.as_ref().map(ToString::to_string),
            office: of.office.to_string(),
            officer: of.officer.clone(),
            result: of.result.as_str().to_owned(),
            findings: json(&of.findings)?,
            answers: of.answers.clone(),
            explained: of.explained.into(),
            conflicts: json(&of.conflicts)?,
            offline: of.offline.into(),
            content: of.content.clone(),
            recorded_micros: micros(of.recorded_at),
            at_micros: micros(of.at),
            leaf: column(of.leaf)?,
            hmac: Vec::new(),
        };
        row.hmac = key.sign(&row.content());
        Ok(row)
    }

    fn open(self, key: &RowKey) -> Result<Found<Control, Tampered>, StoreError> {
        if !key.verifies(&self.content(), &self.hmac) {
            return Ok(Found::Tampered((self.organisation, self.id)));
        }
        let corrupt = |what: &str| StoreError::Corrupt(format!("control {}: {what}", self.id));
        let certificate = match self.certificate.as_str() {
            "" => None,
            number => Some(number.parse().map_err(|_| corrupt("certificate"))?),
        };
        Ok(Found::Good(Control {
            organisation: self.organisation.parse().map_err(|_| corrupt("organisation"))?,
            certificate,
            mrn: self.mrn.as_deref().map(str::parse).transpose().map_err(|_| corrupt("MRN"))?,
            office: self.office.parse().map_err(|_| corrupt("office"))?,
            result: ControlResult::from_name(&self.result).ok_or_else(|| corrupt("result"))?,
            findings: serde_json::from_str(&self.findings).map_err(|_| corrupt("findings"))?,
            conflicts: serde_json::from_str(&self.conflicts).map_err(|_| corrupt("conflicts"))?,
            explained: self.explained != 0,
            offline: self.offline != 0,
            recorded_at: moment(self.recorded_micros)?,
            at: moment(self.at_micros)?,
            leaf: count(self.leaf)?,
            officer: self.officer,
            answers: self.answers,
            content: self.content,
            id: self.id,
        }))
    }
}

/// Controls as found.
pub type Controls = Vec<Found<Control, Tampered>>;

fn opened(rows: Vec<Row>, key: &RowKey) -> Result<Controls, StoreError> {
    rows.into_iter().map(|row| row.open(key)).collect()
}

/// The rows of an organisation's control, and of those that answer it.
pub fn named(
    connection: &mut Connection,
    key: &RowKey,
    organisation: &str,
    ids: &[&str],
) -> Result<Controls, StoreError> {
    // Two statements, so that each uses its index.
    let mut rows: Vec<Row> = on!(connection, c => control::table
        .filter(control::organisation.eq(organisation).and(control::id.eq_any(ids)))
        .select(Row::as_select())
        .load(c))?;
    let answering: Vec<Row> = on!(connection, c => control::table
        .filter(control::organisation.eq(organisation).and(control::answers.eq_any(ids)))
        .select(Row::as_select())
        .load(c))?;
    rows.extend(answering);
    opened(rows, key)
}

/// The controls on certificates that were recorded in a period, newest first.
pub fn on_certificates(
    connection: &mut Connection,
    key: &RowKey,
    certificates: &[CertificateNumber],
    (from, until): (OffsetDateTime, OffsetDateTime),
    most: i64,
) -> Result<Controls, StoreError> {
    let texts: Vec<String> = certificates.iter().map(ToString::to_string).collect();
    let rows: Vec<Row> = on!(connection, c => control::table
        .filter(control::certificate.eq_any(&texts))
        .filter(control::recorded_micros.between(micros(from), micros(until)))
        .order(control::recorded_micros.desc())
        .limit(most)
        .select(Row::as_select())
        .load(c))?;
    opened(rows, key)
}

/// The controls of declarations, newest first.
pub fn of_declarations(
    connection: &mut Connection,
    key: &RowKey,
    mrns: &[Mrn],
    most: i64,
) -> Result<Controls, StoreError> {
    let texts: Vec<&str> = mrns.iter().map(Mrn::as_str).collect();
    let rows: Vec<Row> = on!(connection, c => control::table
        .filter(control::mrn.eq_any(texts))
        .order(control::leaf.desc())
        .limit(most)
        .select(Row::as_select())
        .load(c))?;
    opened(rows, key)
}

/// The second looks that an organisation's officers wait for, oldest first; all offices, or one.
pub fn open_second_looks(
    connection: &mut Connection,
    key: &RowKey,
    organisation: &str,
    office: Option<&Office>,
    most: i64,
) -> Result<Controls, StoreError> {
    let answering = diesel::alias!(control as answering);
    let answered = || {
        diesel::dsl::exists(
            answering
                .filter(answering.field(control::organisation).eq(control::organisation))
                .filter(answering.field(control::answers).eq(control::id.nullable())),
        )
    };
    let rows: Vec<Row> = on!(connection, c => {
        let mut query = control::table
            .filter(control::organisation.eq(organisation))
            .filter(control::result.eq(ControlResult::SecondLook.as_str()))
            .filter(diesel::dsl::not(answered()))
            .order(control::leaf)
            .limit(most)
            .select(Row::as_select())
            .into_boxed();
        if let Some(office) = office {
            query = query.filter(control::office.eq(office.as_str()));
        }
        query.load(c)
    })?;
    opened(rows, key)
}

/// The controls at an office of an organisation since a moment, the newest first: so many of each result, one for each of
/// their certificates.
pub fn newest_of_office(
    connection: &mut Connection,
    key: &RowKey,
    organisation: &str,
    office: &Office,
    since: OffsetDateTime,
    most: i64,
) -> Result<Controls, StoreError> {
    let mut found = Vec::new();
    // A statement for each result, so that each reads the end of its index and nothing else.
    for (_, result) in RESULTS {
        let rows: Vec<Row> = on!(connection, c => control::table
            .filter(control::organisation.eq(organisation))
            .filter(control::result.eq(result))
            .filter(control::office.eq(office.as_str()))
            .filter(control::at_micros.ge(micros(since)))
            .order(control::leaf.desc())
            .limit(most)
            .select(Row::as_select())
            .load(c))?;
        found.extend(opened(rows, key)?);
    }
    Ok(found)
}

/// A page of all controls, in order; a row that cannot be read is an error of its own.
pub fn all(
    connection: &mut Connection,
    key: &RowKey,
    page: u32,
    most: u16,
) -> Result<Rows<Found<Control, Tampered>>, StoreError> {
    let rows: Vec<Row> = on!(connection, c => control::table
        .order((control::organisation, control::id, control::certificate))
        .offset(i64::from(page).saturating_mul(most.into()))
        .limit(most.into())
        .select(Row::as_select())
        .load(c))?;
    Ok(rows.into_iter().map(|row| row.open(key)).collect())
}

/// Writes new controls: there are few in a batch.
pub fn insert(connection: &mut Connection, key: &RowKey, new: &[Control]) -> Result<(), StoreError> {
    for of in new {
        let row = Row::sealed(of, key)?;
        on!(connection, c => diesel::insert_into(control::table).values(&row).execute(c))?;
    }
    Ok(())
}
