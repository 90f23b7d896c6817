//! The built-in rule set: the rules of `rules.rs` on their lists.

use time::Date;

use super::asked::{Asked, Doubt};
use super::rules::{Binds, DUAL_USE_BASIS, LT_BASIS, RULES, Rule, STATEMENTS};
use super::{GoodsList, Listed, Prefix, RegimeData, Route, StatementSet, documents};
use crate::consignment::{Consignment, GoodsItem};
use crate::goods::Country;
use crate::moment::Moment;
use crate::verdict::{Finding, FindingCode, RegimeStatement, Requirement, Source};

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
    /// For each rule, where its lists stand in the data; `None` for one that is not loaded.
    lists_of_rules: Vec<Vec<(&'static str, Option<usize>)>>,
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
        let place = |id: &&'static str| (*id, data.lists.iter().position(|list| list.id() == *id));
        let lists_of_rules = RULES.iter().map(|rule| rule.lists.iter().map(place).collect()).collect();
        Self { data, lists_valid_until, lists_of_rules, rule_sources, list_sources }
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
        let licensed = documents::licence(consignment, item).is_some();
        let mut asked = Asked::new(item.goods_item_number, !item.citations.is_empty(), licensed);
        let destination = item.country_of_destination.or(consignment.country_of_destination);
        let watched = [Country::RU, Country::BY];
        if let Some(sanctioned) = destination.filter(|country| watched.contains(country)) {
            let basis = format!("goods for {sanctioned} itself fall under the export bans, which are not judged here");
            asked.unknown(FindingCode::RequirementUnknown, "EXPORT", &basis, "ask the sanctions unit");
        }
        if let Some(why) = route.unknown {
            let basis = "the route decides which rules apply";
            asked.unknown(FindingCode::RoutingUnknown, "ROUTE", basis, why);
        }
        let passed = |country: &Country| destination != Some(*country) && route.passes(*country);
        let via: Vec<Country> = watched.into_iter().filter(passed).collect();
        if !via.is_empty() {
            self.apply_rules(route, item, moment, &via, &mut asked);
            dual_use(consignment, item, &mut asked);
        }
        asked.done()
    }

    fn apply_rules(&self, route: &Route, item: &GoodsItem, moment: Moment, via: &[Country], asked: &mut Asked) {
        let code = Prefix::declared(&item.commodity_code);
        for (rule, lists) in RULES.iter().zip(&self.lists_of_rules) {
            if rule.binds_on(route) && rule.via.iter().any(|country| via.contains(country)) && rule.reaches(code) {
                self.apply(rule, lists, item, moment, asked);
            }
        }
    }

    fn apply(
        &self,
        rule: &Rule,
        lists: &[(&'static str, Option<usize>)],
        item: &GoodsItem,
        moment: Moment,
        asked: &mut Asked,
    ) {
        let mut maybe = None;
        let mut doubt = None;
        for (id, place) in lists {
            let Some(list) = place.and_then(|place| self.data.lists.get(place)) else {
                doubt = Some(Doubt::NotLoaded(id));
                continue;
            };
            match list.find(&item.commodity_code, moment.day) {
                Listed::Yes(entry) => return asked.listed(rule, list, entry),
                Listed::Maybe(entry) => maybe = maybe.or(Some((list, entry))),
                // A fault outweighs a gap that is known.
                Listed::No => match self.doubt(list, item, moment.day) {
                    Some(found) if !matches!(doubt, Some(Doubt::NotLoaded(_))) => doubt = Some(found),
                    Some(_) | None => {}
                },
            }
        }
        if let Some((list, entry)) = maybe {
            asked.maybe(rule, list, entry);
        }
        match doubt {
            // The officer reads the description either way; a fault must be told beside it.
            Some(Doubt::Partial(_)) if maybe.is_some() => {}
            Some(doubt) => asked.doubt(rule, &doubt),
            None => {}
        }
    }

    /// Why "not listed" of a list cannot be relied on, on this day and for these goods.
    fn doubt<'l>(&self, list: &'l GoodsList, item: &GoodsItem, day: Date) -> Option<Doubt<'l>> {
        if day > self.lists_valid_until {
            let until = crate::day::format(self.lists_valid_until);
            return Some(Doubt::Outdated(list, format!("it counts until {until}, later amendments are not loaded")));
        }
        if day < list.complete_to() {
            return Some(Doubt::Outdated(list, "what stood in it before is not loaded".to_owned()));
        }
        list.leaves_open(&item.commodity_code).then_some(Doubt::Partial(list))
    }
}

impl Rule {
    fn binds_on(&self, route: &Route) -> bool {
        match self.binds {
            Binds::Everywhere => true,
            Binds::WithLithuania => route.lithuania_takes_part,
            Binds::WithoutLithuania => !route.lithuania_takes_part,
        }
    }

    /// Whether the rule's lists could have the code at all.
    fn reaches(&self, code: Prefix) -> bool {
        let within = |prefix: &&str| {
            let prefix = Prefix::printed(prefix);
            prefix.covers(code) || code.covers(prefix)
        };
        self.within.is_empty() || self.within.iter().any(within)
    }
}

/// Y901 settles the question. A licence says that the goods are dual-use, whatever is declared for others beside them:
/// their transit is prohibited, unless the licence lifts that.
fn dual_use(consignment: &Consignment, item: &GoodsItem, asked: &mut Asked) {
    if let Some(licence) = documents::licence(consignment, item) {
        let reference = licence.reference.as_ref().map_or("without reference", |reference| reference.as_str());
        asked.dual_use_under_licence(&format!("{} {reference}", licence.kind), DUAL_USE_BASIS);
    } else if !documents::is_declared_not_dual_use(consignment, item) {
        let remedy = "declare Y901 (not on the dual-use list) or the licence";
        asked.unknown(FindingCode::DualUseUndeclared, "EU-DUAL-USE", DUAL_USE_BASIS, remedy);
    }
}
