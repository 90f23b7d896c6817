//! The sealed bytes of certificates, by the entry that accepted each: what everything that is said of them can be proved by.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary};
use endmark_core::number::CertificateNumber;
use time::OffsetDateTime;

use super::among::among;
use super::prepared::prepared;
use super::schema::{certificate, sealed_certificate, short_form};
use super::{Connection, StoreError, Writes, column, count, moment, on};

/// A certificate as it was sealed, and when and by which entry it was accepted: as the row says, HMAC not looked at.
#[derive(Debug, Clone)]
pub struct Sealed {
    /// The number it stands under.
    pub number: CertificateNumber,
    /// The sealed bytes.
    pub jws: Vec<u8>,
    /// When it was accepted.
    pub accepted_at: OffsetDateTime,
    /// The entry that accepted it.
    pub leaf: u64,
    /// Whether a short form of it is kept.
    pub has_short_form: bool,
}

#[derive(Queryable)]
struct Row {
    number: String,
    jws: Option<Vec<u8>>,
    accepted_micros: i64,
    leaf: i64,
    short_form: Option<i64>,
}

/// The sealed bytes of certificates; those not there are left out. Bytes that are gone are empty, and no seal: the
/// certificate was accepted, and "unknown" would be a wrong answer.
pub fn read(connection: &mut Connection, numbers: &[CertificateNumber]) -> Result<Vec<Sealed>, StoreError> {
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let texts: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    let with_bytes = certificate::table
        .left_join(sealed_certificate::table.on(sealed_certificate::leaf.eq(certificate::leaf)))
        .left_join(short_form::table.on(short_form::leaf.eq(certificate::leaf)));
    let kept = short_form::leaf.nullable();
    let columns = (
        certificate::number,
        sealed_certificate::jws.nullable(),
        certificate::accepted_micros,
        certificate::leaf,
        kept,
    );
    let rows: Vec<Row> = match connection {
        Connection::Sqlite(c) => with_bytes.filter(among(certificate::number, &texts)?).select(columns).load(c)?,
        Connection::Postgres(c) => {
            with_bytes.filter(certificate::number.eq_any(texts)).select(columns).load(c.each())?
        }
    };
    rows.into_iter()
        .map(|row| {
            let number = row.number.parse().map_err(|_| StoreError::Corrupt(format!("number {}", row.number)))?;
            // A row that makes no sense was not written by the service, which its HMAC says: it must not fail the others.
            let accepted_at = moment(row.accepted_micros).unwrap_or(OffsetDateTime::UNIX_EPOCH);
            let leaf = count(row.leaf).unwrap_or_default();
            Ok(Sealed {
                number,
                jws: row.jws.unwrap_or_default(),
                accepted_at,
                leaf,
                has_short_form: row.short_form.is_some(),
            })
        })
        .collect()
}

/// A page of the entries under which bytes are kept, from one on, in order: each with whether a certificate has them.
pub fn page(connection: &mut Connection, from: u64, most: i64) -> Result<Vec<(u64, bool)>, StoreError> {
    let from = column(from)?;
    let rows: Vec<(i64, Option<i64>)> = on!(connection, c => sealed_certificate::table
        .left_join(certificate::table.on(certificate::leaf.eq(sealed_certificate::leaf)))
        .filter(sealed_certificate::leaf.ge(from))
        .order(sealed_certificate::leaf)
        .limit(most)
        .select((sealed_certificate::leaf, certificate::leaf.nullable()))
        .load(c))?;
    rows.into_iter().map(|(leaf, of_certificate)| Ok((count(leaf)?, of_certificate.is_some()))).collect()
}

/// Keeps the sealed bytes of new certificates.
pub fn put(writes: &mut Writes<'_>, new: Vec<(u64, Vec<u8>)>) -> Result<(), StoreError> {
    if new.is_empty() {
        return Ok(());
    }
    let (leaves, bytes): (Vec<u64>, Vec<Vec<u8>>) = new.into_iter().unzip();
    let leaves: Vec<i64> = leaves.into_iter().map(column).collect::<Result<_, _>>()?;
    match writes.to() {
        (Connection::Sqlite(c), _) => {
            for (leaf, jws) in leaves.into_iter().zip(bytes) {
                prepared("INSERT INTO sealed_certificate (leaf, jws) VALUES (?, ?)")
                    .bind::<BigInt, _>(leaf)
                    .bind::<Binary, _>(jws)
                    .execute(c)?;
            }
        }
        (Connection::Postgres(_), later) => later.push(
            prepared("INSERT INTO sealed_certificate (leaf, jws) SELECT * FROM unnest(?, ?)")
                .bind::<Array<BigInt>, _>(leaves)
                .bind::<Array<Binary>, _>(bytes),
        ),
    }
    Ok(())
}
