//! Entries and evidence of the log.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Nullable, Text};
use endmark_core::digest::Digest;
use time::OffsetDateTime;

use super::packed;
use super::prepared::prepared;
use super::schema::{entry, evidence};
use super::{Connection, StoreError, Writes, column, count, micros, on};

/// An entry as it is kept: the bytes that were hashed, and what finds them.
#[derive(Debug, Clone)]
pub struct StoredEntry {
    /// Its place in the tree.
    pub leaf: u64,
    /// When.
    pub at: OffsetDateTime,
    /// What kind of entry.
    pub kind: &'static str,
    /// Whose command it was.
    pub organisation: String,
    /// What was decided.
    pub decision: String,
    /// The certificate it is about.
    pub certificate: Option<String>,
    /// The declaration it is about.
    pub mrn: Option<String>,
    /// The office it is about.
    pub office: Option<String>,
    /// The bytes that were hashed.
    pub body: Vec<u8>,
}

/// What an entry was decided on; erasable, so the entry holds only its salted digest.
#[derive(Debug, Clone)]
pub struct StoredEvidence {
    /// The entry's leaf.
    pub leaf: u64,
    /// What makes the digest in the entry useless for guessing.
    pub salt: [u8; 16],
    /// Request and answer.
    pub body: Vec<u8>,
}

impl StoredEvidence {
    /// A row as it was before it was packed; `Err`: how many bytes the salt has, where they are not 16.
    pub(super) fn opened(leaf: u64, salt: Vec<u8>, body: Vec<u8>) -> Result<Self, usize> {
        let salt = salt.try_into().map_err(|salt: Vec<u8>| salt.len())?;
        Ok(Self { leaf, salt, body: packed::unpack(body) })
    }

    /// The same where a row that cannot be opened fails it all.
    pub(super) fn required(leaf: u64, salt: Vec<u8>, body: Vec<u8>) -> Result<Self, StoreError> {
        Self::opened(leaf, salt, body).map_err(|_| StoreError::Corrupt(format!("the salt of evidence {leaf}")))
    }

    /// What the entry says of it: SHA-256 over salt and body.
    pub fn digest(&self) -> Digest {
        Digest::of(&[self.salt.as_slice(), self.body.as_slice()].concat())
    }
}

// With a default for each `None` the statement would be put together anew for every row.
#[derive(Queryable, Insertable)]
#[diesel(table_name = entry, treat_none_as_default_value = false)]
struct EntryRow {
    leaf: i64,
    at_micros: i64,
    kind: String,
    organisation: String,
    decision: String,
    certificate: Option<String>,
    mrn: Option<String>,
    office: Option<String>,
    body: Vec<u8>,
}

#[derive(Insertable)]
#[diesel(table_name = evidence)]
struct EvidenceRow {
    leaf: i64,
    salt: Vec<u8>,
    body: Vec<u8>,
}

/// Appends entries. `PostgreSQL` gets one statement with arrays: its text stays the same at every batch size.
pub fn append(writes: &mut Writes<'_>, entries: Vec<StoredEntry>) -> Result<(), StoreError> {
    let rows: Vec<EntryRow> = entries.into_iter().map(TryInto::try_into).collect::<Result<_, StoreError>>()?;
    match writes.to() {
        // One by one: for many rows at once Diesel would begin a transaction of its own inside ours.
        (Connection::Sqlite(c), _) => {
            for row in &rows {
                diesel::insert_into(entry::table).values(row).execute(c)?;
            }
        }
        (Connection::Postgres(_), later) => later.push(
            prepared(
                "INSERT INTO entry (leaf, at_micros, kind, organisation, decision, certificate, mrn, office, body)
                 SELECT * FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )
            .bind::<Array<BigInt>, _>(rows.iter().map(|r| r.leaf).collect::<Vec<_>>())
            .bind::<Array<BigInt>, _>(rows.iter().map(|r| r.at_micros).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(rows.iter().map(|r| r.kind.clone()).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(rows.iter().map(|r| r.organisation.clone()).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(rows.iter().map(|r| r.decision.clone()).collect::<Vec<_>>())
            .bind::<Array<Nullable<Text>>, _>(rows.iter().map(|r| r.certificate.clone()).collect::<Vec<_>>())
            .bind::<Array<Nullable<Text>>, _>(rows.iter().map(|r| r.mrn.clone()).collect::<Vec<_>>())
            .bind::<Array<Nullable<Text>>, _>(rows.iter().map(|r| r.office.clone()).collect::<Vec<_>>())
            .bind::<Array<Binary>, _>(rows.into_iter().map(|r| r.body).collect::<Vec<_>>()),
        ),
    }
    Ok(())
}

impl TryFrom<StoredEntry> for EntryRow {
    type Error = StoreError;

    fn try_from(entry: StoredEntry) -> Result<Self, StoreError> {
        Ok(Self {
            leaf: column(entry.leaf)?,
            at_micros: micros(entry.at),
            kind: entry.kind.to_owned(),
            organisation: entry.organisation,
            decision: entry.decision,
            certificate: entry.certificate,
            mrn: entry.mrn,
            office: entry.office,
            body: entry.body,
        })
    }
}

/// Keeps the evidence of entries appended in the same transaction.
pub fn keep_evidence(writes: &mut Writes<'_>, kept: Vec<StoredEvidence>) -> Result<(), StoreError> {
    let rows: Vec<EvidenceRow> = kept
        .into_iter()
        .map(|e| Ok(EvidenceRow { leaf: column(e.leaf)?, salt: e.salt.to_vec(), body: packed::pack(e.body) }))
        .collect::<Result<_, StoreError>>()?;
    match writes.to() {
        (Connection::Sqlite(c), _) => {
            for row in &rows {
                diesel::insert_into(evidence::table).values(row).execute(c)?;
            }
        }
        (Connection::Postgres(_), _) if rows.is_empty() => {}
        (Connection::Postgres(_), later) => later.push(
            prepared("INSERT INTO evidence (leaf, salt, body) SELECT * FROM unnest(?, ?, ?)")
                .bind::<Array<BigInt>, _>(rows.iter().map(|r| r.leaf).collect::<Vec<_>>())
                .bind::<Array<Binary>, _>(rows.iter().map(|r| r.salt.clone()).collect::<Vec<_>>())
                .bind::<Array<Binary>, _>(rows.into_iter().map(|r| r.body).collect::<Vec<_>>()),
        ),
    }
    Ok(())
}

/// An entry's bytes and whose it is.
pub fn entry(connection: &mut Connection, leaf: u64) -> Result<Option<(String, Vec<u8>)>, StoreError> {
    let leaf = column(leaf)?;
    Ok(on!(connection, c => entry::table
        .find(leaf)
        .select((entry::organisation, entry::body))
        .first(c)
        .optional())?)
}

/// Entries in order from a leaf on, at most `most`.
pub fn entries_from(connection: &mut Connection, leaf: u64, most: i64) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
    let leaf = column(leaf)?;
    let rows: Vec<(i64, Vec<u8>)> = on!(connection, c => entry::table
        .filter(entry::leaf.ge(leaf))
        .order(entry::leaf)
        .limit(most)
        .select((entry::leaf, entry::body))
        .load(c))?;
    rows.into_iter().map(|(leaf, body)| Ok((count(leaf)?, body))).collect()
}

/// The newest entries about a declaration, of some types or of all where none is named: leaf, type, bytes.
pub fn entries_of_declaration(
    connection: &mut Connection,
    mrn: &str,
    kinds: &[&str],
    most: i64,
) -> Result<Vec<(u64, String, Vec<u8>)>, StoreError> {
    let rows: Vec<(i64, String, Vec<u8>)> = on!(connection, c => {
        let mut query = entry::table
            .filter(entry::mrn.eq(mrn))
            .order(entry::leaf.desc())
            .limit(most)
            .select((entry::leaf, entry::kind, entry::body))
            .into_boxed();
        if !kinds.is_empty() {
            query = query.filter(entry::kind.eq_any(kinds));
        }
        query.load(c)
    })?;
    rows.into_iter().map(|(leaf, kind, body)| Ok((count(leaf)?, kind, body))).collect()
}

/// The newest entry about a declaration of one of these types with this decision.
pub fn newest_of_declaration(
    connection: &mut Connection,
    mrn: &str,
    wanted: &[(&str, &str)],
) -> Result<Option<u64>, StoreError> {
    let mut newest = None;
    for (kind, decision) in wanted {
        let found: Option<i64> = on!(connection, c => entry::table
            .filter(entry::mrn.eq(mrn).and(entry::kind.eq(kind)).and(entry::decision.eq(decision)))
            .order(entry::leaf.desc())
            .select(entry::leaf)
            .first(c)
            .optional())?;
        newest = newest.max(found.map(count).transpose()?);
    }
    Ok(newest)
}

/// The evidence of an entry.
pub fn evidence_of(connection: &mut Connection, leaf: u64) -> Result<Option<StoredEvidence>, StoreError> {
    let found: Option<(Vec<u8>, Vec<u8>)> = {
        let leaf = column(leaf)?;
        on!(connection, c => evidence::table
            .find(leaf)
            .select((evidence::salt, evidence::body))
            .first(c)
            .optional())?
    };
    found.map(|(salt, body)| StoredEvidence::required(leaf, salt, body)).transpose()
}
