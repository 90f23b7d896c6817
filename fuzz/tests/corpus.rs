//! Every seed, and the same mutations of it in every run, through its target: the fuzz targets on a stable compiler.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use endmark_core::chain::Revocation;
use endmark_core::log::{Receipt, open_checkpoint};
use endmark_core::number::CertificateNumber;
use endmark_fuzz::{TARGETS, bundle_keys, revocation, seed_keys, token_keys};

/// Mutations of each target's seeds, together.
const MUTATIONS: usize = 50_000;

/// What parsers stumble over: ends, signs, escapes, lengths, directions, and the words of the formats.
const TOKENS: [&[u8]; 26] = [
    b"\"",
    b"{",
    b"}",
    b"[",
    b",",
    b":",
    b"null",
    b" ",
    b"0",
    b"-1",
    b"1e999",
    b"18446744073709551616",
    b"\\u0000",
    b"\\ud800",
    b"\n",
    b"\n\n",
    b"\r\n",
    b"\xff",
    "\u{202e}".as_bytes(),
    "\u{2014} ".as_bytes(),
    b"=",
    b".",
    b"+",
    b"\x30\x82\xff\xff",
    b"\x30\x80",
    &[0; 32],
];

/// A generator of the same numbers in every run (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(bound.max(1)).unwrap()).unwrap()
    }
}

fn mutate(mut data: Vec<u8>, other: &[u8], dice: &mut Dice) -> Vec<u8> {
    for _ in 0..=dice.below(3) {
        let place = dice.below(data.len() + 1);
        let end = place + dice.below((data.len() - place).min(64) + 1);
        match dice.below(8) {
            0 if place < data.len() => data[place] ^= 1 << dice.below(8),
            1 if place < data.len() => data[place] = u8::try_from(dice.below(256)).unwrap(),
            2 => drop(data.splice(place..place, TOKENS[dice.below(TOKENS.len())].iter().copied())),
            3 => drop(data.splice(place..end, TOKENS[dice.below(TOKENS.len())].iter().copied())),
            4 => drop(data.drain(place..end)),
            5 => {
                let again = data[place..end].to_vec();
                drop(data.splice(place..place, again));
            }
            6 => {
                let from = dice.below(other.len() + 1);
                let to = from + dice.below((other.len() - from).min(256) + 1);
                drop(data.splice(place..end, other[from..to].iter().copied()));
            }
            _ => data.truncate(place.max(data.len() / 2)),
        }
    }
    data
}

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target);
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}

fn seed(target: &str, file: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target).join(file)).unwrap()
}

/// Runs one input; a broken law shows the input, so that it can become a seed.
fn run(target: fn(&[u8]), name: &str, input: &[u8]) {
    let outcome = catch_unwind(AssertUnwindSafe(|| target(input)));
    assert!(outcome.is_ok(), "{name} broke on {:?}\n{input:?}", String::from_utf8_lossy(input));
}

#[test]
fn every_target_has_seeds() {
    for (name, _) in TARGETS {
        assert!(seeds(name).len() >= 2, "{name}");
    }
}

/// A law over refused inputs alone would be none: the mutations must start from what is accepted.
#[test]
fn good_seeds_are_accepted() {
    for document in ["full.json", "least.json"] {
        endmark_core::certificate::parse(&seed("payload", document)).unwrap();
        endmark_core::consignment::parse(&seed("consignment", document)).unwrap();
    }
    for jws in ["direct.jose", "issuing.jose"] {
        endmark_core::seal::parse(&seed("jws", jws)).unwrap().verify().unwrap();
    }
    for number in ["written", "typed", "bare"] {
        String::from_utf8(seed("number", number)).unwrap().parse::<CertificateNumber>().unwrap();
    }
    for note in ["note", "cosigned"] {
        open_checkpoint(&seed("checkpoint", note), &seed_keys()).unwrap();
    }
    for code in ["short", "ten-lines"] {
        let code = String::from_utf8(seed("token", code)).unwrap();
        let read = endmark_core::token::parse(&code).unwrap();
        read.verify("register.example/endmark", &token_keys()).unwrap();
    }
    for bundle in ["signed", "older"] {
        let bundle = String::from_utf8(seed("bundle", bundle)).unwrap();
        endmark_core::offline::open(&bundle, &bundle_keys()).unwrap();
    }
    serde_json::from_slice::<endmark_core::offline::Bundle>(&seed("bundle", "content")).unwrap();
    for pdf in ["paper.pdf", "plain.pdf"] {
        endmark_core::attachment::sealed_certificate(&seed("pdf", pdf)).unwrap();
    }
    for photo in ["code.png", "code.jpg", "code.webp"] {
        assert_eq!(endmark_scan::codes(&seed("photo", photo)).unwrap().len(), 1, "{photo}");
    }
    for manifest in ["whole.json", "filtered.json"] {
        endmark_core::export::Manifest::parse(&seed("manifest", manifest)).unwrap();
    }
    endmark_core::export::EntryFields::parse(&seed("export-line", "entry")).unwrap();
    endmark_core::export::ProofLine::parse(&seed("export-line", "proof")).unwrap();
    endmark_core::export::EvidenceLine::parse(&seed("export-line", "evidence")).unwrap();
    endmark_core::log::ConsistencyProof::parse(&seed("proof", "consistency")).unwrap();
    let receipt = Receipt::parse(&seed("receipt", "leaf1.tlog-proof")).unwrap();
    receipt.verify(br#"{"leaf":1}"#, &seed_keys()).unwrap();
    assert_eq!(revocation(&seed("chain", "direct")), Some(Revocation::Good));
    assert!(matches!(revocation(&seed("chain", "issuing-revoked")), Some(Revocation::Revoked { .. })));
    assert_eq!(revocation(&seed("chain", "stranger")), None);
}

#[test]
fn every_seed_keeps_the_law() {
    for (name, target) in TARGETS {
        seeds(name).iter().for_each(|seed| run(target, name, seed));
    }
}

#[test]
fn every_prefix_of_a_seed_keeps_the_law() {
    for (name, target) in TARGETS {
        for seed in seeds(name) {
            let step = seed.len() / 400 + 1;
            (0..seed.len()).step_by(step).for_each(|end| run(target, name, &seed[..end]));
        }
    }
}

#[test]
fn mutated_seeds_keep_the_law() {
    for (name, target) in TARGETS {
        let (seeds, mut dice) = (seeds(name), Dice(7));
        // A picture takes a thousand times as long as a number.
        let mutations = if name == "photo" { MUTATIONS / 25 } else { MUTATIONS };
        for _ in 0..mutations {
            let (seed, other) = (&seeds[dice.below(seeds.len())], &seeds[dice.below(seeds.len())]);
            run(target, name, &mutate(seed.clone(), other, &mut dice));
        }
    }
}
