//! Statement sets: the exact words a manufacturer confirms.

use std::collections::BTreeMap;

use serde::Deserialize;
use time::Date;
use unicode_normalization::UnicodeNormalization as _;

use super::reading::{File, RegimeError};
use super::regime_file::Day;
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

/// A statement set as a file: its texts by language.
#[derive(Debug, Clone)]
pub struct StatementSets {
    /// Its name.
    pub id: String,
    /// Its version.
    pub version: String,
    /// The first day on which this version counts.
    pub from: Date,
    /// Where the words come from.
    pub source: String,
    /// The texts.
    pub texts: Vec<StatementSet>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct SetFile {
    statements: String,
    version: String,
    from: Day,
    source: String,
    text: Vec<TextTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct TextTable {
    language: String,
    wording: Wording,
    says: BTreeMap<String, String>,
}

impl StatementSets {
    pub(super) fn parse(file: File<'_>) -> Result<Self, RegimeError> {
        let read: SetFile = file.toml()?;
        let mut texts: Vec<StatementSet> = Vec::new();
        for text in read.text {
            if texts.iter().any(|there| there.language == text.language) {
                return Err(file.refused_key("language", format!("the language {:?} stands twice", text.language)));
            }
            texts.push(StatementSet::of(file, &read.statements, text)?);
        }
        if texts.is_empty() {
            return Err(file.refused(1, 1, "a statement set has at least one [[text]]"));
        }
        Ok(Self { id: read.statements, version: read.version, from: read.from.0, source: read.source, texts })
    }
}

impl StatementSet {
    /// The text is a line a statement in the order of their names, `S1: words`, with LF after each: its bytes are what
    /// the manufacturer seals, so they are fixed (UTF-8, NFC, LF).
    fn of(file: File<'_>, id: &str, table: TextTable) -> Result<Self, RegimeError> {
        if !(2..=5).contains(&table.language.len())
            || !table.language.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
        {
            let problem = format!("{:?} is no language such as \"en\" or \"lt\"", table.language);
            return Err(file.refused_key("language", problem));
        }
        if table.says.is_empty() {
            return Err(file.refused_key("language", "the text says nothing"));
        }
        let mut text = String::new();
        for (name, words) in &table.says {
            let refused = |problem: &str| Err(file.refused_key(name, format!("{name}: {problem}")));
            if !(1..=8).contains(&name.len()) || !name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) {
                return refused("a statement's name is 1 to 8 capital letters and digits, such as S1");
            }
            if words.trim().is_empty() || words.trim() != words || words.chars().count() > 2_000 {
                return refused("wanted 1 to 2000 characters without blanks at the ends");
            }
            if words.chars().any(char::is_control) || !words.nfc().eq(words.chars()) {
                return refused("a statement is one line of Unicode in the composed form (NFC)");
            }
            text.push_str(name);
            text.push_str(": ");
            text.push_str(words);
            text.push('\n');
        }
        let digest = Digest::of(text.as_bytes());
        let (id, language, wording) = (id.to_owned(), table.language, table.wording);
        Ok(Self { id, language, text, digest, statements: table.says, accepted: false, wording })
    }

    pub(super) fn with_accepted(mut self, accepted: bool) -> Self {
        self.accepted = accepted;
        self
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

    /// Whether a regime that asks for a certificate takes this wording.
    pub const fn is_accepted(&self) -> bool {
        self.accepted
    }

    /// Whose words they are.
    pub const fn wording(&self) -> Wording {
        self.wording
    }
}
