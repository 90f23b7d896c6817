//! An officer records what was found on the goods, or asks another one to look.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, post, web};
use askama::Template;
use endmark_core::text::Text;

use super::away::Away;
use super::control_form::ControlPage;
use super::fields::Fields;
use super::goods_page::said;
use super::page::{Bar, MessagePage, page};
use super::session::Signed;
use super::when;
use crate::app::{App, Cause, NotRecorded};
use crate::control::{ControlReport, ControlResult, GoodsIdentity, LoadSeals, SERIAL_NUMBERS_MAX, SerialNumber};
use crate::words::Language;
use crate::writer::{ControlRecorded, ControlRefusal};

/// Its routes.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(record);
}

/// What was recorded.
#[derive(Template)]
#[template(path = "recorded.html")]
struct RecordedPage {
    t: Language,
    bar: Bar,
    result: &'static str,
    subject: String,
    at: String,
    already: bool,
    conflicts: Vec<String>,
    entry: u64,
}

#[post("/officer/controls")]
async fn record(
    app: web::Data<App>,
    signed: Signed,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Away> {
    let (fields, t) = Fields::of(&app, &signed, &request, payload).await?;
    let report = match report(&fields, &signed) {
        Ok(report) => report,
        Err(field) => {
            app.turned_away.count(Cause::Malformed);
            let shown = ControlPage::again(&app, &signed, t, fields, field).await;
            return Ok(page(StatusCode::BAD_REQUEST, &shown.map_err(|problem| Away::problem(problem, &signed, t))?));
        }
    };
    let subject = match (&report.declaration, report.certificate) {
        (Some(mrn), _) => mrn.to_string(),
        (None, Some(number)) => number.to_string(),
        (None, None) => String::new(),
    };
    let (organisation, id) = (signed.organisation().as_str(), signed.officer.id.clone());
    match app.record_control(signed.origin(), organisation, Some(id), report).await {
        Ok(recorded) => Ok(page(StatusCode::OK, &recorded_page(t, &signed, &recorded, subject))),
        // Two may have had the same form before them: nothing typed is lost, and sent again it is a control of its own.
        Err(NotRecorded::Refused(ControlRefusal::IdTaken, _)) => {
            let shown = ControlPage::again(&app, &signed, t, fields, "taken").await;
            Ok(page(StatusCode::CONFLICT, &shown.map_err(|problem| Away::problem(problem, &signed, t))?))
        }
        Err(NotRecorded::Refused(refusal, _)) => {
            let key = format!("control-refused-{}", refusal.code());
            let status = match refusal {
                ControlRefusal::NothingAsked => StatusCode::NOT_FOUND,
                _ => StatusCode::CONFLICT,
            };
            Ok(page(status, &not_recorded(t, &signed, &key).detail(subject)))
        }
        Err(error) => Err(Away::problem(error, &signed, t)),
    }
}

fn not_recorded(t: Language, signed: &Signed, key: &str) -> MessagePage {
    MessagePage::new(t, key).headline("control-not-recorded").to(signed)
}

fn recorded_page(t: Language, signed: &Signed, recorded: &ControlRecorded, subject: String) -> RecordedPage {
    RecordedPage {
        t,
        bar: Bar::of(signed),
        result: result_key(recorded.control.result),
        subject,
        at: when::said(t, recorded.control.recorded_at),
        already: recorded.already,
        conflicts: recorded.conflicts.iter().map(|control| said(t, control)).collect(),
        entry: recorded.control.leaf,
    }
}

/// The words for what became of the goods.
pub(super) const fn result_key(result: ControlResult) -> &'static str {
    match result {
        ControlResult::Released => "control-recorded-released",
        ControlResult::Held => "control-recorded-held",
        ControlResult::SecondLook => "control-recorded-second-look",
    }
}

/// The officer's name as reports have it, which hold 70 characters.
pub(super) fn officers_name(signed: &Signed) -> String {
    signed.officer.name.to_string().chars().take(70).collect()
}

/// The report that the form describes; `Err` with the field that cannot be read.
fn report(fields: &Fields, signed: &Signed) -> Result<ControlReport, &'static str> {
    let identity = match fields.one("identity") {
        "" => None,
        "agrees" => Some(GoodsIdentity::Agrees),
        "differs" => Some(GoodsIdentity::Differs),
        _ => return Err("identity"),
    };
    let seals = match fields.one("seals") {
        "" => None,
        "intact" => Some(LoadSeals::Intact),
        "broken" => Some(LoadSeals::Broken),
        "absent" => Some(LoadSeals::Absent),
        _ => return Err("seals"),
    };
    // Browsers send lines apart; a report is one text.
    let note = fields.one("note").split_whitespace().collect::<Vec<_>>().join(" ");
    let seen: std::collections::HashSet<&str> = fields.all("seen").collect();
    // One number may stand on two lines.
    let mut known = std::collections::HashSet::new();
    let listed = fields.all("serial").filter(|number| known.insert(*number));
    let serial = |number: &str| {
        let is_seen = seen.contains(number);
        // One that is not ticked is missing only where all were looked for.
        if !is_seen && fields.one("looked") != "all" {
            return None;
        }
        Some(number.parse().map(|number| SerialNumber { number, seen: is_seen }).map_err(|_| "serial"))
    };
    let mut serial_numbers = listed.filter_map(serial).collect::<Result<Vec<_>, _>>()?;
    // Numbers that were not listed, written one after the other.
    for (name, seen) in [("serials-found", true), ("serials-missing", false)] {
        for number in fields.one(name).split([',', ';', '\n', '\r']).map(str::trim).filter(|text| !text.is_empty()) {
            let number: Text<70> = number.parse().map_err(|_| "serial")?;
            if serial_numbers.iter().any(|there| there.number == number) {
                return Err("serial");
            }
            serial_numbers.push(SerialNumber { number, seen });
        }
    }
    if serial_numbers.len() > SERIAL_NUMBERS_MAX {
        return Err("serial");
    }
    if fields.one("declaration").is_empty() && fields.one("certificate").is_empty() {
        return Err("declaration");
    }
    Ok(ControlReport {
        id: fields.needed("id")?,
        office: signed.officer.office.clone(),
        officer: officers_name(signed).parse().map_err(|_| "officer")?,
        declaration: fields.read("declaration")?,
        certificate: fields.read("certificate")?,
        result: ControlResult::from_name(fields.one("result")).ok_or("result")?,
        identity,
        seals,
        new_tractor: fields.read("new-tractor")?,
        serial_numbers,
        note: if note.is_empty() { None } else { Some(note.parse().map_err(|_| "note")?) },
        answers: fields.read("answers")?,
        seen_entry: fields.read("entry")?,
        recorded_at: match fields.one("recorded-at") {
            "" => None,
            text => {
                let form = &time::format_description::well_known::Rfc3339;
                Some(time::OffsetDateTime::parse(text, form).map_err(|_| "recorded-at")?)
            }
        },
        offline: fields.one("offline") == "true",
    })
}
