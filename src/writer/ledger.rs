//! The part of the ledger that a batch touches: loaded with the neighbours that may cover or lean on it, written
//! back as it stands after the last command.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use endmark_core::number::CertificateNumber;
use endmark_core::position::{Changed, ClaimKey, LineKey, Position};
use endmark_core::reference::{Mrn, Office};
use time::OffsetDateTime;

use crate::ledger::{CertificateLedger, ENTRIES_MAX, LedgerEntry, LineTotals};
use crate::replay::Replayed;
use crate::store::ledger::{self as rows, Declaration, Presentation, Row, StoredClaim, StoredLine};
use crate::store::touched::{Asked, Touched};
use crate::store::{RowKey, StoreError, Writes};

/// Whom an event concerns: what its claims note.
#[derive(Debug, Clone)]
struct Event {
    office: Office,
    at: OffsetDateTime,
    leaf: u64,
}

/// All declarations of the movements of some.
fn movements(position: &Position, of: &BTreeSet<Mrn>) -> BTreeSet<Mrn> {
    let mut all = BTreeSet::new();
    for mrn in of {
        if !all.contains(mrn) {
            // Not `append`: it would build the larger set anew each time.
            all.extend(position.movement(mrn));
        }
    }
    all
}

/// The ledger as far as a batch needs it.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    pub(super) position: Position,
    lines: HashMap<LineKey, StoredLine>,
    events: HashMap<ClaimKey, Event>,
    declarations: HashMap<Mrn, Declaration>,
    presentations: BTreeMap<(Mrn, String), Presentation>,
    /// Certificates and declarations with a row that was changed outside the service.
    tampered: HashSet<CertificateNumber>,
    tampered_declarations: HashSet<Mrn>,
    is_too_wide: bool,
    /// The claims on each certificate in the order of their events, newest last.
    recent: HashMap<CertificateNumber, Vec<ClaimKey>>,
    more: HashSet<CertificateNumber>,
    changed: Changed,
    inserted: Vec<LineKey>,
    changed_declarations: BTreeSet<Mrn>,
    changed_presentations: BTreeSet<(Mrn, String)>,
}

impl Ledger {
    /// Takes in what was found, and says what is still to be looked up: declarations before and after those named, the
    /// certificates that they draw on, and the heirs of those that were replaced, to which what comes back goes.
    pub(super) fn take_in(&mut self, found: Touched, asked: &mut Asked) -> Asked {
        let mut next = Asked::default();
        for (earlier, later) in &found.followers {
            self.position.load_follower(earlier, later);
        }
        for row in found.declarations {
            match row {
                Row::Good(declaration) => {
                    self.position.load_joined(&declaration.mrn, declaration.joined.clone());
                    self.declarations.insert(declaration.mrn.clone(), declaration);
                }
                Row::Tampered(mrn) => drop(self.tampered_declarations.insert(mrn)),
            }
        }
        for row in found.presentations {
            match row {
                Row::Good(of) => drop(self.presentations.insert((of.mrn.clone(), of.id.clone()), of)),
                Row::Tampered(mrn) => drop(self.tampered_declarations.insert(mrn)),
            }
        }
        for row in found.lines {
            match row {
                Row::Good(line) => {
                    next.numbers.extend(line.position.heir);
                    self.position.load_line(line.key, line.position.clone());
                    self.lines.insert(line.key, line);
                }
                Row::Tampered(number) => drop(self.tampered.insert(number)),
            }
        }
        for row in found.claims {
            next.numbers.extend(self.take_in_claim(row));
        }
        self.take_in_newest(found.newest);
        self.rest_of_movements(found.followers, asked, &mut next);
        next.named.retain(|mrn| asked.named.insert(mrn.clone()));
        next.near.retain(|mrn| !asked.named.contains(mrn) && asked.near.insert(mrn.clone()));
        next.numbers.retain(|number| asked.numbers.insert(*number));
        next
    }

    /// What else belongs to movements that count as a whole: it is named too. Where a declaration names one to which no
    /// follower's row led, its movement is looked through again from there.
    fn rest_of_movements(&mut self, followers: BTreeSet<(Mrn, Mrn)>, asked: &mut Asked, next: &mut Asked) {
        if self.is_too_wide {
            return;
        }
        let mut led_to = Position::default();
        for (earlier, later) in &followers {
            led_to.load_follower(earlier, later);
        }
        let led_to = movements(&led_to, &asked.whole);
        let whole = movements(&self.position, &asked.whole);
        // A command that needs more stands alone, and is not judged.
        self.is_too_wide |= whole.len() > rows::MOVEMENTS_MAX;
        if !self.is_too_wide {
            next.whole.extend(whole.difference(&led_to).filter(|mrn| !asked.whole.contains(*mrn)).cloned());
            next.named.extend(whole.iter().filter(|mrn| !asked.named.contains(*mrn)).cloned());
            next.named.extend(next.whole.iter().cloned());
        }
        let beside = followers.into_iter().flat_map(|(earlier, later)| [earlier, later]);
        next.near.extend(beside.filter(|mrn| !whole.contains(mrn)));
        asked.whole = whole;
    }

    fn take_in_newest(&mut self, mut newest: Vec<Row<StoredClaim, ClaimKey>>) {
        newest.sort_by_key(|row| match row {
            Row::Good(claim) => claim.leaf,
            Row::Tampered(_) => 0,
        });
        for row in newest {
            if let Row::Good(stored) = &row {
                let certificate = stored.key.line.certificate;
                let recent = self.recent.entry(certificate).or_default();
                recent.push(stored.key.clone());
                if recent.len() > ENTRIES_MAX {
                    self.more.insert(certificate);
                }
            }
            self.take_in_claim(row);
        }
    }

    /// Gives the certificate that a good claim draws on.
    fn take_in_claim(&mut self, row: Row<StoredClaim, ClaimKey>) -> Option<CertificateNumber> {
        match row {
            Row::Good(StoredClaim { key, claim, office, at, leaf }) => {
                let certificate = key.line.certificate;
                self.events.insert(key.clone(), Event { office, at, leaf });
                self.position.load_claim(key, claim);
                Some(certificate)
            }
            Row::Tampered(key) => {
                tracing::error!(?key, "a claim was changed outside the service");
                self.tampered.insert(key.line.certificate);
                self.tampered_declarations.insert(key.item.declaration);
                None
            }
        }
    }

    /// The whole ledger as the log tells it at an entry.
    pub(super) fn replayed(replayed: Replayed) -> Self {
        let mut ledger = Self::default();
        for (key, position) in replayed.position.lines() {
            let Some(commodity_code) = replayed.goods.get(key).copied() else { continue };
            let leaf = replayed.line_leaves.get(key).copied().unwrap_or_default();
            ledger.lines.insert(*key, StoredLine { key: *key, commodity_code, position: position.clone(), leaf });
        }
        ledger.declarations = replayed.declarations.into_iter().collect();
        ledger.presentations = replayed.presentations;
        ledger.position = replayed.position;
        ledger
    }

    /// Why what the ledger says of a certificate cannot be believed.
    pub(super) fn fault(&self, number: CertificateNumber, lines: &[endmark_core::certificate::Line]) -> Option<String> {
        if self.tampered.contains(&number) {
            return Some(format!("a ledger row of {number} was changed outside the service"));
        }
        let key = |line| LineKey { certificate: number, line };
        let gone = lines.iter().any(|line| {
            let kept = self.lines.get(&key(line.line));
            kept.is_none_or(|kept| {
                kept.position.granted != line.quantity.value.millionths() || kept.position.unit != line.quantity.unit
            })
        });
        gone.then(|| format!("a ledger row of {number} is gone or does not fit its sealed bytes"))
    }

    /// A declaration as it stands; `Err` when its rows were changed outside the service.
    pub(super) fn declaration(&self, mrn: &Mrn) -> Result<Option<&Declaration>, ()> {
        if self.tampered_declarations.contains(mrn) { Err(()) } else { Ok(self.declarations.get(mrn)) }
    }

    /// Why what is held and what has left under a movement cannot be believed: a row was changed outside the service, or
    /// its declarations are too many to be looked through.
    pub(super) fn fault_of_movement<'m>(&self, mrns: impl IntoIterator<Item = &'m Mrn>) -> Option<String> {
        if self.is_too_wide {
            return Some("a movement has more declarations than can be looked through".to_owned());
        }
        if self.tampered_declarations.is_empty() {
            return None;
        }
        let mut movements = mrns.into_iter().flat_map(|mrn| self.position.movement(mrn));
        let of = movements.find(|of| self.tampered_declarations.contains(of))?;
        Some(format!("a ledger row of {of} was changed outside the service"))
    }

    /// Notes how a declaration stands from now on.
    pub(super) fn put_declaration(&mut self, declaration: Declaration) {
        self.changed_declarations.insert(declaration.mrn.clone());
        self.declarations.insert(declaration.mrn.clone(), declaration);
    }

    /// The presentations under a declaration.
    pub(super) fn presentations(&self, mrn: &Mrn) -> impl Iterator<Item = &Presentation> {
        let from = (mrn.clone(), String::new());
        let mrn = mrn.clone();
        self.presentations.range(from..).map(|(_, of)| of).take_while(move |of| of.mrn == mrn)
    }

    /// Whether movements at the border were not looked through to their end.
    pub(super) const fn is_too_wide(&self) -> bool {
        self.is_too_wide
    }

    /// Looking ended before everything was found.
    pub(super) const fn looked_too_far(&mut self) {
        self.is_too_wide = true;
    }

    /// Notes a presentation.
    pub(super) fn put_presentation(&mut self, presentation: Presentation) {
        let key = (presentation.mrn.clone(), presentation.id.clone());
        self.changed_presentations.insert(key.clone());
        self.presentations.insert(key, presentation);
    }

    /// The lines of a new certificate.
    pub(super) fn add_lines(&mut self, lines: Vec<StoredLine>) {
        for line in lines {
            self.inserted.push(line.key);
            self.position.load_line(line.key, line.position.clone());
            self.lines.insert(line.key, line);
        }
    }

    /// Keeps what a command did on the position; gives the certificates whose claims changed.
    pub(super) fn keep(&mut self, office: &Office, at: OffsetDateTime, leaf: u64, own: &Mrn) -> Changed {
        let changed = self.position.keep();
        for key in &changed.claims {
            let event = match self.events.get(key) {
                // A neighbour that took over what it leaned on keeps its own office and time.
                Some(old) if key.item.declaration != *own => Event { leaf, ..old.clone() },
                _ => Event { office: office.clone(), at, leaf },
            };
            self.events.insert(key.clone(), event);
        }
        let certificates: BTreeSet<CertificateNumber> = changed.claims.iter().map(|key| key.line.certificate).collect();
        for certificate in certificates {
            let recent = self.recent.entry(certificate).or_default();
            recent.retain(|key| !changed.claims.contains(key));
            recent.extend(changed.claims.iter().filter(|key| key.line.certificate == certificate).cloned());
        }
        self.note_lines(&changed.lines, leaf);
        self.changed.claims.extend(changed.claims.iter().cloned());
        self.changed.followers.extend(changed.followers.iter().cloned());
        changed
    }

    /// Keeps changes of lines alone.
    pub(super) fn keep_lines(&mut self, leaf: u64) {
        let changed = self.position.keep().lines;
        self.note_lines(&changed, leaf);
    }

    /// Takes over where lines stand now, to be written.
    fn note_lines(&mut self, changed: &BTreeSet<LineKey>, leaf: u64) {
        for key in changed {
            if let (Some(line), Some(position)) = (self.lines.get_mut(key), self.position.line(*key)) {
                line.position.clone_from(position);
                line.leaf = leaf;
            }
        }
        self.changed.lines.extend(changed);
    }

    /// The goods of a line.
    pub(super) fn commodity_code(&self, key: LineKey) -> Option<endmark_core::goods::CommodityCode> {
        self.lines.get(&key).map(|line| line.commodity_code)
    }

    /// The ledger of a certificate as it stands, newest entries first.
    pub(super) fn show(&self, certificate: CertificateNumber) -> CertificateLedger {
        let lines = self.position.lines_of(certificate).filter_map(|(line, position)| {
            let stored = self.lines.get(&LineKey { certificate, line })?;
            Some(LineTotals::at(stored, position))
        });
        let recent = self.recent.get(&certificate).map(Vec::as_slice).unwrap_or_default();
        let entries =
            recent.iter().rev().filter_map(|key| Some(LedgerEntry::of(&self.stored(key)?, self.lines.get(&key.line)?)));
        let mut entries: Vec<LedgerEntry> = entries.take(ENTRIES_MAX.saturating_add(1)).collect();
        let more_entries = entries.len() > ENTRIES_MAX || self.more.contains(&certificate);
        entries.truncate(ENTRIES_MAX);
        CertificateLedger { certificate, lines: lines.collect(), entries, more_entries }
    }

    fn stored(&self, key: &ClaimKey) -> Option<StoredClaim> {
        let claim = self.position.claim(key)?.clone();
        let event = self.events.get(key)?;
        Some(StoredClaim { key: key.clone(), claim, office: event.office.clone(), at: event.at, leaf: event.leaf })
    }

    /// Writes what changed.
    pub(super) fn write(&self, writes: &mut Writes<'_>, key: &RowKey) -> Result<(), StoreError> {
        let line = |key: &LineKey| {
            self.lines.get(key).cloned().ok_or_else(|| StoreError::Corrupt("a changed line is not there".to_owned()))
        };
        let new = self.inserted.iter().map(line).collect::<Result<Vec<_>, _>>()?;
        rows::insert_lines(writes, key, &new)?;
        let inserted: HashSet<&LineKey> = self.inserted.iter().collect();
        let changed = self.changed.lines.iter().filter(|key| !inserted.contains(key));
        let changed = changed.map(line).collect::<Result<Vec<_>, _>>()?;
        rows::update_lines(writes, key, &changed)?;
        let declarations: Vec<Declaration> =
            self.changed_declarations.iter().filter_map(|mrn| self.declarations.get(mrn).cloned()).collect();
        rows::put_declarations(writes, key, &declarations)?;
        let mut claims = Vec::new();
        let mut gone = Vec::new();
        for key in &self.changed.claims {
            match self.stored(key) {
                Some(claim) => claims.push(claim),
                None => gone.push(key.clone()),
            }
        }
        rows::put_claims(writes, key, &claims)?;
        rows::remove_claims(writes, &gone)?;
        rows::put_followers(writes, &self.changed.followers)?;
        let presentations: Vec<Presentation> =
            self.changed_presentations.iter().filter_map(|key| self.presentations.get(key).cloned()).collect();
        if presentations.is_empty() {
            return Ok(());
        }
        rows::put_presentations(writes.connection()?, key, &presentations)
    }
}
