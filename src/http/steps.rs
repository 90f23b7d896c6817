//! The steps in the life of a declaration that is held: release, deletion, correction, override, presentations.

use std::collections::BTreeSet;

use actix_web::{HttpRequest, HttpResponse, delete, post, put, web};
use endmark_core::consignment::{CONSIGNMENT_BYTES_MAX, Consignment, GOODS_ITEMS_MAX, Stage};
use endmark_core::goods::Quantity;
use endmark_core::number::CertificateNumber;
use endmark_core::reference::Office;
use endmark_core::text::Text;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::body::{self, CONSIGNMENT, Wanted};
use super::caller::Calling;
use super::declaration_view::Override;
use super::declarations::{OutcomeView, PositionHeld, PutQuery, mrn, position, presenting, read_consignment, step};
use super::parameters::{self, Parameters};
use super::problem::ProblemDocument;
use super::{Problem, ProblemKind};
use crate::app::{App, Cause};
use crate::registry::Grant;
use crate::writer::{DeclarationRequest, Purpose, Step};

/// A release or a correction names at most as many goods items as a declaration has.
const STEP: Wanted = Wanted { media_type: "application/json", bytes_max: CONSIGNMENT_BYTES_MAX };

/// What to release.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Release {
    /// The office that releases.
    office: Office,
    /// The goods items; all of them when left out.
    #[serde(default)]
    goods_items: Option<Vec<u32>>,
    /// The version that is released, to be refused when a later one is known.
    #[serde(default)]
    declaration_version: Option<u32>,
}

/// A correction of what was released.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Correction {
    /// The office that corrects.
    office: Office,
    /// 173 amends the declaration, 174 invalidates it (Union Customs Code).
    legal_basis: LegalBasis,
    /// Why.
    #[schema(value_type = String)]
    #[expect(dead_code, reason = "kept as evidence with the whole body")]
    reason: Text<500>,
    /// For 173: the whole position as it should have been. An item or line left out returns all it held.
    #[serde(default)]
    goods_items: Vec<CorrectedItem>,
    /// The version that is corrected, to be refused when a later one is known.
    #[serde(default)]
    declaration_version: Option<u32>,
}

/// The articles of the Union Customs Code under which a declaration changes after release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
enum LegalBasis {
    /// Amendment.
    #[serde(rename = "173")]
    Amendment,
    /// Invalidation.
    #[serde(rename = "174")]
    Invalidation,
}

/// A goods item as it should have been.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct CorrectedItem {
    /// Its number.
    goods_item_number: u32,
    /// What it draws.
    citations: Vec<CorrectedCitation>,
}

/// So much of a line.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct CorrectedCitation {
    certificate: CertificateNumber,
    line: u32,
    quantity: Quantity,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct DeleteQuery {
    /// The office that deletes.
    #[param(required = true)]
    office: Option<String>,
    /// The version that is deleted, to be refused when a later one is known.
    declaration_version: Option<u32>,
}

fn malformed(app: &App, detail: impl Into<String>) -> Problem {
    app.turned_away.count(Cause::Malformed);
    Problem::new(ProblemKind::RequestMalformed, detail.into())
}

fn read<T: serde::de::DeserializeOwned>(app: &App, body: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| malformed(app, error.to_string()))
}

/// Writes off what was reserved: the goods are released, all or item by item. Outcomes 01 to 04.
#[utoipa::path(tag = "customs", request_body = Release,
    responses((status = 200, body = OutcomeView), (status = 400, body = ProblemDocument),
        (status = 403, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
#[post("/v1/customs/declarations/{mrn}/release")]
pub(super) async fn release(
    app: web::Data<App>,
    calling: Calling,
    path: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    calling.require(&app, &[Grant::CustomsWrite])?;
    let mrn = mrn(&path)?;
    let body = body::read(&app, &request, payload, &STEP).await?;
    let Release { office, goods_items, declaration_version } = read(&app, &body)?;
    let items: Option<BTreeSet<u32>> = match goods_items {
        Some(items) if items.is_empty() || items.len() > GOODS_ITEMS_MAX => {
            return Err(malformed(&app, "goodsItems: name 1 to 9999 goods items, or leave it out for all"));
        }
        items => items.map(|items| items.into_iter().collect()),
    };
    step(
        &app,
        &calling,
        DeclarationRequest { mrn, version: declaration_version, office, step: Step::Release(items), body },
    )
    .await
}

/// Deletes a reservation: nothing stays held; the history stays. Outcomes 01, 02, 03.
#[utoipa::path(tag = "customs", params(DeleteQuery),
    responses((status = 200, body = OutcomeView), (status = 403, body = ProblemDocument),
        (status = 409, body = ProblemDocument)))]
#[delete("/v1/customs/declarations/{mrn}/reservation")]
pub(super) async fn delete_reservation(
    app: web::Data<App>,
    calling: Calling,
    path: web::Path<String>,
    query: Result<Parameters<DeleteQuery>, Problem>,
) -> Result<HttpResponse, Problem> {
    calling.require(&app, &[Grant::CustomsWrite])?;
    let Parameters(DeleteQuery { office, declaration_version: version }) = query?;
    let mrn = mrn(&path)?;
    let office: Option<Office> = office
        .map(|office| {
            office.parse().map_err(|error: endmark_core::reference::ReferenceError| parameters::malformed(error))
        })
        .transpose()?;
    let office =
        office.ok_or_else(|| parameters::malformed("office: say which office deletes, as ?office=LTVR1000"))?;
    step(&app, &calling, DeclarationRequest { mrn, version, office, step: Step::Delete, body: Vec::new() }).await
}

/// Corrects what was released: an amendment (UCC 173) lowers it, an invalidation (UCC 174) returns it all. Outcomes
/// 01, 02, 05.
#[utoipa::path(tag = "customs", request_body = Correction,
    responses((status = 200, body = OutcomeView), (status = 400, body = ProblemDocument),
        (status = 403, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
#[put("/v1/customs/declarations/{mrn}/correction")]
pub(super) async fn correct(
    app: web::Data<App>,
    calling: Calling,
    path: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    calling.require(&app, &[Grant::CustomsWrite])?;
    let mrn = mrn(&path)?;
    let body = body::read(&app, &request, payload, &STEP).await?;
    let correction: Correction = read(&app, &body)?;
    let step_asked = match correction.legal_basis {
        LegalBasis::Invalidation if correction.goods_items.is_empty() => Step::Invalidate,
        LegalBasis::Invalidation => {
            return Err(malformed(&app, "goodsItems: an invalidation (174) returns everything; leave them out"));
        }
        LegalBasis::Amendment => Step::Amend(corrected(&app, correction.goods_items)?),
    };
    let version = correction.declaration_version;
    step(&app, &calling, DeclarationRequest { mrn, version, office: correction.office, step: step_asked, body }).await
}

fn corrected(app: &App, items: Vec<CorrectedItem>) -> Result<Vec<(u32, CertificateNumber, u32, Quantity)>, Problem> {
    let problem = |detail: &str| Err(malformed(app, detail));
    if items.is_empty() {
        return problem("goodsItems: give the position as it should have been; to return everything use 174");
    }
    let mut seen = BTreeSet::new();
    let mut rows = Vec::new();
    for item in items {
        for citation in item.citations {
            if citation.quantity.value.is_zero() {
                return problem("goodsItems: leave out what is returned altogether; a quantity is more than nothing");
            }
            if !seen.insert((item.goods_item_number, citation.certificate, citation.line)) {
                return problem("goodsItems: the same goods item, certificate and line stands twice");
            }
            rows.push((item.goods_item_number, citation.certificate, citation.line, citation.quantity));
        }
    }
    if rows.is_empty() {
        return problem("goodsItems: they cite nothing; to return everything use 174");
    }
    Ok(rows)
}

/// Reserves by an officer's decision, whatever the verdict: what does not fit stands beside the ledger, which keeps
/// its bound. Every later answer about the declaration and its certificates says so.
#[utoipa::path(tag = "customs", request_body = Override, params(PutQuery),
    responses((status = 200, body = PositionHeld), (status = 400, body = ProblemDocument),
        (status = 403, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
#[post("/v1/customs/declarations/{mrn}/override")]
pub(super) async fn decide_by_hand(
    app: web::Data<App>,
    calling: Calling,
    path: web::Path<String>,
    query: Result<Parameters<PutQuery>, Problem>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    calling.require(&app, &[Grant::CustomsWrite])?;
    let Parameters(PutQuery { confidential }) = query?;
    let mrn = mrn(&path)?;
    let body = body::read(&app, &request, payload, &CONSIGNMENT).await?;
    let asked: Override = read(&app, &body)?;
    if asked.officer.as_str().trim().is_empty() || asked.reason.as_str().trim().is_empty() {
        return Err(malformed(&app, "officer and reason: say who decides and why"));
    }
    let mut consignment: Consignment = read_consignment(&app, asked.consignment.get().as_bytes(), &mrn)?;
    // Also where an officer at the border decides, the declaration's whole position is what is let pass.
    consignment.stage = Stage::Start;
    let purpose = Purpose::Override { office: asked.office, officer: asked.officer.to_string(), confidential };
    position(&app, &calling, &mrn, body, consignment, purpose).await
}

/// Records that goods stand at the border, under the caller's own name for it: several trucks, several offices. It
/// draws nothing; the movement's own hold is its cover.
#[utoipa::path(tag = "customs", request_body = Consignment,
    responses((status = 200, body = PositionHeld), (status = 400, body = ProblemDocument),
        (status = 403, body = ProblemDocument)))]
#[put("/v1/customs/declarations/{mrn}/presentations/{presentation}")]
pub(super) async fn present(
    app: web::Data<App>,
    calling: Calling,
    path: web::Path<(String, String)>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    calling.require(&app, &[Grant::CustomsWrite])?;
    let (declaration, id) = path.into_inner();
    let (mrn, id) = (mrn(&declaration)?, presentation(&id)?);
    let body = body::read(&app, &request, payload, &CONSIGNMENT).await?;
    let mut consignment = read_consignment(&app, &body, &mrn)?;
    consignment.stage = Stage::Border;
    let purpose = Purpose::Present(presenting(&consignment, Some(&id)));
    position(&app, &calling, &mrn, body, consignment, purpose).await
}

/// Records that goods presented were turned back: they have not left, and may be presented again.
#[utoipa::path(tag = "customs", request_body = TurnBack,
    responses((status = 200, body = OutcomeView), (status = 400, body = ProblemDocument),
        (status = 403, body = ProblemDocument)))]
#[post("/v1/customs/declarations/{mrn}/presentations/{presentation}/turned-back")]
pub(super) async fn turn_back(
    app: web::Data<App>,
    calling: Calling,
    path: web::Path<(String, String)>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    calling.require(&app, &[Grant::CustomsWrite])?;
    let (declaration, id) = path.into_inner();
    let (mrn, id) = (mrn(&declaration)?, presentation(&id)?);
    let body = body::read(&app, &request, payload, &body::SMALL).await?;
    let TurnBack { office } = read(&app, &body)?;
    let step_asked = Step::TurnBack { presentation: id };
    step(&app, &calling, DeclarationRequest { mrn, version: None, office, step: step_asked, body }).await
}

/// Where goods were turned back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TurnBack {
    /// The office.
    office: Office,
}

fn presentation(id: &str) -> Result<String, Problem> {
    // Clients take "." and ".." out of an address: nobody could reach such a presentation again.
    let good = (1..=35).contains(&id.len())
        && !matches!(id, "." | "..")
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    if good {
        return Ok(id.to_owned());
    }
    let wanted = "the name of a presentation has 1 to 35 letters, digits or -_. and is neither \".\" nor \"..\"";
    Err(parameters::malformed(wanted))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_presentation_is_never_named_as_a_step_of_an_address() {
        for good in ["T1", "truck-1", "a.b", "...", "_"] {
            assert!(super::presentation(good).is_ok(), "{good}");
        }
        for bad in ["", ".", "..", "a b", "a/b", &"x".repeat(36)] {
            assert!(super::presentation(bad).is_err(), "{bad}");
        }
    }
}
