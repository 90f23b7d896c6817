//! One transaction for a whole batch, in five steps (docs/ARCHITECTURE.md, "The writer").

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use endmark_core::log::{Edge, leaf_hash};
use endmark_core::number::CertificateNumber;
use time::{Duration, OffsetDateTime};

use super::controls::Controls;
use super::decide::{self, Archive, Sessions, View};
use super::ledger::Ledger;
use super::log_state::{Fork, followed, load_edge, require_continuation};
use super::queue::Queued;
use super::recorded::Recorded;
use super::run::Core;
use super::{Action, CheckRequest, Failure, Origin, Reply};
use crate::ledger::ENTRIES_MAX;
use crate::recall::{Opened, Verified};
use crate::registry::Registry;
use crate::store::archive;
use crate::store::certificate::Found;
use crate::store::head::{self, Head};
use crate::store::log;
use crate::store::short_form::Stored;
use crate::store::touched::{self, Asked, Touched};
use crate::store::{Connection, StoreError, registry_digest, tile};

/// How far the system's clock may be behind the log's time before an entry says so: several nodes never agree to the
/// second.
const CLOCK_BEHIND_MAX: Duration = Duration::seconds(10);

/// The most claims on a certificate that are loaded: those that an answer shows, and one that says there are more.
const NEWEST: usize = ENTRIES_MAX + 1;

/// How often what was found may lead to more: along a chain of certificates that replace each other, mostly once. A
/// movement, however long, is found in one look.
const LOOKS_MAX: usize = 258;

/// Why a batch did not go through.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The log would fork.
    Fork(Fork),
    /// The database does not answer, and nothing was recorded.
    Unavailable(StoreError),
    /// The database refuses something in this batch.
    Poison(StoreError),
    /// Whether the commit happened could not be found out.
    OutcomeUnknown(StoreError),
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Poison(error)
    }
}

/// A batch that is written but not yet committed.
pub(super) struct Prepared {
    pub(super) edge: Edge,
    pub(super) clock_behind: bool,
    pub(super) first_leaf: u64,
    pub(super) first_body: Vec<u8>,
    pub(super) done: Done,
}

/// What a committed batch leaves.
pub(super) struct Done {
    /// In the order of the batch: a decision and its leaf, or why there is none.
    pub(super) answers: Vec<Result<(Reply, u64), Failure>>,
    pub(super) head: Head,
    pub(super) at: OffsetDateTime,
    pub(super) registry_changed: bool,
    /// Type of entry and decision of each entry, for the metrics.
    pub(super) decided: Vec<(&'static str, &'static str)>,
}

impl Core {
    /// Steps 1 to 4; the commit is the caller's.
    pub(super) fn prepare(&mut self, connection: &mut Connection, batch: &[Queued]) -> Result<Prepared, Trouble> {
        let context = Arc::clone(&self.context);
        let keys = &context.keys.rows;
        // 1. Lock the head: everything after this is alone, and time does not run backwards.
        let (asked, epoch) = (self.asked(batch), self.registry.epoch);
        let (old, found) = touched::lock_and_read(connection, keys, &asked, NEWEST)?;
        let changes_registry = batch.iter().any(|queued| matches!(queued.command.action, Action::Registry(_)));
        self.follow(connection, &old, changes_registry)?;
        let clock = self.context.clock.now();
        let now = clock.max(old.time);

        // 2. Load what the batch touches: mostly all of it came with the head.
        let (asked, found) = if self.registry.epoch == epoch {
            (asked, found)
        } else {
            let asked = self.asked(batch);
            let found = touched::read(connection, keys, &asked, NEWEST)?;
            (asked, found)
        };
        let mut view = self.load(connection, batch, now, asked, found)?;

        // 3. Decide each command on that state, each seeing the effects of those before it.
        let mut edge = self.edge.clone();
        let mut answers = Vec::with_capacity(batch.len());
        let mut entries = Vec::with_capacity(batch.len());
        let mut evidence = Vec::new();
        let mut rows = Vec::new();
        let mut decided = Vec::with_capacity(batch.len());
        // One entry when it is noticed, not one a batch.
        let behind = now - clock;
        let clock_behind = behind > CLOCK_BEHIND_MAX;
        if let Some(noticed) = batch.first().filter(|_| clock_behind && !self.clock_behind) {
            let origin = Origin { client: None, officer: None, ..noticed.command.origin.clone() };
            let of = Recorded::of(decide::clock_set_back(behind), edge.size(), now, &origin, keys)?;
            edge.append(leaf_hash(&of.entry.body));
            decided.push((of.entry.kind, "counted"));
            entries.push(of.entry);
        }
        for queued in batch {
            let leaf = edge.size();
            let decision = match decide::decide(&queued.command, &mut view, leaf) {
                Ok(decision) => decision,
                Err(failure) => {
                    answers.push(Err(failure));
                    continue;
                }
            };
            decided.push((decision.draft.kind.as_str(), decision.draft.decision));
            let of = Recorded::of(decision, leaf, now, &queued.command.origin, keys)?;
            edge.append(leaf_hash(&of.entry.body));
            entries.push(of.entry);
            evidence.extend(of.evidence);
            rows.extend(of.rows);
            answers.push(Ok((of.reply, leaf)));
        }

        // 4. Write changes, entries, tiles and the new head.
        let first_leaf = old.size;
        let first_body = entries.first().map(|entry| entry.body.clone()).unwrap_or_default();
        let registry_changed = !view.registry_rows.is_empty();
        let epoch = old.epoch.saturating_add(i64::from(registry_changed));
        let mut new = old.clone().with(edge.size(), edge.root(), epoch, now);
        if new.size > old.size {
            let mut writes = connection.writes();
            log::append(&mut writes, entries)?;
            log::keep_evidence(&mut writes, evidence)?;
            if !rows.is_empty() {
                archive::keep_rows(writes.connection()?, &rows)?;
            }
            view.write(&mut writes, keys)?;
            tile::put(&mut writes, &edge.take_changed())?;
            // What was changed outside the service stays missed: only a whole registry gets new digests.
            if registry_changed && self.registry.is_whole() {
                new.registry = registry_digest::read(writes.connection()?)?;
            }
            head::update(&mut writes, keys, &new)?;
            writes.send()?;
        }
        Ok(Prepared {
            edge,
            clock_behind,
            first_leaf,
            first_body,
            done: Done { answers, head: new, at: now, registry_changed, decided },
        })
    }

    /// Follows what other nodes and the command line wrote since the last batch. `anew`: reads the registry whatever
    /// the epoch, or a change of it would cover up what was changed outside the service.
    fn follow(&mut self, connection: &mut Connection, head: &Head, anew: bool) -> Result<(), Trouble> {
        let as_trouble = |fork| match fork {
            Fork::Store(error) => Trouble::Poison(error),
            other => Trouble::Fork(other),
        };
        let (size, root) = (self.edge.size(), self.edge.root());
        if head.size != size || head.root != root {
            self.edge = if let Some(edge) = followed(connection, &self.edge, head)? {
                edge
            } else {
                require_continuation(connection, size, root, head).map_err(as_trouble)?;
                load_edge(connection, head).map_err(as_trouble)?
            };
        }
        if !head.is_intact(&self.context.keys.rows) {
            return Err(Trouble::Fork(Fork::HeadChanged));
        }
        if anew || head.epoch != self.registry.epoch {
            let registry = Registry::load(connection, &self.context.keys.rows, head, &self.context.law)?;
            self.show(Arc::new(registry));
        }
        if self.registry.has_retired(self.context.keys.log.key()) {
            return Err(Trouble::Fork(Fork::KeyRetired));
        }
        Ok(())
    }

    /// What a batch is about, as far as its commands say.
    fn asked(&self, batch: &[Queued]) -> Asked {
        let mut asked = Asked::default();
        for queued in batch {
            let caller = queued.command.origin.client.and_then(|client| self.registry.registered_caller(&client));
            queued.command.action.touches(&mut asked, caller.map(|caller| caller.organisation.as_str()));
        }
        asked
    }

    /// The state to decide on, from what was found already and what that leads to.
    fn load<'a>(
        &'a self,
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
                sessions = Sessions::load(connection, keys, &self.registry, self.context.officers, change, now)?;
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
            registry: &self.registry,
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
            match recall.open(number, seen, short_form, standing.accepted_at, &self.registry) {
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
