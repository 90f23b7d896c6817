//! `POST /v1/certificates`: a manufacturer submits a sealed certificate.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, post, web};
use endmark_core::acceptance::Refusal;
use endmark_core::certificate::{self, Certificate};
use endmark_core::seal::{self, SignedPayload};
use serde::Serialize;
use utoipa::ToSchema;

use super::body::{self, JOSE};
use super::caller::Calling;
use super::problem::ProblemDocument;
use super::receipt::{ReceiptView, receipt_of};
use super::view::StandingView;
use super::{Problem, ProblemKind};
use crate::app::{App, Cause};
use crate::recall;
use crate::registry::Grant;
use crate::writer::{Action, Answer, Command, Reply, Submission};

/// What a submission gives.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Issued {
    #[serde(flatten)]
    standing: StandingView,
    /// The proof that the log has it.
    receipt: ReceiptView,
}

/// Submits a sealed certificate. The same signing input again gives 200 and the same entry, so a lost answer is
/// fetched by sending it again.
#[utoipa::path(tag = "certificates",
    request_body(content = String, content_type = "application/jose", description = "JWS, compact serialisation"),
    responses(
        (status = 201, body = Issued), (status = 200, body = Issued),
        (status = 400, body = ProblemDocument, description = "seal-malformed, payload-malformed"),
        (status = 403, body = ProblemDocument), (status = 409, body = ProblemDocument),
        (status = 422, body = ProblemDocument, description = "seal-invalid, certificate-refused"),
        (status = 503, body = ProblemDocument)))]
#[post("/v1/certificates")]
pub(super) async fn submit(
    app: web::Data<App>,
    calling: Calling,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    calling.require(&app, &[Grant::Manufacturer])?;
    let mut jws = body::read(&app, &request, payload, &JOSE).await?;
    // A JWS has no white space: a file that ends its line is still the same one. What is kept is the JWS.
    jws.truncate(jws.trim_ascii_end().len());
    calling.spend_evidence(&app, jws.len())?;
    let unverified = seal::parse(&jws).map_err(|error| {
        app.turned_away.count(Cause::Malformed);
        Problem::new(ProblemKind::SealMalformed, error.to_string()).with("reason", error.code())
    })?;
    let digest = unverified.digest();
    let sealed = match unverified.verify() {
        Ok(sealed) => sealed,
        Err(error) => {
            let action = Action::RefuseSeal { digest, code: error.code(), jws };
            let answer = app.writer.submit(command(&calling, action)).await?;
            return Err(Problem::new(ProblemKind::SealInvalid, error.to_string())
                .with("reason", error.code())
                .with("entry", answer.leaf));
        }
    };
    let certificate = certificate::parse(sealed.payload()).map_err(|error| {
        app.turned_away.count(Cause::Malformed);
        Problem::new(ProblemKind::PayloadMalformed, error.to_string()).with("reason", error.code())
    })?;
    let certificate = Arc::new(certificate);
    let short_form = recall::short_form(&jws, sealed.digest(), sealed.chain(), &certificate);
    let prepare = async || Ok::<_, Problem>(prepare(&app, &calling, &sealed, &certificate, &jws, &short_form));
    let answer = app.submit(prepare).await?;
    if let Reply::Issued { standing, already: false, .. } = &answer.reply {
        app.context.recall.accepted(&app.registry(), standing, sealed.chain(), &short_form);
    }
    respond(&app, answer, &certificate).await
}

fn command(calling: &Calling, action: Action) -> Command {
    Command { origin: calling.origin(), organisation: calling.0.organisation.to_string(), action }
}

fn prepare(
    app: &App,
    calling: &Calling,
    sealed: &SignedPayload,
    certificate: &Arc<Certificate>,
    jws: &[u8],
    short_form: &[u8],
) -> Command {
    let registry = app.registry();
    let submission = Submission {
        jws: jws.to_vec(),
        number: sealed.number(),
        digest: sealed.digest(),
        certificate: Arc::clone(certificate),
        sealed_at: sealed.sealed_at(),
        short_form: short_form.to_vec(),
        path: app.context.recall.path(&registry, sealed.chain(), app.context.clock.now()).path,
        epoch: registry.epoch,
    };
    command(calling, Action::Submit(Box::new(submission)))
}

async fn respond(app: &App, answer: Answer, certificate: &Certificate) -> Result<HttpResponse, Problem> {
    let entry = answer.leaf;
    match answer.reply {
        Reply::Issued { standing, already, exhausted } => {
            let receipt = receipt_of(app, standing.leaf, None, &answer.published).await?;
            let mut response = if already { HttpResponse::Ok() } else { HttpResponse::Created() };
            response.insert_header((header::LOCATION, format!("/v1/certificates/{}", standing.number)));
            Ok(response.json(Issued { standing: StandingView::new(app, &standing, certificate, exhausted), receipt }))
        }
        Reply::Refused(refusal) => Err(refused(&refusal).with("entry", entry)),
        Reply::ReferenceTaken(holder) => Err(Problem::new(
            ProblemKind::ReferenceTaken,
            format!("the reference {} belongs to {holder}; seal under another reference", certificate.reference),
        )
        .with("number", holder.to_string())
        .with("entry", entry)),
        Reply::NumberCollision => {
            Err(Problem::new(ProblemKind::NumberCollision, "seal the certificate again, with a new iat")
                .with("entry", entry))
        }
        _ => Err(Problem::new(ProblemKind::Internal, "give the operator the request id")),
    }
}

fn refused(refusal: &Refusal) -> Problem {
    let kind = match refusal {
        Refusal::RevocationListStale(_) => ProblemKind::RevocationListStale,
        _ => ProblemKind::CertificateRefused,
    };
    let problem = Problem::new(kind, refusal.to_string()).with("reason", refusal.code());
    match refusal {
        // The operator loads a new list; minutes, not seconds.
        Refusal::RevocationListStale(_) => problem.retry_after(300),
        Refusal::OutsideScope { line, .. } => problem.with("line", *line),
        _ => problem,
    }
}
