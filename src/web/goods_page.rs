//! The answer on goods, as a page. Filled where the answer on a paper is framed, and in other words: nobody takes one for
//! the other.

use std::collections::HashMap;

use askama::Template;
use endmark_core::consignment::{Consignment, Stage};
use endmark_core::number::CertificateNumber;
use endmark_core::reference::{DeclarationReference, Mrn, Office};
use endmark_core::verdict::{Answer, Source, Verdict};

use super::goods_rows::{
    AskRow, CertificateCard, HeldRow, ItemRow, MissingRow, ROWS_MAX, ReasonRow, asks, card, held, item_row, missing,
    reason,
};
use super::history::{self, HistoryRow};
use super::page::Bar;
use super::refused::{self, RefusedRow};
use super::session::Signed;
use super::{supplied, when};
use crate::app::{App, Known, NotShown, Refused};
use crate::http::Problem;
use crate::ledger::LineTotals;
use crate::store::control::Control;
use crate::words::Language;
use crate::writer::Prepared;

/// What is known around the question.
#[derive(Debug, Default)]
pub(super) struct Around {
    /// The declaration.
    pub(super) known: Option<Known>,
    /// Why customs was refused what it asked last.
    pub(super) refusal: Option<Refused>,
    /// Whether what is stored of it does not verify.
    pub(super) tampered: bool,
    /// The entry that has its goods.
    pub(super) declared_in: Option<u64>,
    /// Whether customs reserved them.
    pub(super) held: bool,
}

impl Around {
    pub(super) async fn of(app: &App, mrn: &Mrn) -> Result<Self, Problem> {
        match app.declaration(mrn.clone()).await {
            Ok(known) => {
                let refusal = match &known {
                    Some(known) => app.refusal(known).await?,
                    None => None,
                };
                Ok(Self { known, refusal, ..Self::default() })
            }
            Err(NotShown::Tampered) => Ok(Self { tampered: true, ..Self::default() }),
            Err(NotShown::Store(error)) => Err(error.into()),
        }
    }

    fn history(&self, t: Language) -> Vec<HistoryRow> {
        self.known.as_ref().map(|known| history::rows(t, known)).unwrap_or_default()
    }

    fn refused(&self, t: Language) -> Option<RefusedRow> {
        Some(refused::row(t, self.known.as_ref()?, self.refusal.as_ref()?))
    }

    fn conflicts(&self, t: Language, here: &Office) -> Vec<String> {
        let elsewhere = self.known.iter().flat_map(|known| &known.elsewhere);
        elsewhere.filter(|control| control.office != *here).map(|control| said(t, control)).collect()
    }
}

/// A control in a sentence: where and when.
pub(super) fn said(t: Language, control: &Control) -> String {
    let (office, at) = (control.office.to_string(), when::said(t, control.recorded_at));
    let result = history::decision(t, control.result.as_str());
    t.say_with("control-elsewhere", [("office", office.into()), ("at", at.into()), ("result", result.into())])
}

/// The page.
#[derive(Template)]
#[template(path = "goods.html")]
pub(super) struct GoodsPage {
    t: Language,
    bar: Bar,
    tone: &'static str,
    icon: &'static str,
    headline: &'static str,
    mrn: String,
    certificate: String,
    /// What must be known before anything else: keys.
    notices: Vec<&'static str>,
    refused: Option<RefusedRow>,
    conflicts: Vec<String>,
    reasons: Vec<ReasonRow>,
    reasons_more: String,
    missing: Vec<MissingRow>,
    supplied: Vec<String>,
    asks: Vec<AskRow>,
    items: Vec<ItemRow>,
    certificates: Vec<CertificateCard>,
    held: Vec<HeldRow>,
    history: Vec<HistoryRow>,
    joined: Vec<String>,
    sources: Vec<String>,
    edition: String,
    office: String,
    version: u32,
    as_of: String,
    entry: u64,
}

impl GoodsPage {
    #[expect(clippy::too_many_arguments, reason = "everything that one page shows")]
    pub(super) fn new(
        app: &App,
        t: Language,
        signed: &Signed,
        asked: &Consignment,
        verdict: Verdict,
        entry: u64,
        certificates: &HashMap<CertificateNumber, Prepared>,
        left: &[(CertificateNumber, LineTotals)],
        around: Around,
    ) -> Self {
        let (tone, icon, headline) = match verdict.verdict {
            Answer::Conforms => ("yes", "✔", "goods-conform"),
            Answer::DoesNotConform => ("no", "✖", "goods-do-not-conform"),
            Answer::CannotBeChecked => ("open", "?", "goods-cannot-be-checked"),
        };
        let mut sorted: Vec<(&CertificateNumber, &Prepared)> = certificates.iter().collect();
        sorted.sort_by_key(|(number, _)| **number);
        let mrn = match &asked.reference {
            Some(DeclarationReference::Mrn { value }) => value.to_string(),
            Some(DeclarationReference::Lrn { .. }) | None => String::new(),
        };
        let more = verdict.findings.len().saturating_sub(ROWS_MAX);
        let source = |of: &Source| format!("{} {}", of.id, of.version);
        Self {
            t,
            bar: Bar::of(signed),
            tone,
            icon,
            headline,
            notices: notices(asked, &around),
            refused: around.refused(t),
            conflicts: around.conflicts(t, &signed.officer.office),
            reasons: verdict.findings.iter().take(ROWS_MAX).map(|finding| reason(t, finding, &verdict)).collect(),
            reasons_more: match u64::try_from(more) {
                Ok(0) | Err(_) => String::new(),
                Ok(more) => t.say_count("goods-more", more),
            },
            missing: missing(t, asked, &verdict),
            supplied: verdict
                .supplied_from_papers
                .iter()
                .map(|of| t.say(&format!("element-{}", supplied::name(*of))))
                .collect(),
            asks: asks(t, &verdict),
            items: verdict.items.iter().take(ROWS_MAX).map(|item| item_row(asked, item)).collect(),
            certificate: sorted.first().map(|(number, _)| number.to_string()).unwrap_or_default(),
            certificates: sorted.iter().take(ROWS_MAX).filter_map(|of| card(app, t, of.0, of.1, left)).collect(),
            held: around.known.as_ref().map(|known| held(t, known)).unwrap_or_default(),
            history: around.history(t),
            joined: around.known.as_ref().map(history::joined).unwrap_or_default(),
            sources: verdict.regimes.iter().map(|regime| &regime.source).chain(&verdict.lists).map(source).collect(),
            edition: verdict.edition.map(|edition| edition.to_string()).unwrap_or_default(),
            office: asked.office.to_string(),
            version: asked.declaration_version,
            as_of: when::said(t, verdict.as_of),
            mrn,
            entry,
        }
    }
}

fn notices(asked: &Consignment, around: &Around) -> Vec<&'static str> {
    let declaration = around.known.as_ref().and_then(|known| known.declaration.as_ref());
    let status = declaration.map(|of| of.status.as_str());
    [
        (around.tampered, "goods-tampered"),
        (around.declared_in.is_some() && !around.held, "goods-never-held"),
        (status == Some("deleted"), "goods-deleted"),
        (status == Some("invalidated"), "goods-invalidated"),
        (declaration.is_some_and(|of| of.confidential), "goods-confidential"),
        (asked.stage == Stage::Start, "goods-without-declaration"),
    ]
    .into_iter()
    .filter_map(|(is, key)| is.then_some(key))
    .collect()
}

/// A declaration whose goods cannot be asked about: never a yes.
#[derive(Template)]
#[template(path = "not_asked.html")]
pub(super) struct NotAskedPage {
    t: Language,
    bar: Bar,
    mrn: String,
    why: &'static str,
    refused: Option<RefusedRow>,
    conflicts: Vec<String>,
    history: Vec<HistoryRow>,
    joined: Vec<String>,
    /// Whether it has a letter that is easily read for a digit.
    read_again: bool,
}

impl NotAskedPage {
    pub(super) fn new(t: Language, signed: &Signed, mrn: &Mrn, why: &'static str, around: Around) -> Self {
        Self {
            t,
            bar: Bar::of(signed),
            mrn: mrn.to_string(),
            why: if around.tampered { "goods-tampered" } else { why },
            refused: around.refused(t),
            conflicts: around.conflicts(t, &signed.officer.office),
            history: around.history(t),
            joined: around.known.as_ref().map(history::joined).unwrap_or_default(),
            read_again: why == "goods-unknown" && mrn.to_string().chars().skip(4).any(|c| matches!(c, 'O' | 'I')),
        }
    }
}
