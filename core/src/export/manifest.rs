//! The manifest: what an export holds, under the log's signature.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::error::ExportError;
use super::file::{FileName, ListedFile};
use super::filter::Filter;
use crate::log::{LogKey, LogSigner, Origin, open_note};

/// The format's name.
pub const FORMAT: &str = "endmark-export@v1";
/// The largest manifest in bytes; one with every file and a full filter has some 3 KiB.
pub const MANIFEST_BYTES_MAX: usize = 64 * 1024;

/// How much evidence an export has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceCount {
    /// Pieces that are there.
    pub kept: u64,
    /// Pieces that were erased.
    pub redacted: u64,
}

/// What an export holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: String,
    /// The log's origin.
    pub origin: String,
    /// When the export was asked for.
    #[serde(with = "time::serde::rfc3339")]
    pub exported_at: OffsetDateTime,
    /// What made it.
    pub software: String,
    /// The leaf of the entry that records the export.
    pub recorded_as: u64,
    /// The size of the checkpoint: the export is of the entries below it.
    pub size: u64,
    /// Which entries; all where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<Filter>,
    /// How many entries there are.
    pub entries: u64,
    /// How much evidence there is; none was asked for where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<EvidenceCount>,
    /// The size of the auditor's last checkpoint, where one was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<u64>,
    /// The files, beside the manifest and its signature.
    pub files: Vec<ListedFile>,
}

impl Manifest {
    /// The file `manifest.json`: JSON over several lines, the first of them `{`, so that no checkpoint reads so.
    pub fn to_text(&self) -> Result<String, ExportError> {
        let text = serde_json::to_string_pretty(self).map_err(|error| ExportError::json("manifest.json", &error))?;
        Ok(format!("{text}\n"))
    }

    /// Reads the file. Nothing is known of it before [`Self::open`].
    pub fn parse(bytes: &[u8]) -> Result<Self, ExportError> {
        let what = "manifest.json";
        if bytes.len() > MANIFEST_BYTES_MAX {
            return Err(ExportError::TooLarge { what, max: MANIFEST_BYTES_MAX, found: bytes.len() });
        }
        // Another format may have other members: what it is called comes first.
        let head: Head = serde_json::from_slice(bytes).map_err(|error| ExportError::json(what, &error))?;
        if head.format != FORMAT {
            return Err(ExportError::Format(head.format.chars().take(60).collect()));
        }
        let read: Self = serde_json::from_slice(bytes).map_err(|error| ExportError::json(what, &error))?;
        if read.recorded_as >= read.size {
            let (leaf, size) = (read.recorded_as, read.size);
            return Err(ExportError::Files(format!("says that entry {leaf} records it, outside a log of {size}")));
        }
        read.check_files()?;
        Ok(read)
    }

    /// Which files it must list follows from what it says.
    fn check_files(&self) -> Result<(), ExportError> {
        let listed: BTreeSet<FileName> = self.files.iter().map(|file| file.name).collect();
        if listed.len() != self.files.len() {
            return Err(ExportError::Files("lists a file twice".to_owned()));
        }
        let wanted = |name: FileName| match name {
            FileName::Entries | FileName::Checkpoint | FileName::Keys => Some(true),
            FileName::LeafHashes => Some(self.filter.is_none()),
            FileName::Proofs => Some(self.filter.is_some()),
            FileName::Evidence => Some(self.evidence.is_some()),
            FileName::Since | FileName::Consistency => Some(self.since.is_some()),
            FileName::Table | FileName::Readme => None,
        };
        for name in FileName::ALL {
            let found = listed.contains(&name);
            if wanted(name).is_some_and(|wanted| wanted != found) {
                let says = if found { "lists" } else { "does not list" };
                return Err(ExportError::Files(format!("{says} {name}, against what else it says")));
            }
        }
        if self.filter.is_none() && self.entries != self.size {
            let (entries, size) = (self.entries, self.size);
            return Err(ExportError::Files(format!("counts {entries} entries of a whole log of {size}")));
        }
        Ok(())
    }

    /// Signs it: the files `manifest.json` and `manifest.sig`. Text, an empty line and signature are a signed note.
    pub fn sign(&self, signer: &LogSigner) -> Result<(String, String), ExportError> {
        let text = self.to_text()?;
        let signature = signer.signature(&text);
        // What is handed out has been opened again.
        Self::open(text.as_bytes(), signature.as_bytes(), std::slice::from_ref(signer.key()))?;
        Ok((text, signature))
    }

    /// Opens `manifest.json` and `manifest.sig`: a known key of the origin must have signed. That the format is another
    /// is said only of what such a key signed.
    pub fn open(text: &[u8], signature: &[u8], keys: &[LogKey]) -> Result<Self, ExportError> {
        let read = Self::parse(text);
        let (origin, size) = match &read {
            Ok(read) => (read.origin.parse::<Origin>()?, read.size),
            // What a key did not sign was changed, whatever it calls itself.
            Err(ExportError::Format(_)) => {
                let head: Head =
                    serde_json::from_slice(text).map_err(|error| ExportError::json("manifest.json", &error))?;
                (head.origin.parse()?, 0)
            }
            Err(error) => return Err(error.clone()),
        };
        let note = [text, b"\n", signature].concat();
        let opened = open_note(&note, keys)?;
        if opened.text.as_bytes() != text {
            let problem = "it holds an empty line, or the signature more than signature lines".to_owned();
            return Err(ExportError::Malformed { what: "manifest.json", problem });
        }
        opened.signed_by(&origin, size)?;
        read
    }
}

/// What every format of manifest has.
#[derive(Deserialize)]
struct Head {
    format: String,
    origin: String,
}
