//! Deciding a command on the state of the batch. No I/O here: what is needed was loaded, what changes is noted.

mod action;
mod archive;
mod check;
mod control;
mod declaration;
mod draft;
mod event;
mod leaving;
mod officer;
mod paper;
mod position;
mod presenting;
mod regimes;
mod registry;
mod service;
mod session;
mod standing;
mod status;
mod submit;
mod view;

pub(super) use archive::Archive;
pub(super) use check::judge_again;
pub(in crate::writer) use draft::{Decision, Draft, Person};
pub(crate) use event::Event;
pub(super) use service::clock_set_back;
pub(super) use session::Sessions;
pub(super) use view::{RegistryRow, View};

use super::{Action, Command, Failure};
use crate::registry::{Caller, Grant};

/// The organisation that stands in entries of the operator's own changes and of the service itself.
pub(super) const OPERATOR: &str = "operator";

/// Decides one command. A failure leaves no entry and no change.
pub(super) fn decide(command: &Command, view: &mut View<'_>, leaf: u64) -> Result<Decision, Failure> {
    view.leaf = leaf;
    if let Action::Session(change) = &command.action {
        return session::decide(change, &command.origin, view, leaf);
    }
    if let Some(id) = &command.origin.officer {
        return for_officer(id, &command.action, view, leaf);
    }
    let Some(client) = &command.origin.client else {
        let mut decision = match &command.action {
            Action::Registry(change) => registry::decide(change, view, leaf),
            Action::Archive(change) => archive::decide(change, view, leaf),
            Action::Export(what) => service::export(what, OPERATOR),
            Action::Service(occasion) => return Ok(service::decide(occasion)),
            other => return Err(Failure::Forbidden(other.grants())),
        };
        decision.draft.role = OPERATOR;
        return Ok(decision);
    };
    // The caller is read again here, inside the transaction: revoking one takes effect on what is queued.
    let caller = view.registry.caller(client, view.moment.at).map_err(Failure::NotACaller)?;
    let grants = command.action.grants();
    if !caller.may(grants) {
        return Err(Failure::Forbidden(grants));
    }
    let role = grants.iter().find(|grant| caller.grants.contains(grant)).map_or("", |grant| grant.as_str());
    let mut decision = for_caller(&command.action, caller, view, leaf)?;
    decision.draft.role = role;
    Ok(decision)
}

/// Decides what an officer asks, who is read again here: removing one takes effect on what is queued.
fn for_officer(id: &str, action: &Action, view: &mut View<'_>, leaf: u64) -> Result<Decision, Failure> {
    let officer = view.registry.officer(id).ok_or(Failure::NotAnOfficer)?;
    if !action.is_a_persons(officer.auditor) {
        return Err(Failure::Forbidden(action.grants()));
    }
    let mut decision = for_caller(action, &officer.acting(), view, leaf)?;
    decision.draft.officer = Some(Person::Registered(officer.id.clone()));
    // The office of an entry is that of the goods: an auditor reads about all.
    if officer.auditor {
        decision.draft.role = Grant::Auditor.as_str();
    } else {
        decision.draft.role = crate::officer::ROLE;
        decision.draft.office.get_or_insert_with(|| officer.office.to_string());
    }
    Ok(decision)
}

fn for_caller(action: &Action, caller: &Caller, view: &mut View<'_>, leaf: u64) -> Result<Decision, Failure> {
    match action {
        Action::Submit(submission) => submit::decide(submission, caller, view, leaf),
        Action::RefuseSeal { digest, code, jws } => Ok(submit::refuse_seal(*digest, code, jws, caller)),
        Action::Suspend { number, reason } => status::suspend(*number, reason, caller, view, leaf),
        Action::Resume { number } => status::resume(*number, caller, view, leaf),
        Action::Revoke { number, reason } => status::revoke(*number, reason, caller, view, leaf),
        Action::Check(request) => check::decide(request, caller, view, leaf),
        Action::Paper(request) => paper::decide(request, caller, view),
        Action::Position(request) => position::decide(request, caller, view, leaf),
        Action::Declaration(request) => declaration::decide(request, caller, view, leaf),
        Action::Control(request) => control::decide(request, caller, view, leaf),
        Action::ReadDocument { number, office } => status::read(*number, office.as_ref(), caller, view),
        Action::Export(what) => Ok(service::export(what, caller.organisation.as_str())),
        Action::Registry(_) | Action::Session(_) | Action::Archive(_) | Action::Service(_) => {
            Err(Failure::Forbidden(action.grants()))
        }
    }
}
