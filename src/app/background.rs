//! What runs beside the requests: following other nodes, publishing the checkpoint, counting what was turned away.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval, interval_at};

use super::{App, checkpoint_file};
use crate::registry::Registry;
use crate::store::{Connection, Readers, StoreError, head};
use crate::writer::{Action, Command, Occasion, Origin, RegistryChange};

/// A revoked caller is turned away within a second, whichever node or command line revoked it.
const FOLLOW_EVERY: Duration = Duration::from_millis(400);
/// Checkpoints are published about once a second (design, section 6).
const PUBLISH_EVERY: Duration = Duration::from_secs(1);
/// So often SQLite's log is copied back: the writer, which does it after 32 MiB, then finds little left to copy while
/// everybody waits, and the disk never gets so much at once that a commit would wait behind it.
const COPY_BACK_EVERY: Duration = Duration::from_millis(20);
/// One aggregate entry a cause and minute.
const COUNT_EVERY: Duration = Duration::from_mins(1);

/// Runs until told to stop; publishes a last time on the way out.
pub(super) async fn run(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let mut follow = interval(FOLLOW_EVERY);
    let mut publish = interval(PUBLISH_EVERY);
    // Not at once: what was turned away before the first minute is over belongs to that minute.
    let mut count = interval_at(Instant::now() + COUNT_EVERY, COUNT_EVERY);
    for timer in [&mut follow, &mut publish, &mut count] {
        timer.set_missed_tick_behavior(MissedTickBehavior::Skip);
    }
    loop {
        tokio::select! {
            _ = follow.tick() => {
                if let Err(error) = follow_others(&app).await {
                    tracing::warn!(%error, "what other nodes wrote could not be read");
                }
            }
            _ = publish.tick() => publish_checkpoint(&app).await,
            _ = count.tick() => record_turned_away(&app).await,
            _ = stop.changed() => return,
        }
    }
}

/// Keeps `SQLite`'s log short beside the writer, on a connection of its own, until told to stop; while nothing is
/// committed it rests.
pub(super) async fn copy_log_back(app: Arc<App>, readers: Readers, mut stop: watch::Receiver<bool>) {
    let mut copied = None;
    let mut copy = interval(COPY_BACK_EVERY);
    copy.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = copy.tick() => {
                let size = app.writer.shared().published.load().head.size;
                if copied == Some(size) {
                    continue;
                }
                match readers.read(Connection::copy_log_back).await {
                    Ok(()) => copied = Some(size),
                    Err(error) => {
                        tracing::warn!(%error, "the database's log could not be copied back; the writer will do it");
                    }
                }
            }
            _ = stop.changed() => return,
        }
    }
}

/// Shows what another node or the command line wrote.
async fn follow_others(app: &App) -> Result<(), StoreError> {
    let shared = Arc::clone(app.writer.shared());
    let context = Arc::clone(&app.context);
    app.readers
        .read(move |connection| {
            let head = head::read(connection)?;
            if head.epoch > shared.registry.load().epoch {
                let (registry, _) = Registry::read(connection, &context.keys.rows, &context.law)?;
                let registry = Arc::new(registry);
                // The writer may have shown a newer one meanwhile.
                shared
                    .registry
                    .rcu(|shown| if shown.epoch < registry.epoch { Arc::clone(&registry) } else { Arc::clone(shown) });
            }
            // A retired key signs nothing more; the writer says so at its next command.
            let retired = shared.registry.load().has_retired(context.keys.log.key());
            let shown = shared.published.load_full();
            if !retired && head.size > shown.head.size {
                let published = shown.followed(connection, &context.keys, head)?;
                shared.published.rcu(|shown| {
                    if shown.head.size < published.head.size { Arc::clone(&published) } else { Arc::clone(shown) }
                });
            }
            Ok(())
        })
        .await
}

pub(super) async fn publish_checkpoint(app: &App) {
    let published = Arc::clone(&app.writer.shared().published.load());
    let path = app.context.checkpoint_path.clone();
    let keys = app.context.log_keys.clone();
    let written = tokio::task::spawn_blocking(move || {
        checkpoint_file::forward_only(&path, &keys, published.head.size, &published.note)
    })
    .await;
    if let Ok(Err(error)) = written {
        tracing::error!(%error, "the checkpoint could not be kept; a rolled-back database might go unnoticed");
    }
}

/// Puts the counts of what was turned away into the log.
pub(super) async fn record_turned_away(app: &App) {
    app.forget_idle_quotas();
    let counts = app.turned_away.take();
    if !counts.is_empty() {
        service_command(app, Occasion::TurnedAway(counts)).await;
    }
}

/// An entry of the service about itself.
pub(super) async fn service_command(app: &App, occasion: Occasion) {
    own_command(app, Action::Service(occasion)).await;
}

/// A change of the registry that the service makes by itself.
pub(super) async fn registry_command(app: &App, change: RegistryChange) {
    own_command(app, Action::Registry(change)).await;
}

async fn own_command(app: &App, action: Action) {
    let command = Command {
        origin: Origin { request: crate::http::new_request_id(), client: None, officer: None },
        organisation: "operator".to_owned(),
        action,
    };
    if let Err(error) = app.writer.submit(command).await {
        tracing::error!(%error, "an entry about the service itself could not be written");
    }
}
