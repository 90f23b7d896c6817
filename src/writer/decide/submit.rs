//! A sealed certificate comes in.

use std::collections::BTreeMap;

use endmark_core::acceptance::{Application, admit};
use endmark_core::check::StoredStatus;
use endmark_core::digest::Digest;
use endmark_core::goods::CommodityCode;
use endmark_core::number::CertificateNumber;
use endmark_core::position::{LineKey, LinePosition};

use super::standing::is_exhausted;
use super::{Decision, Draft, View};
use crate::entry::Kind;
use crate::registry::Caller;
use crate::store::certificate::{Found, Standing};
use crate::store::ledger::StoredLine;
use crate::writer::{Failure, Reply, Submission};

pub(super) fn decide(
    submission: &Submission,
    caller: &Caller,
    view: &mut View<'_>,
    leaf: u64,
) -> Result<Decision, Failure> {
    // The same signing input again, whatever its signature's encoding: nothing new, also when `iat` is old by now.
    match view.standings.get(&submission.number) {
        Some(Found::Standing(there)) if there.digest != submission.digest => {
            return Ok(refused(submission, caller, "numberCollision", Reply::NumberCollision));
        }
        Some(Found::Standing(there)) if there.organisation == caller.organisation => {
            let reply = Reply::Issued {
                standing: there.clone(),
                already: true,
                exhausted: is_exhausted(submission.number, true, view),
            };
            return Ok(decision(submission, caller, "alreadyIssued", reply));
        }
        Some(Found::Tampered(_)) => return Err(Failure::Internal),
        Some(Found::Standing(_)) | None => {}
    }
    if submission.epoch != view.registry.epoch {
        return Err(Failure::Stale);
    }
    let revocation =
        submission.path.as_ref().ok().map(|p| view.registry.trust().revocation(p, view.moment.at, view.moment.at));
    let replaced = match submission.certificate.replaces.and_then(|number| view.standings.get(&number)) {
        Some(Found::Standing(there)) if there.organisation == caller.organisation => Some(there.as_ref().clone()),
        Some(Found::Tampered(_)) => return Err(Failure::Internal),
        Some(Found::Standing(_)) | None => None,
    };
    let application = Application {
        certificate: &submission.certificate,
        sealed_at: submission.sealed_at,
        path: submission.path.as_deref(),
        revocation,
        register: view.origin,
        submitter: &caller.organisation,
        replaced: replaced.as_ref().map(|standing| &standing.status),
    };
    let registered = |identifier: &_| view.registry.manufacturer_by(identifier).map(AsRef::as_ref);
    if let Err(refusal) = admit(&application, registered, view.moment) {
        let code = refusal.code();
        return Ok(refused(submission, caller, code, Reply::Refused(Box::new(refusal))));
    }
    let reference = (caller.organisation.to_string(), submission.certificate.reference.to_string());
    if let Some(holder) = view.references.get(&reference) {
        let reply = Reply::ReferenceTaken(*holder);
        return Ok(refused(submission, caller, "referenceTaken", reply));
    }
    // An application admitted for one organisation whose number another holds cannot be: the payload names one.
    if view.standings.contains_key(&submission.number) {
        return Ok(refused(submission, caller, "numberCollision", Reply::NumberCollision));
    }
    let standing = Standing {
        number: submission.number,
        organisation: caller.organisation.clone(),
        reference: reference.1.clone(),
        digest: submission.digest,
        accepted_at: view.moment.at,
        leaf,
        status: StoredStatus::Valid,
        status_leaf: leaf,
    };
    view.references.insert(reference, submission.number);
    view.inserted.push((submission.number, submission.jws.clone()));
    if submission.short_form.len() <= crate::recall::LENGTH_MAX {
        view.short_forms.insert(leaf, submission.short_form.clone());
    }
    view.put(standing.clone());
    view.ledger.add_lines(lines(submission, leaf));
    let mut decision = decision(
        submission,
        caller,
        "issued",
        Reply::Issued { standing: Box::new(standing), already: false, exhausted: false },
    );
    if let Some(old) = replaced {
        decision.draft.certificates.push(old.number.to_string());
        replace(old, submission, view, leaf);
    }
    Ok(decision)
}

/// The lines that the ledger counts, with nothing used of them.
fn lines(submission: &Submission, leaf: u64) -> Vec<StoredLine> {
    let lines = submission.certificate.lines.iter().map(|line| StoredLine {
        key: LineKey { certificate: submission.number, line: line.line },
        commodity_code: line.commodity_code,
        position: LinePosition::untouched(line.quantity.unit, line.quantity.value.millionths()),
        leaf,
    });
    lines.collect()
}

/// The successor takes the place of the old certificate: nothing new is drawn on that.
fn replace(mut old: Standing, submission: &Submission, view: &mut View<'_>, leaf: u64) {
    let code = |line| view.ledger.commodity_code(LineKey { certificate: old.number, line });
    let lines = view.ledger.position.lines_of(old.number);
    let goods: BTreeMap<u32, CommodityCode> = lines.filter_map(|(line, _)| Some((line, code(line)?))).collect();
    let goods = |line| goods.get(&line).copied();
    view.ledger.position.replace(old.number, submission.number, &submission.certificate.lines, goods);
    view.ledger.keep_lines(leaf);
    old.status = StoredStatus::Replaced { by: Some(submission.number), since: view.moment.at };
    old.status_leaf = leaf;
    view.put(old);
}

/// A seal whose signature does not verify: the caller is known, so its attempt is kept.
pub(super) fn refuse_seal(digest: Digest, code: &'static str, jws: &[u8], caller: &Caller) -> Decision {
    let mut draft = Draft::new(Kind::CertificateSubmitted, caller.organisation.to_string(), "refused");
    draft.certificates.push(CertificateNumber::of(&digest).to_string());
    draft.digest = Some(digest);
    draft.reasons.push(code.into());
    Decision::new(draft, Some(jws.to_vec()), Reply::SealRefused)
}

fn refused(submission: &Submission, caller: &Caller, code: &'static str, reply: Reply) -> Decision {
    let mut decision = decision(submission, caller, "refused", reply);
    decision.draft.reasons.push(code.into());
    // What was refused is kept nowhere else.
    decision.evidence = Some(submission.jws.clone());
    decision
}

fn decision(submission: &Submission, caller: &Caller, decision: &'static str, reply: Reply) -> Decision {
    let mut draft = Draft::new(Kind::CertificateSubmitted, caller.organisation.to_string(), decision);
    draft.certificates.push(submission.number.to_string());
    draft.digest = Some(submission.digest);
    Decision::new(draft, None, reply)
}
