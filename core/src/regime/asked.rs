//! What the rules together ask of one goods item, as it is collected.

use super::rules::Rule;
use super::{GoodsList, ItemRequirement, ListEntry};
use crate::verdict::{Finding, FindingCode, RegimeStatement, Requirement, Severity};

/// Why "not listed" cannot be said.
pub(super) enum Doubt<'a> {
    /// The list is not there at all.
    NotLoaded(&'static str),
    /// The acts were read up to another day than the one asked about.
    Outdated(&'a GoodsList, String),
    /// The list is known to lack entries of this chapter.
    Partial(&'a GoodsList),
}

impl Doubt<'_> {
    fn words(&self) -> String {
        match self {
            Self::NotLoaded(id) => format!("the list {id} is not loaded"),
            Self::Outdated(list, why) => format!("{} is complete to {}; {why}", list.id(), list.version()),
            Self::Partial(list) => format!("{} is loaded in part only", list.id()),
        }
    }
}

/// The collector.
pub(super) struct Asked {
    item: u32,
    /// Whether the item cites a certificate.
    cited: bool,
    /// Whether a licence is declared.
    licensed: bool,
    statements: Vec<RegimeStatement>,
    findings: Vec<Finding>,
}

impl Asked {
    pub(super) const fn new(item: u32, cited: bool, licensed: bool) -> Self {
        Self { item, cited, licensed, statements: Vec::new(), findings: Vec::new() }
    }

    pub(super) fn done(self) -> ItemRequirement {
        let strongest = self.statements.iter().map(|statement| statement.requirement).max();
        ItemRequirement {
            requirement: strongest.unwrap_or(Requirement::NotRequired),
            statements: self.statements,
            findings: self.findings,
        }
    }

    fn find(&self, code: FindingCode, rule: &Rule, remedy: impl ToString) -> Finding {
        Finding::new(code).item(self.item).basis(rule.basis).remedy(remedy)
    }

    /// The goods are on a list of the rule.
    pub(super) fn listed(&mut self, rule: &Rule, list: &GoodsList, entry: &ListEntry) {
        let entry = entry.label();
        let listed = format!("listed as {entry} in {}", list.id());
        self.state(rule, rule.asks, Some((list, entry)), None);
        let finding = match rule.asks {
            Requirement::Prohibited if self.licensed => {
                let remedy = "see whether the licence declared covers this movement";
                self.find(FindingCode::ProhibitedLicenceDeclared, rule, remedy)
                    .sides(listed, "not to be moved this way")
            }
            Requirement::Prohibited => {
                let remedy = "no certificate lifts this; only a licence of the competent authority can";
                self.find(FindingCode::Prohibited, rule, remedy).sides(listed, "not to be moved this way")
            }
            Requirement::Unknown => {
                let remedy = format!("{listed}: read what the rule asks for these goods");
                self.open(FindingCode::RequirementUnknown, rule, remedy)
            }
            Requirement::CertificateRequired | Requirement::OtherDocumentRequired | Requirement::NotRequired => return,
        };
        self.findings.push(finding);
    }

    /// Listed by description, or declared too coarsely.
    pub(super) fn maybe(&mut self, rule: &Rule, list: &GoodsList, entry: &ListEntry) {
        let entry = entry.label();
        let remedy = format!("does the entry {entry} of {} cover these goods? read its description", list.id());
        self.state(rule, Requirement::Unknown, Some((list, entry)), Some(&remedy));
        let finding = self.open(FindingCode::DescriptionDecides, rule, remedy);
        self.findings.push(finding);
    }

    /// No list that is loaded has the goods, but another one or a later state of it could.
    pub(super) fn doubt(&mut self, rule: &Rule, doubt: &Doubt<'_>) {
        let remedy = format!("{}: look the code up in the act in force", doubt.words());
        self.state(rule, Requirement::Unknown, None, Some(&remedy));
        // That an act is read in part only is known and settled by a certificate like any entry by description; a
        // list that is missing or too old is a fault of this register, and a fault never yields a yes.
        let finding = match doubt {
            Doubt::Partial(_) => self.open(FindingCode::RequirementUnknown, rule, remedy),
            Doubt::NotLoaded(_) | Doubt::Outdated(..) => self.find(FindingCode::RequirementUnknown, rule, remedy),
        };
        self.findings.push(finding);
    }

    /// A question outside the rules' lists.
    pub(super) fn unknown(&mut self, code: FindingCode, regime: &str, basis: &str, remedy: &str) {
        self.statements.push(RegimeStatement {
            regime: regime.to_owned(),
            regime_version: "built-in".to_owned(),
            requirement: Requirement::Unknown,
            list: None,
            list_entry: None,
            legal_basis: basis.to_owned(),
            remedy: Some(remedy.to_owned()),
        });
        self.findings.push(Finding::new(code).item(self.item).basis(basis).remedy(remedy));
    }

    /// Dual-use goods by their own licence.
    pub(super) fn dual_use_under_licence(&mut self, licence: &str, basis: &str) {
        let remedy = "see whether the licence declared covers this movement";
        self.statements.push(RegimeStatement {
            regime: "EU-DUAL-USE".to_owned(),
            regime_version: "built-in".to_owned(),
            requirement: Requirement::Prohibited,
            list: None,
            list_entry: None,
            legal_basis: basis.to_owned(),
            remedy: Some(remedy.to_owned()),
        });
        let finding = Finding::new(FindingCode::ProhibitedLicenceDeclared).item(self.item).basis(basis);
        self.findings.push(finding.sides(licence, "a licence that covers transit by this route").remedy(remedy));
    }

    /// Open, unless the certificate cited answers the question either way.
    fn open(&self, code: FindingCode, rule: &Rule, remedy: String) -> Finding {
        let finding = self.find(code, rule, remedy);
        if self.cited && rule.is_answered_by_a_certificate() {
            return finding.severity(Severity::Information);
        }
        finding
    }

    fn state(&mut self, rule: &Rule, asks: Requirement, listed: Option<(&GoodsList, String)>, remedy: Option<&str>) {
        let (list, list_entry) = listed.map(|(list, entry)| (list.id().to_owned(), entry)).unzip();
        self.statements.push(RegimeStatement {
            regime: rule.id.to_owned(),
            regime_version: rule.version.to_owned(),
            requirement: asks,
            list,
            list_entry,
            legal_basis: rule.basis.to_owned(),
            remedy: remedy.map(str::to_owned),
        });
    }
}
