//! `GET /log/tile/…`: the tree and its entries in the forms of C2SP tlog-tiles.

use actix_web::http::header;
use actix_web::{HttpResponse, get, web};
use endmark_core::log::{BundleId, TileId, bundle_bytes};

use super::caller::Calling;
use super::parameters::malformed;
use super::problem::ProblemDocument;
use super::{Problem, ProblemKind};
use crate::app::App;
use crate::registry::Grant;
use crate::store::{log, tile as tiles};

/// What is at such a path never changes: a partial tile has its width in its path.
fn forever(bytes: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/octet-stream")
        .insert_header((header::CACHE_CONTROL, "private, max-age=31536000, immutable"))
        .body(bytes)
}

/// Only what the newest checkpoint covers is there.
fn beyond() -> Problem {
    Problem::new(ProblemKind::NotFound, "the log has not grown so far; GET /log/checkpoint says how far it has")
}

/// A tile of hashes: `LEVEL/INDEX`, with `.p/WIDTH` while it is partial (C2SP tlog-tiles).
#[utoipa::path(tag = "log",
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 404, body = ProblemDocument)))]
#[get("/log/tile/{path:.*}")]
pub(super) async fn tile(app: web::Data<App>, _: Calling, path: web::Path<String>) -> Result<HttpResponse, Problem> {
    let (id, width) = TileId::from_path(&format!("tile/{path}")).map_err(malformed)?;
    if id.width_at(app.writer.shared().published.load().head.size) < width {
        return Err(beyond());
    }
    let mut found = app.readers.read(move |connection| tiles::tile(connection, id)).await?.ok_or_else(beyond)?;
    // A tile only grows: it begins with what it was when it was narrower.
    found.hashes.truncate(width);
    Ok(forever(found.to_bytes()))
}

/// The entries under a tile of leaf hashes: `INDEX`, with `.p/WIDTH` while it is partial. For auditors.
#[utoipa::path(tag = "log",
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 404, body = ProblemDocument)))]
#[get("/log/tile/entries/{path:.*}")]
pub(super) async fn bundle(
    app: web::Data<App>,
    calling: Calling,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    calling.require(&app, &[Grant::Auditor])?;
    let id = BundleId::from_path(&format!("tile/entries/{path}")).map_err(malformed)?;
    let leaves = TileId { level: 0, index: id.index };
    if leaves.width_at(app.writer.shared().published.load().head.size) < id.width {
        return Err(beyond());
    }
    let (first, count) = (id.index.saturating_mul(256), i64::try_from(id.width).unwrap_or(0));
    let entries = app.readers.read(move |connection| log::entries_from(connection, first, count)).await?;
    let fault = || {
        tracing::error!(first, "entries are missing");
        Problem::new(ProblemKind::Internal, "these entries are not as they were; tell the operator")
    };
    if entries.len() != id.width || !(first..).zip(&entries).all(|(wanted, (leaf, _))| wanted == *leaf) {
        return Err(fault());
    }
    let bytes = bundle_bytes(entries.iter().map(|(_, body)| body.as_slice())).map_err(|_| fault())?;
    Ok(forever(bytes))
}
