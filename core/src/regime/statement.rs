//! Statement sets: the exact words a manufacturer confirms.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization as _;

use super::RegimeError;
use crate::digest::Digest;

/// The statements of one set in one language.
#[derive(Debug, Clone)]
pub struct StatementSet {
    id: String,
    language: String,
    text: String,
    statements: BTreeMap<String, String>,
    accepted: bool,
}

impl StatementSet {
    /// Reads a text: a statement a line, `S1: words`. It must be NFC with LF at the end of every line, because its
    /// bytes are what the manufacturer seals. `accepted`: whether the built-in regime takes this wording.
    pub fn parse(file: &str, id: &str, language: &str, text: &str, accepted: bool) -> Result<Self, RegimeError> {
        let refused = |line: usize, problem: &str| RegimeError {
            file: file.to_owned(),
            line: u64::try_from(line).unwrap_or(u64::MAX).saturating_add(1),
            column: 1,
            problem: problem.to_owned(),
        };
        if !text.ends_with('\n') || text.contains('\r') || !text.nfc().eq(text.chars()) {
            return Err(refused(0, "a statement text is NFC, with LF after every line"));
        }
        let mut statements = BTreeMap::new();
        for (number, line) in text.lines().enumerate() {
            let (name, words) = line.split_once(": ").ok_or_else(|| refused(number, "wanted `S1: words`"))?;
            if statements.insert(name.to_owned(), words.to_owned()).is_some() {
                return Err(refused(number, "the statement stands twice"));
            }
        }
        Ok(Self { id: id.to_owned(), language: language.to_owned(), text: text.to_owned(), statements, accepted })
    }

    /// Its name, such as `LT-2023-07-03`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its language, such as `lt`.
    pub fn language(&self) -> &str {
        &self.language
    }

    /// The exact text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The SHA-256 of the exact text (UTF-8, NFC, LF).
    pub fn digest(&self) -> Digest {
        Digest::of(self.text.as_bytes())
    }

    /// The statements by name.
    pub const fn statements(&self) -> &BTreeMap<String, String> {
        &self.statements
    }

    /// Whether the built-in regime takes this wording.
    pub const fn is_accepted(&self) -> bool {
        self.accepted
    }
}
