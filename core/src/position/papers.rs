//! Goods that were presented under several declarations: counted once.

use std::collections::{BTreeMap, BTreeSet};

use super::border::{Amounts, add_amount};
use super::order::Beside;
use super::{Joined, LineKey, Position, Previous};
use crate::reference::Mrn;

/// A declaration under which goods were presented, and what it says of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// The declaration.
    pub declaration: Mrn,
    /// By what they came, in any form that is the same for the same; nothing where that is not known.
    pub means: Vec<String>,
    /// Goods item, line, and how much in millionths of its unit.
    pub goods: Vec<(u32, LineKey, i128)>,
}

/// Whether means of transport are certainly others: both are known, and nothing is the same.
pub fn are_others(some: &[String], others: &[String]) -> bool {
    let known = !some.is_empty() && !others.is_empty();
    known && !others.iter().any(|means| some.contains(means))
}

/// What of a paper's goods has not gone on yet: by item and line, on which truck (the place of the paper that says it)
/// and how much.
type Stock = BTreeMap<(u32, LineKey), Vec<(usize, i128)>>;

/// Where an item's goods may have come from: a declaration, and its item where one is named.
type Source = (Mrn, Option<u32>);

impl Position {
    /// What several papers speak of altogether. Goods go on from a declaration to those that follow it, each piece once,
    /// where both may be about the same truck: so an export and its transit are the same goods, two exports of one transit
    /// are not. What was seen on a truck stays on it from paper to paper.
    pub fn counted_once(&self, papers: &[Paper]) -> Amounts {
        let mut sums = Amounts::new();
        let mut places: BTreeMap<&Mrn, Vec<usize>> = BTreeMap::new();
        for (place, paper) in papers.iter().enumerate() {
            places.entry(&paper.declaration).or_default().push(place);
        }
        if places.len() < 2 {
            for (_, line, amount) in papers.iter().flat_map(|paper| &paper.goods) {
                add_amount(&mut sums, *line, *amount);
            }
            return sums;
        }
        let beside = Beside::of(self);
        let here = |of: &Mrn| places.contains_key(of);
        let before: BTreeMap<&Mrn, BTreeSet<Mrn>> = places
            .keys()
            .map(|mrn| {
                let leaders = beside.leaders_as_known(mrn);
                (*mrn, beside.all_before(leaders, here).into_iter().collect())
            })
            .collect();
        let comes_before = |one: &Mrn, other: &Mrn| before.get(other).is_some_and(|before| before.contains(one));
        // Who comes before another has fewer before itself.
        let mut order: Vec<(usize, &Paper)> = papers.iter().enumerate().collect();
        order.sort_by_key(|(_, paper)| before.get(&paper.declaration).map_or(0, BTreeSet::len));
        let mut stocks: BTreeMap<usize, Stock> = BTreeMap::new();
        for (place, paper) in order {
            let own = &paper.declaration;
            let mut sources = Sources::of(self, &beside, own, &here);
            let may_be_one =
                |truck: usize| papers.get(truck).is_some_and(|seen| !are_others(&seen.means, &paper.means));
            let mut stock = Stock::new();
            for (item, line, amount) in &paper.goods {
                let mut new = *amount;
                let mut came = Vec::new();
                for (mrn, wanted) in sources.of_item(*item, &here) {
                    // Of a circle nobody knows which way the goods went: each holds its own.
                    if new <= 0 || mrn == *own || comes_before(own, &mrn) {
                        continue;
                    }
                    for other in places.get(&mrn).into_iter().flatten() {
                        let Some(theirs) = stocks.get_mut(other) else { continue };
                        for (truck, gone_on) in go_on(theirs, wanted, *line, new, may_be_one) {
                            new = new.saturating_sub(gone_on);
                            let is_known = papers.get(truck).is_some_and(|seen| !seen.means.is_empty());
                            came.push((if is_known { truck } else { place }, gone_on));
                        }
                    }
                }
                add_amount(&mut sums, *line, new);
                came.push((place, new));
                stock.entry((*item, *line)).or_default().extend(came.into_iter().filter(|(_, amount)| *amount > 0));
            }
            stocks.insert(place, stock);
        }
        sums
    }

    /// Whether two declarations may be about the same goods: one comes before the other.
    pub fn may_be_the_same_goods(&self, one: &Mrn, other: &Mrn) -> bool {
        let beside = Beside::of(self);
        let precedes =
            |one: &Mrn, other: &Mrn| !beside.all_before(beside.leaders_as_known(other), |of| of == one).is_empty();
        one == other || precedes(one, other) || precedes(other, one)
    }

    /// What a declaration that nobody reserved names: what it named when goods were presented under it.
    pub(super) fn named_when_presented(&self, declaration: &Mrn) -> Joined {
        let leaders = self.leaders.get(declaration).into_iter().flatten();
        Joined { whole: leaders.cloned().map(Previous::whole).collect(), items: BTreeMap::new() }
    }
}

/// Takes up to `most` of a line out of a stock, of the item that is wanted, where it stands on a truck that may be the
/// one: how much from each.
fn go_on(
    stock: &mut Stock,
    wanted: Option<u32>,
    line: LineKey,
    most: i128,
    may_be_one: impl Fn(usize) -> bool,
) -> Vec<(usize, i128)> {
    // At the border items may have other numbers than they had.
    let wanted = wanted.filter(|wanted| stock.keys().any(|(item, _)| item == wanted));
    let fits = |of: &(u32, LineKey)| of.1 == line && wanted.is_none_or(|wanted| of.0 == wanted);
    let mut rest = most;
    let mut taken = Vec::new();
    let fitting = stock.iter_mut().filter(|(of, _)| fits(of)).flat_map(|(_, there)| there);
    for (truck, there) in fitting.filter(|(truck, _)| may_be_one(*truck)) {
        let amount = rest.min(*there);
        *there = there.saturating_sub(amount);
        rest = rest.saturating_sub(amount);
        taken.push((*truck, amount));
    }
    taken
}

/// Where the goods of one paper's items may have come from, the nearest first.
struct Sources<'a> {
    beside: &'a Beside<'a>,
    /// What it names, where it holds something.
    joined: Option<&'a Joined>,
    items: BTreeSet<u32>,
    /// Of all its items, and of those together that it names for single ones.
    of_all: Vec<Source>,
    of_any: Option<Vec<Source>>,
    /// What was found for the names of single items.
    known: BTreeMap<Vec<Previous>, Vec<Source>>,
}

impl<'a> Sources<'a> {
    fn of(position: &'a Position, beside: &'a Beside<'a>, own: &Mrn, here: &impl Fn(&Mrn) -> bool) -> Self {
        let items = position.claims_of(own).map(|(key, _)| key.item.item).collect();
        let joined = position.joined(own).filter(|_| beside.holds_something(own));
        let of_all = if let Some(joined) = joined {
            found(beside, &joined.whole, here)
        } else {
            let named = beside.leaders_as_known(own).into_iter().map(Previous::whole);
            found(beside, &named.collect::<Vec<_>>(), here)
        };
        Self { beside, joined, items, of_all, of_any: None, known: BTreeMap::new() }
    }

    fn of_item(&mut self, item: u32, here: &impl Fn(&Mrn) -> bool) -> Vec<Source> {
        let Some(joined) = self.joined.filter(|joined| !joined.items.is_empty()) else { return self.of_all.clone() };
        let beside = self.beside;
        let mut sources = if let Some(named) = joined.items.get(&item) {
            let mut named = named.clone();
            named.sort_unstable();
            named.dedup();
            self.known.entry(named).or_insert_with_key(|named| found(beside, named, here)).clone()
        } else if self.items.contains(&item) {
            Vec::new()
        } else {
            // An item that it has not may be any.
            let of_any = || found(beside, &joined.items.values().flatten().cloned().collect::<Vec<_>>(), here);
            self.of_any.get_or_insert_with(of_any).clone()
        };
        sources.extend(self.of_all.iter().cloned());
        sources
    }
}

/// What is named, and what lies before it, as far as it is wanted.
fn found(beside: &Beside<'_>, named: &[Previous], here: &impl Fn(&Mrn) -> bool) -> Vec<Source> {
    let direct = named.iter().filter(|of| here(&of.declaration));
    let mut sources: Vec<Source> = direct.map(|of| (of.declaration.clone(), of.item)).collect();
    let first: BTreeSet<Mrn> = named.iter().map(|of| of.declaration.clone()).collect();
    let further = beside.all_before(first.iter().cloned().collect(), here);
    sources.extend(further.into_iter().filter(|of| !first.contains(of)).map(|of| (of, None)));
    sources
}
