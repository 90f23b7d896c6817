//! `GET /v1/statement-sets`: the texts a manufacturer confirms, with the digest it seals.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, get, web};
use endmark_core::regime::{StatementSet, Wording};
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::Calling;
use super::problem::ProblemDocument;
use super::{Problem, ProblemKind};
use crate::app::App;

/// The statements of one set in one language.
#[derive(Debug, Serialize, ToSchema)]
struct StatementSetView {
    /// Its name, for `statements.set`.
    id: String,
    /// The language, for `statements.language`.
    language: String,
    /// SHA-256 of the text, for `statements.digest`.
    digest: String,
    /// The statements by name, for `statements.confirmed`.
    statements: BTreeMap<String, String>,
    /// The exact text that is digested (UTF-8, NFC, LF).
    text: String,
    /// Whether a regime that asks for a certificate takes this wording.
    accepted: bool,
    /// Whose words they are: `authority`, letter by letter, or `endmark`.
    #[schema(value_type = String)]
    wording: Wording,
}

#[derive(Debug, Serialize, ToSchema)]
struct StatementSets {
    #[serde(rename = "statementSets")]
    statement_sets: Vec<StatementSetView>,
}

/// The statement sets known here.
#[utoipa::path(tag = "regimes", responses((status = 200, body = StatementSets)))]
#[get("/v1/statement-sets")]
pub(super) async fn list(app: web::Data<App>, _: Calling) -> HttpResponse {
    HttpResponse::Ok().json(StatementSets { statement_sets: views(&app, |_| true) })
}

/// One statement set in all its languages.
#[utoipa::path(tag = "regimes", params(("id" = String, Path, description = "Such as LT-2023-07-03")),
    responses((status = 200, body = StatementSets), (status = 404, body = ProblemDocument)))]
#[get("/v1/statement-sets/{id}")]
pub(super) async fn show(app: web::Data<App>, _: Calling, id: web::Path<String>) -> Result<HttpResponse, Problem> {
    let statement_sets = views(&app, |set| set.id() == id.as_str());
    if statement_sets.is_empty() {
        let detail = "no such statement set; GET /v1/statement-sets lists them all";
        return Err(Problem::new(ProblemKind::NotFound, detail));
    }
    Ok(HttpResponse::Ok().json(StatementSets { statement_sets }))
}

fn views(app: &App, wanted: impl Fn(&StatementSet) -> bool) -> Vec<StatementSetView> {
    let regimes = app.regimes();
    let sets = regimes.statement_sets().iter().filter(|set| wanted(set)).map(|set| StatementSetView {
        id: set.id().to_owned(),
        language: set.language().to_owned(),
        digest: set.digest().to_string(),
        statements: set.statements().clone(),
        text: set.text().to_owned(),
        accepted: set.is_accepted(),
        wording: set.wording(),
    });
    sets.collect()
}
