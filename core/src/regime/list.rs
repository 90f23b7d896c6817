//! Goods lists: commodity codes by prefix.

use std::collections::BTreeMap;

use time::Date;

use super::Prefix;
use crate::goods::CommodityCode;

/// An entry of a list, as printed in the act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListEntry {
    /// Digits as printed: 2 (chapter), 4 (heading), 6 (subheading) or 8 (CN).
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
        let mut exceptions = self.except.iter().map(|code| Prefix::printed(code)).peekable();
        if exceptions.peek().is_none() {
            return if self.ex { Says::Partly } else { Says::Listed };
        }
        let mut says = Says::Listed;
        for exception in exceptions {
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

/// A goods list with its version.
#[derive(Debug, Clone)]
pub struct GoodsList {
    id: String,
    version: String,
    complete_to: Date,
    partial: bool,
    entries: BTreeMap<Prefix, Vec<ListEntry>>,
}

impl GoodsList {
    /// A list of entries; `complete_to` is the day up to which the acts were read, and its version.
    pub fn new(id: &str, complete_to: Date, partial: bool, entries: Vec<ListEntry>) -> Self {
        let mut by_prefix: BTreeMap<Prefix, Vec<ListEntry>> = BTreeMap::new();
        for entry in entries {
            by_prefix.entry(Prefix::printed(&entry.code)).or_default().push(entry);
        }
        Self { id: id.to_owned(), version: crate::day::format(complete_to), complete_to, partial, entries: by_prefix }
    }

    /// Its name, such as `833/2014 Annex XXIII`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The day whose state it shows. Of earlier days it knows the entries' dates only, not what was struck out since.
    pub const fn complete_to(&self) -> Date {
        self.complete_to
    }

    /// Whether it is known to lack entries.
    pub const fn is_partial(&self) -> bool {
        self.partial
    }

    /// Whether a code that it does not have may be one of the entries it lacks: a partial list leaves open the
    /// chapters that it has entries of.
    pub fn leaves_open(&self, code: &CommodityCode) -> bool {
        let chapter = Prefix::declared(code).cut(2);
        self.partial && self.entries.range(chapter..).next().is_some_and(|(entry, _)| chapter.covers(*entry))
    }

    /// What it says of a code on a day. A whole entry wins over one by description.
    pub fn find(&self, code: &CommodityCode, day: Date) -> Listed<'_> {
        let declared = Prefix::declared(code);
        let mut maybe = None;
        for length in [2, 4, 6, 8] {
            if length > declared.length() {
                break;
            }
            for entry in
                self.entries.get(&declared.cut(length)).into_iter().flatten().filter(|entry| entry.applies(day))
            {
                match entry.says(declared) {
                    Says::Listed => return Listed::Yes(entry),
                    Says::Partly => maybe = maybe.or(Some(entry)),
                    Says::LeftOut => {}
                }
            }
        }
        // The declared code may be coarser than an entry: 8471 70 declared, 8471 70 98 listed.
        let finer = self
            .entries
            .range(declared..)
            .take_while(|(entry, _)| declared.covers(**entry))
            .filter(|(entry, _)| entry.length() > declared.length())
            .flat_map(|(_, entries)| entries)
            .find(|entry| entry.applies(day));
        maybe.or(finer).map_or(Listed::No, Listed::Maybe)
    }
}
