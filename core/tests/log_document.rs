#![cfg(test)]
//! The worked example of `docs/LOG.md` is true.

use std::collections::BTreeMap;

use endmark_core::log::{
    Checkpoint, Edge, Hash, LogSigner, Receipt, Tile, TileId, consistency_proof, inclusion_proof, leaf_hash, node_hash,
};

const DOCUMENT: &str = include_str!("../../docs/LOG.md");
const ENTRIES: [&str; 3] = [r#"{"leaf":0}"#, r#"{"leaf":1}"#, r#"{"leaf":2}"#];

fn stands_there(what: &str, text: &str) {
    assert!(DOCUMENT.contains(text), "docs/LOG.md lacks the {what}:\n{text}");
}

fn hex(hash: &Hash) -> String {
    hex::encode(hash.as_bytes())
}

#[test]
fn the_worked_example_is_true() {
    let mut edge = Edge::empty();
    let leaves: Vec<_> = ENTRIES.iter().map(|entry| leaf_hash(entry.as_bytes())).collect();
    for (number, (entry, leaf)) in ENTRIES.iter().zip(&leaves).enumerate() {
        edge.append(*leaf);
        stands_there("leaf hash", &format!("| {number} | `{entry}` | `{}` |", hex(leaf)));
    }
    let pair = node_hash(&leaves[0], &leaves[1]);
    stands_there("node hash", &hex(&pair));
    let root = node_hash(&pair, &leaves[2]);
    assert_eq!(edge.root(), root);
    stands_there("root", &hex(&root));

    let tiles: BTreeMap<TileId, Tile> = edge.take_changed().into_iter().map(|tile| (tile.id, tile)).collect();
    let paths: Vec<_> = tiles.values().map(Tile::path).collect();
    assert_eq!(paths, ["tile/0/000.p/3"]);
    stands_there("tile path", "`tile/0/000.p/3`");

    let der = [&hex::decode("302e020100300506032b657004220420").unwrap()[..], &[7; 32]].concat();
    let signer = LogSigner::from_pkcs8("register.example/endmark", &der).unwrap();
    stands_there("key", &signer.key().to_string());
    let checkpoint = Checkpoint { origin: signer.key().name().clone(), size: 3, root };
    let note = signer.sign(&checkpoint).unwrap();
    stands_there("note", &note);

    let proof = inclusion_proof(1, 3, |id| tiles.get(&id).cloned()).unwrap();
    let receipt = Receipt { leaf: 1, proof, checkpoint: note };
    receipt.verify(ENTRIES[1].as_bytes(), &[signer.key().clone()]).unwrap();
    stands_there("receipt", &receipt.to_text());

    let growth = consistency_proof(2, 3, |id| tiles.get(&id).cloned()).unwrap();
    assert_eq!(growth, [leaves[2]]);
}
