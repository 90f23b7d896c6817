//! A goods list as a CSV file: a head of `# name: value` lines, then the entries.

use serde::Deserialize;
use time::Date;

use super::reading::{File, RegimeError};
use super::{GoodsList, ListEntry, ListHead};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryRow {
    code: String,
    ex: u8,
    except: String,
    from: String,
    #[serde(rename = "added_by")]
    _added_by: String,
    #[serde(rename = "part")]
    _part: String,
    label: String,
}

/// Names and words stand in findings and on pages.
pub(super) const WORDS_MAX: usize = 200;

pub(super) fn parse(file: File<'_>) -> Result<GoodsList, RegimeError> {
    let head = head(file)?;
    let mut entries = Vec::new();
    for (line, row) in file.rows::<EntryRow>()? {
        entries.push(entry(file, line, row)?);
    }
    Ok(GoodsList::new(head, entries))
}

pub(super) fn head(file: File<'_>) -> Result<ListHead, RegimeError> {
    let said = file.head()?;
    let find = |name: &str| said.iter().find(|(_, there, _)| *there == name).map(|(line, _, value)| (*line, value));
    let wanted = |name: &str| {
        let found = find(name).filter(|(_, value)| !value.is_empty() && value.chars().count() <= WORDS_MAX * 5);
        found.ok_or_else(|| file.refused(1, 1, format!("the head lacks `# {name}: …`")))
    };
    let day = |name: &str| find(name).map(|(line, value)| file.head_day(line, value)).transpose();
    let (line, id) = wanted("list")?;
    if id.chars().count() > 80 {
        return Err(file.refused(line, 1, "a list's name has at most 80 characters"));
    }
    let (line, version) = wanted("version")?;
    let version_day = crate::day::parse(version)
        .ok_or_else(|| file.refused(line, 1, format!("version: {version:?} is no day like \"2026-03-16\"")))?;
    let (line, state) = wanted("state")?;
    let partial = match state.as_str() {
        "complete" => false,
        "partial" => true,
        other => return Err(file.refused(line, 1, format!("state is complete or partial, not {other:?}"))),
    };
    let year = |(line, text): (u64, &String)| {
        let year = text.parse().ok().filter(|year| (1988..=2100).contains(year));
        year.ok_or_else(|| file.refused(line, 1, format!("nomenclature: {text:?} is no year")))
    };
    let complete_to = day("complete-to")?.unwrap_or(version_day);
    Ok(ListHead {
        id: id.as_str().into(),
        version: version.as_str().into(),
        from: day("from")?.unwrap_or(version_day),
        complete_to,
        valid_until: day("valid-until")?,
        partial,
        nomenclature: find("nomenclature").map(year).transpose()?,
        source: wanted("source")?.1.clone(),
    })
}

fn entry(file: File<'_>, line: u64, row: EntryRow) -> Result<ListEntry, RegimeError> {
    let except: Vec<String> = row.except.split_terminator(';').map(str::to_owned).collect();
    if !is_code(&row.code) {
        let problem = format!("{:?} is no code of 2, 4, 6, 8 or 10 digits", row.code);
        return Err(file.refused(line, 1, problem));
    }
    if row.ex > 1 {
        return Err(file.refused(line, 2, format!("ex is 0 or 1, not {}", row.ex)));
    }
    if let Some(stranger) = except.iter().find(|code| !is_code(code) || !code.starts_with(&row.code)) {
        return Err(file.refused(line, 3, format!("{stranger:?} is no code below {}", row.code)));
    }
    if row.label.chars().count() > WORDS_MAX {
        return Err(file.refused(line, 7, format!("a label has at most {WORDS_MAX} characters")));
    }
    let from = day(file, line, &row.from)?;
    let words = (!row.label.is_empty()).then_some(row.label);
    Ok(ListEntry { code: row.code, ex: row.ex == 1, except, from, words })
}

pub(super) fn is_code(text: &str) -> bool {
    matches!(text.len(), 2 | 4 | 6 | 8 | 10) && text.bytes().all(|b| b.is_ascii_digit())
}

fn day(file: File<'_>, line: u64, text: &str) -> Result<Option<Date>, RegimeError> {
    if text.is_empty() {
        return Ok(None);
    }
    crate::day::parse(text)
        .map(Some)
        .ok_or_else(|| file.refused(line, 4, format!("{text:?} is no day like \"2026-03-16\"")))
}
