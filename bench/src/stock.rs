//! What the driver has at hand: the numbers issued, the declarations to send, certificates to submit.

use std::collections::BTreeSet;
use std::ops::Range;

use bytes::Bytes;
use endmark::cli::Failed;

use crate::document::{self, Template};
use crate::officer::Session;

/// Numbers and documents.
#[derive(Debug)]
pub(crate) struct Stock {
    /// The certificates issued.
    pub(crate) numbers: Vec<String>,
    /// The entries that the last filling left: a manufacturer may prove its own.
    pub(crate) leaves: Range<u64>,
    /// Three goods items.
    pub(crate) declaration: Template,
    /// One of them.
    pub(crate) one_item: Template,
    /// Sealed and not yet submitted.
    pub(crate) sealed: Vec<Bytes>,
    /// The next serial.
    pub(crate) next: u64,
    /// Who types numbers, once somebody does.
    pub(crate) officer: Session,
    /// The processes that were asked about every certificate.
    pub(crate) seen_by: BTreeSet<u32>,
}

impl Stock {
    pub(crate) fn new() -> Result<Self, Failed> {
        Ok(Self {
            numbers: Vec::new(),
            leaves: 0..0,
            declaration: document::declaration()?,
            one_item: document::one_item()?,
            sealed: Vec::new(),
            next: 1,
            officer: Session::default(),
            seen_by: BTreeSet::new(),
        })
    }

    /// The number whose turn it is.
    pub(crate) fn number(&self, serial: u64) -> &str {
        let count = u64::try_from(self.numbers.len()).unwrap_or(u64::MAX).max(1);
        let position = usize::try_from(serial % count).unwrap_or(0);
        self.numbers.get(position).map_or("", String::as_str)
    }
}
