//! An officer records what was found on the goods, or asks another one to look.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use askama::Template;
use endmark_core::certificate::{Line, SerialNumbers, SerialRange};
use endmark_core::number::CertificateNumber;
use endmark_core::reference::Mrn;
use endmark_core::text::Text;
use ring::rand::SecureRandom as _;

use super::away::Away;
use super::fields::Fields;
use super::goods_page::said;
use super::page::{Bar, MessagePage, page};
use super::session::Signed;
use super::when;
use crate::app::{App, Cause, NotRecorded};
use crate::control::{ControlReport, ControlResult, GoodsIdentity, LoadSeals, SERIAL_NUMBERS_MAX, SerialNumber};
use crate::http::{Problem, ProblemKind};
use crate::words::Language;
use crate::writer::{ControlRecorded, ControlRefusal, Prepared};

/// The most serial numbers that the page lists to be ticked off.
const SERIAL_NUMBERS_SHOWN: usize = 300;

/// Its routes.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(blank).service(record);
}

#[derive(Debug, Default, serde::Deserialize)]
struct FormQuery {
    #[serde(default)]
    declaration: String,
    #[serde(default)]
    certificate: String,
    #[serde(default)]
    entry: String,
    #[serde(default)]
    answers: String,
}

/// The form.
#[derive(Template)]
#[template(path = "control.html")]
struct ControlPage {
    t: Language,
    bar: Bar,
    id: String,
    declaration: String,
    certificate: String,
    entry: String,
    answers: String,
    office: String,
    /// By line of a certificate, to be ticked off.
    serial_numbers: Vec<SerialNumbersOfLine>,
    /// There are more than are listed, or only a digest of them: a field takes those that were read.
    serial_numbers_more: bool,
    /// What was sent, where a field of it cannot be read.
    typed: Fields,
    /// That field; empty: none.
    wrong: &'static str,
    wrong_field: &'static str,
    /// What is wanted there.
    wanted: String,
}

impl ControlPage {
    fn marked(&self, name: &str) -> &'static str {
        if self.wrong == name { r#" aria-invalid="true" aria-describedby="wrong" autofocus"# } else { "" }
    }

    fn is_ticked(&self, number: &str) -> bool {
        self.typed.all("seen").any(|seen| seen == number)
    }

    /// The form as it was sent, with what cannot be read.
    async fn again(
        app: &App,
        signed: &Signed,
        t: Language,
        typed: Fields,
        wrong: &'static str,
    ) -> Result<Self, Problem> {
        let (declaration, certificate) = (typed.one("declaration").to_owned(), typed.one("certificate").to_owned());
        let (mrn, number) = (declaration.parse().ok(), certificate.parse().ok());
        let (serial_numbers, serial_numbers_more) = serial_numbers(app, mrn.as_ref(), number).await?;
        let wanted = match wrong {
            "declaration" if declaration.is_empty() => "wanted-subject",
            "declaration" => "wanted-mrn",
            "certificate" => "wanted-certificate",
            "serial" => "wanted-serials",
            "new-tractor" => "wanted-tractor",
            "note" => "wanted-note",
            _ => "wanted-choice",
        };
        // What nobody types comes from the form: where it cannot be read, the form is a new one.
        let hidden = |name: &str| typed.one(name).parse::<Text<64>>().ok().map(|text| text.to_string());
        Ok(Self {
            t,
            bar: Bar::of(signed),
            id: match hidden("id").filter(|_| wrong != "id") {
                Some(id) => id,
                None => new_id()?,
            },
            declaration,
            certificate,
            entry: typed.one("entry").parse::<u64>().map(|entry| entry.to_string()).unwrap_or_default(),
            answers: hidden("answers").unwrap_or_default(),
            office: signed.officer.office.to_string(),
            serial_numbers,
            serial_numbers_more,
            wrong,
            wrong_field: field_key(wrong),
            wanted: t.say(wanted),
            typed,
        })
    }
}

/// The serial numbers that a line names, as far as they are listed.
struct SerialNumbersOfLine {
    line: u32,
    description: String,
    numbers: Vec<String>,
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

#[get("/officer/control")]
async fn blank(app: web::Data<App>, signed: Signed, query: web::Query<FormQuery>) -> Result<HttpResponse, Away> {
    let t = signed.language;
    let query = query.into_inner();
    let away = |problem| Away::Problem(problem, t);
    // What cannot be read is not shown in the form: nothing of an address reaches a page unread.
    let declaration: Option<Mrn> = query.declaration.parse().ok();
    let certificate: Option<CertificateNumber> = query.certificate.parse().ok();
    let answers: Option<Text<64>> = query.answers.parse().ok();
    let entry: Option<u64> = query.entry.parse().ok();
    let (serial_numbers, more) = serial_numbers(&app, declaration.as_ref(), certificate).await.map_err(away)?;
    let shown = ControlPage {
        t,
        bar: Bar::of(&signed),
        id: new_id().map_err(away)?,
        declaration: declaration.map(|mrn| mrn.to_string()).unwrap_or_default(),
        certificate: certificate.map(|number| number.to_string()).unwrap_or_default(),
        entry: entry.map(|entry| entry.to_string()).unwrap_or_default(),
        answers: answers.map(|id| id.to_string()).unwrap_or_default(),
        office: signed.officer.office.to_string(),
        serial_numbers,
        serial_numbers_more: more,
        typed: Fields::holding([]),
        wrong: "",
        wrong_field: "",
        wanted: String::new(),
    };
    Ok(page(StatusCode::OK, &shown))
}

/// A name for a new report: sent twice, it is recorded once.
fn new_id() -> Result<String, Problem> {
    let mut bytes = [0; 16];
    let fault = |_| Problem::new(ProblemKind::Internal, "give the operator the request id");
    ring::rand::SystemRandom::new().fill(&mut bytes).map_err(fault)?;
    Ok(hex::encode(bytes))
}

/// The serial numbers that the certificates name, runs one by one, and whether there are more.
async fn serial_numbers(
    app: &App,
    declaration: Option<&Mrn>,
    certificate: Option<CertificateNumber>,
) -> Result<(Vec<SerialNumbersOfLine>, bool), Problem> {
    let mut numbers: std::collections::BTreeSet<CertificateNumber> = certificate.into_iter().collect();
    if let Some(mrn) = declaration
        && let Some(known) = app.declaration(mrn.clone()).await?
    {
        numbers.extend(known.claims.iter().map(|claim| claim.key.line.certificate));
    }
    let registry = app.registry();
    let prepared = app.verified.prepare(&app.readers, &app.context.recall, &registry, numbers).await?;
    let verified = prepared.values().filter_map(|prepared| match prepared {
        Prepared::Verified(verified) => Some(verified),
        _ => None,
    });
    Ok(listed(verified.flat_map(|verified| &verified.certificate.lines)))
}

/// The first of them, line by line.
fn listed<'a>(lines: impl Iterator<Item = &'a Line>) -> (Vec<SerialNumbersOfLine>, bool) {
    let (mut listed, mut more, mut left) = (Vec::new(), false, SERIAL_NUMBERS_SHOWN);
    for line in lines {
        // One more than can be listed tells that there are more.
        let wanted = left.saturating_add(1);
        let mut numbers: Vec<String> = match &line.serial_numbers {
            None => continue,
            Some(SerialNumbers::List(list)) => list.iter().take(wanted).map(ToString::to_string).collect(),
            Some(SerialNumbers::Ranges(runs)) => runs.iter().flat_map(SerialRange::numbers).take(wanted).collect(),
            Some(SerialNumbers::Digest { .. }) => {
                more = true;
                continue;
            }
        };
        more |= numbers.len() > left;
        numbers.truncate(left);
        left = left.saturating_sub(numbers.len());
        if !numbers.is_empty() {
            listed.push(SerialNumbersOfLine { line: line.line, description: line.description.to_string(), numbers });
        }
    }
    (listed, more)
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
            return Ok(page(StatusCode::BAD_REQUEST, &shown.map_err(|problem| Away::Problem(problem, t))?));
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
        Err(NotRecorded::Refused(refusal, _)) => {
            let key = format!("control-refused-{}", refusal.code());
            let status = match refusal {
                ControlRefusal::NothingAsked => StatusCode::NOT_FOUND,
                _ => StatusCode::CONFLICT,
            };
            Ok(page(status, &not_recorded(t, &signed, &key).detail(subject)))
        }
        Err(error) => Err(Away::Problem(error.into(), t)),
    }
}

fn not_recorded(t: Language, signed: &Signed, key: &str) -> MessagePage {
    MessagePage::new(t, key).headline("control-not-recorded").to(signed)
}

/// The words for a field; those that nobody sees stand for the form.
fn field_key(field: &str) -> &'static str {
    match field {
        "declaration" => "field-mrn",
        "certificate" => "field-certificate",
        "identity" => "control-identity",
        "serial" => "element-serialNumbers",
        "seals" => "control-seals",
        "new-tractor" => "control-new-tractor",
        "note" => "control-note",
        "result" => "control-result",
        _ => "control-form",
    }
}

fn recorded_page(t: Language, signed: &Signed, recorded: &ControlRecorded, subject: String) -> RecordedPage {
    RecordedPage {
        t,
        bar: Bar::of(signed),
        result: match recorded.control.result {
            ControlResult::Released => "control-recorded-released",
            ControlResult::Held => "control-recorded-held",
            ControlResult::SecondLook => "control-recorded-second-look",
        },
        subject,
        at: when::said(t, recorded.control.recorded_at),
        already: recorded.already,
        conflicts: recorded.conflicts.iter().map(|control| said(t, control)).collect(),
        entry: recorded.control.leaf,
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
