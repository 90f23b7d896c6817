//! What an entry asked of the ledger: its own rows, or, where it names too many only by their digest, the request that
//! is its evidence.

use std::collections::BTreeSet;

use endmark_core::consignment;
use endmark_core::goods::{Conversion, Decimal, Quantity};
use endmark_core::number::CertificateNumber;
use endmark_core::position::{LineKey, Position, Wanted};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Problem, wrong};
use crate::entry::Logged;
use crate::store::{Connection, log};

type Amended = Vec<(u32, CertificateNumber, u32, Quantity)>;

/// The evidence of an entry, when it is the one that the entry was decided on.
fn evidence(connection: &mut Connection, entry: &Logged) -> Result<Vec<u8>, Problem> {
    let kept = log::evidence_of(connection, entry.leaf)?.ok_or_else(|| wrong("its evidence was erased"))?;
    if entry.evidence != Some(kept.digest()) {
        return Err(wrong("its evidence is not what it was decided on"));
    }
    Ok(kept.body)
}

/// What a declaration wants of each line.
pub(super) fn wanted(
    connection: &mut Connection,
    entry: &Logged,
    by_hand: bool,
    position: &Position,
) -> Result<Vec<Wanted>, Problem> {
    #[derive(Deserialize)]
    struct Evidence {
        request: Box<RawValue>,
    }
    #[derive(Deserialize)]
    struct ByHand {
        consignment: Box<RawValue>,
    }
    if let Some(rows) = entry.member::<Vec<(u32, CertificateNumber, u32, String, String)>>("position")? {
        return rows.into_iter().map(read).collect();
    }
    let evidence = evidence(connection, entry)?;
    let Evidence { mut request } = serde_json::from_slice(&evidence).map_err(wrong)?;
    if by_hand {
        request = serde_json::from_str::<ByHand>(request.get()).map_err(wrong)?.consignment;
    }
    let consignment = consignment::parse(request.get().as_bytes()).map_err(wrong)?;
    Ok(Wanted::of(&consignment, |line| position.line(line).map(|line| line.unit)))
}

fn read(
    (item, certificate, line, millionths, _): (u32, CertificateNumber, u32, String, String),
) -> Result<Wanted, Problem> {
    let quantity = millionths.parse().ok().and_then(Decimal::from_millionths);
    let quantity = quantity.ok_or_else(|| wrong(format!("{millionths} is no number of millionths")))?;
    Ok(Wanted { item, line: LineKey { certificate, line }, quantity })
}

/// The goods items released.
pub(super) fn items(connection: &mut Connection, entry: &Logged) -> Result<BTreeSet<u32>, Problem> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Release {
        goods_items: BTreeSet<u32>,
    }
    let release: Release = serde_json::from_slice(&evidence(connection, entry)?).map_err(wrong)?;
    Ok(release.goods_items)
}

/// A position as it should have been, in the units of the lines.
pub(super) fn corrected(
    connection: &mut Connection,
    entry: &Logged,
    position: &Position,
) -> Result<Vec<Wanted>, Problem> {
    let rows = match entry.member::<Amended>("position")? {
        Some(rows) => rows,
        None => amended(connection, entry)?,
    };
    let convert = |(item, certificate, line, quantity): (u32, CertificateNumber, u32, Quantity)| {
        let line = LineKey { certificate, line };
        let unit = position.line(line).ok_or_else(|| wrong(format!("{line:?} is unknown")))?.unit;
        match quantity.unit.convert(quantity.value, unit) {
            Conversion::Exact(quantity) | Conversion::RoundedUp(quantity) => Ok(Wanted { item, line, quantity }),
            Conversion::NotComparable | Conversion::TooLarge => {
                Err(wrong(format!("{quantity} is no quantity in {unit}")))
            }
        }
    };
    rows.into_iter().map(convert).collect()
}

fn amended(connection: &mut Connection, entry: &Logged) -> Result<Amended, Problem> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Correction {
        goods_items: Vec<Item>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Item {
        goods_item_number: u32,
        citations: Vec<Citation>,
    }
    #[derive(Deserialize)]
    struct Citation {
        certificate: CertificateNumber,
        line: u32,
        quantity: Quantity,
    }
    let correction: Correction = serde_json::from_slice(&evidence(connection, entry)?).map_err(wrong)?;
    let rows = correction.goods_items.into_iter().flat_map(|item| {
        let number = item.goods_item_number;
        item.citations.into_iter().map(move |of| (number, of.certificate, of.line, of.quantity))
    });
    Ok(rows.collect())
}
