//! `POST /officer/offline/controls`: what an officer's device recorded without a network. JSON, answered with JSON: a
//! script sends it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, ResponseError as _, post, web};
use serde_json::{Map, Value};

use super::away::Away;
use super::control::officers_name;
use super::session::Signed;
use crate::app::{App, Cause};
use crate::control::ControlReport;
use crate::http::{Problem, ProblemKind};

/// The most bytes of a report.
const BYTES_MAX: usize = 256 * 1024;

/// Its route.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(record);
}

/// Records a report in the name of the officer who is signed in: who and where are not the device's to say.
#[post("/officer/offline/controls")]
async fn record(
    app: web::Data<App>,
    signed: Result<Signed, Away>,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    // The queue keeps what it has until somebody is signed in again.
    let Ok(signed) = signed else { return HttpResponse::build(StatusCode::UNAUTHORIZED).finish() };
    match recorded(&app, &signed, &request, payload).await {
        Ok(answer) => answer,
        Err(problem) => problem.error_response(),
    }
}

async fn recorded(
    app: &App,
    signed: &Signed,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let token = request.headers().get("x-endmark-csrf").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let foreign = |_| Problem::new(ProblemKind::OfficerUnknown, "another page sent this; load the page anew");
    signed.require_own_form(app, request, token).map_err(foreign)?;
    let malformed = |detail: String| {
        app.turned_away.count(Cause::Malformed);
        Problem::new(ProblemKind::RequestMalformed, detail)
    };
    let body = match payload.to_bytes_limited(BYTES_MAX).await {
        Ok(Ok(body)) => body,
        Ok(Err(error)) => return Err(malformed(error.to_string())),
        Err(_) => {
            app.turned_away.count(Cause::TooLarge);
            return Err(Problem::new(ProblemKind::BodyTooLarge, "a report has at most 262144 bytes"));
        }
    };
    let mut members: Map<String, Value> =
        serde_json::from_slice(&body).map_err(|error| malformed(error.to_string()))?;
    members.insert("office".to_owned(), Value::from(signed.officer.office.to_string()));
    members.insert("officer".to_owned(), Value::from(officers_name(signed)));
    let report: ControlReport =
        serde_json::from_value(Value::Object(members)).map_err(|error| malformed(error.to_string()))?;
    let (organisation, id) = (signed.organisation().as_str(), signed.officer.id.clone());
    let recorded = app.record_control(signed.origin(), organisation, Some(id), report).await?;
    Ok(crate::http::control_answer(&recorded))
}
