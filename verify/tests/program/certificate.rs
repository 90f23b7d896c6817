use std::fs;
use std::path::{Path, PathBuf};

use base64::{Engine, engine::general_purpose::STANDARD};
use endmark_core::log::Receipt;
use endmark_core::seal;
use serde_json::{Value, json};

use super::kit::{checkpoint, first, folder, inclusion, key, log, run};

fn pem(der: &[u8]) -> String {
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode(der))
}

/// The worked example of docs/CERTIFICATE.md and its anchor.
fn example(name: &str) -> PathBuf {
    let dir = folder(name);
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/testdata/seal");
    fs::copy(data.join("example.jws"), dir.join("it.jws")).unwrap();
    fs::write(dir.join("anchor.pem"), pem(&fs::read(data.join("anchor.der")).unwrap())).unwrap();
    dir
}

#[test]
fn a_certificate_verifies_against_its_anchor() {
    let dir = example("certificate");
    let (code, report) = run(&dir, &["certificate", "it.jws", "--anchor", "anchor.pem"]);
    assert_eq!(code, 0, "{report}");
    for shown in ["for the end user", "line 1: ", "at 2026-03-10T12:00:00Z"] {
        assert!(report.to_string().contains(shown), "{shown}: {report}");
    }
    let with_key = run(&dir, &["certificate", "it.jws", "--anchor", "anchor.pem", "--key", &key()]);
    assert_eq!(with_key.0, 2, "a key is for a receipt");
    let jws = fs::read_to_string(dir.join("it.jws")).unwrap();
    let other = if jws.trim_end().ends_with('A') { 'B' } else { 'A' };
    let at = jws.rfind('.').unwrap() + 10;
    let forged: String = jws.char_indices().map(|(place, c)| if place == at { other } else { c }).collect();
    fs::write(dir.join("it.jws"), forged).unwrap();
    assert_eq!(run(&dir, &["certificate", "it.jws", "--anchor", "anchor.pem"]).0, 1);
}

#[test]
fn a_good_seal_of_another_than_the_manufacturer_is_not_good() {
    // The payload of the example, sealed by a supplier; made with Python's `cryptography`.
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let (code, report) = run(&data, &["certificate", "suppliers-seal.jws", "--anchor", "suppliers-anchor.pem"]);
    assert!(code == 1 && first(&report).2.contains("the seal belongs to Supplier UAB"), "{report}");
}

/// The verdict on the example with the receipt of its submission, the entry changed.
fn with_receipt(name: &str, change: impl FnOnce(&mut Value)) -> (i32, String) {
    let dir = example(name);
    let jws = fs::read(dir.join("it.jws")).unwrap();
    let sealed = seal::parse(jws.trim_ascii()).unwrap().verify().unwrap();
    let mut entry = json!({
        "leaf": 1, "type": "certificateSubmitted", "at": "2026-03-10T13:00:00Z", "organisation": "muster",
        "certificates": [sealed.number().to_string()], "digest": sealed.digest().to_string(), "decision": "issued"
    });
    change(&mut entry);
    let mut log = log(3);
    log[1] = entry.to_string();
    let proof = Receipt { leaf: 1, proof: inclusion(1, &log), checkpoint: checkpoint(&log) }.to_text();
    fs::write(dir.join("answer.json"), json!({ "receipt": { "entry": log[1], "proof": proof } }).to_string()).unwrap();
    let key = key();
    let arguments = ["certificate", "it.jws", "--anchor", "anchor.pem", "--receipt", "answer.json", "--key", &key];
    let (code, report) = run(&dir, &arguments);
    (code, report.to_string())
}

type Change = fn(&mut Value);

#[test]
fn a_receipt_must_be_that_of_the_certificates_acceptance() {
    let (code, report) = with_receipt("accepted", |_| ());
    assert!(code == 0 && report.contains("accepted by the register register.example.lt/endmark"), "{report}");
    let bad: [(&str, Change, &str); 6] = [
        ("leaf", |entry| entry["leaf"] = json!(2), "its bytes say that they are entry 2"),
        ("late", |entry| entry["at"] = json!("2026-03-11T12:00:01Z"), "24 hours after its time"),
        ("early", |entry| entry["at"] = json!("2026-03-10T11:54:59Z"), "24 hours after its time"),
        ("number", |entry| entry["certificates"] = json!([]), "does not name"),
        ("digest", |entry| entry["digest"] = json!("00"), "for another certificate"),
        ("decision", |entry| entry["decision"] = json!("refused"), "not for its issue"),
    ];
    for (name, change, wanted) in bad {
        let (code, report) = with_receipt(&format!("receipt-{name}"), change);
        assert!(code == 1 && report.contains(wanted), "{name}: {report}");
    }
}
