//! Regimes: when a certificate is required, and when a movement is prohibited.
//!
//! Until regimes are data of their own, one built-in rule set speaks ([`Regimes::built_in`]): the transit bans of
//! Regulations (EU) 833/2014 and (EC) 765/2006 and the Lithuanian rule of 18 December 2023, on the Union's goods lists.

mod asked;
mod built_in;
mod data;
mod documents;
mod list;
mod offices;
mod prefix;
mod route;
mod rules;
mod statement;
#[cfg(test)]
pub(crate) mod tests;

pub use built_in::{ItemRequirement, Regimes};
pub use data::{RegimeData, RegimeError};
pub use list::{GoodsList, ListEntry, Listed};
pub use offices::BorderOffices;
pub use route::Route;
pub use statement::{StatementSet, Wording};

use prefix::Prefix;
