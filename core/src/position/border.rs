//! Goods at the border: nothing is drawn and nothing comes back; what the movement holds is there for them, once.

use std::collections::{BTreeMap, BTreeSet};

use super::{Claim, ClaimKey, ItemKey, Joined, LineKey, Need, Phase, Position, Wanted};
use crate::reference::Mrn;

impl Position {
    /// Tries goods that stand at the border. What the declaration has of a line is there for them, whoever of its
    /// movement holds it, and what an officer let pass beside the ledger too. `passed` says how much of a line was
    /// presented under a declaration before, was not turned back, and is not these very goods: the movement as a whole
    /// lets pass no more than it holds. Previous documents that the message leaves out are those known.
    pub fn try_presented(
        &mut self,
        declaration: &Mrn,
        wanted: &[Wanted],
        named: &Joined,
        passed: impl Fn(&Mrn, LineKey) -> i128,
    ) -> BTreeMap<LineKey, Need> {
        let mut needs: BTreeMap<LineKey, Need> = BTreeMap::new();
        let mut targets: BTreeMap<ClaimKey, i128> = BTreeMap::new();
        for want in wanted {
            let item = ItemKey { declaration: declaration.clone(), item: want.item };
            let target = targets.entry(ClaimKey { line: want.line, item }).or_default();
            *target = target.saturating_add(want.quantity.millionths());
            let need = needs.entry(want.line).or_default();
            need.wanted = need.wanted.saturating_add(want.quantity.millionths());
        }
        let held = |position: &Self, line: &LineKey, of: fn(&Claim) -> i128| {
            let own = position.claims_of(declaration).filter(|(key, _)| key.line == *line);
            sum(own.map(|(_, claim)| of(claim)))
        };
        let before: BTreeMap<LineKey, (i128, i128)> = needs
            .keys()
            .map(|line| (*line, (held(self, line, |claim| claim.quantity), held(self, line, Claim::covered))))
            .collect();
        let known = self.joined(declaration).cloned().unwrap_or_default();
        self.put_joined(declaration, known.and(named));
        let near = self.near(declaration);
        for (key, to) in &targets {
            let fresh = || Claim::nothing(Phase::Reserved, false, declaration.clone());
            self.grow(key, *to, &near, fresh);
        }
        let movement = self.movement(declaration);
        for (line, need) in &mut needs {
            let (quantity, covered) = before.get(line).copied().unwrap_or_default();
            // What it has of old, and what its movement lends it now.
            let from_others = held(self, line, Claim::covered).saturating_sub(covered);
            need.held = quantity.saturating_add(from_others);
            let held_by_all =
                quantity.saturating_sub(covered).saturating_add(self.held_beside(*line, declaration, &movement));
            need.held = need.held.min(held_by_all);
            let passed_by_all = sum(movement.iter().map(|of| passed(of, *line)));
            need.left = if passed_by_all == 0 {
                need.wanted
            } else {
                let own = need.held.saturating_sub(passed(declaration, *line));
                own.min(held_by_all.saturating_sub(passed_by_all)).max(0)
            };
        }
        needs
    }

    /// A line of which more has passed under a declaration's movement than the movement holds, `passed` as for
    /// [`Position::try_presented`]: what has left is not given back.
    pub fn more_has_left(
        &self,
        declaration: &Mrn,
        passed: impl Fn(&Mrn) -> BTreeMap<LineKey, i128>,
    ) -> Option<LineKey> {
        let movement = self.movement(declaration);
        let mut left: BTreeMap<LineKey, i128> = BTreeMap::new();
        for (line, amount) in movement.iter().flat_map(passed) {
            let sum = left.entry(line).or_default();
            *sum = sum.saturating_add(amount);
        }
        let holds = |line: LineKey| {
            let own = self.claims_of(declaration).filter(|(key, _)| key.line == line);
            let own = sum(own.map(|(_, claim)| claim.drawn.saturating_add(claim.excess)));
            own.saturating_add(self.held_beside(line, declaration, &movement))
        };
        left.into_iter().find(|(line, amount)| *amount > 0 && *amount > holds(*line)).map(|(line, _)| line)
    }

    /// What a movement holds of a line but for one declaration's part.
    fn held_beside(&self, line: LineKey, declaration: &Mrn, movement: &BTreeSet<Mrn>) -> i128 {
        let others = movement.iter().filter(|of| *of != declaration).flat_map(|of| self.claims_of(of));
        let on_line = others.filter(|(key, _)| key.line == line);
        sum(on_line.map(|(_, claim)| claim.drawn.saturating_add(claim.excess)))
    }
}

fn sum(amounts: impl Iterator<Item = i128>) -> i128 {
    amounts.fold(0, i128::saturating_add)
}
