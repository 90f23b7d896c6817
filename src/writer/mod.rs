//! The group-commit writer: the only door to a change.
//!
//! Handlers hand it commands; it runs what has queued up as one transaction (see docs/ARCHITECTURE.md for the
//! steps) and answers everyone after the commit. A change, its entry and its place in the tree become durable
//! together or not at all.

mod again;
mod asking;
mod command;
mod concluding;
mod controls;
mod decide;
mod decided;
mod declaring;
mod ledger;
mod loading;
mod log_state;
mod published;
mod queue;
mod recorded;
mod reply;
mod run;
mod signing_in;
mod streaming;
mod transaction;

pub use again::{Question, Then, again};
pub use asking::{CheckRequest, ControlRequest, PaperRequest, Prepared, Submission};
pub use command::{Action, ArchiveChange, Command, Occasion, Origin, RegistryChange};
pub use declaring::{DeclarationRequest, Held, Outcome, PositionRefused, PositionRequest, Presenting, Purpose, Step};
pub use published::Published;
pub use reply::{Answer, ControlRecorded, ControlRefusal, Failure, PaperShown, Reply};
pub use signing_in::{Arrival, By, Invitation, SessionChange, SignedIn};

use std::sync::Arc;
use std::thread::JoinHandle;

use arc_swap::ArcSwap;
use endmark_core::log::LogKey;
use tokio::sync::oneshot;

use crate::clock::Clock;
use crate::keys::Keys;
use crate::registry::Registry;
use crate::store::{Connection, DatabaseUrl, StoreError, head};
use queue::{Queue, Queued, Server};

/// What the writer shows everyone else; each part is swapped whole.
#[derive(Debug)]
pub struct Shared {
    /// The registry of the newest epoch seen.
    pub registry: ArcSwap<Registry>,
    /// The newest checkpoint.
    pub published: ArcSwap<Published>,
}

/// What deciding needs beside the database.
#[derive(Debug)]
pub struct Context {
    /// Now.
    pub clock: Clock,
    /// The register's keys.
    pub keys: Keys,
    /// The public keys that checkpoints may be signed under: the one in use first, then the retired ones.
    pub log_keys: Vec<LogKey>,
    /// The law: read with the registry.
    pub law: crate::law::Law,
    /// What this process remembers of certificates that it has verified.
    pub recall: crate::recall::Recall,
    /// What is counted.
    pub metrics: crate::app::Metrics,
    /// What manufacturers learn of the use of their certificates.
    pub disclosure: crate::config::Disclosure,
    /// How long officers stay signed in.
    pub officers: crate::config::Officers,
    /// How long evidence stays.
    pub retention: crate::archive::Retention,
    /// Where the newest checkpoint is kept, outside the database's rollback domain.
    pub checkpoint_path: std::path::PathBuf,
}

/// Bounds of the queue and the batch.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The most commands in one transaction.
    pub batch_max: usize,
    /// The most commands that wait.
    pub queue_max: usize,
    /// How long a command may wait before it is answered "busy", in milliseconds.
    pub wait_millis_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { batch_max: 512, queue_max: 8_192, wait_millis_max: 5_000 }
    }
}

/// A handle to the running writer.
#[derive(Debug, Clone)]
pub struct Writer {
    queue: Arc<Queue>,
    shared: Arc<Shared>,
}

/// The writer's thread, to be joined on the way out.
#[derive(Debug)]
pub struct WriterThread(Arc<Queue>, JoinHandle<()>);

impl Writer {
    /// Opens the register and starts the writer's thread.
    pub fn start(url: &DatabaseUrl, context: Arc<Context>, limits: Limits) -> Result<(Self, WriterThread), StoreError> {
        let mut core = run::Core::open(url, context)?;
        let queue = Arc::new(Queue::new(limits));
        let shared = core.shared();
        let served = Arc::clone(&queue);
        let thread = std::thread::Builder::new().name("writer".to_owned()).spawn(move || {
            let line = Server(&served);
            core.serve(line.0);
        })?;
        Ok((Self { queue: Arc::clone(&queue), shared }, WriterThread(queue, thread)))
    }

    /// What the writer shows.
    pub const fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// How many commands wait.
    pub fn waiting(&self) -> usize {
        self.queue.waiting()
    }

    /// Whether the writer still takes commands: it stops for good when the log would fork.
    pub fn is_open(&self) -> bool {
        self.queue.is_open()
    }

    /// Hands over a command and waits for its answer, which comes after the commit.
    pub async fn submit(&self, command: Command) -> Result<Answer, Failure> {
        let (answer, answered) = oneshot::channel();
        self.queue.push(Queued::new(command, answer))?;
        answered.await.unwrap_or(Err(Failure::OutcomeUnknown))
    }
}

impl WriterThread {
    /// Takes no more, answers what was accepted, and ends.
    pub fn finish(self) {
        self.0.close();
        if self.1.join().is_err() {
            tracing::error!("the writer's thread panicked");
        }
    }
}

/// Runs one command on a connection of its own, through the same code: for the command line.
pub fn run_once(
    url: &DatabaseUrl,
    context: Arc<Context>,
    command: Command,
) -> Result<Result<Answer, Failure>, StoreError> {
    let mut core = run::Core::open(url, context)?;
    let (answer, mut answered) = oneshot::channel();
    core.batch(vec![Queued::new(command, answer)], None);
    Ok(answered.try_recv().unwrap_or(Err(Failure::OutcomeUnknown)))
}

/// Makes a register in an empty database: its head at size 0, then its first entry.
pub fn create_register(connection: &mut Connection, origin: &str, clock: &Clock) -> Result<(), StoreError> {
    let origin = origin.parse().map_err(|_| StoreError::Corrupt(format!("{origin:?} is no name for a log")))?;
    head::create(connection, &head::Head::first(origin, clock.now()))
}
