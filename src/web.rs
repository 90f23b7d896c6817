//! The pages: publicly which register this is; and for officers who are signed in, whether a paper is genuine.

mod answer;
mod away;
mod browser;
mod control;
mod cookie;
mod enter;
mod entered;
mod entries;
mod fields;
mod files;
mod form;
mod goods;
mod goods_page;
mod history;
mod invite;
mod officer;
mod offline;
mod page;
mod queued;
mod second_look;
mod session;
mod supplied;
mod when;

pub use enter::link;

use actix_web::http::header;
use actix_web::{HttpResponse, get, web};

use crate::app::App;

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
        .configure(control::routes) // /officer/control, /officer/controls: what was found
        .configure(queued::routes) // /officer/offline/controls: what a device recorded without a network
        .configure(entries::routes) // /officer/entries, /officer/entries/{leaf}
        .configure(enter::routes) // /officer/…: signing in, changing, signing out
        .configure(invite::routes) // /officer/invite
        .configure(files::routes) // /officer/app/…, the manifest, the service worker
        .configure(offline::routes); // /officer/offline/…: without a network
}

/// Which register this is, its log's key and size.
#[get("/")]
async fn start(app: web::Data<App>) -> HttpResponse {
    let published = app.writer.shared().published.load();
    // Origin and key are letters, digits and +/=.- only, so nothing needs escaping.
    let page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Endmark: {origin}</title>\n\
         <h1>Endmark register {origin}</h1>\n<p>This register keeps end-destination certificates \
         (manufacturer's declarations, gamintojo deklaracijos). Its log has {size} entries.</p>\n\
         <p>Checkpoint key: <code>{key}</code></p>\n<p><a href=\"/log/checkpoint\">Signed checkpoint</a></p>\n</html>\n",
        origin = app.origin(),
        size = published.head.size,
        key = app.context.keys.log.key(),
    );
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(page)
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
