//! Data sets and elements of the customs declaration. Which set carries which element is data:
//! `regimes/data-sets.csv`.

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
