//! `GET /v1/entries/{id}/receipt`: the proof that an entry is in the log.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::Calling;
use super::parameters::malformed;
use super::problem::ProblemDocument;
use super::{Problem, ProblemKind};
use crate::app::{App, NotProved};
use crate::registry::Grant;
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

/// Makes the receipt of an entry of an organisation, or of any where none is named, against a checkpoint.
pub(super) async fn receipt_of(
    app: &App,
    leaf: u64,
    of: Option<&str>,
    published: &Published,
) -> Result<ReceiptView, Problem> {
    let proved = app.proved(leaf, of, published).await?.ok_or_else(Problem::not_found)?;
    Ok(ReceiptView { leaf, entry: proved.entry, proof: proved.receipt.to_text() })
}

impl From<NotProved> for Problem {
    fn from(error: NotProved) -> Self {
        match error {
            NotProved::Store(error) => error.into(),
            NotProved::Broken { .. } => {
                Self::new(ProblemKind::Internal, "the proof of this entry does not verify; tell the operator")
            }
        }
    }
}

/// The receipt of an entry that an organisation may see, as JSON.
pub(crate) async fn receipt_for(app: &App, leaf: u64, organisation: Option<&str>) -> Result<HttpResponse, Problem> {
    let published = app.writer.shared().published.load_full();
    Ok(HttpResponse::Ok().json(receipt_of(app, leaf, organisation, &published).await?))
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
    let leaf: u64 =
        path.parse().map_err(|_| malformed("an entry's id is its leaf index, a whole number such as 17"))?;
    let own = (!calling.0.may(&[Grant::Auditor])).then(|| calling.0.organisation.as_str());
    let published = app.writer.shared().published.load_full();
    let shown = receipt_of(&app, leaf, own, &published).await?;
    let plain = request.headers().get(header::ACCEPT).is_some_and(|accept| accept == "text/plain");
    if plain {
        return Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(shown.proof));
    }
    Ok(HttpResponse::Ok().json(shown))
}
