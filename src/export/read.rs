//! What an export reads and hashes: each on a thread of its own, so that writing never waits for the database.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, SyncSender};

use endmark_core::export::Filter;
use endmark_core::log::{Hash, leaf_hash};

use super::ExportError;
use crate::store::export::Page;
use crate::store::log::StoredEvidence;
use crate::store::nodes::Nodes;
use crate::store::{Connection, StoreError, export as rows};

/// Entries that are read at once: a statement costs as much as reading forty of them. At 64 KiB an entry, the most, they
/// are 64 MiB.
const PAGE: u16 = 1_024;
/// The most of what is handed over at once, entries and evidence, in bytes; a single piece of evidence may have more,
/// up to 16 MiB.
const PART_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Parts that wait between two threads, so that none sleeps while it could work; with those in work, eleven are held.
const WAITING: usize = 4;

/// What is to be read.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) filter: Filter,
    pub(super) evidence: bool,
    pub(super) next: u64,
    pub(super) size: u64,
}

impl Wanted {
    /// How many parts may wait between two threads. Evidence may be long: then each waits for the other.
    pub(super) const fn waiting(&self) -> usize {
        if self.evidence { 0 } else { WAITING }
    }
}

/// What goes with an entry.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) leaf: u64,
    /// Where its line ends in those of the part, line feed included.
    pub(super) end: usize,
    /// Of a filtered export.
    pub(super) proof: Vec<Hash>,
    /// Where evidence is wanted and there.
    pub(super) evidence: Option<StoredEvidence>,
}

/// Some entries in order.
#[derive(Debug)]
pub(super) struct Part {
    /// Each entry's bytes and a line feed. In one piece: memory that one thread takes and the other gives back, entry by
    /// entry, has both wait for the allocator.
    pub(super) lines: Vec<u8>,
    pub(super) entries: Vec<Read>,
    /// The leaf after the last one looked at.
    pub(super) next: u64,
}

impl Part {
    /// The entries with their bytes.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&Read, &[u8])> {
        let starts = std::iter::once(0).chain(self.entries.iter().map(|read| read.end));
        let body = |start: usize, read: &Read| self.lines.get(start..read.end.saturating_sub(1)).unwrap_or_default();
        self.entries.iter().zip(starts).map(move |(read, start)| (read, body(start, read)))
    }

    fn hashed(self) -> Result<Hashed, ExportError> {
        let hash = |(read, body): (&Read, &[u8])| {
            if body.contains(&b'\n') {
                return Err(ExportError::Log(format!("entry {} holds a line feed, which no entry does", read.leaf)));
            }
            Ok(leaf_hash(body))
        };
        Ok(Hashed { hashes: self.entries().map(hash).collect::<Result<_, _>>()?, part: self })
    }
}

/// Some entries in order, and the hash of each as a leaf.
#[derive(Debug)]
pub(super) struct Hashed {
    pub(super) part: Part,
    pub(super) hashes: Vec<Hash>,
}

/// Takes the leaf hashes of what is read. Writing hashes the same bytes once more, for the file.
pub(super) fn hash(parts: Receiver<Result<Part, ExportError>>, hashed: &SyncSender<Result<Hashed, ExportError>>) {
    for part in parts {
        if hashed.send(part.and_then(Part::hashed)).is_err() {
            return;
        }
    }
}

/// Reads everything that is wanted, until nobody takes it any more.
pub(super) fn all(connection: &mut Connection, wanted: &Wanted, parts: &SyncSender<Result<Part, ExportError>>) {
    let mut reader = Reader { connection, nodes: Nodes::default() };
    if let Err(error) = reader.run(wanted, |part| parts.send(Ok(part)).is_ok()) {
        let _ = parts.send(Err(error.into()));
    }
}

struct Reader<'a> {
    connection: &'a mut Connection,
    nodes: Nodes,
}

impl Reader<'_> {
    /// `send` says whether somebody still takes what is read.
    fn run(&mut self, wanted: &Wanted, mut send: impl FnMut(Part) -> bool) -> Result<(), StoreError> {
        let (mut next, below) = rows::range(self.connection, &wanted.filter, wanted.next, wanted.size)?;
        while next < below {
            let page = rows::page(self.connection, &wanted.filter, next, below, PAGE)?;
            next = page.next;
            for part in self.small_enough(wanted, page)? {
                if !send(self.part(wanted, &part)?) {
                    return Ok(());
                }
            }
        }
        // What comes after the filter's last moment was looked at too, and whoever writes hears of the end.
        send(Part { lines: Vec::new(), entries: Vec::new(), next: wanted.size });
        Ok(())
    }

    fn part(&mut self, wanted: &Wanted, page: &Page) -> Result<Part, StoreError> {
        let leaves: Vec<u64> = page.entries.iter().map(|(leaf, _)| *leaf).collect();
        let mut evidence =
            if wanted.evidence { rows::evidence_of_all(self.connection, &leaves)? } else { BTreeMap::new() };
        let bytes: usize = page.entries.iter().map(|(_, body)| body.len().saturating_add(1)).sum();
        let mut lines = Vec::with_capacity(bytes);
        let mut entries = Vec::with_capacity(page.entries.len());
        for (leaf, body) in &page.entries {
            let whole = wanted.filter.is_empty();
            let proof = if whole { Vec::new() } else { self.nodes.inclusion(self.connection, *leaf, wanted.size)? };
            lines.extend_from_slice(body);
            lines.push(b'\n');
            entries.push(Read { leaf: *leaf, end: lines.len(), proof, evidence: evidence.remove(leaf) });
        }
        Ok(Part { lines, entries, next: page.next })
    }

    /// A page in parts that can be held; the last goes on where the page does.
    fn small_enough(&mut self, wanted: &Wanted, page: Page) -> Result<Vec<Page>, StoreError> {
        let leaves: Vec<u64> = page.entries.iter().map(|(leaf, _)| *leaf).collect();
        let evidence =
            if wanted.evidence { rows::evidence_lengths(self.connection, &leaves)? } else { BTreeMap::new() };
        let mut parts = Vec::new();
        let (mut entries, mut bytes) = (Vec::with_capacity(page.entries.len()), 0_usize);
        for (leaf, body) in page.entries {
            let evidence = evidence.get(&leaf).map_or(0, |length| usize::try_from(*length).unwrap_or(usize::MAX));
            let more = body.len().saturating_add(evidence);
            if !entries.is_empty() && bytes.saturating_add(more) > PART_BYTES_MAX {
                parts.push(Page { entries: std::mem::take(&mut entries), next: leaf });
                bytes = 0;
            }
            bytes = bytes.saturating_add(more);
            entries.push((leaf, body));
        }
        parts.push(Page { entries, next: page.next });
        Ok(parts)
    }
}
