//! The log's texts and tiles.

use endmark_core::log::{
    Checkpoint, Edge, Hash, LogKey, Receipt, Tile, TileId, consistency_proof, inclusion_proof, leaf_hash,
    open_checkpoint, verify_consistency, verify_inclusion,
};

/// The key of the seeds, whose private key is the seed of 32 bytes 0x07 (`docs/LOG.md`).
pub fn seed_keys() -> Vec<LogKey> {
    let key = "register.example/endmark+887588d6+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs";
    vec![key.parse().expect("the key of the seeds")]
}

/// A signed checkpoint, a checkpoint's text, or a key string. Each has one spelling.
pub fn checkpoint(data: &[u8]) {
    if let Ok(opened) = open_checkpoint(data, &seed_keys()) {
        assert_eq!(opened.note().as_bytes(), data, "the note is kept as it came");
        assert!(data.starts_with(opened.checkpoint().text().as_bytes()), "the text is what was signed");
    }
    let Ok(text) = str::from_utf8(data) else { return };
    if let Ok(read) = Checkpoint::parse(text) {
        assert_eq!(read.text(), text, "a checkpoint's text has one spelling");
    }
    if let Ok(read) = text.parse::<LogKey>() {
        assert_eq!(read.to_string(), text, "a key string has one spelling");
    }
}

/// A receipt: it has one spelling, and proves only the entry it was made for.
pub fn receipt(data: &[u8]) {
    let Ok(read) = Receipt::parse(data) else { return };
    assert_eq!(read.to_text().as_bytes(), data, "a receipt has one spelling");
    assert!(read.verify(b"another entry", &seed_keys()).is_err(), "no receipt proves what was never logged");
}

/// A tile path; or sizes and the bytes of every tile: nothing that the store holds makes a proof panic, and a proof
/// that was made verifies under the root that the same tiles have.
pub fn tile(data: &[u8]) {
    if let Ok(path) = str::from_utf8(data)
        && let Ok((id, width)) = TileId::from_path(path)
    {
        assert_eq!(id.path_at_width(width), path, "a tile has one path");
    }
    let Some((first, rest)) = data.split_first_chunk() else { return };
    let Some((second, bytes)) = rest.split_first_chunk() else { return };
    let (size, other) = (u64::from_be_bytes(*first), u64::from_be_bytes(*second));
    let id = TileId { level: 0, index: 0 };
    let Ok(read) = Tile::from_bytes(id, bytes) else { return };
    assert_eq!(read.to_bytes(), bytes, "a tile's bytes are its hashes");

    let mut asked = 0;
    let mut tiles = |id: TileId| {
        asked += 1;
        Some(Tile { id, hashes: read.hashes.clone() })
    };
    let loaded = Edge::load(size, &mut tiles);
    let inclusion = inclusion_proof(other, size, &mut tiles);
    let consistency = consistency_proof(other, size, &mut tiles);
    assert!(asked <= 3 * 80, "{asked} tiles were asked for");
    let (Ok(edge), Some(leaf)) = (loaded, place(&read, other)) else { return };
    // From a full tile on the same bytes stand for tiles that do not belong together; nothing can be said of the proofs.
    if size > 255 {
        return;
    }
    if let Ok(proof) = inclusion {
        assert_eq!(verify_inclusion(leaf, other, size, edge.root(), &proof), Ok(()), "its own proof verifies");
        assert!(verify_inclusion(leaf_hash(b"another"), other, size, edge.root(), &proof).is_err());
    }
    if let Ok(proof) = consistency {
        let old = Edge::load(other, |id| Some(Tile { id, hashes: read.hashes.clone() })).expect("a narrower tree");
        assert_eq!(verify_consistency(other, old.root(), size, edge.root(), &proof), Ok(()), "its own proof verifies");
    }
}

fn place(tile: &Tile, leaf: u64) -> Option<Hash> {
    tile.hashes.get(usize::try_from(leaf).ok()?).copied()
}
