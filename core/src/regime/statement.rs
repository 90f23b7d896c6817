//! Statement sets: the exact words a manufacturer confirms.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization as _;

use super::RegimeError;
use crate::digest::Digest;

/// Whose words a statement text is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wording {
    /// An authority's, letter by letter.
    Authority,
    /// Endmark's own, after what the authority asks for.
    Endmark,
}

/// The statements of one set in one language.
#[derive(Debug, Clone)]
pub struct StatementSet {
    id: String,
    language: String,
    text: String,
    digest: Digest,
    statements: BTreeMap<String, String>,
    accepted: bool,
    wording: Wording,
}

impl StatementSet {
    /// Reads a text: a statement a line, `S1: words`. It must be NFC with LF at the end of every line, because its
    /// bytes are what the manufacturer seals. `accepted`: whether the built-in regime takes this wording.
    pub fn parse(
        file: &str,
        (id, language): (&str, &str),
        text: &str,
        (accepted, wording): (bool, Wording),
    ) -> Result<Self, RegimeError> {
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
            if name.is_empty() || words.trim().is_empty() {
                return Err(refused(number, "wanted `S1: words`"));
            }
            if statements.insert(name.to_owned(), words.to_owned()).is_some() {
                return Err(refused(number, "the statement stands twice"));
            }
        }
        let (id, language, digest) = (id.to_owned(), language.to_owned(), Digest::of(text.as_bytes()));
        Ok(Self { id, language, text: text.to_owned(), digest, statements, accepted, wording })
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
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The statements by name.
    pub const fn statements(&self) -> &BTreeMap<String, String> {
        &self.statements
    }

    /// Whether the built-in regime takes this wording.
    pub const fn is_accepted(&self) -> bool {
        self.accepted
    }

    /// Whose words they are.
    pub const fn wording(&self) -> Wording {
        self.wording
    }
}
