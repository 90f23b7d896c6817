//! `GET /v1/customs/certificates/{number}/quantities`, and which certificates were used in a period.

use std::collections::BTreeSet;

use actix_web::http::header;
use actix_web::{HttpResponse, get, web};
use endmark_core::number::CertificateNumber;
use serde::{Deserialize, Serialize};
use time::Date;
use utoipa::{IntoParams, ToSchema};

use super::caller::Calling;
use super::parameters::{Parameters, leaf_named, malformed, page_of};
use super::problem::ProblemDocument;
use super::{Problem, ProblemKind, certificates};
use crate::app::App;
use crate::ledger::CertificateLedger;
use crate::registry::Grant;
use crate::store::ledger::{self as rows, ClaimPage, StoredClaim, StoredLine};
use crate::store::used::certificates_used;

const PAGE_MAX: u32 = 1_000;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Query {
    /// The most entries of the page, up to 1000.
    limit: Option<u32>,
    /// Entries after this one, as the `Link` header gives it.
    after: Option<String>,
}

/// The lines and a page of the claims of a certificate, verified, and whether there are more.
pub(super) async fn ledger_of(
    app: &App,
    number: CertificateNumber,
    page: ClaimPage,
) -> Result<Option<(Vec<StoredLine>, Vec<StoredClaim>, bool)>, Problem> {
    let key = app.context.keys.rows.clone();
    let (lines, (claims, more)) = app
        .readers
        .read(move |connection| {
            let lines = rows::lines_of(connection, &key, &[number])?;
            let claims = rows::used_claims(connection, &key, number, &page)?;
            Ok((lines, claims))
        })
        .await?;
    let fault = || {
        tracing::error!(%number, "a ledger row was changed outside the service");
        Problem::new(ProblemKind::Internal, "the ledger of this certificate does not verify; tell the operator")
    };
    let lines = lines.into_iter().map(|row| row.verified(fault)).collect::<Result<Vec<_>, _>>()?;
    let claims = claims.into_iter().map(|row| row.verified(fault)).collect::<Result<Vec<_>, _>>()?;
    Ok((!lines.is_empty()).then_some((lines, claims, more)))
}

/// The whole ledger of a certificate, page by page: by declaration, goods item and line.
#[utoipa::path(tag = "customs", params(Query),
    responses((status = 200, body = CertificateLedger), (status = 400, body = ProblemDocument),
        (status = 404, body = ProblemDocument)))]
#[get("/v1/customs/certificates/{number}/quantities")]
pub(super) async fn quantities(
    app: web::Data<App>,
    calling: Calling,
    path: web::Path<String>,
    query: Result<Parameters<Query>, Problem>,
) -> Result<HttpResponse, Problem> {
    calling.require(&app, &[Grant::CustomsRead, Grant::CustomsWrite])?;
    let Parameters(query) = query?;
    let number = certificates::number(&path)?;
    let limit = page_of(query.limit, PAGE_MAX, PAGE_MAX)?;
    let cursor = |text: &str| ClaimPage::cursor(text).ok_or_else(|| malformed("after: take it from the Link header"));
    let after = query.after.as_deref().map(cursor).transpose()?;
    let (lines, claims, more_entries) =
        ledger_of(&app, number, ClaimPage::after(after, limit)).await?.ok_or_else(Problem::not_found)?;
    let next = claims.last().filter(|_| more_entries).map(|last| ClaimPage::cursor_of(&last.key));
    let ledger = CertificateLedger::of(number, &lines, &claims, more_entries);
    let mut response = HttpResponse::Ok();
    if let Some(next) = next {
        let link = format!("</v1/customs/certificates/{number}/quantities?limit={limit}&after={next}>; rel=\"next\"");
        response.insert_header((header::LINK, link));
    }
    Ok(response.json(ledger))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Period {
    /// The first day, in the register's time zone.
    used_from: String,
    /// The last day.
    used_until: String,
    /// Uses after this entry, as the `Link` header gives it.
    after: Option<u64>,
    /// About the most numbers of the page, up to 1000.
    limit: Option<u32>,
}

/// Certificates that were used.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Used {
    /// Their numbers, each once; one that is used again later may stand on a later page too.
    certificates: BTreeSet<String>,
    /// How many more were cited by declarations that cite more than an entry names: their ledgers show them.
    #[serde(skip_serializing_if = "Option::is_none")]
    omitted: Option<u64>,
}

/// The certificates on which something was reserved, by an officer's decision too, or released in a period, whatever
/// became of it since.
#[utoipa::path(tag = "customs", params(Period),
    responses((status = 200, body = Used), (status = 400, body = ProblemDocument)))]
#[get("/v1/customs/certificates")]
pub(super) async fn used(
    app: web::Data<App>,
    calling: Calling,
    query: Result<Parameters<Period>, Problem>,
) -> Result<HttpResponse, Problem> {
    calling.require(&app, &[Grant::CustomsRead, Grant::CustomsWrite])?;
    let Parameters(Period { used_from, used_until, after, limit }) = query?;
    let limit = page_of(limit, PAGE_MAX, PAGE_MAX)?;
    let day = |text: &str| -> Result<Date, Problem> {
        endmark_core::day::parse(text).ok_or_else(|| malformed(format!("{text:?} is no day like 2026-03-16")))
    };
    let (first, last) = (day(&used_from)?, day(&used_until)?);
    let begins = |day: Date| app.context.clock.begins(day).ok_or_else(|| malformed("a day out of range"));
    let from = begins(first)?;
    let until = begins(last.next_day().ok_or_else(|| malformed("a day out of range"))?)?;
    if from >= until {
        return Err(malformed("usedFrom lies after usedUntil"));
    }
    let after = after.map(leaf_named).transpose()?;
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let found = app.readers.read(move |connection| certificates_used(connection, (from, until), after, most)).await?;
    let mut response = HttpResponse::Ok();
    if let Some(last) = found.more_after {
        let next = format!(
            "</v1/customs/certificates?usedFrom={used_from}&usedUntil={used_until}&limit={limit}&after={last}>; rel=\"next\""
        );
        response.insert_header((header::LINK, next));
    }
    let omitted = (found.omitted > 0).then_some(found.omitted);
    Ok(response.json(Used { certificates: found.certificates, omitted }))
}
