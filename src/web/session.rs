//! Who is signed in: what every page of an officer asks for first.

use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::{FromRequest, HttpRequest, web};
use endmark_core::manufacturer::Organisation;
use futures_util::future::LocalBoxFuture;
use time::Duration;

use super::away::Away;
use super::browser::{Browser, Held, client_certificate};
use super::page::{AuditorsPage, Bar};
use crate::app::{App, Cause};
use crate::http::{Problem, ProblemKind};
use crate::officer::Officer;
use crate::store::session as rows;
use crate::words::Language;
use crate::writer::Origin;

/// How exact the time of the last request is kept: a page every second must not be a write every second.
const TOUCH_AFTER: Duration = Duration::minutes(1);

/// What the address says after signing out.
const LEFT: &str = "left";

/// An officer who is signed in, as the registry of at most a second ago knows him. The writer looks again. A page that
/// asks for this is none of an auditor's.
#[derive(Debug)]
pub(crate) struct Signed {
    /// Who.
    pub(crate) officer: Arc<Officer>,
    /// The language of the page: `?language=` where the request says it, else the officer's.
    pub(crate) language: Language,
    pub(super) browser: Browser,
    held: Held,
}

/// Whoever is signed in, officer or auditor: for the few pages that both have.
#[derive(Debug)]
pub(crate) struct Person(pub(crate) Signed);

impl Signed {
    /// The organisation.
    pub(crate) fn organisation(&self) -> &Organisation {
        &self.officer.organisation
    }

    /// The token that every form of a page carries in a hidden field `csrf`.
    pub(crate) fn csrf(&self) -> String {
        self.held.secret.form_token()
    }

    /// Refuses a form that another site, or a page of another session, sent. Every POST asks this first.
    pub(crate) fn require_own_form(&self, app: &App, request: &HttpRequest, csrf: &str) -> Result<(), Away> {
        let foreign = is_foreign(request);
        if !foreign && self.held.secret.is_of_form(csrf) {
            return Ok(());
        }
        app.turned_away.count(Cause::ForeignForm);
        // The token of another session, on a page of this host: a tab that was open when the officer changed.
        if !foreign && csrf.len() == self.csrf().len() {
            return Err(Away::said(StatusCode::FORBIDDEN, self, "page-session-changed"));
        }
        Err(Away::said(StatusCode::FORBIDDEN, self, "page-foreign-site"))
    }

    /// Counts what will be kept as evidence against the organisation's quota.
    pub(crate) fn spend_evidence(&self, app: &App, bytes: usize) -> Result<(), Problem> {
        if app.may_add_evidence(self.organisation().as_str(), bytes) {
            return Ok(());
        }
        app.turned_away.count(Cause::Quota);
        Err(Problem::new(ProblemKind::QuotaExceeded, "too much was sent within a minute; wait and send less")
            .retry_after(10))
    }

    /// Where the officer's commands come from.
    pub(crate) fn origin(&self) -> Origin {
        Origin {
            request: crate::http::current_request_id().unwrap_or_else(crate::http::new_request_id),
            client: self.held.session.certificate,
            officer: Some(self.officer.id.clone()),
        }
    }

    /// The session's digest.
    pub(super) const fn session(&self) -> endmark_core::digest::Digest {
        self.held.session.digest
    }
}

/// Whether another site made the browser send this: its cookie or client certificate could go along.
pub(super) fn is_foreign(request: &HttpRequest) -> bool {
    let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let site = text("sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none"));
    let host = text("host").unwrap_or_default();
    let origin = text("origin").is_some_and(|origin| origin.split_once("://").is_none_or(|(_, of)| of != host));
    site || origin
}

/// The language that a request asks for: in its address, else the browser's first.
pub(super) fn asked_language(request: &HttpRequest) -> Option<Language> {
    let mut pairs = request.query_string().split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(name, _)| *name == "language").and_then(|(_, code)| Language::from_code(code))
}

/// The address after signing out, in the language of whoever did: the page says so.
pub(super) fn after_leaving(t: Language) -> String {
    format!("/officer?{LEFT}&language={}", t.code())
}

fn has_left(request: &HttpRequest) -> bool {
    request.query_string().split('&').any(|part| part == LEFT)
}

/// The language of somebody who is not signed in.
pub(super) fn language_of(request: &HttpRequest) -> Language {
    let header = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let mut codes = header.split(',').filter_map(|range| range.trim().get(..2));
    let accepted = || codes.find_map(|code| Language::from_code(&code.to_ascii_lowercase()));
    asked_language(request).or_else(accepted).unwrap_or_default()
}

impl FromRequest for Signed {
    type Error = Away;
    type Future = LocalBoxFuture<'static, Result<Self, Away>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let person = Person::from_request(request, payload);
        let app = request.app_data::<web::Data<App>>().cloned();
        Box::pin(async move {
            let Person(signed) = person.await?;
            if signed.officer.auditor {
                if let Some(app) = app {
                    app.turned_away.count(Cause::Forbidden);
                }
                let auditors = AuditorsPage { t: signed.language, bar: Bar::of(&signed) };
                return Err(Away::NotForAuditors(Box::new(auditors)));
            }
            Ok(signed)
        })
    }
}

impl FromRequest for Person {
    type Error = Away;
    type Future = LocalBoxFuture<'static, Result<Self, Away>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let t = language_of(&request);
            let fault = || Away::nobodys(Problem::new(ProblemKind::Internal, "give the operator the request id"), t);
            let app = request.app_data::<web::Data<App>>().ok_or_else(fault)?;
            let mut browser = Browser::of(app, &request).await.map_err(|error| Away::nobodys(error, t))?;
            let Some(held) = browser.active.take() else {
                app.turned_away.count(Cause::NoSession);
                let ended = if has_left(&request) { "sign-in-left" } else { browser.ended };
                return Err(Away::not_signed_in(app, &request, browser, ended));
            };
            touch(app, &held).await;
            let language = asked_language(&request).unwrap_or(held.officer.language);
            browser.active = Some(held.clone());
            Ok(Self(Signed { officer: Arc::clone(&held.officer), language, browser, held }))
        })
    }
}

/// Notes that the session is used, once a minute at most. Where it fails, the officer signs in again sooner.
async fn touch(app: &App, held: &Held) {
    let now = app.context.clock.now();
    if now < held.session.used.saturating_add(TOUCH_AFTER) {
        return;
    }
    let (session, context) = (held.session.clone(), Arc::clone(&app.context));
    let touched = app.readers.read(move |connection| rows::touch(connection, &context.keys.rows, &session, now)).await;
    if let Err(error) = touched {
        tracing::warn!(%error, "the use of a session could not be noted");
    }
}

/// The client certificate that a new session by link is not bound to, but one by certificate is.
pub(super) fn arriving(request: &HttpRequest, by_certificate: bool) -> Origin {
    Origin {
        request: crate::http::current_request_id().unwrap_or_else(crate::http::new_request_id),
        client: client_certificate(request).filter(|_| by_certificate),
        officer: None,
    }
}
