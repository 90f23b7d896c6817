//! What happens to a declaration that is held: release, deletion, correction, goods turned back.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use endmark_core::check::StoredStatus;
use endmark_core::goods::Quantity;
use endmark_core::number::CertificateNumber;
use endmark_core::position::{LineKey, Phase, Wanted};
use serde_json::json;

use super::leaving::left_already;
use super::position::{tampered, trusted};
use super::presenting::has_left;
use super::{Decision, Draft, View};
use crate::entry::{Kind, rows_or_digest};
use crate::registry::Caller;
use crate::store::certificate::Found;
use crate::store::ledger::{Declaration, Presence, Status};
use crate::writer::{DeclarationRequest, Failure, Outcome, Reply, Step};

/// CERTEX code and words.
type Told = (&'static str, Cow<'static, str>);

const EXECUTED: Told = ("01", Cow::Borrowed("executed"));
const NO_RECORD: Told = ("02", Cow::Borrowed("no record: nothing is reserved under this declaration"));
const CONSUMED: Told =
    ("03", Cow::Borrowed("already consumed: the goods are released; correct the declaration instead"));
const STATUS_CHANGED: Told = (
    "04",
    Cow::Borrowed("executed; the status of a certificate has changed since it was reserved (still written off)"),
);
const STILL_RESERVED: Told =
    ("05", Cow::Borrowed("an active reservation exists: it is replaced or deleted, not corrected"));
const TURNED_BACK: Told = ("03", Cow::Borrowed("the goods were turned back already"));
const NOT_PASSED: Told = ("03", Cow::Borrowed("the goods did not conform, so they never counted as having left"));
const NOT_PRESENTED: Told = ("02", Cow::Borrowed("no record: nothing was presented under this name"));

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
    trusted(&request.mrn, view)?;
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
                match left_already(&request.mrn, view).map(has_left) {
                    Some(words) => ("03", words.into()),
                    None => EXECUTED,
                }
            }
            Status::PartlyReleased | Status::Released => CONSUMED,
            Status::Deleted | Status::Invalidated => NO_RECORD,
        },
        Step::Amend(_) | Step::Invalidate => match declaration.status {
            Status::Reserved => STILL_RESERVED,
            Status::Deleted | Status::Invalidated => NO_RECORD,
            Status::PartlyReleased | Status::Released => match correct(request, &mut declaration, view) {
                Ok(()) => EXECUTED,
                Err(reply) => {
                    view.ledger.position.take_back();
                    let reason = match &reply {
                        Reply::BelowPresented { .. } => "belowPresented",
                        _ => "aboveRelease",
                    };
                    return Ok(refused(request, caller, reason, reply));
                }
            },
        },
        Step::TurnBack { .. } => NO_RECORD,
    };
    if outcome != EXECUTED && outcome != STATUS_CHANGED {
        view.ledger.position.take_back();
        let declaration = view.ledger.declaration(&request.mrn).ok().flatten().cloned();
        return Ok(told(request, caller, view, outcome, declaration));
    }
    // What was said of a later version holds against what comes late of an earlier one.
    declaration.version = request.version.unwrap_or_default().max(declaration.version);
    declaration.office.clone_from(&request.office);
    declaration.leaf = leaf;
    let changed = view.ledger.keep(&request.office, view.moment.at, leaf, &request.mrn);
    view.ledger.put_declaration(declaration.clone());
    view.tell_usage(decision_of(&request.step), &declaration, &changed);
    let lines = changed.claims.iter().map(|key| key.line).chain(changed.lines.iter().copied());
    let mut numbers: BTreeSet<CertificateNumber> = lines.map(|line| line.certificate).collect();
    if numbers.is_empty() {
        // A correction to what stands already is answered with the ledger all the same.
        numbers.extend(view.ledger.position.claims_of(&request.mrn).map(|(key, _)| key.line.certificate));
    }
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
) -> Told {
    match declaration.status {
        Status::Deleted | Status::Invalidated => return NO_RECORD,
        Status::Released => return CONSUMED,
        Status::Reserved | Status::PartlyReleased => {}
    }
    if let Some(items) = items {
        // Whether something of an item is still reserved.
        let mut reserved: BTreeMap<u32, bool> = BTreeMap::new();
        for (key, claim) in view.ledger.position.claims_of(&request.mrn) {
            *reserved.entry(key.item.item).or_default() |= claim.phase == Phase::Reserved;
        }
        // An item that nothing is held for, or that does not exist: say so instead of half doing it.
        if let Some(item) = items.iter().find(|item| !reserved.contains_key(*item)) {
            let words = format!(
                "no record: nothing is reserved for goods item {item}, so none was released; leave out the items that \
                 need no certificate"
            );
            return ("02", words.into());
        }
        if items.iter().all(|item| reserved.get(item) == Some(&false)) {
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
        return what_left_stays(request, view);
    };
    let mut wanted = Vec::with_capacity(goods.len());
    for (item, certificate, line, quantity) in goods {
        let above = || Reply::AboveRelease { item: *item, line: *line };
        let key = LineKey { certificate: *certificate, line: *line };
        let unit = view.ledger.position.line(key).ok_or_else(above)?.unit;
        let quantity = quantity.unit.convert(quantity.value, unit).value().ok_or_else(above)?;
        wanted.push(Wanted { item: *item, line: key, quantity });
    }
    let corrected = view.ledger.position.correct(&request.mrn, &wanted);
    corrected.map_err(|key| Reply::AboveRelease { item: key.item.item, line: key.line.line })?;
    declaration.status = Status::of_corrected(&view.ledger.position, &request.mrn);
    what_left_stays(request, view)
}

fn what_left_stays(request: &DeclarationRequest, view: &View<'_>) -> Result<(), Reply> {
    let below = left_already(&request.mrn, view);
    below.map_or(Ok(()), |of| Err(Reply::BelowPresented { id: of.id.clone(), office: of.office.clone() }))
}

fn turn_back(request: &DeclarationRequest, id: &str, caller: &Caller, view: &mut View<'_>, leaf: u64) -> Decision {
    let found = view.ledger.presentations(&request.mrn).find(|of| of.id == id).cloned();
    let outcome = match found {
        Some(of) if of.organisation != caller.organisation => {
            let reply = Reply::AnothersPresentation(of.organisation.to_string());
            return refused(request, caller, "anothersPresentation", reply);
        }
        Some(of) if of.presence == Presence::TurnedBack => TURNED_BACK,
        Some(of) if of.presence == Presence::NotPassed => NOT_PASSED,
        Some(mut of) => {
            of.presence = Presence::TurnedBack;
            of.leaf = leaf;
            view.ledger.put_presentation(of);
            EXECUTED
        }
        None => NOT_PRESENTED,
    };
    let declaration = view.ledger.declaration(&request.mrn).ok().flatten().cloned();
    told(request, caller, view, outcome, declaration)
}

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
    (code, words): Told,
    declaration: Option<Declaration>,
) -> Decision {
    let executed = code == "01" || code == "04";
    let mut draft = draft(request, caller, if executed { decision_of(&request.step) } else { "refused" });
    let mut record = serde_json::Map::new();
    record.insert("outcome".to_owned(), json!(code));
    if let Some(version) = request.version.filter(|_| executed) {
        record.insert("version".to_owned(), json!(version));
    }
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
            if executed {
                record.insert("closed".to_owned(), json!(true));
            }
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
