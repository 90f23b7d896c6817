//! The one field: whether a paper is genuine, or, for an MRN, whether its goods may go. `GET` shows, `POST` asks.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, Responder, get, post, web};

use super::answer::AnswerPage;
use super::away::Away;
use super::files::has_decoder;
use super::form::{self, FormError};
use super::page::{Bar, MessagePage, StartPage, page};
use super::session::{Person, Signed};
use super::{conflicts, goods, second_look};
use crate::app::{App, Cause, HeldUp};
use crate::http::Problem;
use crate::words::Language;
use crate::writer::{Action, Command, Reply};

/// The longest text that is shown again.
const TYPED_MAX: usize = 200;

pub(super) static STYLE: &str = include_str!("../../assets/officer.css");

/// Its routes.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(start).service(ask).service(style).service(receipt);
}

#[get("/officer/style.css")]
async fn style() -> impl Responder {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CACHE_CONTROL, "max-age=3600"))
        .body(STYLE)
}

#[get("/officer")]
async fn start(app: web::Data<App>, Person(signed): Person) -> Result<HttpResponse, Away> {
    let t = signed.language;
    if signed.officer.auditor {
        let place = format!("/officer/entries?language={}", t.code());
        return Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, place)).finish());
    }
    let shown = start_page(&app, &signed, t, String::new(), String::new()).await;
    Ok(page(StatusCode::OK, &shown.map_err(|problem| Away::problem(problem, &signed, t))?))
}

async fn start_page(
    app: &App,
    signed: &Signed,
    t: Language,
    typed: String,
    wrong: String,
) -> Result<StartPage, Problem> {
    let waiting = second_look::waiting(app, signed, t).await?;
    let conflicts = conflicts::recent(app, signed, t).await?;
    Ok(StartPage { t, bar: Bar::of(signed), waiting, conflicts, typed, wrong, has_decoder: has_decoder() })
}

#[post("/officer")]
async fn ask(
    app: web::Data<App>,
    signed: Signed,
    request: HttpRequest,
    payload: actix_multipart::Multipart,
) -> Result<HttpResponse, Away> {
    let form = match form::read(payload).await {
        Ok(form) => form,
        Err(error) => {
            app.turned_away.count(if error == FormError::TooLarge { Cause::TooLarge } else { Cause::Malformed });
            let message = MessagePage::new(signed.language, error.key()).to(&signed);
            return Ok(page(error.status(), &message));
        }
    };
    signed.require_own_form(&app, &request, &form.csrf)?;
    let t = form.language.unwrap_or(signed.language);
    let typed = if form.is_file { String::new() } else { typed(&form.held_up) };
    answered(&app, &signed, t, form.held_up, typed).await.map_err(|problem| Away::problem(problem, &signed, t))
}

/// What was typed, to be corrected: a code that was scanned is scanned again.
fn typed(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).ok().map(str::trim).filter(|text| text.len() <= TYPED_MAX).unwrap_or_default().to_owned()
}

async fn answered(
    app: &App,
    signed: &Signed,
    t: Language,
    bytes: Vec<u8>,
    typed: String,
) -> Result<HttpResponse, Problem> {
    let (presented, evidence) = match app.read_paper(bytes).await {
        Ok(HeldUp::Paper(presented, evidence)) => (presented, evidence),
        Ok(HeldUp::Declaration(mrn)) => return goods::of_declaration(app, signed, t, mrn).await,
        Err(error) => {
            app.turned_away.count(Cause::Malformed);
            // The first page again, with what was typed: one slip is one character to correct.
            let wrong = unread(error.code(), &typed);
            return Ok(page(StatusCode::BAD_REQUEST, &start_page(app, signed, t, typed, wrong).await?));
        }
    };
    signed.spend_evidence(app, evidence.to_string().len())?;
    let answer = app
        .submit(async || {
            let request = app.prepare_paper(&presented, &evidence).await?;
            Ok::<_, Problem>(Command {
                origin: signed.origin(),
                organisation: signed.organisation().to_string(),
                action: Action::Paper(Box::new(request)),
            })
        })
        .await?;
    let Reply::Paper(shown) = answer.reply else {
        return Err(Problem::new(crate::http::ProblemKind::Internal, "give the operator the request id"));
    };
    let only_a_number = matches!(presented, endmark_core::presented::Presented::Number(_));
    let number = shown.number;
    let page_shown = AnswerPage::new(app, t, signed, *shown, only_a_number, answer.at, answer.leaf);
    Ok(page(StatusCode::OK, &page_shown.with_standing(app, number).await?))
}

/// The key of why it cannot be read. What is nearly an MRN is told apart from what belongs elsewhere.
fn unread(code: &str, typed: &str) -> String {
    let key = super::answer::reason_key(code);
    // One character less, and it is as long as a certificate's number.
    let unlike = matches!(key.as_str(), "reason-other-system" | "reason-number-misread");
    if unlike && is_nearly_an_mrn(typed) { "reason-mrn-misread".to_owned() } else { key }
}

/// Two digits of the year, two letters of the country, and about as long as an MRN.
fn is_nearly_an_mrn(text: &str) -> bool {
    let text: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let begins = matches!(text.as_slice(), [y, z, a, b, ..] if is_digit(*y) && is_digit(*z) && a.is_ascii_alphabetic() && b.is_ascii_alphabetic());
    begins && (15..=21).contains(&text.len()) && text.iter().all(u8::is_ascii_alphanumeric)
}

/// A digit, or a letter that is read for one.
const fn is_digit(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'O' | b'o' | b'I' | b'i')
}

/// The receipt of an entry of the officer's own organisation; an auditor gets any.
#[get("/officer/entries/{leaf}/receipt")]
async fn receipt(
    app: web::Data<App>,
    Person(signed): Person,
    request: HttpRequest,
    path: web::Path<u64>,
) -> Result<HttpResponse, Away> {
    let own = (!signed.officer.auditor).then(|| signed.organisation().as_str());
    let leaf = path.into_inner();
    let receipt = crate::http::receipt_for(&app, leaf, own).await;
    // Kept as a file with a name of its own: ten of them in a folder are told apart.
    let name = format!("attachment; filename=\"endmark-entry-{leaf}.json\"");
    let named = |receipt: HttpResponse| receipt.customize().insert_header((header::CONTENT_DISPOSITION, name));
    let kept = receipt.map(|receipt| named(receipt).respond_to(&request).map_into_boxed_body());
    kept.map_err(|problem| Away::problem(problem, &signed, signed.language))
}
