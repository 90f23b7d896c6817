//! Step 2 of a batch: what it touches is looked up, with what that leads to.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use endmark_core::number::CertificateNumber;
use time::OffsetDateTime;

use super::controls::Controls;
use super::decide::{Archive, Sessions, View};
use super::ledger::Ledger;
use super::queue::Queued;
use super::{Action, CheckRequest, Context};
use crate::ledger::ENTRIES_MAX;
use crate::recall::{Opened, Verified};
use crate::registry::Registry;
use crate::store::certificate::Found;
use crate::store::short_form::Stored;
use crate::store::touched::{self, Asked, Touched};
use crate::store::{Connection, StoreError};

/// The most claims on a certificate that are loaded: those that an answer shows, and one that says there are more.
pub(super) const NEWEST: usize = ENTRIES_MAX + 1;

/// How often what was found may lead to more: along a chain of certificates that replace each other, mostly once. A
/// movement, however long, is found in one look.
const LOOKS_MAX: usize = 258;

/// What a batch is decided with.
#[derive(Clone, Copy)]
pub(super) struct Desk<'a> {
    pub(super) context: &'a Context,
    pub(super) registry: &'a Registry,
}

impl<'a> Desk<'a> {
    /// What a batch is about, as far as its commands say.
    pub(super) fn asked(&self, batch: &[Queued]) -> Asked {
        let mut asked = Asked::default();
        for queued in batch {
            let caller = queued.command.origin.client.and_then(|client| self.registry.registered_caller(&client));
            queued.command.action.touches(&mut asked, caller.map(|caller| caller.organisation.as_str()));
        }
        asked
    }

    /// The state to decide on, from what was found already and what that leads to.
    pub(super) fn load(
        &self,
        connection: &mut Connection,
        batch: &[Queued],
        now: OffsetDateTime,
        mut asked: Asked,
        mut found: Touched,
    ) -> Result<View<'a>, StoreError> {
        let keys = &self.context.keys.rows;
        let mut archive = Archive::default();
        let mut sessions = Sessions::default();
        for queued in batch {
            if let Action::Archive(change) = &queued.command.action {
                archive = Archive::load(connection, keys, change)?;
            }
            if let Action::Session(change) = &queued.command.action {
                sessions = Sessions::load(connection, keys, self.registry, self.context.officers, change, now)?;
            }
        }
        let mut ledger = Ledger::default();
        let mut standings = HashMap::new();
        let mut references = HashMap::new();
        let mut of_archive: BTreeSet<CertificateNumber> = archive.certificates().collect();
        of_archive.retain(|number| asked.numbers.insert(*number));
        let short_forms = std::mem::take(&mut found.short_forms);
        for look in 1..=LOOKS_MAX {
            standings.extend(std::mem::take(&mut found.standings));
            references.extend(std::mem::take(&mut found.references));
            let mut next = ledger.take_in(found, &mut asked);
            next.numbers.append(&mut of_archive);
            if next.is_empty() {
                break;
            }
            if look == LOOKS_MAX {
                tracing::error!("a chain of certificates that replace each other is too long");
                ledger.looked_too_far();
                break;
            }
            found = touched::read(connection, keys, &next, NEWEST)?;
        }
        if ledger.is_too_wide() && batch.len() > 1 {
            return Err(StoreError::Corrupt(
                "a movement is too wide to be looked through; it must harm no neighbour".to_owned(),
            ));
        }
        let controls = Controls::load(connection, keys, batch, &ledger, now)?;
        let recalled = self.recalled(batch, short_forms, &standings);
        let to_keep = batch.iter().filter_map(|queued| queued.command.action.consignment()).flat_map(|of| &of.to_keep);
        let short_forms = to_keep.map(|of| (of.leaf, of.short_form.clone())).collect();
        Ok(View {
            moment: self.context.clock.moment(now),
            origin: self.context.keys.log.key().name().as_str(),
            registry: self.registry,
            regimes: self.registry.regimes(),
            standings,
            references,
            recalled,
            short_forms,
            inserted: Vec::new(),
            changed: BTreeSet::new(),
            registry_rows: Vec::new(),
            ledger,
            controls,
            leaf: 0,
            archive,
            sessions,
            retention: self.context.retention,
            disclosure: self.context.disclosure,
            events: Vec::new(),
        })
    }

    /// The certificates that this process has verified before, from their short forms. One whose short form is missing or
    /// another is left out, and read from its bytes the next time.
    fn recalled(
        &self,
        batch: &[Queued],
        short_forms: Vec<Stored>,
        standings: &HashMap<CertificateNumber, Found>,
    ) -> HashMap<CertificateNumber, Arc<Verified>> {
        let recall = &self.context.recall;
        let short_forms: HashMap<u64, Vec<u8>> = short_forms.into_iter().collect();
        let (mut recalled, mut looked) = (HashMap::new(), BTreeSet::new());
        let asked = batch.iter().filter_map(|queued| queued.command.action.consignment());
        for (number, seen) in asked.filter(|asks| asks.epoch == self.registry.epoch).flat_map(CheckRequest::seen) {
            let Some(Found::Standing(standing)) = standings.get(&number).filter(|_| looked.insert(number)) else {
                continue;
            };
            let short_form = short_forms.get(&seen.leaf).map_or(&[][..], Vec::as_slice);
            match recall.open(number, seen, short_form, standing.accepted_at, self.registry) {
                Opened::Verified(verified) => {
                    recalled.insert(number, Arc::new(verified));
                }
                Opened::Differs => {
                    tracing::warn!(%number, "its short form is gone or was changed outside the service; reading its bytes");
                    recall.is_kept(number, false);
                }
                Opened::PathUnknown => {}
            }
        }
        recalled
    }
}
