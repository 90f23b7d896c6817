//! The writer's loop and its failure policy.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use endmark_core::log::{Edge, LogSigner};

use super::log_state::{Fork, checkpoint, load_edge, require_continuation};
use super::queue::{Queue, Queued};
use super::transaction::{Done, Trouble};
use super::{Answer, Context, Failure, Published, Shared};
use crate::registry::Registry;
use crate::store::{Connection, DatabaseUrl, StoreError, head, log};

/// How often a lost connection is tried again before the outcome counts as unknown, and the pause between.
const RECONNECT_TRIES: u32 = 20;
const RECONNECT_PAUSE: Duration = Duration::from_millis(500);

/// The writer: one connection, the tree's edge, what deciding needs.
pub(super) struct Core {
    url: DatabaseUrl,
    connection: Option<Connection>,
    pub(super) context: Arc<Context>,
    pub(super) edge: Edge,
    pub(super) registry: Arc<Registry>,
    /// Whether the clock was behind the log's time at the last batch.
    pub(super) clock_behind: bool,
    shared: Arc<Shared>,
}

/// Answers a whole batch with the same failure.
fn refuse(batch: Vec<Queued>, failure: &Failure) {
    for queued in batch {
        queued.answer(Err(failure.clone()));
    }
}

/// Signs the checkpoint of a head.
fn sign(signer: &LogSigner, head: head::Head) -> Result<Arc<Published>, StoreError> {
    let note = signer.sign(&checkpoint(&head)).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    Ok(Arc::new(Published { head, note }))
}

impl Core {
    pub(super) fn open(url: &DatabaseUrl, context: Arc<Context>) -> Result<Self, StoreError> {
        let mut connection = Connection::open(url)?;
        head::require_durability(&mut connection)?;
        // The file before the head: a service that runs beside this moves both on, the head first.
        let kept = crate::app::checkpoint_file::read(&context.checkpoint_path, &context.log_keys)
            .map_err(|error| StoreError::Corrupt(error.to_string()))?;
        let head = head::read(&mut connection)?;
        let fork = |error: Fork| StoreError::Corrupt(error.to_string());
        let edge = load_edge(&mut connection, &head).map_err(fork)?;
        if let Some(kept) = kept {
            require_continuation(&mut connection, kept.size, kept.root, &head).map_err(fork)?;
        }
        if !head.is_intact(&context.keys.rows) {
            return Err(fork(Fork::HeadChanged));
        }
        let (registry, _) = Registry::read(&mut connection, &context.keys.rows, &context.law)?;
        let registry = Arc::new(registry);
        let published = sign(&context.keys.log, head)?;
        let shared =
            Arc::new(Shared { registry: ArcSwap::new(Arc::clone(&registry)), published: ArcSwap::new(published) });
        Ok(Self {
            url: url.clone(),
            connection: Some(connection),
            context,
            edge,
            registry,
            clock_behind: false,
            shared,
        })
    }

    pub(super) fn shared(&self) -> Arc<Shared> {
        Arc::clone(&self.shared)
    }

    /// Serves the line until it is closed and empty.
    pub(super) fn serve(&mut self, queue: &Queue) {
        while let Some(batch) = queue.next_batch() {
            if !self.batch(batch) {
                queue.close();
            }
        }
    }

    /// Runs a batch and answers everyone in it. `false`: the log would fork, and nothing more may be written.
    pub(super) fn batch(&mut self, batch: Vec<Queued>) -> bool {
        let mut halves = vec![batch];
        while let Some(mut batch) = halves.pop() {
            match self.run(&batch, true) {
                Ok(done) => self.answer(batch, done),
                Err(Trouble::Fork(fork)) => {
                    tracing::error!(error = %fork, "the writer stops for good");
                    for queued in batch.into_iter().chain(halves.into_iter().flatten()) {
                        queued.answer(Err(Failure::Closed));
                    }
                    return false;
                }
                Err(Trouble::Unavailable(error)) => {
                    tracing::error!(%error, commands = batch.len(), "the database does not answer; nothing was recorded");
                    refuse(batch, &Failure::Unavailable);
                }
                Err(Trouble::OutcomeUnknown(error)) => {
                    tracing::error!(%error, commands = batch.len(), "the outcome of a commit could not be found out");
                    refuse(batch, &Failure::OutcomeUnknown);
                }
                // A poison command harms no neighbour: halve until it stands alone.
                Err(Trouble::Poison(error)) if batch.len() > 1 => {
                    tracing::warn!(%error, commands = batch.len(), "a batch failed; running it in halves");
                    let second = batch.split_off(batch.len().div_ceil(2));
                    halves.push(second);
                    halves.push(batch);
                }
                Err(Trouble::Poison(error)) => {
                    for queued in batch {
                        tracing::error!(%error, request = queued.command.origin.request, "the command fails");
                        queued.answer(Err(Failure::Internal));
                    }
                }
            }
        }
        true
    }

    fn answer(&mut self, batch: Vec<Queued>, done: Done) {
        let Done { answers, head, at, registry_changed, decided } = done;
        match sign(&self.context.keys.log, head) {
            Ok(published) => {
                if registry_changed {
                    self.refresh_registry();
                }
                self.shared.published.store(Arc::clone(&published));
                self.context.metrics.committed(batch.len());
                for (kind, decision) in decided {
                    self.context.metrics.decided(kind, decision);
                }
                for (queued, answer) in batch.into_iter().zip(answers) {
                    if let (Ok(_), Some(asks)) = (&answer, queued.command.action.consignment()) {
                        asks.to_keep.iter().for_each(|of| self.context.recall.is_kept(of.number, true));
                    }
                    queued.answer(answer.map(|(reply, leaf)| Answer {
                        reply,
                        leaf,
                        at,
                        published: Arc::clone(&published),
                    }));
                }
            }
            Err(error) => {
                tracing::error!(%error, "the checkpoint could not be signed");
                refuse(batch, &Failure::OutcomeUnknown);
            }
        }
    }

    /// Shows a changed registry at once; the next batch would do so too.
    fn refresh_registry(&mut self) {
        let Some(connection) = self.connection.as_mut() else { return };
        match Registry::read(connection, &self.context.keys.rows, &self.context.law) {
            Ok((registry, _)) => self.show(Arc::new(registry)),
            Err(error) => tracing::warn!(%error, "the registry could not be read again yet"),
        }
    }

    pub(super) fn show(&mut self, registry: Arc<Registry>) {
        self.registry = Arc::clone(&registry);
        self.shared.registry.store(registry);
    }

    /// A fresh connection, to a database that keeps what it acknowledges: after a failover it may be another one.
    fn reconnected(&self) -> Result<Connection, StoreError> {
        let mut connection = Connection::open(&self.url)?;
        head::require_durability(&mut connection)?;
        Ok(connection)
    }

    /// One attempt at a batch. Before COMMIT nothing is durable, so a broken connection is replaced and the batch
    /// run once more; after it, only looking helps.
    fn run(&mut self, batch: &[Queued], first_try: bool) -> Result<Done, Trouble> {
        let mut connection = match self.connection.take() {
            Some(open) => open,
            None => self.reconnected().map_err(Trouble::Unavailable)?,
        };
        let prepared = match self.prepare(&mut connection, batch) {
            Ok(prepared) => prepared,
            Err(trouble) => {
                let answers = head::rollback(&mut connection).is_ok();
                return match trouble {
                    // Somebody holds the head for too long, or this is no primary any more: waiting again would not help.
                    Trouble::Poison(error @ StoreError::NotLocked(_)) if answers => Err(Trouble::Unavailable(error)),
                    Trouble::Poison(error) if !answers || error.is_about_the_database() => {
                        drop(connection);
                        if first_try { self.run(batch, false) } else { Err(Trouble::Unavailable(error)) }
                    }
                    other => {
                        self.connection = answers.then_some(connection);
                        Err(other)
                    }
                };
            }
        };
        // A crash before this line leaves nothing; after it, everything.
        if let Err(error) = head::commit(&mut connection) {
            drop(connection);
            self.settle(&prepared, error)?;
        } else {
            self.connection = Some(connection);
        }
        self.edge = prepared.edge;
        self.clock_behind = prepared.clock_behind;
        Ok(prepared.done)
    }

    /// The reply to COMMIT was lost: finds out whether it happened. The head is locked first, so an old
    /// connection that is still committing is waited for.
    fn settle(&mut self, prepared: &super::transaction::Prepared, error: StoreError) -> Result<(), Trouble> {
        tracing::warn!(%error, "no answer to COMMIT; looking up whether it happened");
        for attempt in 0..RECONNECT_TRIES {
            if attempt > 0 {
                std::thread::sleep(RECONNECT_PAUSE);
            }
            let Ok(mut connection) = self.reconnected() else { continue };
            let looked = head::begin_and_lock(&mut connection)
                .and_then(|_| log::entry(&mut connection, prepared.first_leaf))
                .and_then(|found| head::rollback(&mut connection).map(|()| found));
            let Ok(found) = looked else { continue };
            self.connection = Some(connection);
            // An entry holds a random request id, so equal bytes are this batch and no other.
            if found.is_some_and(|(_, body)| body == prepared.first_body) {
                return Ok(());
            }
            return if error.is_about_the_database() {
                Err(Trouble::Unavailable(error))
            } else {
                Err(Trouble::Poison(error))
            };
        }
        Err(Trouble::OutcomeUnknown(error))
    }
}
