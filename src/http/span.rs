//! The span of a request: its id, method and route, and nothing that names a person.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _};
use ring::rand::{SecureRandom as _, SystemRandom};
use tracing::Span;
use tracing_actix_web::{RequestId, RootSpanBuilder};

tokio::task_local! {
    /// The id of the request that this task serves.
    static REQUEST_ID: String;
}

/// A request id for what no request asked for.
pub fn new_request_id() -> String {
    let mut bytes = [0; 16];
    // Without randomness the id repeats; the writer then fails on its salts and says so.
    let _ = SystemRandom::new().fill(&mut bytes);
    hex::encode(bytes)
}

/// The id of the request that this task serves.
pub fn current_request_id() -> Option<String> {
    REQUEST_ID.try_with(Clone::clone).ok()
}

/// Keeps the request's id at hand for what serves it, and shows it in the answer.
pub async fn remember_request_id(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let id = request_id_of(&request);
    let shown = HeaderValue::from_str(&id);
    let mut response = REQUEST_ID.scope(id, next.call(request)).await?;
    if let Ok(shown) = shown {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), shown);
    }
    Ok(response)
}

/// The id that the middleware gave a request.
fn request_id_of(request: &ServiceRequest) -> String {
    request.extensions().get::<RequestId>().map_or_else(new_request_id, |id| id.simple().to_string())
}

/// Makes spans without addresses, user agents or full paths: those can name people and certificates.
#[derive(Debug)]
pub struct RequestSpan;

impl RootSpanBuilder for RequestSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        tracing::info_span!(
            "request",
            id = request_id_of(request),
            method = %request.method(),
            route = request.match_pattern().unwrap_or_default(),
        )
    }

    /// What goes wrong says so where it happens; that a request was answered is for who asks for it (`ENDMARK_LOG`). The
    /// status is no field of the span: its fields are written, read and written again when one is added.
    fn on_request_end<B: MessageBody>(span: Span, outcome: &Result<ServiceResponse<B>, Error>) {
        let status = match outcome {
            Ok(response) => response.status(),
            Err(error) => error.as_response_error().status_code(),
        };
        tracing::debug!(parent: &span, status = status.as_u16(), "answered");
    }
}
