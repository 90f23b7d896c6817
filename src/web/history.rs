//! What happened to a movement, as rows of a page.

use endmark_core::reference::Mrn;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{answer, refused, when};
use crate::app::{Event, Known};
use crate::entry::Kind;
use crate::words::Language;

/// Something that happened.
#[derive(Debug)]
pub(super) struct HistoryRow {
    pub(super) leaf: u64,
    pub(super) at: String,
    pub(super) what: String,
    pub(super) decision: String,
    pub(super) office: String,
    pub(super) organisation: String,
    pub(super) notes: Vec<String>,
    /// What an officer wrote.
    pub(super) written: Option<String>,
}

/// The words for a type of entry, or its name where it has none.
pub(super) fn kind(t: Language, kind: &str) -> String {
    t.find(&format!("kind-{kind}")).unwrap_or_else(|| kind.to_owned())
}

/// The words for a decision, or its name where it has none.
pub(super) fn decision(t: Language, decision: &str) -> String {
    t.find(&format!("decision-{decision}")).unwrap_or_else(|| decision.to_owned())
}

/// The words for a reason of an entry; its code where it has none.
pub(super) fn reason(t: Language, kind: Kind, code: &str) -> String {
    let families = ["control", "control-refused", "finding", "because"];
    let said = families.into_iter().find_map(|family| t.find(&format!("{family}-{code}")));
    said.unwrap_or_else(|| match kind {
        Kind::PaperChecked | Kind::CertificateSubmitted => t.say(&answer::reason_key(code)),
        _ => code.to_owned(),
    })
}

/// When an entry was decided.
pub(super) fn at(t: Language, text: &str) -> String {
    OffsetDateTime::parse(text, &Rfc3339).map_or_else(|_| text.to_owned(), |at| when::said(t, at))
}

/// The rows of a declaration's history, newest first.
pub(super) fn rows(t: Language, known: &Known) -> Vec<HistoryRow> {
    known.moves.iter().map(|event| row(t, event, known)).collect()
}

fn row(t: Language, event: &Event, known: &Known) -> HistoryRow {
    let text = |name: &str| event.text(name).unwrap_or_default();
    let control = known.controls.iter().find(|control| control.leaf == event.leaf);
    let mut notes: Vec<String> = control
        .iter()
        .flat_map(|control| &control.findings)
        .map(|code| reason(t, Kind::ControlRecorded, code))
        .collect();
    if let Some(control) = control {
        if control.offline {
            let at = when::said(t, control.recorded_at);
            notes.push(t.say_with("control-offline", [("at", at.into())]));
        }
        if !control.conflicts.is_empty() {
            notes.push(t.say("control-controlConflict"));
        }
        if control.answers.is_some() {
            notes.push(t.say("control-is-second-look"));
        }
    }
    // A refusal without its reason is no answer for whoever stands before the officer.
    if control.is_none() && ["refused", "doesNotConform", "cannotBeChecked"].contains(&text("decision")) {
        let said = |code| reason(t, Kind::DeclarationReserved, code);
        notes.extend(refused::grave(event.reasons()).into_iter().map(said));
        let outcome = event.entry.get("ledger").and_then(|ledger| ledger.get("outcome")?.as_str());
        notes.extend(outcome.and_then(|code| t.find(&format!("outcome-{code}"))));
    }
    // Which ones: the code says only that there were some.
    for (seen, key) in [(true, "control-serialNumbersSeen"), (false, "control-serialNumbersMissing")] {
        let numbers = event.written.as_ref().map(|written| serial_numbers(written, seen)).unwrap_or_default();
        let said = t.say(key);
        if let Some(note) = notes.iter_mut().find(|note| **note == said && !numbers.is_empty()) {
            *note = format!("{said}: {numbers}");
        }
    }
    let of = |name: &str| Some(event.written.as_ref()?.get(name)?.as_str()?.to_owned());
    let written = match (text("type"), &event.written) {
        ("controlRecorded", Some(_)) => of("note"),
        ("declarationOverridden", Some(_)) => of("reason"),
        ("controlRecorded" | "declarationOverridden", None) if text("decision") != "already" => {
            Some(t.say("history-erased"))
        }
        _ => None,
    };
    HistoryRow {
        leaf: event.leaf,
        at: at(t, text("at")),
        what: kind(t, text("type")),
        decision: decision(t, text("decision")),
        office: text("office").to_owned(),
        organisation: text("organisation").to_owned(),
        notes,
        written,
    }
}

/// The serial numbers that a control found, or missed, one after the other.
pub(super) fn serial_numbers(written: &Value, seen: bool) -> String {
    let all = written.get("serialNumbers").and_then(Value::as_array).into_iter().flatten();
    let wanted = all.filter(|one| one.get("seen").and_then(Value::as_bool) == Some(seen));
    wanted.filter_map(|one| one.get("number")?.as_str()).collect::<Vec<_>>().join(", ")
}

/// The declarations of the same movement.
pub(super) fn joined(known: &Known) -> Vec<String> {
    known.joined.iter().map(Mrn::to_string).collect()
}
