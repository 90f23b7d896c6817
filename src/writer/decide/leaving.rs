//! What has left at the border: each truck once, under whichever of its papers it was shown.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use endmark_core::position::{Amounts, Joined, Left, LineKey, Paper, Position, Wanted, add_amount};
use endmark_core::reference::{Mrn, Office};

use super::View;
use super::standing::About;
use crate::store::ledger::{Presentation, Presented};
use crate::writer::{CheckRequest, Presenting};

/// What has left beside the goods that are asked about: all that is counted with them, but for what they are.
pub(super) fn left_beside(
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
    let these = Shown { id, office, paper: Paper { declaration: own.clone(), means: means.to_vec(), goods } };
    let others = before.iter().filter(|of| movement.contains(&of.mrn) && (of.mrn != *own || of.id != id));
    let mut of_own = BTreeMap::new();
    for (item, line, amount) in others.clone().filter(|of| of.mrn == *own).flat_map(goods_of) {
        add_amount(&mut of_own, (item, line), amount);
    }
    let mut all = left(position, others.map(Shown::of).chain([these.clone()]));
    for (_, line, amount) in &these.paper.goods {
        add_amount(&mut all, *line, amount.saturating_neg());
    }
    Left { own: of_own, all }
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
    (id, means_of(known.filter(|of| of.mrn == *own), &request.means))
}

/// By what goods came: the truck that has left stays the one it was, whether a message says it again, says it otherwise
/// in part, or leaves it out.
pub(super) fn means_of<'a>(has_left: Option<&'a Presentation>, said: &'a [String]) -> &'a [String] {
    has_left.map(|of| of.means.as_slice()).filter(|means| !means.is_empty()).unwrap_or(said)
}

/// What was presented under the movements of a declaration and of those it names, and has left.
pub(super) fn presented_before(
    request: &CheckRequest,
    own: &Mrn,
    joined: &Joined,
    view: &View<'_>,
) -> Vec<Presentation> {
    let position = &view.ledger.position;
    let mut near = position.movement(own);
    for named in joined.named().map(|previous| &previous.declaration) {
        if !near.contains(named) {
            near.extend(position.movement(named));
        }
    }
    let all = near.iter().flat_map(|of| view.ledger.presentations(of)).filter(|of| of.has_passed());
    all.filter(|of| !(request.precheck && super::standing::is_confidential(&of.mrn, view))).cloned().collect()
}

/// Goods shown at the border: under which name and where, by what, and what the paper says.
#[derive(Clone)]
struct Shown<'a> {
    id: &'a str,
    office: &'a Office,
    paper: Paper,
}

impl<'a> Shown<'a> {
    fn of(of: &'a Presentation) -> Self {
        let paper = Paper { declaration: of.mrn.clone(), means: of.means.clone(), goods: goods_of(of).collect() };
        Self { id: &of.id, office: &of.office, paper }
    }
}

/// Goods item, line, and how much.
fn goods_of(of: &Presentation) -> impl Iterator<Item = (u32, LineKey, i128)> {
    let line = |goods: &Presented| LineKey { certificate: goods.certificate, line: goods.line };
    of.goods.iter().map(move |goods| (goods.item, line(goods), goods.millionths))
}

/// What has left, line by line. The same truck at the same office under the same name counts once, under whichever of
/// its papers it was presented.
fn left<'s>(position: &Position, shown: impl IntoIterator<Item = Shown<'s>>) -> Amounts {
    let mut by_name: HashMap<(&str, &Office), Vec<Paper>> = HashMap::new();
    for Shown { id, office, paper } in shown {
        by_name.entry((id, office)).or_default().push(paper);
    }
    let mut sums = Amounts::new();
    for (line, amount) in by_name.into_values().flat_map(|papers| position.counted_once(&papers)) {
        add_amount(&mut sums, line, amount);
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
