//! The operator changes who may do what. Only the command line on the host gets here.

use endmark_core::check::ManufacturerStanding;
use endmark_core::log::LogKey;
use endmark_core::manufacturer::Organisation;

use serde_json::json;

use super::{Decision, Draft, OPERATOR, RegistryRow, View, officer};
use crate::entry::Kind;
use crate::registry::{AnchorState, CallerState, KnownKey, PUT_BACK};
use crate::webhook::{PER_ORGANISATION_MAX, State, Webhook};
use crate::writer::{RegistryChange, Reply};

pub(super) fn decide(change: &RegistryChange, view: &mut View<'_>, leaf: u64) -> Decision {
    let (kind, subject, outcome) = match change {
        RegistryChange::LoadRegimes(documents) => return super::regimes::load(documents, view, leaf),
        RegistryChange::Created => (Kind::RegisterCreated, view.origin.to_owned(), Ok(None)),
        RegistryChange::AddManufacturer(new) => {
            (Kind::ManufacturerChanged, new.organisation.to_string(), add_manufacturer(new, view, leaf).map(Some))
        }
        RegistryChange::SetActive { organisation, active } => {
            let outcome = set_active(organisation, *active, view, leaf).map(Some);
            (Kind::ManufacturerChanged, organisation.to_string(), outcome)
        }
        RegistryChange::AddCaller(new) => {
            let outcome = match view.registry.registered_caller(&new.fingerprint) {
                Some(there) => Err(format!(
                    "this client certificate is registered already, for {} as {:?}; issue a new one",
                    there.organisation, there.label
                )),
                None => Ok(Some(RegistryRow::Caller(new.clone(), leaf))),
            };
            (Kind::ClientChanged, new.fingerprint.to_string(), outcome)
        }
        RegistryChange::RevokeCaller(fingerprint) => {
            let outcome = match view.registry.registered_caller(fingerprint) {
                None => Err(format!("no client certificate {fingerprint} is registered")),
                Some(there) if there.revoked_at.is_some() => Err(format!("{fingerprint} is revoked already")),
                Some(there) => {
                    let mut changed = there.as_ref().clone();
                    changed.revoked_at = Some(view.moment.at);
                    Ok(Some(RegistryRow::Caller(Box::new(changed), leaf)))
                }
            };
            (Kind::ClientChanged, fingerprint.to_string(), outcome)
        }
        RegistryChange::AddAnchor(new) => {
            let outcome = match view.registry.anchor(&new.fingerprint()) {
                Some(_) => Err(format!("{} is a trust anchor already", new.name())),
                None => Ok(Some(RegistryRow::Anchor(new.clone(), None, leaf))),
            };
            (Kind::AnchorChanged, new.fingerprint().to_string(), outcome)
        }
        RegistryChange::DistrustAnchor { fingerprint, after } => {
            let outcome = match view.registry.anchor(fingerprint) {
                None => Err(format!("no trust anchor {fingerprint}")),
                Some(anchor) => Ok(Some(RegistryRow::Anchor(Box::new(anchor.clone()), Some(*after), leaf))),
            };
            (Kind::AnchorChanged, fingerprint.to_string(), outcome)
        }
        RegistryChange::LoadList(list, issuers) => {
            let outcome = match view.registry.trust().admit_list(list, issuers, view.moment.at) {
                Ok(()) => Ok(Some(RegistryRow::List(list.clone(), leaf))),
                Err(error) => Err(error.to_string()),
            };
            (Kind::RevocationListLoaded, endmark_core::digest::Digest::of(list.der()).to_string(), outcome)
        }
        RegistryChange::RotateLogKey { from, to } => {
            (Kind::KeyChanged, to.to_string(), rotate(from, to, view, leaf).map(Some))
        }
        RegistryChange::AddOfficer(new) => {
            (Kind::OfficerChanged, new.id.clone(), officer::add(new, view, leaf).map(Some))
        }
        RegistryChange::SetOfficerActive { id, .. } | RegistryChange::RemoveOfficer(id) => {
            (Kind::OfficerChanged, id.clone(), officer::change(id, change, view, leaf).map(Some))
        }
        RegistryChange::AddWebhook(new) => {
            (Kind::WebhookChanged, new.id.clone(), add_webhook(new, view, leaf).map(Some))
        }
        RegistryChange::RemoveWebhook(id) => {
            // One whose row does not verify goes too: the operator must be able to get rid of it.
            let known = view.registry.webhook(id).is_some()
                || view.registry.faults().iter().any(|fault| *fault == format!("webhook {id}"));
            let outcome =
                if known { Ok(Some(RegistryRow::WebhookGone(id.clone()))) } else { Err(format!("no webhook {id}")) };
            (Kind::WebhookChanged, id.clone(), outcome)
        }
        RegistryChange::StopWebhook { id, reason } => {
            (Kind::WebhookChanged, id.clone(), stop_webhook(id, reason, view, leaf).map(Some))
        }
    };
    // On a registry that is not whole nothing can be decided, and its digests must go on missing what is gone.
    let outcome = if view.registry.is_whole() { outcome } else { Err(not_whole()) };
    let mut evidence = None;
    let (decision, reply) = match outcome {
        Ok(row) => {
            evidence = row.as_ref().and_then(state);
            view.registry_rows.extend(row);
            ("done", Reply::Changed)
        }
        Err(why) => ("refused", Reply::NotChanged(why)),
    };
    let mut draft = Draft::new(kind, OPERATOR.to_owned(), decision);
    draft.subject = Some(subject);
    draft.change = Some(code(change));
    if let RegistryChange::RotateLogKey { from, .. } = change {
        draft.previous = Some(from.to_string());
    }
    Decision::new(draft, evidence, reply)
}

fn set_active(organisation: &Organisation, active: bool, view: &View<'_>, leaf: u64) -> Result<RegistryRow, String> {
    match view.registry.manufacturer(organisation) {
        ManufacturerStanding::Known(known) => {
            let mut changed = known.as_ref().clone();
            changed.active = active;
            Ok(RegistryRow::Manufacturer(Box::new(changed), leaf))
        }
        ManufacturerStanding::Unregistered => Err(format!("no manufacturer {organisation} is registered")),
        ManufacturerStanding::Unreadable => Err(format!("the row of {organisation} was tampered with")),
    }
}

/// Why nothing of the registry can be changed.
pub(super) fn not_whole() -> String {
    format!("the registry was changed outside the service: {PUT_BACK}")
}

/// How the row stands from now on: evidence, so that a decision can be taken again on the registry of its time. A
/// list is kept itself; a webhook has a secret and decides nothing.
fn state(row: &RegistryRow) -> Option<Vec<u8>> {
    let state = match row {
        RegistryRow::Manufacturer(new, _) => json!({ "manufacturer": new }),
        RegistryRow::Caller(new, _) => json!({ "caller": CallerState::of(new) }),
        RegistryRow::Anchor(new, after, _) => json!({ "anchor": AnchorState::of(new, *after) }),
        RegistryRow::Officer(new, _) => json!({ "officer": new }),
        RegistryRow::OfficerGone(_)
        | RegistryRow::List(..)
        | RegistryRow::Regimes(..)
        | RegistryRow::Webhook(..)
        | RegistryRow::WebhookGone(_)
        | RegistryRow::LogKeys(..) => {
            return None;
        }
    };
    Some(state.to_string().into_bytes())
}

/// What is changed, as entries say it.
const fn code(change: &RegistryChange) -> &'static str {
    match change {
        RegistryChange::Created => "created",
        RegistryChange::AddManufacturer(_)
        | RegistryChange::AddCaller(_)
        | RegistryChange::AddAnchor(_)
        | RegistryChange::AddOfficer(_)
        | RegistryChange::AddWebhook(_) => "added",
        RegistryChange::SetActive { active: false, .. } | RegistryChange::SetOfficerActive { active: false, .. } => {
            "suspended"
        }
        RegistryChange::SetActive { active: true, .. } | RegistryChange::SetOfficerActive { active: true, .. } => {
            "resumed"
        }
        RegistryChange::RevokeCaller(_) => "revoked",
        RegistryChange::DistrustAnchor { .. } => "distrusted",
        RegistryChange::LoadList(..) | RegistryChange::LoadRegimes(_) => "loaded",
        RegistryChange::RemoveWebhook(_) | RegistryChange::RemoveOfficer(_) => "removed",
        RegistryChange::StopWebhook { .. } => "stopped",
        RegistryChange::RotateLogKey { .. } => "rotated",
    }
}

/// An identifier belongs to one manufacturer: otherwise one seal would speak for two.
fn add_manufacturer(
    new: &endmark_core::manufacturer::Manufacturer,
    view: &View<'_>,
    leaf: u64,
) -> Result<RegistryRow, String> {
    if !matches!(view.registry.manufacturer(&new.organisation), ManufacturerStanding::Unregistered) {
        return Err(format!("the manufacturer {} is registered already", new.organisation));
    }
    for identifier in &new.identifiers {
        if let Some(holder) = view.registry.manufacturer_by(identifier) {
            return Err(format!("{identifier} is registered for {} already", holder.organisation));
        }
    }
    Ok(RegistryRow::Manufacturer(Box::new(new.clone()), leaf))
}

fn stop_webhook(id: &str, reason: &str, view: &View<'_>, leaf: u64) -> Result<RegistryRow, String> {
    let there = view.registry.webhook(id).ok_or_else(|| format!("no webhook {id}"))?;
    if there.state != State::Active || view.changes_webhook(id) {
        return Err(format!("{id} is stopped already"));
    }
    let mut changed = there.as_ref().clone();
    changed.state = State::Stopped(reason.to_owned());
    Ok(RegistryRow::Webhook(Box::new(changed), leaf))
}

/// The entry itself is the last that the old key signs.
fn rotate(from: &LogKey, to: &LogKey, view: &View<'_>, leaf: u64) -> Result<RegistryRow, String> {
    if view.registry.has_retired(from) {
        return Err(format!("{from} is not the key in use"));
    }
    if from == to || view.registry.log_keys().iter().any(|known| known.key == *to) {
        return Err(format!("{to} is known already; a retired key is never used again"));
    }
    let retired = KnownKey { key: from.clone(), last_size: Some(leaf.saturating_add(1)) };
    let in_use = KnownKey { key: to.clone(), last_size: None };
    Ok(RegistryRow::LogKeys(Box::new([retired, in_use]), leaf))
}

/// Only manufacturers are told: a mistyped organisation would wait for ever.
fn add_webhook(new: &Webhook, view: &View<'_>, leaf: u64) -> Result<RegistryRow, String> {
    if matches!(view.registry.manufacturer(&new.organisation), ManufacturerStanding::Unregistered) {
        return Err(format!("no manufacturer {} is registered; add it first", new.organisation));
    }
    let held = view.registry.webhooks().iter().filter(|there| there.organisation == new.organisation).count();
    if held >= PER_ORGANISATION_MAX {
        return Err(format!("{} has {held} webhooks, the most there may be; remove one first", new.organisation));
    }
    Ok(RegistryRow::Webhook(Box::new(new.clone()), leaf))
}
