//! `GET /v1/openapi.json`: the interface, described from the code.

use std::sync::OnceLock;

use actix_web::http::header;
use actix_web::{App, HttpRequest, HttpResponse, get};
use utoipa::OpenApi;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::PathItem;
use utoipa::openapi::{Ref, RefOr, Response, ResponseBuilder};
use utoipa_actix_web::AppExt as _;

use super::Problem;
use super::parameters::refuse_unknown;
use super::problem::ProblemDocument;

/// The content type of problems (RFC 9457).
const PROBLEM: &str = "application/problem+json";

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
        let mut document = app.split_for_parts().1;
        document.paths.paths.values_mut().for_each(complete);
        document.to_pretty_json().unwrap_or_default()
    })
}

/// Adds what every operation has, whoever described it: its problems, in their own content type.
fn complete(item: &mut PathItem) {
    let operations = [&mut item.get, &mut item.put, &mut item.post, &mut item.delete];
    for operation in operations.into_iter().flatten() {
        let has_body = operation.request_body.is_some();
        let responses = &mut operation.responses.responses;
        for (status, response) in responses.iter_mut() {
            if let RefOr::T(response) = response
                && status.starts_with(['4', '5'])
                && let Some(content) = response.content.shift_remove("application/json")
            {
                response.content.insert(PROBLEM.to_owned(), content);
            }
        }
        let mut add = |status: &str, words: &str| {
            responses.entry(status.to_owned()).or_insert_with(|| RefOr::T(problem(words)));
        };
        add("400", "The request, or a parameter of it, cannot be read");
        add("403", "The caller is not registered, or lacks the grant");
        add("default", "Any other problem: docs/API.md lists them");
        if has_body {
            add("413", "The body is too large");
            add("415", "The body has another content type");
        }
    }
}

fn problem(words: &str) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("ProblemDocument"))).build();
    ResponseBuilder::new().description(words).content(PROBLEM, content).build()
}

/// This description of the interface.
#[utoipa::path(tag = "service", responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json"),
    (status = 400, body = ProblemDocument)))]
#[get("/v1/openapi.json")]
pub(super) async fn serve(request: HttpRequest) -> Result<HttpResponse, Problem> {
    refuse_unknown(&request)?;
    Ok(HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "application/json")).body(document()))
}
