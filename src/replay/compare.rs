//! Every difference between the ledger as the log tells it and as its rows stand.

use std::collections::BTreeMap;
use std::fmt::Debug;

use endmark_core::position::{Claim, ClaimKey, LineKey, LinePosition};

use super::{ReplayError, replay};
use crate::store::ledger::{self as rows, Row};
use crate::store::{Connection, RowKey};

/// How many rows are read at once.
const PAGE: u16 = 1_000;

/// Replays the log and names every difference from the rows, and every line that breaks invariant 1. Empty: ledger
/// and log agree. For a service that stands still, since rows and log are read one after the other.
pub fn compare(connection: &mut Connection, key: &RowKey) -> Result<Vec<String>, ReplayError> {
    let position = replay(connection)?.position;
    let mut differences = Vec::new();
    let mut lines: BTreeMap<LineKey, LinePosition> = BTreeMap::new();
    let mut claims: BTreeMap<ClaimKey, Claim> = BTreeMap::new();
    for page in 0.. {
        let found = rows::all_lines(connection, key, page, PAGE)?;
        let last = found.len() < usize::from(PAGE);
        for row in found {
            match row {
                Row::Good(line) => drop(lines.insert(line.key, line.position)),
                Row::Tampered(number) => {
                    differences.push(format!("a line of {number} was changed outside the service"));
                }
            }
        }
        if last {
            break;
        }
    }
    for page in 0.. {
        let found = rows::all_claims(connection, key, page, PAGE)?;
        let last = found.len() < usize::from(PAGE);
        for row in found {
            match row {
                Row::Good(stored) => drop(claims.insert(stored.key, stored.claim)),
                Row::Tampered(key) => differences.push(format!("claim {key:?} was changed outside the service")),
            }
        }
        if last {
            break;
        }
    }
    for (key, line) in &lines {
        if !line.is_sound() {
            differences.push(format!("line {key:?} is overdrawn or below zero: {line:?}"));
        }
    }
    let replayed = position.lines().map(|(key, line)| (*key, line.clone())).collect();
    name_differences("line", &replayed, &lines, &mut differences);
    let claim =
        |(line, item, claim): (LineKey, &_, &Claim)| (ClaimKey { line, item: Clone::clone(item) }, claim.clone());
    name_differences("claim", &position.claims().map(claim).collect(), &claims, &mut differences);
    Ok(differences)
}

fn name_differences<K: Ord + Debug, V: PartialEq + Debug>(
    what: &str,
    replayed: &BTreeMap<K, V>,
    stored: &BTreeMap<K, V>,
    differences: &mut Vec<String>,
) {
    for (key, of_log) in replayed {
        match stored.get(key) {
            Some(row) if row == of_log => {}
            Some(row) => differences.push(format!("{what} {key:?}: the log gives {of_log:?}, the row says {row:?}")),
            None => differences.push(format!("{what} {key:?}: the log gives {of_log:?}, there is no row")),
        }
    }
    for (key, row) in stored.iter().filter(|(key, _)| !replayed.contains_key(key)) {
        differences.push(format!("{what} {key:?}: the row says {row:?}, the log knows nothing of it"));
    }
}
