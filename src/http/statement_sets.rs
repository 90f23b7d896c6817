//! `GET /v1/statement-sets`: the texts a manufacturer confirms, with the digest it seals.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::Calling;
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
    let sets = app.context.regimes.statement_sets().iter().map(|set| StatementSetView {
        id: set.id().to_owned(),
        language: set.language().to_owned(),
        digest: set.digest().to_string(),
        statements: set.statements().clone(),
        text: set.text().to_owned(),
    });
    HttpResponse::Ok().json(StatementSets { statement_sets: sets.collect() })
}
