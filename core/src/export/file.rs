//! The files of an export.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;

/// A file that an export can have. Only these names are ever opened: a manifest cannot lead a reader elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum FileName {
    /// Every entry's stored bytes, one a line: authoritative.
    #[serde(rename = "entries.jsonl")]
    Entries,
    /// Of a whole export: every entry's leaf hash, 32 bytes each.
    #[serde(rename = "leaf-hashes.bin")]
    LeafHashes,
    /// Of a filtered export: every entry's place and inclusion proof, one a line.
    #[serde(rename = "proofs.txt")]
    Proofs,
    /// Evidence with its salts, one entry's a line.
    #[serde(rename = "evidence.jsonl")]
    Evidence,
    /// The entries as a table for people.
    #[serde(rename = "entries.csv")]
    Table,
    /// The signed checkpoint that everything is proved against.
    #[serde(rename = "checkpoint")]
    Checkpoint,
    /// The auditor's last checkpoint, as it was given.
    #[serde(rename = "since")]
    Since,
    /// The proof that the log continues it.
    #[serde(rename = "consistency.txt")]
    Consistency,
    /// The log's keys, one a line.
    #[serde(rename = "keys.txt")]
    Keys,
    /// What this is, for people.
    #[serde(rename = "README.txt")]
    Readme,
}

impl FileName {
    /// Every file, in the order in which they are named.
    pub const ALL: [Self; 10] = [
        Self::Entries,
        Self::LeafHashes,
        Self::Proofs,
        Self::Evidence,
        Self::Table,
        Self::Checkpoint,
        Self::Since,
        Self::Consistency,
        Self::Keys,
        Self::Readme,
    ];

    /// Its name in the folder.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Entries => "entries.jsonl",
            Self::LeafHashes => "leaf-hashes.bin",
            Self::Proofs => "proofs.txt",
            Self::Evidence => "evidence.jsonl",
            Self::Table => "entries.csv",
            Self::Checkpoint => "checkpoint",
            Self::Since => "since",
            Self::Consistency => "consistency.txt",
            Self::Keys => "keys.txt",
            Self::Readme => "README.txt",
        }
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A file as the manifest lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListedFile {
    /// Which.
    pub name: FileName,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of it.
    pub sha256: Digest,
}
