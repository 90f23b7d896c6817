//! Problem documents (RFC 9457). Every type is listed in docs/API.md; a test compares.

use std::borrow::Cow;
use std::fmt;

use actix_web::body::BoxBody;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::registry::{Grant, NotACaller};
use crate::store::StoreError;
use crate::writer::Failure;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident $status:ident $urn:literal $title:literal;)*) => {
        /// The types of problems.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Kind { $($(#[$doc])* $name,)* }

        impl Kind {
            /// Every type.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Its stable name.
            pub const fn urn(self) -> &'static str {
                match self { $(Self::$name => concat!("urn:endmark:problem:", $urn),)* }
            }

            /// Its status code.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }

            /// What it is, in short.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

kinds! {
    /// Nobody registered the client certificate.
    CallerUnknown FORBIDDEN "caller-unknown" "The client certificate is not registered";
    /// The client certificate was revoked.
    CallerRevoked FORBIDDEN "caller-revoked" "The client certificate is revoked";
    /// The client certificate has expired.
    CallerExpired FORBIDDEN "caller-expired" "The client certificate has expired";
    /// The caller lacks the grant.
    GrantMissing FORBIDDEN "grant-missing" "The caller lacks the grant";
    /// Nobody is signed in, or not any more.
    OfficerUnknown FORBIDDEN "officer-unknown" "The officer is not registered, or not signed in";
    /// Nothing there, or not the caller's.
    NotFound NOT_FOUND "not-found" "Nothing there that this caller may see";
    /// Another content type.
    MediaType UNSUPPORTED_MEDIA_TYPE "unsupported-media-type" "The body has another content type";
    /// Too large.
    BodyTooLarge PAYLOAD_TOO_LARGE "body-too-large" "The body is too large";
    /// The body broke off.
    BodyUnreadable BAD_REQUEST "body-unreadable" "The body could not be read";
    /// A query parameter or path that cannot be read.
    ParameterMalformed BAD_REQUEST "parameter-malformed" "A parameter cannot be read";
    /// The certificate number cannot be one.
    NumberMalformed BAD_REQUEST "certificate-number-malformed" "This is no certificate number";
    /// The JSON is not what the endpoint reads.
    RequestMalformed BAD_REQUEST "request-malformed" "The request is not what this endpoint reads";
    /// The consignment is not a consignment.
    ConsignmentMalformed BAD_REQUEST "consignment-malformed" "The consignment cannot be judged as it is";
    /// The JWS is not in the form wanted.
    SealMalformed BAD_REQUEST "seal-malformed" "The seal is not in the form wanted";
    /// The payload is not a certificate.
    PayloadMalformed BAD_REQUEST "payload-malformed" "The payload is not a certificate";
    /// The signature does not verify.
    SealInvalid UNPROCESSABLE_ENTITY "seal-invalid" "The seal does not verify";
    /// Well-formed and sealed, but not taken in.
    CertificateRefused UNPROCESSABLE_ENTITY "certificate-refused" "The certificate is refused";
    /// Cannot be judged now: no fresh revocation list.
    RevocationListStale SERVICE_UNAVAILABLE "revocation-list-stale" "The revocation list is out of date";
    /// The reference belongs to another certificate.
    ReferenceTaken CONFLICT "reference-taken" "The reference belongs to another certificate";
    /// Another document has this number.
    NumberCollision CONFLICT "number-collision" "Another certificate has this number";
    /// The status does not allow the change.
    StatusForbids CONFLICT "status-forbids" "The status of the certificate does not allow this";
    /// The MRN is none.
    MrnMalformed BAD_REQUEST "mrn-malformed" "This is no MRN";
    /// What was held up cannot be read.
    PaperUnreadable BAD_REQUEST "paper-unreadable" "This cannot be read";
    /// The position is not held.
    ReservationRefused CONFLICT "reservation-refused" "The position is not reserved";
    /// A later version is known.
    VersionSuperseded CONFLICT "declaration-version-superseded" "A later version of the declaration is known";
    /// Another organisation's.
    AnothersDeclaration FORBIDDEN "declaration-of-another-organisation" "Another organisation made this position";
    /// More than was released.
    CorrectionAboveRelease CONFLICT "correction-above-release" "The correction asks for more than was released";
    /// Less than has left.
    CorrectionBelowPresented CONFLICT "correction-below-presented" "The correction gives back goods that have left";
    /// The name is taken.
    PresentationTaken CONFLICT "presentation-name-taken" "Other goods were presented under this name";
    /// The control is not recorded.
    ControlRefused CONFLICT "control-refused" "The control is not recorded";
    /// More evidence than the quota.
    QuotaExceeded TOO_MANY_REQUESTS "quota-exceeded" "The quota is used up";
    /// The line is full.
    Busy SERVICE_UNAVAILABLE "busy" "Too many requests are waiting";
    /// The database does not answer.
    Unavailable SERVICE_UNAVAILABLE "unavailable" "Nothing was recorded; try again";
    /// Whether it took effect is not known.
    OutcomeUnknown SERVICE_UNAVAILABLE "outcome-unknown" "Whether the request took effect is not known";
    /// A fault of the service.
    Internal INTERNAL_SERVER_ERROR "internal" "A fault of the service";
}

/// The members that every problem has (RFC 9457, and the request's id): no further member takes their names.
const RESERVED: [&str; 6] = ["type", "title", "status", "detail", "instance", "requestId"];

/// A problem document.
#[derive(Debug, Clone)]
pub struct Problem {
    kind: Kind,
    detail: Cow<'static, str>,
    members: Map<String, Value>,
    retry_after_seconds: Option<u32>,
}

/// The document as sent.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProblemDocument {
    /// Stable URN.
    #[serde(rename = "type")]
    kind: String,
    /// In short.
    title: String,
    /// HTTP status.
    status: u16,
    /// What was wrong and what to do.
    detail: String,
    /// The request's id, for the operator. Further members depend on the type.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    /// Members of this type of problem, such as `reason`, `number`, `entry`: docs/API.md has them.
    #[serde(flatten)]
    members: Map<String, Value>,
}

impl Problem {
    /// A problem with what was wrong and what to do.
    pub fn new(kind: Kind, detail: impl Into<Cow<'static, str>>) -> Self {
        let retry_after_seconds =
            matches!(kind.status(), StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS).then_some(1);
        Self { kind, detail: detail.into(), members: Map::new(), retry_after_seconds }
    }

    /// With a further member. One that every problem has is not put there twice: the first would be hidden.
    #[must_use]
    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        let is_free = !RESERVED.contains(&member);
        debug_assert!(is_free, "every problem has a member {member}");
        if is_free {
            self.members.insert(member.to_owned(), value.into());
        }
        self
    }

    /// When to try again.
    #[must_use]
    pub const fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_seconds = Some(seconds);
        self
    }

    /// Its type.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// "Not yours" and "not there": the same words for both.
    pub fn not_found() -> Self {
        Self::new(Kind::NotFound, "nothing is there, or it belongs to another organisation")
    }

    pub(super) fn document(&self, request_id: Option<String>) -> ProblemDocument {
        ProblemDocument {
            kind: self.kind.urn().to_owned(),
            title: self.kind.title().to_owned(),
            status: self.kind.status().as_u16(),
            detail: self.detail.to_string(),
            request_id,
            members: self.members.clone(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.urn())
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.kind.status()
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let mut response = HttpResponse::build(self.status_code());
        response.insert_header((header::CONTENT_TYPE, "application/problem+json"));
        if let Some(seconds) = self.retry_after_seconds {
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        let body = serde_json::to_vec(&self.document(super::current_request_id())).unwrap_or_default();
        response.body(body)
    }
}

impl From<NotACaller> for Problem {
    fn from(reason: NotACaller) -> Self {
        match reason {
            NotACaller::Unknown => Self::new(
                Kind::CallerUnknown,
                "the operator registers client certificates with: endmark client add; send its SHA-256 fingerprint",
            ),
            NotACaller::Revoked => Self::new(Kind::CallerRevoked, "ask the operator of the register for a new one"),
            NotACaller::Expired => Self::new(Kind::CallerExpired, "renew it and have the new one registered"),
        }
    }
}

/// What a caller without a grant is told.
pub(super) fn grant_missing(wanted: &[Grant]) -> Problem {
    let wanted: Vec<&str> = wanted.iter().map(|grant| grant.as_str()).collect();
    Problem::new(
        Kind::GrantMissing,
        format!("this needs one of the grants: {}; ask the operator of the register", wanted.join(", ")),
    )
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::NotACaller(reason) => reason.into(),
            Failure::NotAnOfficer | Failure::NotSignedIn => {
                Self::new(Kind::OfficerUnknown, "ask the supervisor or the operator of the register for a new link")
            }
            Failure::Forbidden(wanted) => grant_missing(wanted),
            Failure::Stale | Failure::Busy => Self::new(Kind::Busy, "nothing was recorded; try again in a moment"),
            Failure::Unavailable => {
                Self::new(Kind::Unavailable, "the database does not answer; nothing was recorded; try again")
                    .retry_after(5)
            }
            Failure::Closed => Self::new(
                Kind::Unavailable,
                "the service takes no more commands; nothing was recorded; its operator finds the reason in its log",
            )
            .retry_after(60),
            Failure::OutcomeUnknown => Self::new(
                Kind::OutcomeUnknown,
                "the answer of the database was lost; ask for the current state before sending this again",
            )
            .retry_after(5),
            Failure::Internal => Self::new(Kind::Internal, "give the operator the request id"),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy => Self::new(Kind::Busy, "too many reads are waiting; try again in a moment"),
            error if error.is_about_the_database() => {
                tracing::error!(%error, "a read failed");
                Self::new(Kind::Unavailable, "the database does not answer; try again").retry_after(5)
            }
            error => {
                tracing::error!(%error, "a read failed");
                Self::new(Kind::Internal, "give the operator the request id")
            }
        }
    }
}
