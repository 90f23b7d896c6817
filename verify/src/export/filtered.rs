//! A filtered export: every entry that was asked for, against its inclusion proof.

use std::io;

use endmark_core::export::{EntryFields, FileName, Match, PROOF_LINE_BYTES_MAX, ProofLine};
use endmark_core::log::{Checkpoint, ENTRY_BYTES_MAX, LogError, leaf_hash, verify_inclusion};

use super::{STEP, Walk, stands_there};
use crate::file::Line;
use crate::order::Order;

/// What ended the walk. Which of two files is to blame is told when both have been hashed.
enum Trouble {
    /// A line of `proofs.txt` that cannot be read.
    Proof(u64, String),
    /// An entry without a proof, by its line.
    NoProof(u64),
    /// A proof and no entry.
    NoEntry(u64),
    /// An entry that its proof does not lead to the root; what stands there, its own leaf where it can be read.
    NotProved { leaf: u64, own: Option<u64>, found: String, error: LogError },
    /// An entry that the log has, and that does not belong there.
    Entry(u64, String),
}

impl Walk<'_> {
    /// Walks both files.
    pub(super) fn filtered(&mut self, head: &Checkpoint, progress: &mut dyn FnMut(u64, u64)) -> io::Result<()> {
        let (Some(mut entries), Some(mut proofs)) = (self.open(FileName::Entries)?, self.open(FileName::Proofs)?)
        else {
            return Ok(());
        };
        let filter = self.manifest.filter.clone().unwrap_or_default();
        let mut evidence = self.evidence()?;
        let mut order = Order::new(self.manifest.recorded_as);
        let (mut line, mut proof) = (Vec::with_capacity(4096), Vec::new());
        let (mut count, mut last) = (0_u64, None);
        let trouble = loop {
            let read = entries.line(ENTRY_BYTES_MAX, &mut line)?;
            let proved = proofs.line(PROOF_LINE_BYTES_MAX, &mut proof)?;
            let place = count.saturating_add(1);
            let (leaf, hashes) = match (read, proved) {
                (None, None) => break None,
                (Some(_), None) => break Some(Trouble::NoProof(place)),
                (_, Some(kind)) => match ProofLine::parse(&proof) {
                    Ok(_) if kind != Line::Whole => break Some(Trouble::Proof(place, "it is cut off".to_owned())),
                    Ok(proved) => (proved.leaf, proved.proof),
                    Err(error) => break Some(Trouble::Proof(place, error.problem())),
                },
            };
            if read.is_none() {
                break Some(Trouble::NoEntry(leaf));
            }
            if let Err(error) = verify_inclusion(leaf_hash(&line), leaf, head.size, head.root, &hashes) {
                let (own, found) = (EntryFields::parse(&line).ok(), stands_there(read, &line, leaf));
                break Some(Trouble::NotProved { leaf, own: own.map(|own| own.leaf), found, error });
            }
            if read == Some(Line::CutOff) {
                break Some(Trouble::Entry(leaf, "its line is cut off".to_owned()));
            }
            if last.is_some_and(|last| last >= leaf) {
                break Some(Trouble::Entry(leaf, "it is not in its order".to_owned()));
            }
            let fields = match order.entry(leaf, &line) {
                Ok(fields) if filter.matches(&fields) == Match::No => {
                    break Some(Trouble::Entry(leaf, "the filter does not ask for it".to_owned()));
                }
                Ok(fields) => fields,
                Err(problem) => {
                    let problem = format!("{problem}; the log's key signed it so: ask the register's operator");
                    break Some(Trouble::Entry(leaf, problem));
                }
            };
            self.rotations.entry(leaf, &fields);
            if let Some(evidence) = &mut evidence {
                evidence.entry(leaf, &fields, &mut self.report)?;
            }
            (count, last) = (place, Some(leaf));
            if count.is_multiple_of(STEP) {
                progress(count, self.manifest.entries);
            }
        };
        self.digests.insert(FileName::Entries, entries.finish()?);
        self.digests.insert(FileName::Proofs, proofs.finish()?);
        let good = trouble.is_none() && count == self.manifest.entries;
        match trouble {
            Some(trouble) => {
                self.blame(trouble);
                self.report.shows(format_args!("only the {count} entries before that were verified"));
            }
            None if good => {
                self.report.entries = Some(count);
                self.report.shows(format_args!(
                    "{}: {count} entries, each proved to be in the log of {} entries",
                    head.origin, head.size
                ));
                self.report.shows("that no other entry fits the filter is not shown: only a whole export can");
            }
            None => {
                let wanted = self.manifest.entries;
                self.report.file(FileName::Entries, format_args!("{count} good entries, the manifest counts {wanted}"));
            }
        }
        self.finish_evidence(evidence.filter(|_| good), false)
    }

    /// Names the entry, and the file that was changed: the signed manifest knows both files as they were.
    fn blame(&mut self, trouble: Trouble) {
        let changed = (self.differs(FileName::Entries), self.differs(FileName::Proofs));
        let file = |name: FileName| Some(name.to_string());
        match trouble {
            Trouble::Proof(place, problem) => {
                self.report.file(FileName::Proofs, format_args!("line {place}: {problem}"));
            }
            Trouble::NoProof(place) if changed == (false, true) => {
                self.report
                    .file(FileName::Proofs, format_args!("line {place} is missing; the entries were not changed"));
            }
            Trouble::NoProof(place) => {
                self.report
                    .file(FileName::Entries, format_args!("line {place} has no proof: it does not belong there"));
            }
            Trouble::NoEntry(leaf) if changed == (false, true) => {
                let problem = "there is a proof and no such entry; the entries were not changed";
                self.report.fault(Some(leaf), file(FileName::Proofs), problem);
            }
            Trouble::NoEntry(leaf) => self.report.fault(Some(leaf), file(FileName::Entries), "it is missing"),
            Trouble::Entry(leaf, problem) => self.report.fault(Some(leaf), file(FileName::Entries), problem),
            Trouble::NotProved { leaf, own, error, found } => match changed {
                (true, false) => {
                    let problem = format!("{found}: {error}");
                    self.report.fault(Some(leaf), file(FileName::Entries), problem);
                }
                (false, true) => {
                    let problem = format!("its proof is not as it was, the entry is: {error}");
                    self.report.fault(Some(own.unwrap_or(leaf)), file(FileName::Proofs), problem);
                }
                (true, true) => {
                    let problem = format!("it or its proof is not as it was, both files were changed: {error}");
                    self.report.entry(leaf, problem);
                }
                (false, false) => {
                    let problem = format!("it is not proved to be in the log, and the export was signed so: {error}");
                    self.report.entry(leaf, problem);
                }
            },
        }
    }
}
