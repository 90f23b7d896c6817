//! Whether the database still says what the log's entries say: `audit verify` (docs/LOG.md, "Verifying the database").
//!
//! Believes nothing that is stored but the row key, which the database does not hold. Entries are read a page at a
//! time up to a size fixed at the start, so the service goes on beside it; what was appended meanwhile, and the rows
//! that decide, are read in one snapshot at the end.

mod again;
mod entry;
mod faults;
mod tree;
mod walk;

pub use again::{Again, AgainError, Knowledge, decide_again};
pub use faults::{Fault, Faults};

use endmark_core::log::{Checkpoint, Hash};
use serde::Serialize;

use crate::store::{Connection, RowKey, StoreError, audit as rows, head, registry_digest};
use walk::Walk;

/// What the database is held against.
#[derive(Debug)]
pub struct Expected<'a> {
    /// The register's name.
    pub origin: &'a str,
    /// The key of the rows' HMACs.
    pub rows: &'a RowKey,
    /// The newest checkpoint kept outside the database, read before the database is.
    pub checkpoint: Option<&'a Checkpoint>,
}

/// What was looked at, and what is wrong.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// How many entries the log has.
    pub entries: u64,
    /// The root over their bytes, in base64.
    pub root: String,
    /// The size of the checkpoint it was compared with.
    pub checkpoint: Option<u64>,
    /// How much evidence is there and as it was.
    pub evidence: u64,
    /// How much was erased, by an entry that says so.
    pub redacted: u64,
    /// Whether the rows that decide were compared with a replay of the entries.
    pub rows_compared: bool,
    /// What is wrong, in the order of the log.
    pub faults: Vec<Fault>,
    /// How many more faults there are.
    pub more_faults: u64,
}

impl Report {
    /// A head that cannot be read.
    fn of_head(problem: String) -> Self {
        Self {
            entries: 0,
            root: String::new(),
            checkpoint: None,
            evidence: 0,
            redacted: 0,
            rows_compared: false,
            faults: vec![Fault { leaf: None, what: "head".to_owned(), problem }],
            more_faults: 0,
        }
    }

    /// Whether nothing is wrong.
    pub const fn is_good(&self) -> bool {
        self.faults.is_empty()
    }
}

/// Verifies the whole database. `progress` hears of entries read and to be read; `faults_max` bounds the list.
pub fn verify(
    connection: &mut Connection,
    expected: &Expected<'_>,
    faults_max: usize,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Report, StoreError> {
    let first = match head::read(connection) {
        // Without a head there is no size to read up to.
        Err(StoreError::Corrupt(problem)) => return Ok(Report::of_head(problem)),
        read => read?,
    };
    let mut walk = Walk::new(expected, Faults::new(faults_max));
    walk.to(connection, first.size, progress)?;
    rows::begin_snapshot(connection)?;
    let report = finish(connection, expected, walk, progress);
    head::rollback(connection)?;
    report
}

fn finish(
    connection: &mut Connection,
    expected: &Expected<'_>,
    mut walk: Walk<'_>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Report, StoreError> {
    let head = head::read(connection)?;
    walk.to(connection, head.size, progress)?;
    if let Some(kept) = expected.checkpoint.filter(|kept| kept.size > head.size) {
        let (kept, found) = (kept.size, head.size);
        walk.faults.add(
            None,
            "head",
            format!("the database has {found} entries, but a checkpoint over {kept} was signed: it is an older copy"),
        );
    }
    if head.origin.as_str() != expected.origin {
        walk.faults.add(None, "head", format!("it is of the register {:?}, not {:?}", head.origin, expected.origin));
    }
    walk.compare_head(&head, &registry_digest::read(connection)?);
    let root: Hash = walk.finish_tree(connection, &head)?;
    for stray in rows::strays(connection, head.size, i64::try_from(walk.faults.room()).unwrap_or(i64::MAX))? {
        walk.faults.add(None, stray, format!("the log ends at {} entries and knows nothing of it", head.size));
    }
    let rows_compared = walk.compare_rows(connection)?;
    let (faults, more_faults) = walk.faults.in_order();
    Ok(Report {
        entries: head.size,
        root: root.to_string(),
        checkpoint: expected.checkpoint.map(|kept| kept.size),
        evidence: walk.evidence,
        redacted: walk.redacted,
        rows_compared,
        faults,
        more_faults,
    })
}
