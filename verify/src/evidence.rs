//! Evidence beside the entries: as it was, or erased by an entry that says so.

use std::collections::BTreeSet;
use std::io;

use endmark_core::export::{EVIDENCE_LINE_BYTES_MAX, EntryFields, EvidenceCount, EvidenceLine, FileName};

use crate::Report;
use crate::file::{Hashed, Line};

/// The walk along `evidence.jsonl`, in step with the entries.
#[derive(Debug)]
pub(crate) struct Evidence {
    pub(crate) lines: Hashed,
    next: Option<EvidenceLine>,
    buffer: Vec<u8>,
    ended: bool,
    /// Erased, and no entry seen yet that says so: the only thing that grows, by what was erased.
    redacted: BTreeSet<u64>,
    pub(crate) count: EvidenceCount,
}

impl Evidence {
    pub(crate) fn new(lines: Hashed) -> Self {
        let (buffer, redacted) = (Vec::new(), BTreeSet::new());
        Self { lines, next: None, buffer, ended: false, redacted, count: EvidenceCount::default() }
    }

    /// The next line, kept until it is taken.
    fn peek(&mut self, report: &mut Report) -> io::Result<Option<u64>> {
        while self.next.is_none() && !self.ended {
            let Some(line) = self.lines.line(EVIDENCE_LINE_BYTES_MAX, &mut self.buffer)? else {
                self.ended = true;
                break;
            };
            match EvidenceLine::parse(&self.buffer) {
                Ok(read) if line == Line::Whole => self.next = Some(read),
                Ok(_) => report.file(FileName::Evidence, "its last line is cut off"),
                Err(error) => report.file(FileName::Evidence, error),
            }
        }
        Ok(self.next.as_ref().map(EvidenceLine::leaf))
    }

    /// The evidence of an entry.
    pub(crate) fn entry(&mut self, leaf: u64, entry: &[u8], report: &mut Report) -> io::Result<()> {
        let fields = match EntryFields::parse(entry) {
            Ok(fields) => fields,
            Err(error) => {
                report.entry(leaf, error);
                return Ok(());
            }
        };
        if fields.kind == "evidenceErased" && fields.decision == "done" {
            for erased in &fields.erased {
                self.redacted.remove(erased);
            }
        }
        while let Some(stray) = self.peek(report)?.filter(|of| *of < leaf) {
            self.next = None;
            report.fault(Some(stray), Some(FileName::Evidence.to_string()), "the entry has no such evidence");
        }
        let here = self.peek(report)?.filter(|of| *of == leaf).and_then(|_| self.next.take());
        let file = || Some(FileName::Evidence.to_string());
        match (fields.evidence, here) {
            (None, None) => {}
            (None, Some(_)) => report.fault(Some(leaf), file(), "the entry has no evidence"),
            (Some(_), None) => report.fault(Some(leaf), file(), "its evidence is missing"),
            (Some(_), Some(EvidenceLine::Redacted { .. })) => {
                self.count.redacted = self.count.redacted.saturating_add(1);
                self.redacted.insert(leaf);
            }
            (Some(wanted), Some(kept)) => {
                self.count.kept = self.count.kept.saturating_add(1);
                if kept.digest() != Some(wanted) {
                    report.fault(
                        Some(leaf),
                        file(),
                        "its evidence is not as it was: salt and bytes have another digest",
                    );
                }
            }
        }
        Ok(())
    }

    /// After the last entry. In a whole export every erasure has its entry.
    pub(crate) fn finish(mut self, whole: bool, report: &mut Report) -> io::Result<(Hashed, EvidenceCount)> {
        while let Some(stray) = self.peek(report)?.filter(|_| report.has_room()) {
            self.next = None;
            report.fault(Some(stray), Some(FileName::Evidence.to_string()), "the export has no such entry");
        }
        if whole {
            for leaf in &self.redacted {
                report.entry(*leaf, "its evidence is said to be erased, but no entry says so");
            }
        }
        Ok((self.lines, self.count))
    }
}
