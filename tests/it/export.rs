//! `audit export` and `endmark-verify`: what is taken away verifies, and every change of it is found and named.

use std::fs;
use std::path::Path;
use std::process::Command;

use endmark::cli::export;
use endmark::config::Settings;
use endmark::demo::Place;
use endmark::export::{Order, cell};
use endmark_core::digest::Digest;
use endmark_core::export::Filter;
use endmark_core::log::LogKey;
use endmark_verify::{Report, growth};
use serde_json::{Value, json};

use crate::ledger::{mrn, put, trucks};
use crate::support::{On, Register, consignment, on_both_databases, sql, with_database};

on_both_databases!(
    a_whole_export_verifies_and_continues_the_last_checkpoint
    every_change_of_a_whole_export_is_found_and_the_first_wrong_entry_named
    every_change_of_a_filtered_export_is_found_and_the_first_wrong_entry_named
    evidence_is_exported_with_its_salt_and_redacted_where_it_was_erased
    an_export_that_was_killed_goes_on_where_it_was
    an_export_goes_on_in_the_middle_but_not_on_what_was_changed_meanwhile
    a_log_that_was_changed_is_not_exported
    the_demos_auditor_finds_the_changed_byte
);

fn settings(place: &Place) -> Settings {
    Settings::read(&place.dir().join("endmark.toml")).unwrap()
}

fn key(place: &Place) -> LogKey {
    let settings = settings(place);
    endmark::keys::load(&settings.origin, &settings.keys.log, &settings.keys.rows).unwrap().log.key().clone()
}

fn verify(place: &Place, dir: &Path, since: Option<&Path>) -> Report {
    endmark_verify::export(dir, &[key(place)], since, &mut |_, _| {}).unwrap()
}

fn good(report: &Report) {
    assert!(report.good, "{report}");
}

fn copy(dir: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to);
    fs::create_dir(to).unwrap();
    for file in fs::read_dir(dir).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

/// A stopped register with some entries: its certificate's number.
async fn lived(on: On) -> (Place, String) {
    let register = Register::start(on).await;
    let number = register.issue("X-1").await;
    register.check(&consignment(&number)).await;
    assert!(put(&register, &mrn(1), &trucks(&number, "4")).await.status.is_success());
    register.check(&consignment(&number)).await;
    (register.stop().await, number)
}

/// The leaf of the first check: nothing but its evidence refers to it.
fn checked(place: &Place) -> u64 {
    let entries = with_database(place, |c| endmark::store::log::entries_from(c, 0, 1_000).unwrap());
    let is_check = |body: &[u8]| serde_json::from_slice::<Value>(body).unwrap()["type"] == "consignmentChecked";
    entries.iter().find(|(_, body)| is_check(body)).unwrap().0
}

fn lines(dir: &Path) -> Vec<Vec<u8>> {
    let bytes = fs::read(dir.join("entries.jsonl")).unwrap();
    bytes.strip_suffix(b"\n").unwrap().split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

fn put_lines(dir: &Path, lines: &[Vec<u8>]) {
    let mut bytes = lines.join(&b'\n');
    bytes.push(b'\n');
    fs::write(dir.join("entries.jsonl"), bytes).unwrap();
}

async fn a_whole_export_verifies_and_continues_the_last_checkpoint(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("X-0").await;
    let (place, settings) = (&register.place, &register.world.settings);
    let first = place.dir().join("first");
    let made = export(settings, &first, &Order { table: true, ..Order::default() }).unwrap();
    let report = verify(place, &first, None);
    good(&report);
    assert_eq!(report.entries, Some(made.size));
    let last = lines(&first).pop().unwrap();
    let last: Value = serde_json::from_slice(&last).unwrap();
    assert_eq!((&last["type"], &last["leaf"]), (&json!("exportMade"), &json!(made.recorded_as)));
    // The service went on beside it.
    register.check(&consignment(&number)).await;
    let kept = first.join("checkpoint");
    let since = Some(fs::read_to_string(&kept).unwrap());
    let second = place.dir().join("second");
    export(settings, &second, &Order { since, ..Order::default() }).unwrap();
    good(&verify(place, &second, Some(&kept)));
    let keys = [key(place)];
    let proof = second.join("consistency.txt");
    good(&growth(&kept, &second.join("checkpoint"), Some(&proof), &keys).unwrap());
    // A log rewritten since: another register's checkpoint under the same key would not verify, nor does an older end.
    let report = growth(&second.join("checkpoint"), &kept, Some(&proof), &keys).unwrap();
    assert!(!report.good, "{report}");
    let report = endmark_verify::export(
        &first,
        &["register.example/endmark+887588d6+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs".parse().unwrap()],
        None,
        &mut |_, _| {},
    )
    .unwrap();
    assert!(!report.good, "a foreign key vouches for nothing: {report}");
    crate::support::ledger_and_log_agree(&register.stop().await);
}

/// Every change of a file that must be found; what it is named is judged by `named`.
fn changes(place: &Place, dir: &Path, named: &dyn Fn(&Report, &str, usize, &str)) {
    let bad = place.dir().join("bad");
    for file in fs::read_dir(dir).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        copy(dir, &bad);
        let good_bytes = fs::read(dir.join(&name)).unwrap();
        // Every byte of what is short, a sample of what is long.
        let step = (good_bytes.len() / 300).max(1);
        for at in (0..good_bytes.len()).step_by(step) {
            let mut bytes = good_bytes.clone();
            bytes[at] ^= 1;
            fs::write(bad.join(&name), bytes).unwrap();
            named(&verify(place, &bad, None), &name, at, "changed");
        }
        fs::write(bad.join(&name), &good_bytes[..good_bytes.len() - 1]).unwrap();
        named(&verify(place, &bad, None), &name, good_bytes.len() - 1, "cut");
        fs::remove_file(bad.join(&name)).unwrap();
        named(&verify(place, &bad, None), &name, 0, "removed");
    }
}

/// Which line a byte stands in.
fn line_of(bytes: &[u8], at: usize) -> u64 {
    u64::try_from(bytes[..at].split(|byte| *byte == b'\n').count() - 1).unwrap()
}

async fn every_change_of_a_whole_export_is_found_and_the_first_wrong_entry_named(on: On) {
    let (place, _) = lived(on).await;
    let dir = place.dir().join("whole");
    let since = Some(fs::read_to_string(place.dir().join("checkpoint")).unwrap());
    let order = Order { evidence: true, table: true, since, ..Order::default() };
    export(&settings(&place), &dir, &order).unwrap();
    good(&verify(&place, &dir, None));
    let bytes = fs::read(dir.join("entries.jsonl")).unwrap();
    changes(&place, &dir, &|report, name, at, how| {
        assert!(!report.good, "{name} {how} at {at}: {report}");
        let first = &report.faults[0];
        match (name, how) {
            ("entries.jsonl", "changed" | "cut") => assert_eq!(first.leaf, Some(line_of(&bytes, at)), "{at}: {report}"),
            ("leaf-hashes.bin", "changed") => {
                assert_eq!(first.leaf, u64::try_from(at / 32).ok(), "{report}");
                assert_eq!(first.file.as_deref(), Some(name));
            }
            ("manifest.sig", _) => {
                assert_eq!(first.file.as_deref(), Some(if how == "removed" { name } else { "manifest.json" }));
            }
            ("evidence.jsonl", _) => assert!(report.to_string().contains(name)),
            (_, _) => {
                assert!(
                    report.faults.iter().any(|fault| fault.file.as_deref() == Some(name)),
                    "{name} {how}: {report}"
                );
            }
        }
    });
    let (all, bad) = (lines(&dir), place.dir().join("bad"));
    for at in 0..all.len() {
        let leaf = u64::try_from(at).ok();
        let mut edits: Vec<(&str, Vec<Vec<u8>>)> = Vec::new();
        let mut less = all.clone();
        less.remove(at);
        edits.push(("deleted", less));
        let mut more = all.clone();
        more.insert(at, br#"{"leaf":0}"#.to_vec());
        edits.push(("inserted", more));
        edits.push(("cut off", all[..at].to_vec()));
        if at + 1 < all.len() {
            let mut swapped = all.clone();
            swapped.swap(at, at + 1);
            edits.push(("swapped", swapped));
        }
        for (how, edited) in edits {
            copy(&dir, &bad);
            put_lines(&bad, &edited);
            if edited.is_empty() {
                fs::write(bad.join("entries.jsonl"), b"").unwrap();
            }
            let report = verify(&place, &bad, None);
            assert!(!report.good && report.faults[0].leaf == leaf, "{how} at {at}: {report}");
        }
    }
}

async fn every_change_of_a_filtered_export_is_found_and_the_first_wrong_entry_named(on: On) {
    let (place, number) = lived(on).await;
    let dir = place.dir().join("filtered");
    let filter = Filter { certificate: Some(number.parse().unwrap()), ..Filter::default() };
    let made = export(&settings(&place), &dir, &Order { filter, evidence: true, ..Order::default() }).unwrap();
    assert_eq!(made.entries, 4, "its submission, two checks, a reservation");
    let report = verify(&place, &dir, None);
    good(&report);
    assert!(report.to_string().contains("that no other entry fits the filter is not shown"), "{report}");
    let leaves: Vec<u64> = lines(&dir)
        .iter()
        .map(|line| serde_json::from_slice::<Value>(line).unwrap()["leaf"].as_u64().unwrap())
        .collect();
    let bytes = fs::read(dir.join("entries.jsonl")).unwrap();
    changes(&place, &dir, &|report, name, at, how| {
        assert!(!report.good, "{name} {how} at {at}: {report}");
        // A line feed that went joins two lines: the first of them is wrong.
        if name == "entries.jsonl" && how == "changed" {
            let wanted = leaves[usize::try_from(line_of(&bytes, at)).unwrap()];
            assert_eq!(report.faults[0].leaf, Some(wanted), "{at}: {report}");
        }
    });
    let (all, bad) = (lines(&dir), place.dir().join("bad"));
    for (at, leaf) in leaves.iter().enumerate() {
        let mut less = all.clone();
        less.remove(at);
        copy(&dir, &bad);
        put_lines(&bad, &less);
        let report = verify(&place, &bad, None);
        assert!(!report.good && report.faults[0].leaf == Some(*leaf), "{report}");
    }
}

async fn evidence_is_exported_with_its_salt_and_redacted_where_it_was_erased(on: On) {
    let (place, _) = lived(on).await;
    let settings = settings(&place);
    let whole = place.dir().join("with-evidence");
    let order = Order { evidence: true, ..Order::default() };
    let made = export(&settings, &whole, &order).unwrap().evidence.unwrap();
    assert!(made.kept >= 5 && made.redacted == 0, "{made:?}");
    // Erased on request: an entry says so, and everything else verifies.
    let leaf = checked(&place);
    crate::audit_archive::erase(&settings, vec![leaf]).unwrap();
    let erased = place.dir().join("erased");
    assert_eq!(export(&settings, &erased, &order).unwrap().evidence.unwrap().redacted, 1);
    let report = verify(&place, &erased, None);
    good(&report);
    assert!(report.to_string().contains("1 redacted"), "{report}");
    let redacted = format!("{{\"leaf\":{leaf},\"redacted\":true}}");
    assert!(fs::read_to_string(erased.join("evidence.jsonl")).unwrap().lines().any(|line| line == redacted));
    // Deleted past the service: no entry says so, and that is said.
    let leaf = leaf + 1;
    sql(&place, &format!("DELETE FROM evidence WHERE leaf = {leaf}"));
    let dir = place.dir().join("deleted");
    assert_eq!(export(&settings, &dir, &order).unwrap().evidence.unwrap().redacted, 2);
    let report = verify(&place, &dir, None);
    assert!(!report.good && report.faults[0].leaf == Some(leaf), "{report}");
    assert!(report.to_string().contains("no entry says so"), "{report}");
}

async fn an_export_that_was_killed_goes_on_where_it_was(on: On) {
    let (place, _) = lived(on).await;
    let settings = settings(&place);
    let (whole, dir) = (place.dir().join("at-once"), place.dir().join("killed"));
    let order = Order { evidence: true, table: true, ..Order::default() };
    // The state as it is right after the beginning, with files longer than it says: as a kill leaves them.
    let context = endmark::app::open_context(&settings, settings.clock().unwrap()).unwrap();
    let url = settings.database_url().unwrap();
    let state = endmark::store::apart(|| Ok(endmark::export::record(&url, &context, &order).unwrap())).unwrap();
    fs::create_dir(&dir).unwrap();
    fs::write(dir.join("export.state"), serde_json::to_vec(&state).unwrap()).unwrap();
    fs::write(dir.join("entries.jsonl"), b"half an ent").unwrap();
    let unfinished = endmark_verify::export(&dir, &[key(&place)], None, &mut |_, _| {}).unwrap_err();
    assert!(unfinished.to_string().contains("not finished"), "{unfinished}");
    let other = export(&settings, &dir, &Order::default()).unwrap_err().to_string();
    assert!(other.contains("unfinished export of something else"), "{other}");
    let resumed = export(&settings, &dir, &order).unwrap();
    good(&verify(&place, &dir, None));
    assert_eq!(lines(&dir).len(), usize::try_from(resumed.entries).unwrap());
    let made = export(&settings, &whole, &order).unwrap();
    assert_eq!(made.size, resumed.size + 1, "going on is recorded once");
    let refused = export(&settings, &whole, &order).unwrap_err().to_string();
    assert!(refused.contains("not empty"), "{refused}");
}

async fn an_export_goes_on_in_the_middle_but_not_on_what_was_changed_meanwhile(on: On) {
    let (place, _) = lived(on).await;
    let (settings, order, dir) = (settings(&place), Order::default(), place.dir().join("halfway"));
    let made = export(&settings, &dir, &order).unwrap();
    let read = |name: &str| fs::read(dir.join(name)).unwrap();
    let (entries, hashes, half) = (read("entries.jsonl"), read("leaf-hashes.bin"), lines(&dir).len() / 2);
    let length: usize = lines(&dir)[..half].iter().map(|line| line.len() + 1).sum();
    let kept = |name: &str, bytes: &[u8]| json!({ "name": name, "bytes": bytes.len(), "sha256": Digest::of(bytes) });
    let state = json!({
        "order": order, "recorded_as": made.recorded_as, "exported_at": json!(made)["exportedAt"],
        "note": String::from_utf8(read("checkpoint")).unwrap(), "size": made.size, "next": half, "entries": half,
        "evidence": { "kept": 0, "redacted": 0 },
        "files": [kept("entries.jsonl", &entries[..length]), kept("leaf-hashes.bin", &hashes[..half * 32])],
    });
    let killed = || {
        fs::remove_file(dir.join("manifest.json")).unwrap();
        fs::write(dir.join("export.state"), state.to_string()).unwrap();
    };
    killed();
    let resumed = export(&settings, &dir, &order).unwrap();
    assert_eq!((&resumed.files, resumed.recorded_as), (&made.files, made.recorded_as));
    good(&verify(&place, &dir, None));
    for name in ["entries.jsonl", "leaf-hashes.bin"] {
        killed();
        let good = read(name);
        let mut changed = good.clone();
        changed[7] ^= 1;
        fs::write(dir.join(name), changed).unwrap();
        let refused = export(&settings, &dir, &order).unwrap_err().to_string();
        assert!(refused.contains(name) && refused.contains("not as it was left"), "{refused}");
        fs::write(dir.join(name), good).unwrap();
        export(&settings, &dir, &order).unwrap();
    }
}

async fn a_log_that_was_changed_is_not_exported(on: On) {
    let (place, number) = lived(on).await;
    sql(&place, "UPDATE entry SET body = (SELECT body FROM entry WHERE leaf = 1) WHERE leaf = 2");
    let settings = settings(&place);
    let refused = export(&settings, &place.dir().join("changed"), &Order::default()).unwrap_err().to_string();
    assert!(refused.contains("endmark audit verify"), "{refused}");
    let filter = Filter { certificate: Some(number.parse().unwrap()), ..Filter::default() };
    let order = Order { filter, ..Order::default() };
    export(&settings, &place.dir().join("filtered"), &order).unwrap();
    let leaf = checked(&place);
    sql(&place, &format!("DELETE FROM evidence WHERE leaf = {leaf}; DELETE FROM entry WHERE leaf = {leaf}"));
    let refused = export(&settings, &place.dir().join("gap"), &Order::default()).unwrap_err().to_string();
    assert!(refused.contains(&format!("entry {leaf} is missing")), "{refused}");
}

async fn the_demos_auditor_finds_the_changed_byte(on: On) {
    let register = Register::start(on).await;
    register.issue("X-9").await;
    let audited = endmark::demo::audit(&register.world).unwrap();
    assert!(audited.is_good(), "{}\n{}", audited.report, audited.tampered);
    register.stop().await;
}

#[test]
fn no_cell_of_the_table_is_a_formula_or_hides_anything() {
    let formulas = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r\n=1", "＝1", "|cmd", "%0A=1"];
    for value in formulas {
        let shown = cell(value);
        assert!(shown.starts_with(['\'', '\u{FFFD}']), "{value:?} is shown as {shown:?}");
    }
    assert_eq!(cell("a\u{0}b\u{202E}c\nd"), "a\u{FFFD}b\u{FFFD}c\u{FFFD}d");
    assert_eq!(cell("lt-customs"), "lt-customs");
}

#[test]
fn the_command_line_exports_a_register() {
    let place = On::Sqlite.place();
    let run = |arguments: &[&str]| {
        let program = env!("CARGO_BIN_EXE_endmark");
        let output = Command::new(program).current_dir(place.dir()).args(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        output.stdout
    };
    run(&["init", "reg"]);
    let out = run(&["audit", "export", "out", "--config", "reg/endmark.toml", "--csv", "--json"]);
    let out: Value = serde_json::from_slice(&out).unwrap();
    let keys = endmark_verify::read_keys(&[place.dir().join("out/keys.txt").display().to_string()]).unwrap();
    let report = endmark_verify::export(&place.dir().join("out"), &keys, None, &mut |_, _| {}).unwrap();
    assert!(report.good && report.entries == out["manifest"]["entries"].as_u64(), "{report}");
}
