//! Whether goods may go: by the declaration they travel under, or as an officer reads them from the papers. Always a
//! question, never a reservation.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use endmark_core::check::cited_numbers;
use endmark_core::consignment::{self, Consignment, Stage};
use endmark_core::number::CertificateNumber;
use endmark_core::reference::{DeclarationReference, Mrn};
use endmark_core::verdict::Verdict;

use super::away::Away;
use super::fields::Fields;
use super::goods_form::GoodsFormPage;
use super::goods_page::{Around, GoodsPage, NotAskedPage};
use super::page::{MessagePage, page};
use super::session::Signed;
use super::supply_page::SupplyPage;
use super::{entered, supplied};
use crate::app::{App, Cause, Declared, NotDeclared, NotProved};
use crate::entry::Kind;
use crate::http::{Problem, ProblemKind};
use crate::ledger::LineTotals;
use crate::store::ledger::{self as rows};
use crate::words::Language;
use crate::writer::{Action, Answer, Command, Prepared, Reply};

/// Its routes.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(form).service(ask);
}

#[derive(Debug, serde::Deserialize)]
struct FormQuery {
    certificate: Option<String>,
}

/// The form for goods that travel with a certificate's paper.
#[get("/officer/goods")]
async fn form(app: web::Data<App>, signed: Signed, query: web::Query<FormQuery>) -> Result<HttpResponse, Away> {
    let t = signed.language;
    let shown = form_for(&app, &signed, t, query.certificate.as_deref().unwrap_or_default()).await;
    Ok(page(StatusCode::OK, &shown.map_err(|problem| Away::problem(problem, &signed, t))?))
}

async fn form_for(app: &App, signed: &Signed, t: Language, certificate: &str) -> Result<GoodsFormPage, Problem> {
    let number: Option<CertificateNumber> = certificate.parse().ok();
    let mut lines = Vec::new();
    if let Some(number) = number
        && let Some(Prepared::Verified(verified)) = prepared(app, number).await?
    {
        lines.clone_from(&verified.certificate.lines);
    }
    Ok(GoodsFormPage::new(t, signed, number, &lines))
}

async fn prepared(app: &App, number: CertificateNumber) -> Result<Option<Prepared>, Problem> {
    let registry = app.registry();
    let mut found = app.verified.prepare(&app.readers, &app.context.recall, &registry, [number].into()).await?;
    Ok(found.remove(&number))
}

/// Asks about goods: those entered, or those of an earlier answer with what was read from the papers beside.
#[post("/officer/goods")]
async fn ask(
    app: web::Data<App>,
    signed: Signed,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Away> {
    let (fields, t) = Fields::of(&app, &signed, &request, payload).await?;
    let asked = match fields.one("entry") {
        "" => match entered::consignment(&fields, &signed.officer.office).and_then(valid) {
            Ok(asked) => Ok(asked),
            // Shown again with everything that was typed: one slip costs one field.
            Err(field) => {
                app.turned_away.count(Cause::Malformed);
                let shown = form_for(&app, &signed, t, fields.one("certificate")).await;
                let shown = shown.map_err(|problem| Away::problem(problem, &signed, t))?.again(fields, field);
                return Ok(page(StatusCode::BAD_REQUEST, &shown));
            }
        },
        entry => match again(&app, &signed, &fields, entry).await {
            Ok(asked) => asked,
            Err(problem) => return Err(Away::problem(problem, &signed, t)),
        },
    };
    let asked = match asked {
        Ok(asked) if consignment::validate(&asked).is_ok() => asked,
        Ok(_) => return Ok(unreadable(&app, &signed, t)),
        Err(place) => {
            app.turned_away.count(Cause::Malformed);
            return Ok(page(StatusCode::BAD_REQUEST, &SupplyPage::new(t, &signed, &fields, &place)));
        }
    };
    let around = Around::default();
    answered(&app, &signed, t, asked, around).await.map_err(|problem| Away::problem(problem, &signed, t))
}

/// What is entered, where it keeps the rules of a consignment; else the field that breaks one.
fn valid(asked: Consignment) -> Result<Consignment, &'static str> {
    let Err(fault) = consignment::validate(&asked).map_err(|fault| fault.to_string()) else { return Ok(asked) };
    let fields = [
        ("quantity", "quantity"),
        ("netMass", "net-mass"),
        ("parties", "exporter"),
        ("transport", "plates"),
        ("countriesOfRouting", "routing"),
        ("supportingDocuments", "documents"),
    ];
    let broken = fields.into_iter().find(|(member, _)| fault.contains(member));
    Err(broken.map_or("line", |(_, field)| field))
}

fn unreadable(app: &App, signed: &Signed, t: Language) -> HttpResponse {
    app.turned_away.count(Cause::Malformed);
    page(StatusCode::BAD_REQUEST, &MessagePage::new(t, "goods-malformed").to(signed))
}

/// The question of an earlier answer, with what was read from the papers; the inner error is the place that cannot
/// be read.
async fn again(
    app: &App,
    signed: &Signed,
    fields: &Fields,
    entry: &str,
) -> Result<Result<Consignment, String>, Problem> {
    let leaf: u64 = entry.parse().map_err(|_| Problem::not_found())?;
    let asked = match app.asked(leaf).await {
        Ok(Some(asked)) => asked,
        Ok(None) | Err(NotDeclared::Unknown) => return Err(Problem::not_found()),
        Err(NotDeclared::Store(error)) => return Err(error.into()),
        Err(error @ (NotDeclared::Erased(_) | NotDeclared::Broken(_))) => {
            tracing::warn!(%error, "an earlier question cannot be asked again");
            return Err(Problem::not_found());
        }
    };
    if asked.organisation != signed.organisation().as_str() || asked.kind != Kind::ConsignmentChecked {
        return Err(Problem::not_found());
    }
    let mut consignment = asked.consignment;
    consignment.office = signed.officer.office.clone();
    for (place, text) in fields.beginning("element-") {
        if supplied::supply(&mut consignment, place, text).is_none() {
            return Ok(Err(place.to_owned()));
        }
    }
    Ok(Ok(consignment))
}

/// The answer on the goods of a declaration: what its customs office took in, judged again now, as at the border.
pub(super) async fn of_declaration(app: &App, signed: &Signed, t: Language, mrn: Mrn) -> Result<HttpResponse, Problem> {
    let around = Around::of(app, &mrn).await?;
    let declared = match app.declared(&mrn).await {
        Ok(declared) => declared,
        Err(NotDeclared::Store(error)) => return Err(error.into()),
        Err(why) => {
            let key = match why {
                NotDeclared::Erased(_) => "goods-erased",
                NotDeclared::Broken(_) => "goods-broken",
                NotDeclared::Unknown | NotDeclared::Store(_) => "goods-unknown",
            };
            return Ok(page(StatusCode::OK, &NotAskedPage::new(t, signed, &mrn, key, around)));
        }
    };
    let Declared { mut consignment, leaf, held } = declared;
    consignment.stage = Stage::Border;
    consignment.office = signed.officer.office.clone();
    let around = Around { declared_in: Some(leaf), held, ..around };
    answered(app, signed, t, consignment, around).await
}

async fn answered(
    app: &App,
    signed: &Signed,
    t: Language,
    asked: Consignment,
    mut around: Around,
) -> Result<HttpResponse, Problem> {
    let (verdict, answer) = check(app, signed, asked.clone()).await?;
    if around.known.is_none()
        && let Some(DeclarationReference::Mrn { value }) = &asked.reference
    {
        around = Around { declared_in: around.declared_in, held: around.held, ..Around::of(app, value).await? };
    }
    // The goods were read before the answer: the log must have the entry that they come from.
    if let Some(leaf) = around.declared_in {
        match app.proved(leaf, None, &answer.published).await {
            Ok(Some(_)) => {}
            Err(NotProved::Store(error)) => return Err(error.into()),
            Ok(None) | Err(NotProved::Broken { .. }) => {
                let Some(DeclarationReference::Mrn { value }) = &asked.reference else {
                    return Err(Problem::new(ProblemKind::Internal, "give the operator the request id"));
                };
                return Ok(page(StatusCode::OK, &NotAskedPage::new(t, signed, value, "goods-broken", around)));
            }
        }
    }
    let registry = app.registry();
    let numbers = cited_numbers(&asked);
    let certificates = app.verified.prepare(&app.readers, &app.context.recall, &registry, numbers.clone()).await?;
    let key = app.context.keys.rows.clone();
    let wanted: Vec<CertificateNumber> = numbers.into_iter().collect();
    let lines = app.readers.read(move |connection| rows::lines_of(connection, &key, &wanted)).await?;
    let mut left: Vec<(CertificateNumber, LineTotals)> = Vec::new();
    for line in lines {
        // A row that does not verify is a finding of the answer; here nothing is shown of it.
        if let rows::Row::Good(line) = line {
            left.push((line.key.certificate, LineTotals::of(&line)));
        }
    }
    let shown = GoodsPage::new(app, t, signed, &asked, verdict, answer.leaf, &certificates, &left, around);
    Ok(page(StatusCode::OK, &shown))
}

async fn check(app: &App, signed: &Signed, asked: Consignment) -> Result<(Verdict, Answer), Problem> {
    let internal = || Problem::new(ProblemKind::Internal, "give the operator the request id");
    let body: Arc<[u8]> = serde_json::to_vec(&asked).map_err(|_| internal())?.into();
    signed.spend_evidence(app, body.len())?;
    let asked = Arc::new(asked);
    let answer = app
        .submit(async || {
            let request = app.prepare_check(&body, &asked, false).await?;
            Ok::<_, Problem>(Command {
                origin: signed.origin(),
                organisation: signed.organisation().to_string(),
                action: Action::Check(Box::new(request)),
            })
        })
        .await?;
    let Reply::Checked(json) = &answer.reply else { return Err(internal()) };
    let verdict: Verdict = serde_json::from_str(json).map_err(|_| internal())?;
    Ok((verdict, answer))
}
