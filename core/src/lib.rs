//! The pure rules of Endmark.
//!
//! No I/O, no clock, no randomness: time is an argument, and so is every piece of evidence.
//! This is the crate an auditor reads to believe the service.
#![warn(missing_docs)]
#![warn(clippy::arithmetic_side_effects, clippy::float_arithmetic, clippy::wildcard_enum_match_arm)]

pub mod acceptance;
pub mod attachment;
pub mod certificate;
pub mod chain;
pub mod check;
pub mod consignment;
pub mod day;
pub mod digest;
pub mod export;
pub mod goods;
pub mod log;
pub mod manufacturer;
pub mod moment;
pub mod number;
pub mod offline;
pub mod party;
pub mod position;
pub mod presented;
pub mod reference;
pub mod regime;
pub mod seal;
mod short;
pub mod text;
pub mod token;
pub mod verdict;
pub mod words;
