//! The evaluation: every regime in force, on its lists, for one goods item at one moment.

use std::collections::BTreeMap;
use std::sync::Arc;

use time::Date;

use super::applies::{InPlay, Question};
use super::asked::{Asked, Doubt, Note, Speaking};
use super::document::Content;
use super::regime_file::Regime;
use super::{BorderOffices, DataSets, GoodsList, ListEntry, Listed, Prefix, RegimeData, Route, StatementSet};
use crate::consignment::{Consignment, DataSet, Element, GoodsItem, Presence};
use crate::digest::Digest;
use crate::moment::Moment;
use crate::verdict::{Finding, FindingCode, RegimeStatement, Requirement, Source};
use crate::words::Words;

/// What is asked of one goods item.
#[derive(Debug, Clone)]
pub struct ItemRequirement {
    /// The strongest of what the regimes ask.
    pub requirement: Requirement,
    /// What each regime that speaks asks.
    pub statements: Vec<RegimeStatement>,
    /// The findings that follow, without the missing certificate.
    pub findings: Vec<Finding>,
    /// What is worth knowing of the consignment as a whole: the same for every item that a regime speaks of.
    pub notes: Vec<Note>,
    /// The regimes that ask for the manufacturer's certificate, or may.
    pub demands: Vec<Arc<Regime>>,
    /// The regimes that came into play: their places, and whether they say something.
    pub(super) regimes_used: Vec<((usize, usize), bool)>,
    /// The lists that were asked.
    pub(super) lists_used: Vec<(usize, usize)>,
}

/// The versions of one document, by the day from which they count.
#[derive(Debug, Clone)]
struct Versions<T>(Vec<(Date, T)>);

impl<T> Versions<T> {
    /// The place of the one that counts on a day; before the first, the first.
    fn place(&self, day: Date) -> usize {
        self.0.partition_point(|(from, _)| *from <= day).saturating_sub(1)
    }

    fn at(&self, day: Date) -> Option<&T> {
        self.0.get(self.place(day)).map(|(_, value)| value)
    }
}

/// A list that a regime needs.
#[derive(Debug, Clone)]
struct Needed {
    place: Option<usize>,
    only_within: Vec<Prefix>,
    /// What to do about it while it is not loaded.
    not_loaded: Words,
}

/// The regimes on their data: what a verdict rests on. It is made whole and replaced whole.
#[derive(Debug, Clone)]
pub struct Regimes {
    data: RegimeData,
    lists_valid_until: Date,
    fault: Option<String>,
    edition: Digest,
    rules: Vec<Versions<(Arc<Regime>, Vec<Needed>)>>,
    lists: Vec<Versions<Arc<GoodsList>>>,
    statements: Vec<StatementSet>,
    offices: Versions<BorderOffices>,
    data_sets: Versions<DataSets>,
}

impl Regimes {
    /// The regimes of some data. After `lists_valid_until` a list that names no day of its own may lack amendments,
    /// and "not listed" is unknown.
    pub fn new(data: RegimeData, lists_valid_until: Date) -> Self {
        let mut regimes: BTreeMap<&str, Vec<(Date, Arc<Regime>)>> = BTreeMap::new();
        let mut lists: BTreeMap<&str, Vec<(Date, Arc<GoodsList>)>> = BTreeMap::new();
        let (mut offices, mut data_sets) = (Vec::new(), Vec::new());
        // Later loaded wins among versions of one day: the sort is stable.
        for document in data.documents() {
            let (id, from) = (document.id.as_str(), document.from);
            match &document.content {
                Content::Regime(regime) => {
                    regimes.entry(id).or_default().push((from, Arc::clone(regime)));
                }
                Content::List(list) => lists.entry(id).or_default().push((from, Arc::clone(list))),
                Content::BorderOffices(table) => offices.push((from, table.clone())),
                Content::DataSets(table) => data_sets.push((from, table.clone())),
                Content::Statements(_) => {}
            }
        }
        let places: BTreeMap<String, usize> =
            lists.keys().enumerate().map(|(place, id)| ((*id).to_owned(), place)).collect();
        let needs = |regime: &Regime| regime.goods.lists.iter().map(|id| needed(id, regime, &places)).collect();
        let with_needs = |(from, regime): (Date, Arc<Regime>)| {
            let needs = needs(&regime);
            (from, (regime, needs))
        };
        let rules =
            regimes.into_values().map(|of_one| in_order(of_one.into_iter().map(with_needs).collect())).collect();
        let lists = lists.into_values().map(in_order).collect();
        let statements = data.statement_sets();
        let edition = data.edition();
        let (offices, data_sets) = (in_order(offices), in_order(data_sets));
        Self { data, lists_valid_until, fault: None, edition, rules, lists, statements, offices, data_sets }
    }

    /// With a fault of the register that leaves every question open.
    #[must_use]
    pub fn with_fault(mut self, fault: String) -> Self {
        self.fault = Some(fault);
        self
    }

    /// The fault that leaves every question open.
    pub fn fault(&self) -> Option<&str> {
        self.fault.as_deref()
    }

    /// The documents.
    pub const fn data(&self) -> &RegimeData {
        &self.data
    }

    /// The last day for lists that name none.
    pub const fn lists_valid_until(&self) -> Date {
        self.lists_valid_until
    }

    /// SHA-256 that stands for every document in every version: with it an answer can be given again.
    pub const fn edition(&self) -> Digest {
        self.edition
    }

    /// All regimes and all lists that count on a day, with their versions.
    pub fn sources(&self, day: Date) -> (Vec<Source>, Vec<Source>) {
        (
            self.in_force(day).map(|regime| regime.source()).collect(),
            self.lists(day).map(|list| list.source()).collect(),
        )
    }

    /// The regimes whose version counts on a day and is in force then.
    pub fn in_force(&self, day: Date) -> impl Iterator<Item = &Arc<Regime>> {
        let begun = move |versions: &&Versions<(Arc<Regime>, Vec<Needed>)>| {
            versions.0.first().is_some_and(|(from, _)| *from <= day)
        };
        let regimes = self.rules.iter().filter(begun).filter_map(move |versions| versions.at(day));
        regimes.map(|(regime, _)| regime).filter(move |regime| regime.until.is_none_or(|until| day <= until))
    }

    /// The lists that count on a day.
    pub fn lists(&self, day: Date) -> impl Iterator<Item = &Arc<GoodsList>> {
        self.lists.iter().filter_map(move |versions| versions.at(day))
    }

    /// The regime at a place.
    pub(super) fn regime_at(&self, (series, version): (usize, usize)) -> Option<&Regime> {
        self.rules.get(series)?.0.get(version).map(|(_, (regime, _))| regime.as_ref())
    }

    /// The list at a place.
    pub(super) fn list_at(&self, (series, version): (usize, usize)) -> Option<&GoodsList> {
        self.lists.get(series)?.0.get(version).map(|(_, list)| list.as_ref())
    }

    /// The statement sets known.
    pub fn statement_sets(&self) -> &[StatementSet] {
        &self.statements
    }

    /// The route of a consignment.
    pub fn route(&self, consignment: &Consignment, moment: Moment) -> Route {
        match self.offices.at(moment.day) {
            Some(offices) => Route::of(consignment, offices),
            None => Route::of(consignment, &BorderOffices::default()),
        }
    }

    /// Whether a data set has an element.
    pub fn presence(&self, set: DataSet, element: Element, security: bool, day: Date) -> Presence {
        self.data_sets.at(day).map_or(Presence::InSet, |table| table.presence(set, element, security))
    }

    /// What is asked of one goods item.
    pub fn evaluate(
        &self,
        consignment: &Consignment,
        route: &Route,
        item: &GoodsItem,
        moment: Moment,
    ) -> ItemRequirement {
        self.answer(&Question { consignment, route, item, moment, contract: None })
    }

    /// What is asked of one goods item under a contract whose day may be known.
    pub fn answer(&self, question: &Question<'_>) -> ItemRequirement {
        let mut asked = Asked::new(question);
        if let Some(fault) = &self.fault {
            let basis = "the regimes of this register were changed outside the service";
            asked.unknown(FindingCode::RequirementUnknown, "REGISTER", basis, &format!("{fault}; tell the operator"));
        }
        if let Some(why) = question.route.unknown {
            let basis = "the route decides which rules apply";
            asked.unknown(FindingCode::RoutingUnknown, "ROUTE", basis, why);
        }
        let mut looked = vec![None; self.lists.len()];
        for (series, versions) in self.rules.iter().enumerate() {
            let latest = versions.0.iter().enumerate().rev();
            let found =
                latest.map(|(place, (_, regime))| (place, regime)).find(|(_, (regime, _))| regime.has_begun(question));
            let Some((version, (regime, needs))) = found else { continue };
            let in_play = regime.in_play(question);
            if in_play == InPlay::No {
                continue;
            }
            asked.uses_regime((series, version));
            let speaking = Speaking { regime, in_play };
            if regime.goods.dual_use {
                asked.dual_use(speaking, question);
            } else if regime.goods.all {
                asked.listed(speaking, None, question);
            } else {
                self.look_up(speaking, needs, question, &mut looked, &mut asked);
            }
        }
        asked.done()
    }

    fn look_up<'l>(
        &'l self,
        speaking: Speaking<'_>,
        needs: &'l [Needed],
        question: &Question<'_>,
        looked: &mut [Option<(Date, Listed<'l>)>],
        asked: &mut Asked,
    ) {
        let code = &question.item.commodity_code;
        let day = question.day(speaking.regime.governing_date);
        let mut maybe: Option<(&GoodsList, &ListEntry)> = None;
        let mut doubt: Option<Doubt<'_>> = None;
        for need in needs {
            let found = need.place.and_then(|place| Some((place, self.lists.get(place)?)));
            let Some((place, versions)) = found else {
                if need.could_have(Prefix::declared(code)) {
                    doubt = Some(Doubt::NotLoaded(&need.not_loaded));
                }
                continue;
            };
            let version = versions.place(day);
            let Some((_, list)) = versions.0.get(version) else { continue };
            asked.uses_list((place, version));
            // Several regimes ask the same list of the same day.
            let known = looked.get(place).copied().flatten().filter(|(of, _)| *of == day);
            let listed = known.map_or_else(|| list.find(code, day), |(_, listed)| listed);
            if let Some(slot) = looked.get_mut(place) {
                *slot = Some((day, listed));
            }
            match listed {
                Listed::Yes(entry) => return asked.listed(speaking, Some((list, entry)), question),
                Listed::Maybe(entry) => maybe = maybe.or(Some((list, entry))),
                // A fault outweighs a gap that is known.
                Listed::No => match self.doubt(list, question.item, day) {
                    Some(found) if !matches!(doubt, Some(Doubt::NotLoaded(_))) => doubt = Some(found),
                    Some(_) | None => {}
                },
            }
        }
        if let Some((list, entry)) = maybe {
            asked.maybe(speaking, list, entry);
        }
        match doubt {
            // The officer reads the description either way; a fault must be told beside it.
            Some(Doubt::Partial(_)) if maybe.is_some() => {}
            Some(doubt) => asked.doubt(speaking, doubt),
            None => {}
        }
    }

    /// Why "not listed" of a list cannot be relied on, on this day and for these goods.
    fn doubt<'l>(&self, list: &'l GoodsList, item: &GoodsItem, day: Date) -> Option<Doubt<'l>> {
        let valid_until = list.head().valid_until.unwrap_or(self.lists_valid_until);
        if day > valid_until {
            return Some(Doubt::Outlived(list, valid_until));
        }
        if day < list.head().complete_to {
            return Some(Doubt::TooYoung(list));
        }
        list.leaves_open(&item.commodity_code).then_some(Doubt::Partial(list))
    }
}

impl Needed {
    /// Whether the list could have the code at all.
    fn could_have(&self, code: Prefix) -> bool {
        let within = |prefix: &Prefix| prefix.covers(code) || code.covers(*prefix);
        self.only_within.is_empty() || self.only_within.iter().any(within)
    }
}

fn needed(id: &str, regime: &Regime, places: &BTreeMap<String, usize>) -> Needed {
    let within = regime.goods.only_within.get(id).into_iter().flatten();
    let only_within = within.map(|code| Prefix::printed(code)).collect();
    let not_loaded = format!("the list {id} is not loaded: look the code up in the act in force").into();
    Needed { place: places.get(id).copied(), only_within, not_loaded }
}

fn in_order<T>(mut versions: Vec<(Date, T)>) -> Versions<T> {
    versions.sort_by_key(|(from, _)| *from);
    Versions(versions)
}
