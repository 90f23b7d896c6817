#![cfg(test)]
//! The log against independent implementations: `tlog_tiles` for trees, tiles, proofs and checkpoint texts,
//! `signed_note` for notes and keys.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use endmark_core::log::{
    Checkpoint, Edge, Hash, LogKey, LogSigner, Tile, TileId, consistency_proof, inclusion_proof, inclusion_tiles,
    leaf_hash, node_hash, open_checkpoint, verify_consistency, verify_inclusion,
};
use signed_note::{Note, StandardSigner, StandardVerifier, VerifierList};
use tlog_tiles::{
    Checkpoint as ReferenceCheckpoint, Error, Hash as ReferenceHash, HashReader, Tile as ReferenceTile, check_record,
    check_tree, node_hash as reference_node_hash, prove_record, prove_tree, record_hash, stored_hashes_for_record_hash,
    tree_hash,
};

/// An Ed25519 private key that is only for the tests.
const SEED: [u8; 32] = [7; 32];

/// The largest tree that is compared.
const LARGEST: u64 = 1_000_000;

/// The reference's storage: every completed subtree in the order of its completion.
#[derive(Default)]
struct Reference(Vec<ReferenceHash>);

impl HashReader for Reference {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<ReferenceHash>, Error> {
        Ok(indexes.iter().map(|&index| self.0[usize::try_from(index).unwrap()]).collect())
    }
}

#[derive(Default)]
struct Log {
    edge: Edge,
    tiles: BTreeMap<TileId, Tile>,
    reference: Reference,
    /// The roots of full subtrees that wait for their right sibling.
    waiting: Vec<Hash>,
}

impl Log {
    fn append(&mut self) {
        let (number, before) = (self.edge.size(), self.reference.0.len());
        let wanted = stored_hashes_for_record_hash(number, their(leaf(number)), &self.reference).unwrap();
        self.grow();
        assert_eq!(self.reference.0[before..], wanted, "what the reference stores for leaf {number}");
    }

    /// As [`Self::append`] without asking the reference what it stores: unoptimised, its SHA-256 takes half a minute to
    /// a million leaves.
    fn grow(&mut self) {
        let number = self.edge.size();
        let mut hash = leaf(number);
        self.edge.append(hash);
        self.reference.0.push(their(hash));
        for _ in 0..number.trailing_ones() {
            hash = node_hash(&self.waiting.pop().unwrap(), &hash);
            self.reference.0.push(their(hash));
        }
        self.waiting.push(hash);
    }

    /// Stores what changed, and gives paths and bytes of it in the order of the paths.
    fn store(&mut self) -> Vec<(String, Vec<u8>)> {
        let changed = self.edge.take_changed();
        let mut named: Vec<_> = changed.iter().map(|tile| (tile.path(), tile.to_bytes())).collect();
        self.tiles.extend(changed.into_iter().map(|tile| (tile.id, tile)));
        named.sort();
        named
    }

    /// What the reference would publish when it grows from one size to another.
    fn reference_publishes(&self, old: u64, new: u64) -> Vec<(String, Vec<u8>)> {
        let mut named: Vec<_> = ReferenceTile::new_tiles(8, old, new)
            .iter()
            .map(|tile| (without_height(&tile.path()), tile.read_data(&self.reference).unwrap()))
            .collect();
        named.sort();
        named
    }

    fn of_size(size: u64) -> Self {
        let mut log = Self::default();
        (0..size).for_each(|_| log.grow());
        log.store();
        log
    }

    fn root(&self, size: u64) -> Hash {
        tree_hash(size, &self.reference).unwrap().0.into()
    }

    fn compare_inclusion(&self, number: u64, size: u64) {
        // Out of the tiles that are named before, and no others.
        let named = inclusion_tiles(number, size);
        let stored = |id: TileId| self.tiles.get(&id).filter(|_| named.contains(&id)).cloned();
        let proof = inclusion_proof(number, size, stored).unwrap();
        let wanted = prove_record(size, number, &self.reference).unwrap();
        assert_eq!(theirs(&proof), wanted, "leaf {number} of {size}");
        let root = self.root(size);
        verify_inclusion(leaf(number), number, size, root, &proof).unwrap();
        check_record(&theirs(&proof), size, their(root), number, their(leaf(number))).unwrap();
    }

    fn compare_consistency(&self, old: u64, new: u64) {
        let proof = consistency_proof(old, new, |id| self.tiles.get(&id).cloned()).unwrap();
        let wanted = prove_tree(new, old, &self.reference).unwrap();
        assert_eq!(theirs(&proof), wanted, "{old} in {new}");
        let (old_root, new_root) = (self.root(old), self.root(new));
        verify_consistency(old, old_root, new, new_root, &proof).unwrap();
        check_tree(&theirs(&proof), new, their(new_root), old, their(old_root)).unwrap();
    }
}

fn leaf(number: u64) -> Hash {
    leaf_hash(format!("entry {number}").as_bytes())
}

fn their(hash: Hash) -> ReferenceHash {
    ReferenceHash(*hash.as_bytes())
}

fn theirs(hashes: &[Hash]) -> Vec<ReferenceHash> {
    hashes.iter().map(|hash| their(*hash)).collect()
}

/// The reference follows Go's checksum database, whose paths name the tile height as well.
fn without_height(path: &str) -> String {
    path.replacen("tile/8/", "tile/", 1)
}

/// Numbers below a bound, the same in every run (the generator `SplitMix64`).
fn dice() -> impl FnMut(u64) -> u64 {
    let mut state = 0_u64;
    move |below| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % below
    }
}

#[test]
fn leaf_and_node_hashes_agree() {
    for entry in [&b""[..], b"\x00", b"{\"id\":1}"] {
        assert_eq!(their(leaf_hash(entry)), record_hash(entry));
    }
    assert_eq!(their(node_hash(&leaf(1), &leaf(2))), reference_node_hash(their(leaf(1)), their(leaf(2))));
}

#[test]
fn roots_and_changed_tiles_agree_at_all_sizes_to_1000() {
    let mut log = Log::default();
    for size in 1..=1_000 {
        log.append();
        assert_eq!(log.edge.root(), log.root(size), "{size}");
        assert_eq!(log.store(), log.reference_publishes(size - 1, size), "{size}");
    }
}

#[test]
fn changed_tiles_agree_over_batches_of_any_size() {
    let (mut dice, mut log) = (dice(), Log::default());
    while log.edge.size() < 70_000 {
        let before = log.edge.size();
        (0..dice(2_000)).for_each(|_| log.append());
        assert_eq!(log.store(), log.reference_publishes(before, log.edge.size()), "from {before}");
    }
}

#[test]
fn tile_paths_agree() {
    let mut dice = dice();
    for _ in 0..2_000 {
        let level = u8::try_from(dice(64)).unwrap();
        let index = dice(u64::MAX) >> dice(64);
        let width = u32::try_from(dice(256)).unwrap() + 1;
        let wanted = ReferenceTile::new(8, level, index, width, false).path();
        let path = TileId { level, index }.path_at_width(usize::try_from(width).unwrap());
        assert_eq!(path, without_height(&wanted));
    }
}

#[test]
fn proofs_agree_at_all_sizes_to_1000() {
    let log = Log::of_size(1_000);
    for size in 1..=1_000_u64 {
        // Every pair where the shape changes most; elsewhere every 61st, and always the last.
        let step = if size <= 33 || [127, 128, 129, 255, 256, 257, 512, 513].contains(&size) { 1 } else { 61 };
        for other in (1..=size).step_by(step).chain([size]) {
            log.compare_inclusion(other - 1, size);
            log.compare_consistency(other, size);
        }
    }
}

#[test]
fn proofs_agree_at_random_sizes_to_a_million() {
    let (mut dice, log) = (dice(), Log::of_size(LARGEST));
    for _ in 0..300 {
        let size = dice(LARGEST) + 1;
        let other = dice(size) + 1;
        log.compare_inclusion(other - 1, size);
        log.compare_consistency(other, size);
    }
    assert_eq!(log.edge.root(), log.root(LARGEST));
    assert_eq!(Edge::load(LARGEST, |id| log.tiles.get(&id).cloned()).unwrap(), log.edge);
}

/// The seed in PKCS #8 version 1, as `openssl genpkey` writes it.
fn signer() -> LogSigner {
    let der = [&hex::decode("302e020100300506032b657004220420").unwrap()[..], &SEED].concat();
    LogSigner::from_pkcs8("register.example/log", &der).unwrap()
}

fn checkpoint() -> Checkpoint {
    Checkpoint { origin: "register.example/log".parse().unwrap(), size: 20_852_163, root: leaf(7) }
}

fn their_signer(key: &LogKey) -> StandardSigner {
    let seed = STANDARD.encode([&[1][..], &SEED].concat());
    StandardSigner::new(&format!("PRIVATE+KEY+{}+{:08x}+{seed}", key.name(), key.hash())).unwrap()
}

#[test]
fn notes_agree_at_all_sizes_to_1000_and_random_ones_to_a_million() {
    let (mut dice, key) = (dice(), signer().key().clone());
    let verifiers = VerifierList::new(vec![Box::new(StandardVerifier::new(&key.to_string()).unwrap())]);
    for size in (0..=1_000).chain((0..300).map(|_| dice(LARGEST))) {
        let checkpoint = Checkpoint { size, ..checkpoint() };
        let ours = signer().sign(&checkpoint).unwrap();
        let read = Note::from_bytes(ours.as_bytes()).unwrap();
        let (good, unknown) = read.verify(&verifiers).unwrap();
        assert_eq!((good.len(), unknown.len()), (1, 0), "{size}");
        let text = ReferenceCheckpoint::from_bytes(read.text()).unwrap();
        assert_eq!((text.size(), *text.hash()), (size, their(checkpoint.root)));
        let mut theirs = Note::new(checkpoint.text().as_bytes(), &[]).unwrap();
        theirs.add_sigs(&[&their_signer(&key)]).unwrap();
        assert_eq!(String::from_utf8(theirs.to_bytes()).unwrap(), ours, "{size}");
        assert_eq!(*open_checkpoint(ours.as_bytes(), std::slice::from_ref(&key)).unwrap().checkpoint(), checkpoint);
    }
}

#[test]
fn the_reference_opens_our_note() {
    let signed = signer().sign(&checkpoint()).unwrap();
    let verifier = StandardVerifier::new(&signer().key().to_string()).unwrap();
    let read = Note::from_bytes(signed.as_bytes()).unwrap();
    let (good, unknown) = read.verify(&VerifierList::new(vec![Box::new(verifier)])).unwrap();
    assert_eq!((good.len(), unknown.len()), (1, 0));
    let text = ReferenceCheckpoint::from_bytes(read.text()).unwrap();
    assert_eq!((text.origin(), text.size(), *text.hash()), ("register.example/log", 20_852_163, their(leaf(7))));
}

#[test]
fn we_open_the_references_note_and_write_the_same() {
    let text = ReferenceCheckpoint::new("register.example/log", 20_852_163, their(leaf(7)), "").unwrap().to_bytes();
    let mut note = Note::new(&text, &[]).unwrap();
    note.add_sigs(&[&their_signer(signer().key())]).unwrap();
    let opened = open_checkpoint(&note.to_bytes(), &[signer().key().clone()]).unwrap();
    assert_eq!(*opened.checkpoint(), checkpoint());
    assert_eq!(note.to_bytes(), signer().sign(&checkpoint()).unwrap().into_bytes());
}

#[test]
fn our_key_string_is_the_references() {
    let key = signer().key().to_string();
    assert_eq!(key.parse::<LogKey>().unwrap().to_string(), key);
    assert!(StandardVerifier::new(&key).is_ok());
    let wrong_hash = key.replacen('+', "+0", 1);
    assert!(StandardVerifier::new(&wrong_hash).is_err() && wrong_hash.parse::<LogKey>().is_err());
}
