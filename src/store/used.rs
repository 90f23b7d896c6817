//! Which certificates were used in a period. The log says it: a reservation that was deleted since, or goods released
//! later, leave it as it was.

use std::collections::BTreeSet;

use diesel::prelude::*;
use endmark_core::export::EntryFields;
use time::OffsetDateTime;

use super::export::{WINDOW, first_at};
use super::schema::entry;
use super::{Connection, StoreError, column, count, head, on};

/// What uses a certificate, by what was decided.
const USES: [&str; 3] = ["reserved", "overridden", "released"];
/// How many entries one statement gives, and how many statements one page may take.
const ENTRIES_AT_ONCE: i64 = 1_000;
const STATEMENTS_MAX: usize = 20;

/// A page of certificates that were used.
#[derive(Debug, Default)]
pub struct Used {
    /// Their numbers; one that is used again later stands on a later page too.
    pub certificates: BTreeSet<String>,
    /// How many more the entries do not name: a declaration may draw on more than an entry holds.
    pub omitted: u64,
    /// The last entry looked at, where there is more to look at.
    pub more_after: Option<u64>,
}

/// The certificates used from a moment on and before another, after an entry: about `most` of them.
pub fn certificates_used(
    connection: &mut Connection,
    (from, until): (OffsetDateTime, OffsetDateTime),
    after: Option<u64>,
    most: usize,
) -> Result<Used, StoreError> {
    let size = head::read(connection)?.size;
    let first = first_at(connection, from, 0, size)?;
    let end = first_at(connection, until, first, size)?;
    let mut next = after.map_or(first, |after| first.max(after.saturating_add(1)));
    let mut used = Used::default();
    for _ in 0..STATEMENTS_MAX {
        if next >= end || used.certificates.len() >= most {
            break;
        }
        let below = end.min(next.saturating_add(WINDOW));
        let (lowest, highest) = (column(next)?, column(below)?);
        let rows: Vec<(i64, Vec<u8>)> = on!(connection, c => entry::table
            .filter(entry::leaf.ge(lowest).and(entry::leaf.lt(highest)))
            .filter(entry::decision.eq_any(USES))
            .order(entry::leaf)
            .limit(ENTRIES_AT_ONCE)
            .select((entry::leaf, entry::body))
            .load(c))?;
        let is_full = i64::try_from(rows.len()).is_ok_and(|found| found == ENTRIES_AT_ONCE);
        next = below;
        for (leaf, body) in rows {
            let leaf = count(leaf)?;
            if used.certificates.len() >= most {
                next = leaf;
                break;
            }
            let read =
                EntryFields::parse(&body).map_err(|error| StoreError::Corrupt(format!("entry {leaf}: {error}")))?;
            used.certificates.extend(read.certificates);
            used.omitted = used.omitted.saturating_add(read.certificates_omitted);
            if is_full {
                next = leaf.saturating_add(1);
            }
        }
    }
    used.more_after = (next < end).then(|| next.saturating_sub(1));
    Ok(used)
}
