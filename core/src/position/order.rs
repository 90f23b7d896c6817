//! Which declarations come before which, as far as loaded.

use std::collections::{BTreeMap, BTreeSet};

use super::{Joined, Position, Previous};
use crate::number::CertificateNumber;
use crate::reference::Mrn;

/// What is next to a declaration.
pub(super) struct Near {
    /// The declarations that it names as a whole and of which something is held.
    pub(super) whole: Vec<Previous>,
    before: BTreeSet<Mrn>,
    after: BTreeSet<Mrn>,
}

impl Near {
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
        let held = |previous: &&Previous| self.claims_of(&previous.declaration).next().is_some();
        let next = |map: &BTreeMap<Mrn, BTreeSet<Mrn>>, of: &Mrn| map.get(of).into_iter().flatten().cloned().collect();
        Near {
            whole: whole.iter().filter(held).cloned().collect(),
            before: reached(declaration, |of| next(&self.leaders, of)),
            after: reached(declaration, |of| next(&self.followers, of)),
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

    /// Whether two declarations are of one movement, as far as loaded: joined by previous documents, directly or through
    /// others, or booked on the certificate as one.
    pub fn are_one_movement(&self, one: &Mrn, other: &Mrn, certificate: CertificateNumber) -> bool {
        let mut labels: BTreeMap<&Mrn, BTreeSet<&Mrn>> = BTreeMap::new();
        for (_, item, claim) in self.claims_on(certificate) {
            labels.entry(&item.declaration).or_default().insert(&claim.movement);
            labels.entry(&claim.movement).or_default().insert(&item.declaration);
        }
        let beside = |of: &Mrn| -> Vec<Mrn> {
            let named_by =
                |of| self.joined(of).into_iter().flat_map(Joined::named).map(|previous| &previous.declaration);
            let named = named_by(of);
            let followers = self.followers.get(of).into_iter().flatten();
            // What a declaration named once and names no longer does not bind it.
            let followers = followers.filter(|later| named_by(later).any(|named| named == of));
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
