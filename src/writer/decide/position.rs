//! A declaration's whole position: reserved, or let pass by an officer.

use endmark_core::consignment::Consignment;
use endmark_core::position::Joined;
use endmark_core::reference::{Mrn, Office};
use endmark_core::verdict::{Answer, Finding, Severity, Verdict};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};

use super::check::{draft, evidence_of, judge};
use super::leaving::left_already;
use super::presenting::{has_left, name_is_taken, present};
use super::standing::About;
use super::{Decision, View};
use crate::entry::{Kind, position_rows, rows_or_digest};
use crate::registry::Caller;
use crate::store::ledger::{Declaration, Status};
use crate::writer::{Failure, Held, PositionRefused, PositionRequest, Purpose, Reply};

pub(super) fn decide(
    request: &PositionRequest,
    caller: &Caller,
    view: &mut View<'_>,
    leaf: u64,
) -> Result<Decision, Failure> {
    let mrn = &request.mrn;
    let before = view.ledger.declaration(mrn).map_err(|()| tampered(mrn))?.cloned();
    let presented = match &request.purpose {
        Purpose::Present(presenting) => Some(presenting),
        Purpose::Reserve { .. } | Purpose::Override { .. } => None,
    };
    if let Some(reply) = not_allowed(request, before.as_ref(), caller, view) {
        return Ok(turned_down(request, caller, reply));
    }
    if matches!(request.purpose, Purpose::Override { .. }) {
        trusted(mrn, view)?;
    }
    let as_before = before.as_ref().is_some_and(|there| there.confidential);
    let confidential = match &request.purpose {
        Purpose::Reserve { confidential } | Purpose::Override { confidential, .. } => confidential.unwrap_or(as_before),
        Purpose::Present(_) => as_before,
    };
    let about = About { own: mrn, presented, confidential };
    let verdict = judge(&request.check, &about, caller, view);
    let verdict = verdict.inspect_err(|_| view.ledger.position.take_back())?;
    let json = to_raw_value(&verdict).map_err(|_| Failure::Internal)?;
    if presented.is_none()
        && let Some(words) = left_already(mrn, view).map(has_left)
    {
        view.ledger.position.take_back();
        let mut decision = refuse(request, before, caller, view, verdict, &json);
        if let Reply::PositionRefused(refused) = &mut decision.reply {
            (refused.failure_reason, refused.failed_item, refused.words) = (WRITTEN_OFF, None, words.into());
        }
        // The goods may conform: without this the entry would be a refusal for no reason.
        decision.draft.reasons.push("goodsHaveLeft".into());
        return Ok(decision);
    }
    match &request.purpose {
        Purpose::Present(presenting) => {
            view.ledger.position.take_back();
            Ok(present(request, presenting, caller, view, leaf, verdict, &json))
        }
        Purpose::Reserve { .. } if verdict.verdict != Answer::Conforms => {
            view.ledger.position.take_back();
            Ok(refuse(request, before, caller, view, verdict, &json))
        }
        Purpose::Reserve { .. } => {
            if before.is_some() {
                // Whatever it cites now, what it held before is given back.
                trusted(mrn, view).inspect_err(|_| view.ledger.position.take_back())?;
            }
            let office = request.check.consignment.office.clone();
            let made = Made { kind: Kind::DeclarationReserved, decision: "reserved", confidential, office };
            Ok(hold(request, before, made, caller, view, leaf, verdict, &json))
        }
        Purpose::Override { office, .. } => {
            view.ledger.position.put_excess_beside(mrn);
            let made = Made {
                kind: Kind::DeclarationOverridden,
                decision: "overridden",
                confidential,
                office: office.clone(),
            };
            let mut decision = hold(request, before, made, caller, view, leaf, verdict, &json);
            decision.draft.officer = officer(&request.purpose);
            Ok(decision)
        }
    }
}

/// CERTEX: a write-off exists.
const WRITTEN_OFF: &str = "06";

/// How a position is held.
struct Made {
    kind: Kind,
    decision: &'static str,
    confidential: bool,
    office: Office,
}

/// Nothing is given back or let pass where rows of the movement cannot be believed, or are too many to be looked through:
/// what has left would not be seen.
pub(super) fn trusted(mrn: &Mrn, view: &View<'_>) -> Result<(), Failure> {
    let Some(why) = view.ledger.fault_of_movement([mrn]) else { return Ok(()) };
    tracing::error!(%mrn, why, "nothing is done with it");
    Err(Failure::Internal)
}

pub(super) fn tampered(mrn: &Mrn) -> Failure {
    tracing::error!(%mrn, "a row of this declaration was changed outside the service; nothing is done with it");
    Failure::Internal
}

/// What stands against the command before the goods are looked at.
fn not_allowed(
    request: &PositionRequest,
    before: Option<&Declaration>,
    caller: &Caller,
    view: &View<'_>,
) -> Option<Reply> {
    if let Purpose::Present(presenting) = &request.purpose {
        return name_is_taken(presenting, request, caller, view);
    }
    let before = before?;
    if before.organisation != caller.organisation {
        return Some(Reply::AnothersDeclaration);
    }
    let version = request.check.consignment.declaration_version;
    // A message that arrives late must not bring back what was deleted since.
    let superseded = version < before.version || (!before.status.is_active() && version == before.version);
    if superseded {
        return Some(Reply::VersionSuperseded(before.version));
    }
    let written_off = matches!(before.status, Status::PartlyReleased | Status::Released);
    (written_off && matches!(request.purpose, Purpose::Reserve { .. })).then(|| {
        Reply::PositionRefused(Box::new(PositionRefused {
            failure_reason: WRITTEN_OFF,
            failed_item: None,
            words: "the goods are released already; correct them instead".into(),
            verdict: None,
            declaration: Some(before.clone()),
            ledger: view.ledgers_of(&request.mrn),
        }))
    })
}

const fn kind(purpose: &Purpose) -> Kind {
    match purpose {
        Purpose::Reserve { .. } => Kind::DeclarationReserved,
        Purpose::Present(_) => Kind::GoodsPresented,
        Purpose::Override { .. } => Kind::DeclarationOverridden,
    }
}

/// Who decides, where somebody does.
fn officer(purpose: &Purpose) -> Option<super::Person> {
    match purpose {
        Purpose::Override { officer, .. } => Some(super::Person::Named(officer.clone())),
        Purpose::Reserve { .. } | Purpose::Present(_) => None,
    }
}

fn turned_down(request: &PositionRequest, caller: &Caller, reply: Reply) -> Decision {
    let reason = match &reply {
        Reply::VersionSuperseded(_) => "versionSuperseded",
        Reply::PositionRefused(_) => "writeOffExists",
        Reply::PresentationTaken(_) => "nameTaken",
        Reply::AnothersPresentation(_) => "anothersPresentation",
        _ => "anothersDeclaration",
    };
    let mut draft = super::Draft::new(kind(&request.purpose), caller.organisation.to_string(), "refused");
    draft.declaration = Some(request.mrn.to_string());
    draft.office = Some(request.check.consignment.office.to_string());
    draft.reasons.push(reason.into());
    draft.officer = officer(&request.purpose);
    Decision::new(draft, Some(request.check.body.to_vec()), reply)
}

pub(super) fn made(
    kind: Kind,
    request: &PositionRequest,
    caller: &Caller,
    verdict: Verdict,
    json: &RawValue,
) -> Decision {
    let mut draft = draft(kind, &request.check, caller, verdict);
    draft.declaration = Some(request.mrn.to_string());
    Decision::new(draft, Some(evidence_of(&request.check, json.get())), Reply::Changed)
}

fn refuse(
    request: &PositionRequest,
    before: Option<Declaration>,
    caller: &Caller,
    view: &View<'_>,
    verdict: Verdict,
    json: &RawValue,
) -> Decision {
    let failed = failed(&verdict.findings);
    let refused = PositionRefused {
        failure_reason: failed.and_then(|finding| finding.code.certex()).unwrap_or("11"),
        failed_item: failed.and_then(|finding| failed_item(finding, &request.check.consignment)),
        words: "the verdict says why; nothing is reserved, and what was reserved before still is".into(),
        verdict: Some(json.to_owned()),
        declaration: before,
        ledger: view.ledgers(request.check.prepared.keys().copied()),
    };
    let mut decision = made(kind(&request.purpose), request, caller, verdict, json);
    decision.draft.decision = "refused";
    decision.draft.officer = officer(&request.purpose);
    decision.reply = Reply::PositionRefused(Box::new(refused));
    decision
}

/// The finding that is the reason: the first in the order in which an officer would go through them, document
/// first, then line, goods, amounts.
fn failed(findings: &[Finding]) -> Option<&Finding> {
    const ORDER: [&str; 10] = ["11", "04", "02", "07", "03", "10", "05", "08", "09", "01"];
    let grave = || findings.iter().filter(|finding| finding.severity >= Severity::Open);
    let of = |code: &str| {
        let same = || grave().filter(|finding| finding.code.certex() == Some(code));
        same().find(|finding| finding.line.is_some()).or_else(|| same().next())
    };
    ORDER.iter().find_map(|code| of(code)).or_else(|| grave().next())
}

/// Goods item and line, where the CERTEX reason has one: 03 and 05 both, 07 the goods item, 04 none.
fn failed_item(finding: &Finding, consignment: &Consignment) -> Option<(u32, Option<u32>)> {
    match finding.code.certex() {
        Some("04") => None,
        Some("07") => finding.goods_item.map(|item| (item, None)),
        _ => {
            // What all items draw together fails at the last of them.
            let last = || {
                let certificate = finding.certificate.as_deref()?;
                let cites = |item: &&endmark_core::consignment::GoodsItem| {
                    let here = |number: &str| number.parse::<endmark_core::number::CertificateNumber>().ok();
                    let same = |citation: &endmark_core::consignment::Citation| {
                        here(citation.certificate.as_str()) == here(certificate) && Some(citation.line) == finding.line
                    };
                    item.citations.iter().any(same)
                };
                let citing = consignment.goods_items.iter().filter(cites).map(|item| item.goods_item_number);
                citing.max()
            };
            finding.goods_item.or_else(last).map(|item| (item, finding.line))
        }
    }
}

/// Keeps the position as tried.
#[expect(clippy::too_many_arguments, reason = "the parts of one decision")]
fn hold(
    request: &PositionRequest,
    before: Option<Declaration>,
    how: Made,
    caller: &Caller,
    view: &mut View<'_>,
    leaf: u64,
    verdict: Verdict,
    json: &RawValue,
) -> Decision {
    let mrn = &request.mrn;
    let consignment = &request.check.consignment;
    let joined = Joined::of(consignment, mrn);
    let touched: Vec<_> = view.ledger.position.claims_of(mrn).map(|(key, _)| key.line).collect();
    let rows = position_rows(&view.ledger.position, mrn);
    view.ledger.position.pass_on_what_came_back(touched);
    let begun = before.as_ref().filter(|before| before.status.is_active()).map(|before| before.since);
    let overridden = how.kind == Kind::DeclarationOverridden || before.as_ref().is_some_and(|there| there.overridden);
    let declaration = Declaration {
        mrn: mrn.clone(),
        organisation: caller.organisation.clone(),
        version: consignment.declaration_version,
        status: Status::of_claims(&view.ledger.position, mrn),
        office: how.office.clone(),
        confidential: how.confidential,
        overridden,
        joined: joined.clone(),
        since: begun.unwrap_or(view.moment.at),
        leaf,
    };
    let changed = view.ledger.keep(&how.office, view.moment.at, leaf, mrn);
    view.ledger.put_declaration(declaration.clone());
    view.tell_usage(how.decision, &declaration, &changed);
    let numbers = changed.lines.iter().map(|line| line.certificate);
    let mut numbers: Vec<_> = request.check.prepared.keys().copied().chain(numbers).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let named = numbers.iter().map(ToString::to_string).collect();
    let held = Held { verdict: json.to_owned(), declaration: Some(declaration), ledger: view.ledgers(numbers) };
    let mut decision = made(how.kind, request, caller, verdict, json);
    decision.draft.certificates = named;
    decision.draft.decision = how.decision;
    decision.draft.office = Some(how.office.to_string());
    let mut record = serde_json::Map::new();
    record.insert("version".to_owned(), json!(consignment.declaration_version));
    record.insert("confidential".to_owned(), json!(how.confidential));
    record.insert("joined".to_owned(), json!(joined));
    decision.rows.extend(rows_or_digest(&mut record, "position", rows));
    decision.draft.ledger = Some(Value::Object(record));
    decision.reply = Reply::Held(Box::new(held));
    decision
}
