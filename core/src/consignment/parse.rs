//! The strict reading of a consignment.

use std::collections::BTreeSet;

use super::{Consignment, GoodsItem};
use crate::goods::{Conversion, Quantity};
use crate::party::{IDENTIFIERS_MAX, Party};

/// The largest question in bytes: 9,999 goods items with a citation each stay below 6 MiB.
pub const CONSIGNMENT_BYTES_MAX: usize = 8 * 1024 * 1024;
/// The most goods items a declaration has (customs conventions).
pub const GOODS_ITEMS_MAX: usize = 9_999;
/// The most citations of one item, and in one consignment.
pub(super) const CITATIONS_PER_ITEM_MAX: usize = 99;
/// The most distinct documents of one list.
pub(super) const DOCUMENTS_MAX: usize = 99;

/// Why a consignment is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConsignmentError {
    /// Too many bytes.
    #[error("the consignment has {found} bytes, at most {CONSIGNMENT_BYTES_MAX} are allowed")]
    TooLarge {
        /// The size found.
        found: usize,
    },
    /// Not the JSON wanted.
    #[error("the body is not a consignment: {0}")]
    Json(String),
    /// Well-formed, but against a rule.
    #[error("{member}: {problem}")]
    Rule {
        /// The member, as a JSON path.
        member: String,
        /// What is wrong and what is wanted.
        problem: String,
    },
}

/// Reads a consignment strictly.
pub fn parse(body: &[u8]) -> Result<Consignment, ConsignmentError> {
    if body.len() > CONSIGNMENT_BYTES_MAX {
        return Err(ConsignmentError::TooLarge { found: body.len() });
    }
    let consignment: Consignment =
        serde_json::from_slice(body).map_err(|error| ConsignmentError::Json(error.to_string()))?;
    validate(&consignment)?;
    Ok(consignment)
}

fn rule(holds: bool, member: impl FnOnce() -> String, problem: &str) -> Result<(), ConsignmentError> {
    if holds { Ok(()) } else { Err(ConsignmentError::Rule { member: member(), problem: problem.to_owned() }) }
}

/// The rules of the question itself, beyond its JSON form.
pub fn validate(consignment: &Consignment) -> Result<(), ConsignmentError> {
    let items = &consignment.goods_items;
    rule((1..=GOODS_ITEMS_MAX).contains(&items.len()), || "goodsItems".into(), "give 1 to 9999 goods items")?;
    rule(consignment.countries_of_routing.len() <= 99, || "countriesOfRouting".into(), "at most 99 countries")?;
    rule(consignment.previous_documents.len() <= GOODS_ITEMS_MAX, || "previousDocuments".into(), "at most 9999")?;
    rule(consignment.supporting_documents.len() <= DOCUMENTS_MAX, || "supportingDocuments".into(), "at most 99")?;
    let offices = &consignment.offices;
    rule(offices.transit.len() <= 9, || "offices.transit".into(), "at most 9")?;
    rule(offices.exit_for_transit.len() <= 9, || "offices.exitForTransit".into(), "at most 9")?;
    if let Some(transport) = &consignment.transport {
        let most = transport.means.len().max(transport.containers.len()).max(transport.seals.len());
        rule(most <= 999, || "transport".into(), "at most 999 of each kind")?;
    }
    let p = &consignment.parties;
    let parties = [
        &p.exporter,
        &p.consignor,
        &p.consignee,
        &p.declarant,
        &p.holder_of_the_transit_procedure,
        &p.seller,
        &p.buyer,
        &p.carrier,
        &p.manufacturer,
    ];
    for party in parties.into_iter().flatten() {
        check_party(party, "parties")?;
    }
    let mut numbers = BTreeSet::new();
    for (position, item) in items.iter().enumerate() {
        let at = |member: &str| format!("goodsItems[{position}].{member}");
        let number = item.goods_item_number;
        rule((1..=99_999).contains(&number), || at("goodsItemNumber"), "wanted 1 to 99999")?;
        rule(numbers.insert(number), || at("goodsItemNumber"), "the goods item number stands twice")?;
        if let Some(consignee) = &item.consignee {
            check_party(consignee, &at("consignee"))?;
        }
        check_item(item, at)?;
    }
    Ok(())
}

fn check_party(party: &Party, at: &str) -> Result<(), ConsignmentError> {
    let something = party.name.is_some() || !party.identifiers.is_empty();
    rule(
        something,
        || at.to_owned(),
        "a party needs a name or an identifier; leave it out when the data set has none",
    )?;
    rule(party.identifiers.len() <= IDENTIFIERS_MAX, || at.to_owned(), "at most 8 identifiers")
}

fn check_item(item: &GoodsItem, at: impl Fn(&str) -> String) -> Result<(), ConsignmentError> {
    rule(item.serial_numbers.len() <= 5_000, || at("serialNumbers"), "at most 5000")?;
    rule(item.previous_documents.len() <= DOCUMENTS_MAX, || at("previousDocuments"), "at most 99")?;
    rule(item.supporting_documents.len() <= DOCUMENTS_MAX, || at("supportingDocuments"), "at most 99")?;
    rule(item.citations.len() <= CITATIONS_PER_ITEM_MAX, || at("citations"), "at most 99")?;
    let mut cited = BTreeSet::new();
    for (position, citation) in item.citations.iter().enumerate() {
        let at = |member: &str| at(&format!("citations[{position}]{member}"));
        rule(!citation.quantity.value.is_zero(), || at(".quantity.value"), "a citation draws more than nothing")?;
        let key = (citation.certificate.as_str(), citation.line);
        rule(cited.insert(key), || at(""), "the same certificate and line stands twice in this item")?;
    }
    check_sum(item, at)
}

/// Citations sum to the item where both are in comparable units: more cited than declared would let one
/// item reserve for another, less would let the rest travel uncovered.
fn check_sum(item: &GoodsItem, at: impl Fn(&str) -> String) -> Result<(), ConsignmentError> {
    let Some(declared) = item.supplementary_units else { return Ok(()) };
    if item.citations.is_empty() {
        return Ok(());
    }
    let mut sum = crate::goods::Decimal::ZERO;
    for citation in &item.citations {
        let Quantity { value, unit } = citation.quantity;
        let Conversion::Exact(value) = unit.convert(value, declared.unit) else { return Ok(()) };
        match sum.checked_add(value) {
            Some(total) => sum = total,
            None => return rule(false, || at("citations"), "the citations sum to more than a quantity can hold"),
        }
    }
    rule(
        sum == declared.value,
        || at("citations"),
        &format!("the citations sum to {sum} {}, the item declares {declared}", declared.unit),
    )
}
