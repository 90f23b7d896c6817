//! Which certificates were used in a period. The log says it: a reservation that was deleted since, or goods released
//! later, leave it as it was.

use std::collections::BTreeSet;

use diesel::prelude::*;
use serde::Deserialize;
use time::OffsetDateTime;

use super::export::{WINDOW, first_at};
use super::schema::entry;
use super::{Connection, StoreError, column, count, head, on};

/// What uses a certificate: the type of entry, and what was decided.
const KINDS: [&str; 3] = ["declarationReserved", "declarationOverridden", "declarationReleased"];
const DECISIONS: [&str; 3] = ["reserved", "overridden", "released"];
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

/// What an entry says of a use.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Use {
    #[serde(default)]
    certificates: Vec<String>,
    #[serde(default)]
    certificates_omitted: u64,
    #[serde(default)]
    ledger: Held,
}

/// Goods item, certificate, line, quantity, excess.
type PositionRow = (u32, String, u32, String, String);

/// The position as rows, where they are few enough.
#[derive(Default, Deserialize)]
struct Held {
    position: Option<Vec<PositionRow>>,
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
            .filter(entry::kind.eq_any(KINDS).and(entry::decision.eq_any(DECISIONS)))
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
            let entry: Use =
                serde_json::from_slice(&body).map_err(|error| StoreError::Corrupt(format!("entry {leaf}: {error}")))?;
            // What it held before and holds no longer stands among the certificates of the entry, too.
            if let Some(held) = entry.ledger.position {
                used.certificates.extend(held.into_iter().map(|(_, certificate, ..)| certificate));
            } else {
                used.certificates.extend(entry.certificates);
                used.omitted = used.omitted.saturating_add(entry.certificates_omitted);
            }
            if is_full {
                next = leaf.saturating_add(1);
            }
        }
    }
    used.more_after = (next < end).then(|| next.saturating_sub(1));
    Ok(used)
}
