//! What the ledger says of the certificates that a consignment cites: the position is tried for it.

use std::collections::BTreeMap;
use std::sync::Arc;

use endmark_core::certificate::Scope;
use endmark_core::check::{Cited, Known, LedgerStanding};
use endmark_core::consignment::{Consignment, Stage};
use endmark_core::number::CertificateNumber;
use endmark_core::position::{Amounts, ClaimKey, ItemKey, Joined, LineKey, LinePosition, Need, Wanted, add_amount};
use endmark_core::reference::Mrn;

use super::View;
use super::leaving::{left_beside, presented_before};
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
    if public {
        for number in certificates.keys() {
            view.ledger.position.forget_confidential_covers(*number);
        }
    }
    let mut needs = if at_border {
        let before = presented_before(request, own, &joined, view);
        view.ledger.position.try_presented(own, &wanted, &joined, |position, movement| {
            left_beside(request, about, own, &wanted, &before, position, movement)
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
        let takes_nothing_new = needs.values().all(Need::takes_nothing_new);
        let has_some = needs.values().any(|need| need.held > 0 || need.covered > 0);
        let mut ledger = LedgerStanding {
            needs,
            exhausted: exhausted.get(number).copied().unwrap_or(false),
            bound_to: bound_to(known, own, public, view).filter(|_| !(has_some && takes_nothing_new)),
            overridden: excess && !public,
        };
        // Or by what it brings along from a certificate that this one replaces.
        let has_room = !at_border && !ledger.needs.is_empty() && ledger.needs.values().all(Need::fits);
        ledger.exhausted &= !has_room && (!has_some || ledger.covers_everything());
        *cited = Cited::Known(Arc::new(Known { ledger, ..known.as_ref().clone() }));
    }
}

pub(super) fn is_confidential(mrn: &Mrn, view: &View<'_>) -> bool {
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
    let mut secret = Amounts::new();
    for (key, claim) in position.claims_of(own) {
        for cover in &claim.covers {
            let item = ItemKey { declaration: cover.declaration.clone(), item: cover.item };
            if position.claim(&ClaimKey { line: key.line, item }).is_some_and(|claim| claim.confidential) {
                add_amount(&mut secret, key.line, cover.amount);
            }
        }
    }
    for (key, need) in needs {
        // At the border nothing is drawn: what is left of the line does not matter there.
        if let Some(line) = position.line(*key).filter(|_| !at_border) {
            let hidden = line.available_in_public().saturating_sub(line.available());
            need.left = need.left.saturating_add(hidden);
        }
        let known = if at_border { &mut need.held } else { &mut need.covered };
        *known = known.saturating_sub(secret.get(key).copied().unwrap_or_default());
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
    let movement = position.one_movement(own, known.number);
    let of_another = |(other, _): &(&Mrn, &Mrn)| !movement.contains(*other);
    declarations.into_iter().find(of_another).map(|(_, movement)| movement.clone())
}
