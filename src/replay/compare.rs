//! Every difference between what the log tells and what the rows say.

use std::collections::{BTreeMap, BTreeSet};

use endmark_core::check::StoredStatus;
use endmark_core::position::{Claim, ClaimKey, LineKey, LinePosition};
use endmark_core::reference::Mrn;

use super::Replayed;
use super::standing::Event;
use super::words::{Told, unequal, whole};
use crate::store::certificate::{self, Found, Standing};
use crate::store::ledger::{self as rows, Declaration, Presentation, Row};
use crate::store::{Connection, RowKey, StoreError, control, registry, sealed};

/// How many rows are read at once.
const PAGE: u16 = 10_000;

/// A row that is not as the log tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Which row.
    pub row: String,
    /// What is wrong with it.
    pub problem: String,
}

/// Hears of each difference.
type Sink<'a> = &'a mut dyn FnMut(Difference);

const EDITED: &str = "it was changed outside the service";

fn tell(sink: Sink<'_>, row: impl ToString, problem: impl ToString) {
    sink(Difference { row: row.to_string(), problem: problem.to_string() });
}

impl Replayed {
    /// Compares every row that decides with this replay of the log.
    pub(crate) fn compare(&self, connection: &mut Connection, key: &RowKey, sink: Sink<'_>) -> Result<(), StoreError> {
        self.compare_registry(connection, key, sink)?;
        self.compare_certificates(connection, key, sink)?;
        Self::compare_sealed(connection, sink)?;
        self.compare_lines(connection, key, sink)?;
        self.compare_claims(connection, key, sink)?;
        self.compare_declarations(connection, key, sink)?;
        self.compare_followers(connection, sink)?;
        self.compare_presentations(connection, key, sink)?;
        self.compare_controls(connection, key, sink)
    }

    fn compare_registry(&self, connection: &mut Connection, key: &RowKey, sink: Sink<'_>) -> Result<(), StoreError> {
        let mut stored = BTreeMap::new();
        for row in registry::all(connection, key)? {
            let name = format!("registry row {} ({})", row.subject, row.kind.as_str());
            if !row.intact {
                tell(sink, &name, EDITED);
            }
            stored.insert((row.kind, row.subject), u64::try_from(row.leaf).unwrap_or(u64::MAX));
        }
        let name =
            |(kind, subject): &(crate::entry::Kind, String)| format!("registry row {subject} ({})", kind.as_str());
        differences(&self.registry, &stored, name, sink, |leaf, row| {
            (leaf != row).then(|| format!("entry {leaf} set it last, but the row is that of entry {row}"))
        });
        Ok(())
    }

    fn compare_certificates(
        &self,
        connection: &mut Connection,
        key: &RowKey,
        sink: Sink<'_>,
    ) -> Result<(), StoreError> {
        let mut stored: BTreeMap<_, Standing> = BTreeMap::new();
        let mut after = String::new();
        loop {
            let page = certificate::all(connection, key, &after, PAGE.into())?;
            let Some((last, _)) = page.last() else { break };
            after.clone_from(last);
            for (number, found) in page {
                match found {
                    Ok(Found::Standing(standing)) => drop(stored.insert(standing.number, *standing)),
                    Ok(Found::Tampered(_)) => tell(sink, format!("certificate {number}"), EDITED),
                    Err(error) => tell(sink, format!("certificate {number}"), error),
                }
            }
        }
        differences(
            &self.certificates,
            &stored,
            |number| format!("certificate {number}"),
            sink,
            |log, row| {
                let same = Standing { status: row.status.clone(), ..log.clone() } == *row
                    && same_status(&log.status, &row.status);
                (!same).then(|| {
                    format!(
                        "the log gives {} since entry {}, the row says {} since entry {}",
                        name_of(&log.status),
                        log.status_leaf,
                        name_of(&row.status),
                        row.status_leaf
                    )
                })
            },
        );
        Ok(())
    }

    /// Sealed bytes that are gone or another's are found by replaying; those beside every certificate here.
    fn compare_sealed(connection: &mut Connection, sink: Sink<'_>) -> Result<(), StoreError> {
        let mut from = 0;
        loop {
            let page = sealed::page(connection, from, PAGE.into())?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            from = last.saturating_add(1);
            for (leaf, _) in page.iter().filter(|(_, of_certificate)| !of_certificate) {
                tell(sink, format!("sealed bytes of entry {leaf}"), "no certificate has them");
            }
        }
    }

    fn compare_lines(&self, connection: &mut Connection, key: &RowKey, sink: Sink<'_>) -> Result<(), StoreError> {
        let mut stored: BTreeMap<LineKey, (LinePosition, u64)> = BTreeMap::new();
        for page in 0.. {
            let found = rows::all_lines(connection, key, page, PAGE)?;
            let last = found.len() < usize::from(PAGE);
            for row in found {
                match row {
                    Ok(Row::Good(line)) => drop(stored.insert(line.key, (line.position, line.leaf))),
                    Ok(Row::Tampered(number)) => tell(sink, format!("a line of {number}"), EDITED),
                    Err(error) => tell(sink, "a certificate's line", error),
                }
            }
            if last {
                break;
            }
        }
        for (key, (line, leaf)) in &stored {
            if !line.is_sound() {
                tell(sink, line_name(key), format!("it is overdrawn or below zero: {}", whole(&(line.clone(), *leaf))));
            }
        }
        let leaf = |key| self.line_leaves.get(key).copied().unwrap_or_default();
        let replayed = self.position.lines().map(|(key, line)| (*key, (line.clone(), leaf(key)))).collect();
        differences(&replayed, &stored, line_name, sink, unequal);
        Ok(())
    }

    fn compare_claims(&self, connection: &mut Connection, key: &RowKey, sink: Sink<'_>) -> Result<(), StoreError> {
        let mut stored: BTreeMap<ClaimKey, (Claim, Option<Event>)> = BTreeMap::new();
        for page in 0.. {
            let found = rows::all_claims(connection, key, page, PAGE)?;
            let last = found.len() < usize::from(PAGE);
            for row in found {
                match row {
                    Ok(Row::Good(of)) => {
                        let event = Event { office: of.office, at: of.at, leaf: of.leaf };
                        stored.insert(of.key, (of.claim, Some(event)));
                    }
                    Ok(Row::Tampered(key)) => tell(sink, claim_name(&key), EDITED),
                    Err(error) => tell(sink, "a claim", error),
                }
            }
            if last {
                break;
            }
        }
        let claims = self.position.claims().map(|(line, item, claim)| {
            let key = ClaimKey { line, item: item.clone() };
            let event = self.events.get(&key).cloned();
            (key, (claim.clone(), event))
        });
        differences(&claims.collect(), &stored, claim_name, sink, unequal);
        Ok(())
    }

    fn compare_declarations(
        &self,
        connection: &mut Connection,
        key: &RowKey,
        sink: Sink<'_>,
    ) -> Result<(), StoreError> {
        let mut stored: BTreeMap<Mrn, Declaration> = BTreeMap::new();
        for page in 0.. {
            let found = rows::all_declarations(connection, key, page, PAGE)?;
            let last = found.len() < usize::from(PAGE);
            for row in found {
                match row {
                    Ok(Row::Good(of)) => drop(stored.insert(of.mrn.clone(), of)),
                    Ok(Row::Tampered(mrn)) => tell(sink, format!("declaration {mrn}"), EDITED),
                    Err(error) => tell(sink, "a declaration", error),
                }
            }
            if last {
                break;
            }
        }
        differences(&self.declarations, &stored, |mrn| format!("declaration {mrn}"), sink, unequal);
        Ok(())
    }

    /// Who follows whom carries no HMAC: it is compared whole.
    fn compare_followers(&self, connection: &mut Connection, sink: Sink<'_>) -> Result<(), StoreError> {
        let mut stored = BTreeSet::new();
        for page in 0.. {
            let mut found = rows::all_followers(connection, page, PAGE)?;
            let last = found.len() < usize::from(PAGE);
            stored.append(&mut found);
            if last {
                break;
            }
        }
        let told: BTreeSet<(Mrn, Mrn)> =
            self.position.all_followers().map(|(earlier, later)| (earlier.clone(), later.clone())).collect();
        for (earlier, later) in told.difference(&stored) {
            tell(
                sink,
                format!("declaration {later}"),
                format!("the log gives that it follows {earlier}; no row says so"),
            );
        }
        for (earlier, later) in stored.difference(&told) {
            let problem = format!("a row says that it follows {earlier}; the log knows nothing of it");
            tell(sink, format!("declaration {later}"), problem);
        }
        Ok(())
    }

    fn compare_presentations(
        &self,
        connection: &mut Connection,
        key: &RowKey,
        sink: Sink<'_>,
    ) -> Result<(), StoreError> {
        let mut stored: BTreeMap<(Mrn, String), Presentation> = BTreeMap::new();
        for page in 0.. {
            let found = rows::all_presentations(connection, key, page, PAGE)?;
            let last = found.len() < usize::from(PAGE);
            for row in found {
                match row {
                    Ok(Row::Good(of)) => drop(stored.insert((of.mrn.clone(), of.id.clone()), of)),
                    Ok(Row::Tampered(mrn)) => tell(sink, format!("a presentation under {mrn}"), EDITED),
                    Err(error) => tell(sink, "a presentation", error),
                }
            }
            if last {
                break;
            }
        }
        let name = |(mrn, id): &(Mrn, String)| format!("presentation {id} under {mrn}");
        differences(&self.presentations, &stored, name, sink, unequal);
        Ok(())
    }

    fn compare_controls(&self, connection: &mut Connection, key: &RowKey, sink: Sink<'_>) -> Result<(), StoreError> {
        let mut stored = BTreeMap::new();
        for page in 0.. {
            let found = control::all(connection, key, page, PAGE)?;
            let last = found.len() < usize::from(PAGE);
            for row in found {
                match row {
                    Ok(Row::Good(of)) => drop(stored.insert(super::controls::key(&of), of)),
                    Ok(Row::Tampered((organisation, id))) => {
                        tell(sink, format!("control {id} of {organisation}"), EDITED);
                    }
                    Err(error) => tell(sink, "a control", error),
                }
            }
            if last {
                break;
            }
        }
        let name = |(organisation, id, certificate): &super::ControlKey| {
            format!("control {id} of {organisation} on {certificate}")
        };
        differences(&self.controls, &stored, name, sink, unequal);
        Ok(())
    }
}

fn line_name(key: &LineKey) -> String {
    format!("line {} of {}", key.line, key.certificate)
}

fn claim_name(key: &ClaimKey) -> String {
    let (item, line) = (&key.item, &key.line);
    format!("claim of item {} of {} on line {} of {}", item.item, item.declaration, line.line, line.certificate)
}

pub(super) const fn name_of(status: &StoredStatus) -> &'static str {
    match status {
        StoredStatus::Valid => "valid",
        StoredStatus::Suspended { .. } => "suspended",
        StoredStatus::Revoked { .. } => "revoked",
        StoredStatus::Replaced { .. } => "replaced",
    }
}

/// Whether two statuses are the same, but for a reason: it is evidence and may have been erased.
fn same_status(log: &StoredStatus, row: &StoredStatus) -> bool {
    match (log, row) {
        (StoredStatus::Suspended { since, .. }, StoredStatus::Suspended { since: found, .. })
        | (StoredStatus::Revoked { since, .. }, StoredStatus::Revoked { since: found, .. }) => since == found,
        (log, row) => log == row,
    }
}

fn differences<K: Ord, V: Told>(
    replayed: &BTreeMap<K, V>,
    stored: &BTreeMap<K, V>,
    name: impl Fn(&K) -> String,
    sink: Sink<'_>,
    compare: impl Fn(&V, &V) -> Option<String>,
) {
    for (key, of_log) in replayed {
        match stored.get(key) {
            Some(row) => {
                if let Some(problem) = compare(of_log, row) {
                    tell(sink, name(key), problem);
                }
            }
            None => {
                tell(
                    sink,
                    name(key),
                    format!("the log gives {}; there is no such row that can be believed", whole(of_log)),
                );
            }
        }
    }
    for (key, row) in stored.iter().filter(|(key, _)| !replayed.contains_key(key)) {
        tell(sink, name(key), format!("the row says {}; the log knows nothing of it", whole(row)));
    }
}
