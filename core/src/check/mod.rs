//! The check: does this consignment conform?
//!
//! A pure function of consignment, evidence, regimes and moment. Every finding is reported, not only the first; a
//! fault or a gap never yields `conforms`.

mod certificate;
mod codes;
mod coverage;
mod evidence;
mod gravity;
mod line;
mod party;
mod routing;
mod serial;
mod status;
#[cfg(test)]
pub(crate) mod tests;
pub(crate) mod transport;

pub use evidence::{Cited, Evidence, Known, LedgerStanding, ManufacturerStanding, SealStanding, StoredStatus};
pub use status::{ShownStatus, shown_status};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::consignment::{Consignment, Element, GoodsItem, Presence};
use crate::goods::{Decimal, Quantity};
use crate::moment::Moment;
use crate::number::{CertificateNumber, NumberError};
use crate::regime::{Asking, EmptyElement, Note, Question, Regime, Regimes, Route};
use crate::verdict::{Answer, Finding, FindingCode, ItemVerdict, NotCompared, Requirement, Severity, Verdict};

use gravity::Gravity;
use line::Drawn;

/// The numbers that a consignment cites: what the register must look up. What cannot be read as a number is left to
/// the check.
pub fn cited_numbers(consignment: &Consignment) -> BTreeSet<CertificateNumber> {
    let citations = consignment.goods_items.iter().flat_map(|item| &item.citations);
    citations.filter_map(|citation| citation.certificate.as_str().parse().ok()).collect()
}

/// What one check knows and finds.
struct Check<'a> {
    consignment: &'a Consignment,
    regimes: &'a Regimes,
    moment: Moment,
    route: &'a Route,
    findings: Vec<Finding>,
    /// What is worth knowing of the whole, once each: there are few.
    notes: Vec<Note>,
    not_compared: Vec<NotCompared>,
    /// What this consignment draws on each line altogether, in the line's unit.
    drawn: BTreeMap<(CertificateNumber, u32), (Decimal, Quantity)>,
    /// The items for which a regime asks for the certificate, or may: which regimes.
    asked: BTreeMap<u32, Vec<Arc<Regime>>>,
    /// Whether the manufacturer declared (13 14) is that of one of the certificates cited.
    maker_is_cited: bool,
    /// The serial numbers declared so far for goods of each certificate: a machine is declared once.
    serials_seen: BTreeMap<CertificateNumber, BTreeSet<String>>,
    /// How many comparisons of serial numbers are left: a check is made while everybody waits.
    serial_comparisons_left: usize,
    /// The goods items that cite each certificate.
    citing: BTreeMap<CertificateNumber, Vec<&'a GoodsItem>>,
}

/// Judges a consignment.
pub fn check(consignment: &Consignment, evidence: &Evidence, regimes: &Regimes, moment: Moment) -> Verdict {
    let route = regimes.route(consignment, moment);
    let mut asking = regimes.asking(Question { consignment, route: &route, moment, contract: None });
    let mut check = Check {
        consignment,
        regimes,
        moment,
        route: &route,
        findings: Vec::new(),
        notes: Vec::new(),
        not_compared: Vec::new(),
        drawn: BTreeMap::new(),
        asked: BTreeMap::new(),
        maker_is_cited: false,
        serials_seen: BTreeMap::new(),
        serial_comparisons_left: serial::COMPARISONS_MAX,
        citing: BTreeMap::new(),
    };
    let mut items = Vec::with_capacity(consignment.goods_items.len());
    let mut certificates: BTreeMap<CertificateNumber, &Known> = BTreeMap::new();
    for item in &consignment.goods_items {
        let asked = codes::asked(&mut asking, item, evidence);
        check.findings.extend(asked.findings);
        for note in asked.notes {
            if !check.notes.iter().any(|there| there.is(&note)) {
                check.notes.push(note);
            }
        }
        if item.citations.is_empty() {
            let required = asked.statements.iter().find(|says| says.requirement == Requirement::CertificateRequired);
            let by = required.and_then(|says| asked.demands.iter().find(|regime| regime.id == says.regime));
            if let Some(regime) = by {
                check.certificate_missing(item, asked.requirement, regime);
            }
        }
        if !matches!(asked.requirement, Requirement::NotRequired | Requirement::OtherDocumentRequired) {
            check.asked.insert(item.goods_item_number, asked.demands);
        }
        check.citations(item, evidence, &mut certificates);
        items.push(ItemVerdict {
            goods_item_number: item.goods_item_number,
            answer: Answer::Conforms,
            requirement: asked.requirement,
            regimes: asked.statements,
        });
    }
    check.drawn_in_all(&certificates);
    if evidence.overridden {
        let remedy = "an officer decided on this declaration by hand; its history says who and why";
        check.findings.push(Finding::new(FindingCode::Overridden).remedy(remedy));
    }
    check.maker_is_cited = certificates.values().any(|known| check.is_the_maker(known));
    for known in certificates.values() {
        check.certificate(known);
    }
    check.verdict(items, &asking)
}

impl<'a> Check<'a> {
    /// Where a licence may lift a ban, the certificate is needed as well, but the licence is looked at first.
    fn certificate_missing(&mut self, item: &GoodsItem, requirement: Requirement, regime: &Regime) {
        let remedy = "cite the manufacturer's certificate for these goods: its number, line and quantity";
        let finding = Finding::new(FindingCode::CertificateMissing).item(item.goods_item_number).remedy(remedy);
        let finding = finding.basis(&regime.legal_basis);
        self.findings.push(match requirement {
            Requirement::Prohibited => finding.severity(Severity::Open),
            Requirement::CertificateRequired
            | Requirement::Unknown
            | Requirement::OtherDocumentRequired
            | Requirement::NotRequired => finding,
        });
    }

    /// Judges what an item draws, line by line, and collects the certificates it leans on.
    fn citations<'e>(
        &mut self,
        item: &'a GoodsItem,
        evidence: &'e Evidence,
        certificates: &mut BTreeMap<CertificateNumber, &'e Known>,
    ) {
        let mut lines = Vec::new();
        for citation in &item.citations {
            let about = |code| {
                Finding::new(code).item(item.goods_item_number).certificate(&citation.certificate).line(citation.line)
            };
            let number: CertificateNumber = match citation.certificate.as_str().parse() {
                Ok(number) => number,
                Err(NumberError::Malformed { .. }) => {
                    let remedy = "a number looks like EDC-7K3M-9QXD-41TZ-P0AB-X; read it again";
                    self.findings.push(about(FindingCode::CertificateNumberMalformed).remedy(remedy));
                    continue;
                }
                Err(NumberError::Mistyped { .. }) => {
                    let remedy = "the check character does not fit: read or scan the number again";
                    self.findings.push(about(FindingCode::CertificateNumberMistyped).remedy(remedy));
                    continue;
                }
            };
            let citing = self.citing.entry(number).or_default();
            if citing.last().is_none_or(|last| last.goods_item_number != item.goods_item_number) {
                citing.push(item);
            }
            match evidence.certificates.get(&number) {
                Some(Cited::Known(known)) => {
                    certificates.insert(number, known);
                    if let Some(line) = self.line(item, citation, known) {
                        lines.push(Drawn { citation, number, line });
                    }
                }
                Some(Cited::Unknown) => {
                    let remedy = "no certificate has this number in this register; read it again, or refuse";
                    self.findings.push(about(FindingCode::CertificateUnknown).remedy(remedy));
                }
                Some(Cited::Unreadable(why)) => {
                    self.findings
                        .push(about(FindingCode::CertificateCorrupt).remedy(format!("{why}; tell the operator")));
                }
                // What was not looked up is a fault of the caller of this function, and never a yes.
                None => {
                    let remedy = "it was not looked up; tell the operator";
                    self.findings.push(about(FindingCode::CertificateCorrupt).remedy(remedy));
                }
            }
        }
        self.covered(item, &lines);
        self.serial_numbers(item, &lines);
    }

    /// Puts the answers of items and whole together, and the findings in order.
    fn verdict(mut self, mut items: Vec<ItemVerdict>, asking: &Asking<'_>) -> Verdict {
        self.findings.extend(self.notes.iter().map(Note::finding));
        let gravity = Gravity::of(&self.findings, &self.citing);
        for item in &mut items {
            item.answer = answer(gravity.of_item(item.goods_item_number));
        }
        // The order of items in the question changes nothing; findings of one place stay in the order of the rules.
        items.sort_by_key(|item| item.goods_item_number);
        self.findings.sort_by(|a, b| {
            let place = |f: &Finding| (std::cmp::Reverse(f.severity), f.goods_item, f.line, f.code);
            place(a).cmp(&place(b)).then_with(|| a.certificate.cmp(&b.certificate))
        });
        self.findings.dedup();
        self.not_compared.sort_by(|a, b| {
            let place = |n: &NotCompared| (n.certificate, n.goods_item, n.element);
            place(a).cmp(&place(b)).then_with(|| a.certified.cmp(&b.certified))
        });
        self.not_compared.dedup();
        Verdict {
            verdict: answer(self.findings.iter().map(|finding| finding.severity).max()),
            as_of: self.moment.at,
            items,
            findings: self.findings,
            not_compared: self.not_compared,
            supplied_from_papers: self.consignment.supplied_from_papers.clone(),
            regimes: asking.regimes_used(),
            lists: asking.lists_used(),
            edition: Some(self.regimes.edition()),
        }
    }

    /// What an empty element does: the strictest of the regimes that ask for the certificate decides.
    fn empty_element(&self) -> Severity {
        let strictest = self.asked.values().flatten().map(|regime| regime.asks.empty_element).max();
        match strictest.unwrap_or_default() {
            EmptyElement::Warning => Severity::Warning,
            EmptyElement::CannotBeChecked => Severity::Open,
            EmptyElement::DoesNotConform => Severity::Hard,
        }
    }

    /// The items that lean on a certificate.
    fn citing(&self, known: &Known) -> Vec<&'a GoodsItem> {
        self.citing.get(&known.number).cloned().unwrap_or_default()
    }

    fn is_in_set(&self, element: Element) -> bool {
        let Consignment { data_set, security, .. } = self.consignment;
        self.regimes.presence(*data_set, element, *security, self.moment.day) == Presence::InSet
    }

    /// An element that is absent: not in the set, or in it and empty.
    fn absent(&mut self, element: Element, item: Option<u32>, number: CertificateNumber, certified: String) {
        if self.is_in_set(element) {
            let mut finding = Finding::new(FindingCode::ElementEmpty).certificate(number);
            finding.goods_item = item;
            let remedy =
                "the data set has this element and it is empty; have it declared, or supply it from the papers";
            let finding = finding.element(element).certified(&certified).remedy(remedy);
            self.findings.push(finding.severity(self.empty_element()));
        }
        self.not_compared.push(NotCompared { element, goods_item: item, certificate: number, certified });
    }
}

const fn answer(gravest: Option<Severity>) -> Answer {
    match gravest {
        Some(Severity::Hard) => Answer::DoesNotConform,
        Some(Severity::Open) => Answer::CannotBeChecked,
        Some(Severity::Warning | Severity::Information) | None => Answer::Conforms,
    }
}
