//! The form of a control. Its id stands in its address: Back shows the same form, not a new one.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, get, web};
use askama::Template;
use endmark_core::certificate::{Line, SerialNumbers, SerialRange};
use endmark_core::number::CertificateNumber;
use endmark_core::reference::Mrn;
use endmark_core::text::Text;
use ring::rand::SecureRandom as _;

use super::away::Away;
use super::control::result_key;
use super::fields::Fields;
use super::page::{Bar, page};
use super::session::Signed;
use super::when;
use crate::app::App;
use crate::control::is_id;
use crate::http::{Problem, ProblemKind};
use crate::store::control::{self as rows, Control};
use crate::store::ledger::Row;
use crate::words::Language;
use crate::writer::Prepared;

/// Its route.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(form);
}

/// The most serial numbers that the page lists to be ticked off.
const SERIAL_NUMBERS_SHOWN: usize = 300;

#[derive(Debug, Default, serde::Deserialize)]
struct FormQuery {
    #[serde(default)]
    id: String,
    #[serde(default)]
    declaration: String,
    #[serde(default)]
    certificate: String,
    #[serde(default)]
    entry: String,
    #[serde(default)]
    answers: String,
}

/// What a form is about, as far as its address can be read: nothing of an address reaches a page unread.
#[derive(Debug, Clone, Default)]
struct About {
    declaration: Option<Mrn>,
    certificate: Option<CertificateNumber>,
    entry: Option<u64>,
    answers: Option<Text<64>>,
}

impl About {
    fn read(query: &FormQuery) -> Self {
        Self {
            declaration: query.declaration.parse().ok(),
            certificate: query.certificate.parse().ok(),
            entry: query.entry.parse().ok(),
            answers: query.answers.parse().ok().filter(|id: &Text<64>| is_id(id.as_str())),
        }
    }

    /// The address of a form about it, in this language; a new one where no id is given.
    fn address(&self, id: &str, t: Language) -> String {
        let mut address = format!("/officer/control?language={}", t.code());
        let mut add = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                address.extend(["&", name, "=", &value]);
            }
        };
        add("id", Some(id.to_owned()).filter(|id| !id.is_empty()));
        add("declaration", self.declaration.as_ref().map(ToString::to_string));
        add("certificate", self.certificate.map(|number| number.to_string()));
        add("entry", self.entry.map(|leaf| leaf.to_string()));
        add("answers", self.answers.as_ref().map(ToString::to_string));
        address
    }
}

/// A control that was recorded from this form before.
struct Before {
    result: &'static str,
    at: String,
    entry: u64,
    /// The address of a form for another control of the same goods.
    another: String,
}

/// The form.
#[derive(Template)]
#[template(path = "control.html")]
pub(super) struct ControlPage {
    t: Language,
    bar: Bar,
    id: String,
    before: Option<Before>,
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

    /// The same for radio buttons, of which the group is what is wrong.
    fn marked_group(&self, name: &str) -> &'static str {
        if self.wrong == name { r#" role="radiogroup" aria-invalid="true" aria-describedby="wrong""# } else { "" }
    }

    fn is_ticked(&self, number: &str) -> bool {
        self.typed.all("seen").any(|seen| seen == number)
    }

    /// The form as it was sent, with what cannot be read.
    pub(super) async fn again(
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
            id: match hidden("id").filter(|_| !matches!(wrong, "id" | "taken")) {
                Some(id) => id,
                None => new_id()?,
            },
            before: None,
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

#[get("/officer/control")]
async fn form(app: web::Data<App>, signed: Signed, query: web::Query<FormQuery>) -> Result<HttpResponse, Away> {
    let t = signed.language;
    let query = query.into_inner();
    let away = |problem| Away::problem(problem, &signed, t);
    let about = About::read(&query);
    if !is_id(&query.id) {
        // A form made at each look would have another id after Back: the same control sent again would be a second one.
        let place = about.address(&new_id().map_err(away)?, t);
        let mut response = HttpResponse::SeeOther();
        response.insert_header((header::LOCATION, place)).insert_header((header::CACHE_CONTROL, "no-store"));
        return Ok(response.finish());
    }
    let (serial_numbers, more) =
        serial_numbers(&app, about.declaration.as_ref(), about.certificate).await.map_err(away)?;
    let before = recorded_before(&app, &signed, &query.id).await.map_err(away)?;
    let shown = ControlPage {
        t,
        bar: Bar::of(&signed),
        before: before.map(|control| Before {
            result: result_key(control.result),
            at: when::said(t, control.recorded_at),
            entry: control.leaf,
            // A second look is taken once: what follows is a control of its own.
            another: About { answers: None, ..about.clone() }.address("", t),
        }),
        id: query.id,
        declaration: about.declaration.map(|mrn| mrn.to_string()).unwrap_or_default(),
        certificate: about.certificate.map(|number| number.to_string()).unwrap_or_default(),
        entry: about.entry.map(|entry| entry.to_string()).unwrap_or_default(),
        answers: about.answers.map(|id| id.to_string()).unwrap_or_default(),
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

/// The control of the officer's organisation that has this id. One that was edited in the database is not shown; the
/// writer refuses to go on with it.
async fn recorded_before(app: &App, signed: &Signed, id: &str) -> Result<Option<Control>, Problem> {
    let (key, organisation, id) = (app.context.keys.rows.clone(), signed.organisation().to_string(), id.to_owned());
    let read = move |connection: &mut _| {
        let found = rows::named(connection, &key, &organisation, &[&id])?;
        Ok(found.into_iter().filter_map(Row::good).find(|control| control.id == id))
    };
    Ok(app.readers.read(read).await?)
}

/// The name of a new report: sent twice, it is recorded once.
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
