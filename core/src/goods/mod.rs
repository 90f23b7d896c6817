//! Goods: commodity codes, quantities with their units, countries, condition.

mod commodity;
mod country;
mod decimal;
mod quantity;
#[cfg(test)]
mod tests;
mod unit;

pub use commodity::{CodePart, CommodityCode, CommodityError};
pub use country::{Country, CountryError};
pub use decimal::{Decimal, DecimalError};
pub use quantity::Quantity;
pub use unit::{Conversion, Unit, UnitError};

/// Whether goods are new or used. Latvian rules ask another issuer for used goods.
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
#[serde(rename_all = "camelCase")]
pub enum Condition {
    /// Never used.
    New,
    /// Used before.
    Used,
}
