//! The lines of a certificate.

use crate::digest::Digest;
use crate::goods::{CommodityCode, Condition, Country, Decimal, Quantity};
use crate::text::Text;

/// One line: goods of one kind, and how much of them may pass.
#[derive(
    Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, borsh::BorshSerialize, borsh::BorshDeserialize,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Line {
    /// Its number, 1 to 99999, unique in the certificate.
    pub line: u32,
    /// Commodity code.
    pub commodity_code: CommodityCode,
    /// What it is, in words.
    pub description: Text<512>,
    /// Trade name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trade_name: Option<Text<140>>,
    /// Model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<Text<140>>,
    /// Serial numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial_numbers: Option<SerialNumbers>,
    /// Where it was made (16 08).
    pub origin_country: Country,
    /// New or used.
    pub condition: Condition,
    /// How much: what the ledger counts.
    pub quantity: Quantity,
    /// Net mass of the whole line in kilograms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub net_mass: Option<Decimal>,
    /// Supplementary units of the whole line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supplementary_units: Option<Quantity>,
}

/// The serial numbers of a line: named, as ranges, or as count and digest where the list is long.
#[derive(
    Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, borsh::BorshSerialize, borsh::BorshDeserialize,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub enum SerialNumbers {
    /// Each by name; at most 5,000.
    List(Vec<Text<70>>),
    /// Ranges with a common prefix and a running number; at most 500.
    Ranges(Vec<SerialRange>),
    /// How many, and the SHA-256 of the sorted list joined by LF.
    #[serde(rename_all = "camelCase")]
    Digest {
        /// How many.
        count: u32,
        /// SHA-256 of the list.
        sha256: Digest,
    },
}

/// First and last of a run: the same prefix, the same number of digits at the end.
#[derive(
    Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, borsh::BorshSerialize, borsh::BorshDeserialize,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SerialRange {
    /// The first serial number.
    pub first: Text<70>,
    /// The last serial number.
    pub last: Text<70>,
}

impl SerialRange {
    /// Whether first and last make a range at all.
    pub fn is_well_formed(&self) -> bool {
        run(self.first.as_str())
            .zip(run(self.last.as_str()))
            .is_some_and(|(first, last)| first.0 == last.0 && first.1 == last.1 && first.2 <= last.2)
    }

    /// Its numbers one by one, the first first: a run can be longer than anybody reads, so take what is needed.
    pub fn numbers(&self) -> impl Iterator<Item = String> + '_ {
        let ends = run(self.first.as_str()).zip(run(self.last.as_str()));
        let numbers = ends.map(|((prefix, digits, first), (_, _, last))| {
            (first..=last).map(move |number| format!("{prefix}{number:0digits$}"))
        });
        numbers.into_iter().flatten()
    }

    /// Whether a serial number lies in the range.
    pub fn contains(&self, serial: &str) -> bool {
        let (Some(first), Some(last), Some(found)) = (run(self.first.as_str()), run(self.last.as_str()), run(serial))
        else {
            return false;
        };
        found.0 == first.0 && found.1 == first.1 && (first.2..=last.2).contains(&found.2)
    }
}

/// Prefix, count of trailing digits, and their value; `None` without digits or with more than 18.
fn run(serial: &str) -> Option<(&str, usize, u64)> {
    let prefix = serial.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = serial.strip_prefix(prefix)?;
    (1..=18).contains(&digits.len()).then_some(())?;
    Some((prefix, digits.len(), digits.parse().ok()?))
}
