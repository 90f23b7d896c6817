//! Which declaration follows which.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::{Array, Text};
use diesel_async::AsyncPgConnection;
use endmark_core::reference::Mrn;

use super::read;
use crate::store::among::among;
use crate::store::prepared::prepared;
use crate::store::schema::follower;
use crate::store::{Connection, StoreError, Writes};

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
