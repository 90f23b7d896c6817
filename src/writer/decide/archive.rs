//! Evidence is erased, or must stay.

use std::collections::BTreeMap;

use endmark_core::check::StoredStatus;
use serde_json::json;

use super::{Decision, Draft, OPERATOR, View};
use crate::archive::{ERASED_MAX, Hold};
use crate::entry::{Kind, Logged};
use crate::registry::Row;
use crate::store::certificate::Found;
use crate::store::{Connection, RowKey, StoreError, Writes, archive as rows, log};
use crate::writer::{ArchiveChange, Reply};

/// What is put in the place of a reason that was erased.
const REDACTED: &str = "redacted";

/// What a command about evidence needs, and what it changes.
#[derive(Debug, Default)]
pub(in crate::writer) struct Archive {
    entries: BTreeMap<u64, Kept>,
    holds: Vec<Row<Hold>>,
    erased: Option<(Vec<u64>, u64)>,
    new_hold: Option<(Hold, u64)>,
    lifted: Option<String>,
}

/// An entry whose evidence is to be erased.
#[derive(Debug)]
struct Kept {
    entry: Logged,
    /// Its bytes; nothing where there is none.
    evidence: Option<Vec<u8>>,
}

impl Archive {
    /// Loads what a command needs.
    pub(in crate::writer) fn load(
        connection: &mut Connection,
        key: &RowKey,
        change: &ArchiveChange,
    ) -> Result<Self, StoreError> {
        let mut archive = Self { holds: rows::holds(connection, key)?, ..Self::default() };
        if let ArchiveChange::Erase { leaves, .. } = change {
            for leaf in leaves.iter().take(ERASED_MAX) {
                let Some((_, body)) = log::entry(connection, *leaf)? else { continue };
                let entry = Logged::read(&body);
                let entry = entry.map_err(|error| StoreError::Corrupt(format!("entry {leaf}: {error}")))?;
                let evidence = log::evidence_of(connection, *leaf)?.map(|kept| kept.body);
                // Only an entry that does not name all its certificates is looked into: the rest would fill memory.
                let evidence = evidence.map(|body| if entry.certificates_omitted > 0 { body } else { Vec::new() });
                archive.entries.insert(*leaf, Kept { entry, evidence });
            }
        }
        Ok(archive)
    }

    /// The certificates whose status has its reason from evidence that is to be erased.
    pub(in crate::writer) fn certificates(&self) -> impl Iterator<Item = endmark_core::number::CertificateNumber> {
        let of_status = |kept: &&Kept| matches!(kept.entry.kind, Kind::CertificateSuspended | Kind::CertificateRevoked);
        self.entries.values().filter(of_status).filter_map(|kept| kept.entry.number().ok())
    }

    pub(super) fn write(&self, writes: &mut Writes<'_>, key: &RowKey) -> Result<(), StoreError> {
        if let Some((leaves, by)) = &self.erased
            && rows::erase(writes.connection()?, leaves, *by)? != leaves.len()
        {
            return Err(StoreError::Corrupt("evidence to be erased is gone".to_owned()));
        }
        if let Some((hold, leaf)) = &self.new_hold {
            rows::put_hold(writes.connection()?, key, hold, *leaf)?;
        }
        self.lifted.as_ref().map_or(Ok(()), |id| rows::remove_hold(writes.connection()?, id))
    }
}

pub(super) fn decide(change: &ArchiveChange, view: &mut View<'_>, leaf: u64) -> Decision {
    match change {
        ArchiveChange::Erase { leaves, reason, despite_retention } => {
            let outcome = erase(leaves, *despite_retention, view, leaf);
            let mut decision = told(Kind::EvidenceErased, reason, outcome);
            if decision.draft.decision == "done" {
                decision.draft.erased.clone_from(leaves);
            } else {
                // What was asked for in vain is evidence too.
                let asked: Vec<u64> = leaves.iter().copied().take(ERASED_MAX).collect();
                decision.evidence = Some(json!({ "reason": reason, "entries": asked }).to_string().into_bytes());
            }
            if *despite_retention {
                decision.draft.reasons.push("despiteRetention".into());
            }
            decision
        }
        ArchiveChange::AddHold { subject, reason } => {
            let id = format!("hold-{leaf}");
            let hold = Hold { id: id.clone(), subject: subject.clone(), reason: reason.clone(), since: view.moment.at };
            view.archive.new_hold = Some((hold, leaf));
            let mut decision = told(Kind::LegalHoldChanged, reason, Ok(()));
            (decision.draft.subject, decision.draft.change) = (Some(id), Some("added"));
            match subject {
                crate::archive::Subject::Certificate(number) => {
                    decision.draft.certificates.push(number.to_string());
                }
                crate::archive::Subject::Declaration(reference) => {
                    decision.draft.declaration = Some(reference.clone());
                }
                crate::archive::Subject::Entries { first, last } => {
                    decision.draft.ledger = Some(json!({ "entries": [first, last] }));
                }
            }
            decision
        }
        ArchiveChange::RemoveHold { id, reason } => {
            let there = view.archive.holds.iter().any(|row| match row {
                Row::Good(hold) => hold.id == *id,
                Row::Tampered(held) => held == id,
            });
            let outcome = if there { Ok(()) } else { Err(format!("there is no legal hold {id}")) };
            view.archive.lifted = there.then(|| id.clone());
            let mut decision = told(Kind::LegalHoldChanged, reason, outcome);
            (decision.draft.subject, decision.draft.change) = (Some(id.clone()), Some("removed"));
            decision
        }
    }
}

/// All or nothing: an answer that half of it was erased would help nobody.
fn erase(leaves: &[u64], despite_retention: bool, view: &mut View<'_>, by: u64) -> Result<(), String> {
    if leaves.is_empty() || leaves.len() > ERASED_MAX {
        return Err(format!("name 1 to {ERASED_MAX} entries, not {}", leaves.len()));
    }
    if !leaves.is_sorted_by(|one, next| one < next) {
        return Err("name each entry once, in order".to_owned());
    }
    for leaf in leaves {
        let kept = view.archive.entries.get(leaf).ok_or_else(|| format!("the log has no entry {leaf}"))?;
        let Some(evidence) = &kept.evidence else {
            return Err(format!("entry {leaf} has no evidence, or it was erased already"));
        };
        for row in &view.archive.holds {
            match row {
                Row::Tampered(id) => {
                    return Err(format!("the legal hold {id} was changed outside the service: nothing is erased"));
                }
                Row::Good(hold) if hold.subject.covers(&kept.entry, Some(evidence)) => {
                    let (id, subject) = (&hold.id, &hold.subject);
                    return Err(format!("entry {leaf} is under the legal hold {id} ({subject}); lift that first"));
                }
                Row::Good(_) => {}
            }
        }
        let until = view.retention.keeps_until(kept.entry.kind, kept.entry.at);
        if !despite_retention && view.moment.at < until {
            return Err(format!(
                "the evidence of entry {leaf} is to be kept until {}; where the law asks for it, erase it despite \
                 that with --despite-retention",
                endmark_core::day::format(until.date())
            ));
        }
    }
    let numbers: Vec<_> = view.archive.certificates().collect();
    for number in numbers {
        let Some(Found::Standing(there)) = view.standings.get(&number) else { continue };
        if !leaves.contains(&there.status_leaf) {
            continue;
        }
        let mut standing = there.as_ref().clone();
        if let StoredStatus::Suspended { reason, .. } | StoredStatus::Revoked { reason, .. } = &mut standing.status {
            REDACTED.clone_into(reason);
            view.put(standing);
        }
    }
    view.archive.erased = Some((leaves.to_vec(), by));
    Ok(())
}

fn told(kind: Kind, reason: &str, outcome: Result<(), String>) -> Decision {
    let (decision, reply) = match outcome {
        Ok(()) => ("done", Reply::Changed),
        Err(why) => ("refused", Reply::NotChanged(why)),
    };
    // The reason is free text and may name people: it is evidence, not part of the entry.
    let evidence = json!({ "reason": reason }).to_string().into_bytes();
    Decision::new(Draft::new(kind, OPERATOR.to_owned(), decision), Some(evidence), reply)
}
