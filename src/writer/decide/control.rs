//! An officer reports a control. It changes nothing in the ledger; it is a fact with its entry.

use std::collections::BTreeSet;

use endmark_core::number::CertificateNumber;
use endmark_core::text::Text;
use serde_json::{Value, json};
use time::UtcOffset;

use super::position::tampered;
use super::{Decision, Draft, Person, View};
use crate::control::{CLOCK_AHEAD_MAX, ControlResult};
use crate::entry::{CERTIFICATES_MAX, Kind};
use crate::registry::Caller;
use crate::store::control::Control;
use crate::writer::controls::{concerned, recorded_at};
use crate::writer::{ControlRecorded, ControlRefusal, ControlRequest, Failure, Reply};

/// The most conflicts that an entry names.
const CONFLICTS_MAX: usize = 64;

pub(super) fn decide(
    request: &ControlRequest,
    caller: &Caller,
    view: &mut View<'_>,
    leaf: u64,
) -> Result<Decision, Failure> {
    let report = &request.report;
    let organisation = caller.organisation.as_str();
    let fault = |()| {
        tracing::error!(organisation, id = report.id.as_str(), "a row of this control was changed outside the service");
        Failure::Internal
    };
    if let Some(mrn) = &report.declaration {
        view.ledger.declaration(mrn).map_err(|()| tampered(mrn))?;
    }
    if let Some(before) = view.controls.named(organisation, report.id.as_str()).map_err(fault)? {
        if before.content != request.content {
            return Ok(refused(request, caller, ControlRefusal::IdTaken));
        }
        let before = before.clone();
        let against = before.conflicts.iter().copied().collect();
        let reply = recorded(before, &against, true, view);
        let mut draft = draft(request, caller, "already");
        draft.ledger = Some(json!({ "control": report.id.as_str() }));
        return Ok(Decision::new(draft, None, reply));
    }
    if let Some(refusal) = second_look(request, caller, view).map_err(fault)? {
        return Ok(refused(request, caller, refusal));
    }
    Ok(record(request, caller, view, leaf))
}

/// What stands against a second look: somebody else takes it, once, of what was asked.
fn second_look(request: &ControlRequest, caller: &Caller, view: &View<'_>) -> Result<Option<ControlRefusal>, ()> {
    let report = &request.report;
    let Some(asked) = report.answers.as_ref().map(Text::as_str) else { return Ok(None) };
    let organisation = caller.organisation.as_str();
    let first = view.controls.named(organisation, asked)?;
    let Some(first) = first.filter(|first| first.result == ControlResult::SecondLook) else {
        return Ok(Some(ControlRefusal::NothingAsked));
    };
    let leaf = BTreeSet::from([first.leaf]);
    let concerns = |number| view.controls.of_entries(&leaf).any(|of| of.certificate == Some(number));
    let of_the_same = first.mrn == report.declaration && report.certificate.is_none_or(concerns);
    Ok(match () {
        () if first.officer == request.pseudonym => Some(ControlRefusal::SameOfficer),
        () if view.controls.is_answered(organisation, asked) => Some(ControlRefusal::AlreadyAnswered),
        () if !of_the_same => Some(ControlRefusal::AnotherMatter),
        () => None,
    })
}

fn draft(request: &ControlRequest, caller: &Caller, decision: &'static str) -> Draft {
    let report = &request.report;
    let mut draft = Draft::new(Kind::ControlRecorded, caller.organisation.to_string(), decision);
    draft.office = Some(report.office.to_string());
    draft.officer = Some(Person::Named(report.officer.to_string()));
    draft.declaration = report.declaration.as_ref().map(ToString::to_string);
    draft.certificates = report.certificate.iter().map(ToString::to_string).collect();
    draft
}

fn refused(request: &ControlRequest, caller: &Caller, refusal: ControlRefusal) -> Decision {
    let mut draft = draft(request, caller, "refused");
    draft.reasons.push(refusal.code().into());
    draft.ledger = Some(json!({ "control": request.report.id.as_str() }));
    Decision::new(draft, Some(request.body.clone()), Reply::ControlRefused(refusal))
}

fn record(request: &ControlRequest, caller: &Caller, view: &mut View<'_>, leaf: u64) -> Decision {
    let report = &request.report;
    let now = view.moment.at;
    let drawn: BTreeSet<CertificateNumber> = report
        .declaration
        .iter()
        .flat_map(|mrn| view.ledger.position.claims_of(mrn))
        .map(|(key, _)| key.line.certificate)
        .collect();
    // The one named first: it must not be among those that a very long list leaves out.
    let mut certificates: Vec<CertificateNumber> = report.certificate.into_iter().collect();
    let others = concerned(request, &view.ledger).into_iter().filter(|number| Some(*number) != report.certificate);
    certificates.extend(others);
    let omitted = certificates.len().saturating_sub(CERTIFICATES_MAX);
    certificates.truncate(CERTIFICATES_MAX);
    let findings = report.findings();
    let whole = Control {
        organisation: caller.organisation.clone(),
        id: report.id.to_string(),
        certificate: None,
        mrn: report.declaration.clone(),
        office: report.office.clone(),
        officer: request.pseudonym.clone(),
        result: report.result,
        findings: findings.iter().map(|code| (*code).to_owned()).collect(),
        answers: report.answers.as_ref().map(ToString::to_string),
        explained: false,
        conflicts: Vec::new(),
        offline: report.offline,
        content: request.content.clone(),
        recorded_at: recorded_at(request, now),
        at: now,
        leaf,
    };
    let mut rows: Vec<Control> = certificates
        .iter()
        .map(|number| Control { certificate: Some(*number), explained: drawn.contains(number), ..whole.clone() })
        .collect();
    if rows.is_empty() {
        rows.push(whole.clone());
    }
    let mut room = CONFLICTS_MAX;
    for row in &mut rows {
        let found: BTreeSet<u64> = view.controls.against(row).map(|other| other.leaf).take(room).collect();
        room = room.saturating_sub(found.len());
        row.conflicts = found.into_iter().collect();
    }
    let mut draft = draft(request, caller, report.result.as_str());
    draft.certificates = certificates.iter().map(ToString::to_string).collect();
    draft.reasons = findings.into_iter().map(Into::into).collect();
    let against: BTreeSet<u64> = rows.iter().flat_map(|row| row.conflicts.iter().copied()).collect();
    if !against.is_empty() {
        draft.reasons.push("controlConflict".into());
    }
    if report.recorded_at.is_some_and(|at| at - now > CLOCK_AHEAD_MAX) {
        draft.reasons.push("deviceClockAhead".into());
    }
    draft.ledger = Some(noted(&whole, &rows, report.seen_entry, omitted));
    let first = rows.first().cloned().unwrap_or(whole);
    view.controls.put(rows);
    let reply = recorded(first, &against, false, view);
    Decision::new(draft, Some(request.body.clone()), reply)
}

/// What the entry says of it beside its frame: enough to make its rows again.
fn noted(whole: &Control, rows: &[Control], seen: Option<u64>, omitted: usize) -> Value {
    let number = |row: &Control| row.certificate.map(|number| number.to_string());
    let unexplained: Vec<_> = rows.iter().filter(|row| !row.explained).filter_map(number).collect();
    let with_conflicts = rows.iter().filter(|row| !row.conflicts.is_empty());
    let conflicts: Vec<_> = with_conflicts.map(|row| json!([number(row), row.conflicts])).collect();
    let mut noted = json!({
        "control": whole.id,
        "findings": whole.findings,
        "recordedAt": crate::control::written(whole.recorded_at.to_offset(UtcOffset::UTC)),
        "offline": whole.offline,
        "content": whole.content,
    });
    if let Value::Object(members) = &mut noted {
        let mut add = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
        if let Some(answers) = &whole.answers {
            add("answers", json!(answers));
        }
        if let Some(seen) = seen {
            add("seenEntry", json!(seen));
        }
        if !unexplained.is_empty() {
            add("unexplained", json!(unexplained));
        }
        if !conflicts.is_empty() {
            add("conflicts", json!(conflicts));
        }
        if omitted > 0 {
            add("omitted", json!(omitted));
        }
    }
    noted
}

fn recorded(control: Control, against: &BTreeSet<u64>, already: bool, view: &View<'_>) -> Reply {
    let conflicts = view.controls.of_entries(against).cloned().collect();
    Reply::ControlRecorded(Box::new(ControlRecorded { control, conflicts, already }))
}
