//! Reading files strictly: every refusal says where, what was found and what is wanted.

use time::Date;

/// Why a file is refused, with its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}, column {column}: {problem}")]
pub struct RegimeError {
    /// The file.
    pub file: String,
    /// Its line, from 1.
    pub line: u64,
    /// Its column (of a CSV file: its field), from 1.
    pub column: u64,
    /// What is wrong and what is wanted.
    pub problem: String,
}

/// A file that is being read.
#[derive(Clone, Copy)]
pub(super) struct File<'a> {
    pub(super) name: &'a str,
    pub(super) text: &'a str,
}

impl File<'_> {
    pub(super) fn refused(self, line: u64, column: u64, problem: impl ToString) -> RegimeError {
        RegimeError { file: self.name.to_owned(), line, column, problem: problem.to_string() }
    }

    /// At a byte of the text.
    pub(super) fn refused_at(self, offset: usize, problem: impl ToString) -> RegimeError {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line = count(before.matches('\n').count());
        let column = count(before.rsplit('\n').next().map_or(0, |last| last.chars().count()));
        self.refused(line, column, problem)
    }

    /// At the first line that sets a key.
    pub(super) fn refused_key(self, key: &str, problem: impl ToString) -> RegimeError {
        let sets =
            |line: &str| line.trim_start().strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='));
        let line = self.text.lines().position(sets).unwrap_or(0);
        self.refused(count(line), 1, problem)
    }

    /// At the line that opens an array's table for the nth time, from 0.
    pub(super) fn refused_nth(self, table: &str, nth: usize, problem: impl ToString) -> RegimeError {
        let opens = |line: &str| line.trim().strip_prefix("[[").and_then(|rest| rest.strip_suffix("]]")) == Some(table);
        let line = self.text.lines().enumerate().filter(|(_, line)| opens(line)).nth(nth).map_or(0, |(line, _)| line);
        self.refused(count(line), 1, problem)
    }

    /// At the line that opens a table.
    pub(super) fn refused_table(self, table: &str, problem: impl ToString) -> RegimeError {
        let opens = |line: &str| line.trim().strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) == Some(table);
        let line = self.text.lines().position(opens).unwrap_or(0);
        self.refused(count(line), 1, problem)
    }

    /// A TOML file as what it says.
    pub(super) fn toml<T: serde::de::DeserializeOwned>(self) -> Result<T, RegimeError> {
        toml::from_str(self.text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            self.refused_at(offset, error.message())
        })
    }

    /// The `# name: value` lines that a CSV file begins with, with their lines.
    pub(super) fn head(self) -> Result<Vec<(u64, &'static str, String)>, RegimeError> {
        let mut found: Vec<(u64, &'static str, String)> = Vec::new();
        for (number, line) in self.text.lines().enumerate() {
            let Some(comment) = line.strip_prefix('#') else { break };
            let line = count(number);
            let (name, value) = comment
                .split_once(':')
                .ok_or_else(|| self.refused(line, 1, "wanted `# name: value`, or the line of column names"))?;
            let known = HEAD_NAMES.iter().find(|known| **known == name.trim());
            let Some(known) = known else {
                let problem = format!("no such name: {:?}; there are {}", name.trim(), HEAD_NAMES.join(", "));
                return Err(self.refused(line, 1, problem));
            };
            if found.iter().any(|(_, there, _)| there == known) {
                return Err(self.refused(line, 1, format!("{known} stands twice")));
            }
            // Spreadsheets fill short lines up with commas.
            found.push((line, known, value.trim().trim_end_matches(',').trim().to_owned()));
        }
        Ok(found)
    }

    /// The rows of a CSV file with their lines.
    pub(super) fn rows<T: serde::de::DeserializeOwned>(self) -> Result<Vec<(u64, T)>, RegimeError> {
        let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(self.text.as_bytes());
        let headers = reader.headers().map_err(|error| self.refused(1, 1, error))?.clone();
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|error| {
                let line = error.position().map_or(1, csv::Position::line);
                self.refused(line, 1, uneven(&error))
            })?;
            let line = record.position().map_or(1, csv::Position::line);
            let row = record.deserialize(Some(&headers)).map_err(|error| {
                let csv::ErrorKind::Deserialize { err, .. } = error.kind() else {
                    return self.refused(line, 1, &error);
                };
                // It is the names that do not fit, wherever the reader noticed.
                let said = err.kind().to_string();
                if said.starts_with("unknown field") || said.starts_with("missing field") {
                    let of_names = self.text.lines().position(|line| !line.starts_with('#')).unwrap_or(0);
                    return self.refused(count(of_names), 1, names(&headers, &said));
                }
                let column = err.field().unwrap_or(0).saturating_add(1);
                self.refused(line, column, said)
            })?;
            rows.push((line, row));
            if rows.len() > ROWS_MAX {
                return Err(self.refused(line, 1, format!("a file has at most {ROWS_MAX} rows")));
            }
        }
        Ok(rows)
    }

    /// A day in the head of a CSV file.
    pub(super) fn head_day(self, line: u64, text: &str) -> Result<Date, RegimeError> {
        crate::day::parse(text).ok_or_else(|| self.refused(line, 1, format!("{text:?} is no day like \"2026-03-16\"")))
    }
}

/// A row with more or fewer fields than there are names.
fn uneven(error: &csv::Error) -> String {
    if let csv::ErrorKind::UnequalLengths { expected_len, len, .. } = error.kind() {
        return format!(
            "this line has {len} fields, wanted {expected_len}; a text with a comma in it stands in quotes"
        );
    }
    error.to_string()
}

/// Column names that are not those wanted.
fn names(headers: &csv::StringRecord, said: &str) -> String {
    let semicolons = headers.len() == 1 && headers.iter().any(|name| name.contains(';'));
    let hint = if semicolons { "; the fields are parted by semicolons, wanted commas" } else { "" };
    format!("{said}{hint}")
}

/// What the head of a CSV file can say.
const HEAD_NAMES: [&str; 10] =
    ["list", "table", "version", "from", "complete-to", "valid-until", "state", "nomenclature", "source", "note"];

/// The Combined Nomenclature has some 10,000 codes, TARIC some 20,000: room for every list there will be.
const ROWS_MAX: usize = 1_000_000;

/// From 0 to 1.
fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX).saturating_add(1)
}
