//! The law asked about one consignment: what is the same for all its goods items is judged once, and each list is
//! looked into once an item, however many regimes need it.

use std::sync::Arc;

use time::Date;

use super::applies::{InPlay, Question};
use super::asked::{Asked, Doubt, Speaking};
use super::evaluate::Needed;
use super::list::Found;
use super::{GoodsList, ItemRequirement, Prefix, Regime, Regimes};
use crate::consignment::GoodsItem;
use crate::verdict::{FindingCode, RegimeInPlay, Source};
use crate::words::Words;

/// A question to the regimes about a consignment, goods item by goods item.
#[derive(Debug)]
pub struct Asking<'a> {
    question: Question<'a>,
    /// What leaves every item open, whatever it is: a fault of the register, an unknown road.
    open: Vec<Open>,
    applied: Vec<Applied<'a>>,
    slots: Vec<Slot<'a>>,
}

/// A question of the evaluation itself.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) code: FindingCode,
    pub(super) name: Words,
    pub(super) basis: Words,
    pub(super) remedy: Words,
}

/// A regime in the version that counts.
#[derive(Debug)]
struct Applied<'a> {
    regime: &'a Arc<Regime>,
    /// Whether it comes into play for items that go where the consignment goes, their condition aside.
    usually: InPlay,
    needs: Vec<Need<'a>>,
    came_into_play: bool,
    spoke: bool,
}

/// A list that a regime needs: where it is looked into, or that it is not there.
#[derive(Debug)]
enum Need<'a> {
    Slot(usize),
    NotLoaded(&'a Needed),
}

/// A list on a day, and what it says of the item that is asked about.
#[derive(Debug)]
struct Slot<'a> {
    place: (usize, usize),
    list: &'a GoodsList,
    day: Date,
    /// Why "not listed" cannot be relied on, on this day.
    outside_its_time: Option<Words>,
    /// The same for goods that a list which is loaded in part may lack.
    in_part: Option<Words>,
    found: Option<Found>,
    used: bool,
}

impl<'a> Asking<'a> {
    pub(super) fn new(regimes: &'a Regimes, question: Question<'a>) -> Self {
        let mut asking = Self { question, open: Vec::new(), applied: Vec::new(), slots: Vec::new() };
        if let Some(fault) = regimes.fault() {
            let basis = "the regimes of this register were changed outside the service";
            asking.leave_open(
                FindingCode::RequirementUnknown,
                "REGISTER",
                basis,
                &format!("{fault}; tell the operator"),
            );
        }
        if let Some(why) = question.route.unknown {
            asking.leave_open(FindingCode::RoutingUnknown, "ROUTE", "the route decides which rules apply", why);
        }
        for versions in regimes.rules() {
            let mut latest = versions.rev();
            let Some((regime, needs)) = latest.find(|(rule, _)| rule.has_begun(&question)) else {
                continue;
            };
            if regime.in_force(&question) == InPlay::No {
                continue;
            }
            let day = question.day(regime.governing_date);
            let needs = needs.iter().map(|need| asking.need(regimes, need, day)).collect();
            let usually = regime.in_play(&question, question.consignment.country_of_destination);
            asking.applied.push(Applied { regime, usually, needs, came_into_play: false, spoke: false });
        }
        asking
    }

    fn leave_open(&mut self, code: FindingCode, name: &str, basis: &str, remedy: &str) {
        self.open.push(Open { code, name: name.into(), basis: basis.into(), remedy: remedy.into() });
    }

    /// Several regimes ask the same list of the same day.
    fn need(&mut self, regimes: &'a Regimes, need: &'a Needed, day: Date) -> Need<'a> {
        let Some((place, list)) = need.place.and_then(|place| regimes.list_of(place, day)) else {
            return Need::NotLoaded(need);
        };
        let same = |slot: &Slot<'_>| slot.place == place && slot.day == day;
        Need::Slot(self.slots.iter().position(same).unwrap_or_else(|| {
            let valid_until = list.head().valid_until.unwrap_or(regimes.lists_valid_until());
            let (outside_its_time, in_part) = (outside_its_time(list, day, valid_until), in_part(list));
            self.slots.push(Slot { place, list, day, outside_its_time, in_part, found: None, used: false });
            self.slots.len().saturating_sub(1)
        }))
    }

    /// What is asked of one goods item.
    pub fn of(&mut self, item: &GoodsItem) -> ItemRequirement {
        let question = self.question;
        let mut asked = Asked::new(item);
        for open in &self.open {
            asked.unknown(open);
        }
        for slot in &mut self.slots {
            slot.found = None;
        }
        let declared = Prefix::declared(&item.commodity_code);
        for applied in &mut self.applied {
            // Few items have a destination of their own.
            let in_play = match item.country_of_destination {
                None => applied.usually,
                own => applied.regime.in_play(&question, own),
            };
            let in_play = in_play.and(|| applied.regime.applies.fits_condition(item));
            if in_play == InPlay::No {
                continue;
            }
            applied.came_into_play = true;
            let regime = applied.regime;
            let speaking = Speaking { regime, in_play, consignment: question.consignment, item };
            let said = asked.said();
            if regime.goods.dual_use {
                asked.dual_use(speaking);
            } else if regime.goods.all {
                asked.listed(speaking, None);
            } else {
                look_up(speaking, &applied.needs, &mut self.slots, declared, &mut asked);
            }
            applied.spoke |= asked.said() > said;
        }
        asked.done()
    }

    /// The regimes that came into play for an item, with the law of those that said something.
    pub fn regimes_used(&self) -> Vec<RegimeInPlay> {
        let used = self.applied.iter().filter(|applied| applied.came_into_play);
        used.map(|applied| applied.regime.shown(applied.spoke)).collect()
    }

    /// The lists that were asked.
    pub fn lists_used(&self) -> Vec<Source> {
        let mut used: Vec<&Slot<'_>> = self.slots.iter().filter(|slot| slot.used).collect();
        used.sort_by_key(|slot| slot.place);
        used.dedup_by_key(|slot| slot.place);
        used.into_iter().map(|slot| slot.list.source()).collect()
    }
}

/// Asks the lists of a regime in their order, until one has the goods.
fn look_up(speaking: Speaking<'_>, needs: &[Need<'_>], slots: &mut [Slot<'_>], declared: Prefix, asked: &mut Asked) {
    let mut maybe = None;
    for need in needs {
        let Need::Slot(place) = need else { continue };
        let Some(slot) = slots.get_mut(*place) else { continue };
        slot.used = true;
        let (list, day) = (slot.list, slot.day);
        match *slot.found.get_or_insert_with(|| list.look_up(declared, day)) {
            Found::Yes(entry) => return asked.listed(speaking, Some((list, entry))),
            Found::Maybe(entry) => maybe = maybe.or(Some((list, entry))),
            Found::No => {}
        }
    }
    let doubts = needs.iter().filter_map(|need| match need {
        Need::NotLoaded(need) => need.could_have(declared).then_some(Doubt::NotLoaded(&need.not_loaded)),
        Need::Slot(place) => slots.get(*place).and_then(|slot| slot.doubt(declared)),
    });
    // A fault outweighs a gap that is known.
    let doubt = doubts.max_by_key(Doubt::weight);
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

impl Slot<'_> {
    /// Why "not listed" cannot be relied on for these goods.
    fn doubt(&self, declared: Prefix) -> Option<Doubt<'_>> {
        if self.found != Some(Found::No) {
            return None;
        }
        let in_part = || self.in_part.as_ref().filter(|_| self.list.leaves_open(declared)).map(Doubt::Partial);
        self.outside_its_time.as_ref().map(Doubt::OutsideItsTime).or_else(in_part)
    }
}

fn outside_its_time(list: &GoodsList, day: Date, valid_until: Date) -> Option<Words> {
    let complete = || format!("{} is complete to {}", list.id(), crate::day::format(list.head().complete_to));
    let words = if day > valid_until {
        let until = crate::day::format(valid_until);
        format!("{}; it counts until {until}, later amendments are not loaded", complete())
    } else if day < list.head().complete_to {
        format!("{}; what stood in it before is not loaded", complete())
    } else {
        return None;
    };
    Some(format!("{words}: look the code up in the act in force").into())
}

fn in_part(list: &GoodsList) -> Option<Words> {
    let words = || format!("{} is loaded in part only: look the code up in the act in force", list.id());
    list.head().partial.then(|| words().into())
}

impl Regimes {
    /// Asks about a consignment.
    pub fn asking<'a>(&'a self, question: Question<'a>) -> Asking<'a> {
        Asking::new(self, question)
    }
}
