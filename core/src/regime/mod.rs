//! Regimes: when a certificate is required, and when a movement is prohibited. The law is data: a file a regime, a
//! file a goods list, each with versions that are kept for ever (docs/REGIMES.md). Nothing in here names a country's
//! rule.

mod applies;
mod asked;
mod asking;
mod demands;
mod document;
mod documents;
mod evaluate;
mod example;
mod import;
mod lacking;
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

pub use applies::Question;
pub use asked::Note;
pub use asking::Asking;
pub use demands::Demand;
pub use document::{Document, DocumentKind, TEXT_BYTES_MAX};
pub use evaluate::{ItemRequirement, Regimes};
pub use example::{Example, Tried};
pub use import::{Imported, import_list};
pub use lacking::Lacking;
pub use library::{LoadRefused, RegimeData};
pub use list::{GoodsList, ListEntry, ListHead, Listed};
pub use reading::RegimeError;
pub use regime_file::{
    Applies, Asks, ChangeOfTractor, Confidence, EmptyElement, Goods, GoverningDate, Issuer, Procedure, Regime, Unit,
};
pub use route::Route;
pub use statement::{StatementSet, StatementSets, Wording};
pub use tables::{BorderOffices, DataSets};

use prefix::Prefix;
