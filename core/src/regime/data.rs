//! Reading the files of `regimes/`: strictly, from their contents.

use serde::Deserialize;
use time::Date;

use super::{BorderOffices, GoodsList, ListEntry, StatementSet, Wording};
use crate::goods::Country;
use crate::reference::Office;

/// Why a file is refused, with its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("regimes/{file}, line {line}, column {column}: {problem}")]
pub struct RegimeError {
    /// The file, below `regimes/`.
    pub file: String,
    /// Its line, from 1.
    pub line: u64,
    /// Its column or field, from 1.
    pub column: u64,
    /// What is wrong and what is wanted.
    pub problem: String,
}

/// The data of the built-in rule set.
#[derive(Debug, Clone)]
pub struct RegimeData {
    pub(super) lists: Vec<GoodsList>,
    pub(super) statements: Vec<StatementSet>,
    pub(super) offices: BorderOffices,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListRow {
    id: String,
    file: String,
    version: String,
    state: State,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum State {
    Complete,
    Partial,
}

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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatementRow {
    id: String,
    language: String,
    file: String,
    accepted: bool,
    wording: Wording,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfficeRow {
    office: Office,
    neighbour: Country,
    #[serde(rename = "name")]
    _name: String,
    #[serde(rename = "source")]
    _source: String,
}

impl RegimeData {
    /// Reads files given as (path below `regimes/`, content).
    pub fn parse(files: &[(&str, &str)]) -> Result<Self, RegimeError> {
        let content = |wanted: &str| {
            let found = files.iter().find(|(name, _)| *name == wanted).map(|(_, content)| *content);
            found.ok_or_else(|| refused(wanted, 1, 1, "the file is missing"))
        };
        let mut lists = Vec::new();
        for (line, row) in rows::<ListRow>("lists.csv", content("lists.csv")?)? {
            if lists.iter().any(|known: &GoodsList| known.id() == row.id) {
                return Err(refused("lists.csv", line, 1, format!("the list {} stands twice", row.id)));
            }
            let complete_to = crate::day::parse(&row.version)
                .ok_or_else(|| refused("lists.csv", line, 3, format!("{:?} is no day", row.version)))?;
            lists.push(list(&row, complete_to, content(&row.file)?)?);
        }
        let mut statements = Vec::new();
        for (_, row) in rows::<StatementRow>("statements.csv", content("statements.csv")?)? {
            let text = content(&row.file)?;
            let name = (row.id.as_str(), row.language.as_str());
            statements.push(StatementSet::parse(&row.file, name, text, (row.accepted, row.wording))?);
        }
        let offices = rows::<OfficeRow>("border-offices.csv", content("border-offices.csv")?)?;
        let offices = BorderOffices::new(offices.into_iter().map(|(_, row)| (row.office, row.neighbour)));
        Ok(Self { lists, statements, offices })
    }

    /// Without one of its lists: for asking what then can no longer be told.
    #[must_use]
    pub fn without_list(mut self, id: &str) -> Self {
        self.lists.retain(|list| list.id() != id);
        self
    }
}

fn refused(file: &str, line: u64, column: u64, problem: impl ToString) -> RegimeError {
    RegimeError { file: file.to_owned(), line, column, problem: problem.to_string() }
}

fn list(row: &ListRow, complete_to: Date, content: &str) -> Result<GoodsList, RegimeError> {
    let file = row.file.as_str();
    let mut entries = Vec::new();
    for (line, entry) in rows::<EntryRow>(file, content)? {
        let except: Vec<String> = entry.except.split_terminator(';').map(str::to_owned).collect();
        if !is_code(&entry.code) {
            return Err(refused(file, line, 1, format!("{:?} is no code of 2, 4, 6 or 8 digits", entry.code)));
        }
        if entry.ex > 1 {
            return Err(refused(file, line, 2, format!("ex is 0 or 1, not {}", entry.ex)));
        }
        if let Some(stranger) = except.iter().find(|code| !is_code(code) || !code.starts_with(&entry.code)) {
            return Err(refused(file, line, 3, format!("{stranger:?} is no code below {}", entry.code)));
        }
        let from = day(file, line, &entry.from)?;
        let words = (!entry.label.is_empty()).then_some(entry.label);
        entries.push(ListEntry { code: entry.code, ex: entry.ex == 1, except, from, words });
    }
    Ok(GoodsList::new(&row.id, complete_to, row.state == State::Partial, entries))
}

fn is_code(text: &str) -> bool {
    matches!(text.len(), 2 | 4 | 6 | 8) && text.bytes().all(|b| b.is_ascii_digit())
}

fn day(file: &str, line: u64, text: &str) -> Result<Option<Date>, RegimeError> {
    if text.is_empty() {
        return Ok(None);
    }
    crate::day::parse(text).map(Some).ok_or_else(|| refused(file, line, 4, format!("{text:?} is no day")))
}

/// The rows of a CSV file with their lines.
fn rows<T: serde::de::DeserializeOwned>(file: &str, content: &str) -> Result<Vec<(u64, T)>, RegimeError> {
    let mut reader = csv::Reader::from_reader(content.as_bytes());
    let headers = reader.headers().map_err(|error| refused(file, 1, 1, error))?.clone();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| {
            let line = error.position().map_or(1, csv::Position::line);
            refused(file, line, 1, &error)
        })?;
        let line = record.position().map_or(1, csv::Position::line);
        let row = record.deserialize(Some(&headers)).map_err(|error| {
            let field = if let csv::ErrorKind::Deserialize { err, .. } = error.kind() { err.field() } else { None };
            let field = field.unwrap_or(0);
            refused(file, line, field.saturating_add(1), &error)
        })?;
        rows.push((line, row));
    }
    Ok(rows)
}
