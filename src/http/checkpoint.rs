//! `GET /log/checkpoint`: the signed head of the log (C2SP tlog-checkpoint).

use actix_web::http::header;
use actix_web::{HttpResponse, get, web};

use super::caller::Calling;
use crate::app::App;

/// The newest signed checkpoint.
#[utoipa::path(tag = "log", responses((status = 200, body = String, content_type = "text/plain")))]
#[get("/log/checkpoint")]
pub(super) async fn checkpoint(app: web::Data<App>, _: Calling) -> HttpResponse {
    note(&app)
}

/// The newest checkpoint as a response.
pub(crate) fn note(app: &App) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(app.writer.shared().published.load().note.clone())
}
