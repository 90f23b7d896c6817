//! A batch up to its decisions (docs/ARCHITECTURE.md, "The writer").

use std::sync::Arc;

use super::Action;
use super::decided::{Before, Decided};
use super::loading::{Desk, NEWEST};
use super::log_state::{Fork, followed, load_edge, require_continuation};
use super::queue::{Queue, Queued};
use super::run::Core;
use super::streaming::beside;
use crate::registry::Registry;
use crate::store::head::Head;
use crate::store::touched::{self, Asked, Touched};
use crate::store::{Connection, StoreError};

/// Why a batch did not go through.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The log would fork.
    Fork(Fork),
    /// The database does not answer, and nothing was recorded.
    Unavailable(StoreError),
    /// The connection broke before COMMIT; on another one it may go through.
    Lost(StoreError),
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

/// A transaction with the head locked, and what came with it.
pub(super) struct Begun {
    pub(super) head: Head,
    pub(super) asked: Asked,
    pub(super) found: Touched,
}

impl Core {
    /// Locks the head: everything after this is alone. What a batch touches mostly comes with it. What came into line
    /// while another node had the head is taken along, or the nodes would take turns with halves of what waits.
    pub(super) fn begin(
        &mut self,
        connection: &mut Connection,
        batch: &mut Vec<Queued>,
        queue: Option<&Queue>,
    ) -> Result<Begun, Trouble> {
        let context = Arc::clone(&self.context);
        let keys = &context.keys.rows;
        let asked = Desk { context: &context, registry: &self.registry }.asked(batch);
        let (head, mut found) = touched::lock_and_read(connection, keys, &asked, NEWEST)?;
        let more = queue.map(|queue| queue.more(batch)).unwrap_or_default();
        let grows = !more.is_empty();
        batch.extend(more);
        let changes_registry = batch.iter().any(|queued| matches!(queued.command.action, Action::Registry(_)));
        let epoch = self.registry.epoch;
        self.follow(connection, &head, changes_registry)?;
        let moved = self.registry.epoch != epoch;
        if !moved && !grows {
            return Ok(Begun { head, asked, found });
        }
        let all = Desk { context: &context, registry: &self.registry }.asked(batch);
        if moved {
            found = touched::read(connection, keys, &all, NEWEST)?;
        } else {
            let more = all.beyond(&asked);
            if !more.is_empty() {
                found.extend(touched::read(connection, keys, &more, NEWEST)?);
            }
        }
        Ok(Begun { head, asked: all, found })
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

    /// What a batch that has begun is decided after.
    pub(super) fn before(&self, head: Head) -> Before {
        Before { head, edge: self.edge.clone(), clock: self.context.clock.now(), clock_behind: self.clock_behind }
    }
}

impl<'a> Desk<'a> {
    /// Loads what a batch that has begun touches, and decides it; most entries are written meanwhile.
    pub(super) fn decide(
        self,
        connection: &mut Connection,
        batch: &[Queued],
        found: (Asked, Touched),
        before: Before,
    ) -> Result<Decided<'a>, StoreError> {
        let view = self.load(connection, batch, before.now(), found.0, found.1)?;
        beside(connection, |give| Decided::of(batch, view, before, &self.context.keys.rows, give))
    }
}
