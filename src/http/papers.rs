//! The certificate on paper: `GET /v1/certificates/{number}/document.pdf` and `…/qr.svg`; and the keys that verify
//! its code, `GET /v1/token-keys`.

use actix_web::http::header;
use actix_web::{HttpResponse, get, web};
use endmark_core::certificate::Certificate;
use endmark_core::check::StoredStatus;
use endmark_core::seal;
use serde::Deserialize;
use utoipa::IntoParams;

use super::caller::Calling;
use super::customs_certificates::record_reading;
use super::parameters::Parameters;
use super::problem::ProblemDocument;
use super::suspension::status_forbids;
use super::{Problem, ProblemKind, certificates};
use crate::app::App;
use crate::keys::KeyError;
use crate::paper::{Matrix, Paper, PaperError};
use crate::registry::Grant;
use crate::store::certificate::Standing;
use crate::words::Language;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct PaperQuery {
    /// `en`, `lt` or `pl`; English when left out. The sealed words stay as they were sealed.
    #[param(value_type = Option<String>)]
    language: Option<Language>,
}

/// A certificate that may be put on paper: the manufacturer's own, or any for customs; and it must stand, or an
/// officer without a network would believe the paper. What customs reads is an entry.
async fn printable(app: &App, calling: &Calling, path: &str) -> Result<(Standing, Certificate, String), Problem> {
    calling.require(app, &[Grant::Manufacturer, Grant::CustomsRead, Grant::CustomsWrite])?;
    let number = certificates::number(path)?;
    let found = certificates::stored(app, number).await?;
    let of = |standing: &Standing| standing.organisation == calling.0.organisation;
    let own = found.as_ref().is_some_and(|(standing, ..)| of(standing)) && calling.0.may(&[Grant::Manufacturer]);
    let mut entry = None;
    if !own {
        if !calling.0.may(&[Grant::CustomsRead, Grant::CustomsWrite]) {
            return Err(Problem::not_found());
        }
        entry = Some(record_reading(app, calling, number, None).await?);
    }
    let (standing, certificate, jws, _) = found.ok_or_else(Problem::not_found)?;
    match standing.status {
        StoredStatus::Valid => Ok((standing, certificate, jws)),
        StoredStatus::Suspended { .. } | StoredStatus::Revoked { .. } | StoredStatus::Replaced { .. } => {
            let detail = "papers are made only of a certificate that is neither suspended, revoked nor replaced";
            let problem = status_forbids(detail, &standing.status);
            Err(match entry {
                Some(entry) => problem.with("entry", entry),
                None => problem,
            })
        }
    }
}

fn fault(error: impl std::fmt::Display) -> Problem {
    tracing::error!(%error, "a paper cannot be made");
    Problem::new(ProblemKind::Internal, "give the operator the request id")
}

impl From<KeyError> for Problem {
    fn from(error: KeyError) -> Self {
        fault(error)
    }
}

impl From<PaperError> for Problem {
    fn from(error: PaperError) -> Self {
        fault(error)
    }
}

/// A new code every time: it names the moment, and ES256 never signs twice alike.
fn fresh(response: &mut actix_web::HttpResponseBuilder) -> &mut actix_web::HttpResponseBuilder {
    response
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
}

/// The QR code: number, digest, parties, destination, routes and lines, signed by the register, to be verified without
/// a network (docs/TOKEN.md).
#[utoipa::path(tag = "certificates",
    responses((status = 200, body = String, content_type = "image/svg+xml"), (status = 404, body = ProblemDocument),
        (status = 409, body = ProblemDocument)))]
#[get("/v1/certificates/{number}/qr.svg")]
pub(super) async fn qr_code(
    app: web::Data<App>,
    calling: Calling,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (standing, certificate, _) = printable(&app, &calling, &path).await?;
    let (code, _) = app.token.code(&certificate, standing.digest, app.context.clock.now())?;
    let svg = Matrix::of(&code)?.svg(&standing.number.to_string());
    Ok(fresh(&mut HttpResponse::Ok()).content_type("image/svg+xml").body(svg))
}

/// The manufacturer's declaration as a PDF/A-3, with the sealed JWS attached.
#[utoipa::path(tag = "certificates", params(PaperQuery),
    responses((status = 200, body = Vec<u8>, content_type = "application/pdf"),
        (status = 400, body = ProblemDocument), (status = 404, body = ProblemDocument),
        (status = 409, body = ProblemDocument)))]
#[get("/v1/certificates/{number}/document.pdf")]
pub(super) async fn document(
    app: web::Data<App>,
    calling: Calling,
    path: web::Path<String>,
    query: Result<Parameters<PaperQuery>, Problem>,
) -> Result<HttpResponse, Problem> {
    let Parameters(query) = query?;
    let language = query.language.unwrap_or_default();
    let (standing, certificate, jws) = printable(&app, &calling, &path).await?;
    let at = app.context.clock.now();
    let number = standing.number;
    // Setting a thousand lines takes a while: not on the thread that answers others.
    let pdf = web::block(move || make(&app, &standing, &certificate, &jws, at, language)).await.map_err(fault)??;
    Ok(fresh(&mut HttpResponse::Ok())
        .content_type("application/pdf")
        .insert_header((header::CONTENT_DISPOSITION, format!("inline; filename=\"{number}.pdf\"")))
        .body(pdf))
}

fn make(
    app: &App,
    standing: &Standing,
    certificate: &Certificate,
    jws: &str,
    at: time::OffsetDateTime,
    language: Language,
) -> Result<Vec<u8>, Problem> {
    let (code, claims) = app.token.code(certificate, standing.digest, at)?;
    let sealed = seal::parse(jws.as_bytes()).and_then(seal::UnverifiedSeal::verify).map_err(fault)?;
    let registry = app.registry();
    let path = registry.trust().path(sealed.chain(), standing.accepted_at).map_err(fault)?;
    let organisation = path.organization_identifier_text().unwrap_or_default();
    let sets = registry.regimes().statement_sets();
    let paper = Paper {
        number: standing.number,
        digest: standing.digest,
        certificate,
        sealed_by: &format!("{}\n{organisation}", path.subject()),
        jws,
        statements: sets.iter().find(|set| set.digest() == certificate.statements.digest),
        code: &code,
        lines_left_out: claims.lines_left_out(),
        at,
    };
    Ok(paper.pdf(language)?)
}

/// The keys that verify the codes on papers, the retired ones too: a JWK set (RFC 7517).
#[utoipa::path(tag = "log", responses((status = 200, body = serde_json::Value, content_type = "application/jwk-set+json")))]
#[get("/v1/token-keys")]
pub(super) async fn keys(app: web::Data<App>, _: Calling) -> HttpResponse {
    token_keys(&app)
}

/// The keys as a response.
pub(crate) fn token_keys(app: &App) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/jwk-set+json"))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(serde_json::to_vec(app.token.keys()).unwrap_or_default())
}
