//! An export of the log: what its files say, and whether they are as they were (`docs/EXPORT.md`).
//!
//! Nothing here reads a file. What comes in are bytes of a file and keys that the reader holds already; what an
//! export says of itself is believed only where the log's key signed it.

mod entry;
mod error;
mod file;
mod filter;
mod line;
mod manifest;
#[cfg(test)]
mod tests;
mod tree;

pub use entry::EntryFields;
pub use error::ExportError;
pub use file::{FileName, ListedFile};
pub use filter::{Filter, Match};
pub use line::{EVIDENCE_LINE_BYTES_MAX, EvidenceLine, PROOF_LINE_BYTES_MAX, ProofLine};
pub use manifest::{EvidenceCount, FORMAT, MANIFEST_BYTES_MAX, Manifest};
pub use tree::{Comparison, Judged};
