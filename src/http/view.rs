//! How certificates are shown over HTTP.

use endmark_core::certificate::Certificate;
use endmark_core::check::{ShownStatus, StoredStatus, shown_status};
use endmark_core::number::CertificateNumber;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::app::App;
use crate::store::certificate::Standing;

/// How a certificate stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct StandingView {
    /// Its number.
    pub(super) number: CertificateNumber,
    /// Its status now: the first that applies of revoked, replaced, suspended, expired, exhausted, notYetValid, valid.
    pub(super) status: ShownStatus,
    /// Why it was suspended or revoked; where it was replaced, the number of the new certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status_reason: Option<String>,
    /// The manufacturer's own reference.
    pub(super) reference: String,
    /// SHA-256 of the JWS signing input.
    pub(super) digest: String,
    /// When the register accepted it.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub(super) accepted_at: OffsetDateTime,
    /// The log entry that accepted it.
    pub(super) entry: u64,
    /// The log entry that set the status.
    pub(super) status_entry: u64,
}

/// A certificate with its sealed bytes.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CertificateView {
    /// How it stands.
    #[serde(flatten)]
    pub(super) standing: StandingView,
    /// The payload, for reading; the sealed bytes below are what counts.
    pub(super) certificate: Certificate,
    /// The JWS as accepted.
    pub(super) jws: String,
}

impl StandingView {
    pub(super) fn new(app: &App, standing: &Standing, certificate: &Certificate, exhausted: bool) -> Self {
        let today = app.context.clock.moment(app.context.clock.now()).day;
        let reason = match &standing.status {
            StoredStatus::Suspended { reason, .. } | StoredStatus::Revoked { reason, .. } => Some(reason.clone()),
            StoredStatus::Replaced { by, .. } => by.map(|by| by.to_string()),
            StoredStatus::Valid => None,
        };
        Self {
            number: standing.number,
            status: shown_status(&standing.status, certificate.validity, exhausted, today),
            status_reason: reason,
            reference: standing.reference.clone(),
            digest: standing.digest.to_string(),
            accepted_at: standing.accepted_at,
            entry: standing.leaf,
            status_entry: standing.status_leaf,
        }
    }
}
