//! The end-destination certificate: what the manufacturer writes and seals.

mod line;
mod parse;
mod plain;
mod shape;
mod short_form;
mod strict;
#[cfg(test)]
mod tests;

pub use line::{Line, SerialNumbers, SerialRange};
pub use parse::{CertificateError, PAYLOAD_BYTES_MAX, parse, parse_again};
pub use short_form::ShortForm;
pub(crate) use strict::{Null, read};

use time::Date;

use crate::digest::Digest;
use crate::goods::Country;
use crate::number::CertificateNumber;
use crate::party::Party;
use crate::text::Text;

/// The payload of a certificate, version 1, as the manufacturer sealed it.
///
/// A value of this type has passed every rule of the document itself (see [`parse()`]); whether its seal is
/// good, trusted and in time is another question.
#[derive(
    Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, borsh::BorshSerialize, borsh::BorshDeserialize,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Certificate {
    /// Version of the document: 1.
    pub version: u8,
    /// The origin of the register it is meant for: one seal cannot be spent in two registers.
    pub register: Text<100>,
    /// The manufacturer's own reference, unique per manufacturer.
    pub reference: Text<70>,
    /// Who made the goods and seals this.
    pub manufacturer: Party,
    /// Who sells the goods (13 08).
    pub seller: Party,
    /// Who buys them in the third country (13 09).
    pub buyer: Party,
    /// Who exports them (13 01).
    pub exporter: Party,
    /// Who receives them (13 03).
    pub consignee: Party,
    /// Who ends up using them.
    pub end_user: Party,
    /// What for.
    pub end_use: Text<512>,
    /// The contract between seller and buyer.
    pub contract: Contract,
    /// Where the goods end up (16 03).
    pub destination_country: Country,
    /// Alternative routes: the countries in order after leaving the Union.
    pub routing: Vec<Vec<Country>>,
    /// Means of transport, where the manufacturer knows them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transport: Option<Transport>,
    /// One movement or several.
    #[serde(default)]
    pub scope: Scope,
    /// When it may be used.
    pub validity: Validity,
    /// The year of the nomenclature its codes are from.
    pub nomenclature_year: u16,
    /// The goods.
    pub lines: Vec<Line>,
    /// The statements the manufacturer confirms.
    pub statements: Statements,
    /// The natural person who acted for the manufacturer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signatory: Option<Signatory>,
    /// The power of attorney under which that person acted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mandate: Option<Mandate>,
    /// The certificate this one takes the place of.
    #[serde(default, deserialize_with = "strict::number", skip_serializing_if = "Option::is_none")]
    pub replaces: Option<CertificateNumber>,
}

/// A contract.
#[derive(
    Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, borsh::BorshSerialize, borsh::BorshDeserialize,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Contract {
    /// Its number.
    pub number: Text<70>,
    /// Its date.
    #[serde(with = "crate::day")]
    #[borsh(serialize_with = "crate::short::write_day", deserialize_with = "crate::short::read_day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub date: Date,
}

/// Means of transport, containers and seals named in a certificate.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    Default,
    serde::Serialize,
    serde::Deserialize,
    borsh::BorshSerialize,
    borsh::BorshDeserialize,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Transport {
    /// Registration of tractors, wagons, vessels (19 05, 19 08).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub means: Vec<Text<35>>,
    /// Registration of trailers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub trailers: Vec<Text<35>>,
    /// Container numbers (19 07).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub containers: Vec<Text<17>>,
    /// Seal numbers (19 10).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub seals: Vec<Text<20>>,
}

/// How many movements a certificate covers.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Default,
    serde::Serialize,
    serde::Deserialize,
    borsh::BorshSerialize,
    borsh::BorshDeserialize,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum Scope {
    /// One movement: the first to reserve binds it.
    #[default]
    SingleMovement,
    /// Any number, as long as quantity is left.
    MultipleMovements,
}

/// Days, both inclusive, in the register's time zone.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    serde::Serialize,
    serde::Deserialize,
    borsh::BorshSerialize,
    borsh::BorshDeserialize,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Validity {
    /// First day.
    #[serde(with = "crate::day")]
    #[borsh(serialize_with = "crate::short::write_day", deserialize_with = "crate::short::read_day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub from: Date,
    /// Last day.
    #[serde(with = "crate::day")]
    #[borsh(serialize_with = "crate::short::write_day", deserialize_with = "crate::short::read_day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub until: Date,
}

/// Which statements, in which wording, the manufacturer confirms.
#[derive(
    Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, borsh::BorshSerialize, borsh::BorshDeserialize,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Statements {
    /// The statement set, such as `LT-2023-07-03`.
    pub set: Text<70>,
    /// The language read, such as `en`.
    pub language: Text<8>,
    /// SHA-256 of the exact text read (UTF-8, NFC, LF), in hex.
    pub digest: Digest,
    /// The statements confirmed, such as `S1`.
    pub confirmed: Vec<Text<16>>,
}

/// The natural person who acted.
#[derive(
    Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, borsh::BorshSerialize, borsh::BorshDeserialize,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Signatory {
    /// Name.
    pub name: Text<140>,
    /// Position in the company.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<Text<70>>,
}

/// A power of attorney.
#[derive(
    Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, borsh::BorshSerialize, borsh::BorshDeserialize,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Mandate {
    /// Its reference.
    pub reference: Text<70>,
    /// Its date.
    #[serde(with = "crate::day")]
    #[borsh(serialize_with = "crate::short::write_day", deserialize_with = "crate::short::read_day")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub date: Date,
}
