//! The regimes on their data: what every question is put to (`asking.rs`).

use std::collections::BTreeMap;
use std::sync::Arc;

use time::Date;

use super::asked::Note;
use super::document::Content;
use super::regime_file::Regime;
use super::{BorderOffices, DataSets, GoodsList, Prefix, RegimeData, Route, StatementSet};
use crate::consignment::{Consignment, DataSet, Element, Presence};
use crate::digest::Digest;
use crate::moment::Moment;
use crate::verdict::{Finding, RegimeStatement, Requirement, Source};
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
pub(super) struct Needed {
    pub(super) place: Option<usize>,
    only_within: Vec<Prefix>,
    /// What to do about it while it is not loaded.
    pub(super) not_loaded: Words,
}

/// A regime with the lists it needs.
pub(super) type Rule = (Arc<Regime>, Vec<Needed>);

/// The regimes on their data: what a verdict rests on. It is made whole and replaced whole.
#[derive(Debug, Clone)]
pub struct Regimes {
    data: RegimeData,
    lists_valid_until: Date,
    fault: Option<String>,
    edition: Digest,
    rules: Vec<Versions<Rule>>,
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
        let begun = move |versions: &&Versions<Rule>| versions.0.first().is_some_and(|(from, _)| *from <= day);
        let regimes = self.rules.iter().filter(begun).filter_map(move |versions| versions.at(day));
        regimes.map(|(regime, _)| regime).filter(move |regime| regime.until.is_none_or(|until| day <= until))
    }

    /// The lists that count on a day.
    pub fn lists(&self, day: Date) -> impl Iterator<Item = &Arc<GoodsList>> {
        self.lists.iter().filter_map(move |versions| versions.at(day))
    }

    /// The versions of each regime with the lists they need, from the first to the last.
    pub(super) fn rules(&self) -> impl Iterator<Item = impl DoubleEndedIterator<Item = &Rule>> {
        self.rules.iter().map(|versions| versions.0.iter().map(|(_, rule)| rule))
    }

    /// The version of the list of a place that counts on a day, with the place of that version.
    pub(super) fn list_of(&self, place: usize, day: Date) -> Option<((usize, usize), &GoodsList)> {
        let versions = self.lists.get(place)?;
        let version = versions.place(day);
        versions.0.get(version).map(|(_, list)| ((place, version), list.as_ref()))
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
}

impl Needed {
    /// Whether the list could have the code at all.
    pub(super) fn could_have(&self, code: Prefix) -> bool {
        let within = |prefix: &Prefix| prefix.covers(code) || code.covers(*prefix);
        self.only_within.is_empty() || self.only_within.iter().any(within)
    }
}

fn needed(id: &str, regime: &Regime, places: &BTreeMap<String, usize>) -> Needed {
    let within = regime.goods.only_within.get(id).into_iter().flatten();
    let only_within = within.map(|code| Prefix::printed(code)).collect();
    let not_loaded = format!(
        "the list {id} is not loaded: look the code up in the act in force; it is settled for good when the operator \
         loads the list with `endmark regime load`"
    );
    let not_loaded = not_loaded.into();
    Needed { place: places.get(id).copied(), only_within, not_loaded }
}

fn in_order<T>(mut versions: Vec<(Date, T)>) -> Versions<T> {
    versions.sort_by_key(|(from, _)| *from);
    Versions(versions)
}
