//! Regimes: when a certificate is required, and when a movement is prohibited. The law is data: a file a regime, a
//! file a goods list, each with versions that are kept for ever (docs/REGIMES.md). Nothing in here names a country's
//! rule.

mod applies;
mod asked;
mod demands;
mod document;
mod documents;
mod evaluate;
mod example;
mod import;
mod library;
mod list;
mod list_file;
mod prefix;
mod reading;
mod regime_file;
mod route;
mod statement;
mod tables;
#[cfg(test)]
pub(crate) mod tests;
mod used;

pub use applies::Question;
pub use asked::Note;
pub use demands::Demand;
pub use document::{Document, DocumentKind, TEXT_BYTES_MAX};
pub use evaluate::{ItemRequirement, Regimes};
pub use example::{Example, Tried};
pub use import::{Imported, import_list};
pub use library::{LoadRefused, RegimeData};
pub use list::{GoodsList, ListEntry, ListHead, Listed};
pub use reading::RegimeError;
pub use regime_file::{
    Applies, Asks, ChangeOfTractor, Confidence, EmptyElement, Goods, GoverningDate, Issuer, Procedure, Regime, Unit,
    WhileNotLoaded,
};
pub use route::Route;
pub use statement::{StatementSet, StatementSets, Wording};
pub use tables::{BorderOffices, DataSets};
pub use used::Used;

use prefix::Prefix;
