//! A manufacturer suspends, resumes or revokes its own certificate.

use endmark_core::check::StoredStatus;
use endmark_core::number::CertificateNumber;
use serde_json::json;

use super::{Decision, Draft, View};
use crate::entry::Kind;
use crate::registry::Caller;
use crate::store::certificate::{Found, Standing};
use crate::writer::{Failure, Reply};

pub(super) fn suspend(
    number: CertificateNumber,
    reason: &str,
    caller: &Caller,
    view: &mut View<'_>,
    leaf: u64,
) -> Result<Decision, Failure> {
    change(number, caller, view, leaf, Kind::CertificateSuspended, reason, |view, standing| match standing.status {
        StoredStatus::Valid => Change::To(StoredStatus::Suspended { reason: reason.to_owned(), since: view.moment.at }),
        StoredStatus::Suspended { .. } => Change::Already,
        StoredStatus::Revoked { .. } | StoredStatus::Replaced { .. } => Change::Forbidden,
    })
}

pub(super) fn resume(
    number: CertificateNumber,
    caller: &Caller,
    view: &mut View<'_>,
    leaf: u64,
) -> Result<Decision, Failure> {
    change(number, caller, view, leaf, Kind::CertificateResumed, "", |_, standing| match standing.status {
        StoredStatus::Suspended { .. } => Change::To(StoredStatus::Valid),
        StoredStatus::Valid => Change::Already,
        StoredStatus::Revoked { .. } | StoredStatus::Replaced { .. } => Change::Forbidden,
    })
}

pub(super) fn revoke(
    number: CertificateNumber,
    reason: &str,
    caller: &Caller,
    view: &mut View<'_>,
    leaf: u64,
) -> Result<Decision, Failure> {
    change(number, caller, view, leaf, Kind::CertificateRevoked, reason, |view, standing| match standing.status {
        StoredStatus::Valid | StoredStatus::Suspended { .. } => {
            Change::To(StoredStatus::Revoked { reason: reason.to_owned(), since: view.moment.at })
        }
        StoredStatus::Revoked { .. } => Change::Already,
        StoredStatus::Replaced { .. } => Change::Forbidden,
    })
}

/// Customs reads the document: names and addresses are in it, so who looked stays known.
pub(super) fn read(
    number: CertificateNumber,
    office: Option<&endmark_core::reference::Office>,
    caller: &Caller,
    view: &View<'_>,
) -> Result<Decision, Failure> {
    let organisation = caller.organisation.to_string();
    let standing = match view.standings.get(&number) {
        None => return Ok(not_found(Kind::DocumentRead, number, organisation)),
        Some(Found::Tampered(what)) => {
            tracing::error!(what, "a tampered row is not shown");
            return Err(Failure::Internal);
        }
        Some(Found::Standing(standing)) => standing,
    };
    let mut draft = Draft::new(Kind::DocumentRead, organisation, "shown");
    draft.certificates.push(number.to_string());
    draft.digest = Some(standing.digest);
    draft.office = office.map(ToString::to_string);
    Ok(Decision::new(draft, None, Reply::DocumentShown))
}

enum Change {
    To(StoredStatus),
    Already,
    Forbidden,
}

fn change(
    number: CertificateNumber,
    caller: &Caller,
    view: &mut View<'_>,
    leaf: u64,
    kind: Kind,
    reason: &str,
    rule: impl FnOnce(&View<'_>, &Standing) -> Change,
) -> Result<Decision, Failure> {
    let organisation = caller.organisation.to_string();
    let mut standing = match view.standings.get(&number) {
        // "Not yours" and "not there" are the same: nobody learns which numbers exist.
        None => return Ok(not_found(kind, number, organisation)),
        Some(Found::Standing(there)) if there.organisation != caller.organisation => {
            return Ok(not_found(kind, number, organisation));
        }
        Some(Found::Tampered(what)) => {
            tracing::error!(what, "a tampered row is not changed");
            return Err(Failure::Internal);
        }
        Some(Found::Standing(there)) => there.as_ref().clone(),
    };
    let mut draft = Draft::new(kind, organisation, "done");
    draft.certificates.push(number.to_string());
    // The reason is free text and may name people: it is evidence, not part of the entry.
    let evidence = (!reason.is_empty()).then(|| reason.as_bytes().to_vec());
    let reply = match rule(view, &standing) {
        Change::Already => {
            draft.decision = "already";
            Reply::Status { standing: Box::new(standing), already: true }
        }
        Change::Forbidden => {
            draft.decision = "refused";
            draft.reasons.push("statusForbids".into());
            Reply::StatusForbids(Box::new(standing))
        }
        Change::To(status) => {
            standing.status = status;
            standing.status_leaf = leaf;
            view.put(standing.clone());
            if let Some(event) = event(kind) {
                view.tell(standing.organisation.clone(), event, json!({ "certificate": number, "entry": leaf }));
            }
            Reply::Status { standing: Box::new(standing), already: false }
        }
    };
    Ok(Decision::new(draft, evidence, reply))
}

fn not_found(kind: Kind, number: CertificateNumber, organisation: String) -> Decision {
    let mut draft = Draft::new(kind, organisation, "refused");
    draft.certificates.push(number.to_string());
    draft.reasons.push("notFound".into());
    Decision::new(draft, None, Reply::NotFound)
}

/// What its manufacturer is told of. The reason stays here: it may name people.
const fn event(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::CertificateSuspended => Some("certificate.suspended"),
        Kind::CertificateResumed => Some("certificate.resumed"),
        Kind::CertificateRevoked => Some("certificate.revoked"),
        _ => None,
    }
}
