#![cfg(test)]
//! The program as an auditor runs it: 0 good, 1 bad, 2 could not check.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use endmark_core::digest::Digest;
use endmark_core::export::{FORMAT, FileName, ListedFile, Manifest};
use endmark_core::log::{Checkpoint, Frontier, LogSigner, Receipt, leaf_hash};
use serde_json::{Value, json};

/// PKCS #8 of an Ed25519 seed that is only for tests (RFC 8410).
fn signer() -> LogSigner {
    let head = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    LogSigner::from_pkcs8("register.example/endmark", &[head.as_slice(), &[7; 32]].concat()).unwrap()
}

fn entry(leaf: u64) -> String {
    json!({ "leaf": leaf, "type": "serviceStarted", "at": "2026-03-16T09:00:00Z", "organisation": "operator",
            "decision": "done" })
    .to_string()
}

/// A folder of this test's own.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn checkpoint(size: u64) -> String {
    let mut tree = Frontier::default();
    (0..size).for_each(|leaf| tree.push(leaf_hash(entry(leaf).as_bytes())));
    let origin = "register.example/endmark".parse().unwrap();
    signer().sign(&Checkpoint { origin, size, root: tree.root() }).unwrap()
}

/// A whole export of three entries, written from docs/EXPORT.md alone.
fn export(dir: &Path) {
    let entries: String = (0..3).map(|leaf| entry(leaf) + "\n").collect();
    let hashes: Vec<u8> = (0..3).flat_map(|leaf| *leaf_hash(entry(leaf).as_bytes()).as_bytes()).collect();
    let files = [
        (FileName::Entries, entries.into_bytes()),
        (FileName::LeafHashes, hashes),
        (FileName::Checkpoint, checkpoint(3).into_bytes()),
        (FileName::Keys, format!("{}\n", signer().key()).into_bytes()),
    ];
    let listed = files.iter().map(|(name, bytes)| ListedFile {
        name: *name,
        bytes: u64::try_from(bytes.len()).unwrap(),
        sha256: Digest::of(bytes),
    });
    let manifest: Value = json!({
        "format": FORMAT, "origin": "register.example/endmark", "exportedAt": "2026-03-16T09:00:00Z",
        "software": "a test", "recordedAs": 2, "size": 3, "entries": 3, "files": listed.collect::<Vec<_>>()
    });
    let (text, signature) = serde_json::from_value::<Manifest>(manifest).unwrap().sign(&signer()).unwrap();
    for (name, bytes) in &files {
        fs::write(dir.join(name.as_str()), bytes).unwrap();
    }
    fs::write(dir.join("manifest.json"), text).unwrap();
    fs::write(dir.join("manifest.sig"), signature).unwrap();
}

/// Exit code, and the report.
fn run(dir: &Path, arguments: &[&str]) -> (i32, Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_endmark-verify"))
        .current_dir(dir)
        .args(arguments)
        .arg("--json")
        .output()
        .unwrap();
    (output.status.code().unwrap(), serde_json::from_slice(&output.stdout).unwrap_or(Value::Null))
}

#[test]
fn an_export_is_good_bad_or_could_not_be_checked() {
    let dir = folder("export");
    export(&dir);
    let key = signer().key().to_string();
    let (code, report) = run(&dir, &["export", ".", "--key", &key]);
    assert_eq!((code, &report["good"], &report["entries"]), (0, &json!(true), &json!(3)), "{report}");
    fs::write(dir.join("old"), checkpoint(2)).unwrap();
    assert_eq!(run(&dir, &["export", ".", "--key", "keys.txt", "--since", "old"]).0, 0);
    let entries = fs::read_to_string(dir.join("entries.jsonl")).unwrap();
    fs::write(dir.join("entries.jsonl"), entries.replace("\"leaf\":1,", "\"leaf\":9,")).unwrap();
    let (code, report) = run(&dir, &["export", ".", "--key", &key]);
    assert_eq!((code, &report["faults"][0]["leaf"]), (1, &json!(1)), "{report}");
    fs::write(dir.join("entries.jsonl"), &entries).unwrap();
    // An older checkpoint of another history under the same key.
    let origin = "register.example/endmark".parse().unwrap();
    let forked = Checkpoint { origin, size: 2, root: leaf_hash(b"another history") };
    fs::write(dir.join("forked"), signer().sign(&forked).unwrap()).unwrap();
    let (code, report) = run(&dir, &["export", ".", "--key", &key, "--since", "forked"]);
    assert!(code == 1 && report.to_string().contains("rewritten"), "{report}");
    for arguments in [&["export", "nowhere", "--key", &key], &["export", ".", "--key", "no key"]] {
        let (code, report) = run(&dir, arguments);
        assert!(code == 2 && report["error"].is_string(), "{arguments:?}: {report}");
    }
    assert_eq!(run(&dir, &["export", "."]).0, 2, "without a key nothing can be checked");
    fs::remove_file(dir.join("manifest.json")).unwrap();
    assert_eq!(run(&dir, &["export", ".", "--key", &key]).0, 1);
    fs::write(dir.join("export.state"), "{}").unwrap();
    assert_eq!(run(&dir, &["export", ".", "--key", &key]).0, 2, "unfinished");
}

#[test]
fn a_receipt_and_a_logs_growth_verify_from_their_files() {
    let dir = folder("receipt");
    let key = signer().key().to_string();
    let proof = vec![leaf_hash(entry(0).as_bytes())];
    let receipt = Receipt { leaf: 1, proof, checkpoint: checkpoint(2) }.to_text();
    fs::write(dir.join("it.tlog-proof"), &receipt).unwrap();
    fs::write(dir.join("entry"), entry(1)).unwrap();
    fs::write(dir.join("answer.json"), json!({ "receipt": { "entry": entry(1), "proof": receipt } }).to_string())
        .unwrap();
    fs::write(dir.join("forged.json"), json!({ "entry": entry(0), "proof": receipt }).to_string()).unwrap();
    assert_eq!(run(&dir, &["receipt", "it.tlog-proof", "--entry", "entry", "--key", &key]).0, 0);
    assert_eq!(run(&dir, &["receipt", "answer.json", "--key", &key]).0, 0);
    assert_eq!(run(&dir, &["receipt", "forged.json", "--key", &key]).0, 1);
    assert_eq!(run(&dir, &["receipt", "it.tlog-proof", "--key", &key]).0, 2, "the entry is not in it");
    fs::write(dir.join("old"), checkpoint(2)).unwrap();
    fs::write(dir.join("new"), checkpoint(3)).unwrap();
    let hash = leaf_hash(entry(2).as_bytes());
    fs::write(dir.join("proof"), format!("endmark-consistency@v1\nold 2\nnew 3\n{hash}\n")).unwrap();
    assert_eq!(run(&dir, &["growth", "old", "new", "--proof", "proof", "--key", &key]).0, 0);
    assert_eq!(run(&dir, &["growth", "new", "old", "--proof", "proof", "--key", &key]).0, 1);
    assert_eq!(run(&dir, &["growth", "old", "new", "--key", &key]).0, 2, "a proof is needed");
}

#[test]
fn a_certificate_verifies_against_its_anchor() {
    let dir = folder("certificate");
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/testdata/seal");
    fs::copy(data.join("example.jws"), dir.join("it.jws")).unwrap();
    let anchor = fs::read(data.join("anchor.der")).unwrap();
    fs::write(dir.join("anchor.pem"), pem(&anchor)).unwrap();
    let (code, report) = run(&dir, &["certificate", "it.jws", "--anchor", "anchor.pem"]);
    assert_eq!(code, 0, "{report}");
    let jws = fs::read_to_string(dir.join("it.jws")).unwrap();
    let other = if jws.trim_end().ends_with('A') { 'B' } else { 'A' };
    let at = jws.rfind('.').unwrap() + 10;
    let forged: String = jws.char_indices().map(|(place, c)| if place == at { other } else { c }).collect();
    fs::write(dir.join("it.jws"), forged).unwrap();
    assert_eq!(run(&dir, &["certificate", "it.jws", "--anchor", "anchor.pem"]).0, 1);
}

fn pem(der: &[u8]) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode(der))
}
