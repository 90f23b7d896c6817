//! The regimes and lists that are built into the program.

use endmark_core::regime::{RegimeData, RegimeError, Regimes};
use time::Date;

/// Every file of `regimes/`, by its path below it.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/regime_files.rs"));

/// Reads the built-in rule set. After `lists_valid_until`, "not listed" counts as unknown.
pub fn load(lists_valid_until: Date) -> Result<Regimes, RegimeError> {
    Ok(Regimes::built_in(RegimeData::parse(FILES)?, lists_valid_until))
}

/// The rule set in force at a moment of the past. Today that is the built-in one, whose lists know their own days.
pub fn at(settings: &crate::config::Settings, _: time::OffsetDateTime) -> Result<Regimes, RegimeError> {
    load(settings.lists_valid_until)
}
