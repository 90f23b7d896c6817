//! The pages around the answer, and how every page is sent.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use askama::Template;

use super::conflicts::ConflictRow;
use super::second_look::Waiting;
use super::session::Signed;
use crate::words::Language;

/// Nothing from elsewhere, nothing written into the page itself, no frame around it. The reader of codes compiles
/// WebAssembly in a worker with a policy of its own (`files.rs`), so no page may.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A page, never kept by a browser that others use too.
pub(super) fn page(status: StatusCode, template: &impl Template) -> HttpResponse {
    match template.render() {
        Ok(html) => HttpResponse::build(status)
            .content_type("text/html; charset=utf-8")
            .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
            .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .insert_header((header::PERMISSIONS_POLICY, "camera=(self), microphone=(), geolocation=()"))
            // Not "no-referrer": with it browsers send `Origin: null` with their own forms too, and those are refused.
            .insert_header((header::REFERRER_POLICY, "same-origin"))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .body(html),
        Err(error) => {
            tracing::error!(%error, "a page cannot be written");
            HttpResponse::InternalServerError().finish()
        }
    }
}

/// Who is signed in, above every page.
#[derive(Debug, Clone)]
pub(super) struct Bar {
    /// The pseudonym, for the script that tells whether it is still the same officer.
    pub(super) id: String,
    pub(super) name: String,
    pub(super) office: String,
    pub(super) csrf: String,
    pub(super) supervisor: bool,
    pub(super) auditor: bool,
}

impl Bar {
    pub(super) fn of(signed: &Signed) -> Self {
        let officer = &signed.officer;
        let (name, office) = (officer.name.to_string(), officer.office.to_string());
        let (id, csrf) = (officer.id.clone(), signed.csrf());
        Self { id, name, office, csrf, supervisor: officer.supervisor, auditor: officer.auditor }
    }
}

/// The form.
#[derive(Template)]
#[template(path = "start.html")]
pub(super) struct StartPage {
    pub(super) t: Language,
    pub(super) bar: Bar,
    /// The second looks that colleagues wait for.
    pub(super) waiting: Vec<Waiting>,
    /// Controls of the office that met one elsewhere.
    pub(super) conflicts: Vec<ConflictRow>,
    /// What was typed and cannot be read.
    pub(super) typed: String,
    /// The key of why; empty: nothing was asked yet.
    pub(super) wrong: String,
    /// Whether the camera can be used in browsers that do not read codes by themselves.
    pub(super) has_decoder: bool,
}

/// Something to say instead of an answer: never green, never a stack trace.
#[derive(Debug, Template)]
#[template(path = "message.html")]
pub(super) struct MessagePage {
    t: Language,
    /// Who is signed in, where that is known.
    bar: Option<Bar>,
    /// The key of the headline.
    headline: &'static str,
    key: String,
    detail: String,
}

impl MessagePage {
    pub(super) fn new(t: Language, key: impl Into<String>) -> Self {
        Self { t, bar: None, headline: "page-no-answer", key: key.into(), detail: String::new() }
    }

    /// On a page of somebody who is signed in.
    pub(super) fn to(self, signed: &Signed) -> Self {
        self.bar(Some(Bar::of(signed)))
    }

    /// Above which stands who is signed in, where that is known.
    pub(super) fn bar(mut self, bar: Option<Bar>) -> Self {
        self.bar = bar;
        self
    }

    /// Under another headline: not everything that is sent is a question.
    pub(super) const fn headline(mut self, key: &'static str) -> Self {
        self.headline = key;
        self
    }

    pub(super) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }
}

/// What an auditor may not do.
#[derive(Debug, Template)]
#[template(path = "auditors.html")]
pub(super) struct AuditorsPage {
    pub(super) t: Language,
    pub(super) bar: Bar,
}

/// Nobody is signed in: what this browser can do about it.
#[derive(Debug, Template)]
#[template(path = "sign_in.html")]
pub(super) struct SignInPage {
    pub(super) t: Language,
    pub(super) notice: String,
    /// Whose PIN brings a session back: id and name.
    pub(super) colleagues: Vec<(String, String)>,
    /// The name of the officer whom the browser's client certificate belongs to.
    pub(super) by_certificate: Option<String>,
    /// The SHA-256 of a client certificate that nobody is known by.
    pub(super) unknown_certificate: Option<String>,
}

/// A one-time link that was opened: looking does not use it up, mail programs look at links too.
#[derive(Debug, Template)]
#[template(path = "enter.html")]
pub(super) struct EnterPage {
    pub(super) t: Language,
    pub(super) secret: String,
    pub(super) notice: &'static str,
}

/// Another officer at this workstation.
#[derive(Debug, Template)]
#[template(path = "change.html")]
pub(super) struct ChangePage {
    pub(super) t: Language,
    pub(super) bar: Bar,
    pub(super) colleagues: Vec<(String, String)>,
}

/// A supervisor invites a colleague.
#[derive(Debug, Template)]
#[template(path = "invite.html")]
pub(super) struct InvitePage {
    pub(super) t: Language,
    pub(super) bar: Bar,
    pub(super) colleagues: Vec<(String, String)>,
    /// The link just made, for whom, and until when.
    pub(super) made: Option<(String, String, String)>,
    pub(super) notice: String,
}
