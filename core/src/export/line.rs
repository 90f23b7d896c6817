//! The lines of `proofs.txt` and `evidence.jsonl`.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use super::error::ExportError;
use crate::digest::Digest;
use crate::log::{Hash, LogError, PROOF_HASHES_MAX};

/// The longest line of `proofs.txt` in bytes: a leaf and 64 hashes of 45 bytes.
pub const PROOF_LINE_BYTES_MAX: usize = 3_000;
/// The longest line of `evidence.jsonl` in bytes: evidence of 16 MiB in base64, twice what a request may have.
pub const EVIDENCE_LINE_BYTES_MAX: usize = 24 * 1024 * 1024;

/// An entry's place and its inclusion proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofLine {
    /// Its place.
    pub leaf: u64,
    /// The audit path from the leaf's sibling up.
    pub proof: Vec<Hash>,
}

impl fmt::Display for ProofLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.leaf)?;
        self.proof.iter().try_for_each(|hash| write!(f, " {hash}"))
    }
}

impl ProofLine {
    /// Reads a line without its line feed, exactly as it is written.
    pub fn parse(line: &[u8]) -> Result<Self, ExportError> {
        let what = "line of proofs.txt";
        if line.len() > PROOF_LINE_BYTES_MAX {
            return Err(ExportError::TooLarge { what, max: PROOF_LINE_BYTES_MAX, found: line.len() });
        }
        let refused = |problem: &str| ExportError::Malformed { what, problem: problem.to_owned() };
        let text = str::from_utf8(line).map_err(|_| refused("it is not UTF-8"))?;
        let mut parts = text.split(' ');
        let leaf = parts.next().unwrap_or_default();
        let read: u64 = leaf.parse().map_err(|_| refused("it begins with no leaf index"))?;
        if read.to_string() != leaf {
            return Err(refused("its leaf index is not written as it should be"));
        }
        let proof: Vec<Hash> = parts.map(str::parse).collect::<Result<_, LogError>>()?;
        if proof.len() > PROOF_HASHES_MAX {
            return Err(refused("it has more than 64 hashes"));
        }
        Ok(Self { leaf: read, proof })
    }
}

/// The evidence of an entry, as exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EvidenceLine {
    /// It is there.
    Kept {
        /// The entry's place.
        leaf: u64,
        /// The salt.
        salt: [u8; 16],
        /// The bytes.
        body: Vec<u8>,
    },
    /// It was erased.
    Redacted {
        /// The entry's place.
        leaf: u64,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    leaf: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    salt: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redacted: Option<bool>,
}

impl EvidenceLine {
    /// The entry it belongs to.
    pub const fn leaf(&self) -> u64 {
        match self {
            Self::Kept { leaf, .. } | Self::Redacted { leaf } => *leaf,
        }
    }

    /// What the entry must say of it: SHA-256 of salt and evidence.
    pub fn digest(&self) -> Option<Digest> {
        match self {
            Self::Kept { salt, body, .. } => Some(Digest::of(&[salt.as_slice(), body].concat())),
            Self::Redacted { .. } => None,
        }
    }

    /// The line, without its line feed.
    pub fn to_line(&self) -> Result<String, ExportError> {
        let raw = match self {
            Self::Kept { leaf, salt, body } => {
                let (salt, evidence) = (Some(hex::encode(salt)), Some(STANDARD.encode(body)));
                Raw { leaf: *leaf, salt, evidence, redacted: None }
            }
            Self::Redacted { leaf } => Raw { leaf: *leaf, salt: None, evidence: None, redacted: Some(true) },
        };
        serde_json::to_string(&raw).map_err(|error| ExportError::json("line of evidence.jsonl", &error))
    }

    /// The entry that a line says it belongs to, also where the rest of it cannot be read.
    pub fn leaf_of(line: &[u8]) -> Option<u64> {
        #[derive(Deserialize)]
        struct Leaf {
            leaf: u64,
        }
        serde_json::from_slice::<Leaf>(line).ok().map(|read| read.leaf)
    }

    /// Reads a line without its line feed.
    pub fn parse(line: &[u8]) -> Result<Self, ExportError> {
        let what = "line of evidence.jsonl";
        if line.len() > EVIDENCE_LINE_BYTES_MAX {
            return Err(ExportError::TooLarge { what, max: EVIDENCE_LINE_BYTES_MAX, found: line.len() });
        }
        let raw: Raw = serde_json::from_slice(line).map_err(|error| ExportError::json(what, &error))?;
        let refused = |problem: &str| ExportError::Malformed { what, problem: problem.to_owned() };
        match raw {
            Raw { leaf, salt: Some(salt), evidence: Some(body), redacted: None } => {
                let salt = hex::decode(salt).ok().and_then(|salt| salt.try_into().ok());
                let salt = salt.ok_or_else(|| refused("its salt is not 16 bytes in hexadecimal"))?;
                let body = STANDARD.decode(body).map_err(|_| refused("its evidence is not base64"))?;
                Ok(Self::Kept { leaf, salt, body })
            }
            Raw { leaf, salt: None, evidence: None, redacted: Some(true) } => Ok(Self::Redacted { leaf }),
            _ => Err(refused("wanted leaf, salt and evidence, or leaf and \"redacted\": true")),
        }
    }
}
