//! Every change of a claim goes through here, so that the totals of its line always follow, and can be taken back.

use std::collections::BTreeSet;

use super::{Claim, ClaimKey, Joined, LineKey, LinePosition, Phase, Position};
use crate::certificate::Line;
use crate::goods::{CommodityCode, Conversion, Decimal, Unit};
use crate::number::CertificateNumber;
use crate::reference::Mrn;

/// What stood before a change.
#[derive(Debug, Clone)]
pub(super) enum Undo {
    Claim(ClaimKey, Option<Claim>),
    Line(LineKey, LinePosition),
    Joined(Mrn, Option<Joined>),
    Follower(Mrn, Mrn),
}

/// What changed since the last command was kept.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// Claims that are new, different or gone.
    pub claims: BTreeSet<ClaimKey>,
    /// Lines with other totals.
    pub lines: BTreeSet<LineKey>,
    /// Declarations that follow others: earlier, later.
    pub followers: BTreeSet<(Mrn, Mrn)>,
}

impl Position {
    /// Takes back everything since the last [`Position::keep`].
    pub fn take_back(&mut self) {
        while let Some(undo) = self.journal.pop() {
            match undo {
                Undo::Claim(key, Some(claim)) => self.load_claim(key, claim),
                Undo::Claim(key, None) => self.forget(&key),
                Undo::Line(key, line) => drop(self.lines.insert(key, line)),
                Undo::Joined(declaration, Some(joined)) => drop(self.joined.insert(declaration, joined)),
                Undo::Joined(declaration, None) => drop(self.joined.remove(&declaration)),
                Undo::Follower(earlier, later) => {
                    if let Some(followers) = self.followers.get_mut(&earlier) {
                        followers.remove(&later);
                    }
                    if let Some(leaders) = self.leaders.get_mut(&later) {
                        leaders.remove(&earlier);
                    }
                }
            }
        }
    }

    /// Keeps what was done, and says what changed.
    pub fn keep(&mut self) -> Changed {
        let mut changed = Changed::default();
        for undo in self.journal.drain(..) {
            match undo {
                Undo::Claim(key, _) => drop(changed.claims.insert(key)),
                Undo::Line(key, _) => drop(changed.lines.insert(key)),
                Undo::Follower(earlier, later) => drop(changed.followers.insert((earlier, later))),
                Undo::Joined(..) => {}
            }
        }
        changed
    }

    fn forget(&mut self, key: &ClaimKey) {
        if let Some(claims) = self.claims.get_mut(&key.line) {
            claims.remove(&key.item);
        }
        if let Some(keys) = self.by_declaration.get_mut(&key.item.declaration) {
            keys.remove(key);
        }
    }

    /// Puts a claim; one of nothing is removed.
    pub(super) fn put(&mut self, key: &ClaimKey, claim: Option<Claim>) {
        let claim = claim.filter(|claim| claim.quantity > 0);
        let before = self.claim(key).cloned();
        if before == claim {
            return;
        }
        self.change_line(key.line, |line| {
            count(line, before.as_ref(), i128::saturating_sub);
            count(line, claim.as_ref(), i128::saturating_add);
        });
        self.journal.push(Undo::Claim(key.clone(), before));
        match claim {
            Some(claim) => self.load_claim(key.clone(), claim),
            None => self.forget(key),
        }
    }

    /// Changes a claim in place.
    pub(super) fn edit(&mut self, key: &ClaimKey, change: impl FnOnce(&mut Claim)) {
        if let Some(mut claim) = self.claim(key).cloned() {
            change(&mut claim);
            self.put(key, Some(claim));
        }
    }

    pub(super) fn change_line(&mut self, key: LineKey, change: impl FnOnce(&mut LinePosition)) {
        let Some(line) = self.lines.get_mut(&key) else { return };
        let before = line.clone();
        change(line);
        if *line != before {
            self.journal.push(Undo::Line(key, before));
        }
    }

    pub(super) fn put_joined(&mut self, declaration: &Mrn, joined: Joined) {
        for previous in joined.named() {
            self.follow(&previous.declaration, declaration);
        }
        let before = self.joined.insert(declaration.clone(), joined);
        self.journal.push(Undo::Joined(declaration.clone(), before));
    }

    /// Notes which declarations one names, though it holds nothing: goods were presented under it.
    pub fn join(&mut self, declaration: &Mrn, named: &Joined) {
        for previous in named.named() {
            self.follow(&previous.declaration, declaration);
        }
    }

    pub(super) fn follow(&mut self, earlier: &Mrn, later: &Mrn) {
        if !self.followers.get(earlier).is_some_and(|there| there.contains(later)) {
            self.load_follower(earlier, later);
            self.journal.push(Undo::Follower(earlier.clone(), later.clone()));
        }
    }

    /// Closes a line whose certificate is replaced: nothing is left of it, and what comes back goes to the heir. Where
    /// there is none and nothing was left, so that nothing else says it, the line is its own heir: it stays closed.
    pub fn replace_line(&mut self, key: LineKey, heir: Option<CertificateNumber>) {
        self.change_line(key, |line| {
            line.heir = heir.or((line.available() == 0).then_some(key.certificate));
            line.passed_on = line.passed_on.saturating_add(line.available());
        });
    }

    /// A certificate takes the place of an old one, all of whose lines are loaded: they close, and what comes back to
    /// one flows to the new line of the same number, where it is of the same goods in a comparable unit. `goods` gives
    /// the commodity codes of the old lines.
    pub fn replace(
        &mut self,
        old: CertificateNumber,
        by: CertificateNumber,
        lines: &[Line],
        goods: impl Fn(u32) -> Option<CommodityCode>,
    ) {
        let closing: Vec<(u32, Unit)> = self.lines_of(old).map(|(line, position)| (line, position.unit)).collect();
        for (line, unit) in closing {
            let takes_over = |new: &Line| {
                new.line == line
                    && goods(line).is_some_and(|code| {
                        code.harmonized_system_subheading_code == new.commodity_code.harmonized_system_subheading_code
                    })
                    && unit.convert(Decimal::ZERO, new.quantity.unit) != Conversion::NotComparable
            };
            let heir = lines.iter().any(takes_over).then_some(by);
            self.replace_line(LineKey { certificate: old, line }, heir);
        }
    }

    /// What came back to a line that was replaced goes on to its heir, rounded down: nothing is given away. A line
    /// without an heir stays closed.
    pub(super) fn pass_on(&mut self, from: LineKey) {
        let mut from = from;
        // A certificate is replaced by a later one, so the chain ends; the bound is for rows somebody edited.
        for _ in 0..1_000 {
            let Some(line) = self.lines.get(&from) else { return };
            if !line.is_closed() {
                return;
            }
            let (back, unit, heir) = (line.available(), line.unit, line.heir);
            if back <= 0 {
                return;
            }
            self.change_line(from, |line| line.passed_on = line.passed_on.saturating_add(back));
            let Some(certificate) = heir.filter(|heir| *heir != from.certificate) else { return };
            let to = LineKey { certificate, line: from.line };
            self.change_line(to, |line| {
                let amount = Decimal::from_millionths(back).map_or(0, |value| match unit.convert(value, line.unit) {
                    Conversion::Exact(value) => value.millionths(),
                    Conversion::RoundedUp(value) => value.millionths().saturating_sub(1),
                    Conversion::NotComparable | Conversion::TooLarge => 0,
                });
                line.inherited = line.inherited.saturating_add(amount);
            });
            from = to;
        }
    }
}

fn count(line: &mut LinePosition, claim: Option<&Claim>, by: fn(i128, i128) -> i128) {
    let Some(claim) = claim else { return };
    match claim.phase {
        Phase::Reserved => line.reserved = by(line.reserved, claim.drawn),
        Phase::Consumed => line.consumed = by(line.consumed, claim.drawn),
    }
    if claim.confidential {
        line.confidential = by(line.confidential, claim.drawn);
    }
    line.excess = by(line.excess, claim.excess);
}
