//! Everything that is known of a declaration: for the API and the officers' pages alike.

use std::collections::{BTreeSet, HashMap};

use endmark_core::number::CertificateNumber;
use endmark_core::position::LineKey;
use endmark_core::reference::Mrn;
use serde_json::Value;
use time::OffsetDateTime;

use super::App;
use crate::control::CONFLICT_WITHIN;
use crate::store::control::{self as controls, Control};
use crate::store::ledger::{self as rows, Declaration, Presentation, Row, StoredClaim, StoredLine};
use crate::store::{Connection, RowKey, StoreError, log};

/// The most events of its history that are read: the newest.
const HISTORY_MAX: i64 = 200;
/// The types of entries that move goods, or say what was found.
const MOVES: [&str; 8] = [
    "declarationReserved",
    "declarationReleased",
    "reservationDeleted",
    "declarationCorrected",
    "declarationOverridden",
    "goodsPresented",
    "goodsTurnedBack",
    "controlRecorded",
];
/// The most of these that are read: the newest.
const MOVES_MAX: i64 = 200;
/// The most controls: a row a certificate each.
const CONTROLS_MAX: i64 = 1_000;

/// Why it cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum NotShown {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A row of it was changed outside the service.
    #[error("a row of this declaration was changed outside the service")]
    Tampered,
}

/// Something that happened to it.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its entry.
    pub leaf: u64,
    /// What the entry says.
    pub entry: Value,
    /// What officers wrote, for an override or a control; `None` where nothing was kept, or it was erased.
    pub written: Option<Value>,
}

impl Event {
    /// A text of the entry.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.entry.get(name)?.as_str()
    }

    /// The codes of its reasons.
    pub fn reasons(&self) -> impl Iterator<Item = &str> {
        let all = self.entry.get("reasons").and_then(Value::as_array);
        all.into_iter().flatten().filter_map(Value::as_str)
    }

    pub(super) fn is(&self, kinds: &[&str]) -> bool {
        self.text("type").is_some_and(|kind| kinds.contains(&kind))
    }
}

/// A declaration as it stands.
#[derive(Debug, Default)]
pub struct Known {
    /// It; absent where goods were only presented, checked or controlled under it.
    pub declaration: Option<Declaration>,
    /// What its items hold, in their order.
    pub claims: Vec<StoredClaim>,
    /// The lines of every certificate it draws on.
    pub lines: HashMap<LineKey, StoredLine>,
    /// Goods presented at the border.
    pub presentations: Vec<Presentation>,
    /// What officers found, newest first, each once.
    pub controls: Vec<Control>,
    /// Controls of its certificates under other declarations or none, which no movement explains, newest first.
    pub elsewhere: Vec<Control>,
    /// What happened to it, newest first.
    pub history: Vec<Event>,
    /// What of that moved the goods, or says what was found: questions, however many, hide none of it.
    pub moves: Vec<Event>,
    /// The declarations of the same movement next to it.
    pub joined: Vec<Mrn>,
}

fn verified<T, K>(found: Vec<Row<T, K>>) -> Result<Vec<T>, NotShown> {
    found.into_iter().map(|row| row.verified(|| NotShown::Tampered)).collect()
}

impl App {
    /// Everything known of a declaration; `None` when nobody ever named it.
    pub async fn declaration(&self, mrn: Mrn) -> Result<Option<Known>, NotShown> {
        let (key, now) = (self.context.keys.rows.clone(), self.context.clock.now());
        let found = self.readers.read(move |connection| Ok(read(connection, &key, &mrn, now))).await?;
        found.inspect_err(|error| {
            if matches!(error, NotShown::Tampered) {
                tracing::error!("a ledger row of a declaration was changed outside the service");
            }
        })
    }
}

fn read(connection: &mut Connection, key: &RowKey, mrn: &Mrn, now: OffsetDateTime) -> Result<Option<Known>, NotShown> {
    let of = std::slice::from_ref(mrn);
    let history = history(connection, mrn, &[], HISTORY_MAX)?;
    let declaration = verified(rows::declarations(connection, key, of)?)?.pop();
    if declaration.is_none() && history.is_empty() {
        return Ok(None);
    }
    let mut claims = verified(rows::claims_of(connection, key, of)?)?;
    claims.sort_by_key(|claim| claim.key.item.item);
    let numbers: BTreeSet<CertificateNumber> = claims.iter().map(|claim| claim.key.line.certificate).collect();
    let numbers: Vec<CertificateNumber> = numbers.into_iter().collect();
    let lines = verified(rows::lines_of(connection, key, &numbers)?)?;
    let lines: HashMap<LineKey, StoredLine> = lines.into_iter().map(|line| (line.key, line)).collect();
    if claims.iter().any(|claim| !lines.contains_key(&claim.key.line)) {
        return Err(NotShown::Tampered);
    }
    let near = rows::earlier_and_later(connection, of)?;
    let joined: BTreeSet<Mrn> = near.into_iter().flat_map(|(one, other)| [one, other]).filter(|of| of != mrn).collect();
    let mut seen = BTreeSet::new();
    let mut found = verified(controls::of_declarations(connection, key, of, CONTROLS_MAX)?)?;
    found.retain(|control| seen.insert(control.leaf));
    let first = found.iter().map(|control| control.recorded_at).min().unwrap_or(now).min(now);
    let from = first.checked_sub(CONFLICT_WITHIN).unwrap_or(first);
    let mut elsewhere = verified(controls::on_certificates(connection, key, &numbers, (from, now), CONTROLS_MAX)?)?;
    elsewhere.retain(|other| !other.explained && other.mrn.as_ref() != Some(mrn) && seen.insert(other.leaf));
    Ok(Some(Known {
        declaration,
        claims,
        lines,
        presentations: verified(rows::presentations_of(connection, key, of)?)?,
        controls: found,
        elsewhere,
        moves: self::history(connection, mrn, &MOVES, MOVES_MAX)?,
        history,
        joined: joined.into_iter().collect(),
    }))
}

fn history(connection: &mut Connection, mrn: &Mrn, kinds: &[&str], most: i64) -> Result<Vec<Event>, StoreError> {
    let mut history = Vec::new();
    for (leaf, kind, body) in log::entries_of_declaration(connection, mrn.as_str(), kinds, most)? {
        let Ok(entry) = serde_json::from_slice(&body) else { continue };
        let mut event = Event { leaf, entry, written: None };
        if matches!(kind.as_str(), "declarationOverridden" | "controlRecorded")
            && let Some(kept) = log::evidence_of(connection, leaf)?
        {
            let kept: Option<Value> = serde_json::from_slice(&kept.body).ok();
            event.written = kept.map(|kept| kept.get("request").cloned().unwrap_or(kept));
        }
        history.push(event);
    }
    Ok(history)
}
