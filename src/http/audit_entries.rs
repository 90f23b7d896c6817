//! `GET /v1/audit/entries`: the log as a stream, for auditors.

use actix_web::web::Bytes;
use actix_web::{HttpResponse, get, web};
use base64::{Engine, engine::general_purpose::STANDARD};
use endmark_core::digest::Digest;
use endmark_core::export::Filter;
use endmark_core::number::CertificateNumber;
use futures_util::stream::try_unfold;
use serde::Deserialize;
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use utoipa::IntoParams;

use super::caller::Calling;
use super::parameters::{Parameters, leaf_named, malformed};
use super::problem::ProblemDocument;
use super::{Problem, ProblemKind, wanted};
use crate::app::App;
use crate::export::{Order, said};
use crate::registry::Grant;
use crate::store::{Connection, StoreError, export as rows, log};
use crate::writer::{Action, Command};

/// Entries that are read at once: at 64 KiB an entry, the most, they are 8 MiB.
const PAGE: u16 = 128;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Query {
    /// Only entries after this leaf: for going on where a stream ended.
    after: Option<u64>,
    /// At most so many entries.
    limit: Option<u64>,
    /// With the evidence of each entry.
    #[serde(default)]
    evidence: bool,
    /// Decided at this moment or later (RFC 3339).
    from: Option<String>,
    /// Decided before this moment (RFC 3339).
    until: Option<String>,
    /// Asked by this organisation.
    organisation: Option<String>,
    /// Asked with this client certificate (SHA-256).
    client: Option<String>,
    /// About this certificate, alone or among others.
    certificate: Option<String>,
    /// About this declaration (MRN).
    declaration: Option<String>,
    /// Of this type.
    #[serde(rename = "type")]
    kind: Option<String>,
    /// Decided so.
    decision: Option<String>,
    /// About this customs office.
    office: Option<String>,
}

fn parsed<T>(
    name: &str,
    text: Option<&str>,
    read: impl FnOnce(&str) -> Result<T, String>,
) -> Result<Option<T>, Problem> {
    text.map(read).transpose().map_err(|e| malformed(format!("{name}: {e}")))
}

impl Query {
    fn filter(&self) -> Result<Filter, Problem> {
        let moment = |text: &str| OffsetDateTime::parse(text, &Rfc3339).map_err(|error| error.to_string());
        let client = |text: &str| text.parse::<Digest>().map_err(|error| error.to_string());
        let number = |text: &str| text.parse::<CertificateNumber>().map_err(|error| error.to_string());
        Ok(Filter {
            from: parsed("from", self.from.as_deref(), moment)?,
            until: parsed("until", self.until.as_deref(), moment)?,
            organisation: self.organisation.clone(),
            client: parsed("client", self.client.as_deref(), client)?,
            certificate: parsed("certificate", self.certificate.as_deref(), number)?,
            declaration: parsed("declaration", self.declaration.as_deref(), wanted::declaration)?,
            kind: parsed("type", self.kind.as_deref(), wanted::kind)?,
            decision: parsed("decision", self.decision.as_deref(), wanted::decision)?,
            office: parsed("office", self.office.as_deref(), wanted::office)?,
        })
    }
}

/// Where a stream stands.
struct Reading {
    app: web::Data<App>,
    filter: Filter,
    evidence: bool,
    next: u64,
    below: u64,
    left: u64,
}

/// The lines of one page.
fn lines(connection: &mut Connection, page: &rows::Page, evidence: bool) -> Result<Vec<u8>, StoreError> {
    let mut lines = Vec::new();
    for (leaf, body) in &page.entries {
        if evidence {
            let corrupt = || StoreError::Corrupt(format!("entry {leaf} is not UTF-8"));
            let entry = str::from_utf8(body).map_err(|_| corrupt())?;
            let has = endmark_core::export::EntryFields::parse(body).map_err(|_| corrupt())?.evidence.is_some();
            let line = match log::evidence_of(connection, *leaf)? {
                Some(kept) => json!({ "leaf": leaf, "entry": entry, "salt": hex::encode(kept.salt),
                                      "evidence": STANDARD.encode(&kept.body) }),
                None if has => json!({ "leaf": leaf, "entry": entry, "redacted": true }),
                None => json!({ "leaf": leaf, "entry": entry }),
            };
            lines.extend(line.to_string().into_bytes());
        } else {
            lines.extend_from_slice(body);
        }
        lines.push(b'\n');
    }
    Ok(lines)
}

impl Reading {
    /// The next lines, until there are none.
    async fn go_on(mut self) -> Result<Option<(Bytes, Self)>, StoreError> {
        while self.next < self.below && self.left > 0 {
            let (filter, next, below, evidence) = (self.filter.clone(), self.next, self.below, self.evidence);
            let most = u16::try_from(self.left).unwrap_or(PAGE).min(if evidence { 1 } else { PAGE });
            let (read, count, bytes) = self
                .app
                .readers
                .read(move |connection| {
                    let page = rows::page(connection, &filter, next, below, most)?;
                    let bytes = lines(connection, &page, evidence)?;
                    Ok((page.next, page.entries.len(), bytes))
                })
                .await
                .inspect_err(|error| tracing::error!(%error, next, "a stream of entries broke off"))?;
            self.next = read;
            self.left = self.left.saturating_sub(u64::try_from(count).unwrap_or(u64::MAX));
            if !bytes.is_empty() {
                return Ok(Some((Bytes::from(bytes), self)));
            }
        }
        Ok(None)
    }
}

/// Entries in the order of the log, one a line: the exact bytes that are hashed; with `evidence=true` objects with
/// `leaf`, `entry` (the bytes as a string) and `salt` and `evidence` (base64), or `redacted`. The stream ends at the
/// size in the header `endmark-log-size`; one that breaks off goes on with `after`. Reading is itself an entry.
#[utoipa::path(tag = "log", params(Query),
    responses((status = 200, body = String, content_type = "application/x-ndjson"),
        (status = 400, body = ProblemDocument)))]
#[get("/v1/audit/entries")]
pub(super) async fn entries(
    app: web::Data<App>,
    calling: Calling,
    query: Result<Parameters<Query>, Problem>,
) -> Result<HttpResponse, Problem> {
    calling.require(&app, &[Grant::Auditor])?;
    let Parameters(query) = query?;
    let filter = query.filter()?;
    if query.limit == Some(0) {
        return Err(malformed("limit: found 0; wanted a whole number from 1, or none for all"));
    }
    let after = query.after.map(leaf_named).transpose()?;
    let order = Order { filter: filter.clone(), evidence: query.evidence, table: false, since: None };
    let text = said(&order).map_err(|error| Problem::new(ProblemKind::Internal, error.to_string()))?;
    let answer = app
        .submit(async || {
            let organisation = calling.0.organisation.to_string();
            Ok::<_, Problem>(Command { origin: calling.origin(), organisation, action: Action::Export(text.clone()) })
        })
        .await?;
    let size = answer.published.head.size;
    let (wanted, after) = (filter.clone(), after.map_or(0, |after| after.saturating_add(1)));
    let (next, below) = app.readers.read(move |connection| rows::range(connection, &wanted, after, size)).await?;
    let reading = Reading {
        app: app.clone(),
        filter,
        evidence: query.evidence,
        next,
        below,
        left: query.limit.unwrap_or(u64::MAX),
    };
    Ok(HttpResponse::Ok()
        .content_type("application/x-ndjson")
        .insert_header(("endmark-log-size", size.to_string()))
        .streaming(try_unfold(reading, Reading::go_on)))
}
