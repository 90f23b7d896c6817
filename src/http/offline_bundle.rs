//! `GET /v1/offline-bundle`: what a device needs to judge papers without a network (docs/OFFLINE.md).

use actix_web::http::header;
use actix_web::{HttpResponse, get, web};

use super::caller::Calling;
use super::problem::ProblemDocument;
use super::{Problem, ProblemKind};
use crate::app::{App, NoBundle};
use crate::registry::Grant;

impl From<NoBundle> for Problem {
    fn from(error: NoBundle) -> Self {
        match error {
            NoBundle::Store(error) => error.into(),
            NoBundle::Bundle(_) | NoBundle::Malformed(_) => {
                tracing::error!(%error, "the bundle for devices without a network cannot be made");
                Self::new(ProblemKind::Internal, "give the operator the request id")
            }
        }
    }
}

/// The bundle of now: a JWS under the key of the log, with the keys for codes and the certificates that may not be used.
#[utoipa::path(tag = "customs",
    responses((status = 200, body = String, content_type = "application/jose"), (status = 403, body = ProblemDocument),
        (status = 503, body = ProblemDocument)))]
#[get("/v1/offline-bundle")]
pub(super) async fn show(app: web::Data<App>, calling: Calling) -> Result<HttpResponse, Problem> {
    calling.require(&app, &[Grant::CustomsRead, Grant::CustomsWrite])?;
    Ok(HttpResponse::Ok()
        .content_type("application/jose")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(app.offline_bundle().await?))
}
