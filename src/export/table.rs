//! The table for people: one row an entry, safe to open in a spreadsheet.

use endmark_core::export::EntryFields;
use time::format_description::well_known::Rfc3339;

use super::ExportError;

/// The columns.
const COLUMNS: [&str; 14] = [
    "leaf",
    "at",
    "type",
    "decision",
    "reasons",
    "organisation",
    "client",
    "office",
    "declaration",
    "certificates",
    "certificatesOmitted",
    "subject",
    "change",
    "evidence",
];

/// A value that no spreadsheet takes for a formula (CWE-1236), and that holds nothing unseen: control and
/// direction-changing characters are shown as U+FFFD.
pub fn cell(value: &str) -> String {
    let unseen = |c: char| {
        c.is_control()
            || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
    };
    let shown: String = value.chars().map(|c| if unseen(c) { '\u{FFFD}' } else { c }).collect();
    // Full-width forms are folded to these by some spreadsheets.
    let formula = |c: char| matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '|' | '%');
    if shown.trim_start().starts_with(formula) { format!("'{shown}") } else { shown }
}

fn row(cells: &[String]) -> Result<Vec<u8>, ExportError> {
    let fail = |error: String| ExportError::Write(format!("the table: {error}"));
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(cells).map_err(|error| fail(error.to_string()))?;
    writer.into_inner().map_err(|error| fail(error.to_string()))
}

/// The first row.
pub(super) fn header() -> Result<Vec<u8>, ExportError> {
    row(&COLUMNS.map(str::to_owned))
}

/// The row of an entry.
pub(super) fn of_entry(entry: &[u8]) -> Result<Vec<u8>, ExportError> {
    let entry = EntryFields::parse(entry)?;
    let at = entry.at.format(&Rfc3339).map_err(|error| ExportError::Write(error.to_string()))?;
    let or_empty = |value: Option<&str>| value.map(cell).unwrap_or_default();
    row(&[
        entry.leaf.to_string(),
        at,
        cell(&entry.kind),
        cell(&entry.decision),
        cell(&entry.reasons.join(" ")),
        cell(&entry.organisation),
        entry.client.map(|client| client.to_string()).unwrap_or_default(),
        or_empty(entry.office.as_deref()),
        or_empty(entry.declaration.as_deref()),
        cell(&entry.certificates.join(" ")),
        entry.certificates_omitted.to_string(),
        or_empty(entry.subject.as_deref()),
        or_empty(entry.change.as_deref()),
        entry.evidence.map(|evidence| evidence.to_string()).unwrap_or_default(),
    ])
}
