//! Which regimes and lists an answer rests on, over all its goods items.

use std::collections::{BTreeMap, BTreeSet};

use super::{GoodsList, ItemRequirement, Regimes};
use crate::verdict::{RegimeInPlay, Source};

/// Regimes and lists by their places.
#[derive(Debug, Clone, Default)]
pub struct Used {
    /// Whether they say something of an item.
    regimes: BTreeMap<(usize, usize), bool>,
    lists: BTreeSet<(usize, usize)>,
}

impl Used {
    /// Those of one more goods item.
    pub fn add(&mut self, item: &ItemRequirement) {
        for (place, speaks) in &item.regimes_used {
            *self.regimes.entry(*place).or_default() |= speaks;
        }
        self.lists.extend(&item.lists_used);
    }

    /// The regimes, with the law of those that say something.
    pub fn regimes(&self, of: &Regimes) -> Vec<RegimeInPlay> {
        let shown = |(place, speaks): (&(usize, usize), &bool)| Some(of.regime_at(*place)?.shown(*speaks));
        self.regimes.iter().filter_map(shown).collect()
    }

    /// The lists.
    pub fn lists(&self, of: &Regimes) -> Vec<Source> {
        let source = |place: &(usize, usize)| of.list_at(*place).map(GoodsList::source);
        self.lists.iter().filter_map(source).collect()
    }
}
