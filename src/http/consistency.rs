//! `GET /v1/audit/consistency`: the proof that the log continues an older checkpoint.

use actix_web::{HttpResponse, get, web};
use endmark_core::log::{ConsistencyProof, consistency_proof};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Problem;
use super::caller::Calling;
use super::parameters::{Parameters, malformed};
use super::problem::ProblemDocument;
use crate::app::App;
use crate::registry::Grant;
use crate::store::tile::with_tiles;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Query {
    /// Size of the older checkpoint.
    old: u64,
    /// Size of the newer one; that of the newest when left out.
    new: Option<u64>,
}

/// The proof that the log of `new` entries begins with that of `old` entries, as a text (docs/LOG.md). For auditors.
#[utoipa::path(tag = "log", params(Query),
    responses((status = 200, body = String, content_type = "text/plain"), (status = 400, body = ProblemDocument)))]
#[get("/v1/audit/consistency")]
pub(super) async fn consistency(
    app: web::Data<App>,
    calling: Calling,
    query: Result<Parameters<Query>, Problem>,
) -> Result<HttpResponse, Problem> {
    calling.require(&app, &[Grant::Auditor])?;
    let Parameters(query) = query?;
    let size = app.writer.shared().published.load().head.size;
    let (old, new) = (query.old, query.new.unwrap_or(size));
    if old > new || new > size {
        let problem = format!("wanted old up to new, and new up to {size}, the newest checkpoint's size");
        return Err(malformed(problem));
    }
    let proof =
        app.readers.read(move |connection| with_tiles(connection, |tiles| consistency_proof(old, new, tiles))).await?;
    let text = ConsistencyProof { old, new, proof }.to_text();
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(text))
}
