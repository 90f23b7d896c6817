//! Steps 3 and 4 of a batch: every command is decided, and what that leaves is written.

use endmark_core::log::{Edge, Tile, leaf_hash};
use time::{Duration, OffsetDateTime};

use super::decide::{self, View};
use super::queue::Queued;
use super::recorded::Recorded;
use super::streaming::Chunk;
use super::{Failure, Origin, Reply};
use crate::store::archive::{self, EntryRows};
use crate::store::head::{self, Head};
use crate::store::{Connection, RowKey, StoreError, registry_digest, tile};

/// How far the system's clock may be behind the log's time before an entry says so: several nodes never agree to the
/// second.
const CLOCK_BEHIND_MAX: Duration = Duration::seconds(10);

/// What a batch is decided after.
pub(super) struct Before {
    pub(super) head: Head,
    pub(super) edge: Edge,
    /// The system's clock; the time of the decisions is never before the head's.
    pub(super) clock: OffsetDateTime,
    /// Whether the clock was behind the log's time then too.
    pub(super) clock_behind: bool,
}

impl Before {
    /// The time of the decisions.
    pub(super) fn now(&self) -> OffsetDateTime {
        self.clock.max(self.head.time)
    }
}

/// A batch that is decided, and what it will leave once it is committed.
pub(super) struct Decided<'a> {
    pub(super) view: View<'a>,
    pub(super) edge: Edge,
    pub(super) head: Head,
    pub(super) clock_behind: bool,
    pub(super) first_leaf: u64,
    pub(super) first_body: Vec<u8>,
    /// In the order of the batch: a decision and its leaf, or why there is none.
    pub(super) answers: Vec<Result<(Reply, u64), Failure>>,
    /// Type of entry and decision of each entry, for the metrics.
    pub(super) kinds: Vec<(&'static str, &'static str)>,
    rest: Chunk,
    rows: Vec<EntryRows>,
    tiles: Vec<Tile>,
}

impl<'a> Decided<'a> {
    /// Decides each command on the state that was loaded, each seeing the effects of those before it.
    /// Entries are given away as they come, to be written; the last ones stay for [`Self::write`].
    pub(super) fn of(
        batch: &[Queued],
        mut view: View<'a>,
        before: Before,
        keys: &RowKey,
        give: &mut dyn FnMut(Chunk),
    ) -> Result<Self, StoreError> {
        let (now, behind) = (before.now(), before.now() - before.clock);
        let Before { head: old, mut edge, clock_behind: was_behind, .. } = before;
        let mut answers = Vec::with_capacity(batch.len());
        let mut rest = Chunk::default();
        let mut first_body = None;
        let mut rows = Vec::new();
        let mut kinds = Vec::with_capacity(batch.len());
        // One entry when it is noticed, not one a batch.
        let clock_behind = behind > CLOCK_BEHIND_MAX;
        if let Some(noticed) = batch.first().filter(|_| clock_behind && !was_behind) {
            let origin = Origin { client: None, officer: None, ..noticed.command.origin.clone() };
            let of = Recorded::of(decide::clock_set_back(behind), edge.size(), now, &origin, keys)?;
            edge.append(leaf_hash(&of.entry.body));
            kinds.push((of.entry.kind, "counted"));
            first_body = Some(of.entry.body.clone());
            rest.entries.push(of.entry);
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
            kinds.push((decision.draft.kind.as_str(), decision.draft.decision));
            let of = Recorded::of(decision, leaf, now, &queued.command.origin, keys)?;
            edge.append(leaf_hash(&of.entry.body));
            first_body.get_or_insert_with(|| of.entry.body.clone());
            rest.entries.push(of.entry);
            rest.evidence.extend(of.evidence);
            rows.extend(of.rows);
            answers.push(Ok((of.reply, leaf)));
            if let Some(chunk) = rest.full(batch.len()) {
                give(chunk);
            }
        }
        let tiles = edge.take_changed();
        let first_leaf = old.size;
        let first_body = first_body.unwrap_or_default();
        let epoch = old.epoch.saturating_add(i64::from(view.changes_registry()));
        let head = old.with(edge.size(), edge.root(), epoch, now);
        Ok(Self { view, edge, head, clock_behind, first_leaf, first_body, answers, kinds, rest, rows, tiles })
    }

    /// Writes changes, entries, tiles and the new head; once.
    pub(super) fn write(&mut self, connection: &mut Connection, keys: &RowKey) -> Result<(), StoreError> {
        if self.head.size == self.first_leaf {
            return Ok(());
        }
        let mut writes = connection.writes();
        std::mem::take(&mut self.rest).write(&mut writes)?;
        if !self.rows.is_empty() {
            archive::keep_rows(writes.connection()?, &self.rows)?;
        }
        self.view.write(&mut writes, keys)?;
        tile::put(&mut writes, &self.tiles)?;
        // What was changed outside the service stays missed: only a whole registry gets new digests.
        if self.view.changes_registry() && self.view.registry.is_whole() {
            self.head.registry = registry_digest::read(writes.connection()?)?;
        }
        head::update(&mut writes, keys, &self.head)?;
        writes.send()
    }
}
