//! From the first leaf to the last, then the small files and the manifest.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;

use endmark_core::digest::Digest;
use endmark_core::export::{EntryFields, EvidenceLine, FORMAT, FileName, ListedFile, Manifest, ProofLine};
use endmark_core::log::{
    Checkpoint, ConsistencyProof, Frontier, Hash, LogKey, LogSigner, consistency_proof, open_checkpoint,
    verify_inclusion,
};

use super::files::Growing;
use super::read::{self, Hashed, Read, Wanted};
use super::state::{self, State};
use super::{ExportError, table, text};
use crate::entry::SOFTWARE;
use crate::store::Connection;
use crate::store::tile::with_tiles;

/// After so many parts the state is kept.
const PARTS_KEPT: u32 = 64;

/// An export under way.
pub(super) struct Walk {
    dir: PathBuf,
    state: State,
    entries: Growing,
    /// Leaf hashes of a whole export; proofs of a filtered one.
    beside: Growing,
    evidence: Option<Growing>,
    table: Option<Growing>,
    tree: Frontier,
    /// What is written beside the lines of a part.
    proofs: Vec<u8>,
}

impl Walk {
    pub(super) fn open(dir: &Path, state: State) -> Result<Self, ExportError> {
        let open = |name: FileName| Growing::open(dir, name, state.kept(name), |_| {});
        let mut tree = Frontier::default();
        let whole = state.order.filter.is_empty();
        let beside = if whole {
            // Hashes may lie across the parts that are read.
            let mut rest = Vec::new();
            Growing::open(dir, FileName::LeafHashes, state.kept(FileName::LeafHashes), |part| {
                rest.extend_from_slice(part);
                let (hashes, left) = rest.as_chunks::<32>();
                for hash in hashes {
                    tree.push(Hash::from(*hash));
                }
                rest = left.to_vec();
            })?
        } else {
            open(FileName::Proofs)?
        };
        let evidence = state.order.evidence.then(|| open(FileName::Evidence)).transpose()?;
        let mut table = state.order.table.then(|| open(FileName::Table)).transpose()?;
        if let Some(table) = table.as_mut().filter(|_| state.kept(FileName::Table).is_none()) {
            table.write(&table::header()?)?;
        }
        let (entries, dir) = (open(FileName::Entries)?, dir.to_owned());
        Ok(Self { dir, entries, beside, evidence, table, tree, proofs: Vec::new(), state })
    }

    /// Writes every entry that is wanted, while the next ones are read.
    pub(super) fn run(
        &mut self,
        connection: &mut Connection,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<(), ExportError> {
        let head = self.head()?;
        let State { order, next, .. } = &self.state;
        let wanted = Wanted { filter: order.filter.clone(), evidence: order.evidence, next: *next, size: head.size };
        std::thread::scope(|scope| {
            let (send, read) = sync_channel(wanted.waiting());
            let (hashed, parts) = sync_channel(wanted.waiting());
            scope.spawn(move || read::all(connection, &wanted, &send));
            scope.spawn(move || read::hash(read, &hashed));
            for (part, number) in parts.into_iter().zip(1_u32..) {
                self.part(&head, part?)?;
                if number.is_multiple_of(PARTS_KEPT) {
                    self.keep()?;
                }
                progress(self.state.next, head.size);
            }
            if self.state.next < head.size {
                return Err(ExportError::Write("the thread that reads the database broke off".to_owned()));
            }
            self.keep()
        })
    }

    fn head(&self) -> Result<Checkpoint, ExportError> {
        // The note is the register's own, kept in the state file: read it as one that was signed.
        let (text, _) = self.state.note.split_once("\n\n").unwrap_or((&self.state.note, ""));
        Ok(Checkpoint::parse(&format!("{text}\n"))?)
    }

    /// A crash after this line goes on here.
    fn keep(&mut self) -> Result<(), ExportError> {
        let files = [Some(&mut self.entries), Some(&mut self.beside), self.evidence.as_mut(), self.table.as_mut()];
        self.state.files = files.into_iter().flatten().map(Growing::flush).collect::<Result<_, _>>()?;
        self.state.keep(&self.dir)
    }

    fn part(&mut self, head: &Checkpoint, Hashed { part, hashes }: Hashed) -> Result<(), ExportError> {
        self.proofs.clear();
        for ((read, body), hash) in part.entries().zip(hashes) {
            self.entry(head, read, body, hash)?;
            self.state.entries = self.state.entries.saturating_add(1);
        }
        self.entries.write(&part.lines)?;
        self.beside.write(&self.proofs)?;
        self.state.next = part.next;
        Ok(())
    }

    /// Everything of an entry but its line.
    fn entry(&mut self, head: &Checkpoint, read: &Read, body: &[u8], hash: Hash) -> Result<(), ExportError> {
        let leaf = read.leaf;
        if self.state.order.filter.is_empty() {
            if leaf != self.tree.size() {
                return Err(ExportError::Log(format!("entry {} is missing", self.tree.size())));
            }
            self.tree.push(hash);
            self.proofs.extend_from_slice(hash.as_bytes());
        } else {
            verify_inclusion(hash, leaf, head.size, head.root, &read.proof)
                .map_err(|error| ExportError::Log(format!("entry {leaf}: {error}")))?;
            let line = ProofLine { leaf, proof: read.proof.clone() };
            self.proofs.extend_from_slice(format!("{line}\n").as_bytes());
        }
        if let Some(table) = &mut self.table {
            table.write(&table::of_entry(body)?)?;
        }
        self.evidence_of(read, body)
    }

    fn evidence_of(&mut self, read: &Read, body: &[u8]) -> Result<(), ExportError> {
        let Some(file) = &mut self.evidence else { return Ok(()) };
        let Some(wanted) = EntryFields::parse(body)?.evidence else { return Ok(()) };
        let (leaf, count) = (read.leaf, &mut self.state.evidence);
        let line = match &read.evidence {
            Some(kept) if kept.digest() != wanted => {
                return Err(ExportError::Log(format!("the evidence of entry {leaf} is not as it was")));
            }
            Some(kept) => {
                count.kept = count.kept.saturating_add(1);
                EvidenceLine::Kept { leaf, salt: kept.salt, body: kept.body.clone() }
            }
            None => {
                count.redacted = count.redacted.saturating_add(1);
                EvidenceLine::Redacted { leaf }
            }
        };
        file.write(format!("{}\n", line.to_line()?).as_bytes())
    }

    /// Writes the small files and, last of all, the manifest.
    pub(super) fn finish(
        mut self,
        connection: &mut Connection,
        signer: &LogSigner,
        keys: &[LogKey],
    ) -> Result<Manifest, ExportError> {
        let head = self.head()?;
        let whole = self.state.order.filter.is_empty();
        if whole && (self.tree.size() != head.size || self.tree.root() != head.root) {
            return Err(ExportError::Log("the entries do not lead to the root of the checkpoint".to_owned()));
        }
        let mut small: BTreeMap<FileName, String> = BTreeMap::new();
        let since = self.since(connection, &head, keys, &mut small)?;
        small.insert(FileName::Checkpoint, self.state.note.clone());
        let keys: Vec<String> = keys.iter().map(LogKey::to_line).collect();
        small.insert(FileName::Keys, format!("{}\n", keys.join("\n")));
        let Self { dir, state, entries, beside, evidence, table, .. } = self;
        let mut manifest = Manifest {
            format: FORMAT.to_owned(),
            origin: head.origin.to_string(),
            exported_at: state.exported_at,
            software: SOFTWARE.to_owned(),
            recorded_as: state.recorded_as,
            size: head.size,
            filter: (!whole).then_some(state.order.filter),
            entries: state.entries,
            evidence: state.order.evidence.then_some(state.evidence),
            since,
            files: Vec::new(),
        };
        small.insert(FileName::Readme, text::readme(&manifest, &head.root.to_string()));
        for file in [Some(entries), Some(beside), evidence, table].into_iter().flatten() {
            manifest.files.push(file.finish()?);
        }
        for (name, text) in small {
            let bytes = u64::try_from(text.len()).unwrap_or(u64::MAX);
            manifest.files.push(ListedFile { name, bytes, sha256: Digest::of(text.as_bytes()) });
            state::put(&dir, name.as_str(), text.as_bytes())?;
        }
        let (text, signature) = manifest.sign(signer)?;
        state::put(&dir, "manifest.json", text.as_bytes())?;
        state::put(&dir, "manifest.sig", signature.as_bytes())?;
        state::done(&dir)?;
        Ok(manifest)
    }

    /// The auditor's last checkpoint, and the proof that this log continues it.
    fn since(
        &mut self,
        connection: &mut Connection,
        head: &Checkpoint,
        keys: &[LogKey],
        small: &mut BTreeMap<FileName, String>,
    ) -> Result<Option<u64>, ExportError> {
        let Some(note) = self.state.order.since.take() else { return Ok(None) };
        let signed = open_checkpoint(note.as_bytes(), keys)?;
        let old = signed.checkpoint();
        let proof = with_tiles(connection, |tiles| consistency_proof(old.size, head.size, tiles))?;
        let proof = ConsistencyProof { old: old.size, new: head.size, proof };
        proof.verify(old, head).map_err(|error| ExportError::Log(error.to_string()))?;
        small.insert(FileName::Since, note);
        small.insert(FileName::Consistency, proof.to_text());
        Ok(Some(old.size))
    }
}
