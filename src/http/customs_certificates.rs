//! `GET /v1/customs/certificates/{number}`: customs reads any certificate, whatever its status.

use actix_web::{HttpResponse, get, web};
use endmark_core::number::CertificateNumber;
use endmark_core::reference::Office;
use serde::Deserialize;
use utoipa::IntoParams;

use super::caller::Calling;
use super::parameters::Parameters;
use super::problem::ProblemDocument;
use super::view::{CertificateView, StandingView};
use super::{Problem, certificates};
use crate::app::App;
use crate::registry::Grant;
use crate::writer::{Action, Command, Reply};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Reading {
    /// The customs office that reads it.
    #[param(value_type = Option<String>)]
    office: Option<Office>,
}

/// Shows a certificate to customs. Who read it stays known: each reading is an entry of the log.
#[utoipa::path(tag = "customs", params(Reading),
    responses((status = 200, body = CertificateView), (status = 400, body = ProblemDocument),
        (status = 404, body = ProblemDocument)))]
#[get("/v1/customs/certificates/{number}")]
pub(super) async fn show(
    app: web::Data<App>,
    calling: Calling,
    path: web::Path<String>,
    query: Result<Parameters<Reading>, Problem>,
) -> Result<HttpResponse, Problem> {
    calling.require(&app, &[Grant::CustomsRead, Grant::CustomsWrite])?;
    let number = certificates::number(&path)?;
    let Parameters(query) = query?;
    record_reading(&app, &calling, number, query.office.as_ref()).await?;
    let found = certificates::stored(&app, number).await?.ok_or_else(Problem::not_found)?;
    let (standing, certificate, jws, lines) = found;
    let standing = StandingView::new(&app, &standing, &certificate, certificates::is_exhausted(&lines, true));
    Ok(HttpResponse::Ok().json(CertificateView { standing, certificate, jws }))
}

/// Puts into the log that customs reads a document, and gives the entry. Nothing is shown before it is durable.
pub(super) async fn record_reading(
    app: &App,
    calling: &Calling,
    number: CertificateNumber,
    office: Option<&Office>,
) -> Result<u64, Problem> {
    let prepare = async || {
        Ok::<_, Problem>(Command {
            origin: calling.origin(),
            organisation: calling.0.organisation.to_string(),
            action: Action::ReadDocument { number, office: office.cloned() },
        })
    };
    let answer = app.submit(prepare).await?;
    match answer.reply {
        Reply::DocumentShown => Ok(answer.leaf),
        _ => Err(Problem::not_found()),
    }
}
