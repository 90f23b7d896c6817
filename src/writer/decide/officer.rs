//! The operator changes who is an officer.

use super::{RegistryRow, View};
use crate::officer::Officer;
use crate::registry::Grant;
use crate::writer::RegistryChange;

/// A client certificate signs one person in, and is no system's: otherwise one key would act in two roles.
pub(super) fn add(new: &Officer, view: &View<'_>, leaf: u64) -> Result<RegistryRow, String> {
    let organisation = &new.organisation;
    let has =
        |grants: &[Grant]| view.registry.callers().iter().any(|of| of.organisation == *organisation && of.may(grants));
    if new.auditor && !has(&[Grant::Auditor]) {
        return Err(format!(
            "{organisation} does not audit this register: none of its client certificates has the grant auditor; \
             register its system first, or correct the name"
        ));
    }
    if !new.auditor && !has(&[Grant::CustomsRead, Grant::CustomsWrite]) {
        return Err(format!(
            "{organisation} is no customs organisation of this register: none of its client certificates has a \
             customs grant; register its system first, or correct the name"
        ));
    }
    if view.registry.registered_officer(&new.id).is_some() {
        return Err(format!("the officer {} is registered already", new.id));
    }
    if let Some(certificate) = &new.certificate {
        let fingerprint = certificate.fingerprint;
        if view.registry.registered_caller(&fingerprint).is_some() {
            return Err(format!("the client certificate {fingerprint} is a system's; an officer needs one of his own"));
        }
        let holds = |of: &Officer| of.certificate.as_ref().is_some_and(|own| own.fingerprint == fingerprint);
        if let Some(holder) = view.registry.officers().into_iter().find(|of| holds(of)) {
            return Err(format!("the client certificate {fingerprint} is {}'s; issue another one", holder.id));
        }
    }
    Ok(RegistryRow::Officer(Box::new(new.clone()), leaf))
}

/// A change of one who is registered, or whose row does not verify.
pub(super) fn change(id: &str, change: &RegistryChange, view: &View<'_>, leaf: u64) -> Result<RegistryRow, String> {
    match change {
        RegistryChange::SetOfficerActive { active, .. } => set_active(id, *active, view, leaf),
        _ => remove(id, view),
    }
}

fn set_active(id: &str, active: bool, view: &View<'_>, leaf: u64) -> Result<RegistryRow, String> {
    let there = view.registry.registered_officer(id).ok_or_else(|| format!("no officer {id} is registered"))?;
    if there.active == active {
        return Err(format!("{id} is {} already", if active { "active" } else { "suspended" }));
    }
    let changed = Officer { active, ..there.as_ref().clone() };
    Ok(RegistryRow::Officer(Box::new(changed), leaf))
}

/// One whose row does not verify goes too: the operator must be able to get rid of it.
fn remove(id: &str, view: &View<'_>) -> Result<RegistryRow, String> {
    let known = view.registry.registered_officer(id).is_some()
        || view.registry.faults().iter().any(|fault| *fault == format!("officer {id}"));
    if known { Ok(RegistryRow::OfficerGone(id.to_owned())) } else { Err(format!("no officer {id} is registered")) }
}
