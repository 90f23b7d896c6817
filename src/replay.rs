//! Rebuilds the ledger from the log alone, and compares it with the rows that decide.

mod compare;
mod request;

pub use compare::compare;

use std::collections::{BTreeMap, BTreeSet};

use endmark_core::certificate::{self, Certificate};
use endmark_core::digest::Digest;
use endmark_core::goods::CommodityCode;
use endmark_core::number::CertificateNumber;
use endmark_core::position::{Joined, LineKey, LinePosition, Position};
use endmark_core::reference::Mrn;
use endmark_core::seal;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::entry::{Kind, position_rows, rows_or_digest};
use crate::store::{Connection, StoreError, certificate as certificates, log};

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

/// What a replay gives.
#[derive(Debug, Default)]
pub struct Replayed {
    /// Every line and every claim.
    pub position: Position,
    /// How many entries were read.
    pub entries: u64,
    goods: BTreeMap<LineKey, CommodityCode>,
}

/// What of an entry the ledger needs.
#[derive(Debug, Deserialize)]
struct Logged {
    leaf: u64,
    #[serde(rename = "type")]
    kind: Kind,
    #[serde(default)]
    certificates: Vec<String>,
    declaration: Option<String>,
    decision: String,
    #[serde(default)]
    ledger: Value,
    evidence: Option<Digest>,
}

/// Reads the whole log in order and does again what its entries say was done.
pub fn replay(connection: &mut Connection) -> Result<Replayed, ReplayError> {
    let mut replayed = Replayed::default();
    loop {
        let page = log::entries_from(connection, replayed.entries, PAGE.into())?;
        if page.is_empty() {
            return Ok(replayed);
        }
        for (leaf, body) in page {
            let leaf_of_body = replayed.entries;
            let failed = |problem: String| ReplayError::Entry { leaf, problem };
            let entry: Logged = serde_json::from_slice(&body).map_err(|error| failed(error.to_string()))?;
            if leaf != leaf_of_body || entry.leaf != leaf {
                return Err(failed(format!("entry {leaf_of_body} is missing before it")));
            }
            replayed.apply(connection, &entry).map_err(|problem| match problem {
                Problem::Store(error) => error.into(),
                Problem::Entry(problem) => failed(problem),
            })?;
            replayed.position.keep();
            replayed.entries = replayed.entries.saturating_add(1);
        }
    }
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

fn wrong(what: impl ToString) -> Problem {
    Problem::Entry(what.to_string())
}

impl Logged {
    fn mrn(&self) -> Result<Mrn, Problem> {
        self.declaration.as_deref().ok_or_else(|| wrong("it names no declaration"))?.parse().map_err(wrong)
    }

    /// A member of what it did to the ledger.
    fn member<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, Problem> {
        let member = self.ledger.get(name).map(T::deserialize).transpose();
        member.map_err(|error| wrong(format!("ledger.{name}: {error}")))
    }
}

impl Replayed {
    fn apply(&mut self, connection: &mut Connection, entry: &Logged) -> Result<(), Problem> {
        match (entry.kind, entry.decision.as_str()) {
            (Kind::CertificateSubmitted, "issued") => self.issue(connection, entry),
            (Kind::DeclarationReserved, "reserved") => self.hold(connection, entry, false),
            (Kind::DeclarationOverridden, "overridden") => self.hold(connection, entry, true),
            (Kind::DeclarationReleased, "released") => {
                let items = match entry.member::<BTreeSet<u32>>("items")? {
                    None if entry.ledger.get("itemsDigest").is_some() => Some(request::items(connection, entry)?),
                    items => items,
                };
                self.position.release(&entry.mrn()?, items.as_ref());
                Ok(())
            }
            (Kind::ReservationDeleted, "deleted") | (Kind::DeclarationCorrected, "invalidated") => {
                self.position.give_back(&entry.mrn()?);
                Ok(())
            }
            (Kind::DeclarationCorrected, "amended") => self.amend(connection, entry),
            // Everything else, and everything refused, leaves the ledger as it was.
            _ => Ok(()),
        }
    }

    fn issue(&mut self, connection: &mut Connection, entry: &Logged) -> Result<(), Problem> {
        let number = entry.certificates.first().ok_or_else(|| wrong("it names no certificate"))?;
        let number: CertificateNumber = number.parse().map_err(wrong)?;
        let sealed = certificates::sealed_bytes(connection, &[number])?;
        let (_, jws, _) = sealed.first().ok_or_else(|| wrong(format!("the sealed bytes of {number} are gone")))?;
        let signed = seal::parse(jws).and_then(seal::UnverifiedSeal::verify).map_err(wrong)?;
        if signed.number() != number {
            return Err(wrong(format!("the sealed bytes kept under {number} are those of {}", signed.number())));
        }
        let Certificate { lines, replaces, .. } = certificate::parse(signed.payload()).map_err(wrong)?;
        for line in &lines {
            let key = LineKey { certificate: number, line: line.line };
            self.goods.insert(key, line.commodity_code);
            let granted = line.quantity.value.millionths();
            self.position.load_line(key, LinePosition::untouched(line.quantity.unit, granted));
        }
        if let Some(old) = replaces {
            let goods = |line| self.goods.get(&LineKey { certificate: old, line }).copied();
            self.position.replace(old, number, &lines, goods);
        }
        Ok(())
    }

    fn hold(&mut self, connection: &mut Connection, entry: &Logged, by_hand: bool) -> Result<(), Problem> {
        let mrn = entry.mrn()?;
        let wanted = request::wanted(connection, entry, by_hand, &self.position)?;
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
