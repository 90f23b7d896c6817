//! Claims: what each goods item holds of each line.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Integer, Text};
use diesel_async::AsyncPgConnection;
use endmark_core::number::CertificateNumber;
use endmark_core::position::{Claim, ClaimKey, ItemKey, LineKey, Phase};
use endmark_core::reference::{Mrn, Office};
use time::OffsetDateTime;

use super::{Row as Found, amount, by_keys, column_of, json, number, read, read_json, small};
use crate::store::among::among;
use crate::store::prepared::prepared;
use crate::store::row_key::{RowContent, RowKey};
use crate::store::schema::claim;
use crate::store::{Connection, Rows, StoreError, Writes, column, count, micros, moment, on};

/// A claim as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredClaim {
    /// Which.
    pub key: ClaimKey,
    /// What it holds.
    pub claim: Claim,
    /// The office of its last event.
    pub office: Office,
    /// When that was.
    pub at: OffsetDateTime,
    /// The entry that set it.
    pub leaf: u64,
}

#[derive(Queryable, QueryableByName, Insertable, Selectable)]
#[diesel(table_name = claim)]
struct Row {
    mrn: String,
    item: i32,
    certificate: String,
    line: i32,
    quantity: i64,
    drawn: i64,
    excess: i64,
    came: i64,
    went: i64,
    phase: String,
    confidential: i32,
    covers: String,
    movement: String,
    office: String,
    at_micros: i64,
    leaf: i64,
    hmac: Vec<u8>,
}

impl Row {
    fn content(&self) -> RowContent {
        RowContent::of("claim")
            .text(&self.mrn)
            .number(self.item.into())
            .text(&self.certificate)
            .number(self.line.into())
            .number(self.quantity)
            .number(self.drawn)
            .number(self.excess)
            .number(self.came)
            .number(self.went)
            .text(&self.phase)
            .number(self.confidential.into())
            .text(&self.covers)
            .text(&self.movement)
            .text(&self.office)
            .number(self.at_micros)
            .number(self.leaf)
    }

    fn sealed(stored: &StoredClaim, key: &RowKey) -> Result<Self, StoreError> {
        let claim = &stored.claim;
        let mut row = Self {
            mrn: stored.key.item.declaration.to_string(),
            item: small(stored.key.item.item)?,
            certificate: stored.key.line.certificate.to_string(),
            line: small(stored.key.line.line)?,
            quantity: amount(claim.quantity)?,
            drawn: amount(claim.drawn)?,
            excess: amount(claim.excess)?,
            came: amount(claim.came)?,
            went: amount(claim.went)?,
            phase: claim.phase.as_str().to_owned(),
            confidential: claim.confidential.into(),
            covers: json(&claim.covers)?,
            movement: claim.movement.to_string(),
            office: stored.office.to_string(),
            at_micros: micros(stored.at),
            leaf: column(stored.leaf)?,
            hmac: Vec::new(),
        };
        row.hmac = key.sign(&row.content());
        Ok(row)
    }

    fn open(self, key: &RowKey) -> Result<Found<StoredClaim, ClaimKey>, StoreError> {
        let line = LineKey { certificate: read(&self.certificate, "number")?, line: number(self.line)? };
        let item = ItemKey { declaration: read(&self.mrn, "MRN")?, item: number(self.item)? };
        let place = ClaimKey { line, item };
        if !key.verifies(&self.content(), &self.hmac) {
            return Ok(Found::Tampered(place));
        }
        let phase = if self.phase == "consumed" { Phase::Consumed } else { Phase::Reserved };
        Ok(Found::Good(StoredClaim {
            key: place,
            claim: Claim {
                quantity: self.quantity.into(),
                drawn: self.drawn.into(),
                excess: self.excess.into(),
                came: self.came.into(),
                went: self.went.into(),
                phase,
                confidential: self.confidential != 0,
                covers: read_json(&self.covers, "covers")?,
                movement: read(&self.movement, "MRN")?,
            },
            office: read(&self.office, "office")?,
            at: moment(self.at_micros)?,
            leaf: count(self.leaf)?,
        }))
    }
}

by_keys! {
    /// The claims of declarations.
    claims_of, pg_claims_of: Mrn, Mrn::as_str => Found<StoredClaim, ClaimKey>,
    claim.mrn
}

/// The newest claims on each certificate, at least `most` of each where there are so many.
pub fn claims_on(
    connection: &mut Connection,
    key: &RowKey,
    certificates: &[CertificateNumber],
    most: i64,
) -> Result<Vec<Found<StoredClaim, ClaimKey>>, StoreError> {
    let c = match connection {
        Connection::Sqlite(c) => c,
        Connection::Postgres(c) => return c.together(async |c| pg_claims_on(c, key, certificates, most).await),
    };
    let texts: Vec<String> = certificates.iter().map(ToString::to_string).collect();
    let mut rows: Vec<Row> = Vec::new();
    for some in texts.chunks(NUMBERS_AT_ONCE) {
        rows.extend(claims_on_some(c, some, most)?);
    }
    rows.into_iter().map(|row| row.open(key)).collect()
}

/// The same from `PostgreSQL`, to be sent with others.
pub(in crate::store) async fn pg_claims_on(
    connection: &AsyncPgConnection,
    key: &RowKey,
    certificates: &[CertificateNumber],
    most: i64,
) -> Result<Vec<Found<StoredClaim, ClaimKey>>, StoreError> {
    if certificates.is_empty() {
        return Ok(Vec::new());
    }
    let newest = prepared(
        "SELECT k.* FROM unnest(?) AS wanted (number), LATERAL (
             SELECT mrn, item, certificate, line, quantity, drawn, excess, came, went, phase, confidential, covers,
                 movement, office, at_micros, leaf, hmac
             FROM claim WHERE certificate = wanted.number ORDER BY leaf DESC LIMIT ?) AS k",
    )
    .bind::<Array<Text>, _>(column_of!(certificates, number => number.to_string()))
    .bind::<BigInt, _>(most);
    let rows: Vec<Row> = diesel_async::RunQueryDsl::load(newest, &mut &*connection).await?;
    rows.into_iter().map(|row| row.open(key)).collect()
}

/// How many certificates one statement asks about, and how many pages of claims they may have together.
const NUMBERS_AT_ONCE: usize = 64;
const PAGES_TOGETHER: i64 = 8;

/// `SQLite` has no `LATERAL`: most certificates have few claims, so all of all are asked for at once; only where that
/// gives more than they may have together, one certificate after the other.
fn claims_on_some(connection: &mut SqliteConnection, numbers: &[String], most: i64) -> Result<Vec<Row>, StoreError> {
    let bound = most.saturating_mul(PAGES_TOGETHER);
    let all: Vec<Row> = claim::table
        .filter(among(claim::certificate, numbers)?)
        .limit(bound)
        .select(Row::as_select())
        .load(connection)?;
    if i64::try_from(all.len()).is_ok_and(|found| found < bound) {
        return Ok(all);
    }
    let mut rows = Vec::new();
    for number in numbers {
        let newest = claim::table.filter(claim::certificate.eq(number)).order(claim::leaf.desc()).limit(most);
        rows.extend(newest.select(Row::as_select()).load::<Row>(connection)?);
    }
    Ok(rows)
}

/// A page of the claims on a certificate, by declaration, goods item and line.
#[derive(Debug, Clone)]
pub struct ClaimPage {
    after: Option<(Mrn, u32, u32)>,
    skip: u32,
    limit: u32,
    /// Only what draws on the certificate and is not confidential: the manufacturer's view.
    in_public: bool,
}

impl ClaimPage {
    /// The page after a claim.
    pub const fn after(after: Option<(Mrn, u32, u32)>, limit: u32) -> Self {
        Self { after, skip: 0, limit, in_public: false }
    }

    /// The page after so many of those that a manufacturer sees: what draws on its certificate and is not confidential.
    pub const fn in_public(skip: u32, limit: u32) -> Self {
        Self { after: None, skip, limit, in_public: true }
    }

    /// How a claim is named in the address of the next page.
    pub fn cursor_of(key: &ClaimKey) -> String {
        format!("{}.{}.{}", key.item.declaration, key.item.item, key.line.line)
    }

    /// Reads such a name.
    pub fn cursor(text: &str) -> Option<(Mrn, u32, u32)> {
        let mut parts = text.split('.');
        let read = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        parts.next().is_none().then_some(read)
    }
}

/// A page of the claims on a certificate, and whether there are more.
pub fn used_claims(
    connection: &mut Connection,
    key: &RowKey,
    certificate: CertificateNumber,
    page: &ClaimPage,
) -> Result<(Vec<Found<StoredClaim, ClaimKey>>, bool), StoreError> {
    let (mrn, item, line) = match &page.after {
        Some((mrn, item, line)) => (mrn.as_str(), small(*item)?, small(*line)?),
        None => ("", 0, 0),
    };
    let (least_drawn, confidential_at_most) = if page.in_public { (1, 0) } else { (0, 1) };
    let later_item = claim::item.gt(item).or(claim::item.eq(item).and(claim::line.gt(line)));
    let rows: Vec<Row> = on!(connection, c => claim::table
        .filter(claim::certificate.eq(certificate.to_string()))
        .filter(claim::drawn.ge(least_drawn).and(claim::confidential.le(confidential_at_most)))
        .filter(claim::mrn.gt(mrn).or(claim::mrn.eq(mrn).and(later_item)))
        .order((claim::mrn, claim::item, claim::line))
        .offset(page.skip.into())
        .limit(i64::from(page.limit).saturating_add(1))
        .select(Row::as_select())
        .load(c))?;
    let most = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let more = rows.len() > most;
    let shown = rows.into_iter().take(most).map(|row| row.open(key)).collect::<Result<_, StoreError>>()?;
    Ok((shown, more))
}

/// A page of all claims, in order; a row that cannot be read is an error of its own.
pub fn all_claims(
    connection: &mut Connection,
    key: &RowKey,
    page: u32,
    most: u16,
) -> Result<Rows<Found<StoredClaim, ClaimKey>>, StoreError> {
    let rows: Vec<Row> = on!(connection, c => claim::table
        .order((claim::mrn, claim::item, claim::certificate, claim::line))
        .offset(i64::from(page).saturating_mul(most.into()))
        .limit(most.into())
        .select(Row::as_select())
        .load(c))?;
    Ok(rows.into_iter().map(|row| row.open(key)).collect())
}

/// Writes claims, new or changed.
pub fn put_claims(writes: &mut Writes<'_>, key: &RowKey, changed: &[StoredClaim]) -> Result<(), StoreError> {
    let rows: Vec<Row> = changed.iter().map(|claim| Row::sealed(claim, key)).collect::<Result<_, StoreError>>()?;
    match writes.to() {
        (Connection::Sqlite(c), _) => {
            for row in &rows {
                diesel::replace_into(claim::table).values(row).execute(c)?;
            }
        }
        (Connection::Postgres(_), _) if rows.is_empty() => {}
        (Connection::Postgres(_), later) => later.push(
            prepared(
                "INSERT INTO claim (mrn, item, certificate, line, quantity, drawn, excess, came, went, phase,
                     confidential, covers, movement, office, at_micros, leaf, hmac)
                 SELECT * FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                 ON CONFLICT (mrn, item, certificate, line) DO UPDATE SET quantity = excluded.quantity,
                     drawn = excluded.drawn, excess = excluded.excess, came = excluded.came, went = excluded.went,
                     phase = excluded.phase, confidential = excluded.confidential, covers = excluded.covers,
                     movement = excluded.movement, office = excluded.office, at_micros = excluded.at_micros,
                     leaf = excluded.leaf, hmac = excluded.hmac",
            )
            .bind::<Array<Text>, _>(column_of!(rows, r => r.mrn.clone()))
            .bind::<Array<Integer>, _>(column_of!(rows, r => r.item))
            .bind::<Array<Text>, _>(column_of!(rows, r => r.certificate.clone()))
            .bind::<Array<Integer>, _>(column_of!(rows, r => r.line))
            .bind::<Array<BigInt>, _>(column_of!(rows, r => r.quantity))
            .bind::<Array<BigInt>, _>(column_of!(rows, r => r.drawn))
            .bind::<Array<BigInt>, _>(column_of!(rows, r => r.excess))
            .bind::<Array<BigInt>, _>(column_of!(rows, r => r.came))
            .bind::<Array<BigInt>, _>(column_of!(rows, r => r.went))
            .bind::<Array<Text>, _>(column_of!(rows, r => r.phase.clone()))
            .bind::<Array<Integer>, _>(column_of!(rows, r => r.confidential))
            .bind::<Array<Text>, _>(column_of!(rows, r => r.covers.clone()))
            .bind::<Array<Text>, _>(column_of!(rows, r => r.movement.clone()))
            .bind::<Array<Text>, _>(column_of!(rows, r => r.office.clone()))
            .bind::<Array<BigInt>, _>(column_of!(rows, r => r.at_micros))
            .bind::<Array<BigInt>, _>(column_of!(rows, r => r.leaf))
            .bind::<Array<Binary>, _>(column_of!(rows, r => r.hmac.clone())),
        ),
    }
    Ok(())
}

/// Removes claims of nothing.
pub fn remove_claims(writes: &mut Writes<'_>, gone: &[ClaimKey]) -> Result<(), StoreError> {
    match writes.to() {
        (Connection::Sqlite(c), _) => {
            for key in gone {
                let (mrn, certificate) = (key.item.declaration.to_string(), key.line.certificate.to_string());
                let place = (mrn, small(key.item.item)?, certificate, small(key.line.line)?);
                diesel::delete(claim::table.find(place)).execute(c)?;
            }
        }
        (Connection::Postgres(_), _) if gone.is_empty() => {}
        (Connection::Postgres(_), later) => {
            let items: Vec<i32> = gone.iter().map(|key| small(key.item.item)).collect::<Result<_, _>>()?;
            let lines: Vec<i32> = gone.iter().map(|key| small(key.line.line)).collect::<Result<_, _>>()?;
            later.push(
                prepared(
                    "DELETE FROM claim USING unnest(?, ?, ?, ?) AS gone (mrn, item, certificate, line)
                     WHERE claim.mrn = gone.mrn AND claim.item = gone.item AND claim.certificate = gone.certificate
                         AND claim.line = gone.line",
                )
                .bind::<Array<Text>, _>(column_of!(gone, key => key.item.declaration.to_string()))
                .bind::<Array<Integer>, _>(items)
                .bind::<Array<Text>, _>(column_of!(gone, key => key.line.certificate.to_string()))
                .bind::<Array<Integer>, _>(lines),
            );
        }
    }
    Ok(())
}
