//! Which declarations come before which, as far as loaded.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{Joined, LineKey, Position, Previous};
use crate::number::CertificateNumber;
use crate::reference::Mrn;

/// The most declarations before one whose goods may be the same, and how many are looked at to find them all: what is
/// further off counts as other goods.
const BEFORE_MAX: usize = 256;
const LOOKS_MAX: usize = 500_000;

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
    looks: Cell<usize>,
}

/// The declarations before and after one, as it says itself.
#[derive(Default)]
struct Sides {
    before: BTreeSet<Mrn>,
    after: BTreeSet<Mrn>,
}

impl<'a> Beside<'a> {
    pub(super) const fn of(position: &'a Position) -> Self {
        Self { position, known: RefCell::new(BTreeMap::new()), looks: Cell::new(0) }
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

    /// Whether something is held under a declaration: it is as it says itself, and not what was once said of it.
    pub(super) fn holds_something(&self, of: &Mrn) -> bool {
        self.position.claims_of(of).next().is_some()
    }

    /// The declarations before one: as it says today; where nothing is held under it, as was said when goods were presented.
    pub(super) fn leaders_as_known(&self, of: &Mrn) -> Vec<Mrn> {
        if self.holds_something(of) {
            self.leaders(of)
        } else {
            self.position.leaders.get(of).into_iter().flatten().cloned().collect()
        }
    }

    /// Some declarations and those before them, as far as they are wanted: the nearest first.
    pub(super) fn all_before(&self, of: Vec<Mrn>, wanted: impl Fn(&Mrn) -> bool) -> Vec<Mrn> {
        let mut seen: BTreeSet<Mrn> = of.iter().cloned().collect();
        let mut open = VecDeque::from(of);
        let mut found = Vec::new();
        while let Some(of) = open.pop_front().filter(|_| found.len() < BEFORE_MAX && self.may_look_on()) {
            open.extend(self.leaders_as_known(&of).into_iter().filter(|leader| seen.insert(leader.clone())));
            if wanted(&of) {
                found.push(of);
            }
        }
        found
    }

    /// Whether looking on does not hold up others: so many declarations are looked at, and no more.
    fn may_look_on(&self) -> bool {
        let looks = self.looks.get().saturating_add(1);
        self.looks.set(looks);
        looks <= LOOKS_MAX
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
