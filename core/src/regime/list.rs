//! Goods lists: commodity codes by prefix.

use time::Date;

use super::Prefix;
use crate::goods::CommodityCode;
use crate::verdict::Source;
use crate::words::Words;

/// An entry of a list, as printed in the act.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListEntry {
    /// Digits as printed: 2 (chapter), 4 (heading), 6 (subheading), 8 (CN) or 10 (TARIC).
    pub code: String,
    /// "ex": only the part of the code that the act's description names.
    pub ex: bool,
    /// Codes below it that the act leaves out. Where there are some, the rest of the code is listed whole.
    pub except: Vec<String>,
    /// The first day on which it applies, where known.
    pub from: Option<Date>,
    /// What the description names, in words of our own.
    pub words: Option<String>,
}

impl ListEntry {
    /// How it is shown: `ex 4011 (all new tyres but those for aircraft)`.
    pub fn label(&self) -> String {
        let ex = if self.ex { "ex " } else { "" };
        match &self.words {
            Some(words) => format!("{ex}{} ({words})", self.code),
            None => format!("{ex}{}", self.code),
        }
    }

    fn applies(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day)
    }

    /// What it says of a code that lies below it.
    fn says(&self, declared: Prefix) -> Says {
        if self.except.is_empty() {
            return if self.ex { Says::Partly } else { Says::Listed };
        }
        let mut says = Says::Listed;
        for exception in self.except.iter().map(|code| Prefix::printed(code)) {
            if exception.covers(declared) {
                return Says::LeftOut;
            }
            if declared.covers(exception) {
                says = Says::Partly;
            }
        }
        says
    }
}

enum Says {
    Listed,
    Partly,
    LeftOut,
}

/// Headings have four digits.
const HEADINGS: usize = 10_000;

/// What a list says of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed<'a> {
    /// Listed whole.
    Yes(&'a ListEntry),
    /// Listed by description only, or the code declared is coarser than the entry: what the goods are decides.
    Maybe(&'a ListEntry),
    /// No entry has it.
    No,
}

/// The place of an entry in its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry(usize);

/// The same as `Listed`, by the places of the entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    Yes(Entry),
    Maybe(Entry),
    No,
}

/// What a list says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListHead {
    /// Its name, such as `833/2014 Annex XXIII`.
    pub id: Words,
    /// Its version.
    pub version: Words,
    /// The first day on which this version counts.
    pub from: Date,
    /// The day up to which the acts were read. Of earlier days it knows the entries' dates only, not what was struck
    /// out since.
    pub complete_to: Date,
    /// The last day on which it is presumed complete; the register's setting where it does not say.
    pub valid_until: Option<Date>,
    /// Whether it is known to lack entries.
    pub partial: bool,
    /// The year of the Combined Nomenclature that its codes of eight digits are of, where the act says.
    pub nomenclature: Option<u16>,
    /// Where it comes from.
    pub source: String,
}

/// A goods list with its version.
#[derive(Debug, Clone)]
pub struct GoodsList {
    head: ListHead,
    /// In order, beside their entries: a search touches these alone.
    prefixes: Vec<Prefix>,
    /// How each entry is shown: answers share these texts.
    labels: Vec<Words>,
    /// Where each heading begins, from 0000 on: a search looks through one heading, however long the list is.
    headings: Vec<usize>,
    entries: Vec<ListEntry>,
}

impl GoodsList {
    /// A list of entries.
    pub fn new(head: ListHead, mut entries: Vec<ListEntry>) -> Self {
        entries.sort_by_key(|entry| Prefix::printed(&entry.code));
        let prefixes: Vec<Prefix> = entries.iter().map(|entry| Prefix::printed(&entry.code)).collect();
        let mut headings = Vec::with_capacity(HEADINGS.saturating_add(1));
        let mut place = 0_usize;
        for heading in 0..=HEADINGS {
            let before = |there: &&Prefix| there.heading() < heading;
            place = place.saturating_add(prefixes.iter().skip(place).take_while(before).count());
            headings.push(place);
        }
        let labels = entries.iter().map(|entry| entry.label().into()).collect();
        Self { head, prefixes, labels, headings, entries }
    }

    /// What it says of itself.
    pub const fn head(&self) -> &ListHead {
        &self.head
    }

    /// Its name, such as `833/2014 Annex XXIII`.
    pub const fn id(&self) -> &Words {
        &self.head.id
    }

    /// Its version.
    pub const fn version(&self) -> &Words {
        &self.head.version
    }

    /// Its name and version.
    pub(super) fn source(&self) -> Source {
        Source { id: self.head.id.clone(), version: self.head.version.clone() }
    }

    /// Its entries, by code.
    pub fn entries(&self) -> &[ListEntry] {
        &self.entries
    }

    /// How an entry is shown.
    pub(super) fn label(&self, entry: Entry) -> Words {
        self.labels.get(entry.0).cloned().unwrap_or_else(|| "".into())
    }

    /// Whether a code that it does not have may be one of the entries it lacks: a partial list leaves open the
    /// chapters that it has entries of, and everything where it has none.
    pub(super) fn leaves_open(&self, code: Prefix) -> bool {
        self.head.partial && (self.entries.is_empty() || self.from(code.cut(2)).next().is_some())
    }

    /// The entries at or below a prefix, with their places.
    fn from(&self, prefix: Prefix) -> impl Iterator<Item = (Prefix, Entry)> {
        let heading = prefix.heading();
        let start = self.headings.get(heading).copied().unwrap_or(0);
        let end = self.headings.get(heading.saturating_add(1)).copied().unwrap_or(self.prefixes.len());
        let within = self.prefixes.get(start..end).unwrap_or_default();
        let begin = start.saturating_add(within.partition_point(|there| *there < prefix));
        let prefixes = self.prefixes.get(begin..).unwrap_or_default().iter().copied();
        prefixes.zip((begin..).map(Entry)).take_while(move |(there, _)| prefix.covers(*there))
    }

    fn applies(&self, entry: Entry, day: Date) -> bool {
        self.entries.get(entry.0).is_some_and(|entry| entry.applies(day))
    }

    /// What it says of a code on a day. A whole entry wins over one by description.
    pub fn find(&self, code: &CommodityCode, day: Date) -> Listed<'_> {
        let found = |entry: Entry| self.entries.get(entry.0);
        match self.look_up(Prefix::declared(code), day) {
            Found::Yes(entry) => found(entry).map_or(Listed::No, Listed::Yes),
            Found::Maybe(entry) => found(entry).map_or(Listed::No, Listed::Maybe),
            Found::No => Listed::No,
        }
    }

    /// The same, by the places of the entries.
    pub(super) fn look_up(&self, declared: Prefix, day: Date) -> Found {
        let mut maybe = None;
        for length in [2, 4, 6, 8, 10] {
            if length > declared.length() {
                break;
            }
            let cut = declared.cut(length);
            for (_, place) in self.from(cut).take_while(|(there, _)| *there == cut) {
                let Some(entry) = self.entries.get(place.0).filter(|entry| entry.applies(day)) else { continue };
                match entry.says(declared) {
                    Says::Listed => return Found::Yes(place),
                    Says::Partly => maybe = maybe.or(Some(place)),
                    Says::LeftOut => {}
                }
            }
        }
        // The declared code may be coarser than an entry: 8471 70 declared, 8471 70 98 listed. Codes of another
        // year's nomenclature may be renumbered: then the whole subheading is.
        let compared = if self.is_of_another_year(day) { declared.cut(6) } else { declared };
        let mut below = self.from(compared).filter(|(there, _)| there.length() > compared.length());
        let finer = below.find(|(_, entry)| self.applies(*entry, day)).map(|(_, entry)| entry);
        maybe.or(finer).map_or(Found::No, Found::Maybe)
    }

    fn is_of_another_year(&self, day: Date) -> bool {
        self.head.nomenclature.is_some_and(|year| i32::from(year) != day.year())
    }
}
