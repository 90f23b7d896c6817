//! `POST /v1/customs/papers`: is this paper genuine? Never whether goods conform.

use actix_web::{HttpRequest, HttpResponse, post, web};
use endmark_core::certificate::Certificate;
use endmark_core::number::CertificateNumber;
use endmark_core::presented::PaperAnswer;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::body::{self, PAPER};
use super::caller::Calling;
use super::problem::ProblemDocument;
use super::{Problem, ProblemKind};
use crate::app::{App, Cause, HeldUp};
use crate::ledger::LineTotals;
use crate::reading::ReadError;
use crate::registry::Grant;
use crate::writer::{Action, Command, Reply};

/// The answer on a paper.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct PaperView {
    /// Its number, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<CertificateNumber>,
    #[serde(flatten)]
    answer: PaperAnswer,
    /// Always false: whether goods conform, only a check says.
    goods_compared: bool,
    /// When it was answered.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    as_of: OffsetDateTime,
    /// What the manufacturer sealed, where the register has it: compare the paper with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<Certificate>,
    /// Where its lines stand.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ledger: Vec<LineTotals>,
    /// The log entry.
    entry: u64,
}

impl From<ReadError> for Problem {
    fn from(error: ReadError) -> Self {
        Self::new(ProblemKind::PaperUnreadable, error.to_string()).with("reason", error.code())
    }
}

/// Says whether what somebody holds up is genuine: a number, a code, a sealed certificate, a PDF, a photo of a code.
#[utoipa::path(tag = "customs", request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = PaperView), (status = 400, body = ProblemDocument),
        (status = 403, body = ProblemDocument), (status = 503, body = ProblemDocument)))]
#[post("/v1/customs/papers")]
pub(super) async fn check(
    app: web::Data<App>,
    calling: Calling,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    calling.require(&app, &[Grant::CustomsRead, Grant::CustomsWrite])?;
    let bytes = body::read(&app, &request, payload, &PAPER).await?;
    let unreadable = |problem: Problem| {
        app.turned_away.count(Cause::Malformed);
        problem
    };
    let (presented, evidence) = match app.read_paper(bytes).await.map_err(|error| unreadable(error.into()))? {
        HeldUp::Paper(presented, evidence) => (presented, evidence),
        HeldUp::Declaration(mrn) => {
            let detail = format!("this is the MRN of a declaration: ask GET /v1/customs/declarations/{mrn}");
            let problem = Problem::new(ProblemKind::PaperUnreadable, detail).with("reason", "declarationNumber");
            return Err(unreadable(problem));
        }
    };
    calling.spend_evidence(&app, evidence.to_string().len())?;
    let answered = app
        .submit(async || {
            let request = app.prepare_paper(&presented, &evidence).await?;
            Ok::<_, Problem>(Command {
                origin: calling.origin(),
                organisation: calling.0.organisation.to_string(),
                action: Action::Paper(Box::new(request)),
            })
        })
        .await?;
    let Reply::Paper(shown) = answered.reply else {
        return Err(Problem::new(ProblemKind::Internal, "give the operator the request id"));
    };
    Ok(HttpResponse::Ok().json(PaperView {
        number: shown.number,
        answer: shown.answer,
        goods_compared: false,
        as_of: answered.at,
        certificate: shown.certificate.map(|certificate| certificate.as_ref().clone()),
        ledger: shown.ledger.map(|ledger| ledger.lines).unwrap_or_default(),
        entry: answered.leaf,
    }))
}
