//! What manufacturers are told of: noted while deciding, put into the outbox with the change.

use endmark_core::manufacturer::Organisation;
use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;

use super::{RegistryRow, View};
use crate::store::webhook::{self, Delivery};
use crate::store::{Connection, StoreError};
use crate::webhook::new_id;

/// Something an organisation wants to know.
pub(crate) struct Event {
    /// Who is told.
    pub(crate) organisation: Organisation,
    /// What happened, such as `certificate.suspended`.
    pub(crate) kind: &'static str,
    /// On what; ids and codes only.
    pub(crate) data: Value,
    /// The entry that says so.
    leaf: u64,
}

/// The payload (Standard Webhooks).
#[derive(Serialize)]
struct Payload<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(with = "time::serde::rfc3339")]
    timestamp: OffsetDateTime,
    data: &'a Value,
}

impl View<'_> {
    /// Notes an event of the command that is being decided. Nothing is sent where nobody listens.
    pub(crate) fn tell(&mut self, organisation: Organisation, kind: &'static str, data: Value) {
        self.events.push(Event { organisation, kind, data, leaf: self.leaf });
    }

    /// One delivery for each event and webhook, in this transaction: told if and only if it happened.
    pub(super) fn write_deliveries(&self, connection: &mut Connection) -> Result<(), StoreError> {
        let mut deliveries = Vec::new();
        for event in &self.events {
            let payload = Payload { kind: event.kind, timestamp: self.moment.at, data: &event.data };
            for to in self.registry.webhooks_of(&event.organisation).filter(|to| !self.changes_webhook(&to.id)) {
                let id = new_id("msg")
                    .map_err(|_| StoreError::Corrupt("the system's random source does not answer".to_owned()))?;
                let body = serde_json::to_string(&payload)
                    .map_err(|error| StoreError::Corrupt(format!("event {}: {error}", event.kind)))?;
                deliveries.push((Delivery { id, webhook: to.id.clone(), body, attempts: 0 }, event.leaf));
            }
        }
        webhook::add_deliveries(connection, &deliveries, self.moment.at)
    }

    /// Whether this batch stops or removes a webhook: what it adds would wait for ever, or refer to nothing.
    pub(super) fn changes_webhook(&self, id: &str) -> bool {
        self.registry_rows.iter().any(|row| match row {
            RegistryRow::Webhook(changed, _) => changed.id == id,
            RegistryRow::WebhookGone(gone) => gone == id,
            _ => false,
        })
    }
}
