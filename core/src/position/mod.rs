//! The quantity ledger: what declarations hold of the lines of certificates.
//!
//! A **claim** is what one goods item of one declaration needs of one line. The same goods travel under several
//! declarations (an export, then the transit that follows it); each has a claim, and the quantity is held once: a
//! claim is *covered* by those of the declarations it is joined with, and only the rest is *drawn* on the line.
//!
//! Invariant 1: `reserved + consumed + passed on ≤ granted + inherited` on every line. Amounts are millionths of
//! the line's unit. No I/O, no clock: what is not loaded is not seen, so load a declaration's neighbours with it.

mod border;
mod change;
mod cover;
mod joined;
mod order;
mod papers;
mod plan;
#[cfg(test)]
mod tests;

pub use border::{Amounts, Left, add_amount};
pub use change::Changed;
pub use joined::{Joined, Previous};
pub use papers::{Paper, are_others};
pub use plan::{Need, Wanted};

use std::collections::{BTreeMap, BTreeSet};

use crate::goods::Unit;
use crate::number::CertificateNumber;
use crate::reference::Mrn;

/// A line of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineKey {
    /// The certificate.
    pub certificate: CertificateNumber,
    /// Its line.
    pub line: u32,
}

/// A goods item of a declaration.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemKey {
    /// The declaration.
    pub declaration: Mrn,
    /// Its goods item.
    pub item: u32,
}

/// What one goods item needs of one line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClaimKey {
    /// The line.
    pub line: LineKey,
    /// The goods item.
    pub item: ItemKey,
}

/// Where a quantity stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum Phase {
    /// The declaration was accepted.
    Reserved,
    /// The goods were released.
    Consumed,
}

impl Phase {
    /// Its name, as documents and columns have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Consumed => "consumed",
        }
    }
}

/// A part of a claim that another claim on the same line already holds.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Cover {
    /// The goods item that holds it.
    #[serde(rename = "mrn")]
    pub declaration: Mrn,
    /// Its number.
    pub item: u32,
    /// How much, in millionths.
    pub amount: i128,
    /// Whether that declaration came before this one in the movement; otherwise it follows and was lodged first.
    pub earlier: bool,
}

/// A claim: `quantity = drawn + covered + excess`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// What the item needs, in millionths of the line's unit.
    pub quantity: i128,
    /// What of it is held on the line.
    pub drawn: i128,
    /// What an officer let pass beside the ledger.
    pub excess: i128,
    /// What is known to have come from earlier declarations: no piece comes twice.
    pub came: i128,
    /// What is known to have gone on under later declarations: no piece goes on twice.
    pub went: i128,
    /// Reserved or consumed.
    pub phase: Phase,
    /// Shown to customs alone.
    pub confidential: bool,
    /// Who holds what is covered.
    pub covers: Vec<Cover>,
    /// The movement: the first declaration known or named of it.
    pub movement: Mrn,
}

impl Claim {
    /// A claim that is about to grow.
    const fn nothing(confidential: bool, movement: Mrn) -> Self {
        let phase = Phase::Reserved;
        Self { quantity: 0, drawn: 0, excess: 0, came: 0, went: 0, phase, confidential, covers: Vec::new(), movement }
    }

    /// What it holds itself, on the line or beside the ledger.
    pub const fn held(&self) -> i128 {
        self.drawn.saturating_add(self.excess)
    }

    /// What others hold of it.
    pub fn covered(&self) -> i128 {
        self.covers.iter().fold(0, |sum, cover| sum.saturating_add(cover.amount))
    }
}

/// A line with its totals, in millionths of its unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinePosition {
    /// The unit it is counted in.
    pub unit: Unit,
    /// What the seal grants.
    pub granted: i128,
    /// What came back to a certificate that this one replaces.
    pub inherited: i128,
    /// Held by declarations not released yet.
    pub reserved: i128,
    /// Held by declarations released.
    pub consumed: i128,
    /// What went to the certificate that replaces this one.
    pub passed_on: i128,
    /// What of reserved and consumed is confidential.
    pub confidential: i128,
    /// What officers let pass beside the ledger; in none of the others.
    pub excess: i128,
    /// The certificate that takes over what comes back; the line's own where nobody does and nothing else says that it
    /// is closed.
    pub heir: Option<CertificateNumber>,
}

impl LinePosition {
    /// A line of which nothing is used.
    pub const fn untouched(unit: Unit, granted: i128) -> Self {
        Self {
            unit,
            granted,
            inherited: 0,
            reserved: 0,
            consumed: 0,
            passed_on: 0,
            confidential: 0,
            excess: 0,
            heir: None,
        }
    }

    /// What is left; below zero only while a position is being tried.
    pub const fn available(&self) -> i128 {
        self.granted
            .saturating_add(self.inherited)
            .saturating_sub(self.reserved)
            .saturating_sub(self.consumed)
            .saturating_sub(self.passed_on)
    }

    /// Whether its certificate was replaced.
    pub const fn is_closed(&self) -> bool {
        self.heir.is_some() || self.passed_on > 0
    }

    /// What is left as whoever may not know of confidential holds sees it: as if they were not there.
    pub const fn available_in_public(&self) -> i128 {
        // Of a line that was replaced nothing would be left without them either.
        self.available().saturating_add(if self.is_closed() { 0 } else { self.confidential })
    }

    /// What is used, as the same see it.
    pub const fn used_in_public(&self) -> i128 {
        self.reserved.saturating_add(self.consumed).saturating_sub(self.confidential)
    }

    /// Whether it keeps invariant 1.
    pub const fn is_sound(&self) -> bool {
        self.reserved >= 0
            && self.consumed >= 0
            && self.passed_on >= 0
            && self.excess >= 0
            && self.confidential >= 0
            && self.confidential <= self.reserved.saturating_add(self.consumed)
            && self.available() >= 0
    }
}

/// Claims and lines, as far as loaded; what a command changes can be taken back.
#[derive(Debug, Clone, Default)]
pub struct Position {
    lines: BTreeMap<LineKey, LinePosition>,
    claims: BTreeMap<LineKey, BTreeMap<ItemKey, Claim>>,
    by_declaration: BTreeMap<Mrn, BTreeSet<ClaimKey>>,
    joined: BTreeMap<Mrn, Joined>,
    /// Who names a declaration as its previous document, or is covered by it since one between them is gone.
    followers: BTreeMap<Mrn, BTreeSet<Mrn>>,
    /// The same the other way round.
    leaders: BTreeMap<Mrn, BTreeSet<Mrn>>,
    journal: Vec<change::Undo>,
}

impl Position {
    /// Loads a line.
    pub fn load_line(&mut self, key: LineKey, line: LinePosition) {
        self.lines.insert(key, line);
    }

    /// Loads a claim; its line's totals already count it.
    pub fn load_claim(&mut self, key: ClaimKey, claim: Claim) {
        self.by_declaration.entry(key.item.declaration.clone()).or_default().insert(key.clone());
        self.claims.entry(key.line).or_default().insert(key.item, claim);
    }

    /// Loads what a declaration is joined with.
    pub fn load_joined(&mut self, declaration: &Mrn, joined: Joined) {
        for previous in joined.named() {
            self.load_follower(&previous.declaration, declaration);
        }
        self.joined.insert(declaration.clone(), joined);
    }

    /// Loads that one declaration follows another.
    pub fn load_follower(&mut self, earlier: &Mrn, later: &Mrn) {
        self.followers.entry(earlier.clone()).or_default().insert(later.clone());
        self.leaders.entry(later.clone()).or_default().insert(earlier.clone());
    }

    /// A line.
    pub fn line(&self, key: LineKey) -> Option<&LinePosition> {
        self.lines.get(&key)
    }

    /// The lines loaded of a certificate.
    pub fn lines_of(&self, certificate: CertificateNumber) -> impl Iterator<Item = (u32, &LinePosition)> {
        let key = |line| LineKey { certificate, line };
        self.lines.range(key(0)..=key(u32::MAX)).map(|(key, line)| (key.line, line))
    }

    /// A claim.
    pub fn claim(&self, key: &ClaimKey) -> Option<&Claim> {
        self.claims.get(&key.line)?.get(&key.item)
    }

    /// The claims of a declaration.
    pub fn claims_of(&self, declaration: &Mrn) -> impl Iterator<Item = (&ClaimKey, &Claim)> {
        let keys = self.by_declaration.get(declaration).into_iter().flatten();
        keys.filter_map(|key| Some((key, self.claim(key)?)))
    }

    /// The claims loaded on a certificate, line by line.
    pub fn claims_on(&self, certificate: CertificateNumber) -> impl Iterator<Item = (LineKey, &ItemKey, &Claim)> {
        let key = |line| LineKey { certificate, line };
        let lines = self.claims.range(key(0)..=key(u32::MAX));
        lines.flat_map(|(line, claims)| claims.iter().map(move |(item, claim)| (*line, item, claim)))
    }

    /// Every line loaded, with its key.
    pub fn lines(&self) -> impl Iterator<Item = (&LineKey, &LinePosition)> {
        self.lines.iter()
    }

    /// Every claim loaded, with its place.
    pub fn claims(&self) -> impl Iterator<Item = (LineKey, &ItemKey, &Claim)> {
        self.claims.iter().flat_map(|(line, claims)| claims.iter().map(move |(item, claim)| (*line, item, claim)))
    }

    /// Which declaration follows which, as far as loaded: earlier, later.
    pub fn all_followers(&self) -> impl Iterator<Item = (&Mrn, &Mrn)> {
        self.followers.iter().flat_map(|(earlier, later)| later.iter().map(move |later| (earlier, later)))
    }

    /// What a declaration is joined with.
    pub fn joined(&self, declaration: &Mrn) -> Option<&Joined> {
        self.joined.get(declaration)
    }
}
