//! The answer on goods, as a page. Filled where the answer on a paper is framed, and in other words: nobody takes one for
//! the other.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use askama::Template;
use endmark_core::certificate::Line;
use endmark_core::consignment::{Consignment, Element, Stage};
use endmark_core::number::CertificateNumber;
use endmark_core::reference::{DeclarationReference, Mrn, Office};
use endmark_core::verdict::{Answer, Finding, ItemVerdict, Requirement, Severity, Source, Verdict};

use super::answer::{self, LineRow, Statement};
use super::fields::Fields;
use super::history::{self, HistoryRow};
use super::page::Bar;
use super::refused::{self, RefusedRow};
use super::remedies::{self, Remedy};
use super::session::Signed;
use super::{sides, supplied, when};
use crate::app::{App, Known, NotShown};
use crate::http::Problem;
use crate::ledger::{LineTotals, decimal};
use crate::store::control::Control;
use crate::words::Language;
use crate::writer::Prepared;

/// The most rows of a list: a declaration has thousands of items, a page is read in the rain.
const ROWS_MAX: usize = 200;
/// The most items that a rule is shown to speak of by number.
const ITEMS_NAMED_MAX: usize = 20;

/// What is known around the question.
#[derive(Debug, Default)]
pub(super) struct Around {
    /// The declaration.
    pub(super) known: Option<Known>,
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
            Ok(known) => Ok(Self { known, ..Self::default() }),
            Err(NotShown::Tampered) => Ok(Self { tampered: true, ..Self::default() }),
            Err(NotShown::Store(error)) => Err(error.into()),
        }
    }

    fn history(&self, t: Language) -> Vec<HistoryRow> {
        self.known.as_ref().map(|known| history::rows(t, known)).unwrap_or_default()
    }

    fn refused(&self, t: Language) -> Option<RefusedRow> {
        self.known.as_ref().and_then(|known| refused::row(t, known))
    }

    /// Controls at other offices that no movement explains.
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

/// A reason, with both sides.
struct ReasonRow {
    icon: &'static str,
    severity: &'static str,
    words: String,
    item: Option<u32>,
    line: Option<u32>,
    certificate: String,
    element: String,
    declared: String,
    certified: String,
    law: String,
    remedy: Remedy,
}

/// Something that was not compared.
struct MissingRow {
    place: String,
    element: String,
    item: Option<u32>,
    certified: String,
    can_be_supplied: bool,
    /// What can be chosen, where it is not written: value and words.
    choices: Vec<(&'static str, String)>,
}

/// A goods item.
struct ItemRow {
    number: u32,
    description: String,
    code: String,
    answer: &'static str,
}

/// What a rule asks, and of which items.
struct AskRow {
    requirement: &'static str,
    law: String,
    items: String,
}

/// A certificate cited.
struct CertificateCard {
    number: String,
    facts: Vec<(&'static str, String)>,
    lines: Vec<LineRow>,
    statements: Vec<Statement>,
}

/// What an item holds, or what was presented.
struct HeldRow {
    item: u32,
    certificate: String,
    line: u32,
    quantity: String,
    office: String,
    at: String,
    /// The key of what it is.
    what: &'static str,
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
            held: held(t, &around),
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

fn reason(t: Language, finding: &Finding, verdict: &Verdict) -> ReasonRow {
    let (icon, severity) = match finding.severity {
        Severity::Hard => ("✖", "severity-hard"),
        Severity::Open => ("?", "severity-open"),
        Severity::Warning => ("!", "severity-warning"),
        Severity::Information => ("i", "severity-information"),
    };
    ReasonRow {
        icon,
        severity,
        words: t.say(&format!("finding-{}", finding.code.as_str())),
        item: finding.goods_item,
        line: finding.line,
        certificate: finding.certificate.clone().unwrap_or_default(),
        element: sides::element(t, finding),
        declared: sides::declared(t, finding),
        certified: sides::certified(t, finding),
        law: finding.legal_basis.as_ref().map(|basis| t.law(basis)).unwrap_or_default(),
        remedy: remedies::remedy(t, finding, verdict),
    }
}

fn missing(t: Language, asked: &Consignment, verdict: &Verdict) -> Vec<MissingRow> {
    let mut seen = BTreeSet::new();
    let mut rows = Vec::new();
    for of in &verdict.not_compared {
        let name = supplied::name(of.element);
        let place = of.goods_item.map_or_else(|| name.to_owned(), |item| format!("{name}-{item}"));
        rows.push(MissingRow {
            // One field for an element, however many certificates say something of it.
            can_be_supplied: seen.insert(place.clone()) && supplied::can_be_supplied(asked, of.element),
            choices: match of.element {
                Element::Condition => vec![("new", t.say("paper-new")), ("used", t.say("paper-used"))],
                _ => Vec::new(),
            },
            place,
            element: t.say(&format!("element-{name}")),
            item: of.goods_item,
            certified: sides::of_element(t, of.element, &of.certified),
        });
        if rows.len() == ROWS_MAX {
            break;
        }
    }
    rows
}

/// What the rules ask, the gravest first; a law that speaks of many items stands once.
fn asks(t: Language, verdict: &Verdict) -> Vec<AskRow> {
    let mut of_rule: BTreeMap<(Reverse<Requirement>, &str), Vec<u32>> = BTreeMap::new();
    for item in &verdict.items {
        for said in item.regimes.iter().filter(|said| said.requirement != Requirement::NotRequired) {
            let items = of_rule.entry((Reverse(said.requirement), &*said.regime)).or_default();
            if items.last() != Some(&item.goods_item_number) {
                items.push(item.goods_item_number);
            }
        }
    }
    let row = |((Reverse(requirement), id), items): ((Reverse<Requirement>, &str), Vec<u32>)| {
        let regime = verdict.regimes.iter().find(|regime| &*regime.source.id == id);
        let law = regime.and_then(|regime| regime.legal_basis.as_ref()).map_or(id, |law| &**law);
        let shown: Vec<String> = items.iter().take(ITEMS_NAMED_MAX).map(ToString::to_string).collect();
        let more = if items.len() > ITEMS_NAMED_MAX { ", …" } else { "" };
        AskRow { requirement: required(requirement), law: t.law(law), items: format!("{}{more}", shown.join(", ")) }
    };
    of_rule.into_iter().take(ROWS_MAX).map(row).collect()
}

const fn required(requirement: Requirement) -> &'static str {
    match requirement {
        Requirement::NotRequired => "requirement-not-required",
        Requirement::OtherDocumentRequired => "requirement-other-document",
        Requirement::Unknown => "requirement-unknown",
        Requirement::CertificateRequired => "requirement-certificate",
        Requirement::Prohibited => "requirement-prohibited",
    }
}

fn item_row(asked: &Consignment, verdict: &ItemVerdict) -> ItemRow {
    let item = asked.goods_items.iter().find(|item| item.goods_item_number == verdict.goods_item_number);
    ItemRow {
        number: verdict.goods_item_number,
        description: item.and_then(|item| item.description.as_ref()).map(ToString::to_string).unwrap_or_default(),
        code: item.map(|item| item.commodity_code.to_string()).unwrap_or_default(),
        answer: match verdict.answer {
            Answer::Conforms => "item-conforms",
            Answer::DoesNotConform => "item-does-not-conform",
            Answer::CannotBeChecked => "item-cannot-be-checked",
        },
    }
}

fn card(
    app: &App,
    t: Language,
    number: &CertificateNumber,
    prepared: &Prepared,
    left: &[(CertificateNumber, LineTotals)],
) -> Option<CertificateCard> {
    let Prepared::Verified(verified) = prepared else { return None };
    let certificate = &verified.certificate;
    let of_this = left.iter().filter(|(of, _)| of == number).map(|(_, totals)| totals.clone());
    Some(CertificateCard {
        number: number.to_string(),
        facts: answer::facts(certificate),
        lines: answer::rows(certificate, &of_this.collect::<Vec<_>>()),
        statements: answer::statements(app, t, certificate),
    })
}

fn held(t: Language, around: &Around) -> Vec<HeldRow> {
    let Some(known) = &around.known else { return Vec::new() };
    let unit = |key| known.lines.get(&key).map(|line| line.position.unit.to_string()).unwrap_or_default();
    let claims = known.claims.iter().map(|claim| HeldRow {
        item: claim.key.item.item,
        certificate: claim.key.line.certificate.to_string(),
        line: claim.key.line.line,
        quantity: format!("{} {}", decimal(claim.claim.quantity), unit(claim.key.line)),
        office: claim.office.to_string(),
        at: when::said(t, claim.at),
        what: match claim.claim.phase {
            endmark_core::position::Phase::Reserved => "held-reserved",
            endmark_core::position::Phase::Consumed => "held-released",
        },
    });
    let presented = known.presentations.iter().flat_map(|of| of.goods.iter().map(move |goods| (of, goods)));
    let presented = presented.map(|(of, goods)| {
        let key = endmark_core::position::LineKey { certificate: goods.certificate, line: goods.line };
        HeldRow {
            item: goods.item,
            certificate: goods.certificate.to_string(),
            line: goods.line,
            quantity: format!("{} {}", decimal(goods.millionths), unit(key)),
            office: of.office.to_string(),
            at: when::said(t, of.at),
            what: if of.has_passed() { "held-presented" } else { "held-turned-back" },
        }
    });
    claims.chain(presented).take(ROWS_MAX).collect()
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

/// The form for goods that travel with a certificate's paper.
#[derive(Template)]
#[template(path = "goods_form.html")]
pub(super) struct GoodsFormPage {
    t: Language,
    bar: Bar,
    /// Number and words of each line.
    lines: Vec<(u32, String)>,
    units: Vec<String>,
    office: String,
    /// What was typed.
    typed: Fields,
    /// The field that cannot be read; empty: none.
    wrong: &'static str,
}

impl GoodsFormPage {
    /// What a field that cannot be read is marked with: it is told to screen readers, and has the focus.
    fn marked(&self, name: &str) -> &'static str {
        if self.wrong == name { r#" aria-invalid="true" aria-describedby="wrong" autofocus"# } else { "" }
    }

    fn wrong_field(&self) -> String {
        self.t.say(&format!("field-{}", self.wrong))
    }

    /// The form as it was sent, with what cannot be read.
    pub(super) fn again(self, typed: Fields, wrong: &'static str) -> Self {
        Self { typed, wrong, ..self }
    }

    pub(super) fn new(t: Language, signed: &Signed, number: Option<CertificateNumber>, lines: &[Line]) -> Self {
        let words = |line: &Line| format!("{}: {} {}", line.line, line.commodity_code, line.description);
        let mut units: Vec<String> = lines.iter().map(|line| line.quantity.unit.to_string()).collect();
        units.sort_unstable();
        units.dedup();
        let certificate = number.map(|number| number.to_string()).unwrap_or_default();
        let unit = if let [unit] = units.as_slice() { unit.clone() } else { String::new() };
        Self {
            t,
            bar: Bar::of(signed),
            typed: Fields::holding([("certificate", certificate), ("unit", unit)]),
            wrong: "",
            lines: lines.iter().take(ROWS_MAX).map(|line| (line.line, words(line))).collect(),
            units,
            office: signed.officer.office.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use endmark_core::consignment::Element;
    use endmark_core::verdict::FindingCode;

    use crate::web::supplied;
    use crate::words::Language;

    #[test]
    fn every_finding_and_every_element_has_words_in_every_language() {
        let findings = FindingCode::ALL.iter().map(|code| format!("finding-{}", code.as_str()));
        let elements = Element::ALL.into_iter().map(|element| format!("element-{}", supplied::name(element)));
        for key in findings.chain(elements) {
            for language in Language::ALL {
                assert_ne!(language.say(&key), key, "{language:?}");
            }
        }
    }

    #[test]
    fn every_field_that_can_be_wrong_has_words() {
        let entered = [
            "certificate",
            "data-set",
            "mrn",
            "quantity",
            "unit",
            "routing",
            "destination",
            "exporter",
            "consignee",
            "plates",
            "net-mass",
            "documents",
            "mode",
            "line",
            "code",
            "from",
            "until",
        ];
        for key in entered.map(|name| format!("field-{name}")) {
            assert_ne!(Language::En.say(&key), key);
        }
    }
}
