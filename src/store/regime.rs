//! Rows of the law's data: documents in every version, and the editions that loads left.

use diesel::prelude::*;
use endmark_core::digest::Digest;
use endmark_core::regime::{Document, DocumentKind};

use super::row_key::{RowContent, RowKey};
use super::schema::{regime_document, regime_edition};
use super::{Connection, StoreError, column, count, on};
use crate::registry::Row;

/// A document without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// What it is.
    pub kind: DocumentKind,
    /// Its name.
    pub id: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of its content.
    pub digest: Digest,
    /// The entry that loaded it.
    pub leaf: u64,
}

type DocumentRow = (String, String, String, i64, String, i64, Vec<u8>);

fn content(kind: &str, id: &str, version: &str, place: i64, digest: &str, leaf: i64) -> RowContent {
    RowContent::of("regime_document").text(kind).text(id).text(version).number(place).text(digest).number(leaf)
}

/// All documents, in the order in which they were loaded. A row that does not verify is named instead.
pub fn documents(connection: &mut Connection, key: &RowKey) -> Result<Vec<Row<Held>>, StoreError> {
    use regime_document as d;
    let rows: Vec<DocumentRow> = on!(connection, c => d::table
        .order(d::place)
        .select((d::kind, d::id, d::version, d::place, d::digest, d::leaf, d::hmac))
        .load(c))?;
    let open = |(kind, id, version, place, digest, leaf, hmac): DocumentRow| {
        let verifies = key.verifies(&content(&kind, &id, &version, place, &digest, leaf), &hmac);
        let read = DocumentKind::named(&kind).zip(digest.parse().ok()).filter(|_| verifies);
        let Some((named, digest)) = read else {
            return Ok(Row::Tampered(format!("{kind} {id}, version {version}")));
        };
        Ok(Row::Good(Held { kind: named, id, version, digest, leaf: count(leaf)? }))
    };
    rows.into_iter().map(open).collect()
}

/// The contents of all documents, in the same order.
pub fn bodies(connection: &mut Connection) -> Result<Vec<String>, StoreError> {
    use regime_document as d;
    Ok(on!(connection, c => d::table.order(d::place).select(d::body).load(c))?)
}

/// The edition that the newest load before an entry left.
pub fn newest_edition(
    connection: &mut Connection,
    key: &RowKey,
    before: i64,
) -> Result<Option<Row<Digest>>, StoreError> {
    use regime_edition as e;
    let newest: Option<(i64, String, Vec<u8>)> = on!(connection, c => e::table
        .filter(e::leaf.lt(before))
        .order(e::leaf.desc())
        .select((e::leaf, e::digest, e::hmac))
        .first(c)
        .optional())?;
    Ok(newest.map(|(leaf, digest, hmac)| {
        let good = key.verifies(&edition_content(leaf, &digest), &hmac);
        let read = digest.parse().ok().filter(|_| good);
        read.map_or_else(|| Row::Tampered("the newest edition of the regimes".to_owned()), Row::Good)
    }))
}

fn edition_content(leaf: i64, digest: &str) -> RowContent {
    RowContent::of("regime_edition").number(leaf).text(digest)
}

/// Keeps documents behind those that are there, and the edition they make.
pub fn add(
    connection: &mut Connection,
    key: &RowKey,
    documents: &[std::sync::Arc<Document>],
    edition: Digest,
    leaf: u64,
) -> Result<(), StoreError> {
    use {regime_document as d, regime_edition as e};
    let leaf = column(leaf)?;
    let held: i64 = on!(connection, c => d::table.count().get_result(c))?;
    for (place, document) in (held..).zip(documents) {
        let (kind, digest) = (document.kind.as_str(), document.digest.to_string());
        let hmac = key.sign(&content(kind, &document.id, &document.version, place, &digest, leaf));
        on!(connection, c => diesel::insert_into(d::table)
            .values((
                d::kind.eq(kind),
                d::id.eq(&document.id),
                d::version.eq(&document.version),
                d::place.eq(place),
                d::digest.eq(&digest),
                d::body.eq(&document.text),
                d::leaf.eq(leaf),
                d::hmac.eq(&hmac),
            ))
            .execute(c))?;
    }
    let digest = edition.to_string();
    let hmac = key.sign(&edition_content(leaf, &digest));
    on!(connection, c => diesel::insert_into(e::table)
        .values((e::leaf.eq(leaf), e::digest.eq(&digest), e::hmac.eq(&hmac)))
        .execute(c))?;
    Ok(())
}

/// Every edition as entries name it, with the entry that loaded it, and whether it and the documents that it stands for
/// are as the service wrote them.
pub fn all(connection: &mut Connection, key: &RowKey) -> Result<Vec<(String, i64, bool)>, StoreError> {
    use regime_edition as e;
    let rows = documents(connection, key)?;
    let bodies = bodies(connection)?;
    let mut held = Vec::with_capacity(rows.len());
    let mut intact = true;
    for (row, body) in rows.into_iter().zip(bodies) {
        match row {
            Row::Good(document) => {
                intact = intact && Digest::of(body.as_bytes()) == document.digest;
                held.push(document);
            }
            Row::Tampered(_) => intact = false,
        }
    }
    let editions: Vec<(i64, String, Vec<u8>)> = on!(connection, c => e::table.order(e::leaf).load(c))?;
    let judged = |(leaf, digest, hmac): (i64, String, Vec<u8>)| {
        let then: Vec<&Held> =
            held.iter().filter(|document| i64::try_from(document.leaf).is_ok_and(|at| at <= leaf)).collect();
        let whole = intact && edition_of(&then).to_string() == digest;
        let good = whole && key.verifies(&edition_content(leaf, &digest), &hmac);
        (digest, leaf, good)
    };
    Ok(editions.into_iter().map(judged).collect())
}

/// What stands for documents, as `RegimeData::edition` says it, from the rows alone.
pub fn edition_of(held: &[&Held]) -> Digest {
    let line = |row: &&Held| format!("{}\t{}\t{}\t{}\n", row.kind.as_str(), row.id, row.version, row.digest);
    let mut lines: Vec<String> = held.iter().map(line).collect();
    lines.sort_unstable();
    Digest::of(lines.concat().as_bytes())
}
