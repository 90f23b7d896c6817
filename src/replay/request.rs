//! What an entry asked of the ledger: its own rows, or, where it names too many only by their digest, those kept beside
//! it.

use std::collections::BTreeSet;

use endmark_core::digest::Digest;
use endmark_core::goods::{Decimal, Quantity};
use endmark_core::number::CertificateNumber;
use endmark_core::position::{LineKey, Position, Wanted};
use serde::de::DeserializeOwned;

use super::{Problem, wrong};
use crate::entry::Logged;
use crate::store::{Connection, archive, ledger};

/// Rows of an entry; `None` where it has none under this name.
fn rows<T: DeserializeOwned>(connection: &mut Connection, entry: &Logged, name: &str) -> Result<Option<T>, Problem> {
    let Some(digest) = entry.member::<Digest>(&format!("{name}Digest"))? else { return Ok(entry.member(name)?) };
    let kept = archive::rows_of(connection, entry.leaf, name)?;
    let kept = kept.ok_or_else(|| wrong(format!("its rows `{name}` are gone")))?;
    if Digest::of(&kept) != digest {
        return Err(wrong(format!("its rows `{name}` were changed")));
    }
    serde_json::from_slice(&kept).map(Some).map_err(|error| wrong(format!("its rows `{name}`: {error}")))
}

fn there<T>(rows: Option<T>) -> Result<T, Problem> {
    rows.ok_or_else(|| wrong("it names no rows"))
}

fn millionths(text: &str) -> Result<Decimal, Problem> {
    let quantity = text.parse().ok().and_then(Decimal::from_millionths);
    quantity.ok_or_else(|| wrong(format!("{text} is no number of millionths")))
}

/// What a declaration wants of each line.
pub(super) fn wanted(connection: &mut Connection, entry: &Logged) -> Result<Vec<Wanted>, Problem> {
    type Row = (u32, CertificateNumber, u32, String, String);
    let read = |(item, certificate, line, quantity, _): Row| {
        Ok(Wanted { item, line: LineKey { certificate, line }, quantity: millionths(&quantity)? })
    };
    there(rows::<Vec<Row>>(connection, entry, "position")?)?.into_iter().map(read).collect()
}

/// The goods items released; `None`: all of them.
pub(super) fn items(connection: &mut Connection, entry: &Logged) -> Result<Option<BTreeSet<u32>>, Problem> {
    rows(connection, entry, "items")
}

/// What was presented.
pub(super) fn presented(connection: &mut Connection, entry: &Logged) -> Result<Vec<ledger::Presented>, Problem> {
    type Row = (u32, CertificateNumber, u32, String);
    let read = |(item, certificate, line, quantity): Row| {
        Ok(ledger::Presented { item, certificate, line, millionths: millionths(&quantity)?.millionths() })
    };
    there(rows::<Vec<Row>>(connection, entry, "goods")?)?.into_iter().map(read).collect()
}

/// A position as it should have been, in the units of the lines.
pub(super) fn corrected(
    connection: &mut Connection,
    entry: &Logged,
    position: &Position,
) -> Result<Vec<Wanted>, Problem> {
    type Row = (u32, CertificateNumber, u32, Quantity);
    let convert = |(item, certificate, line, quantity): Row| {
        let line = LineKey { certificate, line };
        let unit = position.line(line).ok_or_else(|| wrong(format!("{line:?} is unknown")))?.unit;
        let converted = quantity.unit.convert(quantity.value, unit).value();
        let converted = converted.ok_or_else(|| wrong(format!("{quantity} is no quantity in {unit}")))?;
        Ok(Wanted { item, line, quantity: converted })
    };
    there(rows::<Vec<Row>>(connection, entry, "position")?)?.into_iter().map(convert).collect()
}
