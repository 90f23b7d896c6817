//! What the pages load: scripts, the reader of codes where the build had it, the manifest, the service worker.

use std::fmt::Write as _;
use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};
use endmark_core::digest::{Digest, Hasher};
use serde_json::json;

use crate::reading::LAYOUTS;
use crate::words::Language;

/// The scripts of `officer/src`, and what `npm run decoder` put into `officer/decoder` before the build.
const BUILT_IN: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/officer_files.rs"));

const ICON: &str = include_str!("../../assets/icon.svg");

/// The service worker's script, which names the others.
const WORKER: &str = "sw.js";
/// The reader of codes; where it is missing, the pages offer typing and photos, which the register reads.
const DECODER: &str = "zxing-reader.wasm";

/// A script may load its own kind from here, and compile nothing.
const SCRIPT_POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'";
/// The worker that reads codes is WebAssembly; nothing else is.
const DECODER_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";

/// Everything under `/officer/app/`, with the digest that tells a browser whether it has it.
static FILES: LazyLock<Vec<(&str, &[u8], String)>> = LazyLock::new(|| {
    let scripts = BUILT_IN.iter().copied().filter(|(name, _)| *name != WORKER);
    let data = [("icon.svg", ICON.as_bytes()), ("keyboard-layouts.json", LAYOUTS.as_bytes())];
    scripts.chain(data).map(|(name, bytes)| (name, bytes, format!("\"{}\"", Digest::of(bytes)))).collect()
});

/// Whether the build had the reader of codes.
pub(super) fn has_decoder() -> bool {
    BUILT_IN.iter().any(|(name, _)| *name == DECODER)
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(file).service(manifest).service(worker);
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("js") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

/// A browser asks each time whether it still has the right one: scripts of two versions never meet.
#[get("/officer/app/{name}")]
async fn file(request: HttpRequest, path: web::Path<String>) -> HttpResponse {
    let Some((name, bytes, tag)) = FILES.iter().find(|(name, ..)| *name == path.as_str()) else {
        return HttpResponse::NotFound().finish();
    };
    let held = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let mut response = if held == Some(tag) { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((header::ETAG, tag.as_str()))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((
            header::CONTENT_SECURITY_POLICY,
            if *name == "decoder.js" { DECODER_POLICY } else { SCRIPT_POLICY },
        ));
    if held == Some(tag) { response.finish() } else { response.content_type(media_type(name)).body(*bytes) }
}

/// What makes the page one that can be installed.
#[get("/officer/manifest.webmanifest")]
async fn manifest() -> HttpResponse {
    let manifest = json!({
        "name": "Endmark", "short_name": "Endmark", "id": "/officer", "start_url": "/officer", "scope": "/officer",
        "display": "standalone", "background_color": "#ffffff", "theme_color": "#0b2545",
        "icons": [{ "src": "/officer/app/icon.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any" }],
    });
    HttpResponse::Ok()
        .content_type("application/manifest+json")
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(manifest.to_string())
}

/// The addresses of the pages for the hours without a network.
pub(super) fn offline_page(t: Language) -> String {
    format!("/officer/offline/{}", t.code())
}

/// The service worker, which keeps these files and pages and no others. Its version is their digest.
static SERVICE_WORKER: LazyLock<String> = LazyLock::new(|| {
    let fixed = ["/officer/style.css".to_owned(), "/officer/manifest.webmanifest".to_owned()];
    let files: Vec<String> = FILES.iter().map(|(name, ..)| format!("/officer/app/{name}")).chain(fixed).collect();
    let pages: Vec<String> = Language::ALL.into_iter().map(offline_page).collect();
    let script = BUILT_IN.iter().find(|(name, _)| *name == WORKER).map_or(&[][..], |(_, bytes)| bytes);
    let mut hasher = Hasher::default();
    let tags = FILES.iter().map(|(.., tag)| tag.as_str());
    let rendered: Vec<String> = Language::ALL.into_iter().map(super::offline::rendered).collect();
    for part in tags.chain(rendered.iter().map(String::as_str)).chain([super::officer::STYLE]) {
        hasher.update(part.as_bytes());
    }
    hasher.update(script);
    let mut text = String::new();
    for (name, value) in [("VERSION", json!(hasher.finish())), ("FILES", json!(files)), ("PAGES", json!(pages))] {
        let _ = writeln!(text, "const {name} = {value};");
    }
    text + &String::from_utf8_lossy(script)
});

#[get("/officer/sw.js")]
async fn worker() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/javascript; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_SECURITY_POLICY, SCRIPT_POLICY))
        // Without it a script may only look after what lies in its own folder, and `/officer` itself does not.
        .insert_header(("Service-Worker-Allowed", "/officer"))
        .body(SERVICE_WORKER.as_str())
}
