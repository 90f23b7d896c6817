//! Evidence beside the entries: as it was, or erased by an entry that says so.

use std::collections::BTreeSet;
use std::io;

use endmark_core::export::{EVIDENCE_LINE_BYTES_MAX, EntryFields, EvidenceCount, EvidenceLine, FileName};

use crate::Report;
use crate::file::{Hashed, Line};

/// So many entries without their evidence are remembered: it may stand further down, out of order.
const MISSING_MAX: usize = 1_000;

/// A line of the file: what it says, or the entry that it says it belongs to and why it cannot be read.
#[derive(Debug)]
enum Found {
    Line(EvidenceLine),
    Unreadable(u64, String),
}

impl Found {
    const fn leaf(&self) -> u64 {
        match self {
            Self::Line(line) => line.leaf(),
            Self::Unreadable(leaf, _) => *leaf,
        }
    }
}

/// The walk along `evidence.jsonl`, in step with the entries.
#[derive(Debug)]
pub(crate) struct Evidence {
    lines: Hashed,
    next: Option<Found>,
    /// Lines read.
    line: u64,
    buffer: Vec<u8>,
    ended: bool,
    /// A line belongs to nobody knows which entry: of those after it nothing can be said.
    lost: bool,
    /// Lines are wrong, so how many there are says nothing.
    miscounted: bool,
    /// The last entry that had a line.
    last: Option<u64>,
    missing: BTreeSet<u64>,
    /// Erased, and no entry seen yet that says so: the only thing that grows, by what was erased.
    redacted: BTreeSet<u64>,
    count: EvidenceCount,
}

impl Evidence {
    pub(crate) fn new(lines: Hashed) -> Self {
        Self {
            lines,
            next: None,
            line: 0,
            buffer: Vec::new(),
            ended: false,
            lost: false,
            miscounted: false,
            last: None,
            missing: BTreeSet::new(),
            redacted: BTreeSet::new(),
            count: EvidenceCount::default(),
        }
    }

    /// The entry of the next line, which is kept until it is taken.
    fn peek(&mut self, report: &mut Report) -> io::Result<Option<u64>> {
        if self.next.is_none() && !self.ended {
            self.next = self.read(report)?;
            self.ended = self.next.is_none();
        }
        Ok(self.next.as_ref().map(Found::leaf))
    }

    fn read(&mut self, report: &mut Report) -> io::Result<Option<Found>> {
        let Some(line) = self.lines.line(EVIDENCE_LINE_BYTES_MAX, &mut self.buffer)? else { return Ok(None) };
        self.line = self.line.saturating_add(1);
        let problem = match EvidenceLine::parse(&self.buffer) {
            Ok(read) if line == Line::Whole => return Ok(Some(Found::Line(read))),
            Ok(_) => "it is cut off".to_owned(),
            Err(error) => error.problem(),
        };
        if let Some(leaf) = EvidenceLine::leaf_of(&self.buffer) {
            return Ok(Some(Found::Unreadable(leaf, problem)));
        }
        let number = self.line;
        report.file(FileName::Evidence, format_args!("line {number}: {problem}; what follows it was not judged"));
        self.lost = true;
        Ok(None)
    }

    /// A fault for which there is a line too many or too few.
    fn miscount(&mut self, leaf: u64, problem: impl ToString, report: &mut Report) {
        self.miscounted = true;
        fault(leaf, problem, report);
    }

    /// A line whose entry is behind us.
    fn stray(&mut self, leaf: u64, report: &mut Report) {
        let problem = if self.missing.remove(&leaf) {
            "it does not stand in the order of the entries"
        } else if self.last == Some(leaf) {
            "it stands there twice"
        } else if self.last.is_some_and(|last| leaf < last) {
            "it stands there again, or out of the order of the entries"
        } else {
            "the export has no such entry"
        };
        let number = self.line;
        self.miscount(leaf, format_args!("line {number}: {problem}"), report);
    }

    /// The evidence of an entry.
    pub(crate) fn entry(&mut self, leaf: u64, entry: &EntryFields<'_>, report: &mut Report) -> io::Result<()> {
        if entry.kind == "evidenceErased" && entry.decision == "done" {
            for erased in &entry.erased {
                self.redacted.remove(erased);
            }
        }
        while let Some(stray) = self.peek(report)?.filter(|of| *of < leaf) {
            self.next = None;
            self.stray(stray, report);
        }
        let here = self.peek(report)?.filter(|of| *of == leaf).and_then(|_| self.next.take());
        if here.is_some() {
            self.last = Some(leaf);
        }
        let number = self.line;
        match (entry.evidence, here) {
            (_, None) if self.lost => {}
            (None, None) => {}
            (_, Some(Found::Unreadable(_, problem))) => {
                self.miscount(leaf, format_args!("line {number}: {problem}"), report);
            }
            (None, Some(_)) => self.miscount(leaf, format_args!("line {number}: the entry has no evidence"), report),
            (Some(_), None) if self.missing.len() < MISSING_MAX => {
                self.missing.insert(leaf);
            }
            (Some(_), None) => self.miscount(leaf, MISSING, report),
            (Some(_), Some(Found::Line(EvidenceLine::Redacted { .. }))) => {
                self.count.redacted = self.count.redacted.saturating_add(1);
                self.redacted.insert(leaf);
            }
            (Some(wanted), Some(Found::Line(kept))) => {
                self.count.kept = self.count.kept.saturating_add(1);
                if kept.digest() != Some(wanted) {
                    let problem = format!("line {number}: it is not as it was: salt and bytes have another digest");
                    fault(leaf, problem, report);
                }
            }
        }
        Ok(())
    }

    /// After the last entry: how much there was, unless lines were wrong. In a whole export every erasure has its entry.
    pub(crate) fn finish(mut self, whole: bool, report: &mut Report) -> io::Result<(Hashed, Option<EvidenceCount>)> {
        while let Some(stray) = self.peek(report)?.filter(|_| report.has_room()) {
            self.next = None;
            self.stray(stray, report);
        }
        if !self.lost {
            for leaf in std::mem::take(&mut self.missing) {
                self.miscount(leaf, MISSING, report);
            }
        }
        if whole {
            for leaf in &self.redacted {
                report.entry(*leaf, "its evidence is said to be erased, but no entry says so");
            }
        }
        let count = (!self.lost && !self.miscounted).then_some(self.count);
        Ok((self.lines, count))
    }
}

fn fault(leaf: u64, problem: impl ToString, report: &mut Report) {
    report.fault(Some(leaf), Some(FileName::Evidence.to_string()), problem);
}

const MISSING: &str = "its line is missing";
