//! The laws of the ledger.
#![expect(clippy::arithmetic_side_effects, reason = "small numbers, and a test that overflows fails")]

mod border;
mod property;
mod rules;

use std::collections::BTreeMap;

use super::{ItemKey, Joined, LineKey, LinePosition, Phase, Position, Previous, Wanted};
use crate::digest::Digest;
use crate::goods::Decimal;
use crate::number::CertificateNumber;
use crate::reference::Mrn;

const MILLION: i128 = 1_000_000;

fn certificate(name: &str) -> CertificateNumber {
    CertificateNumber::of(&Digest::of(name.as_bytes()))
}

fn line(name: &str) -> LineKey {
    LineKey { certificate: certificate(name), line: 1 }
}

fn mrn(number: usize) -> Mrn {
    format!("26LT{number:014}").parse().unwrap()
}

fn pieces(count: i128) -> Decimal {
    Decimal::from_millionths(count.saturating_mul(MILLION)).unwrap()
}

fn want(item: u32, line: LineKey, count: i128) -> Wanted {
    Wanted { item, line, quantity: pieces(count) }
}

fn after(earlier: &[usize]) -> Joined {
    let whole = earlier.iter().map(|number| Previous { declaration: mrn(*number), item: None }).collect();
    Joined { whole, items: BTreeMap::new() }
}

/// A position with lines that grant so many pieces.
fn granting(lines: &[(LineKey, i128)]) -> Position {
    let mut position = Position::default();
    for (key, count) in lines {
        let unit = "NAR".parse().unwrap();
        position.load_line(*key, LinePosition::untouched(unit, count.saturating_mul(MILLION)));
    }
    position
}

/// Tries a position, and keeps it when it fits.
fn put(position: &mut Position, declaration: usize, wanted: &[Wanted], earlier: &[usize]) -> bool {
    let needs = position.try_position(&mrn(declaration), wanted, after(earlier), false);
    let fits = needs.values().all(super::Need::fits);
    if fits {
        let lines: Vec<LineKey> = position.lines().map(|(key, _)| *key).collect();
        position.pass_on_what_came_back(lines);
        position.keep();
    } else {
        position.take_back();
    }
    require_sound(position);
    fits
}

/// Reserved, consumed, available, in pieces.
fn totals(position: &Position, key: LineKey) -> (i128, i128, i128) {
    let line = position.line(key).unwrap();
    let whole = |amount: i128| amount.checked_div(MILLION).unwrap();
    (whole(line.reserved), whole(line.consumed), whole(line.available()))
}

/// Invariant 1, and that totals, covers and counters say the same.
fn require_sound(position: &Position) {
    let mut sums: BTreeMap<LineKey, (i128, i128, i128)> = BTreeMap::new();
    let mut counted: BTreeMap<(LineKey, ItemKey), (i128, i128)> = BTreeMap::new();
    for (key, item, claim) in position.claims() {
        assert_eq!(claim.quantity, claim.drawn + claim.covered() + claim.excess, "{item:?}: {claim:?}");
        let sum = sums.entry(key).or_default();
        match claim.phase {
            Phase::Reserved => sum.0 += claim.drawn,
            Phase::Consumed => sum.1 += claim.drawn,
        }
        sum.2 += claim.excess;
        for cover in &claim.covers {
            assert!(cover.amount > 0);
            let holder = ItemKey { declaration: cover.declaration.clone(), item: cover.item };
            assert!(position.claims.get(&key).unwrap().contains_key(&holder), "{holder:?} covers and is gone");
            let (own, theirs) = if cover.earlier { ((1, 0), (0, 1)) } else { ((0, 1), (1, 0)) };
            let mine = counted.entry((key, item.clone())).or_default();
            *mine = (mine.0 + own.0 * cover.amount, mine.1 + own.1 * cover.amount);
            let other = counted.entry((key, holder)).or_default();
            *other = (other.0 + theirs.0 * cover.amount, other.1 + theirs.1 * cover.amount);
        }
    }
    for (key, item, claim) in position.claims() {
        let found = counted.get(&(key, item.clone())).copied().unwrap_or_default();
        assert_eq!((claim.came, claim.went), found, "{item:?}: {claim:?}");
        assert!(claim.came <= claim.quantity && claim.went <= claim.quantity, "{item:?}: {claim:?}");
    }
    // Every piece of a claim is held by somebody: nothing covers itself in a circle.
    for (key, item, claim) in position.claims() {
        let claims = position.claims.get(&key).unwrap();
        let mut seen = std::collections::BTreeSet::from([item.clone()]);
        let mut open = vec![item.clone()];
        let mut held = 0;
        while let Some(next) = open.pop() {
            let claim = claims.get(&next).unwrap();
            held += claim.drawn + claim.excess;
            for cover in &claim.covers {
                let holder = ItemKey { declaration: cover.declaration.clone(), item: cover.item };
                if seen.insert(holder.clone()) {
                    open.push(holder);
                }
            }
        }
        assert!(claim.quantity <= held, "{item:?} has {} of {held} held: {claim:?}", claim.quantity);
    }
    for (key, line) in position.lines() {
        let (reserved, consumed, excess) = sums.get(key).copied().unwrap_or_default();
        assert_eq!((line.reserved, line.consumed, line.excess), (reserved, consumed, excess));
        assert!(line.is_sound(), "{line:?}");
    }
}
