//! Goods lists: codes by prefix.

use std::collections::BTreeMap;

use time::Date;

use crate::goods::CommodityCode;

/// An entry of a list, as printed in the act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListEntry {
    /// Digits as printed: 2 (chapter), 4 (heading), 6 (subheading) or 8 (CN).
    pub code: String,
    /// "ex": only the part of the code that the act's description names.
    pub ex: bool,
    /// The first day on which it applies, where known.
    pub from: Option<Date>,
}

impl ListEntry {
    /// How it is shown: `ex 4011 30 00`.
    pub fn label(&self) -> String {
        if self.ex { format!("ex {}", self.code) } else { self.code.clone() }
    }
}

/// What a list says of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed<'a> {
    /// Listed whole.
    Yes(&'a ListEntry),
    /// Listed by description only, or the code declared is coarser than the entry: what the goods are decides.
    Maybe(&'a ListEntry),
    /// Not listed.
    No,
}

/// A goods list with its version.
#[derive(Debug, Clone)]
pub struct GoodsList {
    id: String,
    version: String,
    partial: bool,
    /// By the digits that matter: trailing pairs of zeros say nothing ("9006 00 00" is heading 9006).
    entries: BTreeMap<String, Vec<ListEntry>>,
}

impl GoodsList {
    /// A list of entries; `version` is the day up to which it is complete.
    pub fn new(id: &str, version: &str, partial: bool, entries: Vec<ListEntry>) -> Self {
        let mut by_digits: BTreeMap<String, Vec<ListEntry>> = BTreeMap::new();
        for entry in entries {
            by_digits.entry(significant(&entry.code).to_owned()).or_default().push(entry);
        }
        Self { id: id.to_owned(), version: version.to_owned(), partial, entries: by_digits }
    }

    /// Its name, such as `833/2014 Annex XXIII`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Whether it is known to lack entries.
    pub const fn is_partial(&self) -> bool {
        self.partial
    }

    /// Whether it has entries in the chapter of a code.
    pub fn covers_chapter_of(&self, code: &CommodityCode) -> bool {
        let subheading = code.harmonized_system_subheading_code;
        let chapter = subheading.as_str().get(..2).unwrap_or_default();
        self.entries.range(chapter.to_owned()..).next().is_some_and(|(code, _)| code.starts_with(chapter))
    }

    /// What it says of a code on a day. A whole entry wins over one by description.
    pub fn find(&self, code: &CommodityCode, day: Date) -> Listed<'_> {
        let digits = code.digits();
        let mut maybe = None;
        for length in [2, 4, 6, 8] {
            let Some(prefix) = digits.get(..length) else { break };
            for entry in self.entries.get(prefix).into_iter().flatten().filter(|entry| entry.applies(day)) {
                if !entry.ex {
                    return Listed::Yes(entry);
                }
                maybe = maybe.or(Some(entry));
            }
        }
        // The declared code may be coarser than an entry: 8708 99 declared, 8708 99 10 listed. Closing zeros refine
        // nothing, so 8708 99 00 does not slip past that entry either.
        let open = without_closing_zeros(&digits, 6);
        let finer = self
            .entries
            .range(open.to_owned()..)
            .take_while(|(code, _)| code.starts_with(open))
            .flat_map(|(_, entries)| entries)
            .find(|entry| entry.applies(day));
        maybe.or(finer).map_or(Listed::No, Listed::Maybe)
    }
}

impl ListEntry {
    fn applies(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day)
    }
}

/// The digits of a printed code that say something, at least a heading.
fn significant(code: &str) -> &str {
    without_closing_zeros(code, 4)
}

fn without_closing_zeros(code: &str, length_min: usize) -> &str {
    let mut digits = code;
    while digits.len() > length_min
        && let Some(shorter) = digits.strip_suffix("00")
    {
        digits = shorter;
    }
    digits
}
