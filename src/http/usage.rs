//! `GET /v1/certificates/{number}/usage`: what a manufacturer learns of the use of its certificate, as the register's
//! disclosure policy allows (customs secrecy, UCC Article 12).

use actix_web::http::header;
use actix_web::{HttpResponse, get, web};
use endmark_core::goods::{Decimal, Unit};
use endmark_core::number::CertificateNumber;
use endmark_core::position::Phase;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::caller::Calling;
use super::parameters::{Parameters, page_of};
use super::problem::ProblemDocument;
use super::quantities::ledger_of;
use super::{Problem, certificates};
use crate::app::App;
use crate::ledger::decimal;
use crate::registry::Grant;
use crate::store::certificate::{Found, standings};
use crate::store::ledger::{ClaimPage, StoredClaim};

const PAGE_MAX: u32 = 1_000;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Query {
    /// The most events of the page, up to 1000.
    limit: Option<u32>,
    /// How many events to skip, as the `Link` header gives it: a name of an event would give its declaration away.
    skip: Option<u32>,
}

/// What was used of a certificate.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Usage {
    /// The certificate.
    certificate: CertificateNumber,
    /// Its lines.
    lines: Vec<UsedLine>,
    /// What was used. What customs keeps confidential stands nowhere here.
    used: Vec<Use>,
}

/// A line.
#[derive(Debug, Serialize, ToSchema)]
struct UsedLine {
    /// Its number.
    line: u32,
    /// The unit of its amounts.
    unit: Unit,
    /// What the seal grants, with what came back to a certificate that this one replaces.
    granted: Decimal,
    /// What was used.
    used: Decimal,
    /// What is left.
    available: Decimal,
}

/// A use.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Use {
    /// The line.
    line: u32,
    /// How much, in the unit of the line.
    quantity: Decimal,
    /// The day, in the register's time zone.
    day: String,
    /// How it stands: reserved, or consumed once the goods are released.
    event: Phase,
    /// The declaration, where the policy discloses it.
    #[serde(skip_serializing_if = "Option::is_none")]
    declaration: Option<String>,
    /// The office, where the policy discloses it.
    #[serde(skip_serializing_if = "Option::is_none")]
    customs_office: Option<String>,
}

/// What was used of one of the caller's own certificates.
#[utoipa::path(tag = "certificates", params(Query),
    responses((status = 200, body = Usage), (status = 400, body = ProblemDocument),
        (status = 404, body = ProblemDocument)))]
#[get("/v1/certificates/{number}/usage")]
pub(super) async fn usage(
    app: web::Data<App>,
    calling: Calling,
    path: web::Path<String>,
    query: Result<Parameters<Query>, Problem>,
) -> Result<HttpResponse, Problem> {
    calling.require(&app, &[Grant::Manufacturer])?;
    let Parameters(query) = query?;
    let number = certificates::number(&path)?;
    let limit = page_of(query.limit, PAGE_MAX, PAGE_MAX)?;
    let skip = query.skip.unwrap_or(0);
    own(&app, &calling, number).await?;
    let (lines, claims, more) =
        ledger_of(&app, number, ClaimPage::in_public(skip, limit)).await?.ok_or_else(Problem::not_found)?;
    let next = more.then(|| skip.saturating_add(limit));
    let lines = lines.iter().map(|line| {
        let position = &line.position;
        UsedLine {
            line: line.key.line,
            unit: position.unit,
            granted: decimal(position.granted.saturating_add(position.inherited)),
            used: decimal(position.used_in_public()),
            available: decimal(position.available_in_public()),
        }
    });
    let used: Vec<Use> = claims.iter().map(|claim| shown(&app, claim)).collect();
    let mut response = HttpResponse::Ok();
    if let Some(next) = next {
        let link = format!("</v1/certificates/{number}/usage?limit={limit}&skip={next}>; rel=\"next\"");
        response.insert_header((header::LINK, link));
    }
    Ok(response.json(Usage { certificate: number, lines: lines.collect(), used }))
}

/// Each piece once: what another declaration of the movement holds is shown there.
fn shown(app: &App, claim: &StoredClaim) -> Use {
    let policy = app.context.disclosure;
    Use {
        line: claim.key.line.line,
        quantity: decimal(claim.claim.drawn),
        day: endmark_core::day::format(app.context.clock.moment(claim.at).day),
        event: claim.claim.phase,
        declaration: policy.declaration.then(|| claim.key.item.declaration.to_string()),
        customs_office: policy.customs_office.then(|| claim.office.to_string()),
    }
}

/// "Not yours" and "not there" are the same.
async fn own(app: &App, calling: &Calling, number: CertificateNumber) -> Result<(), Problem> {
    let key = app.context.keys.rows.clone();
    let found = app.readers.read(move |connection| standings(connection, &key, &[number])).await?;
    match found.into_iter().next() {
        Some((_, Found::Standing(standing))) if standing.organisation == calling.0.organisation => Ok(()),
        _ => Err(Problem::not_found()),
    }
}
