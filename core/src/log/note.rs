//! Signed notes (C2SP signed-note) that hold a checkpoint.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::checkpoint::Checkpoint;
use super::error::LogError;
use super::key::LogKey;
use super::origin::Origin;

/// The most signatures of a note: the format asks readers for 16 at least; twice that leaves room for a log's own
/// keys during a rotation, and bounds the work on a hostile note.
pub const NOTE_SIGNATURES_MAX: usize = 32;
/// The largest note in bytes: sixteen post-quantum witness signatures of 5 kB in base64 fit.
pub const NOTE_BYTES_MAX: usize = 128 * 1024;

/// Em dash and space begin a signature line.
const SIGNATURE_MARK: &str = "\u{2014} ";

/// A checkpoint with a good signature by a known key of its origin. Only [`open_checkpoint`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: String,
}

impl SignedCheckpoint {
    /// What was signed.
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The whole note, with the signatures of witnesses.
    pub fn note(&self) -> &str {
        &self.note
    }
}

/// The line of a signature: em dash, key name, and base64 of key hash and signature.
pub(super) fn signature_line(key: &LogKey, signature: &[u8]) -> String {
    let mut bytes = key.hash().to_be_bytes().to_vec();
    bytes.extend(signature);
    format!("{SIGNATURE_MARK}{} {}\n", key.name(), STANDARD.encode(bytes))
}

struct Signature<'a> {
    name: &'a str,
    key_hash: u32,
    bytes: Vec<u8>,
}

fn read_signature(line: &str) -> Result<Signature<'_>, LogError> {
    let refused = || LogError::malformed("signature line", "\u{2014} name base64", line);
    let (name, encoded) =
        line.strip_prefix(SIGNATURE_MARK).and_then(|rest| rest.split_once(' ')).ok_or_else(refused)?;
    if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c == '+') {
        return Err(refused());
    }
    let bytes = STANDARD.decode(encoded).map_err(|_| refused())?;
    let (key_hash, signature) = bytes.split_first_chunk().ok_or_else(refused)?;
    if signature.is_empty() {
        return Err(refused());
    }
    Ok(Signature { name, key_hash: u32::from_be_bytes(*key_hash), bytes: signature.to_vec() })
}

/// A note with its signatures judged.
pub(crate) struct OpenedNote<'a> {
    /// What was signed, with the line feed at its end.
    pub(crate) text: &'a str,
    signers: Vec<&'a LogKey>,
}

impl OpenedNote<'_> {
    /// Requires that a known key of this origin signed it, and that none did which was retired before the log had so
    /// many entries.
    pub(crate) fn signed_by(&self, origin: &Origin, size: u64) -> Result<(), LogError> {
        let mut signed = false;
        for key in self.signers.iter().filter(|key| key.name() == origin) {
            if let Some(last_size) = key.last_size().filter(|last| *last < size) {
                return Err(LogError::KeyRetired { key: key.to_string(), last_size, found: size });
            }
            signed = true;
        }
        if signed { Ok(()) } else { Err(LogError::NotSigned(origin.to_string())) }
    }
}

/// A note's text, with the line feed at its end, and its signature lines.
fn split(note: &[u8]) -> Result<(&str, &str), LogError> {
    if note.len() > NOTE_BYTES_MAX {
        return Err(LogError::TooLarge { what: "note", unit: "bytes", max: NOTE_BYTES_MAX, found: note.len() });
    }
    let note =
        str::from_utf8(note).map_err(|_| LogError::malformed("note", "UTF-8", &String::from_utf8_lossy(note)))?;
    if note.contains(|c: char| c < ' ' && c != '\n') {
        return Err(LogError::malformed("note", "no control characters but the line feed", note));
    }
    let refused = || LogError::malformed("note", "text, an empty line, signature lines", note);
    let (text, signatures) = note
        .rfind("\n\n")
        .and_then(|end| note.split_at_checked(end.saturating_add(1)))
        .and_then(|(text, rest)| Some((text, rest.strip_prefix('\n')?.strip_suffix('\n')?)))
        .ok_or_else(refused)?;
    let count = signatures.split('\n').count();
    if count > NOTE_SIGNATURES_MAX {
        return Err(LogError::TooLarge { what: "note", unit: "signatures", max: NOTE_SIGNATURES_MAX, found: count });
    }
    Ok((text, signatures))
}

/// Opens a note: every signature by a known key must be good; all others are ignored.
pub(crate) fn open_note<'a>(note: &'a [u8], keys: &'a [LogKey]) -> Result<OpenedNote<'a>, LogError> {
    let (text, signatures) = split(note)?;
    let mut signers = Vec::new();
    for line in signatures.split('\n') {
        let found = read_signature(line)?;
        let known = |key: &&LogKey| key.name().as_str() == found.name && key.hash() == found.key_hash;
        if let Some(key) = keys.iter().find(known) {
            key.verify(text.as_bytes(), &found.bytes)?;
            signers.push(key);
        }
    }
    Ok(OpenedNote { text, signers })
}

/// Opens a signed checkpoint: a known key whose name is the origin must have signed it.
///
/// Signatures by keys that are not in `keys` are ignored (witnesses, and keys of a rotation to come); a bad
/// signature by a key that is, or one by a retired key over more entries than it ever signed, refuses the note,
/// whatever else signed it. Bounds: 128 KiB, 32 signatures.
pub fn open_checkpoint(note: &[u8], keys: &[LogKey]) -> Result<SignedCheckpoint, LogError> {
    // What is no checkpoint is refused for that, whoever signed it.
    let checkpoint = Checkpoint::parse(split(note)?.0)?;
    let opened = open_note(note, keys)?;
    opened.signed_by(&checkpoint.origin, checkpoint.size)?;
    Ok(SignedCheckpoint { checkpoint, note: String::from_utf8_lossy(note).into_owned() })
}
