//! Which declaration follows which.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};
use diesel_async::AsyncPgConnection;
use endmark_core::reference::Mrn;

use super::read;
use crate::store::among::{among, keys};
use crate::store::prepared::prepared;
use crate::store::schema::follower;
use crate::store::{Connection, StoreError, Writes, on};

const COLUMNS: (follower::earlier, follower::later) = (follower::earlier, follower::later);

/// Earlier and later, as stored.
type Pairs = Vec<(String, String)>;

/// Which declarations precede or follow some: earlier, later, each pair once.
pub fn earlier_and_later(connection: &mut Connection, mrns: &[Mrn]) -> Result<BTreeSet<(Mrn, Mrn)>, StoreError> {
    let c = match connection {
        Connection::Sqlite(c) => c,
        Connection::Postgres(c) => return c.together(async |c| pg_earlier_and_later(c, mrns).await),
    };
    if mrns.is_empty() {
        return Ok(BTreeSet::new());
    }
    let texts: Vec<&str> = mrns.iter().map(Mrn::as_str).collect();
    // Two statements, so that each uses its index.
    let mut found: Pairs = follower::table.filter(among(follower::earlier, &texts)?).select(COLUMNS).load(c)?;
    found.extend(follower::table.filter(among(follower::later, &texts)?).select(COLUMNS).load::<(String, String)>(c)?);
    opened(&found)
}

/// The same from `PostgreSQL`, to be sent with others.
pub(in crate::store) async fn pg_earlier_and_later(
    connection: &AsyncPgConnection,
    mrns: &[Mrn],
) -> Result<BTreeSet<(Mrn, Mrn)>, StoreError> {
    if mrns.is_empty() {
        return Ok(BTreeSet::new());
    }
    let texts: Vec<&str> = mrns.iter().map(Mrn::as_str).collect();
    let later = follower::table.filter(follower::earlier.eq_any(&texts)).select(COLUMNS);
    let earlier = follower::table.filter(follower::later.eq_any(&texts)).select(COLUMNS);
    let (mut found, others): (Pairs, Pairs) = tokio::try_join!(
        biased;
        diesel_async::RunQueryDsl::load(later, &mut &*connection),
        diesel_async::RunQueryDsl::load(earlier, &mut &*connection),
    )?;
    found.extend(others);
    opened(&found)
}

/// The most declarations of whole movements in one batch, and how many may follow each other among them.
pub const MOVEMENTS_MAX: usize = 20_000;
const PAIRS_MAX: i64 = 200_000;

/// One more than there may be: that is seen to be too many.
fn declarations_read() -> i64 {
    i64::try_from(MOVEMENTS_MAX).unwrap_or(i64::MAX).saturating_add(1)
}

#[derive(QueryableByName)]
#[diesel(table_name = follower)]
struct Pair {
    earlier: String,
    later: String,
}

/// Which declaration precedes which in the movements of some, all the way through: of more than [`MOVEMENTS_MAX`]
/// declarations, those of one more.
pub fn movements(connection: &mut Connection, of: &[Mrn]) -> Result<BTreeSet<(Mrn, Mrn)>, StoreError> {
    let c = match connection {
        Connection::Sqlite(c) => c,
        Connection::Postgres(c) => return c.together(async |c| pg_movements(c, of).await),
    };
    if of.is_empty() {
        return Ok(BTreeSet::new());
    }
    let texts: Vec<&str> = of.iter().map(Mrn::as_str).collect();
    let pairs: Vec<Pair> = prepared(
        "WITH RECURSIVE movement (mrn) AS (
             SELECT value FROM json_each(?)
             UNION SELECT later FROM movement CROSS JOIN follower ON earlier = mrn
             UNION SELECT earlier FROM movement CROSS JOIN follower ON later = mrn
             LIMIT ?)
         SELECT earlier, later FROM movement CROSS JOIN follower ON earlier = mrn LIMIT ?",
    )
    .bind::<Text, _>(keys(&texts)?)
    .bind::<BigInt, _>(declarations_read())
    .bind::<BigInt, _>(PAIRS_MAX)
    .load(c)?;
    whole(pairs)
}

/// The same from `PostgreSQL`, to be sent with others. Each `LIMIT` inside keeps it from reading the table whole.
pub(in crate::store) async fn pg_movements(
    connection: &AsyncPgConnection,
    of: &[Mrn],
) -> Result<BTreeSet<(Mrn, Mrn)>, StoreError> {
    if of.is_empty() {
        return Ok(BTreeSet::new());
    }
    let query = prepared(
        "WITH RECURSIVE movement (mrn) AS (
             SELECT unnest(?)
             UNION SELECT beside.mrn FROM movement, LATERAL (
                 SELECT near.mrn FROM (
                     SELECT later AS mrn FROM follower WHERE earlier = movement.mrn
                     UNION ALL SELECT earlier FROM follower WHERE later = movement.mrn) AS near LIMIT 1000000) AS beside)
         SELECT pair.earlier, pair.later FROM (SELECT mrn FROM movement LIMIT ?) AS one, LATERAL (
             SELECT earlier, later FROM follower WHERE earlier = one.mrn LIMIT 1000000) AS pair LIMIT ?",
    )
    .bind::<Array<Text>, _>(of.iter().map(Mrn::to_string).collect::<Vec<_>>())
    .bind::<BigInt, _>(declarations_read())
    .bind::<BigInt, _>(PAIRS_MAX);
    whole(diesel_async::RunQueryDsl::load(query, &mut &*connection).await?)
}

fn whole(pairs: Vec<Pair>) -> Result<BTreeSet<(Mrn, Mrn)>, StoreError> {
    opened(&pairs.into_iter().map(|pair| (pair.earlier, pair.later)).collect::<Pairs>())
}

/// A page of all pairs, in order.
pub fn all_followers(connection: &mut Connection, page: u32, most: u16) -> Result<BTreeSet<(Mrn, Mrn)>, StoreError> {
    let found: Pairs = on!(connection, c => follower::table
        .order(COLUMNS)
        .offset(i64::from(page).saturating_mul(most.into()))
        .limit(most.into())
        .select(COLUMNS)
        .load(c))?;
    opened(&found)
}

fn opened(found: &[(String, String)]) -> Result<BTreeSet<(Mrn, Mrn)>, StoreError> {
    found.iter().map(|(earlier, later)| Ok((read(earlier, "MRN")?, read(later, "MRN")?))).collect()
}

/// Notes who follows whom.
pub fn put_followers(writes: &mut Writes<'_>, new: &BTreeSet<(Mrn, Mrn)>) -> Result<(), StoreError> {
    match writes.to() {
        (Connection::Sqlite(c), _) => {
            for (earlier, later) in new {
                let row = (follower::earlier.eq(earlier.as_str()), follower::later.eq(later.as_str()));
                diesel::insert_or_ignore_into(follower::table).values(row).execute(c)?;
            }
        }
        (Connection::Postgres(_), _) if new.is_empty() => {}
        (Connection::Postgres(_), later) => later.push(
            prepared("INSERT INTO follower (earlier, later) SELECT * FROM unnest(?, ?) ON CONFLICT DO NOTHING")
                .bind::<Array<Text>, _>(new.iter().map(|(earlier, _)| earlier.to_string()).collect::<Vec<_>>())
                .bind::<Array<Text>, _>(new.iter().map(|(_, later)| later.to_string()).collect::<Vec<_>>()),
        ),
    }
    Ok(())
}
