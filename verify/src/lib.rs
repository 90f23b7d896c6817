//! Verifies what a register hands out, from files alone: no register, no network, nothing but `endmark-core`.
//!
//! The rules are in `endmark_core::{log, export, seal, chain}`; this crate walks the files.

mod certificate;
mod evidence;
mod export;
mod file;
mod growth;
mod key;
mod order;
mod receipt;
mod report;
mod rotation;

pub use certificate::certificate;
pub use export::export;
pub use growth::growth;
pub use key::read_keys;
pub use receipt::{Proved, receipt};
pub use report::{CouldNot, Fault, Report};
