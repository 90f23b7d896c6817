//! Which data set carries which element: absent is not missing.
//!
//! Source: Delegated Regulation (EU) 2015/2446, Annex B as replaced by (EU) 2021/234, columns B1, B4, C1, D1;
//! the TIR data set follows D1.

/// A data set of the customs declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
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

impl DataSet {
    /// Whether the set, with or without security data, has the element.
    pub const fn presence(self, element: Element, security: bool) -> Presence {
        use Element as E;
        let routing = if security { Presence::InSet } else { Presence::NotInSet };
        match (self, element) {
            (_, E::Condition | E::SerialNumbers | E::EndUser | E::EndUse) => Presence::NotInSet,
            (_, E::CountriesOfRouting) => routing,
            (_, E::Transport) => Presence::Optional,
            (Self::B1 | Self::B4 | Self::C1, E::Seller | E::Buyer | E::TaricCode) => Presence::NotInSet,
            (Self::B1 | Self::B4 | Self::C1, E::Exporter | E::CountryOfDestination | E::CombinedNomenclatureCode) => {
                Presence::InSet
            }
            (Self::B1, E::Consignee) => {
                if security {
                    Presence::InSet
                } else {
                    Presence::Optional
                }
            }
            (Self::B4 | Self::C1, E::Consignee) => Presence::Optional,
            (Self::B1 | Self::B4, E::NetMass) => Presence::InSet,
            (Self::B1 | Self::B4 | Self::C1, E::SupplementaryUnits | E::CountryOfOrigin) => Presence::Optional,
            (Self::C1, E::NetMass) => Presence::Optional,
            (Self::D1 | Self::Tir, E::Consignee | E::CountryOfDestination) => Presence::InSet,
            (Self::D1 | Self::Tir, E::CombinedNomenclatureCode | E::NetMass) => Presence::Optional,
            (
                Self::D1 | Self::Tir,
                E::Exporter | E::Seller | E::Buyer | E::TaricCode | E::CountryOfOrigin | E::SupplementaryUnits,
            ) => Presence::NotInSet,
        }
    }
}
