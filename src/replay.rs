//! Rebuilds the ledger from the log alone, and compares it with the rows that decide.

mod compare;
mod controls;
mod request;
mod standing;
mod words;

pub use compare::Difference;
use controls::ControlKey;
pub(crate) use standing::Event;

use std::collections::BTreeMap;

use endmark_core::certificate::{self, Certificate};
use endmark_core::goods::CommodityCode;
use endmark_core::number::CertificateNumber;
use endmark_core::position::{ClaimKey, Joined, LineKey, LinePosition, Position};
use endmark_core::reference::Mrn;
use endmark_core::seal;

use crate::entry::{Kind, Logged, position_rows, rows_or_digest};
use crate::store::certificate::Standing;
use crate::store::control::Control;
use crate::store::ledger::{Declaration, Presentation};
use crate::store::sealed::{self, Sealed};
use crate::store::{Connection, StoreError, log};

/// How many entries are read at once.
const PAGE: u16 = 500;

/// Why the log does not give a ledger.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An entry does not say what it must.
    #[error("entry {leaf} cannot be replayed: {problem}")]
    Entry {
        /// Which.
        leaf: u64,
        /// What is wrong.
        problem: String,
    },
}

/// What a replay gives: every row that decides, as the log alone tells it.
#[derive(Debug, Default)]
pub struct Replayed {
    /// Every line and every claim.
    pub position: Position,
    /// How many entries were read.
    pub entries: u64,
    /// How each certificate stands.
    pub(crate) certificates: BTreeMap<CertificateNumber, Standing>,
    /// How each declaration stands.
    pub(crate) declarations: BTreeMap<Mrn, Declaration>,
    /// What was presented, by declaration and the caller's name for it.
    pub(crate) presentations: BTreeMap<(Mrn, String), Presentation>,
    /// Every control, a row a certificate: by organisation, name and certificate.
    pub(crate) controls: BTreeMap<ControlKey, Control>,
    /// The entry that last changed each row of the registry, by type of entry and subject.
    pub(crate) registry: BTreeMap<(Kind, String), u64>,
    /// How often the registry changed.
    pub(crate) registry_changes: i64,
    /// Whom the last event of each claim concerned.
    pub(crate) events: BTreeMap<ClaimKey, Event>,
    /// The entry that last changed each line.
    pub(crate) line_leaves: BTreeMap<LineKey, u64>,
    /// The goods of each line.
    pub(crate) goods: BTreeMap<LineKey, CommodityCode>,
}

/// Reads the log in order up to an entry, which is not read, and does again what its entries say was done. `progress`
/// hears of entries read and to be read.
pub fn replay_to(
    connection: &mut Connection,
    end: u64,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Replayed, ReplayError> {
    let mut replayed = Replayed::default();
    while replayed.entries < end {
        let wanted = i64::try_from(end.saturating_sub(replayed.entries)).unwrap_or(i64::MAX).min(PAGE.into());
        let page = log::entries_from(connection, replayed.entries, wanted)?;
        if page.is_empty() {
            let problem = "the log ends before it".to_owned();
            return Err(ReplayError::Entry { leaf: end, problem });
        }
        for (leaf, body) in page {
            let failed = |problem: String| ReplayError::Entry { leaf, problem };
            let entry = Logged::read(&body).map_err(|error| failed(error.to_string()))?;
            if leaf != replayed.entries || entry.leaf != leaf {
                return Err(failed(format!("entry {} is missing before it", replayed.entries)));
            }
            replayed.take(connection, &entry)?;
        }
        progress(replayed.entries, end);
    }
    Ok(replayed)
}

/// A failure without the leaf it happened at.
enum Problem {
    Store(StoreError),
    Entry(String),
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<String> for Problem {
    fn from(problem: String) -> Self {
        Self::Entry(problem)
    }
}

fn wrong(what: impl ToString) -> Problem {
    Problem::Entry(what.to_string())
}

impl Replayed {
    /// Does again what the next entry says was done.
    pub(crate) fn take(&mut self, connection: &mut Connection, entry: &Logged) -> Result<(), ReplayError> {
        let done = self.apply(connection, entry).and_then(|()| self.note(connection, entry));
        done.map_err(|problem| match problem {
            Problem::Store(error) => error.into(),
            Problem::Entry(problem) => ReplayError::Entry { leaf: entry.leaf, problem },
        })?;
        self.entries = entry.leaf.saturating_add(1);
        Ok(())
    }

    fn apply(&mut self, connection: &mut Connection, entry: &Logged) -> Result<(), Problem> {
        match (entry.kind, entry.decision.as_str()) {
            (Kind::CertificateSubmitted, "issued") => self.issue(connection, entry),
            (Kind::DeclarationReserved, "reserved") => self.hold(connection, entry, false),
            (Kind::DeclarationOverridden, "overridden") => self.hold(connection, entry, true),
            (Kind::DeclarationReleased, "released") => {
                let items = request::items(connection, entry)?;
                self.position.release(&entry.mrn()?, items.as_ref());
                Ok(())
            }
            (Kind::ReservationDeleted, "deleted") | (Kind::DeclarationCorrected, "invalidated") => {
                self.position.give_back(&entry.mrn()?);
                Ok(())
            }
            (Kind::DeclarationCorrected, "amended") => self.amend(connection, entry),
            (Kind::GoodsPresented, decision) if decision != "refused" => {
                self.position.join(&entry.mrn()?, &entry.member::<Joined>("joined")?.unwrap_or_default());
                Ok(())
            }
            // Everything else, and everything refused, leaves the ledger as it was.
            _ => Ok(()),
        }
    }

    fn issue(&mut self, connection: &mut Connection, entry: &Logged) -> Result<(), Problem> {
        let number = entry.number()?;
        let sealed = sealed::read(connection, &[number])?;
        let Sealed { jws, .. } = sealed
            .first()
            .filter(|of| !of.jws.is_empty())
            .ok_or_else(|| wrong(format!("the sealed bytes of {number} are gone")))?;
        let signed = seal::parse(jws).and_then(seal::UnverifiedSeal::verify).map_err(wrong)?;
        if signed.number() != number {
            return Err(wrong(format!("the sealed bytes kept under {number} are those of {}", signed.number())));
        }
        if Some(signed.digest()) != entry.digest {
            return Err(wrong(format!("the sealed bytes kept under {number} are not those it accepted")));
        }
        let Certificate { lines, replaces, reference, .. } = certificate::parse(signed.payload()).map_err(wrong)?;
        for line in &lines {
            let key = LineKey { certificate: number, line: line.line };
            self.goods.insert(key, line.commodity_code);
            let granted = line.quantity.value.millionths();
            self.position.load_line(key, LinePosition::untouched(line.quantity.unit, granted));
            self.line_leaves.insert(key, entry.leaf);
        }
        self.issued(number, &reference, entry)?;
        if let Some(old) = replaces {
            let goods = |line| self.goods.get(&LineKey { certificate: old, line }).copied();
            self.position.replace(old, number, &lines, goods);
        }
        Ok(())
    }

    fn hold(&mut self, connection: &mut Connection, entry: &Logged, by_hand: bool) -> Result<(), Problem> {
        let mrn = entry.mrn()?;
        let wanted = request::wanted(connection, entry)?;
        let joined = entry.member::<Joined>("joined")?.unwrap_or_default();
        let confidential = entry.member("confidential")?.unwrap_or(false);
        self.position.try_position(&mrn, &wanted, joined, confidential);
        if by_hand {
            self.position.put_excess_beside(&mrn);
        }
        let mut again = serde_json::Map::new();
        rows_or_digest(&mut again, "position", position_rows(&self.position, &mrn));
        if let Some((name, rows)) = again.iter().find(|(name, rows)| entry.ledger.get(name) != Some(rows)) {
            return Err(wrong(format!("replayed, its {name} is {rows}, not as logged")));
        }
        let touched: Vec<LineKey> = self.position.claims_of(&mrn).map(|(key, _)| key.line).collect();
        self.position.pass_on_what_came_back(touched);
        Ok(())
    }

    fn amend(&mut self, connection: &mut Connection, entry: &Logged) -> Result<(), Problem> {
        let wanted = request::corrected(connection, entry, &self.position)?;
        let above = |key| wrong(format!("{key:?} was never released so far"));
        self.position.correct(&entry.mrn()?, &wanted).map(drop).map_err(above)
    }
}
