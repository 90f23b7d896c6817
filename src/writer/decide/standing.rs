//! What the ledger says of the certificates that a consignment cites: the position is tried for it.

use std::collections::BTreeMap;
use std::sync::Arc;

use endmark_core::certificate::Scope;
use endmark_core::check::{Cited, Known, LedgerStanding};
use endmark_core::consignment::{Consignment, Stage};
use endmark_core::number::CertificateNumber;
use endmark_core::position::{Joined, LineKey, Need, Wanted};
use endmark_core::reference::Mrn;

use super::View;
use crate::store::ledger::Presentation;
use crate::writer::CheckRequest;

/// Whose position is tried.
pub(super) struct About<'a> {
    /// The declaration.
    pub(super) own: &'a Mrn,
    /// The name of the presentation asked about, which does not count against itself.
    pub(super) presented: Option<&'a str>,
    /// Whether what it holds is shown to customs alone.
    pub(super) confidential: bool,
}

/// Adds the ledger to what is known of each certificate. Leaves the position as tried.
pub(super) fn add(
    certificates: &mut BTreeMap<CertificateNumber, Cited>,
    request: &CheckRequest,
    &About { own, presented, confidential }: &About<'_>,
    view: &mut View<'_>,
) {
    for (number, cited) in certificates.iter_mut() {
        if let Cited::Known(known) = cited
            && let Some(fault) = view.ledger.fault(*number, &known.certificate.lines)
        {
            *cited = Cited::Unreadable(fault);
        }
    }
    // Before it is tried: whether anything is left for anybody.
    let exhausted: BTreeMap<CertificateNumber, bool> =
        certificates.keys().map(|number| (*number, is_exhausted(*number, request.precheck, view))).collect();
    let consignment = &request.consignment;
    let wanted = wanted(consignment, certificates);
    let joined = Joined::of(consignment, own);
    let mut needs = view.ledger.position.try_position(own, &wanted, joined, confidential);
    if consignment.stage == Stage::Border {
        presented_elsewhere(&mut needs, consignment, own, presented, view);
    }
    for (number, cited) in certificates.iter_mut() {
        let Cited::Known(known) = cited else { continue };
        let of_this = |(key, need): (&LineKey, &Need)| (key.certificate == *number).then_some((key.line, *need));
        let mut needs: BTreeMap<u32, Need> = needs.iter().filter_map(of_this).collect();
        if request.precheck {
            hide_confidential(&mut needs, *number, view);
        }
        let excess = view.ledger.position.lines_of(*number).any(|(_, line)| line.excess > 0);
        let ledger = LedgerStanding {
            needs,
            exhausted: exhausted.get(number).copied().unwrap_or(false),
            bound_to: bound_to(known, own, request.precheck, view),
            overridden: excess && !request.precheck,
        };
        *cited = Cited::Known(Arc::new(Known { ledger, ..known.as_ref().clone() }));
    }
}

/// What each item wants of each line, in the line's unit, rounded up; what cannot be converted has a finding.
fn wanted(consignment: &Consignment, certificates: &BTreeMap<CertificateNumber, Cited>) -> Vec<Wanted> {
    Wanted::of(consignment, |key| {
        let Cited::Known(known) = certificates.get(&key.certificate)? else { return None };
        known.certificate.lines.iter().find(|line| line.line == key.line).map(|line| line.quantity.unit)
    })
}

pub(super) fn is_exhausted(number: CertificateNumber, public: bool, view: &View<'_>) -> bool {
    let mut lines = view.ledger.position.lines_of(number).peekable();
    // What is held confidentially shows nowhere, not through what is left either.
    let left = |line: &endmark_core::position::LinePosition| {
        line.available().saturating_add(if public { line.confidential } else { 0 })
    };
    lines.peek().is_some() && lines.all(|(_, line)| left(line) <= 0)
}

fn hide_confidential(needs: &mut BTreeMap<u32, Need>, number: CertificateNumber, view: &View<'_>) {
    for (line, need) in needs {
        let key = LineKey { certificate: number, line: *line };
        let hidden = view.ledger.position.line(key).map_or(0, |line| line.confidential);
        need.left = need.left.saturating_add(hidden);
    }
}

/// The other movement that holds a certificate for a single movement.
fn bound_to(known: &Known, own: &Mrn, public: bool, view: &View<'_>) -> Option<Mrn> {
    if known.certificate.scope != Scope::SingleMovement {
        return None;
    }
    let position = &view.ledger.position;
    let of_this = || position.claims_on(known.number);
    let mine = of_this().find(|(_, item, _)| item.declaration == *own).map(|(_, _, claim)| &claim.movement);
    let mut others = of_this().filter(|(_, item, claim)| item.declaration != *own && !(public && claim.confidential));
    others.find(|(_, _, claim)| Some(&claim.movement) != mine).map(|(_, _, claim)| claim.movement.clone())
}

/// Goods that were presented already, and not turned back, cannot be presented again.
fn presented_elsewhere(
    needs: &mut BTreeMap<LineKey, Need>,
    consignment: &Consignment,
    own: &Mrn,
    presented: Option<&str>,
    view: &View<'_>,
) {
    // A question at the office where goods stand is about these goods.
    let the_same = |of: &Presentation| match presented {
        Some(id) => of.id == id,
        None => of.office == consignment.office,
    };
    for (line, need) in needs {
        let excess = view.ledger.position.claims_of(own).filter(|(key, _)| key.line == *line);
        need.held = excess.fold(need.held, |sum, (_, claim)| sum.saturating_add(claim.excess));
        let others = view.ledger.presentations(own).filter(|of| !of.turned_back && !the_same(of));
        let elsewhere = others
            .flat_map(|of| &of.goods)
            .filter(|goods| goods.certificate == line.certificate && goods.line == line.line)
            .fold(0_i128, |sum, goods| sum.saturating_add(goods.millionths));
        if elsewhere > 0 {
            need.held = need.held.saturating_sub(elsewhere);
            need.left = need.held;
        } else {
            // Nothing is drawn at the border: whether it is reserved is the question, not what is left.
            need.left = need.wanted;
        }
    }
}
