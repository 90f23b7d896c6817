//! Goods that were presented under several declarations: counted once.

use std::collections::BTreeMap;

use super::border::{Amounts, add_amount};
use super::order::Beside;
use super::{Joined, LineKey, Position, Previous};
use crate::reference::Mrn;

/// A declaration under which goods were presented, and what it says of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// The declaration.
    pub declaration: Mrn,
    /// Goods item, line, and how much in millionths of its unit.
    pub goods: Vec<(u32, LineKey, i128)>,
}

impl Position {
    /// What several papers speak of altogether. Goods go on from a declaration to those that follow it, each piece once,
    /// where both may be about the same truck: so an export and its transit are the same goods, two exports of one transit
    /// are not. `may_be_one` is asked about two places in the list.
    pub fn counted_once(&self, papers: &[Paper], may_be_one: impl Fn(usize, usize) -> bool) -> Amounts {
        let mut places: BTreeMap<&Mrn, Vec<usize>> = BTreeMap::new();
        for (place, paper) in papers.iter().enumerate() {
            places.entry(&paper.declaration).or_default().push(place);
        }
        let beside = Beside::of(self);
        let here = |mut before: Vec<Mrn>| {
            before.retain(|mrn| places.contains_key(mrn));
            before
        };
        let before: BTreeMap<&Mrn, Vec<Mrn>> =
            places.keys().map(|mrn| (*mrn, here(beside.all_before([*mrn])))).collect();
        let before_of = |mrn: &Mrn| before.get(mrn).map(Vec::as_slice).unwrap_or_default();
        // Who comes before another has fewer before itself.
        let mut order: Vec<(usize, &Paper)> = papers.iter().enumerate().collect();
        order.sort_by_key(|(_, paper)| before_of(&paper.declaration).len());
        let mut sums = Amounts::new();
        let mut goes_on: BTreeMap<(usize, LineKey), i128> = BTreeMap::new();
        for (place, paper) in order {
            let mut come_from: BTreeMap<Vec<&Mrn>, Vec<Mrn>> = BTreeMap::new();
            for (item, line, amount) in &paper.goods {
                let named = self.joined(&paper.declaration).filter(|joined| !joined.items.is_empty());
                let earlier = match named {
                    None => before_of(&paper.declaration),
                    Some(joined) => {
                        let named: Vec<&Mrn> = joined.of_item(*item).map(|previous| &previous.declaration).collect();
                        come_from.entry(named.clone()).or_insert_with(|| here(beside.all_before(named))).as_slice()
                    }
                };
                let mut new = *amount;
                for mrn in earlier {
                    // Of a circle nobody knows which way the goods went: each holds its own.
                    if new <= 0 || *mrn == paper.declaration || before_of(mrn).contains(&paper.declaration) {
                        continue;
                    }
                    for other in places.get(mrn).into_iter().flatten().filter(|other| may_be_one(**other, place)) {
                        if let Some(stock) = goes_on.get_mut(&(*other, *line)) {
                            let gone_on = new.min(*stock);
                            *stock = stock.saturating_sub(gone_on);
                            new = new.saturating_sub(gone_on);
                        }
                    }
                }
                add_amount(&mut sums, *line, new);
            }
            for (_, line, amount) in &paper.goods {
                add_amount(&mut goes_on, (place, *line), *amount);
            }
        }
        sums
    }

    /// Whether two declarations may be about the same goods: one comes before the other.
    pub fn may_be_the_same_goods(&self, one: &Mrn, other: &Mrn) -> bool {
        let beside = Beside::of(self);
        one == other || beside.all_before([one]).contains(other) || beside.all_before([other]).contains(one)
    }

    /// What a declaration that nobody reserved names: what it named when goods were presented under it.
    pub(super) fn named_when_presented(&self, declaration: &Mrn) -> Joined {
        let leaders = self.leaders.get(declaration).into_iter().flatten();
        let whole = leaders.map(|earlier| Previous { declaration: earlier.clone(), item: None }).collect();
        Joined { whole, items: BTreeMap::new() }
    }
}
