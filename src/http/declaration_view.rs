//! How a declaration is shown.

use endmark_core::consignment::Consignment;
use endmark_core::position::Joined;
use endmark_core::reference::{Mrn, Office};
use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{Problem, ProblemKind};
use crate::app::App;
use crate::ledger::{LedgerEntry, decimal};
use crate::store::ledger::{self as rows, Declaration, Row, Status};
use crate::store::{StoreError, log};

/// The most events of its history that a declaration shows: the newest.
const HISTORY_MAX: i64 = 200;

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
    /// Its events, newest first.
    history: Vec<Event>,
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
struct Event {
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

impl Event {
    fn read(leaf: u64, body: &[u8], evidence: Option<&[u8]>) -> Option<Self> {
        let entry: Value = serde_json::from_slice(body).ok()?;
        let text = |name: &str| Some(entry.get(name)?.as_str()?.to_owned());
        let reasons = entry.get("reasons").and_then(Value::as_array).cloned().unwrap_or_default();
        let by_hand = evidence.and_then(|evidence| {
            let evidence: Value = serde_json::from_slice(evidence).ok()?;
            let request = evidence.get("request")?;
            Some(serde_json::json!({ "officer": request.get("officer")?, "reason": request.get("reason")? }))
        });
        let erased = || serde_json::json!({ "officer": "redacted", "reason": "redacted" });
        let by_hand = by_hand.or_else(|| (evidence.is_none() && text("decision")? == "overridden").then(erased));
        Some(Self {
            entry: leaf,
            at: text("at")?,
            kind: text("type")?,
            decision: text("decision")?,
            organisation: text("organisation")?,
            customs_office: text("office"),
            reasons: reasons.iter().filter_map(|reason| Some(reason.as_str()?.to_owned())).collect(),
            by_hand,
        })
    }
}

/// Everything known of a declaration; `None` when nobody ever named it.
pub(super) async fn detail(app: &App, mrn: Mrn) -> Result<Option<DeclarationDetail>, Problem> {
    let key = app.context.keys.rows.clone();
    let found = app
        .readers
        .read(move |connection| {
            let of = std::slice::from_ref(&mrn);
            let declaration = rows::declarations(connection, &key, of)?.pop();
            let claims = rows::claims_of(connection, &key, of)?;
            let mut numbers: Vec<_> = claims
                .iter()
                .filter_map(|row| match row {
                    Row::Good(claim) => Some(claim.key.line.certificate),
                    Row::Tampered(_) => None,
                })
                .collect();
            numbers.sort_unstable();
            numbers.dedup();
            let lines = rows::lines_of(connection, &key, &numbers)?;
            let presentations = rows::presentations_of(connection, &key, of)?;
            let mut history = Vec::new();
            for (leaf, kind, body) in log::entries_of_declaration(connection, mrn.as_str(), HISTORY_MAX)? {
                let evidence = match kind.as_str() {
                    "declarationOverridden" => log::evidence_of(connection, leaf)?,
                    _ => None,
                };
                history.push((leaf, body, evidence));
            }
            Ok::<_, StoreError>((declaration, claims, lines, presentations, history))
        })
        .await?;
    let (declaration, claims, lines, presentations, history) = found;
    if declaration.is_none() && history.is_empty() {
        return Ok(None);
    }
    let fault = || {
        tracing::error!("a ledger row of a declaration was changed outside the service");
        Problem::new(ProblemKind::Internal, "what is stored of this declaration does not verify; tell the operator")
    };
    let declaration = declaration.map(|row| row.verified(fault)).transpose()?;
    let lines: std::collections::HashMap<_, _> =
        lines.into_iter().map(|row| row.verified(fault).map(|line| (line.key, line))).collect::<Result<_, _>>()?;
    let mut holds = Vec::new();
    for row in claims {
        let claim = row.verified(fault)?;
        let line = lines.get(&claim.key.line).ok_or_else(fault)?;
        let certificate = claim.key.line.certificate.to_string();
        holds.push(Hold { certificate, entry: LedgerEntry::of(&claim, line) });
    }
    holds.sort_by_key(|hold| hold.entry.goods_item_number);
    let mut shown = Vec::new();
    for row in presentations {
        let of = row.verified(fault)?;
        let goods = of.goods.into_iter().map(|goods| GoodsPresented {
            goods_item_number: goods.item,
            certificate: goods.certificate.to_string(),
            certificate_line_number: goods.line,
            quantity: decimal(goods.millionths),
        });
        shown.push(PresentationView {
            id: of.id,
            customs_office: of.office,
            event_date_time: of.at,
            turned_back: of.turned_back,
            goods: goods.collect(),
            entry: of.leaf,
        });
    }
    let history = history.iter().filter_map(|(leaf, body, evidence)| {
        Event::read(*leaf, body, evidence.as_ref().map(|kept| kept.body.as_slice()))
    });
    Ok(Some(DeclarationDetail {
        declaration: declaration.map(|of| DeclarationView::new(app, &of)),
        holds,
        presentations: shown,
        history: history.collect(),
    }))
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
