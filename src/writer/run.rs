//! The writer's loop and its failure policy.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use endmark_core::log::Edge;

use super::ahead::Pause;
use super::concluding::{Concluded, refuse, sign};
use super::decided::Decided;
use super::loading::Desk;
use super::log_state::{Fork, load_edge, require_continuation};
use super::queue::{Queue, Queued};
use super::transaction::Trouble;
use super::{Context, Failure, Shared};
use crate::registry::Registry;
use crate::store::head::{self, Head};
use crate::store::{Connection, DatabaseUrl, StoreError, log, touched};

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
    pause: Pause,
    shared: Arc<Shared>,
}

/// The writer stops for good.
#[derive(Debug)]
pub(super) struct Closed;

/// A batch that did not go through, and one that was taken out of the line after it.
struct Failed {
    batch: Vec<Queued>,
    trouble: Trouble,
    left: Option<Vec<Queued>>,
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
            pause: Pause::default(),
            shared,
        })
    }

    pub(super) fn shared(&self) -> Arc<Shared> {
        Arc::clone(&self.shared)
    }

    /// Serves the line until it is closed and empty.
    pub(super) fn serve(&mut self, queue: &Queue) {
        let mut left = None;
        while let Some(batch) = left.take().or_else(|| queue.next_batch()) {
            match self.batch(batch, Some(queue)) {
                Ok(next) => left = next,
                Err(Closed) => queue.close(),
            }
        }
    }

    /// Runs a batch, and those after it that can be decided ahead, and answers everyone in them. Gives one that was
    /// taken out of the line and is still to be run.
    pub(super) fn batch(
        &mut self,
        batch: Vec<Queued>,
        mut queue: Option<&Queue>,
    ) -> Result<Option<Vec<Queued>>, Closed> {
        let mut left = None;
        let mut halves = vec![batch];
        while let Some(batch) = halves.pop() {
            // Only the whole batch looks ahead, not its halves.
            let done = match self.run(batch, queue.take()) {
                Err(Failed { batch, trouble: Trouble::Lost(_), left: next }) => {
                    left = left.or(next);
                    self.run(batch, None)
                }
                done => done,
            };
            let Failed { mut batch, trouble, left: next } = match done {
                Ok(next) => {
                    left = left.or(next);
                    continue;
                }
                Err(failed) => failed,
            };
            left = left.or(next);
            match trouble {
                Trouble::Fork(fork) => {
                    tracing::error!(error = %fork, "the writer stops for good");
                    let all = halves.into_iter().chain(left).flatten();
                    refuse(batch.into_iter().chain(all).collect(), &Failure::Closed);
                    return Err(Closed);
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
        Ok(left)
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

    /// One attempt at a batch. While others wait, the next one is decided while this one is committed, and so on.
    fn run(&mut self, mut batch: Vec<Queued>, queue: Option<&Queue>) -> Result<Option<Vec<Queued>>, Failed> {
        let mut connection = match self.connection.take().map_or_else(|| self.reconnected(), Ok) {
            Ok(open) => open,
            Err(error) => return Err(Failed { batch, trouble: Trouble::Unavailable(error), left: None }),
        };
        let begun = match self.begin(&mut connection, &batch) {
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
        loop {
            let ahead = queue.and_then(|queue| desk.look_ahead(&mut connection, queue, &mut self.pause, &decided));
            let (concluded, next) = desk.conclude_beside(&self.shared, &mut connection, (batch, &mut decided), ahead);
            let (left, next) = next.map(|next| (next.batch, next.decided)).unzip();
            match concluded {
                Concluded::Answered(registry) => {
                    if let Some(registry) = registry {
                        self.registry = registry;
                    }
                    self.connection = Some(connection);
                }
                Concluded::NotWritten(error, batch) => {
                    return Err(Failed { left, ..self.failed(connection, batch, error.into()) });
                }
                Concluded::NotCommitted(error, batch) => {
                    drop(connection);
                    if let Err(trouble) = self.settle(&decided, error) {
                        return Err(Failed { batch, trouble, left });
                    }
                    if let Some(connection) = self.connection.as_mut() {
                        let registry = desk.answer(&self.shared, connection, batch, &mut decided);
                        if let Some(registry) = registry {
                            self.registry = registry;
                        }
                    }
                }
            }
            self.edge = decided.edge;
            self.clock_behind = decided.clock_behind;
            let Some(next) = next.flatten() else { return Ok(left) };
            let locked = self.connection.take().and_then(|open| self.locked(open, &decided.head));
            match (left, locked) {
                (Some(left), Some(locked)) => (batch, decided, connection) = (left, next, locked),
                (left, _) => return Ok(left),
            }
        }
    }

    /// Locks the head for a batch that was decided ahead. `None`: somebody has come in between, or the database fails;
    /// then the batch is run like any other.
    fn locked(&mut self, mut connection: Connection, expected: &Head) -> Option<Connection> {
        match touched::lock(&mut connection) {
            Ok(head) if head.is_at(expected) && head.is_intact(&self.context.keys.rows) => {
                self.context.metrics.ahead("used");
                Some(connection)
            }
            Ok(_) => {
                self.pause.begin();
                self.context.metrics.ahead("overtaken");
                self.connection = head::rollback(&mut connection).is_ok().then_some(connection);
                None
            }
            Err(error) => {
                tracing::debug!(%error, "the head could not be locked for a batch that was decided ahead");
                None
            }
        }
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
        Failed { batch, trouble, left: None }
    }

    /// The reply to COMMIT was lost: finds out whether it happened. The head is locked first, so an old
    /// connection that is still committing is waited for.
    fn settle(&mut self, decided: &Decided<'_>, error: StoreError) -> Result<(), Trouble> {
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
            self.connection = Some(connection);
            // An entry holds a random request id, so equal bytes are this batch and no other.
            if found.is_some_and(|(_, body)| body == decided.first_body) {
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
