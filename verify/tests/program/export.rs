use std::fs;

use endmark_core::log::{Checkpoint, leaf_hash};
use serde_json::json;

use super::kit::{Export, ORIGIN, checkpoint, edit, entry, first, folder, key, log, run, signer, verify};

#[test]
fn an_export_is_good_bad_or_could_not_be_checked() {
    let dir = folder("export");
    Export::whole(log(3)).write(&dir);
    let key = key();
    let (code, report) = verify(&dir);
    assert_eq!((code, &report["good"], &report["entries"]), (0, &json!(true), &json!(3)), "{report}");
    fs::write(dir.join("old"), checkpoint(&log(3)[..2])).unwrap();
    assert_eq!(run(&dir, &["export", ".", "--key", "keys.txt", "--since", "old"]).0, 0);
    edit(&dir.join("entries.jsonl"), "\"leaf\":1,", "\"leaf\":9,");
    let (code, report) = verify(&dir);
    assert_eq!((code, &report["faults"][0]["leaf"]), (1, &json!(1)), "{report}");
    edit(&dir.join("entries.jsonl"), "\"leaf\":9,", "\"leaf\":1,");
    // An older checkpoint of another history under the same key.
    let forked = Checkpoint { origin: ORIGIN.parse().unwrap(), size: 2, root: leaf_hash(b"another history") };
    fs::write(dir.join("forked"), signer().sign(&forked).unwrap()).unwrap();
    let (code, report) = run(&dir, &["export", ".", "--key", &key, "--since", "forked"]);
    assert!(code == 1 && report.to_string().contains("rewritten"), "{report}");
    for arguments in [&["export", "nowhere", "--key", &key], &["export", ".", "--key", "no key"]] {
        let (code, report) = run(&dir, arguments);
        assert!(code == 2 && report["error"].is_string(), "{arguments:?}: {report}");
    }
    assert_eq!(run(&dir, &["export", "."]).0, 2, "without a key nothing can be checked");
    let stranger = "register.example/endmark+887588d6+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs";
    let (code, report) = run(&dir, &["export", ".", "--key", stranger]);
    assert!(code == 1 && first(&report).2.contains("no known key"), "nobody you trust vouches for it: {report}");
    fs::remove_file(dir.join("manifest.json")).unwrap();
    assert_eq!(verify(&dir).0, 1, "its signature is there");
    fs::write(dir.join("export.state"), "{}").unwrap();
    assert_eq!(verify(&dir).0, 2, "unfinished");
    fs::remove_file(dir.join("export.state")).unwrap();
    fs::remove_file(dir.join("manifest.sig")).unwrap();
    assert_eq!(verify(&dir).0, 2, "no export");
}

/// A tree that the log's key signed over what is no log.
fn forged(name: &str, change: impl FnOnce(&mut Vec<String>)) -> (Option<u64>, String) {
    let dir = folder(name);
    let mut log = log(6);
    change(&mut log);
    Export::whole(log).write(&dir);
    let (code, report) = verify(&dir);
    let (leaf, file, problem) = first(&report);
    assert!(code == 1 && file == "entries.jsonl" && problem.contains("the log's key signed it so"), "{report}");
    assert!(!report["shows"].to_string().contains("none missing"), "{report}");
    (leaf, problem)
}

#[test]
fn an_entry_that_does_not_stand_at_its_place_is_named_although_the_key_signed_the_tree() {
    let (leaf, problem) = forged("dropped", |log| drop(log.remove(2)));
    assert!(leaf == Some(2) && problem.contains("it is missing: entry 3 stands in its place"), "{problem}");
    let (leaf, problem) = forged("doubled", |log| log.insert(3, entry(2)));
    assert!(leaf == Some(3) && problem.contains("entry 2 stands there again"), "{problem}");
    let (leaf, problem) = forged("reordered", |log| log.swap(1, 2));
    assert!(leaf == Some(1) && problem.contains("entry 2 stands in its place"), "{problem}");
    let (leaf, problem) = forged("unreadable", |log| log[4] = "no entry".to_owned());
    assert!(leaf == Some(4) && problem.contains("cannot be read as an entry"), "{problem}");
    let (leaf, problem) = forged("back", |log| log[4] = log[4].replace("09:00:00", "08:59:59"));
    assert!(leaf == Some(4) && problem.contains("its time lies before"), "{problem}");
    let (leaf, problem) = forged("recorded", |log| log[5] = entry(5));
    assert!(leaf == Some(5) && problem.contains("records the export"), "{problem}");
}

#[test]
fn an_entry_gone_together_with_its_hash_is_named_as_a_gap() {
    let dir = folder("gap");
    Export::whole(log(300)).write(&dir);
    edit(&dir.join("entries.jsonl"), &format!("{}\n", entry(50)), "");
    let mut hashes = fs::read(dir.join("leaf-hashes.bin")).unwrap();
    hashes.drain(50 * 32..51 * 32);
    fs::write(dir.join("leaf-hashes.bin"), hashes).unwrap();
    let (code, report) = verify(&dir);
    let (leaf, file, problem) = first(&report);
    assert_eq!((code, leaf, file.as_str()), (1, Some(50), "entries.jsonl"), "{report}");
    assert_eq!(problem, "it is missing: entry 51 stands in its place");
    for wanted in ["there are 299 entries, the checkpoint is over 300", "leaf-hashes.bin"] {
        assert!(report.to_string().contains(wanted), "{wanted}: {report}");
    }
}

#[test]
fn an_entry_or_hash_too_many_or_too_few_is_said_so() {
    let dir = folder("too-many");
    let again = || Export::whole(log(5)).write(&dir);
    again();
    let more = fs::read_to_string(dir.join("entries.jsonl")).unwrap() + &entry(5) + "\n";
    fs::write(dir.join("entries.jsonl"), more).unwrap();
    assert!(first(&verify(&dir).1).2.contains("the log has no such entry"));
    again();
    let hashes = fs::read(dir.join("leaf-hashes.bin")).unwrap();
    fs::write(dir.join("leaf-hashes.bin"), [hashes.as_slice(), &[0; 32]].concat()).unwrap();
    assert!(first(&verify(&dir).1).2.contains("there is a hash and no such entry"));
    fs::write(dir.join("leaf-hashes.bin"), &hashes[..hashes.len() - 5]).unwrap();
    assert!(first(&verify(&dir).1).2.contains("missing or cut off"));
}

#[test]
fn a_damaged_proof_beside_entries_that_continue_the_older_log_accuses_nobody() {
    let dir = folder("damaged-proof");
    Export { since: true, ..Export::whole(log(4)) }.write(&dir);
    assert_eq!(verify(&dir).0, 0);
    let proof = fs::read_to_string(dir.join("consistency.txt")).unwrap();
    let other = leaf_hash(b"other").to_string();
    let hash = proof.lines().last().unwrap();
    fs::write(dir.join("consistency.txt"), proof.replace(hash, &other)).unwrap();
    let (code, report) = verify(&dir);
    assert!(code == 1 && report.to_string().contains("the proof is damaged: the entries themselves show"), "{report}");
    assert!(!report.to_string().contains("rewritten"), "{report}");
}
