//! The controls that a batch concerns: those of the same name, those that answer them, and those of the same
//! certificates at about the same time.

use std::collections::{BTreeSet, HashSet};

use endmark_core::number::CertificateNumber;
use endmark_core::text::Text;
use time::OffsetDateTime;

use super::ledger::Ledger;
use super::queue::Queued;
use super::{Action, ControlRequest};
use crate::control::CONFLICT_WITHIN;
use crate::store::control::{self as rows, Control, Tampered};
use crate::store::ledger::Row;
use crate::store::{Connection, RowKey, StoreError, Writes};

/// The most neighbours that are looked at: the newest.
const NEAR_MAX: i64 = 1_000;

/// The controls that a batch needs.
#[derive(Debug, Default)]
pub(super) struct Controls {
    known: Vec<Control>,
    tampered: HashSet<Tampered>,
    new: Vec<Control>,
}

impl Controls {
    /// Loads what the reports of a batch need; the ledger of their declarations is loaded before.
    pub(super) fn load(
        connection: &mut Connection,
        key: &RowKey,
        batch: &[Queued],
        ledger: &Ledger,
        now: OffsetDateTime,
    ) -> Result<Self, StoreError> {
        let mut controls = Self::default();
        for queued in batch {
            let Action::Control(request) = &queued.command.action else { continue };
            let report = &request.report;
            let ids: Vec<&str> =
                [Some(&report.id), report.answers.as_ref()].into_iter().flatten().map(Text::as_str).collect();
            controls.take_in(rows::named(connection, key, &queued.command.organisation, &ids)?);
            let near: Vec<CertificateNumber> = concerned(request, ledger).into_iter().collect();
            let at = recorded_at(request, now);
            let (from, until) = (at.checked_sub(CONFLICT_WITHIN), at.checked_add(CONFLICT_WITHIN));
            if let (Some(from), Some(until), false) = (from, until, near.is_empty()) {
                controls.take_in(rows::on_certificates(connection, key, &near, (from, until), NEAR_MAX)?);
            }
        }
        Ok(controls)
    }

    fn take_in(&mut self, found: rows::Controls) {
        for row in found {
            match row {
                Row::Good(control) if self.known.contains(&control) => {}
                Row::Good(control) => self.known.push(control),
                Row::Tampered(name) => {
                    tracing::error!(?name, "a control was changed outside the service");
                    self.tampered.insert(name);
                }
            }
        }
    }

    fn all(&self) -> impl Iterator<Item = &Control> {
        self.known.iter().chain(&self.new)
    }

    /// An organisation's control; `Err` when a row of it was changed outside the service.
    pub(super) fn named(&self, organisation: &str, id: &str) -> Result<Option<&Control>, ()> {
        if self.tampered.contains(&(organisation.to_owned(), id.to_owned())) {
            return Err(());
        }
        Ok(self.all().find(|of| of.organisation.as_str() == organisation && of.id == id))
    }

    /// Whether a second look was taken.
    pub(super) fn is_answered(&self, organisation: &str, id: &str) -> bool {
        self.all().any(|of| of.organisation.as_str() == organisation && of.answers.as_deref() == Some(id))
    }

    /// What stands against a control: each once, by entry.
    pub(super) fn against<'a>(&'a self, one: &'a Control) -> impl Iterator<Item = &'a Control> {
        self.all().filter(|other| crate::control::conflict(one, other))
    }

    /// The controls of these entries.
    pub(super) fn of_entries<'a>(&'a self, leaves: &'a BTreeSet<u64>) -> impl Iterator<Item = &'a Control> {
        self.all().filter(|of| leaves.contains(&of.leaf))
    }

    /// Notes a new control, a row a certificate.
    pub(super) fn put(&mut self, rows: Vec<Control>) {
        self.new.extend(rows);
    }

    /// Writes the new ones.
    pub(super) fn write(&self, writes: &mut Writes<'_>, key: &RowKey) -> Result<(), StoreError> {
        if self.new.is_empty() {
            return Ok(());
        }
        rows::insert(writes.connection()?, key, &self.new)
    }
}

/// The certificates that a report is about: the one it names, and those its declaration draws on.
pub(super) fn concerned(request: &ControlRequest, ledger: &Ledger) -> BTreeSet<CertificateNumber> {
    let report = &request.report;
    let drawn = report.declaration.iter().flat_map(|mrn| ledger.position.claims_of(mrn));
    drawn.map(|(key, _)| key.line.certificate).chain(report.certificate).collect()
}

/// When it was recorded: never after now, whatever a device's clock says.
pub(super) fn recorded_at(request: &ControlRequest, now: OffsetDateTime) -> OffsetDateTime {
    request.report.recorded_at.map_or(now, |at| at.min(now))
}
