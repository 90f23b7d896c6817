//! `POST /v1/customs/checks` and `POST /v1/prechecks`: does this consignment conform?

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, post, web};
use endmark_core::consignment::{self, Consignment};
use endmark_core::verdict::Verdict;
use serde::Serialize;
use utoipa::ToSchema;

use super::body::{self, CONSIGNMENT};
use super::caller::Calling;
use super::problem::ProblemDocument;
use super::{Problem, ProblemKind};
use crate::app::{App, Cause};
use crate::registry::Grant;
use crate::writer::{Action, Command, Reply};

/// A verdict and the log entry that holds it: the shape for OpenAPI. The writer makes the JSON once, for evidence
/// and answer.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Checked {
    #[serde(flatten)]
    verdict: Verdict,
    /// The log entry.
    entry: u64,
}

/// Judges a consignment; nothing is reserved. A negative verdict is a 200: problems are for questions that could
/// not be judged.
#[utoipa::path(tag = "customs", request_body = Consignment,
    responses((status = 200, body = Checked), (status = 400, body = ProblemDocument),
        (status = 403, body = ProblemDocument), (status = 503, body = ProblemDocument)))]
#[post("/v1/customs/checks")]
pub(super) async fn check(
    app: web::Data<App>,
    calling: Calling,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    calling.require(&app, &[Grant::CustomsRead, Grant::CustomsWrite])?;
    judge(&app, &calling, &request, payload, false).await
}

/// The dry run for manufacturers and declarants: would this conform? A manufacturer sees its own certificates; a
/// declarant learns whether others fit, not what they say.
#[utoipa::path(tag = "certificates", request_body = Consignment,
    responses((status = 200, body = Checked), (status = 400, body = ProblemDocument),
        (status = 403, body = ProblemDocument), (status = 503, body = ProblemDocument)))]
#[post("/v1/prechecks")]
pub(super) async fn precheck(
    app: web::Data<App>,
    calling: Calling,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    calling.require(&app, &[Grant::Manufacturer, Grant::Declarant])?;
    judge(&app, &calling, &request, payload, true).await
}

async fn judge(
    app: &App,
    calling: &Calling,
    request: &HttpRequest,
    payload: web::Payload,
    is_precheck: bool,
) -> Result<HttpResponse, Problem> {
    let body = body::read(app, request, payload, &CONSIGNMENT).await?;
    calling.spend_evidence(app, body.len())?;
    let consignment = Arc::new(read(app, &body)?);
    let body: Arc<[u8]> = body.into();
    let prepare = async || {
        let request = app.prepare_check(&body, &consignment, is_precheck).await?;
        Ok::<_, Problem>(Command {
            origin: calling.origin(),
            organisation: calling.0.organisation.to_string(),
            action: Action::Check(Box::new(request)),
        })
    };
    let answer = app.submit(prepare).await?;
    match answer.reply {
        Reply::Checked(json) => Ok(HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, "application/json"))
            .insert_header((header::LOCATION, format!("/v1/entries/{}/receipt", answer.leaf)))
            .body(json.to_string())),
        _ => Err(Problem::new(ProblemKind::Internal, "give the operator the request id")),
    }
}

/// Reads a consignment, or counts that it is none.
pub(super) fn read(app: &App, body: &[u8]) -> Result<Consignment, Problem> {
    consignment::parse(body).map_err(|error| {
        app.turned_away.count(Cause::Malformed);
        Problem::new(ProblemKind::ConsignmentMalformed, error.to_string())
    })
}
