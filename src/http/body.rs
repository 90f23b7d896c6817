//! Reading a body within its bound, in its content type.

use actix_web::http::header;
use actix_web::{HttpRequest, web};
use futures_util::StreamExt as _;

use super::{Problem, ProblemKind};
use crate::app::{App, Cause};

/// What bodies an endpoint reads.
pub(super) struct Wanted {
    pub(super) media_type: &'static str,
    pub(super) bytes_max: usize,
}

/// The certificate submission: a JWS (RFC 7515, 9.2.1).
pub(super) const JOSE: Wanted = Wanted { media_type: "application/jose", bytes_max: endmark_core::seal::JWS_BYTES_MAX };
/// A consignment.
pub(super) const CONSIGNMENT: Wanted =
    Wanted { media_type: "application/json", bytes_max: endmark_core::consignment::CONSIGNMENT_BYTES_MAX };
/// What somebody holds up at the border.
pub(super) const PAPER: Wanted =
    Wanted { media_type: "application/octet-stream", bytes_max: crate::reading::BYTES_MAX };
/// A reason.
pub(super) const SMALL: Wanted = Wanted { media_type: "application/json", bytes_max: 16 * 1024 };

/// Reads the body, or says what is wrong with it and counts that.
pub(super) async fn read(
    app: &App,
    request: &HttpRequest,
    mut payload: web::Payload,
    wanted: &Wanted,
) -> Result<Vec<u8>, Problem> {
    let found = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = found.split(';').next().unwrap_or("").trim();
    if !essence.eq_ignore_ascii_case(wanted.media_type) {
        app.turned_away.count(Cause::MediaType);
        let found: String = found.chars().take(80).collect();
        return Err(Problem::new(
            ProblemKind::MediaType,
            format!("found {found:?}; send the body as {}", wanted.media_type),
        ));
    }
    let too_large = || {
        app.turned_away.count(Cause::TooLarge);
        Problem::new(ProblemKind::BodyTooLarge, format!("this endpoint reads at most {} bytes", wanted.bytes_max))
    };
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok())
        .unwrap_or(0);
    if announced > wanted.bytes_max {
        return Err(too_large());
    }
    // A promise of megabytes costs nothing until they come.
    let mut body = Vec::with_capacity(announced.min(64 * 1024));
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| {
            app.turned_away.count(Cause::Malformed);
            Problem::new(ProblemKind::BodyUnreadable, "the body broke off; send it again")
        })?;
        if body.len().saturating_add(chunk.len()) > wanted.bytes_max {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Reads a small JSON object.
pub(super) async fn read_json<T: serde::de::DeserializeOwned>(
    app: &App,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<T, Problem> {
    let body = read(app, request, payload, &SMALL).await?;
    serde_json::from_slice(&body).map_err(|error| {
        app.turned_away.count(Cause::Malformed);
        Problem::new(ProblemKind::RequestMalformed, error.to_string())
    })
}
