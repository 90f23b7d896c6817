//! The rows of the answer on goods: reasons, what was not compared, what rules ask, items, papers, what is held.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use endmark_core::consignment::{Consignment, Element};
use endmark_core::number::CertificateNumber;
use endmark_core::verdict::{Answer, Finding, ItemVerdict, Requirement, Severity, Verdict};

use super::answer::{self, LineRow, Statement};
use super::remedies::{self, Remedy};
use super::{sides, supplied, when};
use crate::app::{App, Known};
use crate::ledger::{LineTotals, decimal};
use crate::words::Language;
use crate::writer::Prepared;

/// The most rows of a list: a declaration has thousands of items, a page is read in the rain.
pub(super) const ROWS_MAX: usize = 200;
/// The most items that a rule or a reason is shown to speak of by number.
const ITEMS_NAMED_MAX: usize = 20;

/// A reason, with both sides.
pub(super) struct ReasonRow {
    pub(super) icon: &'static str,
    pub(super) severity: &'static str,
    pub(super) words: String,
    pub(super) item: Option<u32>,
    pub(super) line: Option<u32>,
    pub(super) certificate: String,
    pub(super) element: String,
    pub(super) declared: String,
    pub(super) certified: String,
    pub(super) law: String,
    pub(super) remedy: Remedy,
}

/// Something that was not compared.
pub(super) struct MissingRow {
    pub(super) place: String,
    pub(super) element: String,
    pub(super) item: Option<u32>,
    pub(super) certified: String,
    pub(super) can_be_supplied: bool,
    /// What can be chosen, where it is not written: value and words.
    pub(super) choices: Vec<(&'static str, String)>,
}

/// A goods item.
pub(super) struct ItemRow {
    pub(super) number: u32,
    pub(super) description: String,
    pub(super) code: String,
    pub(super) answer: &'static str,
}

/// What a rule asks, and of which items.
pub(super) struct AskRow {
    pub(super) requirement: &'static str,
    pub(super) law: String,
    pub(super) items: String,
}

/// A certificate cited.
pub(super) struct CertificateCard {
    pub(super) number: String,
    pub(super) facts: Vec<(&'static str, String)>,
    pub(super) lines: Vec<LineRow>,
    pub(super) statements: Vec<Statement>,
}

/// What an item holds, or what was presented.
pub(super) struct HeldRow {
    pub(super) item: u32,
    pub(super) certificate: String,
    pub(super) line: u32,
    pub(super) quantity: String,
    pub(super) office: String,
    pub(super) at: String,
    /// The key of what it is.
    pub(super) what: &'static str,
}

pub(super) fn reason(t: Language, finding: &Finding, verdict: &Verdict) -> ReasonRow {
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

pub(super) fn missing(t: Language, asked: &Consignment, verdict: &Verdict) -> Vec<MissingRow> {
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
pub(super) fn asks(t: Language, verdict: &Verdict) -> Vec<AskRow> {
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
        AskRow { requirement: required(requirement), law: t.law(law), items: named(&items) }
    };
    of_rule.into_iter().take(ROWS_MAX).map(row).collect()
}

/// The first of the goods items, one after the other.
pub(super) fn named(items: &[u32]) -> String {
    let shown: Vec<String> = items.iter().take(ITEMS_NAMED_MAX).map(ToString::to_string).collect();
    format!("{}{}", shown.join(", "), if items.len() > ITEMS_NAMED_MAX { ", …" } else { "" })
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

pub(super) fn item_row(asked: &Consignment, verdict: &ItemVerdict) -> ItemRow {
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

pub(super) fn card(
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

pub(super) fn held(t: Language, known: &Known) -> Vec<HeldRow> {
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
}
