//! Step 5 of a batch: what was decided is written and committed, and everyone is answered.

use std::sync::Arc;

use super::decided::Decided;
use super::loading::Desk;
use super::queue::Queued;
use super::{Answer, Failure, Published, Shared};
use crate::registry::Registry;
use crate::store::{Connection, StoreError, head};

/// How far a batch came.
pub(super) enum Concluded {
    /// It is committed, and everyone is answered. The registry, where it was changed.
    Answered(Option<Arc<Registry>>),
    /// Nothing was written.
    NotWritten(StoreError, Vec<Queued>),
    /// The reply to COMMIT was no yes: perhaps it happened all the same.
    NotCommitted(StoreError, Vec<Queued>),
}

/// Answers a whole batch with the same failure.
pub(super) fn refuse(batch: Vec<Queued>, failure: &Failure) {
    for queued in batch {
        queued.answer(Err(failure.clone()));
    }
}

impl Desk<'_> {
    /// Writes and commits a batch, then answers everyone.
    pub(super) fn conclude(
        self,
        shared: &Shared,
        connection: &mut Connection,
        batch: Vec<Queued>,
        decided: &mut Decided<'_>,
    ) -> Concluded {
        if let Err(error) = decided.write(connection, &self.context.keys.rows) {
            return Concluded::NotWritten(error, batch);
        }
        // A crash before this line leaves nothing; after it, everything.
        match head::commit(connection) {
            Ok(()) => Concluded::Answered(self.answer(shared, connection, batch, decided)),
            Err(error) => Concluded::NotCommitted(error, batch),
        }
    }

    /// Answers a batch that is committed. Gives the registry, where it was changed.
    pub(super) fn answer(
        self,
        shared: &Shared,
        connection: &mut Connection,
        batch: Vec<Queued>,
        decided: &mut Decided<'_>,
    ) -> Option<Arc<Registry>> {
        let context = self.context;
        let changed = decided.view.changes_registry().then(|| self.changed_registry(shared, connection)).flatten();
        let published = match Published::sign(&context.keys.log, decided.head.clone()) {
            Ok(published) => published,
            Err(error) => {
                tracing::error!(%error, "the checkpoint could not be signed");
                refuse(batch, &Failure::OutcomeUnknown);
                return changed;
            }
        };
        shared.published.store(Arc::clone(&published));
        context.metrics.committed(batch.len());
        for (kind, decision) in decided.kinds.drain(..) {
            context.metrics.decided(kind, decision);
        }
        let at = decided.head.time;
        for (queued, answer) in batch.into_iter().zip(decided.answers.drain(..)) {
            if let (Ok(_), Some(asks)) = (&answer, queued.command.action.consignment()) {
                asks.to_keep.iter().for_each(|of| context.recall.is_kept(of.number, true));
            }
            queued.answer(answer.map(|(reply, leaf)| Answer { reply, leaf, at, published: Arc::clone(&published) }));
        }
        changed
    }

    /// A changed registry is shown before anybody hears of it; the next batch would find it too.
    fn changed_registry(self, shared: &Shared, connection: &mut Connection) -> Option<Arc<Registry>> {
        match Registry::read(connection, &self.context.keys.rows, &self.context.law) {
            Ok((registry, _)) => {
                let registry = Arc::new(registry);
                shared.registry.store(Arc::clone(&registry));
                Some(registry)
            }
            Err(error) => {
                tracing::warn!(%error, "the registry could not be read again yet");
                None
            }
        }
    }
}
