//! What must hold for manifests, filters, lines and the comparison.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::digest::Digest;
use crate::log::{Checkpoint, Frontier, LogSigner, leaf_hash};

/// PKCS #8 of the Ed25519 seed of 32 bytes 0x07 (RFC 8410).
fn signer() -> LogSigner {
    let mut der = hex::decode("302e020100300506032b657004220420").unwrap();
    der.extend([7; 32]);
    LogSigner::from_pkcs8("register.example/endmark", &der).unwrap()
}

fn manifest() -> Manifest {
    let file = |name| ListedFile { name, bytes: 3, sha256: Digest::of(b"abc") };
    let files = [FileName::Entries, FileName::LeafHashes, FileName::Checkpoint, FileName::Keys].map(file);
    Manifest {
        format: FORMAT.to_owned(),
        origin: "register.example/endmark".to_owned(),
        exported_at: time::macros::datetime!(2026-03-16 09:00 UTC),
        software: "endmark 0".to_owned(),
        recorded_as: 2,
        size: 3,
        filter: None,
        entries: 3,
        evidence: None,
        since: None,
        files: files.to_vec(),
    }
}

#[test]
fn every_byte_of_a_manifest_and_its_signature_counts() {
    let (text, signature) = manifest().sign(&signer()).unwrap();
    let keys = [signer().key().clone()];
    assert_eq!(Manifest::open(text.as_bytes(), signature.as_bytes(), &keys).unwrap(), manifest());
    for place in 0..text.len() {
        let mut changed = text.clone().into_bytes();
        changed[place] ^= 1;
        assert!(Manifest::open(&changed, signature.as_bytes(), &keys).is_err(), "byte {place}");
        assert!(Manifest::open(&text.as_bytes()[..place], signature.as_bytes(), &keys).is_err(), "cut at {place}");
    }
    for place in 0..signature.len() {
        let mut changed = signature.clone().into_bytes();
        changed[place] ^= 1;
        assert!(Manifest::open(text.as_bytes(), &changed, &keys).is_err(), "signature byte {place}");
    }
    assert!(Manifest::open(text.as_bytes(), signature.as_bytes(), &[]).is_err(), "no key, no trust");
}

#[test]
fn another_format_is_said_only_of_what_a_known_key_signed() {
    let text = manifest().to_text().unwrap().replace("@v1", "@v2").replace("\"software\"", "\"newMember\"");
    let (signature, keys) = (signer().signature(&text), [signer().key().clone()]);
    let open = |text: &str, keys: &[_]| Manifest::open(text.as_bytes(), signature.as_bytes(), keys).unwrap_err();
    assert_eq!(open(&text, &keys), ExportError::Format("endmark-export@v2".to_owned()));
    assert!(matches!(open(&text.replace("@v2", "@v3"), &keys), ExportError::Log(_)));
    assert!(matches!(open(&text, &[]), ExportError::Log(_)));
}

#[test]
fn a_manifest_cannot_be_taken_for_a_checkpoint_nor_a_checkpoint_for_a_manifest() {
    let (text, signature) = manifest().sign(&signer()).unwrap();
    let keys = [signer().key().clone()];
    assert!(crate::log::open_checkpoint(format!("{text}\n{signature}").as_bytes(), &keys).is_err());
    let head =
        Checkpoint { origin: "register.example/endmark".parse().unwrap(), size: 0, root: Frontier::default().root() };
    let note = signer().sign(&head).unwrap();
    let (head, signature) = note.split_once("\n\n").unwrap();
    assert!(Manifest::open(format!("{head}\n").as_bytes(), signature.as_bytes(), &keys).is_err());
}

#[test]
fn a_manifest_lists_exactly_the_files_that_follow_from_it() {
    let refused = |change: fn(&mut Manifest)| {
        let mut changed = manifest();
        change(&mut changed);
        Manifest::parse(changed.to_text().unwrap().as_bytes()).unwrap_err().to_string()
    };
    assert!(refused(|m| m.files.retain(|file| file.name != FileName::Entries)).contains("does not list entries.jsonl"));
    assert!(refused(|m| m.files.push(m.files[0].clone())).contains("twice"));
    assert!(refused(|m| m.filter = Some(Filter::default())).contains("leaf-hashes.bin"));
    assert!(refused(|m| m.entries = 2).contains("2 entries of a whole log of 3"));
    assert!(refused(|m| m.recorded_as = 3).contains("entry 3 records it, outside a log of 3"));
    assert!(refused(|m| m.since = Some(1)).contains("since"));
    assert!(refused(|m| m.format = "other".to_owned()).contains("newer endmark-verify"));
    let elsewhere = manifest().to_text().unwrap().replace("keys.txt", "../keys.txt");
    assert!(Manifest::parse(elsewhere.as_bytes()).is_err(), "no other file is ever opened");
}

#[test]
fn every_filter_wants_what_has_it_and_nothing_else() {
    let number = crate::number::CertificateNumber::of(&Digest::of(b"1")).to_string();
    let second = crate::number::CertificateNumber::of(&Digest::of(b"2")).to_string();
    let client = Digest::of(b"client").to_string();
    let entry = json!({
        "leaf": 7, "type": "consignmentChecked", "at": "2026-03-16T09:00:00Z", "organisation": "lt-customs",
        "client": client, "office": "LTKR1000", "certificates": [number, second], "declaration": "26LT0000000000AAB1",
        "decision": "conforms"
    });
    let bytes = entry.to_string();
    let matches = |filter: serde_json::Value| {
        serde_json::from_value::<Filter>(filter).unwrap().matches(&EntryFields::parse(bytes.as_bytes()).unwrap())
    };
    let good = [
        json!({}),
        json!({ "from": "2026-03-16T09:00:00Z" }),
        json!({ "until": "2026-03-16T09:00:01Z" }),
        json!({ "organisation": "lt-customs" }),
        json!({ "client": client }),
        json!({ "certificate": number }),
        json!({ "certificate": second }),
        json!({ "declaration": "26LT0000000000AAB1" }),
        json!({ "type": "consignmentChecked" }),
        json!({ "decision": "conforms" }),
        json!({ "office": "LTKR1000" }),
    ];
    for filter in good {
        assert_eq!(matches(filter.clone()), Match::Yes, "{filter}");
    }
    let third = crate::number::CertificateNumber::of(&Digest::of(b"3")).to_string();
    let bad = [
        json!({ "from": "2026-03-16T09:00:01Z" }),
        json!({ "until": "2026-03-16T09:00:00Z" }),
        json!({ "organisation": "lt" }),
        json!({ "client": Digest::of(b"other").to_string() }),
        json!({ "certificate": third }),
        json!({ "declaration": "26LT" }),
        json!({ "type": "consignmentPrechecked" }),
        json!({ "decision": "doesNotConform" }),
        json!({ "office": "LTKR2000", "certificate": number }),
    ];
    for filter in bad {
        assert_eq!(matches(filter.clone()), Match::No, "{filter}");
    }
    let mut many = entry.clone();
    many["certificatesOmitted"] = json!(1);
    let bytes = many.to_string();
    let filter: Filter = serde_json::from_value(json!({ "certificate": third })).unwrap();
    assert_eq!(filter.matches(&EntryFields::parse(bytes.as_bytes()).unwrap()), Match::InEvidence);
}

#[test]
fn lines_have_one_spelling() {
    let line = ProofLine { leaf: 17, proof: vec![leaf_hash(b"a"), leaf_hash(b"b")] };
    let text = line.to_string();
    assert_eq!(ProofLine::parse(text.as_bytes()).unwrap(), line);
    for other in [format!("0{text}"), format!("+{text}"), format!("{text} "), format!(" {text}"), String::new()] {
        assert!(ProofLine::parse(other.as_bytes()).is_err(), "{other:?}");
    }
    let kept = EvidenceLine::Kept { leaf: 3, salt: [9; 16], body: vec![0, 255, b'\n'] };
    assert_eq!(EvidenceLine::parse(kept.to_line().unwrap().as_bytes()).unwrap(), kept);
    let redacted = EvidenceLine::Redacted { leaf: 3 };
    assert_eq!(EvidenceLine::parse(redacted.to_line().unwrap().as_bytes()).unwrap(), redacted);
    for other in [r#"{"leaf":3}"#, r#"{"leaf":3,"redacted":false}"#, r#"{"leaf":3,"salt":"00","evidence":""}"#] {
        assert!(EvidenceLine::parse(other.as_bytes()).is_err(), "{other}");
        assert_eq!(EvidenceLine::leaf_of(other.as_bytes()), Some(3), "whose it is can be told");
    }
}

/// The checkpoint over some entries.
fn head(entries: &[u32]) -> Checkpoint {
    let mut tree = Frontier::default();
    for entry in entries {
        tree.push(leaf_hash(&entry.to_be_bytes()));
    }
    Checkpoint { origin: "register.example/endmark".parse().unwrap(), size: tree.size(), root: tree.root() }
}

fn judge(entries: &[u32], stored: &[u32], head: &Checkpoint, old: Option<Checkpoint>) -> Judged {
    let mut comparison = Comparison::new(old);
    let hash = |list: &[u32], place: usize| list.get(place).map(|entry| leaf_hash(&entry.to_be_bytes()));
    for place in 0..entries.len().max(stored.len()) {
        comparison.push(hash(entries, place), hash(stored, place));
    }
    comparison.judge(head)
}

proptest! {
    #[test]
    fn the_first_entry_changed_deleted_inserted_or_swapped_is_named(count in 1_u32..200, place in 0_u32..200, how in 0..5) {
        let place = usize::try_from(place.rem_euclid(count)).unwrap();
        let good: Vec<u32> = (0..count).collect();
        let mut bad = good.clone();
        let first = u64::try_from(place).unwrap();
        match how {
            0 => bad[place] = 999,
            1 => drop(bad.remove(place)),
            2 => bad.insert(place, 999),
            3 => bad.truncate(place),
            _ => {
                let last = bad.len().saturating_sub(1);
                prop_assume!(place < last);
                bad.swap(place, last);
            }
        }
        let head = head(&good);
        prop_assert_eq!(judge(&bad, &good, &head, None), Judged::Entry(first));
        prop_assert_eq!(judge(&good, &bad, &head, None), Judged::StoredHash(first));
        prop_assert_eq!(judge(&bad, &bad, &head, None), Judged::Neither(None));
        prop_assert_eq!(judge(&good, &good, &head, Some(head.clone())), Judged::Good);
    }

    #[test]
    fn a_log_that_does_not_continue_the_older_checkpoint_was_rewritten(count in 1_u32..200, old in 0_u32..200) {
        let old = usize::try_from(old.rem_euclid(count)).unwrap();
        let good: Vec<u32> = (0..count).collect();
        let (now, before) = (head(&good), head(&good[..old]));
        prop_assert_eq!(judge(&good, &good, &now, Some(before)), Judged::Good);
        let mut other = good.clone();
        other[0] = 999;
        let forked = head(&other[..old.max(1)]);
        prop_assert_eq!(judge(&good, &good, &now, Some(forked)), Judged::Rewritten);
        let longer = head(&[good.as_slice(), &[1]].concat());
        prop_assert_eq!(judge(&good, &good, &now, Some(longer)), Judged::Rewritten);
    }
}
