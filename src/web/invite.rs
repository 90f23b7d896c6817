//! A supervisor makes a one-time link for a colleague of the same office.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use time::Duration;

use super::away::Away;
use super::enter::{fields, link};
use super::page::{Bar, InvitePage, page};
use super::session::{Person, Signed};
use super::when;
use crate::app::App;
use crate::http::{Problem, ProblemKind};
use crate::officer::SessionRefused;
use crate::writer::{Action, Command, Invitation, Reply, SessionChange};

/// Its routes.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(invite_page).service(invite); // GET and POST /officer/invite
}

/// As long as handing over a link in the same room takes.
const VALID: Duration = Duration::minutes(15);

/// The colleagues whom an officer may invite: id and name.
fn colleagues(app: &App, signed: &Signed) -> Vec<(String, String)> {
    let registry = app.registry();
    let all = registry.officers().into_iter();
    let own = all.filter(|other| other.active && signed.officer.is_colleague_of(other));
    own.map(|other| (other.id.clone(), other.name.to_string())).collect()
}

#[get("/officer/invite")]
async fn invite_page(app: web::Data<App>, Person(signed): Person) -> Result<HttpResponse, Away> {
    if !signed.officer.supervisor {
        return Err(Away::said(StatusCode::FORBIDDEN, &signed, "invite-supervisors-only"));
    }
    Ok(shown(&app, &signed, StatusCode::OK, None, ""))
}

fn shown(
    app: &App,
    signed: &Signed,
    status: StatusCode,
    made: Option<(String, String, String)>,
    notice: &str,
) -> HttpResponse {
    let (t, bar) = (signed.language, Bar::of(signed));
    page(status, &InvitePage { t, bar, colleagues: colleagues(app, signed), made, notice: notice.to_owned() })
}

#[derive(serde::Deserialize)]
struct InviteForm {
    csrf: String,
    officer: String,
}

/// The writer decides who may invite whom; a refusal is an entry too.
#[post("/officer/invite")]
async fn invite(
    app: web::Data<App>,
    Person(signed): Person,
    request: HttpRequest,
    form: Result<web::Form<InviteForm>, actix_web::Error>,
) -> Result<HttpResponse, Away> {
    let t = signed.language;
    let InviteForm { csrf, officer } = fields(&app, form, t)?;
    signed.require_own_form(&app, &request, &csrf)?;
    // An id longer than any is not put into the log.
    let officer: String = officer.chars().filter(char::is_ascii).take(64).collect();
    let until = app.context.clock.now().saturating_add(VALID);
    let fault = |_| Away::problem(Problem::new(ProblemKind::Internal, "give the operator the request id"), &signed, t);
    let (invitation, secret) = Invitation::new(&officer, until).map_err(fault)?;
    let command = Command {
        origin: signed.origin(),
        organisation: signed.organisation().to_string(),
        action: Action::Session(SessionChange::Invite(invitation)),
    };
    let answer = app.writer.submit(command).await.map_err(|failure| Away::problem(failure, &signed, t))?;
    if let Reply::SessionRefused(why) = answer.reply {
        let notice = match why {
            SessionRefused::TooManyLinks => "invite-too-many",
            _ => "invite-not-allowed",
        };
        return Ok(shown(&app, &signed, StatusCode::FORBIDDEN, None, notice));
    }
    let name = app.registry().registered_officer(&officer).map(|of| of.name.to_string()).unwrap_or_default();
    let until = when::said(t, until);
    Ok(shown(&app, &signed, StatusCode::OK, Some((link(&app.web_address, &secret), name, until)), ""))
}
