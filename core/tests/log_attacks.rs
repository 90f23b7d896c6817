#![cfg(test)]
//! What somebody may try with keys, checkpoints, proofs and receipts, and that it is refused.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use endmark_core::log::{
    Checkpoint, Edge, Hash, LogKey, LogSigner, NOTE_BYTES_MAX, NOTE_SIGNATURES_MAX, Origin, RECEIPT_BYTES_MAX, Receipt,
    Tile, TileId, consistency_proof, inclusion_proof, leaf_hash, open_checkpoint, verify_consistency, verify_inclusion,
};
use proptest::prelude::*;
use signed_note::{Note, StandardSigner};

const ORIGIN: &str = "register.example/log";
/// From <https://c2sp.org/tlog-checkpoint>: another log's note, whole.
const FOREIGN: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
     \u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";

fn signer_of(name: &str, seed: u8) -> LogSigner {
    let der = [&hex::decode("302e020100300506032b657004220420").unwrap()[..], &[seed; 32]].concat();
    LogSigner::from_pkcs8(name, &der).unwrap()
}

fn signer() -> LogSigner {
    signer_of(ORIGIN, 7)
}

fn keys() -> Vec<LogKey> {
    vec![signer().key().clone()]
}

fn entry(number: u64) -> Vec<u8> {
    format!("{{\"leaf\":{number}}}").into_bytes()
}

struct Log {
    edge: Edge,
    tiles: BTreeMap<TileId, Tile>,
}

impl Log {
    fn of_size(size: u64) -> Self {
        let mut edge = Edge::empty();
        (0..size).for_each(|number| edge.append(leaf_hash(&entry(number))));
        let tiles = edge.take_changed().into_iter().map(|tile| (tile.id, tile)).collect();
        Self { edge, tiles }
    }

    fn tile(&self, id: TileId) -> Option<Tile> {
        self.tiles.get(&id).cloned()
    }

    fn checkpoint(&self) -> Checkpoint {
        Checkpoint { origin: ORIGIN.parse().unwrap(), size: self.edge.size(), root: self.edge.root() }
    }

    fn receipt(&self, leaf: u64) -> Receipt {
        let proof = inclusion_proof(leaf, self.edge.size(), |id| self.tile(id)).unwrap();
        Receipt { leaf, proof, checkpoint: signer().sign(&self.checkpoint()).unwrap() }
    }
}

fn open(note: &str) -> Result<Checkpoint, &'static str> {
    open_checkpoint(note.as_bytes(), &keys()).map(|signed| signed.checkpoint().clone()).map_err(|error| error.code())
}

fn note() -> String {
    signer().sign(&Log::of_size(5).checkpoint()).unwrap()
}

#[test]
fn a_checkpoint_signed_by_nobody_known_is_refused() {
    assert_eq!(open(FOREIGN), Err("logNotSigned"));
    assert_eq!(open_checkpoint(note().as_bytes(), &[]).unwrap_err().code(), "logNotSigned");
}

#[test]
fn the_signature_of_another_log_does_not_carry_this_one() {
    let checkpoint = Log::of_size(5).checkpoint();
    let other = signer_of("other.example/log", 9);
    assert_eq!(other.sign(&checkpoint).unwrap_err().code(), "logOriginMismatch");
    // Its own signature is good, and its key known: it is still not the word of the log that the text names.
    let seed = STANDARD.encode([&[1][..], &[9; 32]].concat());
    let key = other.key();
    let outside = StandardSigner::new(&format!("PRIVATE+KEY+{}+{:08x}+{seed}", key.name(), key.hash())).unwrap();
    let mut note = Note::new(checkpoint.text().as_bytes(), &[]).unwrap();
    note.add_sigs(&[&outside]).unwrap();
    let known = [signer().key().clone(), key.clone()];
    assert_eq!(open_checkpoint(&note.to_bytes(), &known).unwrap_err().code(), "logNotSigned");
    // A known key whose signature is over another text refuses the note.
    let moved = checkpoint.text().replace("\n5\n", "\n6\n");
    let signature = String::from_utf8(note.to_bytes()).unwrap().lines().last().unwrap().to_owned();
    let forged = format!("{moved}\n{signature}\n");
    assert_eq!(open_checkpoint(forged.as_bytes(), &known).unwrap_err().code(), "logSignatureInvalid");
}

#[test]
fn a_key_of_the_same_name_but_other_bytes_is_unknown() {
    let impostor = signer_of(ORIGIN, 8).sign(&Log::of_size(5).checkpoint()).unwrap();
    assert_eq!(open(&impostor), Err("logNotSigned"));
}

#[test]
fn a_retired_key_vouches_for_what_it_signed_and_for_nothing_newer() {
    let (note, key) = (note(), signer().key().clone());
    let open = |key: LogKey| open_checkpoint(note.as_bytes(), &[key]).map(|_| ()).map_err(|error| error.code());
    assert_eq!(open(key.clone().retired_after(5)), Ok(()));
    assert_eq!(open(key.clone().retired_after(4)), Err("logKeyRetired"));
    // The line of a key file says so too, in one spelling.
    let line = key.clone().retired_after(4).to_line();
    assert_eq!(line, format!("{key} 4"));
    assert_eq!(LogKey::from_line(&line), Ok(key.clone().retired_after(4)));
    assert_eq!(LogKey::from_line(&key.to_string()), Ok(key.clone()));
    for wrong in ["04", "", " 4", "-4", "4 5"] {
        assert_eq!(LogKey::from_line(&format!("{key} {wrong}")).unwrap_err().code(), "logInputMalformed", "{wrong:?}");
    }
}

#[test]
fn a_bad_signature_of_a_known_key_refuses_the_note_beside_a_good_one() {
    let good = note();
    let (name, encoded) = good.lines().last().unwrap().rsplit_once(' ').unwrap();
    let mut bytes = STANDARD.decode(encoded).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    let beside = format!("{good}{name} {}\n", STANDARD.encode(bytes));
    assert_eq!(open(&beside), Err("logSignatureInvalid"));
}

#[test]
fn signatures_of_witnesses_are_kept_and_ignored() {
    let witness = "\u{2014} witness.example AAAAAGZvcmVpZ24=";
    let cosigned = format!("{}{witness}\n", note());
    let signed = open_checkpoint(cosigned.as_bytes(), &keys()).unwrap();
    assert_eq!(signed.note(), cosigned);
}

#[test]
fn a_note_with_too_many_signatures_or_bytes_is_refused() {
    let witness = "\u{2014} witness.example AAAAAGZvcmVpZ24=\n";
    let many = |count: usize| format!("{}{}", note(), witness.repeat(count));
    assert!(open(&many(NOTE_SIGNATURES_MAX - 1)).is_ok());
    assert_eq!(open(&many(NOTE_SIGNATURES_MAX)), Err("logInputTooLarge"));
    assert_eq!(open(&"a".repeat(NOTE_BYTES_MAX + 1)), Err("logInputTooLarge"));
}

#[test]
fn a_malformed_note_is_refused() {
    let good = note();
    let wrong = [
        String::new(),
        "\n\n".into(),
        good.trim_end().to_owned(),
        format!("{good}\n"),
        format!("\n{good}"),
        good.replace("\n\n", "\n"),
        good.replace("\n\n", "\n\n\n"),
        good.replace('\n', "\r\n"),
        good.replace('\u{2014}', "-"),
        good.replace("\u{2014} ", "\u{2014}  "),
        good.replace("\n5\n", "\n05\n"),
        good.replace("\n5\n", "\n+5\n"),
        good.replace("\n5\n", "\n5 \n"),
        good.replace("\n5\n", "\n-5\n"),
        good.replace("\n5\n", "\n18446744073709551616\n"),
        good.replace("\n5\n", "\n5\n5\n"),
        good.replace("=\n\n", "\n\n"),
        good.replace("=\n\n", "=\nextension\n\n"),
        good.replace("register", "reg ister"),
        good.replace("register", "reg+ister"),
    ];
    for note in wrong {
        assert_ne!(note, good);
        assert_eq!(open(&note), Err("logInputMalformed"), "{note:?}");
    }
    // In the name of a witness, which is otherwise free, a control character could forge what a terminal shows.
    assert_eq!(open(&format!("{good}\u{2014} wit\u{1b}ness AAAAAGZvcmVpZ24=\n")), Err("logInputMalformed"));
    assert_eq!(open_checkpoint(b"\xff\n1\n\n", &keys()).unwrap_err().code(), "logInputMalformed");
}

#[test]
fn a_changed_checkpoint_no_longer_opens() {
    assert_eq!(open(&note().replace("\n5\n", "\n6\n")), Err("logSignatureInvalid"));
}

#[test]
fn a_checkpoint_text_is_read_as_it_is_written() {
    let checkpoint = Log::of_size(5).checkpoint();
    assert_eq!(Checkpoint::parse(&checkpoint.text()), Ok(checkpoint.clone()));
    let empty = Checkpoint { size: 0, ..checkpoint };
    assert_eq!(Checkpoint::parse(&empty.text()), Ok(empty));
}

#[test]
fn a_key_string_that_was_mistyped_is_refused() {
    let key = signer().key().to_string();
    let code = |text: &str| text.parse::<LogKey>().map_err(|error| error.code());
    let (name, rest) = key.split_once('+').unwrap();
    let (hash, encoded) = rest.split_once('+').unwrap();
    assert_eq!(code(&format!("{name}+{}+{encoded}", "00000000")), Err("logKeyHash"));
    assert_eq!(code(&format!("{name}x+{hash}+{encoded}")), Err("logKeyHash"));
    assert_eq!(code(&format!("{name}+{}+{encoded}", hash.to_uppercase() + "0")), Err("logInputMalformed"));
    assert_eq!(code(&format!("{name}+{hash}")), Err("logInputMalformed"));
    assert_eq!(code(&format!("{name}+{hash}+{}", encoded.get(..40).unwrap())), Err("logInputMalformed"));
    assert_eq!(code(&format!("{name}+{hash}+{encoded}A")), Err("logInputMalformed"));
    assert_eq!(code(&format!("+{hash}+{encoded}")), Err("logInputMalformed"));
    assert_eq!(code(&format!("{name}+{hash}+")), Err("logInputMalformed"));
    assert_eq!(code(&format!("{name}+{hash}+BAAA")), Err("logKeyAlgorithm"));
    assert_eq!(code(&"k".repeat(513)), Err("logInputTooLarge"));
}

#[test]
fn a_private_key_of_another_kind_is_refused() {
    for der in [&b""[..], b"0", &[0x30; 48]] {
        assert_eq!(LogSigner::from_pkcs8(ORIGIN, der).unwrap_err().code(), "logPrivateKey");
    }
    assert_eq!(format!("{:?}", signer()), format!("LogSigner {{ key: {}, .. }}", signer().key()));
}

#[test]
fn an_origin_that_could_forge_a_line_is_refused() {
    for origin in ["", " ", "a b", "a\nb", "a+b", "a\u{85}b", "a\u{2028}b", "a\u{a0}b", &"a".repeat(101)] {
        assert_eq!(origin.parse::<Origin>().unwrap_err().code(), "logInputMalformed", "{origin:?}");
    }
    assert!("a".repeat(100).parse::<Origin>().is_ok());
}

#[test]
fn a_receipt_is_read_as_it_is_written_and_verifies() {
    let log = Log::of_size(300);
    for leaf in [0, 255, 256, 299] {
        let receipt = log.receipt(leaf);
        let read = Receipt::parse(receipt.to_text().as_bytes()).unwrap();
        assert_eq!(read, receipt);
        assert_eq!(*read.verify(&entry(leaf), &keys()).unwrap().checkpoint(), log.checkpoint());
        assert_eq!(read.verify(&entry(leaf + 1), &keys()).unwrap_err().code(), "logRootMismatch");
    }
    // Of the only entry: no hashes, so that the empty line follows the index.
    let alone = Log::of_size(1).receipt(0);
    assert_eq!(Receipt::parse(alone.to_text().as_bytes()).unwrap(), alone);
}

#[test]
fn a_malformed_receipt_is_refused() {
    let good = Log::of_size(5).receipt(3).to_text();
    let first_hash = good.lines().nth(2).unwrap();
    let wrong = [
        String::new(),
        good.replace("@v1", "@v2"),
        good.replace("index 3", "index 03"),
        good.replace("index 3", "index  3"),
        good.replace("index 3", "Index 3"),
        good.replace("index 3\n", ""),
        good.replace("index 3\n", "extra AAAA\nindex 3\n"),
        good.replace(first_hash, first_hash.get(..43).unwrap()),
        good.replace("\n\n", "\n"),
        good.replace('\n', "\r\n"),
    ];
    for text in wrong {
        assert_ne!(text, good);
        assert_eq!(Receipt::parse(text.as_bytes()).unwrap_err().code(), "logInputMalformed", "{text:?}");
    }
    let endless = good.replace("index 3\n", &format!("index 3\n{}", format!("{first_hash}\n").repeat(64)));
    assert_eq!(Receipt::parse(endless.as_bytes()).unwrap_err().code(), "logInputTooLarge");
    assert_eq!(Receipt::parse(&vec![b'a'; RECEIPT_BYTES_MAX + 1]).unwrap_err().code(), "logInputTooLarge");
}

#[test]
fn every_changed_byte_of_a_receipt_is_noticed() {
    let log = Log::of_size(77);
    let (receipt, entry) = (log.receipt(52), entry(52));
    let text = receipt.to_text().into_bytes();
    let verifies = |bytes: &[u8]| Receipt::parse(bytes).and_then(|read| read.verify(&entry, &keys())).is_ok();
    assert!(verifies(&text));
    for position in 0..text.len() {
        for bit in 0..8 {
            let mut changed = text.clone();
            changed[position] ^= 1 << bit;
            assert!(!verifies(&changed), "byte {position}, bit {bit}");
        }
        assert!(!verifies(&text[..position]), "cut at {position}");
        let mut longer = text.clone();
        longer.insert(position, b'A');
        assert!(!verifies(&longer), "inserted at {position}");
    }
}

#[test]
fn a_log_rewritten_in_its_past_does_not_continue_the_old_one() {
    let (old, honest) = (Log::of_size(40), Log::of_size(90));
    let mut edge = Edge::empty();
    (0..90).for_each(|number| edge.append(leaf_hash(&entry(if number == 11 { 1_000 } else { number }))));
    let tiles: BTreeMap<_, _> = edge.take_changed().into_iter().map(|tile| (tile.id, tile)).collect();
    let rewritten = Log { edge, tiles };
    let judge = |new: &Log| {
        let proof = consistency_proof(40, 90, |id| new.tile(id)).unwrap();
        verify_consistency(40, old.edge.root(), 90, new.edge.root(), &proof).map_err(|error| error.code())
    };
    assert_eq!(judge(&honest), Ok(()));
    assert_eq!(judge(&rewritten), Err("logOldRootMismatch"));
}

/// Flips one bit of one hash.
fn flip(hash: &mut Hash, bit: usize) {
    let mut bytes = *hash.as_bytes();
    bytes[bit / 8 % 32] ^= 1 << (bit % 8);
    *hash = bytes.into();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_flipped_bit_in_leaf_root_proof_or_place_is_refused(
        size in 1_u64..600, pick: u64, hash in 0_usize..32, bit in 0_usize..256, shift in 0_u32..12,
    ) {
        let log = Log::of_size(size);
        let place = pick % size;
        let (leaf, root) = (leaf_hash(&entry(place)), log.edge.root());
        let proof = inclusion_proof(place, size, |id| log.tile(id)).unwrap();
        prop_assert!(verify_inclusion(leaf, place, size, root, &proof).is_ok());

        let mut changed = leaf;
        flip(&mut changed, bit);
        prop_assert!(verify_inclusion(changed, place, size, root, &proof).is_err());
        let mut changed = root;
        flip(&mut changed, bit);
        prop_assert!(verify_inclusion(leaf, place, size, changed, &proof).is_err());
        prop_assert!(verify_inclusion(leaf, place ^ (1 << shift), size, root, &proof).is_err());
        if !proof.is_empty() {
            let mut changed = proof.clone();
            flip(&mut changed[hash % proof.len()], bit);
            prop_assert!(verify_inclusion(leaf, place, size, root, &changed).is_err());
            prop_assert!(verify_inclusion(leaf, place, size, root, &proof[1..]).is_err());
        }
        let longer = [&proof[..], &[root]].concat();
        prop_assert!(verify_inclusion(leaf, place, size, root, &longer).is_err());
    }

    #[test]
    fn a_size_is_bound_by_the_signed_checkpoint(size in 1_u64..300, pick: u64, shift in 0_u32..10) {
        let log = Log::of_size(size);
        let receipt = log.receipt(pick % size);
        let other = size ^ (1 << shift);
        let checkpoint = receipt.checkpoint.replacen(&format!("\n{size}\n"), &format!("\n{other}\n"), 1);
        let changed = Receipt { checkpoint, ..receipt.clone() };
        let refused = changed.verify(&entry(receipt.leaf), &keys()).map_err(|error| error.code());
        prop_assert_eq!(refused.unwrap_err(), "logSignatureInvalid");
    }

    #[test]
    fn a_flipped_bit_in_a_growth_is_refused(
        new in 2_u64..600, pick: u64, hash in 0_usize..32, bit in 0_usize..256,
    ) {
        let old = pick % (new - 1) + 1;
        let (older, newer) = (Log::of_size(old), Log::of_size(new));
        let (old_root, new_root) = (older.edge.root(), newer.edge.root());
        let proof = consistency_proof(old, new, |id| newer.tile(id)).unwrap();
        prop_assert!(verify_consistency(old, old_root, new, new_root, &proof).is_ok());

        let mut changed = old_root;
        flip(&mut changed, bit);
        prop_assert!(verify_consistency(old, changed, new, new_root, &proof).is_err());
        let mut changed = new_root;
        flip(&mut changed, bit);
        prop_assert!(verify_consistency(old, old_root, new, changed, &proof).is_err());
        let mut changed = proof.clone();
        flip(&mut changed[hash % proof.len()], bit);
        prop_assert!(verify_consistency(old, old_root, new, new_root, &changed).is_err());
        prop_assert!(verify_consistency(old, old_root, new, new_root, &proof[1..]).is_err());
    }

    #[test]
    fn a_proof_from_spoiled_tiles_never_verifies(size in 2_u64..600, pick: u64, tile: usize, bit: usize) {
        let mut log = Log::of_size(size);
        let (place, root) = (pick % size, log.edge.root());
        let honest = inclusion_proof(place, size, |id| log.tile(id)).unwrap();
        let count = log.tiles.len();
        let spoiled = log.tiles.values_mut().nth(tile % count).unwrap();
        let position = bit / 256 % spoiled.hashes.len();
        flip(&mut spoiled.hashes[position], bit % 256);
        let proof = inclusion_proof(place, size, |id| log.tile(id)).unwrap();
        let verdict = verify_inclusion(leaf_hash(&entry(place)), place, size, root, &proof);
        prop_assert_eq!(verdict.is_ok(), proof == honest);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), text in "\\PC*") {
        let id = TileId { level: 0, index: 0 };
        for input in [&bytes[..], text.as_bytes()] {
            let _ = open_checkpoint(input, &keys());
            let _ = Receipt::parse(input);
            let _ = Tile::from_bytes(id, input);
        }
        let _ = Checkpoint::parse(&text);
        let _ = TileId::from_path(&text);
        let _ = text.parse::<LogKey>();
        let _ = text.parse::<Hash>();
    }

    #[test]
    fn what_is_read_is_written_again(head in "(c2sp.org/tlog-proof@v1\n)?(index [0-9]{1,21}\n)?([A-Za-z0-9+/]{43}=\n){0,3}\n?") {
        let text = format!("{head}{FOREIGN}");
        if let Ok(receipt) = Receipt::parse(text.as_bytes()) {
            prop_assert_eq!(receipt.to_text(), text);
        }
    }
}
