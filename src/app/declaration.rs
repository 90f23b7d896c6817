//! Everything that is known of a declaration: for the API and the officers' pages alike.

use std::collections::{BTreeSet, HashMap};

use endmark_core::consignment::Citation;
use endmark_core::digest::Digest;
use endmark_core::number::CertificateNumber;
use endmark_core::position::LineKey;
use endmark_core::reference::Mrn;
use endmark_core::verdict::{Finding, Severity, Verdict};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use time::OffsetDateTime;

use super::App;
use super::declared::goods;
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

    fn is(&self, kinds: &[&str]) -> bool {
        self.text("type").is_some_and(|kind| kinds.contains(&kind))
    }
}

/// What customs asked last of a declaration, where that was refused.
#[derive(Debug, Clone)]
pub struct Refused {
    /// The refusal.
    pub event: Event,
    /// What the verdict had against it, and at which goods items; empty where it never came to the goods, or was erased.
    pub findings: Vec<(Finding, Vec<u32>)>,
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
    /// What was asked last, where that was refused.
    pub refused: Option<Refused>,
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
    let moves = self::history(connection, mrn, &MOVES, MOVES_MAX)?;
    Ok(Some(Known {
        declaration,
        claims,
        lines,
        presentations: verified(rows::presentations_of(connection, key, of)?)?,
        controls: found,
        elsewhere,
        refused: refused(connection, &moves)?,
        moves,
        history,
        joined: joined.into_iter().collect(),
    }))
}

/// The evidence of a position that was judged.
#[derive(Deserialize)]
struct Judged {
    request: Box<RawValue>,
    verdict: Verdict,
}

impl Judged {
    /// The findings that decided. What several items draw together is found at the line: the items are those that cite it.
    fn against(self) -> Vec<(Finding, Vec<u32>)> {
        let asked = goods(&self.request);
        let items = |finding: &Finding| match (finding.goods_item, &finding.certificate, finding.line) {
            (Some(item), ..) => vec![item],
            (None, Some(certificate), Some(line)) => {
                let all = asked.iter().flat_map(|asked| &asked.goods_items);
                let here = |of: &Citation| of.line == line && same_certificate(of.certificate.as_str(), certificate);
                all.filter(|item| item.citations.iter().any(here)).map(|item| item.goods_item_number).collect()
            }
            _ => Vec::new(),
        };
        let grave = self.verdict.findings.into_iter().filter(|finding| finding.severity >= Severity::Open);
        grave.map(|finding| (items(&finding), finding)).map(|(items, finding)| (finding, items)).collect()
    }
}

/// However it is written.
fn same_certificate(one: &str, other: &str) -> bool {
    let read = |text: &str| text.parse::<CertificateNumber>().ok();
    read(one).is_some() && read(one) == read(other)
}

/// The newest position, where it was refused. A late copy, and what another organisation tried, say nothing of it.
fn refused(connection: &mut Connection, moves: &[Event]) -> Result<Option<Refused>, StoreError> {
    const POSITIONS: [&str; 2] = ["declarationReserved", "declarationOverridden"];
    const STEPS: [&str; 3] = ["declarationReleased", "reservationDeleted", "declarationCorrected"];
    const BESIDE: [&str; 2] = ["versionSuperseded", "anothersDeclaration"];
    let is_refused = |event: &Event| event.text("decision") == Some("refused");
    let counts = |event: &&Event| {
        let position = event.is(&POSITIONS) && !event.reasons().any(|reason| BESIDE.contains(&reason));
        position || event.is(&STEPS) && !is_refused(event)
    };
    let Some(event) = moves.iter().find(counts).filter(|event| is_refused(event)) else { return Ok(None) };
    let sealed = event.entry.get("evidence").and_then(|digest| Digest::deserialize(digest).ok());
    let kept = log::evidence_of(connection, event.leaf)?.filter(|kept| Some(kept.digest()) == sealed);
    let judged: Option<Judged> = kept.and_then(|kept| serde_json::from_slice(&kept.body).ok());
    let findings = judged.map(Judged::against).unwrap_or_default();
    Ok(Some(Refused { event: event.clone(), findings }))
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
