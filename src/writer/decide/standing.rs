//! What the ledger says of the certificates that a consignment cites: the position is tried for it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use endmark_core::certificate::Scope;
use endmark_core::check::{Cited, Known, LedgerStanding};
use endmark_core::consignment::{Consignment, Stage};
use endmark_core::number::CertificateNumber;
use endmark_core::position::{
    Amounts, ClaimKey, ItemKey, Joined, Left, LineKey, LinePosition, Need, Paper, Position, Wanted, add_amount,
};
use endmark_core::reference::{Mrn, Office};

use super::View;
use crate::store::ledger::{Presentation, are_others};
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
        certificates.keys().for_each(|number| view.ledger.position.forget_confidential_covers(*number));
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

/// What has left beside the goods that are asked about: all that is counted with them, but for what they are.
fn left_beside(
    request: &CheckRequest,
    about: &About<'_>,
    own: &Mrn,
    wanted: &[Wanted],
    before: &[Presentation],
    position: &Position,
    movement: &BTreeSet<Mrn>,
) -> Left {
    let (id, means) = shown_as(request, own, about.presented, before, position);
    let office = about.presented.map_or(&request.consignment.office, |presenting| &presenting.office);
    let goods = wanted.iter().map(|want| (want.item, want.line, want.quantity.millionths())).collect();
    let these = Shown { id, office, means, paper: Paper { declaration: own.clone(), goods } };
    let beside = |counts: &dyn Fn(&Mrn) -> bool| {
        let others = before.iter().filter(|of| counts(&of.mrn) && (of.mrn != *own || of.id != id));
        let mut amounts = left(position, others.map(Shown::of).chain([these.clone()]));
        for (_, line, amount) in &these.paper.goods {
            add_amount(&mut amounts, *line, amount.saturating_neg());
        }
        amounts
    };
    Left { own: beside(&|mrn| mrn == own), all: beside(&|mrn| movement.contains(mrn)) }
}

/// Under which name, and by what, these goods are shown. A truck that has left under this name stays the one it was. A
/// question at the office where goods stand is about these goods, unless they came on another truck.
fn shown_as<'a>(
    request: &'a CheckRequest,
    own: &Mrn,
    presented: Option<&'a Presenting>,
    before: &'a [Presentation],
    position: &Position,
) -> (&'a str, &'a [String]) {
    let known = if let Some(presenting) = presented {
        before.iter().find(|of| of.mrn == *own && of.id == presenting.id)
    } else {
        let here = |of: &&Presentation| of.office == request.consignment.office && !of.came_otherwise(&request.means);
        let of_own = before.iter().find(|of| of.mrn == *own && here(of));
        let related = |of: &&Presentation| here(of) && position.may_be_the_same_goods(own, &of.mrn);
        of_own.or_else(|| before.iter().find(related))
    };
    let id = presented.map_or_else(|| known.map_or("", |of| of.id.as_str()), |presenting| presenting.id.as_str());
    let means = known.filter(|of| of.mrn == *own && !of.means.is_empty()).map(|of| of.means.as_slice());
    (id, means.unwrap_or(&request.means))
}

/// What was presented under the movements of a declaration and of those it names, and has left.
fn presented_before(request: &CheckRequest, own: &Mrn, joined: &Joined, view: &View<'_>) -> Vec<Presentation> {
    let position = &view.ledger.position;
    let mut near = position.movement(own);
    for named in joined.named().map(|previous| &previous.declaration) {
        if !near.contains(named) {
            near.extend(position.movement(named));
        }
    }
    let all = near.iter().flat_map(|of| view.ledger.presentations(of)).filter(|of| of.has_passed());
    all.filter(|of| !(request.precheck && is_confidential(&of.mrn, view))).cloned().collect()
}

/// Goods shown at the border: under which name and where, by what, and what the paper says.
#[derive(Clone)]
struct Shown<'a> {
    id: &'a str,
    office: &'a Office,
    means: &'a [String],
    paper: Paper,
}

impl<'a> Shown<'a> {
    fn of(of: &'a Presentation) -> Self {
        let goods = of
            .goods
            .iter()
            .map(|goods| (goods.item, LineKey { certificate: goods.certificate, line: goods.line }, goods.millionths));
        let paper = Paper { declaration: of.mrn.clone(), goods: goods.collect() };
        Self { id: &of.id, office: &of.office, means: &of.means, paper }
    }
}

/// What has left, line by line. The same truck at the same office under the same name counts once, under whichever of
/// its papers it was presented.
fn left<'s>(position: &Position, shown: impl IntoIterator<Item = Shown<'s>>) -> Amounts {
    let mut by_name: HashMap<(&str, &Office), (Vec<&[String]>, Vec<Paper>)> = HashMap::new();
    for Shown { id, office, means, paper } in shown {
        let (of_all, papers) = by_name.entry((id, office)).or_default();
        of_all.push(means);
        papers.push(paper);
    }
    let mut sums = Amounts::new();
    for (means, papers) in by_name.into_values() {
        let one_truck = |one: usize, other: usize| match (means.get(one), means.get(other)) {
            (Some(one), Some(other)) => !are_others(one, other),
            _ => false,
        };
        for (line, amount) in position.counted_once(&papers, one_truck) {
            add_amount(&mut sums, line, amount);
        }
    }
    sums
}

/// Goods that have left cannot be given back: a presentation under the movement of a declaration that its position, as
/// tried, would no longer hold.
pub(super) fn left_already<'v>(mrn: &Mrn, view: &'v View<'_>) -> Option<&'v Presentation> {
    let line = view.ledger.position.more_has_left(mrn, |position, movement| {
        left(
            position,
            movement.iter().flat_map(|of| view.ledger.presentations(of)).filter(|of| of.has_passed()).map(Shown::of),
        )
    })?;
    let is_of = |of: &&Presentation| {
        let mut goods = of.goods.iter();
        goods.any(|goods| goods.certificate == line.certificate && goods.line == line.line)
    };
    let others = view.ledger.position.movement(mrn);
    let mut movement = std::iter::once(mrn).chain(others.iter().filter(|of| *of != mrn));
    movement.find_map(|of| view.ledger.presentations(of).filter(|of| of.has_passed()).find(is_of))
}
