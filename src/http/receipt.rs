//! `GET /v1/entries/{id}/receipt`: the proof that an entry is in the log.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};
use endmark_core::log::Receipt;
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::Calling;
use super::problem::ProblemDocument;
use super::{Problem, ProblemKind};
use crate::app::App;
use crate::registry::Grant;
use crate::store::{log, tile};
use crate::writer::Published;

/// An entry and the proof that the log has it (docs/LOG.md).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReceiptView {
    /// Its place in the log.
    leaf: u64,
    /// The exact bytes of the entry, which are hashed.
    entry: String,
    /// The receipt: C2SP tlog-proof with a signed checkpoint.
    proof: String,
}

/// Makes the receipt of an entry against a checkpoint, and verifies it before anyone sees it.
pub(super) async fn receipt_of(app: &App, leaf: u64, published: &Published) -> Result<ReceiptView, Problem> {
    let (size, note) = (published.head.size, published.note.clone());
    let found = app
        .readers
        .read(move |connection| {
            let Some((_, entry)) = log::entry(connection, leaf)? else { return Ok(None) };
            let proof = tile::inclusion(connection, leaf, size)?;
            Ok(Some((entry, proof)))
        })
        .await?;
    let (entry, proof) = found.ok_or_else(Problem::not_found)?;
    let made = Receipt { leaf, proof, checkpoint: note };
    let fault = |why: String| {
        tracing::error!(leaf, why, "a receipt does not verify");
        Problem::new(ProblemKind::Internal, "the proof of this entry does not verify; tell the operator")
    };
    made.verify(&entry, std::slice::from_ref(app.context.keys.log.key())).map_err(|e| fault(e.to_string()))?;
    let entry = String::from_utf8(entry).map_err(|error| fault(error.to_string()))?;
    Ok(ReceiptView { leaf, entry, proof: made.to_text() })
}

/// The receipt of an entry that an organisation may see, as JSON.
pub(crate) async fn receipt_for(app: &App, leaf: u64, organisation: &str) -> Result<HttpResponse, Problem> {
    let owner = app.readers.read(move |connection| Ok(log::entry(connection, leaf)?.map(|(owner, _)| owner))).await?;
    if owner.as_deref() != Some(organisation) {
        return Err(Problem::not_found());
    }
    let published = std::sync::Arc::clone(&app.writer.shared().published.load());
    Ok(HttpResponse::Ok().json(receipt_of(app, leaf, &published).await?))
}

/// Proves that an entry of the caller's own organisation is in the log; auditors get any. With
/// `Accept: text/plain` the proof alone.
#[utoipa::path(tag = "log",
    responses((status = 200, body = ReceiptView), (status = 404, body = ProblemDocument)))]
#[get("/v1/entries/{id}/receipt")]
pub(super) async fn receipt(
    app: web::Data<App>,
    calling: Calling,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let leaf: u64 = path.parse().map_err(|_| {
        Problem::new(ProblemKind::ParameterMalformed, "an entry's id is its leaf index, a whole number such as 17")
    })?;
    let owner = app.readers.read(move |connection| Ok(log::entry(connection, leaf)?.map(|(owner, _)| owner))).await?;
    let may_see = calling.0.may(&[Grant::Auditor]) || owner.as_deref() == Some(calling.0.organisation.as_str());
    if owner.is_none() || !may_see {
        return Err(Problem::not_found());
    }
    let published = std::sync::Arc::clone(&app.writer.shared().published.load());
    let shown = receipt_of(&app, leaf, &published).await?;
    let plain = request.headers().get(header::ACCEPT).is_some_and(|accept| accept == "text/plain");
    if plain {
        return Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(shown.proof));
    }
    Ok(HttpResponse::Ok().json(shown))
}
