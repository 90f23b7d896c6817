//! The log for the officers who answer for an office, and for auditors: search by number, MRN, office and time; every
//! entry has an address, with its receipt. Officers see what their organisation did; auditors see all, and each look of
//! theirs is itself an entry.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, web};
use askama::Template;
use endmark_core::export::Filter;
use serde_json::json;
use time::Date;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

use super::away::Away;
use super::history;
use super::page::{Bar, page};
use super::session::{Person, Signed};
use crate::app::App;
use crate::entry::{Kind, Logged};
use crate::export::{Order, said};
use crate::http::{Problem, ProblemKind};
use crate::officer::Officer;
use crate::store::{StoreError, export, log};
use crate::words::Language;
use crate::writer::{Action, Command};

/// Entries on a page.
const PAGE: u16 = 50;

/// Its routes.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(search).service(show);
}

#[derive(Debug, Default, serde::Deserialize)]
struct Query {
    #[serde(default)]
    certificate: String,
    #[serde(default)]
    declaration: String,
    #[serde(default)]
    office: String,
    /// Auditors alone choose one.
    #[serde(default)]
    organisation: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    before: String,
}

/// An entry in a list.
struct EntryRow {
    leaf: u64,
    at: String,
    what: String,
    decision: String,
    office: String,
    about: String,
}

/// What was found.
#[derive(Template)]
#[template(path = "entries.html")]
struct EntriesPage {
    t: Language,
    bar: Bar,
    query: Query,
    /// What is wrong with what is searched for; empty: nothing.
    wrong: String,
    entries: Vec<EntryRow>,
    asked: bool,
    /// The address of older ones; empty: there are none.
    older: String,
}

/// One entry.
#[derive(Template)]
#[template(path = "entry.html")]
struct EntryPage {
    t: Language,
    bar: Bar,
    leaf: u64,
    what: String,
    decision: String,
    at: String,
    facts: Vec<(&'static str, String)>,
    reasons: Vec<String>,
    receipt: String,
    body: String,
}

impl Query {
    /// Entries of the officer's organisation alone; an auditor's are all. Days begin where the register is.
    fn filter(&self, app: &App, officer: &Officer) -> Result<Filter, &'static str> {
        let day = |text: &str, name: &'static str| match text {
            "" => Ok(None),
            text => Date::parse(text, format_description!("[year]-[month]-[day]")).map(Some).map_err(|_| name),
        };
        let given = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_ascii_uppercase());
        let certificate = given(&self.certificate).map(|text| text.parse().map_err(|_| "certificate")).transpose()?;
        let until = day(&self.until, "until")?.map(|day| day.next_day().ok_or("until")).transpose()?;
        // Days as they are written sort as they come.
        if !self.from.is_empty() && !self.until.is_empty() && self.from > self.until {
            return Err("days");
        }
        Ok(Filter {
            organisation: if officer.auditor {
                Some(self.organisation.trim().to_owned()).filter(|name| !name.is_empty())
            } else {
                Some(officer.organisation.to_string())
            },
            certificate,
            declaration: given(&self.declaration),
            office: given(&self.office),
            from: day(&self.from, "from")?.and_then(|day| app.context.clock.begins(day)),
            until: until.and_then(|day| app.context.clock.begins(day)),
            ..Filter::default()
        })
    }

    fn is_empty(&self) -> bool {
        let fields = [&self.certificate, &self.declaration, &self.office, &self.organisation, &self.from, &self.until];
        fields.into_iter().all(|text| text.trim().is_empty())
    }

    /// The address of the next page, in this language.
    fn older(&self, before: u64, t: Language) -> String {
        let encoded = |text: &str| {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
            let byte = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
            text.bytes().map(byte).collect::<String>()
        };
        format!(
            "/officer/entries?certificate={}&declaration={}&office={}&organisation={}&from={}&until={}&before={before}&language={}",
            encoded(&self.certificate),
            encoded(&self.declaration),
            encoded(&self.office),
            encoded(&self.organisation),
            encoded(&self.from),
            encoded(&self.until),
            t.code()
        )
    }
}

/// What an auditor looks at is an entry, as over `GET /v1/audit/entries`.
async fn looked_at(app: &App, signed: &Signed, what: String) -> Result<(), Problem> {
    if !signed.officer.auditor {
        return Ok(());
    }
    signed.spend_evidence(app, what.len())?;
    let command = || Command {
        origin: signed.origin(),
        organisation: signed.organisation().to_string(),
        action: Action::Export(what.clone()),
    };
    app.submit(async || Ok::<_, Problem>(command())).await?;
    Ok(())
}

/// Searches the entries of the officer's own organisation, the newest first, for supervisors; all, for auditors.
#[get("/officer/entries")]
async fn search(
    app: web::Data<App>,
    Person(signed): Person,
    request: HttpRequest,
    query: web::Query<Query>,
) -> Result<HttpResponse, Away> {
    let t = signed.language;
    let away = |problem| Away::problem(problem, &signed, t);
    if !signed.officer.supervisor && !signed.officer.auditor {
        return Err(Away::said(StatusCode::FORBIDDEN, &signed, "entries-supervisors-only"));
    }
    let query = query.into_inner();
    let filter = query.filter(&app, &signed.officer);
    let (filter, wrong) = match filter {
        // A form that was sent empty; whoever opens the page has sent nothing yet.
        Ok(_) if query.is_empty() && request.query_string().contains("certificate=") => {
            (None, t.say("entries-say-what"))
        }
        Ok(filter) => (Some(filter).filter(|_| !query.is_empty()), String::new()),
        Err("days") => (None, t.say("entries-days")),
        Err(field) => (None, format!("{} {}", t.say("goods-malformed"), t.say(&format!("field-{field}")))),
    };
    let asked = filter.is_some();
    let mut entries = Vec::new();
    let mut older = String::new();
    if let Some(filter) = filter {
        let before = query.before.parse().unwrap_or(u64::MAX);
        let search = Order { filter: filter.clone(), evidence: false, table: false, since: None };
        let what = said(&search).map_err(|error| away(Problem::new(ProblemKind::Internal, error.to_string())))?;
        looked_at(&app, &signed, what).await.map_err(away)?;
        let found = app.readers.read(move |connection| export::page_before(connection, &filter, before, PAGE)).await;
        let found = found.map_err(|error| away(error.into()))?;
        older = found.older.map(|before| query.older(before, t)).unwrap_or_default();
        for (leaf, body) in found.entries {
            if let Ok(entry) = Logged::read(&body) {
                entries.push(row(t, leaf, &entry));
            }
        }
    }
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    Ok(page(status, &EntriesPage { t, bar: Bar::of(&signed), query, wrong, entries, asked, older }))
}

fn row(t: Language, leaf: u64, entry: &Logged) -> EntryRow {
    let about = entry.declaration.iter().chain(entry.certificates.first()).chain(&entry.subject);
    EntryRow {
        leaf,
        at: at(t, entry),
        what: history::kind(t, entry.kind.as_str()),
        decision: decision(t, entry),
        office: entry.office.clone().unwrap_or_default(),
        about: about.cloned().collect::<Vec<_>>().join(", "),
    }
}

/// What was decided. Of a paper, why it may not be used stands beside "genuine": nobody reads half of the answer.
fn decision(t: Language, entry: &Logged) -> String {
    let decision = history::decision(t, &entry.decision);
    if entry.kind != Kind::PaperChecked || entry.reasons.is_empty() {
        return decision;
    }
    let reasons: Vec<String> = entry.reasons.iter().map(|code| history::reason(t, entry.kind, code)).collect();
    format!("{decision}. {}", reasons.join(" "))
}

fn at(t: Language, entry: &Logged) -> String {
    history::at(t, &entry.at.format(&Rfc3339).unwrap_or_default())
}

/// The serial numbers of a control, found and missing: they are its evidence, which auditors read with an order of their
/// own.
async fn serial_numbers(app: &App, signed: &Signed, leaf: u64, entry: &Logged) -> Result<(String, String), StoreError> {
    if entry.kind != Kind::ControlRecorded || signed.officer.auditor {
        return Ok(Default::default());
    }
    let kept = app.readers.read(move |connection| log::evidence_of(connection, leaf)).await?;
    let kept = kept.filter(|kept| Some(kept.digest()) == entry.evidence);
    let written: Option<serde_json::Value> = kept.and_then(|kept| serde_json::from_slice(&kept.body).ok());
    let written = written.map(|kept| kept.get("request").cloned().unwrap_or(kept));
    let of = |seen| written.as_ref().map(|written| history::serial_numbers(written, seen)).unwrap_or_default();
    Ok((of(true), of(false)))
}

/// One entry of the officer's own organisation, or any for an auditor, readable, with the proof that the log has it.
#[get("/officer/entries/{leaf}")]
async fn show(app: web::Data<App>, Person(signed): Person, path: web::Path<String>) -> Result<HttpResponse, Away> {
    let t = signed.language;
    let away = |problem| Away::problem(problem, &signed, t);
    let unknown = || Away::said(StatusCode::NOT_FOUND, &signed, "entry-unknown");
    let leaf: u64 = path.parse().map_err(|_| unknown())?;
    let published = app.writer.shared().published.load_full();
    if leaf >= published.head.size {
        return Err(unknown());
    }
    let own = (!signed.officer.auditor).then(|| signed.organisation().as_str());
    let proved = app.proved(leaf, own, &published).await.map_err(|error| away(error.into()))?;
    let proved = proved.ok_or_else(unknown)?;
    looked_at(&app, &signed, json!({ "leaf": leaf }).to_string()).await.map_err(away)?;
    let broken = |_| away(Problem::new(ProblemKind::Internal, "give the operator the request id"));
    let read = Logged::read(proved.entry.as_bytes()).map_err(broken)?;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let (found, missing) = serial_numbers(&app, &signed, leaf, &read).await.map_err(|error| away(error.into()))?;
    let facts = [
        ("held-office", text(&read.office)),
        ("entry-organisation", read.organisation.clone()),
        ("entry-officer", text(&read.officer)),
        ("field-mrn", text(&read.declaration)),
        ("goods-certificate", read.certificates.join(", ")),
        ("entry-subject", text(&read.subject)),
        ("control-serialNumbersSeen", found),
        ("control-serialNumbersMissing", missing),
        ("entry-evidence", read.evidence.map(|digest| digest.to_string()).unwrap_or_default()),
    ];
    let shown = EntryPage {
        t,
        bar: Bar::of(&signed),
        leaf,
        what: history::kind(t, read.kind.as_str()),
        decision: history::decision(t, &read.decision),
        at: at(t, &read),
        facts: facts.into_iter().filter(|(_, value)| !value.is_empty()).collect(),
        reasons: read.reasons.iter().map(|code| history::reason(t, read.kind, code)).collect(),
        receipt: proved.receipt.to_text(),
        body: proved.entry,
    };
    Ok(page(StatusCode::OK, &shown))
}
