//! A whole export: every entry against its leaf hash, its own place and time, and the root.

use std::io;

use endmark_core::export::{Comparison, FileName, Judged};
use endmark_core::log::{Checkpoint, ENTRY_BYTES_MAX, Hash, leaf_hash};

use super::{STEP, Walk, stands_there};
use crate::file::Line;
use crate::order::Order;

/// What the walk found, before the root has said which file is right.
#[derive(Default)]
struct Seen {
    /// The first entry that says itself that it does not belong there.
    misplaced: Option<(u64, String)>,
    /// What stands where the first entry that differs should.
    found: String,
    /// Whether that place has an entry, and whether it has a hash.
    has: (bool, bool),
    cut_off: Option<u64>,
}

impl Walk<'_> {
    /// Walks both files. Gives the older checkpoint where the entries continue it.
    pub(super) fn whole(
        &mut self,
        head: &Checkpoint,
        old: Option<Checkpoint>,
        progress: &mut dyn FnMut(u64, u64),
    ) -> io::Result<Option<Checkpoint>> {
        let (Some(mut entries), Some(mut hashes)) = (self.open(FileName::Entries)?, self.open(FileName::LeafHashes)?)
        else {
            return Ok(None);
        };
        let mut evidence = self.evidence()?;
        let mut comparison = Comparison::new(old.clone());
        let mut order = Order::new(self.manifest.recorded_as);
        let mut seen = Seen::default();
        let mut line = Vec::with_capacity(4096);
        loop {
            let leaf = comparison.entries();
            let read = entries.line(ENTRY_BYTES_MAX, &mut line)?;
            let entry = read.map(|_| leaf_hash(&line));
            let stored = hashes.hash()?.and_then(Result::ok).map(Hash::from);
            if entry.is_none() && stored.is_none() {
                break;
            }
            if read == Some(Line::CutOff) {
                seen.cut_off = Some(leaf);
            }
            let parted_before = comparison.first_difference().is_some();
            comparison.push(entry, stored);
            if comparison.first_difference().is_some() {
                if !parted_before {
                    seen.found = stands_there(read, &line, leaf);
                    seen.has = (entry.is_some(), stored.is_some());
                }
            } else if seen.misplaced.is_none() {
                match order.entry(leaf, &line) {
                    Ok(fields) => {
                        self.rotations.entry(leaf, &fields);
                        if let Some(evidence) = &mut evidence {
                            evidence.entry(leaf, &fields, &mut self.report)?;
                        }
                    }
                    // What follows is at another place too: it would only repeat this.
                    Err(problem) => seen.misplaced = Some((leaf, problem)),
                }
            }
            if leaf.is_multiple_of(STEP) {
                progress(leaf, self.manifest.entries);
            }
        }
        self.digests.insert(FileName::Entries, entries.finish()?);
        self.digests.insert(FileName::LeafHashes, hashes.finish()?);
        // Once an entry is wrong, nothing can be said of the evidence after it.
        let in_order =
            seen.misplaced.is_none() && comparison.first_difference().is_none() && comparison.entries() == head.size;
        let continues = self.judge_whole(head, old.as_ref(), &comparison, seen);
        self.finish_evidence(evidence.filter(|_| in_order), true)?;
        Ok(old.filter(|_| continues))
    }

    /// Says what is wrong, or that nothing is. Whether the entries are those of the log, and continue the older one.
    fn judge_whole(
        &mut self,
        head: &Checkpoint,
        old: Option<&Checkpoint>,
        comparison: &Comparison,
        seen: Seen,
    ) -> bool {
        let (count, judged) = (comparison.entries(), comparison.judge(head));
        let file = |name: FileName| Some(name.to_string());
        if let Some(leaf) = seen.cut_off {
            self.report.fault(Some(leaf), file(FileName::Entries), "its line is cut off");
        }
        let misplaced = seen.misplaced.is_some();
        let is_tree = matches!(judged, Judged::Good | Judged::StoredHash(_) | Judged::Rewritten);
        if let Some((leaf, problem)) = seen.misplaced {
            // Nobody without the key can make such a tree.
            let whose = if is_tree { "; the log's key signed it so: ask the register's operator" } else { "" };
            self.report.fault(Some(leaf), file(FileName::Entries), format_args!("{problem}{whose}"));
        }
        match judged {
            Judged::Good => {}
            Judged::Entry(leaf) if leaf >= head.size => {
                let problem = format!("the log has no such entry: its checkpoint is over {} entries", head.size);
                self.report.fault(Some(leaf), file(FileName::Entries), problem);
            }
            Judged::Entry(leaf) => self.report.fault(Some(leaf), file(FileName::Entries), seen.found),
            Judged::StoredHash(leaf) => {
                let problem = match seen.has {
                    (false, _) => "there is a hash and no such entry; the entries are good",
                    (_, false) => "the hash kept beside it is missing or cut off; the entries are good",
                    _ => "the hash kept beside it is not as it was; the entries are good",
                };
                self.report.fault(Some(leaf), file(FileName::LeafHashes), problem);
            }
            Judged::Neither(Some(leaf)) => {
                let problem = format!("{}; neither entries nor hashes lead to the signed root", seen.found);
                self.report.entry(leaf, problem);
            }
            // Entries and hashes end together, too early.
            Judged::Neither(None) if count < head.size && !misplaced => {
                self.report.fault(Some(count), file(FileName::Entries), "it and what follows are missing");
            }
            Judged::Neither(None) if count != head.size => {
                let problem = format!("there are {count} entries, the checkpoint is over {}", head.size);
                self.report.file(FileName::Entries, problem);
            }
            Judged::Neither(None) => {
                let problem = "the entries lead to another root than the checkpoint, and their hashes agree with them";
                self.report.file(FileName::Entries, problem);
            }
            Judged::Rewritten => {
                let old = old.map_or(0, |old| old.size);
                let problem = format!("the log does not continue the checkpoint over {old} entries: it was rewritten");
                self.report.fault(None, None, problem);
            }
        }
        let good = matches!(judged, Judged::Good | Judged::StoredHash(_));
        if good && !misplaced {
            self.report.entries = Some(count);
            self.report.shows(format_args!("{}: all {count} entries, none missing", head.origin));
        }
        // What the tree over damaged hashes says of the older checkpoint was not asked.
        let continues = judged == Judged::Good;
        if let Some(old) = old.filter(|_| continues) {
            self.report.shows(format_args!("the first {} of them are those of the older checkpoint", old.size));
        }
        continues
    }
}
