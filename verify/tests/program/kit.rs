//! What the tests share: a log, its exports written from docs/EXPORT.md alone, and the program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::{Engine, engine::general_purpose::STANDARD};
use endmark_core::digest::Digest;
use endmark_core::export::{FORMAT, FileName, ListedFile, Manifest};
use endmark_core::log::{Checkpoint, Frontier, Hash, LogSigner, leaf_hash, node_hash};
use serde_json::{Value, json};

pub(crate) const ORIGIN: &str = "register.example.lt/endmark";

/// PKCS #8 of an Ed25519 seed that is only for tests (RFC 8410).
pub(crate) fn signer() -> LogSigner {
    let head = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    LogSigner::from_pkcs8(ORIGIN, &[head.as_slice(), &[7; 32]].concat()).unwrap()
}

pub(crate) fn key() -> String {
    signer().key().to_string()
}

pub(crate) fn entry(leaf: u64) -> String {
    json!({ "leaf": leaf, "type": "serviceStarted", "at": "2026-03-16T09:00:00Z", "organisation": "operator",
            "decision": "done" })
    .to_string()
}

/// A log of some entries; the last records the export.
pub(crate) fn log(count: u64) -> Vec<String> {
    let mut log: Vec<String> = (0..count).map(entry).collect();
    if let Some(last) = log.last_mut() {
        *last = last.replace("serviceStarted", "exportMade");
    }
    log
}

/// A folder of this test's own.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn hashes(log: &[String]) -> Vec<Hash> {
    log.iter().map(|entry| leaf_hash(entry.as_bytes())).collect()
}

pub(crate) fn checkpoint(log: &[String]) -> String {
    let (size, root) = (u64::try_from(log.len()).unwrap(), root(&hashes(log)));
    signer().sign(&Checkpoint { origin: ORIGIN.parse().unwrap(), size, root }).unwrap()
}

fn root(hashes: &[Hash]) -> Hash {
    let mut tree = Frontier::default();
    for hash in hashes {
        tree.push(*hash);
    }
    tree.root()
}

/// The largest power of two below `count`.
fn half(count: usize) -> usize {
    count.next_power_of_two() / 2
}

/// RFC 6962, 2.1.1.
fn path(at: usize, hashes: &[Hash]) -> Vec<Hash> {
    if hashes.len() < 2 {
        return Vec::new();
    }
    let (left, right) = hashes.split_at(half(hashes.len()));
    let (mut path, sibling) =
        if at < left.len() { (path(at, left), root(right)) } else { (path(at - left.len(), right), root(left)) };
    path.push(sibling);
    path
}

pub(crate) fn inclusion(at: usize, log: &[String]) -> Vec<Hash> {
    path(at, &hashes(log))
}

/// The consistency proof from two entries to three: one hash; to four: the node over the last two.
pub(crate) fn consistency(log: &[String]) -> String {
    let hash = match hashes(log).as_slice() {
        [_, _, third] => *third,
        [_, _, third, fourth] => node_hash(third, fourth),
        _ => panic!("of three or four entries"),
    };
    format!("endmark-consistency@v1\nold 2\nnew {}\n{hash}\n", log.len())
}

/// An export before it is written.
#[derive(Default)]
pub(crate) struct Export {
    pub(crate) log: Vec<String>,
    /// Lines of `evidence.jsonl`.
    pub(crate) evidence: Option<Vec<String>>,
    /// Continues the checkpoint over two entries.
    pub(crate) since: bool,
    /// A filter, and the leaves of the entries that fit it.
    pub(crate) filter: Option<(Value, Vec<usize>)>,
}

impl Export {
    pub(crate) fn whole(log: Vec<String>) -> Self {
        Self { log, ..Self::default() }
    }

    pub(crate) fn write(&self, dir: &Path) {
        let log = &self.log;
        let mut files = vec![
            (FileName::Checkpoint, checkpoint(log).into_bytes()),
            (FileName::Keys, format!("{}\n", signer().key()).into_bytes()),
        ];
        let all: Vec<usize> = (0..log.len()).collect();
        let leaves = self.filter.as_ref().map_or(&all, |(_, leaves)| leaves);
        let entries: Vec<String> = leaves.iter().map(|leaf| log[*leaf].clone()).collect();
        files.push((FileName::Entries, lines(&entries)));
        if self.filter.is_some() {
            let proof = |leaf: &usize| {
                inclusion(*leaf, log).iter().fold(leaf.to_string(), |line, hash| format!("{line} {hash}"))
            };
            files.push((FileName::Proofs, lines(&leaves.iter().map(proof).collect::<Vec<_>>())));
        } else {
            let hashes = hashes(log).iter().flat_map(|hash| *hash.as_bytes()).collect();
            files.push((FileName::LeafHashes, hashes));
        }
        if self.since {
            files.push((FileName::Since, checkpoint(&log[..2]).into_bytes()));
            files.push((FileName::Consistency, consistency(log).into_bytes()));
        }
        if let Some(evidence) = &self.evidence {
            files.push((FileName::Evidence, lines(evidence)));
        }
        let listed: Vec<ListedFile> = files
            .iter()
            .map(|(name, bytes)| ListedFile { name: *name, bytes: length(bytes), sha256: Digest::of(bytes) })
            .collect();
        let mut manifest = json!({
            "format": FORMAT, "origin": ORIGIN, "exportedAt": "2026-03-16T09:00:00Z", "software": "a test",
            "recordedAs": log.len() - 1, "size": log.len(), "entries": entries.len(), "files": listed
        });
        if let Some((filter, _)) = &self.filter {
            manifest["filter"] = filter.clone();
        }
        if self.since {
            manifest["since"] = json!(2);
        }
        if let Some(evidence) = &self.evidence {
            manifest["evidence"] = json!({ "kept": evidence.len(), "redacted": 0 });
        }
        let (text, signature) = serde_json::from_value::<Manifest>(manifest).unwrap().sign(&signer()).unwrap();
        for (name, bytes) in &files {
            fs::write(dir.join(name.as_str()), bytes).unwrap();
        }
        fs::write(dir.join("manifest.sig"), signature).unwrap();
        fs::write(dir.join("manifest.json"), text).unwrap();
    }
}

/// A line feed behind each.
pub(crate) fn lines(list: &[String]) -> Vec<u8> {
    list.iter().flat_map(|line| [line.as_bytes(), b"\n"].concat()).collect()
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap()
}

/// A piece of evidence: the line, and the digest that its entry has.
pub(crate) fn evidence(leaf: u64, body: &str) -> (String, String) {
    let line = json!({ "leaf": leaf, "salt": "09".repeat(16), "evidence": STANDARD.encode(body) }).to_string();
    (line, Digest::of(&[[9; 16].as_slice(), body.as_bytes()].concat()).to_string())
}

/// Exit code, and the report.
pub(crate) fn run(dir: &Path, arguments: &[&str]) -> (i32, Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_endmark-verify"))
        .current_dir(dir)
        .args(arguments)
        .arg("--json")
        .output()
        .unwrap();
    (output.status.code().unwrap(), serde_json::from_slice(&output.stdout).unwrap_or(Value::Null))
}

/// The report on an export.
pub(crate) fn verify(dir: &Path) -> (i32, Value) {
    run(dir, &["export", ".", "--key", &key()])
}

/// The first fault: its leaf, its file, what is wrong.
pub(crate) fn first(report: &Value) -> (Option<u64>, String, String) {
    let fault = &report["faults"][0];
    let text = |name: &str| fault[name].as_str().unwrap_or_default().to_owned();
    (fault["leaf"].as_u64(), text("file"), text("problem"))
}

/// A file with something in it replaced; it must be there.
pub(crate) fn edit(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{text} has no {from}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}
