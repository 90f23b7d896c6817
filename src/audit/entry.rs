//! One entry: its bytes, and the columns that find it.

use crate::entry::Logged;
use crate::store::audit::EntryColumns;
use crate::store::micros;

/// What of an entry's columns is not as its bytes say.
pub(super) fn columns_unlike(entry: &Logged, row: &EntryColumns) -> Vec<String> {
    let mut unlike = Vec::new();
    let mut column = |name: &str, of_bytes: Option<&str>, found: Option<&str>| {
        if of_bytes != found {
            let shown = |value: Option<&str>| value.map_or_else(|| "nothing".to_owned(), |value| format!("{value:?}"));
            unlike.push(format!("its column {name} says {}, its bytes {}", shown(found), shown(of_bytes)));
        }
    };
    column("kind", Some(entry.kind.as_str()), Some(&row.kind));
    column("organisation", Some(&entry.organisation), Some(&row.organisation));
    column("decision", Some(&entry.decision), Some(&row.decision));
    column("certificate", entry.certificates.first().map(String::as_str), row.certificate.as_deref());
    column("mrn", entry.declaration.as_deref(), row.mrn.as_deref());
    column("office", entry.office.as_deref(), row.office.as_deref());
    let (of_bytes, found) = (micros(entry.at).to_string(), row.at_micros.to_string());
    column("at_micros", Some(&of_bytes), Some(&found));
    unlike
}
