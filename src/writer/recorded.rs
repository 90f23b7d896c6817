//! A decision as entry and evidence.

use ring::rand::SecureRandom as _;
use time::OffsetDateTime;

use super::decide::{Decision, Person};
use super::{Origin, Reply};
use crate::entry::CERTIFICATES_MAX;
use crate::store::archive::EntryRows;
use crate::store::log::{StoredEntry, StoredEvidence};
use crate::store::{RowKey, StoreError};

/// A decision as it is stored.
pub(super) struct Recorded {
    pub(super) entry: StoredEntry,
    pub(super) evidence: Option<StoredEvidence>,
    pub(super) rows: Vec<EntryRows>,
    pub(super) reply: Reply,
}

impl Recorded {
    /// Makes the entry of a decision, and its evidence with a fresh salt.
    pub(super) fn of(
        decision: Decision,
        leaf: u64,
        now: OffsetDateTime,
        origin: &Origin,
        key: &RowKey,
    ) -> Result<Self, StoreError> {
        let kept = decision
            .evidence
            .map(|body| {
                let mut salt = [0; 16];
                ring::rand::SystemRandom::new()
                    .fill(&mut salt)
                    .map_err(|_| StoreError::Corrupt("the system's random source does not answer".to_owned()))?;
                Ok::<_, StoreError>(StoredEvidence { leaf, salt, body })
            })
            .transpose()?;
        let draft = decision.draft;
        let reasons: Vec<&str> = draft.reasons.iter().map(AsRef::as_ref).collect();
        let officer = draft.officer.map(|person| match person {
            Person::Named(name) => key.pseudonym(&draft.organisation, &name),
            Person::Registered(id) => id,
        });
        let mut entry = crate::entry::Entry::new(draft.kind, now, &origin.request, &draft.organisation);
        entry.leaf = leaf;
        entry.client = origin.client;
        entry.role = draft.role;
        entry.officer = officer.as_deref();
        entry.office = draft.office.as_deref();
        let named = draft.certificates.get(..CERTIFICATES_MAX).unwrap_or(&draft.certificates);
        entry.certificates = named;
        entry.certificates_omitted = draft.certificates.len().saturating_sub(named.len());
        entry.digest = draft.digest;
        entry.declaration = draft.declaration.as_deref();
        entry.subject = draft.subject.as_deref();
        entry.change = draft.change;
        entry.previous = draft.previous.as_deref();
        entry.decision = draft.decision;
        entry.reasons = &reasons;
        entry.regimes = &draft.regimes;
        entry.lists = &draft.lists;
        entry.erased = &draft.erased;
        entry.counts = &draft.counts;
        entry.ledger = draft.ledger.as_ref();
        entry.evidence = kept.as_ref().map(StoredEvidence::digest);
        let body = entry.to_bytes().map_err(|error| StoreError::Corrupt(format!("entry: {error}")))?;
        let stored = StoredEntry {
            leaf,
            at: now,
            kind: draft.kind.as_str(),
            certificate: draft.certificates.first().cloned(),
            mrn: draft.declaration,
            office: draft.office,
            decision: draft.decision.to_owned(),
            organisation: draft.organisation,
            body,
        };
        let rows = decision.rows.into_iter().map(|(name, body)| EntryRows { leaf, name, body }).collect();
        Ok(Self { entry: stored, evidence: kept, rows, reply: decision.reply })
    }
}
