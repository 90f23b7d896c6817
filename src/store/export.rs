//! Reading entries for exports: short reads in the order of the log, no snapshot that lasts.

use std::collections::BTreeMap;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Binary, Bool};
use endmark_core::export::{EntryFields, Filter, Match};
use time::OffsetDateTime;

use super::log::{StoredEvidence, evidence_of};
use super::schema::{entry, evidence};
use super::{Connection, StoreError, column, count, micros, on, packed};

/// How many leaves one statement looks at: a filter that fits little must not hold a connection for long.
pub(super) const WINDOW: u64 = 50_000;

/// Entries that are wanted, and where to go on.
#[derive(Debug)]
pub struct Page {
    /// Leaf and bytes, in order.
    pub entries: Vec<(u64, Vec<u8>)>,
    /// The leaf after the last one looked at.
    pub next: u64,
}

/// Where in the log to look for what a filter wants: from a leaf on and below another. Time does not run backwards, so
/// the moments of a filter are found by halving.
pub fn range(connection: &mut Connection, filter: &Filter, from: u64, below: u64) -> Result<(u64, u64), StoreError> {
    let first = filter.from.map_or(Ok(from), |at| first_at(connection, at, from, below))?;
    let last = filter.until.map_or(Ok(below), |at| first_at(connection, at, first, below))?;
    Ok((first, last))
}

/// The first leaf that was decided at a moment or later.
pub(super) fn first_at(
    connection: &mut Connection,
    at: OffsetDateTime,
    from: u64,
    below: u64,
) -> Result<u64, StoreError> {
    let (mut from, mut below) = (from, below);
    while from < below {
        let middle = from.midpoint(below);
        let leaf = column(middle)?;
        let found: Option<i64> = on!(connection, c => entry::table
            .filter(entry::leaf.ge(leaf))
            .order(entry::leaf)
            .select(entry::at_micros)
            .first(c)
            .optional())?;
        if found.is_some_and(|found| found < micros(at)) {
            from = middle.saturating_add(1);
        } else {
            below = middle;
        }
    }
    Ok(from)
}

/// The next entries that a filter wants, from a leaf on and below another, at most `most`; there may be none.
///
/// The columns only narrow the search: what is wanted is decided by the entries' bytes.
pub fn page(
    connection: &mut Connection,
    filter: &Filter,
    from: u64,
    below: u64,
    most: u16,
) -> Result<Page, StoreError> {
    // Declarations have an index; what else is asked for is looked for in this many entries at a time.
    let window = if filter.declaration.is_some() { u64::MAX } else { WINDOW };
    let end = below.min(from.saturating_add(window));
    let (first, last) = (column(from)?, column(end)?);
    let rows = candidates(connection, filter, (first, last), most, false)?;
    let full = rows.len() == usize::from(most);
    let mut entries = Vec::with_capacity(rows.len());
    let mut next = end;
    for (leaf, body) in rows {
        let leaf = count(leaf)?;
        if full {
            next = leaf.saturating_add(1);
        }
        if wants(connection, filter, leaf, &body)? {
            entries.push((leaf, body));
        }
    }
    Ok(Page { entries, next })
}

/// The newest entries that a filter wants.
#[derive(Debug)]
pub struct Newest {
    /// Leaf and bytes, newest first.
    pub entries: Vec<(u64, Vec<u8>)>,
    /// Below which leaf to go on; `None`: there are no older ones.
    pub older: Option<u64>,
}

/// The newest entries below a leaf that a filter wants, at most `most`; there may be none, and older ones nevertheless.
pub fn page_before(connection: &mut Connection, filter: &Filter, before: u64, most: u16) -> Result<Newest, StoreError> {
    /// How many statements one search runs: a filter that fits little must not hold a connection for long.
    const STATEMENTS_MAX: usize = 8;
    let mut end = before.min(super::head::read(connection)?.size);
    let mut entries = Vec::new();
    for _ in 0..STATEMENTS_MAX {
        if end == 0 || entries.len() >= usize::from(most) {
            break;
        }
        let from = end.saturating_sub(WINDOW);
        let rows = candidates(connection, filter, (column(from)?, column(end)?), most, true)?;
        let full = rows.len() == usize::from(most);
        end = from;
        for (leaf, body) in rows {
            let leaf = count(leaf)?;
            if entries.len() < usize::from(most) && wants(connection, filter, leaf, &body)? {
                entries.push((leaf, body));
            }
            if full || entries.len() == usize::from(most) {
                end = leaf;
            }
            if entries.len() == usize::from(most) {
                break;
            }
        }
    }
    Ok(Newest { entries, older: (end > 0).then_some(end) })
}

/// Entries that the columns do not rule out.
fn candidates(
    connection: &mut Connection,
    filter: &Filter,
    (first, last): (i64, i64),
    most: u16,
    newest_first: bool,
) -> Result<Vec<(i64, Vec<u8>)>, StoreError> {
    let (before, after) = match connection {
        Connection::Sqlite(_) => ("instr(body, ", ") > 0"),
        Connection::Postgres(_) => ("position(", " IN body) > 0"),
    };
    let holds = |bytes: Vec<u8>| sql::<Bool>(before).bind::<Binary, _>(bytes).sql(after);
    Ok(on!(connection, c => {
        let mut query = entry::table
            .filter(entry::leaf.ge(first).and(entry::leaf.lt(last)))
            .limit(most.into())
            .select((entry::leaf, entry::body))
            .into_boxed();
        if let Some(at) = filter.from {
            query = query.filter(entry::at_micros.ge(micros(at)));
        }
        if let Some(at) = filter.until {
            query = query.filter(entry::at_micros.lt(micros(at)));
        }
        if let Some(organisation) = &filter.organisation {
            query = query.filter(entry::organisation.eq(organisation));
        }
        if let Some(declaration) = &filter.declaration {
            query = query.filter(entry::mrn.eq(declaration));
        }
        if let Some(kind) = &filter.kind {
            query = query.filter(entry::kind.eq(kind));
        }
        if let Some(decision) = &filter.decision {
            query = query.filter(entry::decision.eq(decision));
        }
        if let Some(office) = &filter.office {
            query = query.filter(entry::office.eq(office));
        }
        if let Some(number) = filter.certificate {
            let omitted = br#""certificatesOmitted""#.to_vec();
            query = query.filter(holds(number.to_string().into_bytes()).or(holds(omitted)));
        }
        if newest_first {
            query.order(entry::leaf.desc()).load(c)
        } else {
            query.order(entry::leaf).load(c)
        }
    })?)
}

fn wants(connection: &mut Connection, filter: &Filter, leaf: u64, body: &[u8]) -> Result<bool, StoreError> {
    if filter.is_empty() {
        return Ok(true);
    }
    let fields = EntryFields::parse(body)
        .map_err(|error| StoreError::Corrupt(format!("entry {leaf}: {error}; run: endmark audit verify")))?;
    match (filter.matches(&fields), filter.certificate) {
        (Match::Yes, _) => Ok(true),
        (Match::InEvidence, Some(number)) => {
            let (evidence, number) = (evidence_of(connection, leaf)?, number.to_string());
            let names = |body: &[u8]| body.windows(number.len()).any(|part| part == number.as_bytes());
            Ok(evidence.is_some_and(|evidence| names(&evidence.body)))
        }
        _ => Ok(false),
    }
}

/// How much evidence entries have, in bytes, without reading it; those that have none are left out.
pub fn evidence_lengths(connection: &mut Connection, leaves: &[u64]) -> Result<BTreeMap<u64, u64>, StoreError> {
    let leaves: Vec<i64> = leaves.iter().map(|leaf| column(*leaf)).collect::<Result<_, _>>()?;
    let rows: Vec<(i64, (i64, Vec<u8>))> = on!(connection, c => evidence::table
        .filter(evidence::leaf.eq_any(leaves))
        .select((evidence::leaf, packed::lengths()))
        .load(c))?;
    let length = |(stored, frame): (i64, Vec<u8>)| count(packed::length(&frame, stored));
    rows.into_iter().map(|(leaf, of)| Ok((count(leaf)?, length(of)?))).collect()
}

/// The evidence of entries; those that have none are left out.
pub fn evidence_of_all(
    connection: &mut Connection,
    leaves: &[u64],
) -> Result<BTreeMap<u64, StoredEvidence>, StoreError> {
    let leaves: Vec<i64> = leaves.iter().map(|leaf| column(*leaf)).collect::<Result<_, _>>()?;
    let rows: Vec<(i64, Vec<u8>, Vec<u8>)> = on!(connection, c => evidence::table
        .filter(evidence::leaf.eq_any(leaves))
        .select((evidence::leaf, evidence::salt, evidence::body))
        .load(c))?;
    let read = |(leaf, salt, body): (i64, Vec<u8>, Vec<u8>)| {
        let leaf = count(leaf)?;
        Ok((leaf, StoredEvidence::required(leaf, salt, body)?))
    };
    rows.into_iter().map(read).collect()
}
