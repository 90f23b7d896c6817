//! The writer's loop and its failure policy.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use endmark_core::log::Edge;

use super::concluding::{Concluded, refuse};
use super::decided::Decided;
use super::loading::Desk;
use super::log_state::{Fork, load_edge, require_continuation};
use super::queue::{Queue, Queued};
use super::transaction::Trouble;
use super::{Context, Failure, Published, Shared};
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

/// A batch that did not go through.
struct Failed {
    batch: Vec<Queued>,
    trouble: Trouble,
}

impl Core {
    pub(super) fn open(url: &DatabaseUrl, context: Arc<Context>) -> Result<Self, StoreError> {
        let mut connection = Connection::open(url)?;
        head::require_durability(&mut connection)?;
        connection.keep_pages()?;
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
        let published = Published::sign(&context.keys.log, head)?;
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
            if !self.batch(batch, Some(queue)) {
                queue.close();
            }
        }
    }

    /// Runs a batch and answers everyone in it. `false`: the log would fork, and nothing more may be written.
    pub(super) fn batch(&mut self, batch: Vec<Queued>, mut queue: Option<&Queue>) -> bool {
        let mut halves = vec![batch];
        while let Some(batch) = halves.pop() {
            // Only what came out of the line takes more along, not its halves.
            let done = match self.run(batch, queue.take()) {
                Err(Failed { batch, trouble: Trouble::Lost(_) }) => self.run(batch, None),
                done => done,
            };
            let Err(Failed { mut batch, trouble }) = done else { continue };
            match trouble {
                Trouble::Fork(fork) => {
                    tracing::error!(error = %fork, "the writer stops for good");
                    refuse(batch.into_iter().chain(halves.into_iter().flatten()).collect(), &Failure::Closed);
                    return false;
                }
                Trouble::Unavailable(error) | Trouble::Lost(error) => {
                    tracing::error!(%error, commands = batch.len(), "the database does not answer; nothing was recorded");
                    refuse(batch, &Failure::Unavailable);
                }
                Trouble::OutcomeUnknown(error) => {
                    tracing::error!(%error, commands = batch.len(), "the outcome of a commit could not be found out");
                    refuse(batch, &Failure::OutcomeUnknown);
                }
                // A poison command harms no neighbour: halve until it stands alone.
                Trouble::Poison(error) if batch.len() > 1 => {
                    tracing::warn!(%error, commands = batch.len(), "a batch failed; running it in halves");
                    let second = batch.split_off(batch.len().div_ceil(2));
                    halves.push(second);
                    halves.push(batch);
                }
                Trouble::Poison(error) => {
                    for queued in batch {
                        tracing::error!(%error, request = queued.command.origin.request, "the command fails");
                        queued.answer(Err(Failure::Internal));
                    }
                }
            }
        }
        true
    }

    pub(super) fn show(&mut self, registry: Arc<Registry>) {
        self.registry = Arc::clone(&registry);
        self.shared.registry.store(registry);
    }

    /// A fresh connection, to a database that keeps what it acknowledges: after a failover it may be another one.
    fn reconnected(&self) -> Result<Connection, StoreError> {
        let mut connection = Connection::open(&self.url)?;
        head::require_durability(&mut connection)?;
        connection.keep_pages()?;
        Ok(connection)
    }

    /// One attempt at a batch.
    fn run(&mut self, mut batch: Vec<Queued>, queue: Option<&Queue>) -> Result<(), Failed> {
        let mut connection = match self.connection.take().map_or_else(|| self.reconnected(), Ok) {
            Ok(open) => open,
            Err(error) => return Err(Failed { batch, trouble: Trouble::Unavailable(error) }),
        };
        let begun = match self.begin(&mut connection, &mut batch, queue) {
            Ok(begun) => begun,
            Err(trouble) => return Err(self.failed(connection, batch, trouble)),
        };
        let (context, registry) = (Arc::clone(&self.context), Arc::clone(&self.registry));
        let desk = Desk { context: &context, registry: &registry };
        let before = self.before(begun.head);
        let mut decided = match desk.decide(&mut connection, &batch, (begun.asked, begun.found), before) {
            Ok(decided) => decided,
            Err(error) => return Err(self.failed(connection, batch, error.into())),
        };
        let changed = match desk.conclude(&self.shared, &mut connection, batch, &mut decided) {
            Concluded::Answered(changed) => {
                self.connection = Some(connection);
                changed
            }
            Concluded::NotWritten(error, batch) => return Err(self.failed(connection, batch, error.into())),
            Concluded::NotCommitted(error, batch) => {
                drop(connection);
                match self.settle(&decided, error) {
                    Ok(mut connection) => {
                        let changed = desk.answer(&self.shared, &mut connection, batch, &mut decided);
                        self.connection = Some(connection);
                        changed
                    }
                    Err(trouble) => return Err(Failed { batch, trouble }),
                }
            }
        };
        self.edge = decided.edge;
        self.clock_behind = decided.clock_behind;
        if let Some(registry) = changed {
            self.registry = registry;
        }
        Ok(())
    }

    /// What becomes of a batch that failed before COMMIT: nothing of it is durable. A broken connection is not kept.
    fn failed(&mut self, mut connection: Connection, batch: Vec<Queued>, trouble: Trouble) -> Failed {
        let answers = head::rollback(&mut connection).is_ok();
        let trouble = match trouble {
            // Somebody holds the head for too long, or this is no primary any more: waiting again would not help.
            Trouble::Poison(error @ StoreError::NotLocked(_)) if answers => Trouble::Unavailable(error),
            Trouble::Poison(error) if !answers || error.is_about_the_database() => Trouble::Lost(error),
            other => {
                self.connection = answers.then_some(connection);
                other
            }
        };
        Failed { batch, trouble }
    }

    /// The reply to COMMIT was lost: finds out whether it happened. The head is locked first, so an old
    /// connection that is still committing is waited for.
    fn settle(&mut self, decided: &Decided<'_>, error: StoreError) -> Result<Connection, Trouble> {
        tracing::warn!(%error, "no answer to COMMIT; looking up whether it happened");
        for attempt in 0..RECONNECT_TRIES {
            if attempt > 0 {
                std::thread::sleep(RECONNECT_PAUSE);
            }
            let Ok(mut connection) = self.reconnected() else { continue };
            let looked = head::begin_and_lock(&mut connection)
                .and_then(|_| log::entry(&mut connection, decided.first_leaf))
                .and_then(|found| head::rollback(&mut connection).map(|()| found));
            let Ok(found) = looked else { continue };
            // An entry holds a random request id, so equal bytes are this batch and no other.
            if found.is_some_and(|(_, body)| body == decided.first_body) {
                return Ok(connection);
            }
            self.connection = Some(connection);
            return if error.is_about_the_database() {
                Err(Trouble::Unavailable(error))
            } else {
                Err(Trouble::Poison(error))
            };
        }
        Err(Trouble::OutcomeUnknown(error))
    }
}
