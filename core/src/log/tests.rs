use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;

/// The entries and roots of the Certificate Transparency project's tests (`merkletree` in its repository).
const ENTRIES: [&str; 8] =
    ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
const ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];
const A: &str = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
const B: &str = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4";
const C: &str = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7";
const D: &str = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b";
const E: &str = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";
const F: &str = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";

fn hash(hex: &str) -> Hash {
    let bytes: [u8; 32] = hex::decode(hex).unwrap().try_into().unwrap();
    bytes.into()
}

fn hashes(hex: &[&str]) -> Vec<Hash> {
    hex.iter().map(|hex| hash(hex)).collect()
}

fn leaf(number: u64) -> Hash {
    leaf_hash(&number.to_be_bytes())
}

/// A tree and its stored tiles, grown leaf by leaf.
fn grown(size: u64) -> (Edge, BTreeMap<TileId, Tile>) {
    let mut edge = Edge::empty();
    (0..size).for_each(|number| edge.append(leaf(number)));
    let tiles = edge.take_changed().into_iter().map(|tile| (tile.id, tile)).collect();
    (edge, tiles)
}

fn of_published_entries(count: usize) -> (Edge, BTreeMap<TileId, Tile>) {
    let mut edge = Edge::empty();
    ENTRIES[..count].iter().for_each(|entry| edge.append(leaf_hash(&hex::decode(entry).unwrap())));
    let tiles = edge.take_changed().into_iter().map(|tile| (tile.id, tile)).collect();
    (edge, tiles)
}

#[test]
fn the_empty_tree_has_the_hash_of_nothing() {
    let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(Edge::empty().root(), hash(nothing));
    assert_eq!(Edge::load(0, |_| None).unwrap(), Edge::empty());
}

#[test]
fn published_roots_come_out() {
    for (count, root) in (1..).zip(ROOTS) {
        assert_eq!(of_published_entries(count).0.root(), hash(root), "{count}");
    }
}

#[test]
fn published_inclusion_proofs_come_out() {
    let (_, tiles) = of_published_entries(8);
    let published: [(u64, u64, Vec<Hash>); 5] = [
        (0, 1, vec![]),
        (0, 8, hashes(&[C, A, B])),
        (5, 8, hashes(&[D, E, ROOTS[3]])),
        (2, 3, hashes(&[ROOTS[1]])),
        (1, 5, hashes(&[ROOTS[0], A, D])),
    ];
    for (leaf, size, proof) in published {
        assert_eq!(inclusion_proof(leaf, size, |id| tiles.get(&id).cloned()).unwrap(), proof, "{leaf} in {size}");
        let entry = leaf_hash(&hex::decode(ENTRIES[usize::try_from(leaf).unwrap()]).unwrap());
        let root = hash(ROOTS[usize::try_from(size).unwrap() - 1]);
        verify_inclusion(entry, leaf, size, root, &proof).unwrap();
    }
}

#[test]
fn published_consistency_proofs_come_out() {
    let (_, tiles) = of_published_entries(8);
    let published: [(u64, u64, Vec<Hash>); 4] =
        [(1, 1, vec![]), (1, 8, hashes(&[C, A, B])), (6, 8, hashes(&[F, E, ROOTS[3]])), (2, 5, hashes(&[A, D]))];
    for (old, new, proof) in published {
        assert_eq!(consistency_proof(old, new, |id| tiles.get(&id).cloned()).unwrap(), proof, "{old} in {new}");
        let root = |size: u64| hash(ROOTS[usize::try_from(size).unwrap() - 1]);
        verify_consistency(old, root(old), new, root(new), &proof).unwrap();
    }
}

#[test]
fn an_entry_cannot_be_passed_off_as_a_node() {
    let (left, right) = (leaf(0), leaf(1));
    let as_entry: Vec<u8> = left.as_bytes().iter().chain(right.as_bytes()).copied().collect();
    assert_ne!(leaf_hash(&as_entry), node_hash(&left, &right));
    assert_ne!(node_hash(&left, &right), node_hash(&right, &left));
}

#[test]
fn a_tree_of_70000_leaves_has_the_tiles_of_the_specification() {
    let (_, tiles) = grown(70_000);
    let widths = |level: u8| tiles.values().filter(|t| t.id.level == level).map(|t| t.hashes.len()).collect::<Vec<_>>();
    assert_eq!(widths(0), [vec![256; 273], vec![112]].concat());
    assert_eq!(widths(1), [256, 17]);
    assert_eq!(widths(2), [1]);
    assert!(widths(3).is_empty());
    for tile in tiles.values() {
        assert_eq!(tile.id.width_at(70_000), tile.hashes.len());
    }
    assert_eq!(TileId { level: 0, index: 274 }.width_at(70_000), 0);
    assert_eq!(TileId { level: 63, index: 0 }.width_at(u64::MAX), 0);
}

#[test]
fn stored_tiles_and_the_edge_come_back_at_every_size_and_batch_split() {
    for batch in [1, 3, 64, 255, 256, 257, 700] {
        let mut edge = Edge::empty();
        let mut tiles = BTreeMap::new();
        for number in 0..1_400 {
            edge.append(leaf(number));
            if (number + 1) % batch == 0 {
                tiles.extend(edge.take_changed().into_iter().map(|tile| (tile.id, tile)));
                let loaded = Edge::load(edge.size(), |id| tiles.get(&id).cloned()).unwrap();
                assert_eq!(loaded, edge, "batches of {batch}, size {}", edge.size());
            }
        }
    }
}

#[test]
fn an_edge_is_loaded_from_wider_tiles_than_it_needs() {
    let (_, tiles) = grown(66_000);
    for size in [1, 255, 256, 257, 511, 65_535, 65_536, 65_537, 65_999] {
        let mut loaded = Edge::load(size, |id| tiles.get(&id).cloned()).unwrap();
        assert!(loaded.take_changed().is_empty());
        let (mut wanted, _) = grown(size);
        assert_eq!(loaded.root(), wanted.root(), "{size}");
        loaded.append(leaf(size));
        wanted.append(leaf(size));
        assert_eq!(loaded.take_changed(), wanted.take_changed(), "{size}");
    }
}

#[test]
fn nothing_is_given_out_twice_as_changed() {
    let (mut edge, _) = grown(300);
    assert!(edge.take_changed().is_empty());
    edge.append(leaf(300));
    let changed = edge.take_changed();
    assert_eq!(changed.iter().map(Tile::path).collect::<Vec<_>>(), ["tile/0/001.p/45"]);
}

#[test]
fn a_missing_narrow_or_misplaced_tile_is_named() {
    let (_, tiles) = grown(600);
    let last = TileId { level: 0, index: 2 };
    let missing = |id: TileId| tiles.get(&id).filter(|_| id != last).cloned();
    assert_eq!(Edge::load(600, missing), Err(LogError::TileMissing(last)));
    assert_eq!(inclusion_proof(0, 600, missing), Err(LogError::TileMissing(last)));

    let narrow = |id: TileId| {
        let mut tile = tiles.get(&id).cloned()?;
        tile.hashes.truncate(80);
        Some(tile)
    };
    assert_eq!(Edge::load(600, narrow), Err(LogError::TileTooNarrow { id: last, wanted: 88, found: 80 }));

    let first = TileId { level: 0, index: 0 };
    let misplaced = |_: TileId| tiles.get(&first).cloned();
    assert_eq!(Edge::load(600, misplaced), Err(LogError::TileMisplaced { wanted: last, found: first }));
    assert_eq!(Edge::load(SIZE_MAX + 1, misplaced).unwrap_err().code(), "logSizeTooLarge");
}

#[test]
fn a_proof_asks_for_each_tile_once() {
    let (_, tiles) = grown(70_000);
    let mut asked = Vec::new();
    inclusion_proof(69_999, 70_000, |id| {
        asked.push(id);
        tiles.get(&id).cloned()
    })
    .unwrap();
    let mut distinct = asked.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(asked.len(), distinct.len());
}

#[test]
fn a_proof_reads_no_tile_but_those_named_before() {
    let (_, tiles) = grown(70_000);
    for size in [1, 2, 255, 256, 257, 512, 513, 65_535, 65_536, 65_537, 65_792, 66_048, 69_999, 70_000] {
        for place in [0, 1, 255, 256, 257, 511, 512, 40_000, 65_535, 65_536, size / 2, size - 1] {
            if place >= size {
                continue;
            }
            let named = inclusion_tiles(place, size);
            assert!(named.iter().all(|id| id.width_at(size) > 0), "{place} in {size}: {named:?}");
            let read = |id| tiles.get(&id).filter(|_| named.contains(&id)).cloned();
            let proof = inclusion_proof(place, size, read)
                .unwrap_or_else(|error| panic!("{place} in {size}, {named:?}: {error}"));
            let hashed = |id| read(id).map(|tile| Arc::new(HashedTile::from(tile)));
            assert_eq!(inclusion_proof(place, size, hashed).unwrap(), proof, "{place} in {size}, from hashed tiles");
        }
    }
    assert!(inclusion_tiles(u64::MAX - 1, u64::MAX).len() <= 16);
}

#[test]
fn questions_outside_the_tree_are_refused() {
    assert_eq!(inclusion_proof(5, 5, |_| None::<Tile>).unwrap_err().code(), "logLeafOutsideTree");
    assert_eq!(consistency_proof(6, 5, |_| None).unwrap_err().code(), "logShrunk");
    assert_eq!(verify_inclusion(leaf(0), 0, 0, empty_root(), &[]).unwrap_err().code(), "logLeafOutsideTree");
    assert_eq!(verify_consistency(2, leaf(0), 1, leaf(0), &[]).unwrap_err().code(), "logShrunk");
}

#[test]
fn a_log_that_began_with_something_else_is_no_growth_of_nothing() {
    verify_consistency(0, empty_root(), 0, empty_root(), &[]).unwrap();
    verify_consistency(0, empty_root(), 7, leaf(0), &[]).unwrap();
    assert_eq!(verify_consistency(0, leaf(1), 7, leaf(0), &[]).unwrap_err().code(), "logOldRootMismatch");
    assert_eq!(verify_consistency(0, empty_root(), 0, leaf(0), &[]).unwrap_err().code(), "logRootMismatch");
    assert_eq!(verify_consistency(0, empty_root(), 7, leaf(0), &[leaf(1)]).unwrap_err().code(), "logProofLength");
    assert_eq!(verify_consistency(7, leaf(1), 7, leaf(0), &[]).unwrap_err().code(), "logRootMismatch");
}

#[test]
fn a_proof_for_the_largest_sizes_is_judged_without_overflow() {
    let proof = vec![leaf(0); 64];
    for (place, size) in [(u64::MAX - 1, u64::MAX), (0, u64::MAX), (1 << 63, u64::MAX)] {
        assert!(verify_inclusion(leaf(0), place, size, leaf(1), &proof).is_err());
        assert!(verify_consistency(place, leaf(0), size, leaf(1), &proof).is_err());
    }
}

#[test]
fn a_tile_path_has_one_spelling() {
    let path = |level, index, width| TileId { level, index }.path_at_width(width);
    assert_eq!(path(0, 1_067, 256), "tile/0/x001/067");
    assert_eq!(path(0, 1_234_067, 8), "tile/0/x001/x234/067.p/8");
    assert_eq!(path(3, 0, 1), "tile/3/000.p/1");
    assert_eq!(path(63, u64::MAX, 255), "tile/63/x018/x446/x744/x073/x709/x551/615.p/255");
    for (level, index, width) in [(0, 0, 256), (1, 999, 255), (2, 1_000, 1), (63, u64::MAX, 255)] {
        let id = TileId { level, index };
        assert_eq!(TileId::from_path(&id.path_at_width(width)), Ok((id, width)));
    }
    let wrong = [
        "tile/0/67",
        "tile/0/0067",
        "tile/00/067",
        "tile/64/067",
        "tile/0/001/067",
        "tile/0/x001/x067",
        "tile/0/x000/067",
        "tile/0/067.p/0",
        "tile/0/067.p/256",
        "tile/0/067.p/08",
        "tile/0/067.p/",
        "tile/-1/067",
        "tile/0/+67",
        "tile/entries/067",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
        "/tile/0/067",
        "",
    ];
    for path in wrong {
        assert_eq!(TileId::from_path(path).unwrap_err().code(), "logInputMalformed", "{path}");
    }
}

#[test]
fn a_tile_is_one_to_256_whole_hashes() {
    let id = TileId { level: 0, index: 0 };
    for length in [0, 1, 31, 33, 8_191, 8_193, 8_224] {
        assert_eq!(Tile::from_bytes(id, &vec![7; length]), Err(LogError::TileLength { id, found: length }));
    }
    for length in [32, 64, 8_192] {
        let bytes = vec![7; length];
        assert_eq!(Tile::from_bytes(id, &bytes).unwrap().to_bytes(), bytes);
    }
}
