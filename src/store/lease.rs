//! Work that one process does for all: whoever holds its lease.

use diesel::prelude::*;
use time::{Duration, OffsetDateTime};

use super::schema::lease;
use super::{Connection, StoreError, micros, on};

/// How long a lease lasts: after a crash another process takes over within this time.
const LASTS: Duration = Duration::seconds(30);
/// It is renewed when less than this is left, so that one slow round loses nothing.
const RENEW_BELOW: Duration = Duration::seconds(20);

/// What came of asking for a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// Another process holds it.
    Other,
    /// Held since before.
    Held,
    /// Taken or renewed just now.
    Renewed,
}

/// Takes, keeps or renews a lease where nobody else holds it. One process at most holds it at a moment.
pub fn hold(connection: &mut Connection, name: &str, holder: &str, now: OffsetDateTime) -> Result<Hold, StoreError> {
    let found: Option<(String, i64)> = on!(connection, c => lease::table
        .find(name)
        .select((lease::holder, lease::until_micros))
        .first(c)
        .optional())?;
    let until = micros(now.saturating_add(LASTS));
    let changed = match found {
        None => {
            let values = (lease::name.eq(name), lease::holder.eq(holder), lease::until_micros.eq(until));
            on!(connection, c => diesel::insert_into(lease::table).values(values).on_conflict_do_nothing().execute(c))?
        }
        Some((other, ends)) if other != holder && ends >= micros(now) => return Ok(Hold::Other),
        Some((mine, ends)) if mine == holder && ends > micros(now.saturating_add(RENEW_BELOW)) => {
            return Ok(Hold::Held);
        }
        Some((before, ends)) => {
            // Only what was read is replaced: of two that see it lapse, one finds it changed.
            let as_read = lease::name.eq(name).and(lease::holder.eq(&before)).and(lease::until_micros.eq(ends));
            let values = (lease::holder.eq(holder), lease::until_micros.eq(until));
            on!(connection, c => diesel::update(lease::table.filter(as_read)).set(values).execute(c))?
        }
    };
    Ok(if changed == 1 { Hold::Renewed } else { Hold::Other })
}

/// Gives a lease up, so that another process need not wait for its end.
pub fn release(connection: &mut Connection, name: &str, holder: &str) -> Result<(), StoreError> {
    let mine = lease::name.eq(name).and(lease::holder.eq(holder));
    on!(connection, c => diesel::delete(lease::table.filter(mine)).execute(c))?;
    Ok(())
}
