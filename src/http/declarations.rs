//! `PUT` and `GET /v1/customs/declarations/{mrn}`: a declaration's whole position.

use std::borrow::Cow;
use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, get, put, web};
use endmark_core::consignment::{Consignment, Stage};
use endmark_core::reference::{DeclarationReference, Mrn};
use endmark_core::verdict::Verdict;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use super::body::{self, CONSIGNMENT};
use super::caller::Calling;
use super::declaration_view::{DeclarationDetail, DeclarationView, detail};
use super::parameters::Parameters;
use super::problem::ProblemDocument;
use super::{Problem, ProblemKind, checks};
use crate::app::{App, Cause};
use crate::ledger::CertificateLedger;
use crate::registry::Grant;
use crate::writer::{Action, Answer, Command, DeclarationRequest, PositionRequest, Presenting, Purpose, Reply};

/// A position that is held, or goods presented.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PositionHeld {
    /// 01: executed.
    outcome: &'static str,
    /// The declaration as it stands; absent where goods were presented under one that nobody reserved.
    #[serde(skip_serializing_if = "Option::is_none")]
    declaration: Option<DeclarationView>,
    /// The verdict of the check.
    #[schema(value_type = Verdict)]
    verdict: Box<RawValue>,
    /// The ledger of every certificate concerned, all declarations included.
    ledger: Vec<CertificateLedger>,
    /// The log entry.
    entry: u64,
}

/// What became of a release, a deletion or a correction.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct OutcomeView {
    /// 01 executed, 02 no record, 03 already consumed, 04 executed though a status changed meanwhile, 05 an active
    /// reservation exists.
    outcome: &'static str,
    /// The outcome in words.
    detail: Cow<'static, str>,
    /// The declaration as it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    declaration: Option<DeclarationView>,
    /// The ledger of every certificate concerned.
    ledger: Vec<CertificateLedger>,
    /// The log entry.
    entry: u64,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct PutQuery {
    /// Shown to customs alone: to the manufacturer neither as use nor through what is left.
    /// As before where it is left out.
    pub(super) confidential: Option<bool>,
}

/// Checks and reserves a declaration's whole position: all items or none. Sent again it replaces, never adds; a
/// refused replacement leaves the earlier hold. With `stage: border` it records a presentation under the name of the
/// office, and draws nothing.
#[utoipa::path(tag = "customs", request_body = Consignment, params(PutQuery),
    responses((status = 200, body = PositionHeld), (status = 400, body = ProblemDocument),
        (status = 403, body = ProblemDocument), (status = 409, body = ProblemDocument),
        (status = 503, body = ProblemDocument)))]
#[put("/v1/customs/declarations/{mrn}")]
pub(super) async fn reserve(
    app: web::Data<App>,
    calling: Calling,
    path: web::Path<String>,
    query: Result<Parameters<PutQuery>, Problem>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    calling.require(&app, &[Grant::CustomsWrite])?;
    let Parameters(query) = query?;
    let mrn = mrn(&path)?;
    let body = body::read(&app, &request, payload, &CONSIGNMENT).await?;
    let consignment = read_consignment(&app, &body, &mrn)?;
    let purpose = match consignment.stage {
        Stage::Border => Purpose::Present(presenting(&consignment, None)),
        Stage::Start => Purpose::Reserve { confidential: query.confidential },
    };
    position(&app, &calling, &mrn, body, consignment, purpose).await
}

/// Shows a declaration with its claims, presentations and history.
#[utoipa::path(tag = "customs",
    responses((status = 200, body = DeclarationDetail), (status = 400, body = ProblemDocument),
        (status = 404, body = ProblemDocument)))]
#[get("/v1/customs/declarations/{mrn}")]
pub(super) async fn show(
    app: web::Data<App>,
    calling: Calling,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    calling.require(&app, &[Grant::CustomsRead, Grant::CustomsWrite])?;
    let found = detail(&app, mrn(&path)?).await?.ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok().json(found))
}

/// Reads an MRN from a path.
pub(super) fn mrn(text: &str) -> Result<Mrn, Problem> {
    text.parse().map_err(|error: endmark_core::reference::ReferenceError| {
        Problem::new(ProblemKind::MrnMalformed, error.to_string())
    })
}

/// Reads a consignment that is about the declaration of the path.
pub(super) fn read_consignment(app: &App, body: &[u8], mrn: &Mrn) -> Result<Consignment, Problem> {
    let mut consignment = checks::read(app, body)?;
    let own = DeclarationReference::Mrn { value: mrn.clone() };
    match &consignment.reference {
        Some(named) if *named != own => {
            app.turned_away.count(Cause::Malformed);
            Err(Problem::new(
                ProblemKind::ConsignmentMalformed,
                format!("reference: the body is about {named}, the address about {mrn}; an MRN names a position"),
            ))
        }
        _ => {
            consignment.reference = Some(own);
            Ok(consignment)
        }
    }
}

/// Goods that stand at the border, under the caller's own name for them or that of the office.
pub(super) fn presenting(consignment: &Consignment, name: Option<&str>) -> Presenting {
    Presenting {
        id: name.map_or_else(|| consignment.office.to_string(), str::to_owned),
        named: name.is_some(),
        office: consignment.office.clone(),
    }
}

/// Has the writer decide on a position, and shows what became of it.
pub(super) async fn position(
    app: &App,
    calling: &Calling,
    mrn: &Mrn,
    body: Vec<u8>,
    consignment: Consignment,
    purpose: Purpose,
) -> Result<HttpResponse, Problem> {
    calling.spend_evidence(app, body.len())?;
    let (body, consignment): (Arc<[u8]>, _) = (body.into(), Arc::new(consignment));
    let prepare = async || {
        let check = app.prepare_check(&body, &consignment, false).await?;
        let request = PositionRequest { check, mrn: mrn.clone(), purpose: purpose.clone() };
        Ok::<_, Problem>(Command {
            origin: calling.origin(),
            organisation: calling.0.organisation.to_string(),
            action: Action::Position(Box::new(request)),
        })
    };
    answered(app, app.submit(prepare).await?)
}

/// Has the writer take a step in the life of a declaration.
pub(super) async fn step(app: &App, calling: &Calling, request: DeclarationRequest) -> Result<HttpResponse, Problem> {
    calling.spend_evidence(app, request.body.len())?;
    let command = Command {
        origin: calling.origin(),
        organisation: calling.0.organisation.to_string(),
        action: Action::Declaration(Box::new(request)),
    };
    answered(app, app.writer.submit(command).await?)
}

fn answered(app: &App, answer: Answer) -> Result<HttpResponse, Problem> {
    let entry = answer.leaf;
    let broken = |_: serde_json::Error| Problem::new(ProblemKind::Internal, "give the operator the request id");
    match answer.reply {
        Reply::Held(held) => Ok(HttpResponse::Ok().json(PositionHeld {
            outcome: "01",
            declaration: held.declaration.map(|declaration| DeclarationView::new(app, &declaration)),
            verdict: held.verdict,
            ledger: held.ledger,
            entry,
        })),
        Reply::Outcome(outcome) => Ok(HttpResponse::Ok().json(OutcomeView {
            outcome: outcome.code,
            detail: outcome.words,
            declaration: outcome.declaration.map(|declaration| DeclarationView::new(app, &declaration)),
            ledger: outcome.ledger,
            entry,
        })),
        Reply::PositionRefused(refused) => {
            let mut problem = Problem::new(ProblemKind::ReservationRefused, refused.words)
                .with("failureReason", refused.failure_reason)
                .with("entry", entry);
            if let Some((item, line)) = refused.failed_item {
                let failed = serde_json::json!({ "goodsItemNumber": item, "certificateLineNumber": line });
                problem = problem.with("failedItem", failed);
            }
            if let Some(verdict) = refused.verdict {
                problem =
                    problem.with("verdict", serde_json::from_str::<serde_json::Value>(verdict.get()).map_err(broken)?);
            }
            if let Some(declaration) = refused.declaration {
                let view = serde_json::to_value(DeclarationView::new(app, &declaration)).map_err(broken)?;
                problem = problem.with("declaration", view);
            }
            Err(problem.with("ledger", serde_json::to_value(refused.ledger).map_err(broken)?))
        }
        Reply::VersionSuperseded(version) => Err(Problem::new(
            ProblemKind::VersionSuperseded,
            format!("version {version} of this declaration is known; send a higher declarationVersion"),
        )
        .with("declarationVersion", version)
        .with("entry", entry)),
        Reply::AnothersDeclaration => Err(Problem::new(
            ProblemKind::AnothersDeclaration,
            "another organisation made this position; only it changes it, others read it and add border presentations",
        )
        .with("entry", entry)),
        Reply::AnothersPresentation(organisation) => Err(Problem::new(
            ProblemKind::AnothersDeclaration,
            format!(
                "{organisation} presented these goods under this name; only it changes that, or records that they were \
                 turned back"
            ),
        )
        .with("entry", entry)),
        Reply::PresentationTaken(words) => {
            Err(Problem::new(ProblemKind::PresentationTaken, words).with("entry", entry))
        }
        Reply::BelowPresented { id, office } => Err(Problem::new(
            ProblemKind::CorrectionBelowPresented,
            format!(
                "more than is left after this was presented at {office} under the name {id} and has left: present under \
                 that name what did leave, or record that it was turned back, then correct"
            ),
        )
        .with("presentation", id)
        .with("customsOffice", office.to_string())
        .with("entry", entry)),
        Reply::AboveRelease { item, line } => Err(Problem::new(
            ProblemKind::CorrectionAboveRelease,
            format!(
                "goods item {item}, line {line}: more than was released, or in a unit that cannot be compared; correct \
                 to at most what was released, in the unit of the line, and declare what is more anew"
            ),
        )
        .with("failedItem", serde_json::json!({ "goodsItemNumber": item, "certificateLineNumber": line }))
        .with("entry", entry)),
        _ => Err(Problem::new(ProblemKind::Internal, "give the operator the request id")),
    }
}
