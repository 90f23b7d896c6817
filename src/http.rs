//! The HTTP interface. The whole route table of the api listener is on this screen.

mod audit_entries;
mod body;
mod caller;
mod certificates;
mod changes;
mod checkpoint;
mod checks;
mod consistency;
mod controls;
mod customs_certificates;
mod declaration_view;
mod declarations;
mod offline_bundle;
mod openapi;
pub mod ops;
mod paper_checks;
mod papers;
mod parameters;
mod ping;
mod problem;
mod quantities;
mod receipt;
mod regimes;
mod requirements;
mod revocation;
mod span;
mod statement_sets;
mod steps;
mod submit;
mod suspension;
mod tiles;
mod usage;
mod view;
pub(crate) mod wanted;

pub use caller::{ClientCertificate, remember_client};
pub(crate) use checkpoint::note as checkpoint_note;
pub(crate) use controls::control_answer;
pub use openapi::document as openapi_document;
pub(crate) use papers::token_keys;
pub use parameters::unreadable_paths;
pub use problem::{Kind as ProblemKind, Problem};
pub(crate) use receipt::receipt_for;
pub use span::{RequestSpan, current_request_id, new_request_id, remember_request_id};

use utoipa_actix_web::service_config::ServiceConfig;

/// Every route of the api listener. They are tried in this order: what systems ask all day stands first.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(ping::ping) // GET /v1/ping
        .service(checks::check) // POST /v1/customs/checks
        .service(submit::submit) // POST /v1/certificates
        .service(declarations::reserve) // PUT /v1/customs/declarations/{mrn}
        .service(declarations::show) // GET /v1/customs/declarations/{mrn}
        .service(steps::release) // POST /v1/customs/declarations/{mrn}/release
        .service(steps::delete_reservation) // DELETE /v1/customs/declarations/{mrn}/reservation
        .service(steps::correct) // PUT /v1/customs/declarations/{mrn}/correction
        .service(steps::decide_by_hand) // POST /v1/customs/declarations/{mrn}/override
        .service(steps::present) // PUT /v1/customs/declarations/{mrn}/presentations/{presentation}
        .service(steps::turn_back) // POST /v1/customs/declarations/{mrn}/presentations/{presentation}/turned-back
        .service(certificates::list) // GET /v1/certificates
        .service(certificates::show) // GET /v1/certificates/{number}
        .service(papers::document) // GET /v1/certificates/{number}/document.pdf
        .service(papers::qr_code) // GET /v1/certificates/{number}/qr.svg
        .service(papers::keys) // GET /v1/token-keys
        .service(offline_bundle::show) // GET /v1/offline-bundle
        .service(usage::usage) // GET /v1/certificates/{number}/usage
        .service(suspension::suspend) // PUT /v1/certificates/{number}/suspension
        .service(suspension::resume) // DELETE /v1/certificates/{number}/suspension
        .service(revocation::revoke) // POST /v1/certificates/{number}/revocation
        .service(checks::precheck) // POST /v1/prechecks
        .service(paper_checks::check) // POST /v1/customs/papers
        .service(customs_certificates::show) // GET /v1/customs/certificates/{number}
        .service(quantities::used) // GET /v1/customs/certificates?usedFrom=&usedUntil=
        .service(quantities::quantities) // GET /v1/customs/certificates/{number}/quantities
        .service(controls::record) // POST /v1/customs/controls
        .service(changes::changes) // GET /v1/customs/changes
        .service(changes::stale_reservations) // GET /v1/customs/stale-reservations
        .service(regimes::list) // GET /v1/regimes?at=
        .service(requirements::requirements) // POST /v1/requirements
        .service(statement_sets::list) // GET /v1/statement-sets
        .service(statement_sets::show) // GET /v1/statement-sets/{id}
        .service(receipt::receipt) // GET /v1/entries/{id}/receipt
        .service(audit_entries::entries) // GET /v1/audit/entries
        .service(consistency::consistency) // GET /v1/audit/consistency?old=&new=
        .service(checkpoint::checkpoint) // GET /log/checkpoint
        .service(tiles::bundle) // GET /log/tile/entries/{path}
        .service(tiles::tile) // GET /log/tile/{path}
        .service(openapi::serve); // GET /v1/openapi.json
}

/// What stands at every other address.
pub async fn nothing_there() -> Result<actix_web::HttpResponse, Problem> {
    Err(Problem::new(ProblemKind::NotFound, "no such resource or method; GET /v1/openapi.json lists them all"))
}
