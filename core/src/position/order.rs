//! Which declarations come before which, as far as loaded.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::{Joined, LineKey, Position, Previous};
use crate::number::CertificateNumber;
use crate::reference::Mrn;

/// The most declarations before one that are looked at where goods may be the same: those further off count as others.
const BEFORE_MAX: usize = 256;

/// What is next to a declaration.
pub(super) struct Near {
    /// The declarations that it names as a whole and that hold something of a line, in the order in which it names them.
    on_line: BTreeMap<LineKey, Vec<Previous>>,
    first_on: BTreeMap<CertificateNumber, Previous>,
    before: BTreeSet<Mrn>,
    after: BTreeSet<Mrn>,
}

impl Near {
    /// The declarations named as a whole that hold something of a line.
    pub(super) fn named_on(&self, line: LineKey) -> impl Iterator<Item = &Previous> {
        self.on_line.get(&line).into_iter().flatten()
    }

    /// The first of them that holds something of a certificate.
    pub(super) fn first_on(&self, certificate: CertificateNumber) -> Option<&Previous> {
        self.first_on.get(&certificate)
    }

    /// Whether goods may have come from another declaration: where some name each other in a circle, nobody knows which
    /// way they went, and each holds its own.
    pub(super) fn comes_before(&self, other: &Mrn) -> bool {
        !self.after.contains(other)
    }

    /// Whether goods may have gone on under another one.
    pub(super) fn comes_after(&self, other: &Mrn) -> bool {
        !self.before.contains(other)
    }
}

impl Position {
    /// What is next to a declaration: looked up once for all its items, since ten thousand of them may name a thousand
    /// declarations together.
    pub(super) fn near(&self, declaration: &Mrn) -> Near {
        let whole = self.joined(declaration).map(|joined| joined.whole.as_slice()).unwrap_or_default();
        let mut on_line: BTreeMap<LineKey, Vec<Previous>> = BTreeMap::new();
        let mut first_on = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for previous in whole.iter().filter(|previous| seen.insert(*previous)) {
            let lines: BTreeSet<LineKey> = self.claims_of(&previous.declaration).map(|(key, _)| key.line).collect();
            for line in lines {
                on_line.entry(line).or_default().push(previous.clone());
                first_on.entry(line.certificate).or_insert_with(|| previous.clone());
            }
        }
        let beside = Beside::of(self);
        Near {
            on_line,
            first_on,
            before: reached(declaration, |of| beside.leaders(of)),
            after: reached(declaration, |of| beside.followers(of)),
        }
    }

    /// The declarations joined with one, directly or through others, itself included: as far as loaded. Who was joined
    /// once stays so: goods that left under a declaration that was changed or deleted since have left all the same.
    pub fn movement(&self, declaration: &Mrn) -> BTreeSet<Mrn> {
        reached(declaration, |of| {
            let beside = [&self.leaders, &self.followers].map(|map| map.get(of));
            beside.into_iter().flatten().flatten().cloned().collect()
        })
    }

    /// The declarations of one movement on a certificate, as far as loaded: joined by previous documents, directly or
    /// through others, or booked on it as one.
    pub fn one_movement(&self, declaration: &Mrn, certificate: CertificateNumber) -> BTreeSet<Mrn> {
        let mut labels: BTreeMap<&Mrn, BTreeSet<&Mrn>> = BTreeMap::new();
        for (_, item, claim) in self.claims_on(certificate) {
            labels.entry(&item.declaration).or_default().insert(&claim.movement);
            labels.entry(&claim.movement).or_default().insert(&item.declaration);
        }
        let beside = Beside::of(self);
        reached(declaration, |of| {
            let booked = labels.get(of).into_iter().flatten().map(|other| (*other).clone());
            beside.leaders(of).into_iter().chain(beside.followers(of)).chain(booked).collect()
        })
    }
}

/// Which declaration comes before which today: the later one names the earlier, or one of them covers the other so. What
/// was named once and is named no longer tells nothing.
pub(super) struct Beside<'a> {
    position: &'a Position,
    known: RefCell<BTreeMap<Mrn, Sides>>,
}

/// The declarations before and after one, as it says itself.
#[derive(Default)]
struct Sides {
    before: BTreeSet<Mrn>,
    after: BTreeSet<Mrn>,
}

impl<'a> Beside<'a> {
    pub(super) const fn of(position: &'a Position) -> Self {
        Self { position, known: RefCell::new(BTreeMap::new()) }
    }

    fn follows(&self, earlier: &Mrn, later: &Mrn) -> bool {
        self.says(later, |sides| sides.before.contains(earlier))
            || self.says(earlier, |sides| sides.after.contains(later))
    }

    /// Looked up once for a declaration, for many may ask.
    fn says(&self, of: &Mrn, what: impl FnOnce(&Sides) -> bool) -> bool {
        let mut known = self.known.borrow_mut();
        let sides = known.entry(of.clone()).or_insert_with(|| {
            let named = self.position.joined(of).into_iter().flat_map(Joined::named);
            let mut sides =
                Sides { before: named.map(|previous| previous.declaration.clone()).collect(), ..Sides::default() };
            for cover in self.position.claims_of(of).flat_map(|(_, claim)| &claim.covers) {
                let side = if cover.earlier { &mut sides.before } else { &mut sides.after };
                side.insert(cover.declaration.clone());
            }
            sides
        });
        what(sides)
    }

    /// The declarations from which the goods of some may have come, themselves included, the nearest first: as they say
    /// today; those that nobody reserved, as they said when goods were presented.
    pub(super) fn all_before<'m>(&self, of: impl IntoIterator<Item = &'m Mrn>) -> Vec<Mrn> {
        let mut found: Vec<Mrn> = of.into_iter().cloned().collect();
        let mut seen: BTreeSet<Mrn> = found.iter().cloned().collect();
        let mut next = 0;
        while let Some(of) = found.get(next).cloned() {
            next = next.saturating_add(1);
            let leaders = if self.position.joined(&of).is_some() {
                self.leaders(&of)
            } else {
                self.position.leaders.get(&of).into_iter().flatten().cloned().collect()
            };
            found.extend(leaders.into_iter().filter(|leader| seen.len() < BEFORE_MAX && seen.insert(leader.clone())));
        }
        found
    }

    /// Those before and after a declaration.
    fn leaders(&self, of: &Mrn) -> Vec<Mrn> {
        let others = self.position.leaders.get(of).into_iter().flatten();
        others.filter(|other| self.follows(other, of)).cloned().collect()
    }

    fn followers(&self, of: &Mrn) -> Vec<Mrn> {
        let others = self.position.followers.get(of).into_iter().flatten();
        others.filter(|other| self.follows(of, other)).cloned().collect()
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
