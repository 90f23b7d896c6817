use std::fs;

use endmark_core::log::{Receipt, leaf_hash};
use serde_json::json;

use super::kit::{checkpoint, consistency, first, folder, key, log, run};

#[test]
fn a_receipt_verifies_from_its_files() {
    let (dir, key, log) = (folder("receipt"), key(), log(3));
    let proof = vec![leaf_hash(log[0].as_bytes())];
    let receipt = Receipt { leaf: 1, proof, checkpoint: checkpoint(&log[..2]) }.to_text();
    fs::write(dir.join("it.tlog-proof"), &receipt).unwrap();
    fs::write(dir.join("entry"), &log[1]).unwrap();
    let put = |name: &str, answer: serde_json::Value| fs::write(dir.join(name), answer.to_string()).unwrap();
    put("answer.json", json!({ "receipt": { "leaf": 1, "entry": log[1], "proof": receipt } }));
    put("forged.json", json!({ "entry": log[0], "proof": receipt }));
    put("leaf.json", json!({ "leaf": 0, "entry": log[1], "proof": receipt }));
    assert_eq!(run(&dir, &["receipt", "it.tlog-proof", "--entry", "entry", "--key", &key]).0, 0);
    let (code, report) = run(&dir, &["receipt", "answer.json", "--key", &key]);
    assert!(code == 0 && report.to_string().contains("at 2026-03-16T09:00:00Z"), "{report}");
    assert_eq!(run(&dir, &["receipt", "forged.json", "--key", &key]).0, 1);
    let (code, report) = run(&dir, &["receipt", "leaf.json", "--key", &key]);
    assert!(code == 1 && first(&report).2.contains("its member leaf is 0"), "{report}");
    assert_eq!(run(&dir, &["receipt", "it.tlog-proof", "--key", &key]).0, 2, "the entry is not in it");
}

#[test]
fn a_logs_growth_verifies_and_a_proof_that_does_not_fit_accuses_nobody() {
    let (dir, key, log) = (folder("growth"), key(), log(3));
    fs::write(dir.join("old"), checkpoint(&log[..2])).unwrap();
    fs::write(dir.join("new"), checkpoint(&log)).unwrap();
    fs::write(dir.join("proof"), consistency(&log)).unwrap();
    let growth = |old: &str, new: &str| run(&dir, &["growth", old, new, "--proof", "proof", "--key", &key]);
    assert_eq!(growth("old", "new").0, 0);
    let (code, report) = growth("new", "old");
    assert!(code == 1 && first(&report).2.contains("swap them"), "{report}");
    assert_eq!(run(&dir, &["growth", "old", "new", "--key", &key]).0, 2, "a proof is needed");
    let hash = leaf_hash(log[2].as_bytes()).to_string();
    let damaged = consistency(&log).replace(&hash, &leaf_hash(b"other").to_string());
    fs::write(dir.join("proof"), damaged).unwrap();
    let (code, report) = growth("old", "new");
    let (_, file, problem) = first(&report);
    assert!(code == 1 && file == "proof", "{report}");
    assert!(problem.contains("either the proof is damaged or the log was rewritten"), "{report}");
    // Two heads over as many entries need no proof.
    let mut other = log.clone();
    other[0] = other[0].replace("done", "none");
    fs::write(dir.join("forked"), checkpoint(&other)).unwrap();
    let (code, report) = run(&dir, &["growth", "new", "forked", "--key", &key]);
    assert!(code == 1 && first(&report).2.contains("the log was rewritten or forked"), "{report}");
}
