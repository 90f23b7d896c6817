//! Goods that stand at the border.

use endmark_core::position::{Joined, Wanted};
use endmark_core::verdict::{Answer, Verdict};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::leaving::means_of;
use super::position::made;
use super::{Decision, View};
use crate::entry::{Kind, presented_rows, rows_or_digest};
use crate::registry::Caller;
use crate::store::ledger::{Presence, Presentation, Presented};
use crate::writer::{Held, PositionRequest, Presenting, Reply};

/// What to do about goods that have left.
pub(super) fn has_left(of: &Presentation) -> String {
    format!(
        "goods that {} presented at {} under the name {} have left, and are more than this leaves: {} presents them again \
         under that name as they were, or records that they were turned back",
        of.organisation, of.office, of.id, of.organisation
    )
}

/// Whether the name stands for other goods: somebody else's, those on another truck, or such as were turned back.
pub(super) fn name_is_taken(
    presenting: &Presenting,
    request: &PositionRequest,
    caller: &Caller,
    view: &View<'_>,
) -> Option<Reply> {
    let there = view.ledger.presentations(&request.mrn).find(|of| of.id == presenting.id)?;
    if there.organisation != caller.organisation {
        return Some(Reply::AnothersPresentation(there.organisation.to_string()));
    }
    match there.presence {
        Presence::Passed if there.came_otherwise(&request.check.means) => Some(Reply::PresentationTaken(
            "goods on another truck were presented under this name and have left: give these a name of their own, as in \
             …/presentations/truck-2",
        )),
        // A message that comes late must not make goods leave that went back.
        Presence::TurnedBack if presenting.named => Some(Reply::PresentationTaken(
            "the goods presented under this name were turned back: present them under a new name",
        )),
        Presence::Passed | Presence::NotPassed | Presence::TurnedBack => None,
    }
}

/// What is presented, in the units of the lines.
fn goods_of(request: &PositionRequest, view: &View<'_>) -> Vec<Presented> {
    let unit_of = |key| view.ledger.position.line(key).map(|line| line.unit);
    let goods = Wanted::of(&request.check.consignment, unit_of).into_iter().map(|want| Presented {
        item: want.item,
        certificate: want.line.certificate,
        line: want.line.line,
        millionths: want.quantity.millionths(),
    });
    let mut goods: Vec<Presented> = goods.collect();
    goods.sort_unstable_by_key(|of| (of.certificate, of.line, of.item));
    goods
}

/// Records goods that stand at the border, with the verdict on them.
pub(super) fn present(
    request: &PositionRequest,
    presenting: &Presenting,
    caller: &Caller,
    view: &mut View<'_>,
    leaf: u64,
    verdict: Verdict,
    json: &RawValue,
) -> Decision {
    let conforms = verdict.verdict == Answer::Conforms;
    let mut decision = made(Kind::GoodsPresented, request, caller, verdict, json);
    let goods = goods_of(request, view);
    let mut record = serde_json::Map::new();
    record.insert("presentation".to_owned(), json!(presenting.id));
    let passed = view.ledger.presentations(&request.mrn).find(|of| of.id == presenting.id && of.has_passed());
    let means = means_of(passed, &request.check.means).to_vec();
    let has_passed = passed.is_some();
    if !means.is_empty() {
        record.insert("means".to_owned(), json!(means));
    }
    decision.rows.extend(rows_or_digest(&mut record, "goods", presented_rows(&goods)));
    let joined = Joined::of(&request.check.consignment, &request.mrn);
    if conforms && joined.named().next().is_some() {
        // Also where nothing is reserved under it: what passes here passes under the declarations it names.
        view.ledger.position.join(&request.mrn, &joined);
        view.ledger.keep(&presenting.office, view.moment.at, leaf, &request.mrn);
        record.insert("joined".to_owned(), json!(joined));
    }
    if has_passed && !conforms {
        // The same question again does not bring goods back that have left; turning them back does.
        record.insert("stands".to_owned(), json!(true));
    } else {
        view.ledger.put_presentation(Presentation {
            mrn: request.mrn.clone(),
            id: presenting.id.clone(),
            organisation: caller.organisation.clone(),
            office: presenting.office.clone(),
            // Goods that do not conform do not pass, so they stand in nobody's way elsewhere.
            presence: if conforms { Presence::Passed } else { Presence::NotPassed },
            means,
            goods,
            at: view.moment.at,
            leaf,
        });
    }
    decision.draft.ledger = Some(Value::Object(record));
    let held = Held {
        verdict: json.to_owned(),
        declaration: view.ledger.declaration(&request.mrn).ok().flatten().cloned(),
        ledger: view.ledgers(request.check.prepared.keys().copied()),
    };
    decision.reply = Reply::Held(Box::new(held));
    decision
}
