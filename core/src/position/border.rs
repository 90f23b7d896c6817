//! Goods at the border: nothing is drawn and nothing comes back; what the movement holds is there for them, once.

use std::collections::{BTreeMap, BTreeSet};

use super::plan::targets;
use super::{Claim, ClaimKey, ItemKey, Joined, LineKey, Need, Position, Wanted};
use crate::reference::Mrn;

/// Amounts of lines, in millionths of their units.
pub type Amounts = BTreeMap<LineKey, i128>;

/// What has left before: was presented, conforms and was not turned back.
#[derive(Debug, Clone, Default)]
pub struct Left {
    /// Under the declaration itself, by its items.
    pub own: BTreeMap<(u32, LineKey), i128>,
    /// Under all of its movement.
    pub all: Amounts,
}

impl Position {
    /// Tries goods that stand at the border. What the declaration has of a line is there for them, whoever of its
    /// movement holds it, and what an officer let pass beside the ledger too. `left` says what has left before, under the
    /// declarations of the movement, these very goods aside: the movement as a whole lets pass no more than it holds.
    /// Previous documents that the message leaves out are those known.
    pub fn try_presented(
        &mut self,
        declaration: &Mrn,
        wanted: &[Wanted],
        named: &Joined,
        left: impl FnOnce(&Self, &BTreeSet<Mrn>) -> Left,
    ) -> BTreeMap<LineKey, Need> {
        let mut needs: BTreeMap<LineKey, Need> = BTreeMap::new();
        for want in wanted {
            let need = needs.entry(want.line).or_default();
            need.wanted = need.wanted.saturating_add(want.quantity.millionths());
        }
        let quantity = self.of_each_line([declaration], |claim| claim.quantity);
        let covered_before = self.of_each_line([declaration], Claim::covered);
        let known = self.joined(declaration).cloned().unwrap_or_else(|| self.named_when_presented(declaration));
        // What it names here is noted; which goods are the same follows from what was named when they were reserved.
        self.join(declaration, named);
        let movement = self.movement(declaration);
        let left = left(self, &movement);
        self.put_joined(declaration, known.and(named));
        let near = self.near(declaration);
        let mut targets = targets(declaration, wanted);
        let mut own_left = Amounts::new();
        // What has left under it before needs cover, too: two trucks are as one with the goods of both.
        for ((item, line), amount) in &left.own {
            add_amount(&mut own_left, *line, *amount);
            if needs.contains_key(line) {
                let item = ItemKey { declaration: declaration.clone(), item: *item };
                add_amount(&mut targets, ClaimKey { line: *line, item }, *amount);
            }
        }
        for (key, to) in &targets {
            let fresh = || Claim::nothing(false, declaration.clone());
            self.grow(key, *to, &near, fresh);
        }
        let covered = self.of_each_line([declaration], Claim::covered);
        let others = movement.iter().filter(|of| *of != declaration);
        let beside = self.of_each_line(others, Claim::held);
        let of = |amounts: &Amounts, line: &LineKey| amounts.get(line).copied().unwrap_or_default();
        for (line, need) in &mut needs {
            let own = of(&quantity, line).saturating_sub(of(&covered_before, line));
            let held_by_all = own.saturating_add(of(&beside, line));
            // What it has of old, and what its movement lends it now.
            need.held = own.saturating_add(of(&covered, line)).min(held_by_all);
            need.left = if of(&left.all, line) == 0 {
                need.wanted
            } else {
                let own = need.held.saturating_sub(of(&own_left, line));
                own.min(held_by_all.saturating_sub(of(&left.all, line))).max(0)
            };
        }
        needs
    }

    /// A line of which more has left under a declaration's movement than the movement holds, `left` as for
    /// [`Position::try_presented`]: what has left is not given back.
    pub fn more_has_left(
        &self,
        declaration: &Mrn,
        left: impl FnOnce(&Self, &BTreeSet<Mrn>) -> Amounts,
    ) -> Option<LineKey> {
        let movement = self.movement(declaration);
        let left = left(self, &movement);
        if left.is_empty() {
            return None;
        }
        let held = self.of_each_line(&movement, Claim::held);
        let holds = |line: &LineKey| held.get(line).copied().unwrap_or_default();
        left.into_iter().find(|(line, amount)| *amount > 0 && *amount > holds(line)).map(|(line, _)| line)
    }

    /// Something of all claims of declarations, line by line.
    fn of_each_line<'d>(&self, declarations: impl IntoIterator<Item = &'d Mrn>, of: fn(&Claim) -> i128) -> Amounts {
        let mut amounts = Amounts::new();
        for (key, claim) in declarations.into_iter().flat_map(|declaration| self.claims_of(declaration)) {
            add_amount(&mut amounts, key.line, of(claim));
        }
        amounts
    }
}

/// Adds to an amount.
pub fn add_amount<K: Ord>(amounts: &mut BTreeMap<K, i128>, key: K, more: i128) {
    let sum = amounts.entry(key).or_default();
    *sum = sum.saturating_add(more);
}
