//! What commands do to the ledger. Each is tried on the position; `keep` makes it stand, `take_back` undoes it.

use std::collections::{BTreeMap, BTreeSet};

use super::border::add_amount;
use super::order::Near;
use super::{Claim, ClaimKey, ItemKey, Joined, LineKey, Phase, Position};
use crate::consignment::Consignment;
use crate::goods::{Decimal, Unit};
use crate::number::CertificateNumber;
use crate::reference::Mrn;

/// What a goods item wants of a line, in the line's unit, rounded up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The goods item.
    pub item: u32,
    /// The line.
    pub line: LineKey,
    /// How much.
    pub quantity: Decimal,
}

impl Wanted {
    /// What each item of a consignment wants of each line that is known, in the line's unit; what cannot be converted
    /// is left out.
    pub fn of(consignment: &Consignment, unit_of: impl Fn(LineKey) -> Option<Unit>) -> Vec<Self> {
        let mut wanted = Vec::new();
        for item in &consignment.goods_items {
            for citation in &item.citations {
                let Ok(certificate) = citation.certificate.as_str().parse() else { continue };
                let line = LineKey { certificate, line: citation.line };
                let Some(unit) = unit_of(line) else { continue };
                if let Some(quantity) = citation.quantity.unit.convert(citation.quantity.value, unit).value() {
                    wanted.push(Self { item: item.goods_item_number, line, quantity });
                }
            }
        }
        wanted
    }
}

/// What a declaration needs of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Need {
    /// What it wants altogether.
    pub wanted: i128,
    /// What of it the movement holds already under joined declarations.
    pub covered: i128,
    /// What it drew on the line before.
    pub held: i128,
    /// What others leave of the line.
    pub left: i128,
}

impl Need {
    /// Whether the line has room for it.
    pub const fn fits(&self) -> bool {
        self.wanted.saturating_sub(self.covered) <= self.left
    }

    /// Whether it takes nothing that the movement does not hold already.
    pub const fn takes_nothing_new(&self) -> bool {
        self.wanted.saturating_sub(self.covered) <= self.held
    }
}

impl Position {
    /// Tries a declaration's whole position: it takes the place of the one before. Lines may be overdrawn while it is
    /// tried; it may be kept only when every need fits.
    pub fn try_position(
        &mut self,
        declaration: &Mrn,
        wanted: &[Wanted],
        joined: Joined,
        confidential: bool,
    ) -> BTreeMap<LineKey, Need> {
        let targets = targets(declaration, wanted);
        let mut needs: BTreeMap<LineKey, Need> = wanted.iter().map(|want| (want.line, Need::default())).collect();
        let before: Vec<ClaimKey> = self.claims_of(declaration).map(|(key, _)| key.clone()).collect();
        for key in &before {
            if let (Some(need), Some(claim)) = (needs.get_mut(&key.line), self.claim(key)) {
                need.held = need.held.saturating_add(claim.drawn);
            }
        }
        // Goods that come from elsewhere now are not those covered before.
        let same_joined = self.joined(declaration).is_none_or(|there| *there == joined);
        for key in &before {
            let within = self.claim(key).map_or(0, |claim| claim.quantity.saturating_sub(claim.excess));
            let most = if same_joined { within } else { 0 };
            self.shrink(key, targets.get(key).copied().unwrap_or(0).min(most));
        }
        // It moves to the certificate that replaced the one it cited: what it held there comes along.
        let (goes_on, stays): (Vec<&ClaimKey>, Vec<&ClaimKey>) =
            before.iter().partition(|key| !needs.contains_key(&key.line));
        self.pass_on_what_came_back(goes_on.into_iter().map(|key| key.line));
        self.put_joined(declaration, joined);
        let near = self.near(declaration);
        for (key, to) in &targets {
            let movement = self.movement_for(key, &near);
            self.grow(key, *to, &near, || Claim::nothing(confidential, movement));
            self.edit(key, |claim| claim.confidential = confidential);
        }
        // Or in part: what it needs there no longer.
        self.pass_on_what_came_back(stays.into_iter().map(|key| key.line));
        let mut drawn: BTreeMap<LineKey, i128> = BTreeMap::new();
        for (key, claim) in self.claims_of(declaration) {
            if let Some(need) = needs.get_mut(&key.line) {
                need.wanted = need.wanted.saturating_add(claim.quantity);
                need.covered = need.covered.saturating_add(claim.covered());
                add_amount(&mut drawn, key.line, claim.drawn);
            }
        }
        for (line, need) in &mut needs {
            let own = drawn.get(line).copied().unwrap_or(0);
            need.left = self.line(*line).map_or(0, |line| line.available().saturating_add(own));
        }
        needs
    }

    /// After an officer's decision: what does not fit stands beside the ledger, the last items first.
    pub fn put_excess_beside(&mut self, declaration: &Mrn) {
        let keys: Vec<ClaimKey> = self.claims_of(declaration).map(|(key, _)| key.clone()).collect();
        for key in keys.iter().rev() {
            let over = self.line(key.line).map_or(0, |line| line.available().saturating_neg());
            if over > 0 {
                self.edit(key, |claim| {
                    let moved = claim.drawn.min(over);
                    claim.drawn = claim.drawn.saturating_sub(moved);
                    claim.excess = claim.excess.saturating_add(moved);
                });
            }
        }
    }

    /// Writes off what a declaration reserved: all of it, or some goods items. Gives the lines concerned.
    pub fn release(&mut self, declaration: &Mrn, items: Option<&BTreeSet<u32>>) -> BTreeSet<LineKey> {
        let mut lines = BTreeSet::new();
        for key in self.keys_of(declaration, items) {
            if self.claim(&key).is_some_and(|claim| claim.phase == Phase::Reserved) {
                lines.insert(key.line);
                self.edit(&key, |claim| claim.phase = Phase::Consumed);
            }
        }
        lines
    }

    /// Gives back everything that a declaration holds; what later declarations lean on stays held by them.
    pub fn give_back(&mut self, declaration: &Mrn) -> BTreeSet<LineKey> {
        let keys = self.keys_of(declaration, None);
        for key in &keys {
            self.shrink(key, 0);
        }
        let lines: BTreeSet<LineKey> = keys.into_iter().map(|key| key.line).collect();
        self.pass_on_what_came_back(lines.iter().copied());
        lines
    }

    /// Corrects what was released, downwards (UCC 173). `Err` names the first that was never released so far.
    pub fn correct(&mut self, declaration: &Mrn, wanted: &[Wanted]) -> Result<BTreeSet<LineKey>, ClaimKey> {
        let targets = targets(declaration, wanted);
        let above = |(key, to): (&ClaimKey, &i128)| self.claim(key).is_none_or(|claim| claim.quantity < *to);
        if let Some((key, _)) = targets.iter().find(|(key, to)| above((key, to))) {
            return Err(key.clone());
        }
        let mut lines = BTreeSet::new();
        for key in self.keys_of(declaration, None) {
            let to = targets.get(&key).copied().unwrap_or(0);
            self.shrink(&key, to);
            lines.insert(key.line);
        }
        self.pass_on_what_came_back(lines.iter().copied());
        Ok(lines)
    }

    /// What a smaller position gave back goes on, where the certificate has been replaced.
    pub fn pass_on_what_came_back(&mut self, lines: impl IntoIterator<Item = LineKey>) {
        for line in lines {
            self.pass_on(line);
        }
    }

    fn keys_of(&self, declaration: &Mrn, items: Option<&BTreeSet<u32>>) -> Vec<ClaimKey> {
        let keys = self.claims_of(declaration).map(|(key, _)| key.clone());
        keys.filter(|key| items.is_none_or(|items| items.contains(&key.item.item))).collect()
    }

    /// The movement of a claim: that of the first declaration named which has one on this certificate, else the first
    /// named, else that of a declaration that names this one, else its own.
    fn movement_for(&self, key: &ClaimKey, near: &Near) -> Mrn {
        let own = &key.item.declaration;
        let certificate = key.line.certificate;
        let joined = self.joined(own);
        let first =
            joined.and_then(|joined| joined.of_item(key.item.item).next()).map(|previous| &previous.declaration);
        if let Some(first) = first {
            let of_item = joined.and_then(|joined| joined.items.get(&key.item.item)).into_iter().flatten();
            let mut held = of_item.chain(near.first_on(certificate)).map(|previous| &previous.declaration);
            return held.find_map(|named| self.movement_on(certificate, named)).unwrap_or(first).clone();
        }
        let mut followers = self.followers.get(own).into_iter().flatten();
        let known = followers.find_map(|later| self.movement_on(certificate, later));
        known.unwrap_or(own).clone()
    }

    /// The movement of a declaration's claims on a certificate.
    fn movement_on(&self, certificate: CertificateNumber, declaration: &Mrn) -> Option<&Mrn> {
        let first = ClaimKey {
            line: LineKey { certificate, line: 0 },
            item: ItemKey { declaration: declaration.clone(), item: 0 },
        };
        let key = self.by_declaration.get(declaration)?.range(first..).next()?;
        (key.line.certificate == certificate).then(|| self.claim(key).map(|claim| &claim.movement))?
    }
}

/// What each item is to have of each line.
pub(super) fn targets(declaration: &Mrn, wanted: &[Wanted]) -> BTreeMap<ClaimKey, i128> {
    let mut targets = BTreeMap::new();
    for want in wanted {
        let item = ItemKey { declaration: declaration.clone(), item: want.item };
        add_amount(&mut targets, ClaimKey { line: want.line, item }, want.quantity.millionths());
    }
    targets
}
