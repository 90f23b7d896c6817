//! `GET /v1/customs/certificates/{number}`: customs reads any certificate, whatever its status.

use actix_web::{HttpResponse, get, web};

use super::caller::Calling;
use super::problem::ProblemDocument;
use super::view::{CertificateView, StandingView};
use super::{Problem, certificates};
use crate::app::App;
use crate::registry::Grant;

/// Shows a certificate to customs.
#[utoipa::path(tag = "customs",
    responses((status = 200, body = CertificateView), (status = 400, body = ProblemDocument),
        (status = 404, body = ProblemDocument)))]
#[get("/v1/customs/certificates/{number}")]
pub(super) async fn show(
    app: web::Data<App>,
    calling: Calling,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    calling.require(&app, &[Grant::CustomsRead, Grant::CustomsWrite])?;
    let number = certificates::number(&path)?;
    let found = certificates::stored(&app, number).await?.ok_or_else(Problem::not_found)?;
    let (standing, certificate, jws, lines) = found;
    let standing = StandingView::new(&app, &standing, &certificate, certificates::is_exhausted(&lines, true));
    Ok(HttpResponse::Ok().json(CertificateView { standing, certificate, jws }))
}
