//! How a declaration is shown.

use std::collections::BTreeMap;

use endmark_core::consignment::Consignment;
use endmark_core::position::Joined;
use endmark_core::reference::{Mrn, Office};
use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::controls::ControlView;
use super::{Problem, ProblemKind};
use crate::app::{App, Event, NotShown};
use crate::ledger::{LedgerEntry, decimal};
use crate::store::ledger::{Declaration, Presentation, Presented, Status, StoredClaim};

/// A declaration as it stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeclarationView {
    /// Its MRN.
    #[schema(value_type = String)]
    mrn: Mrn,
    /// Its version.
    declaration_version: u32,
    /// Where it stands.
    status: Status,
    /// Who made the position.
    organisation: String,
    /// The office of its last event.
    customs_office: Office,
    /// Whether it is shown to customs alone.
    confidential: bool,
    /// Whether an officer decided by hand: its history says who and why.
    overridden: bool,
    /// Whether it is reserved for longer than the register expects and not released: look after it.
    stale: bool,
    /// When its reservation began.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    reserved_at: OffsetDateTime,
    /// The declarations it follows.
    #[schema(value_type = Object)]
    previous: Joined,
    /// Its last log entry.
    entry: u64,
}

impl DeclarationView {
    pub(super) fn new(app: &App, of: &Declaration) -> Self {
        let held = matches!(of.status, Status::Reserved | Status::PartlyReleased);
        Self {
            mrn: of.mrn.clone(),
            declaration_version: of.version,
            status: of.status,
            organisation: of.organisation.to_string(),
            customs_office: of.office.clone(),
            confidential: of.confidential,
            overridden: of.overridden,
            stale: held && of.since < app.stale_before(),
            reserved_at: of.since,
            previous: of.joined.clone(),
            entry: of.leaf,
        }
    }
}

/// A declaration with everything known of it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeclarationDetail {
    /// How it stands; absent where goods were only presented under it.
    #[serde(flatten)]
    declaration: Option<DeclarationView>,
    /// What it holds.
    holds: Vec<Hold>,
    /// Goods presented at the border.
    presentations: Vec<PresentationView>,
    /// What officers found at the border, newest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    controls: Vec<ControlView>,
    /// Its events, newest first: the last 200 that moved goods, and the last 200 of any kind, questions too.
    history: Vec<HistoryEvent>,
}

/// What a goods item holds of a certificate.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Hold {
    /// The certificate.
    certificate: String,
    #[serde(flatten)]
    entry: LedgerEntry,
}

/// Goods presented at the border.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct PresentationView {
    /// The name it was given; the office where none was.
    id: String,
    /// Where.
    customs_office: Office,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    event_date_time: OffsetDateTime,
    /// Whether the goods were turned back, or did not conform: they may be presented again.
    turned_back: bool,
    /// What was presented.
    goods: Vec<GoodsPresented>,
    /// Its log entry.
    entry: u64,
}

/// So much of a line.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct GoodsPresented {
    goods_item_number: u32,
    certificate: String,
    certificate_line_number: u32,
    /// In the unit of the line.
    quantity: endmark_core::goods::Decimal,
}

/// An event of its history.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct HistoryEvent {
    /// The log entry.
    entry: u64,
    /// When.
    at: String,
    /// The type of entry.
    #[serde(rename = "type")]
    kind: String,
    /// What was decided.
    decision: String,
    /// Who asked.
    organisation: String,
    /// The office.
    #[serde(skip_serializing_if = "Option::is_none")]
    customs_office: Option<String>,
    /// Reason codes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<String>,
    /// For an override: officer and reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    by_hand: Option<Value>,
}

impl HistoryEvent {
    fn of(event: &Event) -> Option<Self> {
        let text = |name: &str| event.text(name).map(str::to_owned);
        let reasons = event.entry.get("reasons").and_then(Value::as_array).cloned().unwrap_or_default();
        let by_hand = event.written.as_ref().filter(|_| event.text("type") == Some("declarationOverridden"));
        let by_hand = by_hand.and_then(|written| {
            Some(serde_json::json!({ "officer": written.get("officer")?, "reason": written.get("reason")? }))
        });
        let erased = || serde_json::json!({ "officer": "redacted", "reason": "redacted" });
        let is_erased = event.written.is_none() && event.text("decision") == Some("overridden");
        Some(Self {
            entry: event.leaf,
            at: text("at")?,
            kind: text("type")?,
            decision: text("decision")?,
            organisation: text("organisation")?,
            customs_office: text("office"),
            reasons: reasons.iter().filter_map(|reason| Some(reason.as_str()?.to_owned())).collect(),
            by_hand: by_hand.or_else(|| is_erased.then(erased)),
        })
    }
}

/// Everything known of a declaration; `None` when nobody ever named it.
pub(super) async fn detail(app: &App, mrn: Mrn) -> Result<Option<DeclarationDetail>, Problem> {
    let Some(known) = app.declaration(mrn).await? else { return Ok(None) };
    let hold = |claim: &StoredClaim| {
        let certificate = claim.key.line.certificate.to_string();
        Some(Hold { certificate, entry: LedgerEntry::of(claim, known.lines.get(&claim.key.line)?) })
    };
    let goods = |goods: &Presented| GoodsPresented {
        goods_item_number: goods.item,
        certificate: goods.certificate.to_string(),
        certificate_line_number: goods.line,
        quantity: decimal(goods.millionths),
    };
    let presentation = |of: &Presentation| PresentationView {
        id: of.id.clone(),
        customs_office: of.office.clone(),
        event_date_time: of.at,
        turned_back: !of.has_passed(),
        goods: of.goods.iter().map(goods).collect(),
        entry: of.leaf,
    };
    // Questions, however many, push nothing out that moved the goods.
    let events = known.history.iter().chain(&known.moves);
    let history: BTreeMap<u64, &Event> = events.map(|event| (event.leaf, event)).collect();
    Ok(Some(DeclarationDetail {
        holds: known.claims.iter().filter_map(hold).collect(),
        presentations: known.presentations.iter().map(presentation).collect(),
        controls: known.controls.iter().map(ControlView::of).collect(),
        history: history.into_values().rev().filter_map(HistoryEvent::of).collect(),
        declaration: known.declaration.map(|of| DeclarationView::new(app, &of)),
    }))
}

impl From<NotShown> for Problem {
    fn from(error: NotShown) -> Self {
        match error {
            NotShown::Store(error) => error.into(),
            NotShown::Tampered => {
                let words = "what is stored of this declaration does not verify; tell the operator";
                Self::new(ProblemKind::Internal, words)
            }
        }
    }
}

/// The body of an override: who decides, where, why, and the consignment that is let pass.
#[derive(Debug, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Override {
    /// The responsible officer.
    #[schema(value_type = String)]
    pub(super) officer: endmark_core::text::Text<70>,
    /// The officer's office.
    pub(super) office: Office,
    /// Why.
    #[schema(value_type = String)]
    pub(super) reason: endmark_core::text::Text<500>,
    /// What is let pass.
    #[schema(value_type = Consignment)]
    pub(super) consignment: Box<serde_json::value::RawValue>,
}
