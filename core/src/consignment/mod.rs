//! The consignment: what a declaration says about goods, parties, route and transport.

mod data_set;
mod parse;
#[cfg(test)]
mod tests;

pub use data_set::{DataSet, Element, Presence};
pub use parse::{
    CERTIFICATES_MAX, CONSIGNMENT_BYTES_MAX, ConsignmentError, GOODS_ITEMS_MAX, parse, parse_again, validate,
};

use std::collections::BTreeSet;

use time::Date;

use crate::goods::{CommodityCode, Condition, Country, Decimal, Quantity};
use crate::party::Party;
use crate::reference::{DeclarationReference, Office};
use crate::text::Text;

/// The consignment as declared: the question of a check.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Consignment {
    /// Which data set the declaration has: it decides what can be absent without being missing.
    pub data_set: DataSet,
    /// Whether security data (exit summary) is merged in; it brings the countries of routing and the consignee.
    #[serde(default)]
    pub security: bool,
    /// MRN, or LRN with its declarant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<DeclarationReference>,
    /// Rises with every change of the declaration.
    #[serde(default = "first_version")]
    pub declaration_version: u32,
    /// The office that asks.
    pub office: Office,
    /// Start of the formalities, or the border.
    #[serde(default)]
    pub stage: Stage,
    /// Requested procedure, an2: 10, 11, 21, 22, 23 export, 31 re-export; absent in transit (11 09).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub procedure: Option<Text<4>>,
    /// Declaration type an..5, such as EX, T1 (11 01).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declaration_type: Option<Text<5>>,
    /// Day of acceptance (15 09), where the declaration has been accepted.
    #[serde(default, with = "optional_day", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
    pub acceptance_date: Option<Date>,
    /// The parties at consignment level.
    #[serde(default)]
    pub parties: Parties,
    /// Country of destination (16 03).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country_of_destination: Option<Country>,
    /// Countries of routing in order, departure and destination included (16 12 020).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub countries_of_routing: Vec<Country>,
    /// The offices named.
    #[serde(default)]
    pub offices: Offices,
    /// Means of transport, containers, seals.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transport: Option<Transport>,
    /// Previous documents (12 01).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub previous_documents: Vec<Document>,
    /// Supporting documents, licences and additional references (12 03, 12 04).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supporting_documents: Vec<Document>,
    /// The goods items.
    pub goods_items: Vec<GoodsItem>,
    /// Elements an officer read from the papers because the data set lacks them or they were empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supplied_from_papers: Vec<Element>,
}

const fn first_version() -> u32 {
    1
}

/// When in the formalities the question is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum Stage {
    /// At the office of export or departure.
    #[default]
    Start,
    /// At the border office.
    Border,
}

/// Parties of a declaration (group 13).
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Parties {
    /// 13 01.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exporter: Option<Party>,
    /// 13 02.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consignor: Option<Party>,
    /// 13 03.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consignee: Option<Party>,
    /// 13 05.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declarant: Option<Party>,
    /// 13 07.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holder_of_the_transit_procedure: Option<Party>,
    /// 13 08.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seller: Option<Party>,
    /// 13 09.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buyer: Option<Party>,
    /// 13 12.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier: Option<Party>,
    /// 13 14 with role MF.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manufacturer: Option<Party>,
}

/// Offices of a declaration (group 17).
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Offices {
    /// 17 02.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub export: Option<Office>,
    /// 17 01.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit: Option<Office>,
    /// 17 03.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub departure: Option<Office>,
    /// 17 04, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub transit: Vec<Office>,
    /// 17 06, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exit_for_transit: Vec<Office>,
    /// 17 05.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination: Option<Office>,
}

/// Transport of a declaration (group 19).
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = DeclaredTransport))]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Transport {
    /// Mode at the border, n1: 3 is road (19 03).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Text<1>>,
    /// Means of transport (19 05, 19 08).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub means: Vec<MeansOfTransport>,
    /// Containers (19 07).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub containers: Vec<Text<17>>,
    /// Seals (19 10).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub seals: Vec<Text<20>>,
}

impl Transport {
    /// By what the goods came: plates, trailers and containers, as plates are compared, in order.
    pub fn identities(&self) -> BTreeSet<String> {
        let means = self.means.iter().map(|means| means.id.as_str());
        let all = means.chain(self.containers.iter().map(Text::as_str));
        all.map(crate::check::transport::folded).filter(|folded| !folded.is_empty()).collect()
    }
}

/// A means of transport.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct MeansOfTransport {
    /// Type n2: 30 road vehicle, 31 trailer.
    #[serde(rename = "type")]
    pub kind: Text<2>,
    /// Registration.
    pub id: Text<35>,
    /// Nationality.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nationality: Option<Country>,
}

/// A previous or supporting document.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Document {
    /// Type an4, such as N830, Y901, X060.
    #[serde(rename = "type")]
    pub kind: Text<4>,
    /// Reference an..70.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<Text<70>>,
    /// The goods item of that document meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goods_item_number: Option<u32>,
}

/// A goods item.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct GoodsItem {
    /// 11 03, 1 to 99999.
    pub goods_item_number: u32,
    /// 18 05.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Text<512>>,
    /// 18 09.
    pub commodity_code: CommodityCode,
    /// Kilograms, 18 01.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub net_mass: Option<Decimal>,
    /// Kilograms, 18 04.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gross_mass: Option<Decimal>,
    /// 18 02, with the unit TARIC prescribes for the code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supplementary_units: Option<Quantity>,
    /// 16 08.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country_of_origin: Option<Country>,
    /// New or used: in no data set, supplied from the papers or by national data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
    /// Serial numbers found or declared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub serial_numbers: Vec<Text<70>>,
    /// A consignee of this item alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consignee: Option<Party>,
    /// A destination of this item alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country_of_destination: Option<Country>,
    /// 12 01 at item level.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub previous_documents: Vec<Document>,
    /// 12 03, 12 04 at item level.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supporting_documents: Vec<Document>,
    /// What this item draws on which certificate.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub citations: Vec<Citation>,
}

/// "This item draws so much on that line."
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Citation {
    /// The certificate's number as declared; a mistyped one is a finding, not a malformed question.
    pub certificate: Text<70>,
    /// Its line.
    pub line: u32,
    /// How much of it.
    pub quantity: Quantity,
}

mod optional_day {
    use serde::{Deserialize, Deserializer, Serializer};
    use time::Date;

    #[expect(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "the signature serde's `with` asks for")]
    pub(super) fn serialize<S: Serializer>(day: &Option<Date>, serializer: S) -> Result<S::Ok, S::Error> {
        match day {
            Some(day) => crate::day::serialize(day, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
        #[derive(Deserialize)]
        struct Day(#[serde(with = "crate::day")] Date);
        Ok(Option::<Day>::deserialize(deserializer)?.map(|day| day.0))
    }
}
