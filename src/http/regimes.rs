//! `GET /v1/regimes?at=`: the law of a day.

use actix_web::{HttpResponse, get, web};
use endmark_core::day;
use endmark_core::regime::{GoodsList, Regime};
use endmark_core::verdict::Requirement;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Problem;
use super::caller::Calling;
use super::parameters::{Parameters, malformed};
use super::problem::ProblemDocument;
use crate::app::App;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Query {
    /// A day such as 2026-03-16; today when left out.
    #[param(format = Date)]
    at: Option<String>,
}

/// The regimes and lists of a day.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RegimesView {
    /// The day.
    #[schema(format = Date)]
    at: String,
    /// SHA-256 that stands for every document loaded.
    edition: String,
    /// What was changed outside the service: while it stands every question stays open.
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
    regimes: Vec<RegimeView>,
    lists: Vec<ListView>,
    /// Lists that regimes need and nobody has loaded: goods that could be on them are unknown.
    lists_not_loaded: Vec<String>,
}

/// A regime in force.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct RegimeView {
    id: String,
    version: String,
    title: String,
    /// EU, or the country whose rule it is.
    country: String,
    from: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    /// What it asks of goods that it is about.
    asks: Requirement,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<String>,
    /// Countries on the way through which it applies.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    via: Vec<String>,
    /// The lists it needs.
    lists: Vec<String>,
    /// Statements that must be confirmed, in the wording of one of `statementSets`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    statements: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    statement_sets: Vec<String>,
    legal_basis: String,
    sources: Vec<String>,
    /// What was looked for and not found.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_found: Vec<String>,
}

/// A goods list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ListView {
    id: String,
    version: String,
    /// The day up to which the acts were read.
    complete_to: String,
    /// The last day on which it is presumed complete.
    valid_until: String,
    /// Whether entries are known to be missing.
    partial: bool,
    entries: usize,
    source: String,
}

/// The regimes and lists in force on a day, with their versions.
#[utoipa::path(tag = "regimes", params(Query),
    responses((status = 200, body = RegimesView), (status = 400, body = ProblemDocument)))]
#[get("/v1/regimes")]
pub(super) async fn list(
    app: web::Data<App>,
    _: Calling,
    query: Result<Parameters<Query>, Problem>,
) -> Result<HttpResponse, Problem> {
    let Parameters(query) = query?;
    let at = match &query.at {
        None => app.context.clock.moment(app.context.clock.now()).day,
        Some(text) => day::parse(text).ok_or_else(|| malformed("at: wanted a day like 2026-03-16"))?,
    };
    let regimes = app.regimes();
    let in_force: Vec<&Regime> = regimes.in_force(at).map(AsRef::as_ref).collect();
    let lists: Vec<&GoodsList> = regimes.lists(at).map(AsRef::as_ref).collect();
    let lacking = regimes.data().lacking(in_force.iter().copied());
    let list_view = |list: &&GoodsList| {
        let head = list.head();
        ListView {
            id: head.id.to_string(),
            version: head.version.to_string(),
            complete_to: day::format(head.complete_to),
            valid_until: day::format(head.valid_until.unwrap_or(regimes.lists_valid_until())),
            partial: head.partial,
            entries: list.entries().len(),
            source: head.source.clone(),
        }
    };
    Ok(HttpResponse::Ok().json(RegimesView {
        at: day::format(at),
        edition: regimes.edition().to_string(),
        fault: regimes.fault().map(str::to_owned),
        regimes: in_force.into_iter().map(RegimeView::of).collect(),
        lists: lists.iter().map(list_view).collect(),
        lists_not_loaded: lacking.iter().map(|list| list.list.to_owned()).collect(),
    }))
}

impl RegimeView {
    fn of(regime: &Regime) -> Self {
        Self {
            id: regime.id.to_string(),
            version: regime.version.to_string(),
            title: regime.title.clone(),
            country: regime.country.clone(),
            from: day::format(regime.from),
            until: regime.until.map(day::format),
            asks: regime.asks.answer,
            issuer: regime.asks.issuer.map(endmark_core::regime::Issuer::words),
            document: regime.asks.document.clone(),
            via: regime.applies.via.iter().map(ToString::to_string).collect(),
            lists: regime.goods.lists.clone(),
            statements: regime.asks.statements.clone(),
            statement_sets: regime.asks.accepts.clone(),
            legal_basis: regime.legal_basis.to_string(),
            sources: regime.sources.clone(),
            not_found: regime.not_found.clone(),
        }
    }
}
