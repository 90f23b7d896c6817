//! What the ledger says of the certificates that a consignment cites: the position is tried for it.

use std::collections::BTreeMap;
use std::sync::Arc;

use endmark_core::certificate::Scope;
use endmark_core::check::{Cited, Known, LedgerStanding};
use endmark_core::consignment::{Consignment, Stage};
use endmark_core::number::CertificateNumber;
use endmark_core::position::{ClaimKey, ItemKey, Joined, LineKey, LinePosition, Need, Wanted};
use endmark_core::reference::Mrn;

use super::View;
use crate::store::ledger::Presentation;
use crate::writer::{CheckRequest, Presenting};

/// Whose position is tried.
pub(super) struct About<'a> {
    /// The declaration.
    pub(super) own: &'a Mrn,
    /// The presentation asked about, which does not count against itself.
    pub(super) presented: Option<&'a Presenting>,
    /// Whether what it holds is shown to customs alone.
    pub(super) confidential: bool,
}

/// Adds the ledger to what is known of each certificate. Leaves the position as tried.
pub(super) fn add(
    certificates: &mut BTreeMap<CertificateNumber, Cited>,
    request: &CheckRequest,
    about: &About<'_>,
    view: &mut View<'_>,
) {
    for (number, cited) in certificates.iter_mut() {
        if let Cited::Known(known) = cited
            && let Some(fault) = view.ledger.fault(*number, &known.certificate.lines)
        {
            *cited = Cited::Unreadable(fault);
        }
    }
    let public = request.precheck;
    // Whoever may not know of a confidential hold does not find it as its own either.
    let own = if public && is_confidential(about.own, view) { &*super::check::NOBODYS } else { about.own };
    // Before it is tried: whether anything is left for anybody.
    let exhausted: BTreeMap<CertificateNumber, bool> =
        certificates.keys().map(|number| (*number, is_exhausted(*number, public, view))).collect();
    let consignment = &request.consignment;
    let wanted = wanted(consignment, certificates);
    let joined = Joined::of(consignment, own);
    let at_border = consignment.stage == Stage::Border;
    let mut needs = if at_border {
        let passed = passed(request, own, about.presented, view);
        view.ledger.position.try_presented(own, &wanted, &joined, |of, line| {
            passed.get(of).and_then(|lines| lines.get(&line)).copied().unwrap_or_default()
        })
    } else {
        view.ledger.position.try_position(own, &wanted, joined, about.confidential && !public)
    };
    if public {
        hide_confidential(&mut needs, own, at_border, view);
    }
    for (number, cited) in certificates.iter_mut() {
        let Cited::Known(known) = cited else { continue };
        let of_this = |(key, need): (&LineKey, &Need)| (key.certificate == *number).then_some((key.line, *need));
        let needs: BTreeMap<u32, Need> = needs.iter().filter_map(of_this).collect();
        let excess = view.ledger.position.lines_of(*number).any(|(_, line)| line.excess > 0);
        // Used up by this very movement: what it wants beyond is too much, and what it has covers it.
        let has_some = needs.values().any(|need| need.held > 0 || need.covered > 0);
        let mut ledger = LedgerStanding {
            needs,
            exhausted: exhausted.get(number).copied().unwrap_or(false),
            bound_to: bound_to(known, own, public, view),
            overridden: excess && !public,
        };
        ledger.exhausted &= !has_some || ledger.covers_everything();
        *cited = Cited::Known(Arc::new(Known { ledger, ..known.as_ref().clone() }));
    }
}

fn is_confidential(mrn: &Mrn, view: &View<'_>) -> bool {
    view.ledger.declaration(mrn).ok().flatten().is_some_and(|there| there.confidential)
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
    let left = |line: &LinePosition| if public { line.available_in_public() } else { line.available() };
    lines.peek().is_some() && lines.all(|(_, line)| left(line) <= 0)
}

/// What is held confidentially shows nowhere: neither in what is left, nor as what the movement holds already.
fn hide_confidential(needs: &mut BTreeMap<LineKey, Need>, own: &Mrn, at_border: bool, view: &View<'_>) {
    let position = &view.ledger.position;
    for (line, need) in needs {
        if let Some(line) = position.line(*line) {
            let hidden = line.available_in_public().saturating_sub(line.available());
            need.left = need.left.saturating_add(hidden);
        }
        let covers = position.claims_of(own).filter(|(key, _)| key.line == *line).flat_map(|(_, claim)| &claim.covers);
        let secret = covers.filter(|cover| {
            let item = ItemKey { declaration: cover.declaration.clone(), item: cover.item };
            position.claim(&ClaimKey { line: *line, item }).is_some_and(|claim| claim.confidential)
        });
        let secret = secret.fold(0_i128, |sum, cover| sum.saturating_add(cover.amount));
        let known = if at_border { &mut need.held } else { &mut need.covered };
        *known = known.saturating_sub(secret);
    }
}

/// A declaration of another movement that holds a certificate for a single movement.
fn bound_to(known: &Known, own: &Mrn, public: bool, view: &View<'_>) -> Option<Mrn> {
    if known.certificate.scope != Scope::SingleMovement {
        return None;
    }
    let position = &view.ledger.position;
    let others = position
        .claims_on(known.number)
        .filter(|(_, item, claim)| item.declaration != *own && !(public && claim.confidential));
    let declarations: BTreeMap<&Mrn, &Mrn> =
        others.map(|(_, item, claim)| (&item.declaration, &claim.movement)).collect();
    let of_another = |(other, _): &(&Mrn, &Mrn)| !position.are_one_movement(own, other, known.number);
    declarations.into_iter().find(of_another).map(|(_, movement)| movement.clone())
}

/// What was presented of each line under each declaration, was not turned back, and is not these very goods.
fn passed(
    request: &CheckRequest,
    own: &Mrn,
    presented: Option<&Presenting>,
    view: &View<'_>,
) -> BTreeMap<Mrn, BTreeMap<LineKey, i128>> {
    let public = request.precheck;
    // A question at the office where goods stand is about these goods, unless they came on another truck.
    let the_same = |of: &Presentation| match presented {
        Some(presenting) => presenting.is_of(of, own, &request.means),
        None => of.office == request.consignment.office && !of.came_otherwise(&request.means),
    };
    let others = view.ledger.all_presentations().filter(|of| of.has_passed() && !the_same(of));
    let mut passed: BTreeMap<Mrn, BTreeMap<LineKey, i128>> = BTreeMap::new();
    for of in others.filter(|of| !(public && is_confidential(&of.mrn, view))) {
        let lines = passed.entry(of.mrn.clone()).or_default();
        for goods in &of.goods {
            let sum = lines.entry(LineKey { certificate: goods.certificate, line: goods.line }).or_default();
            *sum = sum.saturating_add(goods.millionths);
        }
    }
    passed
}

/// Goods that have left cannot be given back: a presentation under the movement of a declaration that its position, as
/// tried, would no longer hold.
pub(super) fn left_already<'v>(mrn: &Mrn, view: &'v View<'_>) -> Option<&'v Presentation> {
    let passed = |of: &Mrn| {
        let mut sums: BTreeMap<LineKey, i128> = BTreeMap::new();
        for goods in view.ledger.presentations(of).filter(|of| of.has_passed()).flat_map(|of| &of.goods) {
            let sum = sums.entry(LineKey { certificate: goods.certificate, line: goods.line }).or_default();
            *sum = sum.saturating_add(goods.millionths);
        }
        sums
    };
    let line = view.ledger.position.more_has_left(mrn, passed)?;
    let is_of = |of: &&Presentation| {
        let mut goods = of.goods.iter();
        of.has_passed() && goods.any(|goods| goods.certificate == line.certificate && goods.line == line.line)
    };
    let others = view.ledger.position.movement(mrn);
    let mut movement = std::iter::once(mrn).chain(others.iter().filter(|of| *of != mrn));
    movement.find_map(|of| view.ledger.presentations(of).find(is_of))
}
