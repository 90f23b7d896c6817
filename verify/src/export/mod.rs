//! An export: every file against the manifest, every entry against the checkpoint. One pass, constant memory.

mod filtered;
mod whole;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use endmark_core::digest::Digest;
use endmark_core::export::{EntryFields, ExportError, FileName, MANIFEST_BYTES_MAX, Manifest};
use endmark_core::log::{
    CONSISTENCY_BYTES_MAX, Checkpoint, ConsistencyProof, LogError, LogKey, NOTE_BYTES_MAX, open_checkpoint,
};

use crate::evidence::Evidence;
use crate::file::{Hashed, Line, small};
use crate::order::{another, unreadable};
use crate::rotation::Rotations;
use crate::{CouldNot, Report};

/// Progress is told every so many entries.
const STEP: u64 = 100_000;

/// Verifies an export with the keys that the auditor holds, and against the checkpoint that the auditor kept.
/// `progress` hears of entries verified and to be verified.
pub fn export(
    dir: &Path,
    keys: &[LogKey],
    kept: Option<&Path>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Report, CouldNot> {
    let mut report = Report::new("the export is what the log holds");
    if !dir.is_dir() {
        return Err(CouldNot(format!("{}: there is no such folder", dir.display())));
    }
    let kept = kept.map(|path| Ok::<_, CouldNot>((path, crate::file::needed(path, NOTE_BYTES_MAX)?))).transpose()?;
    let Some(manifest) = open_manifest(dir, keys, &mut report)? else { return Ok(report.finish()) };
    let mut walk = Walk::new(dir, &manifest, report);
    let head = walk.checkpoint(FileName::Checkpoint, keys)?;
    if let Some(head) = head.as_ref().filter(|head| head.size != manifest.size) {
        let problem = format!("it is over {} entries, the manifest over {}", head.size, manifest.size);
        walk.report.file(FileName::Checkpoint, problem);
    }
    let mut old = walk.since(head.as_ref(), keys)?;
    if let Some((path, note)) = &kept {
        match open_checkpoint(note, keys) {
            Ok(signed) => {
                let signed = signed.checkpoint().clone();
                if manifest.filter.is_some() && old.as_ref() != Some(&signed) {
                    return Err(CouldNot(format!(
                        "the export has no proof from the checkpoint over {} entries: use endmark-verify growth",
                        signed.size
                    )));
                }
                old = Some(signed);
            }
            Err(error) => walk.report.file(path.display(), error),
        }
    }
    let read = |error: &io::Error| CouldNot::read(dir, error);
    let mut continued = None;
    if let Some(head) = &head {
        match manifest.filter {
            None => continued = walk.whole(head, old, progress).map_err(|error| read(&error))?,
            Some(_) => walk.filtered(head, progress).map_err(|error| read(&error))?,
        }
    }
    walk.consistency(continued.as_ref());
    walk.files().map_err(|error| read(&error))?;
    if let Some(keys) = walk.rotations.applied_to(keys) {
        walk.signed_in_time(&keys)?;
        if let Some((path, Err(error))) = kept.map(|(path, note)| (path, open_checkpoint(&note, &keys))) {
            walk.report.file(path.display(), error);
        }
    }
    Ok(walk.report.finish())
}

fn open_manifest(dir: &Path, keys: &[LogKey], report: &mut Report) -> Result<Option<Manifest>, CouldNot> {
    const NAMES: [&str; 2] = ["manifest.json", "manifest.sig"];
    let mut read = Vec::new();
    for (name, max) in NAMES.into_iter().zip([MANIFEST_BYTES_MAX, NOTE_BYTES_MAX]) {
        match small(&dir.join(name), max)? {
            Some(bytes) => read.push(bytes),
            None if dir.join("export.state").exists() => {
                return Err(CouldNot(format!("{}: the export is not finished; run it again", dir.display())));
            }
            None => report.file(name, "it is missing"),
        }
    }
    if read.is_empty() {
        return Err(CouldNot(format!("{}: there is no manifest.json, so this is no finished export", dir.display())));
    }
    let [text, signature] = read.as_slice() else { return Ok(None) };
    match Manifest::open(text, signature, keys) {
        Ok(manifest) => Ok(Some(manifest)),
        // A known key signed it: nothing is wrong, this reader is too old.
        Err(error @ ExportError::Format(_)) => Err(CouldNot(format!("{}: {error}", dir.display()))),
        Err(error) => {
            report.file("manifest.json", format_args!("with manifest.sig: {error}"));
            Ok(None)
        }
    }
}

/// The files of one export.
struct Walk<'a> {
    dir: &'a Path,
    manifest: &'a Manifest,
    report: Report,
    /// Files that were read on the way.
    digests: BTreeMap<FileName, (u64, Digest)>,
    rotations: Rotations,
    /// The older checkpoint in the export, where the proof beside it does not lead to it.
    unproved: Option<(Checkpoint, LogError)>,
}

impl<'a> Walk<'a> {
    fn new(dir: &'a Path, manifest: &'a Manifest, report: Report) -> Self {
        let (digests, rotations) = (BTreeMap::new(), Rotations::default());
        Self { dir, manifest, report, digests, rotations, unproved: None }
    }

    /// A file that was read is as the manifest says, or is not; `false` too where it was not read.
    fn differs(&self, name: FileName) -> bool {
        let listed = self.manifest.files.iter().find(|file| file.name == name);
        let read = self.digests.get(&name);
        listed.zip(read).is_some_and(|(listed, read)| (listed.bytes, listed.sha256) != *read)
    }

    fn open(&self, name: FileName) -> Result<Option<Hashed>, io::Error> {
        Hashed::open(&self.dir.join(name.as_str())).map_err(|error| io::Error::other(error.to_string()))
    }

    fn small(&self, name: FileName, max: usize) -> Result<Option<Vec<u8>>, CouldNot> {
        small(&self.dir.join(name.as_str()), max)
    }

    fn checkpoint(&mut self, name: FileName, keys: &[LogKey]) -> Result<Option<Checkpoint>, CouldNot> {
        // One that is missing is named with the other files.
        let Some(note) = self.small(name, NOTE_BYTES_MAX)? else { return Ok(None) };
        match open_checkpoint(&note, keys) {
            Ok(signed) if signed.checkpoint().origin.as_str() == self.manifest.origin => {
                return Ok(Some(signed.checkpoint().clone()));
            }
            Ok(signed) => self.report.file(name, format_args!("it is of {}", signed.checkpoint().origin)),
            Err(error) => self.report.file(name, error),
        }
        Ok(None)
    }

    /// Once more what is signed, with the keys as the log itself retired them.
    fn signed_in_time(&mut self, keys: &[LogKey]) -> Result<(), CouldNot> {
        open_manifest(self.dir, keys, &mut self.report)?;
        self.checkpoint(FileName::Checkpoint, keys)?;
        self.checkpoint(FileName::Since, keys)?;
        Ok(())
    }

    /// The older checkpoint in the export, and the proof that the log continues it.
    fn since(&mut self, head: Option<&Checkpoint>, keys: &[LogKey]) -> Result<Option<Checkpoint>, CouldNot> {
        if self.manifest.since.is_none() {
            return Ok(None);
        }
        let old = self.checkpoint(FileName::Since, keys)?;
        let proof = self.small(FileName::Consistency, CONSISTENCY_BYTES_MAX)?;
        if let (Some(head), Some(old), Some(proof)) = (head, &old, proof) {
            match ConsistencyProof::parse(&proof).and_then(|proof| proof.verify(old, head)) {
                Ok(()) => self.report.shows(format_args!("the log continues the checkpoint over {} entries", old.size)),
                Err(error) => self.unproved = Some((old.clone(), error)),
            }
        }
        Ok(old)
    }

    /// A proof that does not fit, once it is known whether the entries themselves continue an older checkpoint.
    fn consistency(&mut self, continued: Option<&Checkpoint>) {
        let Some((old, error)) = self.unproved.take() else { return };
        if continued == Some(&old) {
            let problem = format!(
                "the proof is damaged: the entries themselves show that the log continues the checkpoint over {} entries",
                old.size
            );
            self.report.file(FileName::Consistency, problem);
        } else {
            self.report.file(FileName::Consistency, error);
        }
    }

    fn evidence(&self) -> io::Result<Option<Evidence>> {
        if self.manifest.evidence.is_none() {
            return Ok(None);
        }
        Ok(self.open(FileName::Evidence)?.map(Evidence::new))
    }

    fn finish_evidence(&mut self, evidence: Option<Evidence>, whole: bool) -> io::Result<()> {
        let Some(evidence) = evidence else { return Ok(()) };
        let (lines, count) = evidence.finish(whole, &mut self.report)?;
        if let (Some(count), Some(wanted)) = (count, self.manifest.evidence) {
            if count == wanted {
                self.report.shows(format_args!("{} pieces of evidence, {} redacted", count.kept, count.redacted));
            } else {
                let problem = format!(
                    "it has {} pieces and {} redacted, the manifest counts {} and {}",
                    count.kept, count.redacted, wanted.kept, wanted.redacted
                );
                self.report.file(FileName::Evidence, problem);
            }
        }
        self.digests.insert(FileName::Evidence, lines.finish()?);
        Ok(())
    }

    /// Every file against the manifest.
    fn files(&mut self) -> io::Result<()> {
        for listed in &self.manifest.files {
            let read = match self.digests.remove(&listed.name) {
                Some(read) => Some(read),
                None => self.open(listed.name)?.map(Hashed::finish).transpose()?,
            };
            match read {
                None => self.report.file(listed.name, "it is missing"),
                Some((bytes, _)) if bytes != listed.bytes => self
                    .report
                    .file(listed.name, format_args!("it has {bytes} bytes, the manifest says {}", listed.bytes)),
                Some((_, digest)) if digest != listed.sha256 => {
                    self.report.file(listed.name, "its SHA-256 is not the manifest's");
                }
                Some(_) => {}
            }
        }
        Ok(())
    }
}

/// What stands where an entry should, for people.
fn stands_there(read: Option<Line>, line: &[u8], leaf: u64) -> String {
    match (read, EntryFields::parse(line)) {
        (None, _) => "it and what follows are missing".to_owned(),
        (Some(Line::TooLong), _) => "a line longer than an entry can be stands there".to_owned(),
        (Some(_), Ok(found)) if found.leaf != leaf => another(found.leaf, leaf),
        (Some(_), Ok(_)) => "its bytes were changed".to_owned(),
        (Some(_), Err(error)) => unreadable(&error.problem()),
    }
}
