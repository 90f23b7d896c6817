//! The pages: publicly which register this is; and for officers who are signed in, whether a paper is genuine.

mod answer;
mod away;
mod browser;
#[cfg(test)]
mod complete;
mod conflicts;
mod control;
mod control_form;
mod cookie;
mod enter;
mod entered;
mod entries;
mod fields;
mod files;
mod form;
mod goods;
mod goods_form;
mod goods_page;
mod goods_rows;
mod history;
mod invite;
mod officer;
mod offline;
mod page;
mod queued;
mod refused;
mod remedies;
mod second_look;
mod session;
mod sides;
mod supplied;
mod supply_page;
mod when;

pub use enter::link;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, web};
use askama::Template;

use crate::app::App;
use crate::words::Language;

/// Its routes.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .app_data(away::unreadable_queries())
        .app_data(away::unreadable_paths())
        .service(start) // GET /
        .service(checkpoint) // GET /log/checkpoint
        .service(token_keys) // GET /token-keys
        .configure(officer::routes) // /officer: is this paper genuine?
        .configure(goods::routes) // /officer/goods: may these goods go?
        .configure(control_form::routes) // /officer/control: what was found
        .configure(control::routes) // /officer/controls: records it
        .configure(queued::routes) // /officer/offline/controls: what a device recorded without a network
        .configure(entries::routes) // /officer/entries, /officer/entries/{leaf}
        .configure(enter::routes) // /officer/…: signing in, changing, signing out
        .configure(invite::routes) // /officer/invite
        .configure(files::routes) // /officer/app/…, the manifest, the service worker
        .configure(offline::routes); // /officer/offline/…: without a network
}

/// Which register this is, its log's key and size.
#[derive(Template)]
#[template(path = "register.html")]
struct RegisterPage {
    t: Language,
    origin: String,
    size: u64,
    key: String,
}

#[get("/")]
async fn start(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    let size = app.writer.shared().published.load().head.size;
    let (origin, key) = (app.origin().to_string(), app.context.keys.log.key().to_string());
    page::page(StatusCode::OK, &RegisterPage { t: session::language_of(&request), origin, size, key })
}

/// The newest signed checkpoint, for anyone who keeps watch.
#[get("/log/checkpoint")]
async fn checkpoint(app: web::Data<App>) -> HttpResponse {
    crate::http::checkpoint_note(&app)
}

/// The keys that verify the codes on papers, for anyone who reads them.
#[get("/token-keys")]
async fn token_keys(app: web::Data<App>) -> HttpResponse {
    crate::http::token_keys(&app)
}
