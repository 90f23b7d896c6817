//! An export: every file against the manifest, every entry against the checkpoint. One pass, constant memory.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use endmark_core::digest::Digest;
use endmark_core::export::{
    Comparison, EntryFields, FileName, Judged, MANIFEST_BYTES_MAX, Manifest, Match, PROOF_LINE_BYTES_MAX, ProofLine,
};
use endmark_core::log::{
    CONSISTENCY_BYTES_MAX, Checkpoint, ConsistencyProof, ENTRY_BYTES_MAX, Hash, LogKey, NOTE_BYTES_MAX, leaf_hash,
    open_checkpoint, verify_inclusion,
};

use crate::evidence::Evidence;
use crate::file::{Hashed, Line, small};
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
    let mut walk = Walk { dir, manifest: &manifest, report, digests: BTreeMap::new(), rotations: Rotations::new() };
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
    if let Some(head) = &head {
        match manifest.filter {
            None => walk.whole(head, old, progress).map_err(|error| read(&error))?,
            Some(_) => walk.filtered(head, progress).map_err(|error| read(&error))?,
        }
    }
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
    let [text, signature] = read.as_slice() else { return Ok(None) };
    match Manifest::open(text, signature, keys) {
        Ok(manifest) => Ok(Some(manifest)),
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
}

impl Walk<'_> {
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
                Err(error) => self.report.file(FileName::Consistency, error),
            }
        }
        Ok(old)
    }

    fn evidence(&self) -> io::Result<Option<Evidence>> {
        if self.manifest.evidence.is_none() {
            return Ok(None);
        }
        Ok(self.open(FileName::Evidence)?.map(Evidence::new))
    }

    /// Every entry of the log, against its leaf hash and the root.
    fn whole(
        &mut self,
        head: &Checkpoint,
        old: Option<Checkpoint>,
        progress: &mut dyn FnMut(u64, u64),
    ) -> io::Result<()> {
        let (Some(mut entries), Some(mut hashes)) = (self.open(FileName::Entries)?, self.open(FileName::LeafHashes)?)
        else {
            return Ok(());
        };
        let mut evidence = self.evidence()?;
        let old_size = old.as_ref().map(|old| old.size);
        let mut comparison = Comparison::new(old);
        let mut line = Vec::with_capacity(4096);
        // What stands where the first entry that differs should.
        let mut found = String::new();
        let mut cut_off = None;
        loop {
            let leaf = comparison.entries();
            let read = entries.line(ENTRY_BYTES_MAX, &mut line)?;
            let entry = read.map(|_| leaf_hash(&line));
            let stored = hashes.hash()?.and_then(Result::ok).map(Hash::from);
            if entry.is_none() && stored.is_none() {
                break;
            }
            if read == Some(Line::CutOff) {
                cut_off = Some(leaf);
            }
            let parted_before = comparison.first_difference().is_some();
            comparison.push(entry, stored);
            if comparison.first_difference().is_none() {
                self.rotations.entry(leaf, &line);
                if let Some(evidence) = &mut evidence {
                    evidence.entry(leaf, &line, &mut self.report)?;
                }
            } else if !parted_before {
                found = stands_there(read, &line, leaf);
            }
            if leaf.is_multiple_of(STEP) {
                progress(leaf, self.manifest.entries);
            }
        }
        if let Some(leaf) = cut_off {
            self.report.fault(Some(leaf), Some(FileName::Entries.to_string()), "its line is cut off");
        }
        let count = comparison.entries();
        let good = match comparison.judge(head) {
            Judged::Good => true,
            Judged::Entry(leaf) => {
                self.report.fault(
                    Some(leaf),
                    Some(FileName::Entries.to_string()),
                    format_args!("it is not as it was: {found}"),
                );
                false
            }
            Judged::StoredHash(leaf) => {
                let file = Some(FileName::LeafHashes.to_string());
                self.report.fault(Some(leaf), file, "the hash kept beside it is not as it was; the entries are good");
                true
            }
            Judged::Neither(Some(leaf)) => {
                self.report.entry(leaf, format_args!("{found}; neither entries nor hashes lead to the signed root"));
                false
            }
            Judged::Neither(None) => {
                let problem = format!("{count} entries lead to another root than the checkpoint over {}", head.size);
                self.report.file(FileName::Entries, problem);
                false
            }
            Judged::Rewritten => {
                let old = old_size.unwrap_or_default();
                self.report.fault(
                    None,
                    None,
                    format_args!("the log does not continue the checkpoint over {old} entries: it was rewritten"),
                );
                false
            }
        };
        if good {
            self.report.entries = Some(count);
            self.report.shows(format_args!("{}: all {count} entries, none missing", head.origin));
            if let Some(old) = old_size {
                self.report.shows(format_args!("the first {old} of them are those of the older checkpoint"));
            }
        }
        self.digests.insert(FileName::Entries, entries.finish()?);
        self.digests.insert(FileName::LeafHashes, hashes.finish()?);
        // Once an entry is wrong, nothing can be said of the evidence after it.
        self.finish_evidence(evidence.filter(|_| comparison.first_difference().is_none()), true)
    }

    /// Every entry that was asked for, against its inclusion proof.
    fn filtered(&mut self, head: &Checkpoint, progress: &mut dyn FnMut(u64, u64)) -> io::Result<()> {
        let (Some(mut entries), Some(mut proofs)) = (self.open(FileName::Entries)?, self.open(FileName::Proofs)?)
        else {
            return Ok(());
        };
        let filter = self.manifest.filter.clone().unwrap_or_default();
        let mut evidence = self.evidence()?;
        let (mut line, mut proof) = (Vec::with_capacity(4096), Vec::new());
        let (mut count, mut last) = (0_u64, None);
        loop {
            let read = entries.line(ENTRY_BYTES_MAX, &mut line)?;
            let proved = proofs.line(PROOF_LINE_BYTES_MAX, &mut proof)?;
            let place = count.saturating_add(1);
            let proved = match (read, proved) {
                (None, None) => break,
                (_, Some(kind)) => match ProofLine::parse(&proof) {
                    Ok(proved) if kind == Line::Whole => proved,
                    Ok(proved) => {
                        self.report.fault(Some(proved.leaf), Some(FileName::Proofs.to_string()), "its line is cut off");
                        proved
                    }
                    Err(error) => {
                        self.report.file(FileName::Proofs, format_args!("line {place}: {error}"));
                        break;
                    }
                },
                (Some(_), None) => {
                    self.report.file(FileName::Entries, format_args!("line {place} has no proof"));
                    break;
                }
            };
            let leaf = proved.leaf;
            let inclusion = verify_inclusion(leaf_hash(&line), leaf, head.size, head.root, &proved.proof);
            let problem = match (read, inclusion) {
                (None, _) => Some("it is missing".to_owned()),
                (_, Err(error)) => Some(format!("it is not as it was: {}: {error}", stands_there(read, &line, leaf))),
                (Some(Line::CutOff), Ok(())) => Some("its line is cut off".to_owned()),
                (Some(_), Ok(())) if last.is_some_and(|last| last >= leaf) => Some("it is not in its order".to_owned()),
                (Some(_), Ok(())) => match EntryFields::parse(&line).map(|fields| filter.matches(&fields)) {
                    Ok(Match::Yes | Match::InEvidence) => None,
                    Ok(Match::No) => Some("the filter does not ask for it".to_owned()),
                    Err(error) => Some(error.to_string()),
                },
            };
            if let Some(problem) = problem {
                self.report.fault(Some(leaf), Some(FileName::Entries.to_string()), problem);
                break;
            }
            self.rotations.entry(leaf, &line);
            if let Some(evidence) = &mut evidence {
                evidence.entry(leaf, &line, &mut self.report)?;
            }
            last = Some(leaf);
            count = place;
            if count.is_multiple_of(STEP) {
                progress(count, self.manifest.entries);
            }
        }
        if count == self.manifest.entries {
            self.report.entries = Some(count);
            self.report.shows(format_args!(
                "{}: {count} entries, each proved to be in the log of {} entries",
                head.origin, head.size
            ));
            self.report.shows("that no other entry fits the filter is not shown: only a whole export can");
        } else {
            let wanted = self.manifest.entries;
            self.report.file(FileName::Entries, format_args!("{count} good entries, the manifest counts {wanted}"));
        }
        self.digests.insert(FileName::Entries, entries.finish()?);
        self.digests.insert(FileName::Proofs, proofs.finish()?);
        self.finish_evidence(evidence.filter(|_| count == self.manifest.entries), false)
    }

    fn finish_evidence(&mut self, evidence: Option<Evidence>, whole: bool) -> io::Result<()> {
        let Some(evidence) = evidence else { return Ok(()) };
        let (lines, count) = evidence.finish(whole, &mut self.report)?;
        if self.manifest.evidence == Some(count) {
            self.report.shows(format_args!("{} pieces of evidence, {} redacted", count.kept, count.redacted));
        } else {
            self.report.file(FileName::Evidence, "it has not as many pieces as the manifest counts");
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
        (Some(_), Ok(found)) if found.leaf > leaf => format!("entry {} stands there", found.leaf),
        (Some(_), Ok(found)) if found.leaf < leaf => format!("entry {} stands there again", found.leaf),
        (Some(_), Ok(_)) => "its bytes were changed".to_owned(),
        (Some(_), Err(_)) => "what stands there cannot be read as an entry".to_owned(),
    }
}
