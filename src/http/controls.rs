//! `POST /v1/customs/controls`: what an officer found at the border, now or from a device that had no network.

use actix_web::{HttpRequest, HttpResponse, post, web};
use endmark_core::number::CertificateNumber;
use endmark_core::reference::{Mrn, Office};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::body::{self, Wanted};
use super::caller::Calling;
use super::problem::ProblemDocument;
use super::{Problem, ProblemKind};
use crate::app::{App, Cause, NotRecorded};
use crate::control::{ControlReport, ControlResult};
use crate::registry::Grant;
use crate::store::control::Control;
use crate::writer::{ControlRecorded, ControlRefusal};

/// 2,000 serial numbers of 70 characters and a note.
const REPORT: Wanted = Wanted { media_type: "application/json", bytes_max: 512 * 1024 };

/// A control that is recorded.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ControlView {
    /// The name it was given.
    id: String,
    /// Where.
    customs_office: Office,
    /// By whom, under the pseudonym that the log has.
    officer: String,
    /// What became of the goods.
    result: ControlResult,
    /// What was found, as codes.
    findings: Vec<String>,
    /// The declaration.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    declaration: Option<Mrn>,
    /// The control that asked for a second look, which this one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    answers: Option<String>,
    /// Whether it was recorded without a network.
    offline: bool,
    /// When it was recorded: the word of the officer's device, and where that lies ahead the register's time.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    recorded_at: OffsetDateTime,
    /// When the register heard of it.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    event_date_time: OffsetDateTime,
    /// Entries of controls of the same certificate at other offices at about this time that no movement explains.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    conflicts: Vec<u64>,
    /// Its log entry.
    entry: u64,
}

impl ControlView {
    pub(super) fn of(control: &Control) -> Self {
        Self {
            id: control.id.clone(),
            customs_office: control.office.clone(),
            officer: control.officer.clone(),
            result: control.result,
            findings: control.findings.clone(),
            declaration: control.mrn.clone(),
            answers: control.answers.clone(),
            offline: control.offline,
            recorded_at: control.recorded_at,
            event_date_time: control.at,
            conflicts: control.conflicts.clone(),
            entry: control.leaf,
        }
    }
}

/// A control elsewhere that no movement explains.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ConflictView {
    /// The certificate that was shown at both.
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<CertificateNumber>,
    #[serde(flatten)]
    control: ControlView,
}

/// What became of a report.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ControlAnswer {
    /// The control.
    control: ControlView,
    /// Whether it was recorded before: nothing is recorded twice.
    already: bool,
    /// Controls elsewhere at about the same time that no movement explains.
    conflicts: Vec<ConflictView>,
}

impl ControlAnswer {
    fn of(recorded: &ControlRecorded) -> Self {
        let conflict =
            |control: &Control| ConflictView { certificate: control.certificate, control: ControlView::of(control) };
        let mut control = ControlView::of(&recorded.control);
        control.conflicts = recorded.conflicts.iter().map(|of| of.leaf).collect();
        Self { control, already: recorded.already, conflicts: recorded.conflicts.iter().map(conflict).collect() }
    }
}

/// Records what an officer found: goods, serial numbers, seals, another tractor, and what became of the goods. The same
/// report sent again is recorded once. It changes nothing in the ledger.
#[utoipa::path(tag = "customs", request_body = ControlReport,
    responses((status = 201, body = ControlAnswer), (status = 200, body = ControlAnswer),
        (status = 400, body = ProblemDocument), (status = 403, body = ProblemDocument),
        (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
#[post("/v1/customs/controls")]
pub(super) async fn record(
    app: web::Data<App>,
    calling: Calling,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    calling.require(&app, &[Grant::CustomsRead, Grant::CustomsWrite])?;
    let body = body::read(&app, &request, payload, &REPORT).await?;
    let malformed = |detail: String| {
        app.turned_away.count(Cause::Malformed);
        Problem::new(ProblemKind::RequestMalformed, detail)
    };
    let report: ControlReport = serde_json::from_slice(&body).map_err(|error| malformed(error.to_string()))?;
    let organisation = calling.0.organisation.as_str();
    let recorded = app.record_control(calling.origin(), organisation, None, report).await?;
    Ok(control_answer(&recorded))
}

/// What became of a report, as JSON.
pub(crate) fn control_answer(recorded: &ControlRecorded) -> HttpResponse {
    let mut response = if recorded.already { HttpResponse::Ok() } else { HttpResponse::Created() };
    response.json(ControlAnswer::of(recorded))
}

impl From<NotRecorded> for Problem {
    fn from(error: NotRecorded) -> Self {
        match error {
            NotRecorded::Report(fault) => Self::new(ProblemKind::RequestMalformed, fault),
            NotRecorded::Quota => {
                Self::new(ProblemKind::QuotaExceeded, "too much was sent within a minute; wait and send less")
                    .retry_after(10)
            }
            NotRecorded::Refused(ControlRefusal::NothingAsked, _) => Self::not_found(),
            NotRecorded::Refused(refusal, entry) => refused(refusal).with("entry", entry),
            NotRecorded::Failure(failure) => failure.into(),
        }
    }
}

fn refused(refusal: ControlRefusal) -> Problem {
    let words = match refusal {
        ControlRefusal::IdTaken => "another report was recorded under this id; give a new report a new id",
        ControlRefusal::SameOfficer => "four eyes: whoever asked for the second look cannot take it",
        ControlRefusal::AlreadyAnswered => "somebody took this second look already",
        ControlRefusal::AnotherMatter => "the second look was asked for other goods: name the same declaration",
        ControlRefusal::NothingAsked => "nobody asked for this second look",
    };
    Problem::new(ProblemKind::ControlRefused, words).with("reason", refusal.code())
}
