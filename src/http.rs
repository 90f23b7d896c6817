//! The HTTP interface. The whole route table of the api listener is on this screen.

mod body;
mod caller;
mod certificates;
mod checkpoint;
mod checks;
mod customs_certificates;
mod openapi;
pub mod ops;
mod ping;
mod problem;
mod receipt;
mod revocation;
mod span;
mod statement_sets;
mod submit;
mod suspension;
mod view;

pub use caller::{ClientCertificate, remember_client};
pub(crate) use checkpoint::note as checkpoint_note;
pub use openapi::document as openapi_document;
pub use problem::{Kind as ProblemKind, Problem};
pub use span::{RequestSpan, current_request_id, new_request_id, remember_request_id};

use utoipa_actix_web::service_config::ServiceConfig;

/// Every route of the api listener.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(ping::ping) // GET /v1/ping
        .service(submit::submit) // POST /v1/certificates
        .service(certificates::list) // GET /v1/certificates
        .service(certificates::show) // GET /v1/certificates/{number}
        .service(suspension::suspend) // PUT /v1/certificates/{number}/suspension
        .service(suspension::resume) // DELETE /v1/certificates/{number}/suspension
        .service(revocation::revoke) // POST /v1/certificates/{number}/revocation
        .service(checks::precheck) // POST /v1/prechecks
        .service(checks::check) // POST /v1/customs/checks
        .service(customs_certificates::show) // GET /v1/customs/certificates/{number}
        .service(statement_sets::list) // GET /v1/statement-sets
        .service(receipt::receipt) // GET /v1/entries/{id}/receipt
        .service(checkpoint::checkpoint) // GET /log/checkpoint
        .service(openapi::serve); // GET /v1/openapi.json
}

/// What stands at every other address.
pub async fn nothing_there() -> Result<actix_web::HttpResponse, Problem> {
    Err(Problem::new(ProblemKind::NotFound, "no such resource or method; GET /v1/openapi.json lists them all"))
}
