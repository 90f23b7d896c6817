//! `GET /v1/ping`: does nothing, behind the same TLS; the floor that benchmarks divide by.

use actix_web::{HttpResponse, get};

use super::caller::Calling;

/// Does nothing.
#[utoipa::path(tag = "service", responses((status = 204, description = "The service answers, and knows the caller")))]
#[get("/v1/ping")]
pub(super) async fn ping(_: Calling) -> HttpResponse {
    HttpResponse::NoContent().finish()
}
