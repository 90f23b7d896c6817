//! Data sets and elements of the customs declaration. Which set carries which element is data:
//! `regimes/data-sets.csv`.

use super::{Consignment, GoodsItem};

/// A data set of the customs declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum DataSet {
    /// Export and re-export declaration.
    B1,
    /// Dispatch of goods in trade with special fiscal territories.
    B4,
    /// Simplified export declaration.
    C1,
    /// Transit declaration.
    D1,
    /// TIR carnet.
    #[serde(rename = "TIR")]
    Tir,
}

/// An element that a check compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum Element {
    /// 13 08.
    Seller,
    /// 13 09.
    Buyer,
    /// 13 01.
    Exporter,
    /// 13 03.
    Consignee,
    /// 16 03.
    CountryOfDestination,
    /// 16 12 020.
    CountriesOfRouting,
    /// 18 09 057.
    CombinedNomenclatureCode,
    /// 18 09 058.
    TaricCode,
    /// 16 08.
    CountryOfOrigin,
    /// 18 01.
    NetMass,
    /// 18 02.
    SupplementaryUnits,
    /// In no data set.
    Condition,
    /// In no data set.
    SerialNumbers,
    /// 19 05, 19 07, 19 08, 19 10.
    Transport,
    /// In no data set.
    EndUser,
    /// In no data set.
    EndUse,
}

/// Whether an element belongs to a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// The set has it: an empty one is a gap.
    InSet,
    /// The declarant or the Member State may leave it out: absent is not compared, without further meaning.
    Optional,
    /// The set has no such element.
    NotInSet,
}

impl Element {
    /// Every element.
    pub const ALL: [Self; 16] = [
        Self::Seller,
        Self::Buyer,
        Self::Exporter,
        Self::Consignee,
        Self::CountryOfDestination,
        Self::CountriesOfRouting,
        Self::CombinedNomenclatureCode,
        Self::TaricCode,
        Self::CountryOfOrigin,
        Self::NetMass,
        Self::SupplementaryUnits,
        Self::Condition,
        Self::SerialNumbers,
        Self::Transport,
        Self::EndUser,
        Self::EndUse,
    ];
}

impl Consignment {
    /// Whether an element is given, for the whole or for any item. End user and end use have no place in a declaration.
    pub fn gives(&self, element: Element) -> bool {
        let of_parties = &self.parties;
        let an_item = |gives: fn(&GoodsItem) -> bool| self.goods_items.iter().any(gives);
        match element {
            Element::Seller => of_parties.seller.is_some(),
            Element::Buyer => of_parties.buyer.is_some(),
            Element::Exporter => of_parties.exporter.is_some(),
            Element::Consignee => of_parties.consignee.is_some() || an_item(|item| item.consignee.is_some()),
            Element::CountryOfDestination => {
                self.country_of_destination.is_some() || an_item(|item| item.country_of_destination.is_some())
            }
            Element::CountriesOfRouting => !self.countries_of_routing.is_empty(),
            Element::CombinedNomenclatureCode => {
                an_item(|item| item.commodity_code.combined_nomenclature_code.is_some())
            }
            Element::TaricCode => an_item(|item| item.commodity_code.taric_code.is_some()),
            Element::CountryOfOrigin => an_item(|item| item.country_of_origin.is_some()),
            Element::NetMass => an_item(|item| item.net_mass.is_some()),
            Element::SupplementaryUnits => an_item(|item| item.supplementary_units.is_some()),
            Element::Condition => an_item(|item| item.condition.is_some()),
            Element::SerialNumbers => an_item(|item| !item.serial_numbers.is_empty()),
            Element::Transport => self.transport.as_ref().is_some_and(|given| {
                !(given.means.is_empty() && given.containers.is_empty() && given.seals.is_empty())
            }),
            Element::EndUser | Element::EndUse => false,
        }
    }
}
