//! The strict reading of a consignment.

use std::collections::BTreeSet;

use super::{Citation, Consignment, GoodsItem};
use crate::certificate::{Null, read};
use crate::goods::{Conversion, Decimal, Quantity};
use crate::number::CertificateNumber;
use crate::party::{IDENTIFIERS_MAX, Party};
use crate::text::Text;

/// The largest question in bytes: 9,999 goods items with a citation each stay below 6 MiB.
pub const CONSIGNMENT_BYTES_MAX: usize = 8 * 1024 * 1024;
/// The most goods items a declaration has (customs conventions).
pub const GOODS_ITEMS_MAX: usize = 9_999;
/// The most different certificates that one consignment cites. Each is looked up while everybody waits for the
/// writer; a truck is loaded with the goods of a few makers.
pub const CERTIFICATES_MAX: usize = 1_000;
/// The most different previous documents that one consignment names: each declaration among them is looked up the same
/// way.
pub(super) const PREVIOUS_MAX: usize = GOODS_ITEMS_MAX;
/// The most citations of one item.
pub(super) const CITATIONS_PER_ITEM_MAX: usize = 99;
/// The most elements that can be supplied from the papers: each once.
const ELEMENTS_MAX: usize = 16;
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

impl ConsignmentError {
    /// The reason code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "consignmentTooLarge",
            Self::Json(_) => "consignmentMalformed",
            Self::Rule { .. } => "consignmentRuleBroken",
        }
    }
}

/// Reads a consignment strictly. A `null` counts as absent, as customs systems write it.
pub fn parse(body: &[u8]) -> Result<Consignment, ConsignmentError> {
    if body.len() > CONSIGNMENT_BYTES_MAX {
        return Err(ConsignmentError::TooLarge { found: body.len() });
    }
    let consignment = parse_again(body)?;
    for (position, element) in consignment.supplied_from_papers.iter().enumerate() {
        let problem = "what was read from the papers must stand in the consignment: write it where it belongs, or leave its \
                       name out here";
        rule(consignment.gives(*element), || format!("suppliedFromPapers[{position}]"), problem)?;
    }
    Ok(consignment)
}

/// Reads a question of the past, as evidence has it: what is asked of new ones alone is not asked of it.
pub fn parse_again(body: &[u8]) -> Result<Consignment, ConsignmentError> {
    let consignment: Consignment = read(body, Null::Absent).map_err(ConsignmentError::Json)?;
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
    rule(consignment.supplied_from_papers.len() <= ELEMENTS_MAX, || "suppliedFromPapers".into(), "name each once")?;
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
    let cited: BTreeSet<String> = items.iter().flat_map(|item| &item.citations).map(number_cited).collect();
    let problem = "at most 1000 different certificates; split the declaration";
    rule(cited.len() <= CERTIFICATES_MAX, || "goodsItems".into(), problem)?;
    check_previous(consignment)
}

fn check_previous(consignment: &Consignment) -> Result<(), ConsignmentError> {
    let of_items = consignment.goods_items.iter().flat_map(|item| &item.previous_documents);
    let named = consignment.previous_documents.iter().chain(of_items);
    let problem = "at most 9999 different previous documents; split the declaration";
    // Rarely so many that they must be told apart.
    let holds = named.clone().nth(PREVIOUS_MAX).is_none() || {
        let different: BTreeSet<_> = named.map(|of| of.reference.as_ref().map(Text::as_str)).collect();
        different.len() <= PREVIOUS_MAX
    };
    rule(holds, || "previousDocuments".into(), problem)
}

/// The number that a citation means, however it is written: two spellings of one number are the same certificate.
fn number_cited(citation: &Citation) -> String {
    let text = citation.certificate.as_str();
    text.parse::<CertificateNumber>().map_or_else(|_| text.to_owned(), |number| number.to_string())
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
        let key = (number_cited(citation), citation.line);
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
    let mut sum = Decimal::ZERO;
    let mut rounded = 0_i128;
    for citation in &item.citations {
        let Quantity { value, unit } = citation.quantity;
        let added = match unit.convert(value, declared.unit) {
            Conversion::NotComparable => return Ok(()),
            Conversion::Exact(value) => sum.checked_add(value),
            Conversion::RoundedUp(value) => {
                rounded = rounded.saturating_add(1);
                sum.checked_add(value)
            }
            Conversion::TooLarge => None,
        };
        match added {
            Some(total) => sum = total,
            None => return rule(false, || at("citations"), "the citations sum to more than a quantity can hold"),
        }
    }
    // Each rounding adds less than a millionth, so the true sum may be what is declared only within that many.
    let excess = sum.millionths().saturating_sub(declared.value.millionths());
    rule(
        (0..rounded.max(1)).contains(&excess),
        || at("citations"),
        &format!("the citations sum to {sum} {}, the item declares {declared}", declared.unit),
    )
}
