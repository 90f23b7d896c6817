//! Covering claims by those of joined declarations, so that a movement holds each piece once.

use super::order::Near;
use super::{Claim, ClaimKey, Cover, ItemKey, LineKey, Position};
use crate::number::CertificateNumber;

/// The part of a claim that is about to be covered, by whom, and whether that one came before.
struct Found {
    key: ClaimKey,
    amount: i128,
    earlier: bool,
}

impl Position {
    /// Enlarges a claim, or begins it: covered as far as joined declarations hold it, the rest drawn on the line.
    pub(super) fn grow(&mut self, key: &ClaimKey, to: i128, near: &Near, fresh: impl FnOnce() -> Claim) {
        let mut claim = self.claim(key).cloned().unwrap_or_else(fresh);
        let mut need = to.saturating_sub(claim.quantity);
        if need <= 0 {
            return;
        }
        claim.quantity = to;
        for found in self.holders(key, &claim, need, near) {
            need = need.saturating_sub(found.amount);
            self.edit(&found.key, |holder| add_to(counter(holder, !found.earlier), found.amount));
            add_to(counter(&mut claim, found.earlier), found.amount);
            add(&mut claim.covers, cover(&found.key.item, found.amount, found.earlier));
        }
        add_to(&mut claim.drawn, need);
        self.put(key, Some(claim));
    }

    /// What confidential claims on a certificate lean on counts as nobody's: for whoever may not know of them, until it
    /// is taken back.
    pub fn forget_confidential_covers(&mut self, certificate: CertificateNumber) {
        let secret = self.claims_on(certificate).filter(|(_, _, claim)| claim.confidential);
        let covers: Vec<(LineKey, Cover)> =
            secret.flat_map(|(line, _, claim)| claim.covers.iter().map(move |cover| (line, cover.clone()))).collect();
        for (line, cover) in covers {
            let item = ItemKey { declaration: cover.declaration, item: cover.item };
            self.edit(&ClaimKey { line, item }, |holder| {
                let counted = counter(holder, !cover.earlier);
                *counted = counted.saturating_sub(cover.amount);
            });
        }
    }

    /// Who holds what this claim needs: the declarations it names, then those that name it and were lodged first.
    fn holders(&self, key: &ClaimKey, grown: &Claim, need: i128, near: &Near) -> Vec<Found> {
        let mut found = Vec::new();
        let mut need = need;
        let mut came = grown.came;
        let mut went = grown.went;
        let own = &key.item;
        if let Some(joined) = self.joined.get(&own.declaration) {
            let of_item = joined.items.get(&own.item).into_iter().flatten();
            for previous in
                of_item.chain(near.named_on(key.line)).filter(|previous| near.comes_before(&previous.declaration))
            {
                if need <= 0 {
                    break;
                }
                for (item, claim) in self.items_of(key.line, &previous.declaration) {
                    let named = previous.item.is_none_or(|number| number == item.item);
                    let room = claim.quantity.saturating_sub(claim.went).min(grown.quantity.saturating_sub(came));
                    let amount = room.min(need);
                    let again = |f: &Found| f.key.item == *item;
                    if named && amount > 0 && !found.iter().any(again) {
                        need = need.saturating_sub(amount);
                        came = came.saturating_add(amount);
                        let key = ClaimKey { line: key.line, item: item.clone() };
                        found.push(Found { key, amount, earlier: true });
                    }
                }
            }
        }
        let followers = self.followers.get(&own.declaration).into_iter().flatten();
        for later in followers.filter(|later| near.comes_after(later)) {
            let Some(joined) = self.joined.get(later) else { continue };
            for (item, claim) in self.items_of(key.line, later) {
                let names = joined.of_item(item.item).any(|previous| {
                    previous.declaration == own.declaration && previous.item.is_none_or(|number| number == own.item)
                });
                let room = claim.quantity.saturating_sub(claim.came).min(grown.quantity.saturating_sub(went));
                let amount = room.min(need);
                if names && amount > 0 {
                    need = need.saturating_sub(amount);
                    went = went.saturating_add(amount);
                    let key = ClaimKey { line: key.line, item: item.clone() };
                    found.push(Found { key, amount, earlier: false });
                }
            }
        }
        found
    }

    /// The items of a declaration that have a claim on a line.
    fn items_of(
        &self,
        line: LineKey,
        declaration: &crate::reference::Mrn,
    ) -> impl Iterator<Item = (&ItemKey, &Claim)> + use<'_> {
        let key = |item| ItemKey { declaration: declaration.clone(), item };
        let range = key(0)..=key(u32::MAX);
        self.claims.get(&line).into_iter().flat_map(move |claims| claims.range(range.clone()))
    }

    /// Makes a claim smaller. Who was covered by what goes is covered by those who covered it, and holds the rest
    /// itself: the line never holds more than before.
    pub(super) fn shrink(&mut self, key: &ClaimKey, to: i128) {
        let Some(claim) = self.claim(key).cloned() else { return };
        let goes = claim.quantity.saturating_sub(to);
        if goes <= 0 {
            return;
        }
        let excess = claim.excess.min(goes);
        let drawn = claim.drawn.min(goes.saturating_sub(excess));
        let mut freed = Vec::new();
        let mut covers = claim.covers.clone();
        let mut rest = goes.saturating_sub(excess).saturating_sub(drawn);
        for cover in covers.iter_mut().rev() {
            let amount = cover.amount.min(rest);
            rest = rest.saturating_sub(amount);
            cover.amount = cover.amount.saturating_sub(amount);
            freed.push(Cover { amount, ..cover.clone() });
        }
        covers.retain(|cover| cover.amount > 0);
        freed.retain(|cover| cover.amount > 0);
        let sum = |earlier: bool| {
            let same_side = freed.iter().filter(|cover| cover.earlier == earlier);
            same_side.fold(0_i128, |sum, cover| sum.saturating_add(cover.amount))
        };
        let came = claim.came.saturating_sub(sum(true));
        let went = claim.went.saturating_sub(sum(false));
        // What no longer fits: receivers that came before this claim, then those that follow it.
        let mut budget = drawn;
        let before = self.let_go(key, came.saturating_sub(to), false, &mut freed, &mut budget);
        freed.extend(before);
        let after = self.let_go(key, went.saturating_sub(to), true, &mut freed, &mut budget);
        freed.extend(after);
        self.edit(key, |claim| {
            claim.quantity = to;
            claim.excess = claim.excess.saturating_sub(excess);
            claim.drawn = claim.drawn.saturating_sub(drawn);
            claim.covers = covers;
            claim.came = came.min(to.max(0));
            claim.went = went.min(to.max(0));
        });
        for cover in freed {
            let item = ItemKey { declaration: cover.declaration, item: cover.item };
            let holder = ClaimKey { line: key.line, item };
            self.edit(&holder, |holder| {
                let counted = counter(holder, !cover.earlier);
                *counted = counted.saturating_sub(cover.amount);
            });
        }
    }

    /// Takes `over` from the claims that `key` covers on one side (`later`: those that follow it). They are covered
    /// by `freed` of the same side instead, else hold it themselves. Gives what they hold now, as covers that the
    /// other side may lean on.
    fn let_go(
        &mut self,
        key: &ClaimKey,
        over: i128,
        later: bool,
        freed: &mut Vec<Cover>,
        budget: &mut i128,
    ) -> Vec<Cover> {
        let mut over = over;
        let mut holding = Vec::new();
        if over <= 0 {
            return holding;
        }
        for receiver in self.covered_by(key, later).into_iter().rev() {
            if over <= 0 {
                break;
            }
            let Some(mut claim) = self.claim(&receiver).cloned() else { continue };
            let mut goes = 0_i128;
            for cover in claim.covers.iter_mut().filter(|cover| names(cover, &key.item) && cover.earlier == later) {
                goes = cover.amount.min(over);
                cover.amount = cover.amount.saturating_sub(goes);
            }
            over = over.saturating_sub(goes);
            for other in freed.iter_mut().filter(|other| other.earlier == later) {
                // Nobody covers itself.
                let itself = other.declaration == receiver.item.declaration && other.item == receiver.item.item;
                let amount = if itself { 0 } else { other.amount.min(goes) };
                other.amount = other.amount.saturating_sub(amount);
                goes = goes.saturating_sub(amount);
                if amount > 0 {
                    add(&mut claim.covers, Cover { amount, ..other.clone() });
                    let (earlier, follows) = if later {
                        (&other.declaration, &receiver.item.declaration)
                    } else {
                        (&receiver.item.declaration, &other.declaration)
                    };
                    self.follow(earlier, follows);
                }
            }
            claim.covers.retain(|cover| cover.amount > 0);
            let drawn = goes.min(*budget);
            *budget = budget.saturating_sub(drawn);
            claim.drawn = claim.drawn.saturating_add(drawn);
            claim.excess = claim.excess.saturating_add(goes.saturating_sub(drawn));
            if later {
                claim.came = claim.came.saturating_sub(goes);
            }
            self.put(&receiver, Some(claim));
            if !later && goes > 0 {
                // It still counts as having gone on, until nobody leans on it.
                holding.push(cover(&receiver.item, goes, true));
            }
        }
        freed.retain(|cover| cover.amount > 0);
        holding
    }

    /// The claims that a claim covers, on one side.
    fn covered_by(&self, key: &ClaimKey, later: bool) -> Vec<ClaimKey> {
        let Some(claims) = self.claims.get(&key.line) else { return Vec::new() };
        let mut near: Vec<&crate::reference::Mrn> = Vec::new();
        let own = &key.item.declaration;
        if later {
            near.extend(self.followers.get(own).into_iter().flatten());
        } else {
            near.extend(self.leaders.get(own).into_iter().flatten());
        }
        let leans = |claim: &Claim| claim.covers.iter().any(|cover| names(cover, &key.item) && cover.earlier == later);
        near.into_iter()
            .flat_map(|declaration| {
                let item = |item| ItemKey { declaration: declaration.clone(), item };
                claims.range(item(0)..=item(u32::MAX))
            })
            .filter(|(_, claim)| leans(claim))
            .map(|(item, _)| ClaimKey { line: key.line, item: item.clone() })
            .collect()
    }
}

fn cover(item: &ItemKey, amount: i128, earlier: bool) -> Cover {
    Cover { declaration: item.declaration.clone(), item: item.item, amount, earlier }
}

fn names(cover: &Cover, item: &ItemKey) -> bool {
    cover.declaration == item.declaration && cover.item == item.item
}

/// What a claim counts on a side: what came from earlier declarations, or went on under later ones.
const fn counter(claim: &mut Claim, earlier: bool) -> &mut i128 {
    if earlier { &mut claim.came } else { &mut claim.went }
}

const fn add_to(sum: &mut i128, amount: i128) {
    *sum = sum.saturating_add(amount);
}

fn add(covers: &mut Vec<Cover>, new: Cover) {
    let same = |cover: &&mut Cover| {
        cover.declaration == new.declaration && cover.item == new.item && cover.earlier == new.earlier
    };
    match covers.iter_mut().find(same) {
        Some(there) => there.amount = there.amount.saturating_add(new.amount),
        None => covers.push(new),
    }
}
