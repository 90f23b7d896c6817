//! The officers' pages: whoever customs' client certificate in the browser names may ask. `GET` shows, `POST` asks.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, Responder, get, post, web};
use askama::Template;

use super::answer::AnswerPage;
use super::form::{self, FormError};
use super::page::{MessagePage, StartPage};
use crate::app::{App, Cause, HeldUp};
use crate::http::{Calling, Problem};
use crate::registry::Grant;
use crate::words::Language;
use crate::writer::{Action, Command, Reply};

const CUSTOMS: &[Grant] = &[Grant::CustomsRead, Grant::CustomsWrite];

/// Nothing from elsewhere, no script, no frame around it.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

static STYLE: &str = include_str!("../../assets/officer.css");

/// Its routes, on the listener with client certificates.
pub fn routes(config: &mut web::ServiceConfig) {
    config.service(start).service(ask).service(style);
}

/// A page, never kept by a browser that others use too.
pub(super) fn page(status: StatusCode, template: &impl Template) -> HttpResponse {
    match template.render() {
        Ok(html) => HttpResponse::build(status)
            .content_type("text/html; charset=utf-8")
            .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
            .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .insert_header((header::REFERRER_POLICY, "no-referrer"))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .body(html),
        Err(error) => {
            tracing::error!(%error, "a page cannot be written");
            HttpResponse::InternalServerError().finish()
        }
    }
}

#[get("/officer/style.css")]
async fn style() -> impl Responder {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CACHE_CONTROL, "max-age=3600"))
        .body(STYLE)
}

#[derive(Debug, serde::Deserialize)]
struct StartQuery {
    language: Option<String>,
}

#[get("/officer")]
async fn start(
    app: web::Data<App>,
    calling: Result<Calling, Problem>,
    request: HttpRequest,
    query: web::Query<StartQuery>,
) -> HttpResponse {
    let asked = query.language.as_deref().and_then(Language::from_code);
    let language = asked.unwrap_or_else(|| accepted(&request));
    match allowed(&app, calling) {
        Ok(calling) => page(StatusCode::OK, &StartPage { t: language, who: calling.0.organisation.to_string() }),
        Err(problem) => problem_page(&problem, language),
    }
}

/// The language that the browser asks for first.
fn accepted(request: &HttpRequest) -> Language {
    let header = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let mut codes = header.split(',').filter_map(|range| range.trim().get(..2));
    codes.find_map(|code| Language::from_code(&code.to_ascii_lowercase())).unwrap_or_default()
}

fn allowed(app: &App, calling: Result<Calling, Problem>) -> Result<Calling, Problem> {
    let calling = calling?;
    calling.require(app, CUSTOMS)?;
    Ok(calling)
}

/// A problem as a page: what it means for an officer, never its inside.
fn problem_page(problem: &Problem, t: Language) -> HttpResponse {
    let status = problem.kind().status();
    let key = match status {
        StatusCode::FORBIDDEN => "page-not-allowed",
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => "page-try-again",
        _ => "page-fault",
    };
    let request = crate::http::current_request_id().unwrap_or_default();
    page(status, &MessagePage { t, key: key.to_owned(), detail: request })
}

/// Whether another site made the browser send this: its client certificate goes along with every request.
fn is_foreign(request: &HttpRequest) -> bool {
    let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let site = text("sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none"));
    let host = text("host").unwrap_or_default();
    let origin = text("origin").is_some_and(|origin| origin.split_once("://").is_none_or(|(_, of)| of != host));
    site || origin
}

#[post("/officer")]
async fn ask(
    app: web::Data<App>,
    calling: Result<Calling, Problem>,
    request: HttpRequest,
    payload: actix_multipart::Multipart,
) -> HttpResponse {
    let fallback = accepted(&request);
    let calling = match allowed(&app, calling) {
        Ok(calling) => calling,
        Err(problem) => return problem_page(&problem, fallback),
    };
    if is_foreign(&request) {
        app.turned_away.count(Cause::Forbidden);
        let message = MessagePage { t: fallback, key: "page-foreign-site".to_owned(), detail: String::new() };
        return page(StatusCode::FORBIDDEN, &message);
    }
    let form = match form::read(payload).await {
        Ok(form) => form,
        Err(error) => {
            app.turned_away.count(if error == FormError::TooLarge { Cause::TooLarge } else { Cause::Malformed });
            return page(
                error.status(),
                &MessagePage { t: fallback, key: error.key().to_owned(), detail: String::new() },
            );
        }
    };
    let t = form.language.unwrap_or(fallback);
    answered(&app, &calling, t, form.held_up).await.unwrap_or_else(|problem| problem_page(&problem, t))
}

async fn answered(app: &App, calling: &Calling, t: Language, bytes: Vec<u8>) -> Result<HttpResponse, Problem> {
    let (presented, evidence) = match app.read_paper(bytes).await {
        Ok(HeldUp::Paper(presented, evidence)) => (presented, evidence),
        Ok(HeldUp::Declaration(mrn)) => {
            let message = MessagePage { t, key: "reason-declaration".to_owned(), detail: mrn.to_string() };
            return Ok(page(StatusCode::BAD_REQUEST, &message));
        }
        Err(error) => {
            app.turned_away.count(Cause::Malformed);
            let message = MessagePage { t, key: super::answer::reason_key(error.code()), detail: String::new() };
            return Ok(page(StatusCode::BAD_REQUEST, &message));
        }
    };
    calling.spend_evidence(app, evidence.to_string().len())?;
    let answer = app
        .submit(async || {
            let request = app.prepare_paper(&presented, &evidence).await?;
            Ok::<_, Problem>(Command {
                origin: calling.origin(),
                organisation: calling.0.organisation.to_string(),
                action: Action::Paper(Box::new(request)),
            })
        })
        .await?;
    let Reply::Paper(shown) = answer.reply else {
        return Err(Problem::new(crate::http::ProblemKind::Internal, "give the operator the request id"));
    };
    let only_a_number = matches!(presented, endmark_core::presented::Presented::Number(_));
    Ok(page(StatusCode::OK, &AnswerPage::new(app, t, *shown, only_a_number, answer.at, answer.leaf)))
}
