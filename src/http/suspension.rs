//! `PUT` and `DELETE /v1/certificates/{number}/suspension`.

use std::borrow::Cow;

use actix_web::{HttpRequest, HttpResponse, delete, put, web};
use endmark_core::check::StoredStatus;
use endmark_core::text::Text;
use serde::Deserialize;
use utoipa::ToSchema;

use super::caller::Calling;
use super::problem::ProblemDocument;
use super::view::StandingView;
use super::{Problem, ProblemKind, body, certificates};
use crate::app::App;
use crate::registry::Grant;
use crate::writer::{Action, Command, Reply};

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Reason {
    /// In words, up to 500 characters.
    pub(super) reason: Text<500>,
}

/// Suspends one of the caller's own certificates: nothing new is drawn on it until it is resumed.
#[utoipa::path(tag = "certificates", request_body = Reason,
    responses((status = 200, body = StandingView), (status = 404, body = ProblemDocument),
        (status = 409, body = ProblemDocument)))]
#[put("/v1/certificates/{number}/suspension")]
pub(super) async fn suspend(
    app: web::Data<App>,
    calling: Calling,
    path: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    calling.require(&app, &[Grant::Manufacturer])?;
    let number = certificates::number(&path)?;
    let Reason { reason } = body::read_json(&app, &request, payload).await?;
    change(&app, &calling, Action::Suspend { number, reason: reason.to_string() }).await
}

/// Lifts the suspension.
#[utoipa::path(tag = "certificates",
    responses((status = 200, body = StandingView), (status = 404, body = ProblemDocument),
        (status = 409, body = ProblemDocument)))]
#[delete("/v1/certificates/{number}/suspension")]
pub(super) async fn resume(
    app: web::Data<App>,
    calling: Calling,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    calling.require(&app, &[Grant::Manufacturer])?;
    change(&app, &calling, Action::Resume { number: certificates::number(&path)? }).await
}

/// Has the writer change a status, and shows how the certificate stands then.
pub(super) async fn change(app: &App, calling: &Calling, action: Action) -> Result<HttpResponse, Problem> {
    let command = Command { origin: calling.origin(), organisation: calling.0.organisation.to_string(), action };
    let answer = app.writer.submit(command).await?;
    match answer.reply {
        Reply::Status { standing, .. } => {
            let (_, certificate, _, lines) =
                certificates::stored(app, standing.number).await?.ok_or_else(Problem::not_found)?;
            let exhausted = certificates::is_exhausted(&lines, false);
            Ok(HttpResponse::Ok().json(StandingView::new(app, &standing, &certificate, exhausted)))
        }
        Reply::NotFound => Err(Problem::not_found().with("entry", answer.leaf)),
        Reply::StatusForbids(standing) => {
            let detail = format!("{} is {}, which is final", standing.number, standing.status.as_str());
            Err(status_forbids(detail, &standing.status).with("entry", answer.leaf))
        }
        _ => Err(Problem::new(ProblemKind::Internal, "give the operator the request id")),
    }
}

/// The status of a certificate is against it.
pub(super) fn status_forbids(detail: impl Into<Cow<'static, str>>, status: &StoredStatus) -> Problem {
    Problem::new(ProblemKind::StatusForbids, detail).with("certificateStatus", status.as_str())
}
