//! `GET /v1/certificates` and `GET /v1/certificates/{number}`: the caller's own.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpResponse, get, web};
use endmark_core::certificate::Certificate;
use endmark_core::number::CertificateNumber;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::caller::Calling;
use super::parameters::{Parameters, leaf_named, page_of};
use super::problem::ProblemDocument;
use super::view::{CertificateView, StandingView};
use super::{Problem, ProblemKind};
use crate::app::App;
use crate::recall::Verified;
use crate::registry::Grant;
use crate::store::certificate::{Found, Standing, page, standings};
use crate::store::ledger::{StoredLine, lines_of};
use crate::store::sealed;

/// The most certificates of one page.
const PAGE_MAX: u32 = 100;

/// Reads a number from a path.
pub(super) fn number(text: &str) -> Result<CertificateNumber, Problem> {
    text.parse().map_err(|error: endmark_core::number::NumberError| {
        Problem::new(ProblemKind::NumberMalformed, error.to_string()).with("reason", error.code())
    })
}

/// Whether nothing is left of any line. Who is no customs office does not see what is held confidentially, not
/// through this either.
pub(super) fn is_exhausted(lines: &[StoredLine], sees_all: bool) -> bool {
    let left = |line: &StoredLine| {
        if sees_all { line.position.available() } else { line.position.available_in_public() }
    };
    !lines.is_empty() && lines.iter().all(|line| left(line) <= 0)
}

/// A stored certificate: how it stands, its payload, its sealed bytes.
pub(super) async fn stored(
    app: &App,
    number: CertificateNumber,
) -> Result<Option<(Standing, Certificate, String, Vec<StoredLine>)>, Problem> {
    let key = app.context.keys.rows.clone();
    let found = app
        .readers
        .read(move |connection| {
            let standing = standings(connection, &key, &[number])?.into_iter().next();
            let bytes = sealed::read(connection, &[number])?.into_iter().next();
            let lines = lines_of(connection, &key, &[number])?;
            Ok(standing.zip(bytes).map(|(standing, bytes)| (standing, bytes, lines)))
        })
        .await?;
    let Some(((_, found), sealed, rows)) = found else { return Ok(None) };
    let fault = |why: String| {
        tracing::error!(%number, why, "a stored certificate does not verify");
        Problem::new(ProblemKind::Internal, "what is stored under this number does not verify; tell the operator")
    };
    let standing = match found {
        Found::Standing(standing) => *standing,
        Found::Tampered(why) => return Err(fault(why)),
    };
    let tampered = || fault("a ledger row was changed outside the service".to_owned());
    let lines = rows.into_iter().map(|row| row.verified(tampered)).collect::<Result<Vec<_>, _>>()?;
    let (Verified { digest, certificate, .. }, _) =
        app.context.recall.verify(&sealed, &app.registry()).map_err(fault)?;
    if digest != standing.digest {
        return Err(fault("the sealed bytes are another certificate's".to_owned()));
    }
    let jws = String::from_utf8(sealed.jws).map_err(|error| fault(error.to_string()))?;
    Ok(Some((standing, Arc::unwrap_or_clone(certificate), jws, lines)))
}

/// Shows one of the caller's own certificates; a declarant sees how any certificate stands by its number.
#[utoipa::path(tag = "certificates",
    responses((status = 200, body = Shown), (status = 404, body = ProblemDocument)))]
#[get("/v1/certificates/{number}")]
pub(super) async fn show(
    app: web::Data<App>,
    calling: Calling,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    calling.require(&app, &[Grant::Manufacturer, Grant::Declarant])?;
    let found = stored(&app, number(&path)?).await?.ok_or_else(Problem::not_found)?;
    let (standing, certificate, jws, lines) = found;
    let view = StandingView::new(&app, &standing, &certificate, is_exhausted(&lines, false));
    if standing.organisation == calling.0.organisation {
        let own = CertificateView { standing: view, certificate, jws };
        return Ok(HttpResponse::Ok().json(Shown::Own(Box::new(own))));
    }
    if calling.0.may(&[Grant::Declarant]) {
        let status = StatusView { number: view.number, status: view.status };
        return Ok(HttpResponse::Ok().json(Shown::Anothers(status)));
    }
    Err(Problem::not_found())
}

/// A certificate, as far as the caller may see it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
enum Shown {
    Own(Box<CertificateView>),
    Anothers(StatusView),
}

/// What a declarant sees of another's certificate.
#[derive(Debug, Serialize, ToSchema)]
struct StatusView {
    number: CertificateNumber,
    status: endmark_core::check::ShownStatus,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct PageQuery {
    /// How many, at most 100; 50 when left out.
    limit: Option<u32>,
    /// From the `next` link of the page before.
    before: Option<u64>,
}

/// A page of certificates, newest first.
#[derive(Debug, Serialize, ToSchema)]
struct Page {
    certificates: Vec<StandingView>,
}

/// Lists the caller's own certificates, newest first; the `Link` header leads to the next page (RFC 8288).
#[utoipa::path(tag = "certificates", params(PageQuery),
    responses((status = 200, body = Page), (status = 400, body = ProblemDocument)))]
#[get("/v1/certificates")]
pub(super) async fn list(
    app: web::Data<App>,
    calling: Calling,
    query: Result<Parameters<PageQuery>, Problem>,
) -> Result<HttpResponse, Problem> {
    calling.require(&app, &[Grant::Manufacturer])?;
    let Parameters(query) = query?;
    let limit = page_of(query.limit, 50, PAGE_MAX)?;
    let before = query.before.map(leaf_named).transpose()?;
    let (key, organisation) = (app.context.keys.rows.clone(), calling.0.organisation.to_string());
    // One more than is shown: whether another page follows.
    let most = i64::from(limit).saturating_add(1);
    let mut found = app.readers.read(move |connection| page(connection, &key, &organisation, before, most)).await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = found.len() > limit;
    found.truncate(limit);
    let mut certificates = Vec::with_capacity(found.len());
    let mut last = None;
    for found in found {
        match found {
            Found::Standing(row) => {
                last = Some(row.leaf);
                if let Some((standing, certificate, _, lines)) = stored(&app, row.number).await? {
                    let exhausted = is_exhausted(&lines, false);
                    certificates.push(StandingView::new(&app, &standing, &certificate, exhausted));
                }
            }
            Found::Tampered(why) => {
                tracing::error!(why, "a row of the list does not verify");
                return Err(Problem::new(ProblemKind::Internal, "give the operator the request id"));
            }
        }
    }
    let mut response = HttpResponse::Ok();
    if let (true, Some(last)) = (more, last) {
        let next = format!("</v1/certificates?limit={limit}&before={last}>; rel=\"next\"");
        response.insert_header((header::LINK, next));
    }
    Ok(response.json(Page { certificates }))
}
