//! `GET /v1/openapi.json`: the interface, described from the code.

use std::sync::OnceLock;

use actix_web::http::header;
use actix_web::{App, HttpRequest, HttpResponse, get};
use utoipa::OpenApi;
use utoipa_actix_web::AppExt as _;

use super::Problem;
use super::parameters::refuse_unknown;
use super::problem::ProblemDocument;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Endmark",
        description = "End-destination certificates: sealed by the manufacturer, kept here, checked by customs. \
            HTTPS with a registered client certificate. Problems are RFC 9457 documents; docs/API.md lists them.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    tags(
        (name = "certificates", description = "For manufacturers and declarants"),
        (name = "customs", description = "For customs systems"),
        (name = "log", description = "For everyone who wants proof"),
        (name = "regimes", description = "The rules in force"),
        (name = "service", description = "The service itself")
    )
)]
struct Api;

/// The OpenAPI 3.1 document, as JSON.
pub fn document() -> &'static str {
    static DOCUMENT: OnceLock<String> = OnceLock::new();
    DOCUMENT.get_or_init(|| {
        let app = App::new().into_utoipa_app().openapi(Api::openapi()).configure(super::routes);
        app.split_for_parts().1.to_pretty_json().unwrap_or_default()
    })
}

/// This description of the interface.
#[utoipa::path(tag = "service", responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json"),
    (status = 400, body = ProblemDocument)))]
#[get("/v1/openapi.json")]
pub(super) async fn serve(request: HttpRequest) -> Result<HttpResponse, Problem> {
    refuse_unknown(&request)?;
    Ok(HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "application/json")).body(document()))
}
