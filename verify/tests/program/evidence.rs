use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::kit::{Export, evidence, folder, log, verify};

/// An export whose entries 1 to 4 have evidence; its lines.
fn export(name: &str) -> (PathBuf, Vec<String>) {
    let (dir, mut log, mut lines) = (folder(name), log(6), Vec::new());
    for leaf in 1..5 {
        let (line, digest) = evidence(leaf, "{}");
        let at = usize::try_from(leaf).unwrap();
        let mut entry: Value = serde_json::from_str(&log[at]).unwrap();
        entry["evidence"] = json!(digest);
        log[at] = entry.to_string();
        lines.push(line);
    }
    Export { evidence: Some(lines.clone()), ..Export::whole(log) }.write(&dir);
    let (code, report) = verify(&dir);
    assert!(code == 0 && report.to_string().contains("4 pieces of evidence, 0 redacted"), "{report}");
    (dir, lines)
}

/// The faults of the lines, with the entry of each; the last fault is the file's.
fn faults(name: &str, change: impl FnOnce(&mut Vec<String>)) -> Vec<(Option<u64>, String)> {
    let (dir, mut lines) = export(name);
    change(&mut lines);
    fs::write(dir.join("evidence.jsonl"), super::kit::lines(&lines)).unwrap();
    let (_, report) = verify(&dir);
    let faults = report["faults"].as_array().unwrap();
    let told = faults.iter().map(|fault| (fault["leaf"].as_u64(), fault["problem"].as_str().unwrap().to_owned()));
    let mut told: Vec<_> = told.collect();
    assert!(told.pop().unwrap().1.contains("manifest"), "{report}");
    told
}

fn is(faults: &[(Option<u64>, String)], wanted: &[(Option<u64>, &str)]) {
    assert_eq!(faults.len(), wanted.len(), "{faults:?}");
    for ((leaf, problem), (of, what)) in faults.iter().zip(wanted) {
        assert!(leaf == of && problem.contains(what), "{faults:?}");
    }
}

#[test]
fn a_line_of_evidence_that_is_wrong_is_named_for_what_it_is() {
    let unknown = faults("unknown-member", |lines| lines[1] = lines[1].replace("\"salt\"", "\"sand\":1,\"salt\""));
    is(&unknown, &[(Some(2), "line 2: unknown field `sand`")]);
    is(&faults("twice", |lines| lines.insert(1, lines[0].clone())), &[(Some(1), "line 2: it stands there twice")]);
    let swapped = faults("swapped", |lines| lines.swap(1, 2));
    is(&swapped, &[(Some(2), "line 3: it does not stand in the order of the entries")]);
    is(&faults("missing", |lines| drop(lines.remove(2))), &[(Some(3), "its line is missing")]);
    let more = faults("more", |lines| lines.push(evidence(5, "{}").0));
    is(&more, &[(Some(5), "line 5: the entry has no evidence")]);
    is(
        &faults("beyond", |lines| lines.push(evidence(9, "{}").0)),
        &[(Some(9), "line 5: the export has no such entry")],
    );
    is(&faults("other", |lines| lines[3] = evidence(4, "[]").0), &[(Some(4), "line 4: it is not as it was")]);
    is(&faults("nobodys", |lines| lines[1] = "{".to_owned()), &[(None, "line 2: EOF while parsing")]);
}
