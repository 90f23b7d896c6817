//! Goods at the border: nothing is drawn and nothing comes back; what the movement holds is there for them, once.

use std::collections::{BTreeMap, BTreeSet};

use super::{Claim, ClaimKey, Cover, ItemKey, Joined, LineKey, Need, Phase, Position, Wanted};
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
            own.fold(0_i128, |sum, (_, claim)| sum.saturating_add(of(claim)))
        };
        let before: BTreeMap<LineKey, (i128, i128)> = needs
            .keys()
            .map(|line| (*line, (held(self, line, |claim| claim.quantity), held(self, line, Claim::covered))))
            .collect();
        let known = self.joined(declaration).cloned().unwrap_or_default();
        self.put_joined(declaration, known.and(named));
        let whole = self.known_of_the_whole(declaration);
        for (key, to) in &targets {
            let fresh = || Claim::nothing(Phase::Reserved, false, declaration.clone());
            self.grow(key, *to, &whole, fresh);
        }
        for (line, need) in &mut needs {
            let (quantity, covered) = before.get(line).copied().unwrap_or_default();
            // What it has of old, and what its movement lends it now.
            let from_others = held(self, line, Claim::covered).saturating_sub(covered);
            need.held = quantity.saturating_add(from_others);
            let own = passed(declaration, *line);
            let (by_all, passed_by_all) = self.of_the_movement(*line, declaration, &before, &passed);
            need.left = if passed_by_all == 0 {
                need.wanted
            } else {
                let left = need.held.saturating_sub(own);
                left.min(by_all.max(need.held).saturating_sub(passed_by_all)).max(0)
            };
        }
        needs
    }

    /// What a movement holds of a line altogether, and what of it has passed. `before`: what the declaration itself had
    /// of each line before it was tried, and what of that others held.
    fn of_the_movement(
        &self,
        line: LineKey,
        declaration: &Mrn,
        before: &BTreeMap<LineKey, (i128, i128)>,
        passed: impl Fn(&Mrn, LineKey) -> i128,
    ) -> (i128, i128) {
        let mut held = before.get(&line).map_or(0, |(quantity, covered)| quantity.saturating_sub(*covered));
        let mut gone = 0_i128;
        for of in self.sharing(line, declaration) {
            gone = gone.saturating_add(passed(&of, line));
            if of != *declaration {
                let claims = self.claims_of(&of).filter(|(key, _)| key.line == line);
                held =
                    claims.fold(held, |sum, (_, claim)| sum.saturating_add(claim.drawn).saturating_add(claim.excess));
            }
        }
        (held, gone)
    }

    /// The declarations that hold the same pieces of a line as one of them: who covers whom, all the way.
    fn sharing(&self, line: LineKey, declaration: &Mrn) -> BTreeSet<Mrn> {
        let mut beside: BTreeMap<&Mrn, BTreeSet<&Mrn>> = BTreeMap::new();
        for (item, claim) in self.claims.get(&line).into_iter().flatten() {
            for Cover { declaration: holder, .. } in &claim.covers {
                beside.entry(&item.declaration).or_default().insert(holder);
                beside.entry(holder).or_default().insert(&item.declaration);
            }
        }
        reached(declaration, |of| beside.get(of).into_iter().flatten().map(|other| (*other).clone()).collect())
    }

    /// Whether two declarations are of one movement, as far as loaded: joined by previous documents, directly or through
    /// others, or booked on the certificate as one.
    pub fn are_one_movement(&self, one: &Mrn, other: &Mrn, certificate: crate::number::CertificateNumber) -> bool {
        let mut labels: BTreeMap<&Mrn, BTreeSet<&Mrn>> = BTreeMap::new();
        for (_, item, claim) in self.claims_on(certificate) {
            labels.entry(&item.declaration).or_default().insert(&claim.movement);
            labels.entry(&claim.movement).or_default().insert(&item.declaration);
        }
        let beside = |of: &Mrn| -> Vec<Mrn> {
            let named = self.joined(of).into_iter().flat_map(Joined::named).map(|previous| &previous.declaration);
            let followers = self.followers.get(of).into_iter().flatten();
            let booked = labels.get(of).into_iter().flatten().copied();
            named.chain(followers).chain(booked).cloned().collect()
        };
        reached(one, beside).contains(other)
    }
}

/// Everything that can be reached.
fn reached(from: &Mrn, beside: impl Fn(&Mrn) -> Vec<Mrn>) -> BTreeSet<Mrn> {
    let mut found = BTreeSet::from([from.clone()]);
    let mut open = vec![from.clone()];
    while let Some(of) = open.pop() {
        for next in beside(&of) {
            if found.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    found
}
