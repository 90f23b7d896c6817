//! Importing a goods list from somebody else's CSV: what is added, removed, changed and refused, row by row.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::list_file::{WORDS_MAX, is_code};
use super::reading::RegimeError;
use super::{GoodsList, ListEntry, ListHead};

/// A list made of somebody else's rows, with a report.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The list as a file of this project.
    pub text: String,
    /// Entries that the version before has not.
    pub added: Vec<String>,
    /// Entries of the version before that are gone.
    pub removed: Vec<String>,
    /// Rows that were refused: line, what stood there, why.
    pub refused: Vec<(u64, String, String)>,
    /// How many entries there are.
    pub entries: usize,
}

/// Reads a CSV with a column of codes, and optionally `ex`, `except`, `from`, `added_by`, `part` and `label`. Codes may
/// have blanks and points, and a leading "ex". Rows that cannot be read are refused and named; the rest is the list.
pub fn import_list(
    file: &str,
    text: &str,
    head: &ListHead,
    code_column: &str,
    before: Option<&GoodsList>,
) -> Result<Imported, RegimeError> {
    let failed = |line: u64, problem: String| RegimeError { file: file.to_owned(), line, column: 1, problem };
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let columns = reader.headers().map_err(|error| failed(1, error.to_string()))?.clone();
    let place = |name: &str| columns.iter().position(|there| there.trim() == name);
    let code_place = place(code_column).ok_or_else(|| {
        let there: Vec<&str> = columns.iter().collect();
        failed(
            1,
            format!("there is no column {code_column:?}; there are {}; name it with --code-column", there.join(", ")),
        )
    })?;
    let places = ["ex", "except", "from", "added_by", "part", "label"].map(place);
    let mut rows: BTreeMap<(String, bool), Vec<String>> = BTreeMap::new();
    let mut refused = Vec::new();
    for (number, record) in reader.records().enumerate() {
        let next = u64::try_from(number).unwrap_or(u64::MAX).saturating_add(2);
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                refused.push((next, String::new(), error.to_string()));
                continue;
            }
        };
        let line = record.position().map_or(next, csv::Position::line);
        let cell =
            |place: Option<usize>| place.and_then(|place| record.get(place)).unwrap_or_default().trim().to_owned();
        let printed = cell(Some(code_place));
        let [ex, except, from, added_by, part, label] = places.map(cell);
        let (starts_with_ex, code) = digits(&printed);
        let is_ex = starts_with_ex || ex == "1";
        let entry = || -> Result<(), String> {
            if !is_code(&code) {
                return Err("no code of 2, 4, 6, 8 or 10 digits".to_owned());
            }
            if !matches!(ex.as_str(), "" | "0" | "1") {
                return Err(format!("ex is 0 or 1, not {ex:?}"));
            }
            if let Some(stranger) =
                except.split_terminator(';').find(|below| !is_code(below) || !below.starts_with(&code))
            {
                return Err(format!("{stranger:?} is no code below {code}"));
            }
            if !from.is_empty() && crate::day::parse(&from).is_none() {
                return Err(format!("{from:?} is no day like 2026-03-16"));
            }
            if label.chars().count() > WORDS_MAX {
                return Err(format!("the label has more than {WORDS_MAX} characters"));
            }
            Ok(())
        };
        if let Err(why) = entry() {
            refused.push((line, printed, why));
            continue;
        }
        match rows.entry((code.clone(), is_ex)) {
            Entry::Occupied(_) => refused.push((line, printed, "the code stands there already".to_owned())),
            Entry::Vacant(place) => {
                let ex = if is_ex { "1" } else { "0" }.to_owned();
                place.insert(vec![code, ex, except, from, added_by, part, label]);
            }
        }
    }
    let now: BTreeSet<(String, bool)> = rows.keys().cloned().collect();
    let then: BTreeSet<(String, bool)> =
        before.into_iter().flat_map(GoodsList::entries).map(|entry| (entry.code.clone(), entry.ex)).collect();
    Ok(Imported {
        text: written(head, rows.values())?,
        added: now.difference(&then).map(shown).collect(),
        removed: then.difference(&now).map(shown).collect(),
        refused,
        entries: now.len(),
    })
}

/// "ex 8422 30 00" is 84223000 by description.
fn digits(printed: &str) -> (bool, String) {
    let lower = printed.to_ascii_lowercase();
    let rest = lower.strip_prefix("ex");
    let blanks = |c: &char| !c.is_whitespace() && *c != '.' && *c != '\u{a0}';
    (rest.is_some(), rest.unwrap_or(&lower).chars().filter(blanks).collect())
}

fn shown((code, ex): &(String, bool)) -> String {
    ListEntry { code: code.clone(), ex: *ex, ..ListEntry::default() }.label()
}

fn written<'a>(head: &ListHead, rows: impl Iterator<Item = &'a Vec<String>>) -> Result<String, RegimeError> {
    let day = crate::day::format;
    let mut lines = vec![
        format!("# list: {}", head.id),
        format!("# version: {}", head.version),
        format!("# from: {}", day(head.from)),
        format!("# complete-to: {}", day(head.complete_to)),
    ];
    lines.extend(head.valid_until.map(|until| format!("# valid-until: {}", day(until))));
    lines.push(format!("# state: {}", if head.partial { "partial" } else { "complete" }));
    lines.extend(head.nomenclature.map(|year| format!("# nomenclature: {year}")));
    lines.push(format!("# source: {}", head.source));
    let mut writer = csv::Writer::from_writer(Vec::new());
    let failed = |problem: String| RegimeError { file: head.id.to_string(), line: 1, column: 1, problem };
    let columns = ["code", "ex", "except", "from", "added_by", "part", "label"];
    writer.write_record(columns).map_err(|error| failed(error.to_string()))?;
    for row in rows {
        writer.write_record(row).map_err(|error| failed(error.to_string()))?;
    }
    let body = writer.into_inner().map_err(|error| failed(error.to_string()))?;
    let body = String::from_utf8(body).map_err(|error| failed(error.to_string()))?;
    Ok(format!("{}\n{body}", lines.join("\n")))
}
