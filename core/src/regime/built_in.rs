//! The built-in rule set: six rules, in the order in which they are written down in docs/CHECK.md.

use time::Date;

use super::{GoodsList, Listed, RegimeData, Route, StatementSet};
use crate::consignment::{Consignment, GoodsItem};
use crate::goods::Country;
use crate::moment::Moment;
use crate::verdict::{Finding, FindingCode, RegimeStatement, Requirement, Source};

/// One rule: goods of some lists, on the way through some countries, and what then is asked.
struct Rule {
    id: &'static str,
    /// Its version: the day from which it is in force.
    version: &'static str,
    asks: Requirement,
    via: &'static [Country],
    lists: &'static [&'static str],
    /// Whether an office of Lithuania must take part; the Union's bans bind everywhere.
    lithuanian: bool,
    basis: &'static str,
}

/// Sources: Regulations (EU) No 833/2014 and (EC) No 765/2006 as amended to 2025-10-24; Lithuanian Customs, notice of
/// 18 December 2023.
const RULES: [Rule; 6] = [
    Rule {
        id: "EU-RU-2a1a",
        version: "2023-06-24",
        asks: Requirement::Prohibited,
        via: &[Country::RU],
        lists: &["833/2014 Annex VII Part B"],
        lithuanian: false,
        basis: "Regulation (EU) No 833/2014, Article 2a(1a): goods of Annex VII may not transit through Russia",
    },
    Rule {
        id: "EU-RU-3k1a",
        version: "2023-12-19",
        asks: Requirement::Prohibited,
        via: &[Country::RU],
        lists: &["833/2014 Annex XXXVII"],
        lithuanian: false,
        basis: "Regulation (EU) No 833/2014, Article 3k(1a): goods of Annex XXXVII may not transit through Russia",
    },
    Rule {
        id: "EU-BY-1f1a",
        version: "2024-07-01",
        asks: Requirement::Prohibited,
        via: &[Country::BY],
        lists: &["765/2006 Annex Va Part B"],
        lithuanian: false,
        basis: "Regulation (EC) No 765/2006, Article 1f(1a): goods of Annex Va may not transit through Belarus",
    },
    Rule {
        id: "EU-BY-1bb2",
        version: "2024-07-01",
        asks: Requirement::Prohibited,
        via: &[Country::BY],
        lists: &["765/2006 Annex XIX"],
        lithuanian: false,
        basis: "Regulation (EC) No 765/2006, Article 1bb(2): goods of Annex XIX may not transit through Belarus",
    },
    Rule {
        id: "EU-BY-1s1a",
        version: "2024-07-01",
        asks: Requirement::Prohibited,
        via: &[Country::BY],
        lists: &["765/2006 Annex XIVa"],
        lithuanian: false,
        basis: "Regulation (EC) No 765/2006, Article 1s(1a): machinery of Annex XIVa may not transit through Belarus",
    },
    Rule {
        id: "LT-2023-12-18",
        version: "2023-12-18",
        asks: Requirement::CertificateRequired,
        via: &[Country::RU, Country::BY],
        lists: &[
            "833/2014 Annex XXIII",
            "765/2006 Annex XVIII",
            "833/2014 Annex XI",
            "833/2014 Annex XVIII",
            "765/2006 Annex XIV",
        ],
        lithuanian: true,
        basis: LT_BASIS,
    },
];

/// The Lithuanian rule in words an officer can read aloud.
const LT_BASIS: &str = "Lithuanian Customs, 18 December 2023: goods under export restrictions of Regulations (EU) \
     No 833/2014 and (EC) No 765/2006 leave via Russia or Belarus only with the manufacturer's declaration";

/// What the manufacturer must have confirmed (Lithuanian Customs, 3 July 2023).
const STATEMENTS: [&str; 3] = ["S1", "S2", "S3"];

/// What is asked of one goods item.
#[derive(Debug, Clone)]
pub struct ItemRequirement {
    /// The strongest of what the rules ask.
    pub requirement: Requirement,
    /// What each rule that speaks asks.
    pub statements: Vec<RegimeStatement>,
    /// The findings that follow, without the missing certificate.
    pub findings: Vec<Finding>,
}

/// The built-in rule set on its data.
#[derive(Debug, Clone)]
pub struct Regimes {
    data: RegimeData,
    lists_valid_until: Date,
    rule_sources: Vec<Source>,
    list_sources: Vec<Source>,
}

impl Regimes {
    /// The rule set of this version on some data. After `lists_valid_until` the lists may lack amendments, and "not
    /// listed" is unknown.
    pub fn built_in(data: RegimeData, lists_valid_until: Date) -> Self {
        let source = |id: &str, version: &str| Source { id: id.to_owned(), version: version.to_owned() };
        let rule_sources = RULES.iter().map(|rule| source(rule.id, rule.version)).collect();
        let list_sources = data.lists.iter().map(|list| source(list.id(), list.version())).collect();
        Self { data, lists_valid_until, rule_sources, list_sources }
    }

    /// All rules and all lists, with their versions.
    pub fn sources(&self) -> (&[Source], &[Source]) {
        (&self.rule_sources, &self.list_sources)
    }

    /// The statement sets known.
    pub fn statement_sets(&self) -> &[StatementSet] {
        &self.data.statements
    }

    /// The statements that must be confirmed.
    pub const fn demanded_statements(&self) -> &'static [&'static str] {
        &STATEMENTS
    }

    /// The law behind the certificate.
    pub const fn certificate_basis(&self) -> &'static str {
        LT_BASIS
    }

    /// The route of a consignment.
    pub fn route(&self, consignment: &Consignment) -> Route {
        Route::of(consignment, &self.data.offices)
    }

    /// What is asked of one goods item.
    pub fn evaluate(
        &self,
        consignment: &Consignment,
        route: &Route,
        item: &GoodsItem,
        moment: Moment,
    ) -> ItemRequirement {
        let mut asked = Asked { item: item.goods_item_number, statements: Vec::new(), findings: Vec::new() };
        let destination = item.country_of_destination.or(consignment.country_of_destination);
        let licensed = documents(consignment, item).any(is_licence);
        if !route.is_known() {
            let remedy = "declare the countries of routing, or the border office";
            asked.unknown(FindingCode::RoutingUnknown, "ROUTE", "the route decides which rules apply", remedy);
        }
        if let Some(sanctioned) = destination.filter(|country| [Country::RU, Country::BY].contains(country)) {
            let basis = format!("goods for {sanctioned} itself fall under the export bans, which are not judged here");
            asked.unknown(FindingCode::RequirementUnknown, "EXPORT", &basis, "ask the sanctions unit");
        }
        let passed = |country: &Country| route.passes(consignment, *country) && destination != Some(*country);
        let via: Vec<Country> = [Country::RU, Country::BY].into_iter().filter(passed).collect();
        if !via.is_empty() {
            self.apply_rules(consignment, item, moment, &via, licensed, &mut asked);
            if licensed {
                asked.dual_use_under_licence();
            } else if !documents(consignment, item).any(|kind| kind == "Y901") {
                let remedy = "declare Y901 (not on the dual-use list) or the licence";
                asked.unknown(FindingCode::DualUseUndeclared, "EU-DUAL-USE", DUAL_USE_BASIS, remedy);
            }
        }
        let strongest = asked.statements.iter().map(|statement| statement.requirement).max();
        ItemRequirement {
            requirement: strongest.unwrap_or(Requirement::NotRequired),
            statements: asked.statements,
            findings: asked.findings,
        }
    }

    fn apply_rules(
        &self,
        consignment: &Consignment,
        item: &GoodsItem,
        moment: Moment,
        via: &[Country],
        licensed: bool,
        asked: &mut Asked,
    ) {
        let lithuanian = takes_part(consignment, "LT");
        for rule in &RULES {
            let binds = rule.via.iter().any(|country| via.contains(country)) && (lithuanian || !rule.lithuanian);
            if !binds {
                continue;
            }
            let mut unsettled = None;
            let mut listed = false;
            for id in rule.lists {
                let Some(list) = self.data.lists.iter().find(|list| list.id() == *id) else {
                    unsettled = Some(format!("the list {id} is not loaded"));
                    continue;
                };
                match list.find(&item.commodity_code, moment.day) {
                    Listed::Yes(entry) => {
                        asked.listed(rule, list, &entry.label(), licensed);
                        listed = true;
                        break;
                    }
                    Listed::Maybe(entry) => {
                        asked.maybe(rule, list, &entry.label(), !item.citations.is_empty());
                        listed = true;
                    }
                    Listed::No if moment.day > self.lists_valid_until => {
                        let until = crate::day::format(self.lists_valid_until);
                        let loaded = list.version();
                        unsettled = Some(format!(
                            "{id} is complete to {loaded} and counted as complete until {until}; later amendments are \
                             not loaded"
                        ));
                    }
                    Listed::No if list.is_partial() && list.covers_chapter_of(&item.commodity_code) => {
                        unsettled = Some(format!("{id} is loaded in part only, and not listed there says nothing"));
                    }
                    Listed::No => {}
                }
            }
            if let (false, Some(why)) = (listed, unsettled) {
                asked.not_listed_for_certain(rule, &why, !item.citations.is_empty());
            }
        }
    }
}

const DUAL_USE_BASIS: &str = "Regulations (EU) No 833/2014, Article 2, and (EC) No 765/2006, Article 1e: dual-use goods \
     may not transit through Russia or Belarus; the commodity code does not tell whether goods are dual-use";

struct Asked {
    item: u32,
    statements: Vec<RegimeStatement>,
    findings: Vec<Finding>,
}

impl Asked {
    fn state(&mut self, rule: &Rule, requirement: Requirement, list: Option<&GoodsList>, entry: Option<&str>) {
        self.statements.push(RegimeStatement {
            regime: rule.id.to_owned(),
            regime_version: rule.version.to_owned(),
            requirement,
            list: list.map(|list| list.id().to_owned()),
            list_entry: entry.map(str::to_owned),
            legal_basis: rule.basis.to_owned(),
            remedy: None,
        });
    }

    fn listed(&mut self, rule: &Rule, list: &GoodsList, entry: &str, licensed: bool) {
        self.state(rule, rule.asks, Some(list), Some(entry));
        if rule.asks == Requirement::Prohibited {
            let (code, remedy) = if licensed {
                (FindingCode::ProhibitedLicenceDeclared, "see whether the licence declared covers this movement")
            } else {
                (FindingCode::Prohibited, "no certificate lifts this; only a licence of the competent authority can")
            };
            let finding = Finding::new(code).item(self.item).basis(rule.basis).remedy(remedy);
            self.findings
                .push(finding.sides(format!("listed as {entry} in {}", list.id()), "not to be moved this way"));
        }
    }

    /// Listed by description, or declared too coarsely. Whether a certificate is required does not matter once a
    /// good one is cited; whether the movement is prohibited always does.
    fn maybe(&mut self, rule: &Rule, list: &GoodsList, entry: &str, cited: bool) {
        self.state(rule, Requirement::Unknown, Some(list), Some(entry));
        let settled = cited && rule.asks != Requirement::Prohibited;
        let remedy = format!("read entry {entry} of {}: does its description cover these goods?", list.id());
        let finding = Finding::new(FindingCode::DescriptionDecides).item(self.item).basis(rule.basis).remedy(remedy);
        self.findings.push(if settled { finding.severity(crate::verdict::Severity::Information) } else { finding });
    }

    fn not_listed_for_certain(&mut self, rule: &Rule, why: &str, cited: bool) {
        self.state(rule, Requirement::Unknown, None, None);
        if cited && rule.asks != Requirement::Prohibited {
            return;
        }
        let remedy = format!("{why}; look the code up in the act in force");
        self.findings
            .push(Finding::new(FindingCode::RequirementUnknown).item(self.item).basis(rule.basis).remedy(remedy));
    }

    /// A dual-use licence says that the goods are dual-use: their transit is prohibited, unless the licence lifts that.
    fn dual_use_under_licence(&mut self) {
        self.statements.push(RegimeStatement {
            regime: "EU-DUAL-USE".to_owned(),
            regime_version: "built-in".to_owned(),
            requirement: Requirement::Prohibited,
            list: None,
            list_entry: None,
            legal_basis: DUAL_USE_BASIS.to_owned(),
            remedy: None,
        });
        let remedy = "see whether the licence declared covers this movement";
        let finding = Finding::new(FindingCode::ProhibitedLicenceDeclared).item(self.item).basis(DUAL_USE_BASIS);
        self.findings.push(finding.remedy(remedy));
    }

    fn unknown(&mut self, code: FindingCode, regime: &str, basis: &str, remedy: &str) {
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
}

/// The kinds of documents declared for an item: its own and the consignment's.
fn documents<'a>(consignment: &'a Consignment, item: &'a GoodsItem) -> impl Iterator<Item = &'a str> {
    consignment.supporting_documents.iter().chain(&item.supporting_documents).map(|document| document.kind.as_str())
}

/// Licence codes of the X060 series (customs conventions, "12 03 / 12 04").
fn is_licence(kind: &str) -> bool {
    kind.starts_with("X06")
}

/// Whether an office of a country takes part.
fn takes_part(consignment: &Consignment, country: &str) -> bool {
    let named = &consignment.offices;
    let mut offices = std::iter::once(&consignment.office)
        .chain(&named.export)
        .chain(&named.exit)
        .chain(&named.departure)
        .chain(&named.transit)
        .chain(&named.exit_for_transit)
        .chain(&named.destination);
    offices.any(|office| office.as_str().starts_with(country))
}
