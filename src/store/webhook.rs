//! Rows of webhooks and the outbox of what they are told.

use diesel::prelude::*;
use time::OffsetDateTime;

use super::row_key::{RowContent, RowKey};
use super::schema::{delivery, webhook};
use super::{Connection, StoreError, column, micros, on};
use crate::registry::Row;
use crate::webhook::{Secret, State, Webhook};

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = webhook)]
struct WebhookRow {
    id: String,
    organisation: String,
    url: String,
    secret: Vec<u8>,
    state: String,
    reason: String,
    leaf: i64,
    hmac: Vec<u8>,
}

impl WebhookRow {
    fn content(&self) -> RowContent {
        RowContent::of("webhook")
            .text(&self.id)
            .text(&self.organisation)
            .text(&self.url)
            .bytes(&self.secret)
            .text(&self.state)
            .text(&self.reason)
            .number(self.leaf)
    }

    fn open(self, key: &RowKey) -> Result<Row<Webhook>, StoreError> {
        if !key.verifies(&self.content(), &self.hmac) {
            return Ok(Row::Tampered(format!("webhook {}", self.id)));
        }
        let corrupt = |what: &str| StoreError::Corrupt(format!("webhook {}: {what}", self.id));
        let state = match self.state.as_str() {
            "active" => State::Active,
            "stopped" => State::Stopped(self.reason.clone()),
            _ => return Err(corrupt("unknown state")),
        };
        Ok(Row::Good(Webhook {
            organisation: self.organisation.parse().map_err(|_| corrupt("organisation"))?,
            url: self.url.parse().map_err(|_| corrupt("url"))?,
            id: self.id,
            secret: Secret::from_bytes(self.secret),
            state,
        }))
    }
}

/// All webhooks.
pub fn webhooks(connection: &mut Connection, key: &RowKey) -> Result<Vec<Row<Webhook>>, StoreError> {
    let rows: Vec<WebhookRow> = on!(connection, c => webhook::table.order((webhook::leaf, webhook::id)).load(c))?;
    rows.into_iter().map(|row| row.open(key)).collect()
}

/// Every webhook: its id, the entry that set it, and whether it is as the service wrote it.
pub fn all(connection: &mut Connection, key: &RowKey) -> Result<Vec<(String, i64, bool)>, StoreError> {
    let rows: Vec<WebhookRow> = on!(connection, c => webhook::table.order(webhook::id).load(c))?;
    let look = |row: WebhookRow| {
        let intact = key.verifies(&row.content(), &row.hmac);
        (row.id, row.leaf, intact)
    };
    Ok(rows.into_iter().map(look).collect())
}

/// Keeps a webhook as it stands now. What waits for one that is stopped has failed.
pub fn put(connection: &mut Connection, key: &RowKey, new: &Webhook, leaf: u64) -> Result<(), StoreError> {
    let (state, reason) = match &new.state {
        State::Active => ("active", String::new()),
        State::Stopped(reason) => ("stopped", reason.clone()),
    };
    let mut row = WebhookRow {
        id: new.id.clone(),
        organisation: new.organisation.to_string(),
        url: new.url.to_string(),
        secret: new.secret.as_bytes().to_vec(),
        state: state.to_owned(),
        reason,
        leaf: column(leaf)?,
        hmac: Vec::new(),
    };
    row.hmac = key.sign(&row.content());
    on!(connection, c => diesel::insert_into(webhook::table)
        .values(&row)
        .on_conflict(webhook::id)
        .do_update()
        .set(&row)
        .execute(c))?;
    if let State::Stopped(reason) = &new.state {
        let waiting = delivery::webhook.eq(&new.id).and(delivery::state.eq(PENDING));
        on!(connection, c => diesel::update(delivery::table.filter(waiting))
            .set((delivery::state.eq(FAILED), delivery::last_error.eq(reason)))
            .execute(c))?;
    }
    Ok(())
}

/// Forgets a webhook, its secret and what it was told.
pub fn remove(connection: &mut Connection, id: &str) -> Result<(), StoreError> {
    on!(connection, c => diesel::delete(delivery::table.filter(delivery::webhook.eq(id))).execute(c))?;
    on!(connection, c => diesel::delete(webhook::table.find(id)).execute(c))?;
    Ok(())
}

const PENDING: &str = "pending";
const DELIVERED: &str = "delivered";
const FAILED: &str = "failed";

/// What a webhook will be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id, `msg_…`: the same at every attempt.
    pub id: String,
    /// Which webhook.
    pub webhook: String,
    /// The body, byte for byte.
    pub body: String,
    /// How often it was tried.
    pub attempts: u16,
}

/// How an attempt ended.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It was taken.
    Delivered,
    /// It is tried again.
    Again(OffsetDateTime, String),
    /// It is not tried again.
    Failed(String),
}

/// Puts deliveries into the outbox: in the transaction of the change they tell of.
pub fn add_deliveries(
    connection: &mut Connection,
    new: &[(Delivery, u64)],
    due: OffsetDateTime,
) -> Result<(), StoreError> {
    for (one, leaf) in new {
        let values = (
            delivery::id.eq(&one.id),
            delivery::webhook.eq(&one.webhook),
            delivery::leaf.eq(column(*leaf)?),
            delivery::body.eq(&one.body),
            delivery::attempts.eq(i32::from(one.attempts)),
            delivery::next_micros.eq(micros(due)),
            delivery::state.eq(PENDING),
            delivery::last_error.eq(""),
        );
        on!(connection, c => diesel::insert_into(delivery::table).values(values).execute(c))?;
    }
    Ok(())
}

/// What is due, the longest due first, without those deliveries and webhooks.
pub fn due(
    connection: &mut Connection,
    now: OffsetDateTime,
    under_way: &[String],
    not_for: &[String],
    most: i64,
) -> Result<Vec<Delivery>, StoreError> {
    let rows: Vec<(String, String, String, i32)> = on!(connection, c => delivery::table
        .filter(delivery::state.eq(PENDING).and(delivery::next_micros.le(micros(now))))
        .filter(delivery::id.ne_all(under_way))
        .filter(delivery::webhook.ne_all(not_for))
        .order((delivery::next_micros, delivery::leaf, delivery::id))
        .limit(most)
        .select((delivery::id, delivery::webhook, delivery::body, delivery::attempts))
        .load(c))?;
    let read = |(id, webhook, body, attempts): (String, String, String, i32)| {
        let attempts =
            u16::try_from(attempts).map_err(|_| StoreError::Corrupt(format!("delivery {id}: {attempts} attempts")))?;
        Ok(Delivery { id, webhook, body, attempts })
    };
    rows.into_iter().map(read).collect()
}

/// Notes how an attempt ended; noting it twice, or after another node did, changes nothing.
pub fn note(connection: &mut Connection, tried: &Delivery, outcome: &Outcome) -> Result<(), StoreError> {
    let before = i32::from(tried.attempts);
    let this = delivery::id.eq(&tried.id).and(delivery::state.eq(PENDING)).and(delivery::attempts.eq(before));
    let attempts = delivery::attempts.eq(before.saturating_add(1));
    let (state, why, next) = match outcome {
        Outcome::Delivered => (DELIVERED, "", None),
        Outcome::Again(at, why) => (PENDING, why.as_str(), Some(micros(*at))),
        Outcome::Failed(why) => (FAILED, why.as_str(), None),
    };
    let values = (attempts, delivery::state.eq(state), delivery::last_error.eq(why));
    let values = (values, next.map(|next| delivery::next_micros.eq(next)));
    on!(connection, c => diesel::update(delivery::table.filter(this)).set(values).execute(c))?;
    Ok(())
}

/// Forgets what was over before a moment: the log keeps what happened.
pub fn forget(connection: &mut Connection, before: OffsetDateTime) -> Result<(), StoreError> {
    let over = delivery::state.eq_any([DELIVERED, FAILED]).and(delivery::next_micros.lt(micros(before)));
    on!(connection, c => diesel::delete(delivery::table.filter(over)).execute(c))?;
    Ok(())
}
