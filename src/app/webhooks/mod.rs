//! Telling manufacturers: one process at a time sends what the outbox holds, at least once.

mod post;
mod roots;
mod turn;

pub(super) use post::Poster;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use self::turn::Turn;
use super::App;
use crate::store::webhook::{Delivery, Outcome};
use crate::store::{Readers, StoreError, lease, webhook as rows};
use crate::webhook::{State, Webhook};
use crate::writer::RegistryChange;

/// How often the outbox is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(400);
/// Deliveries under way at once, in all and for one webhook: a receiver that hangs holds up only itself.
const AT_ONCE_MAX: usize = 32;
const AT_ONCE_FOR_ONE: usize = 4;
/// The lease of the sender.
const LEASE: &str = "webhooks";

/// What the sender needs.
pub(super) struct Sender {
    app: Arc<App>,
    /// A connection of its own: handlers' reads never wait for it.
    database: Readers,
    poster: Arc<Poster>,
    /// Who holds the lease: this process, this start.
    holder: String,
}

impl Sender {
    pub(super) fn new(app: Arc<App>, database: Readers, poster: Poster) -> Self {
        Self { app, database, poster: Arc::new(poster), holder: crate::http::new_request_id() }
    }

    /// Sends until told to stop; what is under way is finished, and the lease given up.
    pub(super) async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut look = interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut under_way = BTreeMap::new();
        let mut calls = FuturesUnordered::new();
        loop {
            tokio::select! {
                _ = look.tick() => {}
                Some(done) = calls.next() => {
                    under_way.remove(&done);
                }
                _ = stop.changed() => break,
            }
            match self.next(&under_way).await {
                Ok(found) => {
                    for (to, delivery) in found {
                        under_way.insert(delivery.id.clone(), delivery.webhook.clone());
                        calls.push(self.deliver(to, delivery));
                    }
                }
                Err(error) => tracing::warn!(%error, "the outbox of the webhooks could not be read"),
            }
        }
        while calls.next().await.is_some() {}
        let holder = self.holder.clone();
        if let Err(error) = self.database.read(move |connection| lease::release(connection, LEASE, &holder)).await {
            tracing::warn!(%error, "the lease of the webhooks' sender stays until it lapses");
        }
    }

    /// What to send now, with whom it is for; nothing while another process sends.
    async fn next(&self, under_way: &BTreeMap<String, String>) -> Result<Vec<(Arc<Webhook>, Delivery)>, StoreError> {
        let turn = Turn {
            holder: self.holder.clone(),
            now: self.app.context.clock.now(),
            registry: Arc::clone(&self.app.registry()),
            under_way: under_way.clone(),
        };
        self.database.read(move |connection| turn.take(connection)).await
    }

    /// One attempt; gives the delivery's id.
    async fn deliver(&self, to: Arc<Webhook>, delivery: Delivery) -> String {
        let now = self.app.context.clock.now();
        let outcome = match self.poster.post(&to, &delivery, now).await {
            Ok(()) => Outcome::Delivered,
            Err(post::Refused::Gone) => self.stop(&to).await,
            Err(post::Refused::For(why)) => turn::again_or_not(&delivery, self.app.context.clock.now(), why),
        };
        match &outcome {
            Outcome::Delivered => {}
            Outcome::Again(at, why) => tracing::info!(webhook = to.id, message = delivery.id, why, %at, "tried again"),
            Outcome::Failed(why) => tracing::warn!(webhook = to.id, message = delivery.id, why, "given up"),
        }
        let id = delivery.id.clone();
        // Not noted means sent again, under the same id.
        if let Err(error) = self.database.read(move |connection| rows::note(connection, &delivery, &outcome)).await {
            tracing::warn!(%error, "the outcome of a delivery could not be noted; it is sent again");
        }
        id
    }

    /// The receiver answered 410: it wants no more. An entry says so.
    async fn stop(&self, to: &Webhook) -> Outcome {
        let reason = "the receiver answered 410 Gone".to_owned();
        // Several deliveries to one receiver may be answered so at once.
        if self.app.registry().webhook(&to.id).is_some_and(|now| now.state == State::Active) {
            let change = RegistryChange::StopWebhook { id: to.id.clone(), reason: reason.clone() };
            super::background::registry_command(&self.app, change).await;
        }
        Outcome::Failed(reason)
    }
}
