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
        Self { head, prefixes, headings, entries }
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

    /// Whether a code that it does not have may be one of the entries it lacks: a partial list leaves open the
    /// chapters that it has entries of, and everything where it has none.
    pub fn leaves_open(&self, code: &CommodityCode) -> bool {
        let chapter = Prefix::declared(code).cut(2);
        self.head.partial && (self.entries.is_empty() || self.from(chapter).next().is_some())
    }

    /// The entries at or below a prefix.
    fn from(&self, prefix: Prefix) -> impl Iterator<Item = (Prefix, &ListEntry)> {
        let heading = prefix.heading();
        let start = self.headings.get(heading).copied().unwrap_or(0);
        let end = self.headings.get(heading.saturating_add(1)).copied().unwrap_or(self.prefixes.len());
        let within = self.prefixes.get(start..end).unwrap_or_default();
        let begin = start.saturating_add(within.partition_point(|there| *there < prefix));
        let prefixes = self.prefixes.get(begin..).unwrap_or_default().iter().copied();
        let entries = self.entries.get(begin..).unwrap_or_default();
        prefixes.zip(entries).take_while(move |(there, _)| prefix.covers(*there))
    }

    /// What it says of a code on a day. A whole entry wins over one by description.
    pub fn find(&self, code: &CommodityCode, day: Date) -> Listed<'_> {
        let declared = Prefix::declared(code);
        let mut maybe = None;
        for length in [2, 4, 6, 8, 10] {
            if length > declared.length() {
                break;
            }
            let cut = declared.cut(length);
            for (_, entry) in
                self.from(cut).take_while(|(there, _)| *there == cut).filter(|(_, entry)| entry.applies(day))
            {
                match entry.says(declared) {
                    Says::Listed => return Listed::Yes(entry),
                    Says::Partly => maybe = maybe.or(Some(entry)),
                    Says::LeftOut => {}
                }
            }
        }
        // The declared code may be coarser than an entry: 8471 70 declared, 8471 70 98 listed. Codes of another
        // year's nomenclature may be renumbered: then the whole subheading is.
        let compared = if self.is_of_another_year(day) { declared.cut(6) } else { declared };
        let finer = self
            .from(compared)
            .filter(|(there, entry)| there.length() > compared.length() && entry.applies(day))
            .map(|(_, entry)| entry)
            .next();
        maybe.or(finer).map_or(Listed::No, Listed::Maybe)
    }

    fn is_of_another_year(&self, day: Date) -> bool {
        self.head.nomenclature.is_some_and(|year| i32::from(year) != day.year())
    }
}
