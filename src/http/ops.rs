//! The operator's listener: `/livez`, `/readyz`, `/metrics`. Loopback only.

use actix_web::{HttpResponse, get, web};

use crate::app::App;
use crate::store::head;

/// Its routes.
pub fn routes(config: &mut web::ServiceConfig) {
    config.service(livez).service(readyz).service(metrics);
}

/// The process answers.
#[get("/livez")]
async fn livez() -> &'static str {
    "live\n"
}

/// The service can do its work: the database answers and the writer takes commands.
#[get("/readyz")]
async fn readyz(app: web::Data<App>) -> HttpResponse {
    if !app.writer.is_open() {
        return HttpResponse::ServiceUnavailable().body("the writer has stopped; the log of the service says why\n");
    }
    match app.readers.read(head::read).await {
        Ok(_) => HttpResponse::Ok().body("ready\n"),
        Err(error) => HttpResponse::ServiceUnavailable().body(format!("{error}\n")),
    }
}

/// Prometheus metrics.
#[get("/metrics")]
async fn metrics(app: web::Data<App>) -> HttpResponse {
    match app.context.metrics.text(&app) {
        Ok(text) => {
            HttpResponse::Ok().content_type("application/openmetrics-text; version=1.0.0; charset=utf-8").body(text)
        }
        Err(error) => HttpResponse::InternalServerError().body(format!("{error}\n")),
    }
}
