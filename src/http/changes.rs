//! `GET /v1/customs/changes`: what changed, in the order of the log; for caches and pushes. And what waits too long.

use actix_web::{HttpResponse, get, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::caller::Calling;
use super::declaration_view::DeclarationView;
use super::parameters::{Parameters, leaf_named};
use super::problem::ProblemDocument;
use super::{Problem, ProblemKind};
use crate::app::App;
use crate::registry::Grant;
use crate::store::ledger::{Row, stale};
use crate::store::{head, log};

/// How many entries one request looks through: checks stand between the changes.
const WINDOW: u64 = 5_000;
/// The most stale reservations that are listed: the oldest.
const STALE_MAX: i64 = 1_000;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Query {
    /// The last leaf seen; from the beginning when left out.
    after: Option<u64>,
}

/// Changes of certificates and declarations.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the member of the JSON")]
pub(super) struct Changes {
    /// In the order of the log.
    changes: Vec<Change>,
    /// Ask for what comes after this leaf next.
    next: u64,
    /// Whether there was more to look through: ask again at once.
    more: bool,
}

/// A change.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Change {
    /// The log entry.
    entry: u64,
    /// When.
    at: String,
    /// The type of entry.
    #[serde(rename = "type")]
    kind: String,
    /// What was decided.
    decision: String,
    /// The certificates concerned.
    certificates: Vec<String>,
    /// How many more are: the entry names the first 512.
    #[serde(skip_serializing_if = "Option::is_none")]
    certificates_omitted: Option<u64>,
    /// The declaration concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    declaration: Option<String>,
}

/// The entries that change what a certificate or a declaration is worth.
const KINDS: [&str; 10] = [
    "certificateSubmitted",
    "certificateSuspended",
    "certificateResumed",
    "certificateRevoked",
    "declarationReserved",
    "declarationReleased",
    "reservationDeleted",
    "declarationCorrected",
    "declarationOverridden",
    "goodsTurnedBack",
];
/// What leaves everything as it was.
const NOTHING_CHANGED: [&str; 3] = ["refused", "already", "alreadyIssued"];

fn read(entry: u64, body: &[u8]) -> Option<Change> {
    let read: Value = serde_json::from_slice(body).ok()?;
    let text = |name: &str| Some(read.get(name)?.as_str()?.to_owned());
    let (kind, decision) = (text("type")?, text("decision")?);
    if !KINDS.contains(&kind.as_str()) || NOTHING_CHANGED.contains(&decision.as_str()) {
        return None;
    }
    let certificates = read.get("certificates").and_then(Value::as_array).cloned().unwrap_or_default();
    let certificates = certificates.iter().filter_map(|number| Some(number.as_str()?.to_owned())).collect();
    Some(Change {
        entry,
        at: text("at")?,
        kind,
        decision,
        certificates,
        certificates_omitted: read.get("certificatesOmitted").and_then(Value::as_u64),
        declaration: text("declaration"),
    })
}

/// What changed since a leaf: statuses of certificates, positions of declarations.
#[utoipa::path(tag = "customs", params(Query),
    responses((status = 200, body = Changes), (status = 400, body = ProblemDocument)))]
#[get("/v1/customs/changes")]
pub(super) async fn changes(
    app: web::Data<App>,
    calling: Calling,
    query: Result<Parameters<Query>, Problem>,
) -> Result<HttpResponse, Problem> {
    calling.require(&app, &[Grant::CustomsRead, Grant::CustomsWrite])?;
    let Parameters(query) = query?;
    let after = query.after.map(leaf_named).transpose()?;
    let from = after.map_or(0, |after| after.saturating_add(1));
    let (size, entries) = app
        .readers
        .read(move |connection| {
            let most = i64::try_from(WINDOW).unwrap_or(i64::MAX);
            Ok((head::read(connection)?.size, log::entries_from(connection, from, most)?))
        })
        .await?;
    let last = entries.last().map(|(leaf, _)| *leaf);
    let next = last.or(after).unwrap_or(0);
    let more = last.is_some_and(|last| last.saturating_add(1) < size);
    let changes = entries.iter().filter_map(|(leaf, body)| read(*leaf, body)).collect();
    Ok(HttpResponse::Ok().json(Changes { changes, next, more }))
}

/// Reservations that wait too long.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Stale {
    /// The oldest first, at most 1000.
    declarations: Vec<DeclarationView>,
    /// Whether there are more, which show when these are dealt with.
    more: bool,
}

/// The reservations that are older than the register's `stale_after_days` and not released: nothing drops them, somebody has
/// to look.
#[utoipa::path(tag = "customs", responses((status = 200, body = Stale)))]
#[get("/v1/customs/stale-reservations")]
pub(super) async fn stale_reservations(app: web::Data<App>, calling: Calling) -> Result<HttpResponse, Problem> {
    calling.require(&app, &[Grant::CustomsRead, Grant::CustomsWrite])?;
    let (key, before) = (app.context.keys.rows.clone(), app.stale_before());
    let found =
        app.readers.read(move |connection| stale(connection, &key, before, STALE_MAX.saturating_add(1))).await?;
    let shown = usize::try_from(STALE_MAX).unwrap_or(usize::MAX);
    let more = found.len() > shown;
    let mut declarations = Vec::with_capacity(found.len());
    for row in found.into_iter().take(shown) {
        match row {
            Row::Good(declaration) => declarations.push(DeclarationView::new(&app, &declaration)),
            Row::Tampered(mrn) => {
                tracing::error!(%mrn, "a declaration was changed outside the service");
                return Err(Problem::new(ProblemKind::Internal, "a row does not verify; tell the operator"));
            }
        }
    }
    Ok(HttpResponse::Ok().json(Stale { declarations, more }))
}
