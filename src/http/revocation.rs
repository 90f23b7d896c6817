//! `POST /v1/certificates/{number}/revocation`.

use actix_web::{HttpRequest, HttpResponse, post, web};

use super::caller::Calling;
use super::problem::ProblemDocument;
use super::suspension::{Reason, change};
use super::view::StandingView;
use super::{Problem, body, certificates};
use crate::app::App;
use crate::registry::Grant;
use crate::writer::Action;

/// Revokes one of the caller's own certificates, for good. Sent again, it changes nothing and answers the same.
#[utoipa::path(tag = "certificates", request_body = Reason,
    responses((status = 200, body = StandingView), (status = 404, body = ProblemDocument),
        (status = 409, body = ProblemDocument)))]
#[post("/v1/certificates/{number}/revocation")]
pub(super) async fn revoke(
    app: web::Data<App>,
    calling: Calling,
    path: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    calling.require(&app, &[Grant::Manufacturer])?;
    let number = certificates::number(&path)?;
    let Reason { reason } = body::read_json(&app, &request, payload).await?;
    change(&app, &calling, Action::Revoke { number, reason: reason.to_string() }).await
}
