//! What is sent when.

use std::collections::BTreeMap;
use std::sync::Arc;

use ring::rand::{SecureRandom as _, SystemRandom};
use time::{Duration, OffsetDateTime};

use super::{AT_ONCE_FOR_ONE, AT_ONCE_MAX, LEASE};
use crate::registry::Registry;
use crate::store::lease::{self, Hold};
use crate::store::webhook::{self as rows, Delivery, Outcome};
use crate::store::{Connection, StoreError};
use crate::webhook::{State, Webhook};

/// The pauses between attempts that Standard Webhooks proposes: some 28 hours in all.
const PAUSES: [Duration; 7] = [
    Duration::seconds(5),
    Duration::minutes(5),
    Duration::minutes(30),
    Duration::hours(2),
    Duration::hours(5),
    Duration::hours(10),
    Duration::hours(10),
];
/// How long the outbox keeps what is over, for the operator to look at.
const KEPT_FOR: Duration = Duration::days(30);
/// Rows of one query: a webhook with a long line fills one, and is left out of the next.
const ROWS_MAX: i64 = 64;

/// One look at the outbox.
pub(super) struct Turn {
    pub(super) holder: String,
    pub(super) now: OffsetDateTime,
    pub(super) registry: Arc<Registry>,
    /// Deliveries under way and their webhooks.
    pub(super) under_way: BTreeMap<String, String>,
}

impl Turn {
    /// What to send now. A webhook that is not known yet, or whose row was changed outside the service, waits.
    pub(super) fn take(&self, connection: &mut Connection) -> Result<Vec<(Arc<Webhook>, Delivery)>, StoreError> {
        match lease::hold(connection, LEASE, &self.holder, self.now)? {
            Hold::Other => return Ok(Vec::new()),
            Hold::Held => {}
            Hold::Renewed => rows::forget(connection, self.now.saturating_sub(KEPT_FOR))?,
        }
        let mut ids: Vec<String> = self.under_way.keys().cloned().collect();
        let mut calls: BTreeMap<String, usize> = BTreeMap::new();
        for webhook in self.under_way.values() {
            *calls.entry(webhook.clone()).or_default() += 1;
        }
        let mut not_for: Vec<String> =
            calls.iter().filter(|(_, calls)| **calls >= AT_ONCE_FOR_ONE).map(|(id, _)| id.clone()).collect();
        let mut found = Vec::new();
        while ids.len() < AT_ONCE_MAX {
            let due = rows::due(connection, self.now, &ids, &not_for, ROWS_MAX)?;
            let last = due.len() < usize::try_from(ROWS_MAX).unwrap_or(usize::MAX);
            for delivery in due {
                let under_way = calls.entry(delivery.webhook.clone()).or_default();
                let to = self.registry.webhook(&delivery.webhook).filter(|to| to.state == State::Active);
                if let (Some(to), true) = (to, *under_way < AT_ONCE_FOR_ONE && ids.len() < AT_ONCE_MAX) {
                    *under_way += 1;
                    ids.push(delivery.id.clone());
                    found.push((Arc::clone(to), delivery));
                } else if !not_for.contains(&delivery.webhook) {
                    not_for.push(delivery.webhook);
                }
            }
            if last {
                break;
            }
        }
        Ok(found)
    }
}

/// After an attempt that failed: when the next one is, or that there is none.
pub(super) fn again_or_not(delivery: &Delivery, now: OffsetDateTime, why: String) -> Outcome {
    match PAUSES.get(usize::from(delivery.attempts)) {
        Some(pause) => Outcome::Again(now.saturating_add(*pause + jitter(*pause)), why),
        None => Outcome::Failed(why),
    }
}

/// Up to a tenth more, so that what failed together does not come back together.
fn jitter(pause: Duration) -> Duration {
    let mut random = [0];
    let _ = SystemRandom::new().fill(&mut random);
    let [random] = random;
    pause * u32::from(random) / 2_560
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_is_tried_eight_times_and_then_given_up() {
        let now = OffsetDateTime::UNIX_EPOCH;
        let tried = |attempts| {
            let delivery = Delivery { id: "msg_1".into(), webhook: "whk_1".into(), body: "{}".into(), attempts };
            again_or_not(&delivery, now, "500".into())
        };
        for (attempts, pause) in (0..).zip(PAUSES) {
            let Outcome::Again(at, _) = tried(attempts) else { panic!("given up after {attempts}") };
            assert!((pause..=pause * 1.1).contains(&(at - now)), "{attempts}: {at}");
        }
        assert!(matches!(tried(7), Outcome::Failed(_)));
    }
}
