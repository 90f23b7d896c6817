//! `POST /v1/requirements`: what will I need? A question without a certificate; nothing is kept of it.

use actix_web::{HttpRequest, HttpResponse, post, web};
use endmark_core::consignment::{self, Consignment, DataSet, Offices};
use endmark_core::day;
use endmark_core::digest::Digest;
use endmark_core::goods::{CommodityCode, Condition, Country};
use endmark_core::moment::Moment;
use endmark_core::reference::Office;
use endmark_core::regime::{Note, Question, Regimes};
use endmark_core::verdict::{Finding, RegimeInPlay, RegimeStatement, Requirement};
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::{Date, Time};
use utoipa::ToSchema;

use super::body;
use super::caller::Calling;
use super::problem::ProblemDocument;
use super::{Problem, ProblemKind};
use crate::app::{App, Cause};

/// A trader asks about a lorry, not about a warehouse.
const GOODS_MAX: usize = 100;

/// Goods on a road, on a day.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct RequirementsRequest {
    /// The day of the movement; today when left out.
    #[serde(default)]
    #[schema(format = Date)]
    on: Option<String>,
    /// The day of the contract, for regimes that it governs.
    #[serde(default)]
    #[schema(format = Date)]
    contract_date: Option<String>,
    /// B1 when left out.
    #[serde(default)]
    data_set: Option<DataSet>,
    /// Requested procedure: 10 export, 31 re-export.
    #[serde(default)]
    procedure: Option<String>,
    /// The office where the formalities begin; any of the first country of routing when left out.
    #[serde(default)]
    office: Option<Office>,
    /// Other offices, as far as known.
    #[serde(default)]
    offices: Offices,
    /// Where the goods go.
    country_of_destination: Country,
    /// Every country on the way in order, departure and destination included.
    countries_of_routing: Vec<Country>,
    /// Mode at the border: 3 is road.
    #[serde(default)]
    transport_mode: Option<String>,
    /// The goods, at most 100.
    goods: Vec<GoodsAsked>,
}

/// Goods asked about.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct GoodsAsked {
    /// What they are.
    commodity_code: CommodityCode,
    /// New or used.
    #[serde(default)]
    condition: Option<Condition>,
    /// Types of the documents that will be declared, such as Y901 or X060.
    #[serde(default)]
    documents: Vec<String>,
}

/// What will be needed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Requirements {
    /// The day the answer speaks of.
    #[schema(format = Date)]
    on: String,
    /// For each of the goods, in their order.
    goods: Vec<GoodsRequirement>,
    /// The regimes that came into play, with the law of those that say something.
    regimes: Vec<RegimeInPlay>,
    /// SHA-256 that stands for all regimes and lists as they are loaded.
    #[schema(value_type = String)]
    edition: Digest,
}

/// What will be needed for goods.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct GoodsRequirement {
    commodity_code: CommodityCode,
    /// The strongest of what the regimes ask.
    requirement: Requirement,
    /// What each regime that speaks asks.
    regimes: Vec<RegimeStatement>,
    /// What an officer would be shown, and what would settle open questions.
    findings: Vec<Finding>,
}

/// What will be needed for these goods on this road on this day? No certificate is looked at, and nothing is kept.
#[utoipa::path(tag = "regimes", request_body = RequirementsRequest,
    responses((status = 200, body = Requirements), (status = 400, body = ProblemDocument),
        (status = 403, body = ProblemDocument)))]
#[post("/v1/requirements")]
pub(super) async fn requirements(
    app: web::Data<App>,
    _: Calling,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let asked: RequirementsRequest = body::read_json(&app, &request, payload).await?;
    let now = app.context.clock.moment(app.context.clock.now());
    let malformed = |why: String| {
        app.turned_away.count(Cause::Malformed);
        Problem::new(ProblemKind::RequestMalformed, why)
    };
    let moment = match &asked.on {
        None => now,
        Some(text) => on(text).map_err(malformed)?,
    };
    let contract = asked.contract_date.as_deref().map(read_day).transpose().map_err(malformed)?;
    let consignment = question(&asked).map_err(malformed)?;
    Ok(HttpResponse::Ok().json(answer(&asked, &consignment, &app.regimes(), moment, contract)))
}

fn read_day(text: &str) -> Result<Date, String> {
    let shown: String = text.chars().take(40).collect();
    day::parse(text).ok_or_else(|| format!("{shown:?} is no day like \"2026-03-16\""))
}

/// Noon of a day: the answer speaks of the day.
fn on(text: &str) -> Result<Moment, String> {
    let day = read_day(text)?;
    let noon = Time::from_hms(12, 0, 0).map_err(|error| error.to_string())?;
    Ok(Moment { at: day.with_time(noon).assume_utc(), day })
}

/// As the consignment that it will be: read by the same strict parser as a declaration.
fn question(asked: &RequirementsRequest) -> Result<Consignment, String> {
    if asked.goods.is_empty() || asked.goods.len() > GOODS_MAX {
        return Err(format!("goods: wanted 1 to {GOODS_MAX}, found {}", asked.goods.len()));
    }
    let office = match (&asked.office, asked.countries_of_routing.first()) {
        (Some(office), _) => office.to_string(),
        (None, Some(departure)) if departure.in_union() => format!("{departure}000000"),
        (None, _) => {
            return Err("say the office, or begin countriesOfRouting with the Member State of departure".to_owned());
        }
    };
    let items: Vec<_> = (1_u32..)
        .zip(&asked.goods)
        .map(|(number, goods)| {
            let documents: Vec<_> = goods.documents.iter().map(|kind| json!({ "type": kind })).collect();
            let mut item = json!({ "goodsItemNumber": number, "commodityCode": goods.commodity_code,
                "supportingDocuments": documents });
            if let (Some(members), Some(condition)) = (item.as_object_mut(), goods.condition) {
                members.insert("condition".to_owned(), json!(condition));
            }
            item
        })
        .collect();
    let mut consignment = json!({
        "dataSet": asked.data_set.unwrap_or(DataSet::B1), "security": true, "office": office,
        "offices": asked.offices, "countryOfDestination": asked.country_of_destination,
        "countriesOfRouting": asked.countries_of_routing, "goodsItems": items,
    });
    if let Some(members) = consignment.as_object_mut() {
        let mode = asked.transport_mode.as_ref().map(|mode| json!({ "mode": mode }));
        let optional = [("procedure", asked.procedure.as_ref().map(|code| json!(code))), ("transport", mode)];
        members.extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    }
    consignment::parse(consignment.to_string().as_bytes()).map_err(|error| error.to_string())
}

fn answer(
    asked: &RequirementsRequest,
    consignment: &Consignment,
    regimes: &Regimes,
    moment: Moment,
    contract: Option<Date>,
) -> Requirements {
    let route = regimes.route(consignment, moment);
    let mut asking = regimes.asking(Question { consignment, route: &route, moment, contract });
    let goods = asked.goods.iter().zip(&consignment.goods_items).map(|(goods, item)| {
        let found = asking.of(item);
        let mut findings = found.findings;
        findings.extend(found.notes.iter().map(Note::finding));
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        GoodsRequirement {
            commodity_code: goods.commodity_code,
            requirement: found.requirement,
            regimes: found.statements,
            findings,
        }
    });
    let goods = goods.collect();
    let law = asking.regimes_used();
    Requirements { on: day::format(moment.day), goods, regimes: law, edition: regimes.edition() }
}
