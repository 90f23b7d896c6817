//! What stands in the way of an answer: nobody is signed in, another site sent the form, the register is busy.

use std::fmt;
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::web::{PathConfig, QueryConfig};
use actix_web::{HttpRequest, HttpResponse, ResponseError};

use super::browser::{Browser, client_certificate};
use super::page::{AuditorsPage, Bar, MessagePage, SignInPage, page};
use super::session::{Signed, asked_language, language_of};
use crate::app::App;
use crate::http::{Problem, ProblemKind};
use crate::words::Language;

/// Why a page is not answered.
#[derive(Debug)]
pub(crate) enum Away {
    /// Nobody is signed in here: the page that signs in.
    NotSignedIn(StatusCode, Box<SignInPage>),
    /// A form that another site sent.
    Foreign(Language),
    /// What officers do, and an auditor asked for.
    NotForAuditors(Box<AuditorsPage>),
    /// An ordinary mistake, in plain words: no fault of the register.
    Said(StatusCode, Box<MessagePage>),
    /// Anything else: what it means for an officer, never its inside; with who is signed in, where that is known.
    Problem(Problem, Language, Option<Box<Bar>>),
}

impl Away {
    /// An ordinary mistake of somebody who is signed in; `key` is that of the words.
    pub(super) fn said(status: StatusCode, signed: &Signed, key: &'static str) -> Self {
        Self::Said(status, Box::new(MessagePage::new(signed.language, key).to(signed)))
    }

    /// What stands in the way of somebody who is signed in.
    pub(super) fn problem(problem: impl Into<Problem>, signed: &Signed, t: Language) -> Self {
        Self::Problem(problem.into(), t, Some(Box::new(Bar::of(signed))))
    }

    /// What stands in the way of somebody who is not known, or not known yet.
    pub(super) fn nobodys(problem: impl Into<Problem>, t: Language) -> Self {
        Self::Problem(problem.into(), t, None)
    }

    /// The page that signs in, with what this browser can do; `notice` is the key of what to say first.
    pub(super) fn not_signed_in(app: &App, request: &HttpRequest, browser: Browser, notice: &str) -> Self {
        Self::refused(app, request, browser, notice, StatusCode::FORBIDDEN)
    }

    pub(super) fn refused(
        app: &App,
        request: &HttpRequest,
        browser: Browser,
        notice: &str,
        status: StatusCode,
    ) -> Self {
        let now = app.context.clock.now();
        let certificate = client_certificate(request);
        let known = certificate.and_then(|shown| app.registry().officer_by_certificate(&shown, now).map(Arc::clone));
        let unknown = certificate.filter(|_| known.is_none()).map(|shown| shown.to_string());
        let waiting = browser.waiting.iter();
        let colleagues = waiting.map(|held| (held.officer.id.clone(), held.officer.name.to_string())).collect();
        Self::NotSignedIn(
            status,
            Box::new(SignInPage {
                t: asked_language(request).or(browser.language).unwrap_or_else(|| language_of(request)),
                notice: notice.to_owned(),
                colleagues,
                by_certificate: known.map(|officer| officer.name.to_string()),
                unknown_certificate: unknown,
            }),
        )
    }
}

impl fmt::Display for Away {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotSignedIn(..) => "not signed in",
            Self::Foreign(_) => "a foreign form",
            Self::NotForAuditors(_) => "not for auditors",
            Self::Said(..) => "a mistake",
            Self::Problem(..) => "a problem",
        })
    }
}

impl std::error::Error for Away {}

impl ResponseError for Away {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotSignedIn(status, _) | Self::Said(status, _) => *status,
            Self::Foreign(_) | Self::NotForAuditors(_) => StatusCode::FORBIDDEN,
            Self::Problem(problem, ..) => problem.kind().status(),
        }
    }

    fn error_response(&self) -> HttpResponse {
        let status = self.status_code();
        match self {
            Self::NotSignedIn(_, sign_in) => page(status, sign_in.as_ref()),
            Self::Foreign(t) => page(status, &MessagePage::new(*t, "page-foreign-site")),
            Self::NotForAuditors(auditors) => page(status, auditors.as_ref()),
            Self::Said(_, message) => page(status, message.as_ref()),
            Self::Problem(problem, t, bar) => {
                let request = crate::http::current_request_id().unwrap_or_default();
                // Only what somebody else must look at has a reference.
                let (key, detail) = match status {
                    StatusCode::FORBIDDEN => ("page-not-allowed", request),
                    StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => ("page-try-again", request),
                    StatusCode::NOT_FOUND => ("page-not-there", String::new()),
                    StatusCode::BAD_REQUEST if problem.kind() != ProblemKind::Internal => {
                        ("page-not-read", String::new())
                    }
                    _ => ("page-fault", request),
                };
                page(status, &MessagePage::new(*t, key).bar(bar.as_deref().cloned()).detail(detail))
            }
        }
    }
}

/// For addresses whose query cannot be read: a page, as everything else that is wrong.
pub(super) fn unreadable_queries() -> QueryConfig {
    QueryConfig::default().error_handler(|error, request| unreadable(error, request).into())
}

/// For addresses with parts that are no text.
pub(super) fn unreadable_paths() -> PathConfig {
    PathConfig::default().error_handler(|error, request| unreadable(error, request).into())
}

fn unreadable(why: impl ToString, request: &HttpRequest) -> Away {
    Away::nobodys(Problem::new(ProblemKind::ParameterMalformed, why.to_string()), language_of(request))
}
