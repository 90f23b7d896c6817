use std::fs;
use std::path::PathBuf;

use endmark_core::log::leaf_hash;
use serde_json::json;

use super::kit::{Export, edit, entry, first, folder, log, verify};

/// The services' starts of a log of six: all but the last, which records the export.
fn filtered(name: &str, log: Vec<String>) -> PathBuf {
    let dir = folder(name);
    let filter = json!({ "type": "serviceStarted" });
    Export { filter: Some((filter, vec![0, 2, 3])), ..Export::whole(log) }.write(&dir);
    dir
}

#[test]
fn a_damaged_proof_is_not_blamed_on_its_entry() {
    let dir = filtered("proofs", log(6));
    assert_eq!(verify(&dir).0, 0, "{}", verify(&dir).1);
    let proofs = fs::read_to_string(dir.join("proofs.txt")).unwrap();
    let hash = proofs.lines().nth(1).unwrap().split(' ').nth(1).unwrap();
    edit(&dir.join("proofs.txt"), hash, &leaf_hash(b"other").to_string());
    let (code, report) = verify(&dir);
    let (leaf, file, problem) = first(&report);
    assert_eq!((code, leaf, file.as_str()), (1, Some(2), "proofs.txt"), "{report}");
    assert!(problem.contains("its proof is not as it was, the entry is"), "{report}");
    // The other way round.
    fs::write(dir.join("proofs.txt"), &proofs).unwrap();
    edit(
        &dir.join("entries.jsonl"),
        "\"leaf\":2,\"organisation\":\"operator\"",
        "\"leaf\":2,\"organisation\":\"operatur\"",
    );
    let (leaf, file, problem) = first(&verify(&dir).1);
    assert_eq!((leaf, file.as_str()), (Some(2), "entries.jsonl"));
    assert!(problem.contains("its bytes were changed"), "{problem}");
}

#[test]
fn an_entry_must_say_the_place_of_its_proof() {
    let mut forged = log(6);
    forged[2] = entry(1);
    let (leaf, _, problem) = first(&verify(&filtered("place", forged)).1);
    assert_eq!(leaf, Some(2));
    assert!(problem.contains("entry 1 stands there again; the log's key signed it so"), "{problem}");
    let mut forged = log(6);
    forged[3] = entry(3).replace("09:00:00", "08:00:00");
    let (leaf, _, problem) = first(&verify(&filtered("time", forged)).1);
    assert!(leaf == Some(3) && problem.contains("its time lies before"), "{problem}");
}
