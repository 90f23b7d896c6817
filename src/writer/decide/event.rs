//! What manufacturers are told of: noted while deciding, put into the outbox with the change.

use std::collections::BTreeMap;

use endmark_core::manufacturer::Organisation;
use endmark_core::number::CertificateNumber;
use endmark_core::position::Changed;
use serde::Serialize;
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::{RegistryRow, View};
use crate::ledger::decimal;
use crate::store::certificate::Found;
use crate::store::ledger::Declaration;
use crate::store::webhook::{self, Delivery};
use crate::store::{StoreError, Writes};
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

    /// Tells the manufacturers what is used of their certificates now, as far as the disclosure policy goes: line,
    /// quantity, day and event. What customs keeps confidential is not told.
    pub(super) fn tell_usage(&mut self, event: &'static str, declaration: &Declaration, changed: &Changed) {
        let listens = |number: CertificateNumber| match self.standings.get(&number) {
            Some(Found::Standing(standing)) => self.registry.webhooks_of(&standing.organisation).next().is_some(),
            Some(Found::Tampered(_)) | None => false,
        };
        if declaration.confidential || !changed.lines.iter().any(|key| listens(key.certificate)) {
            return;
        }
        let mut told: BTreeMap<CertificateNumber, Vec<Value>> = BTreeMap::new();
        for key in &changed.lines {
            let Some(line) = self.ledger.position.line(*key) else { continue };
            let own = self.ledger.position.claims_of(&declaration.mrn).filter(|(claim, _)| claim.line == *key);
            let held = own.fold(0_i128, |sum, (_, claim)| sum.saturating_add(claim.drawn));
            told.entry(key.certificate).or_default().push(json!({
                "line": key.line,
                "unit": line.unit,
                "quantity": decimal(held),
                "used": decimal(line.used_in_public()),
                "available": decimal(line.available_in_public()),
            }));
        }
        let day = endmark_core::day::format(self.moment.day);
        for (number, lines) in told {
            let Some(Found::Standing(standing)) = self.standings.get(&number) else { continue };
            let organisation = standing.organisation.clone();
            if self.registry.webhooks_of(&organisation).next().is_some() {
                let mut data = json!({ "certificate": number, "event": event, "day": day, "lines": lines });
                if let Some(data) = data.as_object_mut() {
                    if self.disclosure.declaration {
                        data.insert("declaration".to_owned(), json!(declaration.mrn));
                    }
                    if self.disclosure.customs_office {
                        data.insert("customsOffice".to_owned(), json!(declaration.office));
                    }
                }
                self.tell(organisation, "certificate.used", data);
            }
        }
    }

    /// One delivery for each event and webhook, in this transaction: told if and only if it happened.
    pub(super) fn write_deliveries(&self, writes: &mut Writes<'_>) -> Result<(), StoreError> {
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
        if deliveries.is_empty() {
            return Ok(());
        }
        webhook::add_deliveries(writes.connection()?, &deliveries, self.moment.at)
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
