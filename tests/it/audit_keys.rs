//! Another key takes over the checkpoints: what was signed before still verifies, and a crash in the middle is mended.

use std::path::Path;
use std::process::{Command, Output};

use endmark::export::Order;
use endmark::writer::{Action, RegistryChange};
use endmark_core::digest::Digest;
use endmark_core::export::{FileName, Manifest};
use endmark_core::log::{LogKey, LogSigner, Receipt, open_checkpoint};
use serde_json::{Value, json};

use crate::support::{On, Register, consignment, faults, ledger_and_log_agree, on_both_databases, problem, sql};

on_both_databases!(
    after_a_rotation_old_receipts_and_checkpoints_still_verify
    an_export_and_a_receipt_verify_across_a_rotation_and_the_retired_key_vouches_for_nothing_newer
    a_running_service_says_that_it_must_be_restarted
    a_rotation_interrupted_anywhere_is_finished_by_the_next
    a_log_key_edited_in_sql_stops_the_start
);

fn endmark(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_endmark"));
    command.current_dir(folder).args(arguments).arg("--json").output().unwrap()
}

/// A command that must go well; gives its JSON.
fn good(folder: &Path, arguments: &[&str]) -> Value {
    let output = endmark(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn key(shown: &Value) -> LogKey {
    shown.as_str().unwrap().parse().unwrap()
}

async fn after_a_rotation_old_receipts_and_checkpoints_still_verify(on: On) {
    let register = Register::start(on).await;
    let (_, jws) = register.seal(&register.payload("KEY-1"));
    let issued = register.world.maker.submit(&jws).await.unwrap().body;
    let old_note = register.checkpoint().await;
    let settings = register.world.settings.clone();
    let place = register.stop().await;
    let rotated = good(place.dir(), &["key", "rotate"]);
    let (old, new) = (key(&rotated["previous"]), key(&rotated["key"]));
    assert_ne!(old, new);
    // The last checkpoint of the old key is over the entry of the change; the file still has it.
    let kept = std::fs::read(place.dir().join("checkpoint")).unwrap();
    let last = open_checkpoint(&kept, std::slice::from_ref(&old)).unwrap().checkpoint().size;
    let listed = good(place.dir(), &["key", "list"]);
    assert_eq!((&listed[0]["key"], &listed[0]["lastSize"]), (&json!(old.to_string()), &json!(last)));
    assert_eq!((&listed[1]["key"], &listed[1]["lastSize"]), (&json!(new.to_string()), &Value::Null));
    // The service goes on from it, under the new key.
    let running = endmark::app::start(&settings, settings.clock().unwrap()).await.unwrap();
    let published = running.app.writer.shared().published.load().note.clone();
    open_checkpoint(published.as_bytes(), std::slice::from_ref(&new)).unwrap();
    assert!(open_checkpoint(published.as_bytes(), std::slice::from_ref(&old)).is_err());
    running.stop().await;
    open_checkpoint(old_note.as_bytes(), &[new.clone(), old.clone()]).unwrap();
    let receipt = &issued["receipt"];
    let proof = Receipt::parse(receipt["proof"].as_str().unwrap().as_bytes()).unwrap();
    proof.verify(receipt["entry"].as_str().unwrap().as_bytes(), &[new, old]).unwrap();
    ledger_and_log_agree(&place);
    // And once more.
    let again = good(place.dir(), &["key", "rotate"]);
    assert_eq!(again["previous"], rotated["key"]);
    assert_eq!(good(place.dir(), &["key", "list"]).as_array().unwrap().len(), 3);
    ledger_and_log_agree(&place);
}

async fn an_export_and_a_receipt_verify_across_a_rotation_and_the_retired_key_vouches_for_nothing_newer(on: On) {
    let register = Register::start(on).await;
    let (_, jws) = register.seal(&register.payload("KEY-3"));
    let answer = register.world.maker.submit(&jws).await.unwrap().body;
    let old_note = register.checkpoint().await;
    let settings = register.world.settings.clone();
    let place = register.stop().await;
    let (since, receipt, dir) = (place.dir().join("since"), place.dir().join("answer.json"), place.dir().join("out"));
    std::fs::write(&since, &old_note).unwrap();
    std::fs::write(&receipt, answer.to_string()).unwrap();
    let rotated = good(place.dir(), &["key", "rotate"]);
    let both = [key(&rotated["previous"]), key(&rotated["key"])];
    endmark::app::start(&settings, settings.clock().unwrap()).await.unwrap().stop().await;
    let order = Order { since: Some(old_note.clone()), ..Order::default() };
    endmark::cli::export(&settings, &dir, &order).unwrap();
    // The keys as the export lists them say how far the retired one goes.
    let listed = endmark_verify::read_keys(&[dir.join("keys.txt").display().to_string()]).unwrap();
    assert_eq!(listed.iter().filter(|key| key.last_size().is_some()).count(), 1);
    let verify = |keys: &[LogKey]| endmark_verify::export(&dir, keys, Some(&since), &mut |_, _| {}).unwrap();
    for keys in [both.as_slice(), listed.as_slice()] {
        let report = verify(keys);
        assert!(report.good, "{report}");
        let (report, _) = endmark_verify::receipt(&receipt, None, keys).unwrap();
        assert!(report.good, "{report}");
    }
    // Whoever took the retired key signs the head and the manifest of today: the log itself says that it may not.
    let retired = std::fs::read(place.dir().join(rotated["retired"].as_str().unwrap())).unwrap();
    let thief = LogSigner::from_pkcs8(&settings.origin, &retired).unwrap();
    let kept = std::fs::read(dir.join("checkpoint")).unwrap();
    let forged = thief.sign(open_checkpoint(&kept, &both).unwrap().checkpoint()).unwrap();
    let mut manifest = Manifest::parse(&std::fs::read(dir.join("manifest.json")).unwrap()).unwrap();
    let file = manifest.files.iter_mut().find(|file| file.name == FileName::Checkpoint).unwrap();
    (file.bytes, file.sha256) = (u64::try_from(forged.len()).unwrap(), Digest::of(forged.as_bytes()));
    let (text, signature) = manifest.sign(&thief).unwrap();
    std::fs::write(dir.join("checkpoint"), &forged).unwrap();
    std::fs::write(dir.join("manifest.json"), text).unwrap();
    std::fs::write(dir.join("manifest.sig"), signature).unwrap();
    for keys in [both.as_slice(), listed.as_slice()] {
        let report = verify(keys);
        assert!(!report.good && report.to_string().contains("was retired after"), "{report}");
    }
    // Nor does the service start on it; on an old checkpoint of that key it does.
    let kept = place.dir().join("checkpoint");
    std::fs::write(&kept, &forged).unwrap();
    let refused = endmark::app::start(&settings, settings.clock().unwrap()).await.unwrap_err().to_string();
    assert!(refused.contains("was retired after"), "{refused}");
    std::fs::write(&kept, &old_note).unwrap();
    endmark::app::start(&settings, settings.clock().unwrap()).await.unwrap().stop().await;
    ledger_and_log_agree(&place);
}

async fn a_running_service_says_that_it_must_be_restarted(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("KEY-2").await;
    good(register.place.dir(), &["key", "rotate"]);
    let answered = register.world.customs.post("/v1/customs/checks", &consignment(&number)).await.unwrap();
    assert_eq!(problem(&answered), "503 unavailable", "{}", answered.body);
    assert!(answered.body["detail"].as_str().unwrap().contains("takes no more commands"), "{}", answered.body);
    let register = register.restart().await;
    assert_eq!(register.check(&consignment(&number)).await["verdict"], "conforms");
    ledger_and_log_agree(&register.stop().await);
}

async fn a_rotation_interrupted_anywhere_is_finished_by_the_next(on: On) {
    let register = Register::start(on).await;
    let settings = register.world.settings.clone();
    let place = register.stop().await;
    let file = &settings.keys.log;
    let public = |path: &Path| endmark::keys::rotation::read(&settings.origin, path).unwrap();
    // Killed before the log knew: the key made is the one that takes over.
    let next = endmark::keys::rotation::prepare(&settings.origin, file).unwrap();
    endmark::app::start(&settings, settings.clock().unwrap()).await.unwrap().stop().await;
    let rotated = good(place.dir(), &["key", "rotate"]);
    assert_eq!(key(&rotated["key"]), next);
    // Killed after the log said so, before the key was in its place.
    let from = public(file);
    let to = endmark::keys::rotation::prepare(&settings.origin, file).unwrap();
    let change = RegistryChange::RotateLogKey { from: from.clone(), to: to.clone() };
    endmark::cli::operator_action(&settings, Action::Registry(change)).unwrap();
    let refused = endmark::app::start(&settings, settings.clock().unwrap()).await.unwrap_err().to_string();
    assert!(refused.contains("finish an interrupted rotation with `endmark key rotate`"), "{refused}");
    let rotated = good(place.dir(), &["key", "rotate"]);
    assert_eq!((key(&rotated["previous"]), key(&rotated["key"])), (from, to.clone()));
    assert_eq!(public(file), to);
    endmark::app::start(&settings, settings.clock().unwrap()).await.unwrap().stop().await;
    // The retired key never signs again.
    let change = RegistryChange::RotateLogKey { from: to, to: next };
    let refused = endmark::cli::operator_action(&settings, Action::Registry(change)).unwrap_err().to_string();
    assert!(refused.contains("a retired key is never used again"), "{refused}");
    ledger_and_log_agree(&place);
}

async fn a_log_key_edited_in_sql_stops_the_start(on: On) {
    let register = Register::start(on).await;
    let settings = register.world.settings.clone();
    let place = register.stop().await;
    good(place.dir(), &["key", "rotate"]);
    endmark::app::start(&settings, settings.clock().unwrap()).await.unwrap().stop().await;
    sql(&place, "CREATE TABLE aside AS SELECT * FROM log_key");
    sql(&place, "DELETE FROM log_key");
    let found = faults(&place).join("\n");
    assert!(found.contains("(keyChanged): the log gives"), "{found}");
    sql(&place, "INSERT INTO log_key SELECT * FROM aside");
    ledger_and_log_agree(&place);
    sql(&place, "UPDATE log_key SET last_size = NULL");
    let refused = endmark::app::start(&settings, settings.clock().unwrap()).await.unwrap_err().to_string();
    assert!(refused.contains("was changed outside the service"), "{refused}");
}
