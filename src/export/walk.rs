//! From the first leaf to the last, then the small files and the manifest.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use endmark_core::digest::Digest;
use endmark_core::export::{EntryFields, EvidenceLine, FORMAT, FileName, ListedFile, Manifest, ProofLine};
use endmark_core::log::{
    Checkpoint, ConsistencyProof, Frontier, Hash, LogKey, LogSigner, Tile, TileId, consistency_proof, inclusion_proof,
    leaf_hash, open_checkpoint, verify_inclusion,
};

use super::files::Growing;
use super::state::{self, State};
use super::{ExportError, table, text};
use crate::entry::SOFTWARE;
use crate::store::log::{self, with_tiles};
use crate::store::{Connection, export as rows};

/// Entries that are read at once: at 64 KiB an entry, the most, they are 32 MiB.
const PAGE: u16 = 512;
/// After so many pages the files are made durable and the state is kept.
const PAGES_KEPT: u32 = 64;
/// Tiles that are held: at 8 KiB each, 4 MiB.
const TILES_MAX: usize = 512;

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
    tiles: HashMap<TileId, Tile>,
}

impl Walk {
    pub(super) fn open(dir: &Path, state: State) -> Result<Self, ExportError> {
        let open =
            |name: FileName| Growing::open(dir, name, state.lengths.get(&name).copied().unwrap_or_default(), |_| {});
        let mut tree = Frontier::default();
        let whole = state.order.filter.is_empty();
        let beside = if whole {
            // Hashes may lie across the parts that are read.
            let mut rest = Vec::new();
            let length = state.lengths.get(&FileName::LeafHashes).copied().unwrap_or_default();
            Growing::open(dir, FileName::LeafHashes, length, |part| {
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
        if let Some(table) = table.as_mut().filter(|_| !state.lengths.contains_key(&FileName::Table)) {
            table.write(&table::header()?)?;
        }
        let (entries, dir) = (open(FileName::Entries)?, dir.to_owned());
        Ok(Self { dir, entries, beside, evidence, table, tree, tiles: HashMap::new(), state })
    }

    /// Writes every entry that is wanted.
    pub(super) fn run(
        &mut self,
        connection: &mut Connection,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<(), ExportError> {
        let head = self.head()?;
        let mut pages = 0_u32;
        while self.state.next < head.size {
            let page = rows::page(connection, &self.state.order.filter, self.state.next, head.size, PAGE)?;
            for (leaf, body) in page.entries {
                self.entry(connection, &head, leaf, &body)?;
            }
            self.state.next = page.next;
            pages = pages.saturating_add(1);
            if pages.is_multiple_of(PAGES_KEPT) {
                self.keep()?;
            }
            progress(self.state.next, head.size);
        }
        self.keep()
    }

    fn head(&self) -> Result<Checkpoint, ExportError> {
        // The note is the register's own, kept in the state file: read it as one that was signed.
        let (text, _) = self.state.note.split_once("\n\n").unwrap_or((&self.state.note, ""));
        Ok(Checkpoint::parse(&format!("{text}\n"))?)
    }

    /// A crash after this line goes on here.
    fn keep(&mut self) -> Result<(), ExportError> {
        let files = [Some(&mut self.entries), Some(&mut self.beside), self.evidence.as_mut(), self.table.as_mut()];
        for file in files.into_iter().flatten() {
            let (name, length) = file.sync()?;
            self.state.lengths.insert(name, length);
        }
        self.state.keep(&self.dir)
    }

    fn entry(
        &mut self,
        connection: &mut Connection,
        head: &Checkpoint,
        leaf: u64,
        body: &[u8],
    ) -> Result<(), ExportError> {
        let hash = leaf_hash(body);
        if body.contains(&b'\n') {
            return Err(ExportError::Log(format!("entry {leaf} holds a line feed, which no entry does")));
        }
        if self.state.order.filter.is_empty() {
            if leaf != self.tree.size() {
                return Err(ExportError::Log(format!("entry {} is missing", self.tree.size())));
            }
            self.tree.push(hash);
            self.beside.write(hash.as_bytes())?;
        } else {
            let proof = self.proof(connection, leaf, head.size)?;
            verify_inclusion(hash, leaf, head.size, head.root, &proof)
                .map_err(|error| ExportError::Log(format!("entry {leaf}: {error}")))?;
            let line = ProofLine { leaf, proof };
            self.beside.write(format!("{line}\n").as_bytes())?;
        }
        self.entries.write(body)?;
        self.entries.write(b"\n")?;
        if let Some(table) = &mut self.table {
            table.write(&table::of_entry(body)?)?;
        }
        if self.evidence.is_some() {
            self.evidence_of(connection, leaf, body)?;
        }
        self.state.entries = self.state.entries.saturating_add(1);
        Ok(())
    }

    fn evidence_of(&mut self, connection: &mut Connection, leaf: u64, body: &[u8]) -> Result<(), ExportError> {
        let Some(wanted) = EntryFields::parse(body)?.evidence else { return Ok(()) };
        let count = &mut self.state.evidence;
        let line = match log::evidence_of(connection, leaf)? {
            Some(kept) if kept.digest() != wanted => {
                return Err(ExportError::Log(format!("the evidence of entry {leaf} is not as it was")));
            }
            Some(kept) => {
                count.kept = count.kept.saturating_add(1);
                EvidenceLine::Kept { leaf, salt: kept.salt, body: kept.body }
            }
            None => {
                count.redacted = count.redacted.saturating_add(1);
                EvidenceLine::Redacted { leaf }
            }
        };
        match &mut self.evidence {
            Some(file) => file.write(format!("{}\n", line.to_line()?).as_bytes()),
            None => Ok(()),
        }
    }

    fn proof(&mut self, connection: &mut Connection, leaf: u64, size: u64) -> Result<Vec<Hash>, ExportError> {
        if self.tiles.len() > TILES_MAX {
            self.tiles.clear();
        }
        let held = &mut self.tiles;
        Ok(with_tiles(connection, |stored| {
            inclusion_proof(leaf, size, |id| {
                if let Some(tile) = held.get(&id) {
                    return Some(tile.clone());
                }
                let tile = stored(id)?;
                held.insert(id, tile.clone());
                Some(tile)
            })
        })?)
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
        let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
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
