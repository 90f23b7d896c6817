//! What the regimes together ask of one goods item, as it is collected.

use std::sync::Arc;

use super::applies::InPlay;
use super::asking::Open;
use super::list::Entry;
use super::regime_file::{Issuer, Regime, Unit};
use super::{GoodsList, ItemRequirement, documents};
use crate::consignment::{Consignment, Document, GoodsItem};
use crate::verdict::{
    DocumentAsked, Finding, FindingCode, RegimeInPlay, RegimeStatement, Requirement, Severity, Source,
};
use crate::words::Words;

/// Why "not listed" cannot be said, and what would settle it.
#[derive(Clone, Copy)]
pub(super) enum Doubt<'a> {
    /// The list is known to lack entries of this chapter.
    Partial(&'a Words),
    /// After the day until which the list is presumed complete, or before the day whose state it shows.
    OutsideItsTime(&'a Words),
    /// The list is not there at all.
    NotLoaded(&'a Words),
}

impl Doubt<'_> {
    /// A fault of this register weighs more than a gap that is known, and what is not there at all the most.
    pub(super) const fn weight(&self) -> u8 {
        match self {
            Self::Partial(_) => 0,
            Self::OutsideItsTime(_) => 1,
            Self::NotLoaded(_) => 2,
        }
    }
}

/// What is worth knowing of a consignment as a whole: another document than the manufacturer's must be shown.
#[derive(Debug, Clone)]
pub struct Note(Arc<Regime>);

impl Note {
    /// Whether it says the same.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// As the finding that it is.
    pub fn finding(&self) -> Finding {
        let regime = &self.0;
        let missing = regime.asks.if_missing.as_ref().map(|missing| format!("; if it is missing: {missing}"));
        let remedy = format!("have it shown: {}{}", document(regime), missing.unwrap_or_default());
        Finding::new(FindingCode::OtherDocumentRequired).basis(&regime.legal_basis).remedy(remedy)
    }
}

/// A regime that has come into play for a goods item.
#[derive(Clone, Copy)]
pub(super) struct Speaking<'a> {
    pub(super) regime: &'a Arc<Regime>,
    pub(super) in_play: InPlay,
    pub(super) consignment: &'a Consignment,
    pub(super) item: &'a GoodsItem,
}

impl Speaking<'_> {
    /// The licence declared that may lift what the regime asks.
    fn licence(&self) -> Option<&Document> {
        documents::licence(&self.regime.asks, self.consignment, self.item)
    }
}

/// The collector.
pub(super) struct Asked {
    item: u32,
    /// Whether the item cites a certificate.
    cited: bool,
    all: ItemRequirement,
}

const EVALUATION: &str = "evaluation";

impl Asked {
    pub(super) const fn new(item: &GoodsItem) -> Self {
        Self {
            item: item.goods_item_number,
            cited: !item.citations.is_empty(),
            all: ItemRequirement {
                requirement: Requirement::NotRequired,
                statements: Vec::new(),
                findings: Vec::new(),
                notes: Vec::new(),
                demands: Vec::new(),
            },
        }
    }

    pub(super) fn done(self) -> ItemRequirement {
        self.all
    }

    /// How much was said so far.
    pub(super) const fn said(&self) -> usize {
        self.all.statements.len()
    }

    fn find(&self, code: FindingCode, regime: &Regime, remedy: impl ToString) -> Finding {
        Finding::new(code).item(self.item).basis(&regime.legal_basis).remedy(remedy)
    }

    /// The goods are on a list of the regime, or it is for all goods.
    pub(super) fn listed(&mut self, speaking: Speaking<'_>, list: Option<(&GoodsList, Entry)>) {
        let regime = speaking.regime;
        let listed = || list.map(|(list, entry)| format!("{} ({})", list.label(entry), list.id()));
        let shown = |finding: Finding| match listed() {
            Some(listed) => finding.declared(listed),
            None => finding,
        };
        if let InPlay::Maybe(why) = speaking.in_play {
            let remedy = format!("{why}: then it can be told whether {} asks something", regime.id).into();
            let finding = shown(self.open(FindingCode::RequirementUnknown, regime, &remedy));
            self.state(regime, Requirement::Unknown, list, Some(remedy));
            self.all.findings.push(finding);
            return;
        }
        self.state(regime, regime.asks.answer, list, regime.asks.remedy.clone());
        let finding = match regime.asks.answer {
            Requirement::Prohibited if speaking.licence().is_some() => {
                let remedy = "see whether the licence declared covers this movement";
                shown(self.find(FindingCode::ProhibitedLicenceDeclared, regime, remedy))
            }
            Requirement::Prohibited => {
                let remedy = "no certificate lifts this; only a licence of the competent authority can";
                let remedy = regime.asks.remedy.as_deref().unwrap_or(remedy);
                shown(self.find(FindingCode::Prohibited, regime, remedy))
            }
            Requirement::Unknown => {
                let what = regime.asks.remedy.as_deref().unwrap_or("read what the rule asks for these goods");
                let goods =
                    listed().map_or_else(|| "goods of every kind".to_owned(), |listed| format!("listed as {listed}"));
                shown(self.open(FindingCode::RequirementUnknown, regime, format!("{goods}: {what}")))
            }
            // Shown, never judged: one note for all items.
            Requirement::OtherDocumentRequired => {
                self.all.notes.push(Note(Arc::clone(regime)));
                return;
            }
            Requirement::CertificateRequired | Requirement::NotRequired => return,
        };
        self.all.findings.push(finding);
    }

    /// Listed by description, or declared too coarsely.
    pub(super) fn maybe(&mut self, speaking: Speaking<'_>, list: &GoodsList, entry: Entry) {
        let regime = speaking.regime;
        let remedy =
            format!("does the entry {} of {} cover these goods? read its description", list.label(entry), list.id());
        let remedy = Words::from(remedy);
        let finding = self.open(FindingCode::DescriptionDecides, regime, &remedy);
        // Another document is shown and never judged, so whether it is asked for leaves nothing open.
        if regime.asks.answer == Requirement::OtherDocumentRequired {
            self.state(regime, regime.asks.answer, Some((list, entry)), Some(remedy));
            self.all.notes.push(Note(Arc::clone(regime)));
            self.all.findings.push(finding.severity(Severity::Information));
            return;
        }
        self.state(regime, Requirement::Unknown, Some((list, entry)), Some(remedy));
        self.all.findings.push(finding);
    }

    /// No list that is loaded has the goods, but another one or a later state of it could.
    pub(super) fn doubt(&mut self, speaking: Speaking<'_>, doubt: Doubt<'_>) {
        let regime = speaking.regime;
        // That an act is read in part only is known and settled by a certificate like any entry by description; a
        // list that is missing or too old is a fault of this register, and a fault never yields a yes.
        let (remedy, finding) = match doubt {
            Doubt::Partial(remedy) => (remedy, self.open(FindingCode::RequirementUnknown, regime, remedy)),
            Doubt::NotLoaded(remedy) | Doubt::OutsideItsTime(remedy) => {
                (remedy, self.find(FindingCode::RequirementUnknown, regime, remedy))
            }
        };
        self.state(regime, Requirement::Unknown, None, Some(remedy.clone()));
        self.all.findings.push(finding);
    }

    /// A question of the evaluation itself.
    pub(super) fn unknown(&mut self, open: &Open) {
        self.all.requirement = self.all.requirement.max(Requirement::Unknown);
        self.all.statements.push(RegimeStatement {
            regime: open.name.clone(),
            regime_version: EVALUATION.into(),
            requirement: Requirement::Unknown,
            list: None,
            list_version: None,
            list_entry: None,
            remedy: Some(open.remedy.clone()),
        });
        self.all.findings.push(Finding::new(open.code).item(self.item).basis(&open.basis).remedy(&open.remedy));
    }

    /// Goods that no code tells: a document settles the question, or a licence says that they are meant.
    pub(super) fn dual_use(&mut self, speaking: Speaking<'_>) {
        let regime = speaking.regime;
        if let Some(licence) = speaking.licence() {
            let reference = licence.reference.as_ref().map_or("", |reference| reference.as_str());
            let remedy = "see whether the licence declared covers this movement";
            self.state(regime, regime.asks.answer, None, Some(remedy.into()));
            let finding = self.find(FindingCode::ProhibitedLicenceDeclared, regime, remedy);
            self.all.findings.push(finding.declared(format!("{} {reference}", licence.kind).trim_end()));
        } else if !documents::settled(&regime.asks, speaking.consignment, speaking.item) {
            let remedy = regime.asks.remedy.clone().unwrap_or_else(|| "declare whether the goods are dual-use".into());
            let finding = self.find(FindingCode::DualUseUndeclared, regime, &remedy);
            self.state(regime, Requirement::Unknown, None, Some(remedy));
            self.all.findings.push(finding);
        }
    }

    /// Open, unless the certificate cited answers the question either way.
    fn open(&self, code: FindingCode, regime: &Regime, remedy: impl ToString) -> Finding {
        let finding = self.find(code, regime, remedy);
        if self.cited && regime.asks.is_settled_by_a_certificate() {
            return finding.severity(Severity::Information);
        }
        finding
    }

    fn state(
        &mut self,
        regime: &Arc<Regime>,
        asks: Requirement,
        listed: Option<(&GoodsList, Entry)>,
        remedy: Option<Words>,
    ) {
        self.all.requirement = self.all.requirement.max(asks);
        if regime.asks.demands_a_certificate() {
            self.all.demands.push(Arc::clone(regime));
        }
        let list = listed.map(|(list, _)| list);
        self.all.statements.push(RegimeStatement {
            regime: regime.id.clone(),
            regime_version: regime.version.clone(),
            requirement: asks,
            list: list.map(|list| list.id().clone()),
            list_version: list.map(|list| list.version().clone()),
            list_entry: listed.map(|(list, entry)| list.label(entry)),
            remedy,
        });
    }
}

impl Regime {
    /// Its name and version.
    pub(super) fn source(&self) -> Source {
        Source { id: self.id.clone(), version: self.version.clone() }
    }

    /// As a verdict shows it.
    pub(super) fn shown(&self, speaks: bool) -> RegimeInPlay {
        RegimeInPlay {
            source: self.source(),
            legal_basis: speaks.then(|| self.legal_basis.clone()),
            document: speaks.then(|| asked_document(self)).flatten(),
        }
    }
}

/// The document that a regime asks for, in words: `no-re-export clause (exporter)`.
fn document(regime: &Regime) -> String {
    let name = regime.asks.document.as_deref().unwrap_or("another document");
    regime.asks.issuer.map_or_else(|| name.to_owned(), |issuer| format!("{name} (by the {})", issuer.words()))
}

fn asked_document(regime: &Regime) -> Option<DocumentAsked> {
    let asks = &regime.asks;
    asks.document.as_ref().map(|name| DocumentAsked {
        document: name.clone(),
        issuer: asks.issuer.map(|issuer| issuer.words().to_owned()),
        covers: asks.unit.map(|unit| unit.words().to_owned()),
        form: asks.form.clone(),
        if_missing: asks.if_missing.clone(),
        proof_of_arrival_days: asks.proof_of_arrival_days,
    })
}

impl Issuer {
    /// As people say it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Manufacturer => "manufacturer",
            Self::Exporter => "exporter",
            Self::Seller => "seller",
            Self::EconomicOperator => "economic operator",
        }
    }
}

impl Unit {
    /// As people say it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Movement => "movement",
            Self::Declaration => "declaration",
            Self::Truck => "truck",
            Self::Consignment => "consignment",
            Self::Contract => "contract",
            Self::Company => "company",
        }
    }
}
