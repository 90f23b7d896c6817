//! The state that the commands of a batch are decided on, and what they changed of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use endmark_core::digest::Digest;
use endmark_core::moment::Moment;
use endmark_core::number::CertificateNumber;
use endmark_core::reference::Mrn;
use endmark_core::regime::Regimes;

use super::{Archive, Event, Sessions};
use crate::ledger::CertificateLedger;
use crate::recall::Verified;
use crate::registry::{Caller, KnownKey, Registry};
use crate::store::certificate::{self, Found, Standing};
use crate::store::{
    RowKey, StoreError, Writes, log_key, officer as officer_rows, regime, registry as rows, sealed,
    session as session_rows, short_form, webhook,
};
use crate::writer::controls::Controls;
use crate::writer::ledger::Ledger;

/// The state a batch decides on, and what it changes.
pub(in crate::writer) struct View<'a> {
    pub(in crate::writer) moment: Moment,
    pub(in crate::writer) origin: &'a str,
    pub(in crate::writer) registry: &'a Registry,
    pub(in crate::writer) regimes: &'a Regimes,
    pub(in crate::writer) standings: HashMap<CertificateNumber, Found>,
    pub(in crate::writer) references: HashMap<(String, String), CertificateNumber>,
    pub(in crate::writer) inserted: Vec<(CertificateNumber, Vec<u8>)>,
    /// Certificates that this process has verified before, from their short forms.
    pub(in crate::writer) recalled: HashMap<CertificateNumber, Arc<Verified>>,
    /// Short forms to write down, by the entry that accepted each certificate.
    pub(in crate::writer) short_forms: BTreeMap<u64, Vec<u8>>,
    pub(in crate::writer) changed: BTreeSet<CertificateNumber>,
    pub(in crate::writer) registry_rows: Vec<RegistryRow>,
    pub(in crate::writer) ledger: Ledger,
    pub(in crate::writer) controls: Controls,
    /// The entry of the command that is being decided.
    pub(in crate::writer) leaf: u64,
    /// What a command about evidence needs.
    pub(in crate::writer) archive: Archive,
    /// What a command about sessions needs.
    pub(in crate::writer) sessions: Sessions,
    /// How long evidence stays.
    pub(in crate::writer) retention: crate::archive::Retention,
    /// What manufacturers learn of the use of their certificates.
    pub(in crate::writer) disclosure: crate::config::Disclosure,
    /// What manufacturers are told of.
    pub(in crate::writer) events: Vec<Event>,
}

/// A row of the registry to write.
pub(in crate::writer) enum RegistryRow {
    Caller(Box<Caller>, u64),
    Manufacturer(Box<endmark_core::manufacturer::Manufacturer>, u64),
    Anchor(Box<endmark_core::chain::Anchor>, Option<time::OffsetDateTime>, u64),
    List(Box<endmark_core::chain::RevocationList>, u64),
    Regimes(Vec<std::sync::Arc<endmark_core::regime::Document>>, Digest, u64),
    Officer(Box<crate::officer::Officer>, u64),
    OfficerGone(String),
    Webhook(Box<crate::webhook::Webhook>, u64),
    WebhookGone(String),
    LogKeys(Box<[KnownKey; 2]>, u64),
}

impl View<'_> {
    /// Notes that a certificate stands so from now on.
    pub(in crate::writer) fn put(&mut self, standing: Standing) {
        self.changed.insert(standing.number);
        self.standings.insert(standing.number, Found::Standing(Box::new(standing)));
    }

    /// The ledgers of certificates that the register has.
    pub(super) fn ledgers(&self, numbers: impl IntoIterator<Item = CertificateNumber>) -> Vec<CertificateLedger> {
        let there = |number: &CertificateNumber| self.standings.contains_key(number);
        numbers.into_iter().filter(there).map(|number| self.ledger.show(number)).collect()
    }

    /// The ledgers of the certificates that a declaration draws on.
    pub(super) fn ledgers_of(&self, mrn: &Mrn) -> Vec<CertificateLedger> {
        let numbers: BTreeSet<CertificateNumber> =
            self.ledger.position.claims_of(mrn).map(|(key, _)| key.line.certificate).collect();
        self.ledgers(numbers)
    }

    /// Whether callers, manufacturers, anchors, lists or rules are others from here on.
    pub(in crate::writer) const fn changes_registry(&self) -> bool {
        !self.registry_rows.is_empty()
    }

    /// Writes what changed.
    pub(in crate::writer) fn write(&mut self, writes: &mut Writes<'_>, key: &RowKey) -> Result<(), StoreError> {
        let standing = |number| match self.standings.get(number) {
            Some(Found::Standing(standing)) => Ok(standing.as_ref()),
            _ => Err(StoreError::Corrupt(format!("no standing for {number}"))),
        };
        let (new, sealed): (Vec<_>, Vec<_>) = std::mem::take(&mut self.inserted).into_iter().unzip();
        let standings: Vec<&Standing> = new.iter().map(standing).collect::<Result<_, _>>()?;
        certificate::insert(writes, key, &standings)?;
        sealed::put(writes, standings.iter().map(|standing| standing.leaf).zip(sealed).collect())?;
        let inserted: BTreeSet<_> = new.iter().collect();
        for number in self.changed.iter().filter(|number| !inserted.contains(number)) {
            certificate::update_status(writes.connection()?, key, standing(number)?)?;
        }
        short_form::put(writes, std::mem::take(&mut self.short_forms))?;
        self.ledger.write(writes, key)?;
        self.controls.write(writes, key)?;
        self.archive.write(writes, key)?;
        self.sessions.write(writes, key)?;
        for row in &self.registry_rows {
            let connection = writes.connection()?;
            match row {
                RegistryRow::Caller(caller, leaf) => rows::put_caller(connection, key, caller, *leaf)?,
                RegistryRow::Manufacturer(new, leaf) => rows::put_manufacturer(connection, key, new, *leaf)?,
                RegistryRow::Anchor(new, after, leaf) => rows::put_anchor(connection, key, new, *after, *leaf)?,
                RegistryRow::List(list, leaf) => rows::add_list(connection, list, *leaf)?,
                RegistryRow::Regimes(new, edition, leaf) => regime::add(connection, key, new, *edition, *leaf)?,
                RegistryRow::Officer(new, leaf) => {
                    officer_rows::put(connection, key, new, *leaf)?;
                    // One who is suspended is out at once, and resuming brings no session back.
                    if !new.active {
                        session_rows::remove_of(connection, &new.id)?;
                    }
                }
                RegistryRow::OfficerGone(id) => {
                    officer_rows::remove(connection, id)?;
                    session_rows::remove_of(connection, id)?;
                }
                RegistryRow::Webhook(new, leaf) => webhook::put(connection, key, new, *leaf)?,
                RegistryRow::WebhookGone(id) => webhook::remove(connection, id)?,
                RegistryRow::LogKeys(keys, leaf) => {
                    for known in keys.iter() {
                        log_key::put(connection, key, known, *leaf)?;
                    }
                }
            }
        }
        self.write_deliveries(writes)
    }
}
