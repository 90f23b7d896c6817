//! What happens to a declaration that is held: release, deletion, correction, goods turned back.

use std::collections::BTreeSet;

use endmark_core::check::StoredStatus;
use endmark_core::goods::{Conversion, Quantity};
use endmark_core::number::CertificateNumber;
use endmark_core::position::{LineKey, Phase, Wanted};
use serde_json::json;

use super::position::tampered;
use super::{Decision, Draft, View};
use crate::entry::{Kind, rows_or_digest};
use crate::registry::Caller;
use crate::store::certificate::Found;
use crate::store::ledger::{Declaration, Status};
use crate::writer::{DeclarationRequest, Failure, Outcome, Reply, Step};

const EXECUTED: (&str, &str) = ("01", "executed");
const NO_RECORD: (&str, &str) = ("02", "no record: nothing is reserved under this declaration");
const CONSUMED: (&str, &str) = ("03", "already consumed: the goods are released");
const STATUS_CHANGED: (&str, &str) =
    ("04", "executed; the status of a certificate has changed since it was reserved (still written off)");
const STILL_RESERVED: (&str, &str) = ("05", "an active reservation exists: it is replaced or deleted, not corrected");

pub(super) fn decide(
    request: &DeclarationRequest,
    caller: &Caller,
    view: &mut View<'_>,
    leaf: u64,
) -> Result<Decision, Failure> {
    let before = view.ledger.declaration(&request.mrn).map_err(|()| tampered(&request.mrn))?.cloned();
    if let Step::TurnBack { presentation } = &request.step {
        return Ok(turn_back(request, presentation, caller, view, leaf));
    }
    let Some(mut declaration) = before else {
        return Ok(told(request, caller, view, NO_RECORD, None));
    };
    if declaration.organisation != caller.organisation {
        return Ok(refused(request, caller, "anothersDeclaration", Reply::AnothersDeclaration));
    }
    if request.version.is_some_and(|version| version < declaration.version) {
        return Ok(refused(request, caller, "versionSuperseded", Reply::VersionSuperseded(declaration.version)));
    }
    let outcome = match &request.step {
        Step::Release(items) => release(request, items.as_ref(), &mut declaration, view),
        Step::Delete => match declaration.status {
            Status::Reserved => {
                view.ledger.position.give_back(&request.mrn);
                declaration.status = Status::Deleted;
                EXECUTED
            }
            Status::PartlyReleased | Status::Released => CONSUMED,
            Status::Deleted | Status::Invalidated => NO_RECORD,
        },
        Step::Amend(_) | Step::Invalidate => match declaration.status {
            Status::Reserved | Status::PartlyReleased => STILL_RESERVED,
            Status::Deleted | Status::Invalidated => NO_RECORD,
            Status::Released => match correct(request, &mut declaration, view) {
                Ok(()) => EXECUTED,
                Err(reply) => {
                    view.ledger.position.take_back();
                    return Ok(refused(request, caller, "aboveRelease", reply));
                }
            },
        },
        Step::TurnBack { .. } => NO_RECORD,
    };
    if outcome != EXECUTED && outcome != STATUS_CHANGED {
        return Ok(told(request, caller, view, outcome, Some(declaration)));
    }
    declaration.office.clone_from(&request.office);
    declaration.leaf = leaf;
    let changed = view.ledger.keep(&request.office, view.moment.at, leaf, &request.mrn);
    view.ledger.put_declaration(declaration.clone());
    view.tell_usage(decision_of(&request.step), &declaration, &changed);
    let numbers: BTreeSet<CertificateNumber> = changed.claims.iter().map(|key| key.line.certificate).collect();
    let mut decision = told(request, caller, view, outcome, Some(declaration));
    if let Reply::Outcome(told) = &mut decision.reply {
        told.ledger = view.ledgers(numbers.iter().copied());
    }
    decision.draft.certificates = numbers.iter().map(ToString::to_string).collect();
    Ok(decision)
}

fn release(
    request: &DeclarationRequest,
    items: Option<&BTreeSet<u32>>,
    declaration: &mut Declaration,
    view: &mut View<'_>,
) -> (&'static str, &'static str) {
    match declaration.status {
        Status::Deleted | Status::Invalidated => return NO_RECORD,
        Status::Released => return CONSUMED,
        Status::Reserved | Status::PartlyReleased => {}
    }
    let phase_of = |item: u32| {
        let mut claims = view.ledger.position.claims_of(&request.mrn).filter(|(key, _)| key.item.item == item);
        claims.next().map(|(_, claim)| claim.phase)
    };
    if let Some(items) = items {
        // An item that nothing is held for, or that does not exist: say so instead of half doing it.
        if items.iter().any(|item| phase_of(*item).is_none()) {
            return NO_RECORD;
        }
        if items.iter().all(|item| phase_of(*item) == Some(Phase::Consumed)) {
            return CONSUMED;
        }
    }
    let lines = view.ledger.position.release(&request.mrn, items);
    let reserved = view.ledger.position.claims_of(&request.mrn).any(|(_, claim)| claim.phase == Phase::Reserved);
    declaration.status = if reserved { Status::PartlyReleased } else { Status::Released };
    let taken_back = |line: &LineKey| match view.standings.get(&line.certificate) {
        Some(Found::Standing(standing)) => standing.status != StoredStatus::Valid,
        Some(Found::Tampered(_)) | None => true,
    };
    if lines.iter().any(taken_back) { STATUS_CHANGED } else { EXECUTED }
}

fn correct(request: &DeclarationRequest, declaration: &mut Declaration, view: &mut View<'_>) -> Result<(), Reply> {
    let Step::Amend(goods) = &request.step else {
        view.ledger.position.give_back(&request.mrn);
        declaration.status = Status::Invalidated;
        return Ok(());
    };
    let mut wanted = Vec::with_capacity(goods.len());
    for (item, certificate, line, quantity) in goods {
        let above = || Reply::AboveRelease { item: *item, line: *line };
        let key = LineKey { certificate: *certificate, line: *line };
        let unit = view.ledger.position.line(key).ok_or_else(above)?.unit;
        match quantity.unit.convert(quantity.value, unit) {
            Conversion::Exact(quantity) | Conversion::RoundedUp(quantity) => {
                wanted.push(Wanted { item: *item, line: key, quantity });
            }
            Conversion::NotComparable | Conversion::TooLarge => return Err(above()),
        }
    }
    let corrected = view.ledger.position.correct(&request.mrn, &wanted);
    corrected.map(drop).map_err(|key| Reply::AboveRelease { item: key.item.item, line: key.line.line })
}

fn turn_back(request: &DeclarationRequest, id: &str, caller: &Caller, view: &mut View<'_>, leaf: u64) -> Decision {
    let found = view.ledger.presentations(&request.mrn).find(|of| of.id == id).cloned();
    let outcome = match found {
        Some(of) if of.organisation != caller.organisation => {
            return refused(request, caller, "anothersPresentation", Reply::AnothersDeclaration);
        }
        Some(of) if of.turned_back => CONSUMED_BACK,
        Some(mut of) => {
            of.turned_back = true;
            of.leaf = leaf;
            view.ledger.put_presentation(of);
            EXECUTED
        }
        None => NO_PRESENTATION,
    };
    let declaration = view.ledger.declaration(&request.mrn).ok().flatten().cloned();
    told(request, caller, view, outcome, declaration)
}

const CONSUMED_BACK: (&str, &str) = ("03", "the goods were turned back already");
const NO_PRESENTATION: (&str, &str) = ("02", "no record: nothing was presented under this name");

const fn kind(step: &Step) -> Kind {
    match step {
        Step::Release(_) => Kind::DeclarationReleased,
        Step::Delete => Kind::ReservationDeleted,
        Step::Amend(_) | Step::Invalidate => Kind::DeclarationCorrected,
        Step::TurnBack { .. } => Kind::GoodsTurnedBack,
    }
}

const fn decision_of(step: &Step) -> &'static str {
    match step {
        Step::Release(_) => "released",
        Step::Delete => "deleted",
        Step::Amend(_) => "amended",
        Step::Invalidate => "invalidated",
        Step::TurnBack { .. } => "turnedBack",
    }
}

fn draft(request: &DeclarationRequest, caller: &Caller, decision: &'static str) -> Draft {
    let mut draft = Draft::new(kind(&request.step), caller.organisation.to_string(), decision);
    draft.declaration = Some(request.mrn.to_string());
    draft.office = Some(request.office.to_string());
    draft
}

fn refused(request: &DeclarationRequest, caller: &Caller, reason: &'static str, reply: Reply) -> Decision {
    let mut draft = draft(request, caller, "refused");
    draft.reasons.push(reason.into());
    Decision::new(draft, evidence(request), reply)
}

fn evidence(request: &DeclarationRequest) -> Option<Vec<u8>> {
    (!request.body.is_empty()).then(|| request.body.clone())
}

fn told(
    request: &DeclarationRequest,
    caller: &Caller,
    view: &View<'_>,
    (code, words): (&'static str, &'static str),
    declaration: Option<Declaration>,
) -> Decision {
    let executed = code == "01" || code == "04";
    let mut draft = draft(request, caller, if executed { decision_of(&request.step) } else { "refused" });
    let mut record = serde_json::Map::new();
    record.insert("outcome".to_owned(), json!(code));
    let rows = match &request.step {
        Step::Release(Some(items)) => {
            rows_or_digest(&mut record, "items", items.iter().map(|item| json!(item)).collect())
        }
        Step::Amend(goods) => {
            let row = |(item, number, line, quantity): &(u32, CertificateNumber, u32, Quantity)| {
                json!([item, number, line, quantity])
            };
            rows_or_digest(&mut record, "position", goods.iter().map(row).collect())
        }
        Step::TurnBack { presentation } => {
            record.insert("presentation".to_owned(), json!(presentation));
            None
        }
        Step::Release(None) | Step::Delete | Step::Invalidate => None,
    };
    draft.ledger = Some(serde_json::Value::Object(record));
    let ledger = view.ledgers_of(&request.mrn);
    let reply = Reply::Outcome(Box::new(Outcome { code, words, declaration, ledger }));
    let mut decision = Decision::new(draft, evidence(request), reply);
    decision.rows.extend(rows);
    decision
}
