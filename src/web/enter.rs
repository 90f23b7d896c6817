//! Signing in: by a one-time link, by the browser's client certificate, by the PIN at a shared workstation; and out.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use endmark_core::digest::Digest;

use super::away::Away;
use super::browser::{Browser, client_certificate, peer};
use super::cookie;
use super::page::{Bar, ChangePage, EnterPage, page};
use super::session::{Person, after_leaving, arriving, is_foreign, language_of};
use crate::app::{App, Cause};
use crate::http::{Problem, ProblemKind};
use crate::officer::{Pin, Secret, SessionRefused};
use crate::words::Language;
use crate::writer::{Action, Arrival, By, Command, Failure, Origin, Reply, SessionChange, SignedIn};

/// Its routes.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(open_link) // GET /officer/enter/{secret}
        .service(enter) // POST /officer/enter
        .service(enter_by_certificate) // POST /officer/certificate
        .service(change_page) // GET /officer/change
        .service(change) // POST /officer/change
        .service(leave); // POST /officer/leave
}

/// The address of a one-time link. The secret is in the path: a fragment would need JavaScript.
pub fn link(address: &str, secret: &Secret) -> String {
    format!("{address}/officer/enter/{}", secret.reveal())
}

type Form<T> = Result<web::Form<T>, actix_web::Error>;

/// The fields of a form; anything else is a page that says so.
pub(super) fn fields<T>(app: &App, form: Form<T>, t: Language) -> Result<T, Away> {
    form.map(web::Form::into_inner).map_err(|_| {
        app.turned_away.count(Cause::Malformed);
        Away::nobodys(Problem::new(ProblemKind::RequestMalformed, "this is not the form"), t)
    })
}

#[get("/officer/enter/{secret}")]
async fn open_link(path: web::Path<String>, request: HttpRequest) -> HttpResponse {
    let (t, whole) = (language_of(&request), Secret::read(&path).is_some());
    let (status, notice) = if whole { (StatusCode::OK, "") } else { (StatusCode::NOT_FOUND, "sign-in-link-unknown") };
    let secret = if whole { path.into_inner() } else { String::new() };
    page(status, &EnterPage { t, secret, notice })
}

#[derive(serde::Deserialize)]
struct EnterForm {
    secret: String,
    #[serde(default)]
    pin: String,
}

#[post("/officer/enter")]
async fn enter(app: web::Data<App>, request: HttpRequest, form: Form<EnterForm>) -> Result<HttpResponse, Away> {
    let (t, browser) = begin(&app, &request).await?;
    let EnterForm { secret, pin } = fields(&app, form, t)?;
    let again = |status, notice| Ok(page(status, &EnterPage { t, secret: secret.clone(), notice }));
    let Some(link) = Secret::read(&secret) else { return again(StatusCode::NOT_FOUND, "sign-in-link-unknown") };
    let Ok(pin) = chosen(&pin) else { return again(StatusCode::BAD_REQUEST, "sign-in-pin-form") };
    arrive(&app, &request, browser, By::Link(link.digest()), pin, arriving(&request, false)).await
}

#[derive(serde::Deserialize)]
struct CertificateForm {
    #[serde(default)]
    pin: String,
}

#[post("/officer/certificate")]
async fn enter_by_certificate(
    app: web::Data<App>,
    request: HttpRequest,
    form: Form<CertificateForm>,
) -> Result<HttpResponse, Away> {
    let (t, browser) = begin(&app, &request).await?;
    let CertificateForm { pin } = fields(&app, form, t)?;
    let Ok(pin) = chosen(&pin) else {
        return Err(Away::refused(&app, &request, browser, "sign-in-pin-form", StatusCode::BAD_REQUEST));
    };
    let Some(shown) = client_certificate(&request) else {
        return Err(Away::not_signed_in(&app, &request, browser, "sign-in-no-certificate"));
    };
    arrive(&app, &request, browser, By::Certificate(shown), pin, arriving(&request, true)).await
}

#[get("/officer/change")]
async fn change_page(Person(signed): Person) -> HttpResponse {
    let bar = Bar::of(&signed);
    let waiting = signed.browser.waiting.iter();
    let colleagues = waiting.map(|held| (held.officer.id.clone(), held.officer.name.to_string())).collect();
    page(StatusCode::OK, &ChangePage { t: signed.language, bar, colleagues })
}

#[derive(serde::Deserialize)]
struct ChangeForm {
    officer: String,
    pin: String,
}

/// Takes over with a PIN. The cookie is never sent along from another site (`SameSite=Strict`), and the form must come
/// from here; nobody need be signed in.
#[post("/officer/change")]
async fn change(app: web::Data<App>, request: HttpRequest, form: Form<ChangeForm>) -> Result<HttpResponse, Away> {
    let (t, browser) = begin(&app, &request).await?;
    let ChangeForm { officer, pin } = fields(&app, form, t)?;
    let Some(there) = browser.waiting.iter().find(|held| held.officer.id == officer) else {
        return Err(Away::not_signed_in(&app, &request, browser, "sign-in-over"));
    };
    let Ok(pin) = pin.parse::<Pin>() else {
        return Err(Away::refused(&app, &request, browser, "sign-in-pin-form", StatusCode::BAD_REQUEST));
    };
    let origin = arriving(&request, there.session.certificate.is_some());
    let by = By::Pin { session: there.session.digest, pin };
    arrive(&app, &request, browser, by, None, origin).await
}

/// A PIN that may be left out.
fn chosen(pin: &str) -> Result<Option<Pin>, crate::officer::PinError> {
    if pin.trim().is_empty() { Ok(None) } else { pin.parse().map(Some) }
}

/// What everyone who signs in goes through first: not from another site, not too often.
async fn begin(app: &App, request: &HttpRequest) -> Result<(Language, Browser), Away> {
    let t = language_of(request);
    if is_foreign(request) {
        app.turned_away.count(Cause::ForeignForm);
        return Err(Away::Foreign(t));
    }
    let browser = Browser::of(app, request).await.map_err(|error| Away::nobodys(error, t))?;
    if !app.may_try_to_sign_in(peer(request)) {
        app.turned_away.count(Cause::NotSignedIn);
        return Err(Away::refused(app, request, browser, "sign-in-too-often", StatusCode::TOO_MANY_REQUESTS));
    }
    Ok((t, browser))
}

/// Hands it to the writer. A session always begins with a fresh secret: nobody can fix it beforehand.
async fn arrive(
    app: &App,
    request: &HttpRequest,
    browser: Browser,
    by: By,
    pin: Option<Pin>,
    origin: Origin,
) -> Result<HttpResponse, Away> {
    let t = language_of(request);
    let no_random = |_| Away::nobodys(Problem::new(ProblemKind::Internal, "give the operator the request id"), t);
    let secret = Secret::random().map_err(no_random)?;
    let unknown = match &by {
        By::Link(_) => "sign-in-link-unknown",
        By::Certificate(_) => "sign-in-certificate-unknown",
        By::Pin { .. } => "sign-in-over",
    };
    let arrival = Arrival { by, token: secret.digest(), pin, browser: browser.digests.clone() };
    let command = Command {
        origin,
        organisation: "officers".to_owned(),
        action: Action::Session(SessionChange::Arrive(arrival)),
    };
    let refused = |notice, status| Err(Away::refused(app, request, Browser::default(), notice, status));
    match app.writer.submit(command).await {
        Ok(answer) => match answer.reply {
            Reply::SignedIn(SignedIn { colleagues, .. }) => {
                Ok(to("/officer", &browser.kept(Some(secret), &colleagues), app.is_web_secure()))
            }
            Reply::SessionRefused(SessionRefused::LinkUsed) => refused("sign-in-link-used", StatusCode::GONE),
            Reply::SessionRefused(SessionRefused::LinkExpired) => refused("sign-in-link-expired", StatusCode::GONE),
            Reply::SessionRefused(SessionRefused::PinWrong) => {
                Err(Away::refused(app, request, browser, "sign-in-pin-wrong", StatusCode::FORBIDDEN))
            }
            _ => refused("sign-in-not-active", StatusCode::FORBIDDEN),
        },
        Err(Failure::NotSignedIn | Failure::NotAnOfficer) => {
            app.turned_away.count(Cause::NotSignedIn);
            Err(Away::refused(app, request, browser, unknown, StatusCode::FORBIDDEN))
        }
        Err(failure) => Err(Away::nobodys(failure, t)),
    }
}

/// To a page, with the browser's cookie as it is from now on.
fn to(place: &str, secrets: &[Secret], secure: bool) -> HttpResponse {
    let mut response = HttpResponse::SeeOther();
    response.insert_header((header::LOCATION, place)).insert_header((header::CACHE_CONTROL, "no-store"));
    if let Some(cookie) = cookie::set(secrets, secure) {
        response.insert_header((header::SET_COOKIE, cookie));
    }
    response.finish()
}

#[derive(serde::Deserialize)]
struct LeaveForm {
    csrf: String,
}

#[post("/officer/leave")]
async fn leave(
    app: web::Data<App>,
    Person(signed): Person,
    request: HttpRequest,
    form: Form<LeaveForm>,
) -> Result<HttpResponse, Away> {
    let LeaveForm { csrf } = fields(&app, form, signed.language)?;
    signed.require_own_form(&app, &request, &csrf)?;
    let command = Command {
        origin: signed.origin(),
        organisation: signed.organisation().to_string(),
        action: Action::Session(SessionChange::Leave { session: signed.session() }),
    };
    match app.writer.submit(command).await {
        // Gone already, from another tab, is gone.
        Ok(_) | Err(Failure::NotSignedIn | Failure::NotAnOfficer) => {}
        Err(failure) => return Err(Away::problem(failure, &signed, signed.language)),
    }
    let colleagues: Vec<Digest> = signed.browser.waiting.iter().map(|held| held.session.digest).collect();
    let kept = signed.browser.kept(None, &colleagues);
    Ok(to(&after_leaving(signed.language), &kept, app.is_web_secure()))
}
