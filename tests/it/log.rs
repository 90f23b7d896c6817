//! The log: what was acknowledged is provable, nothing is missing, and it cannot go back.

use endmark::demo::Place;
use endmark::store::nodes::Nodes;
use endmark::store::{log, tile};
use endmark_core::log::{Edge, LogKey, Receipt, leaf_hash, open_checkpoint, verify_consistency, verify_inclusion};
use serde_json::Value;

use crate::support::{On, Register, consignment, on_both_databases, sql, with_database};
use crate::tables::{bytes, edit, literal};

on_both_databases!(
    a_receipt_proves_the_entry_under_a_signed_checkpoint
    the_root_recomputes_from_the_entries_and_checkpoints_continue_each_other
    a_database_rolled_back_behind_the_kept_checkpoint_is_refused
    an_entry_changed_in_sql_is_seen_by_its_receipt
    a_tile_changed_in_sql_is_seen_by_a_receipt_and_one_put_back_is_good_at_once
    proofs_out_of_kept_tiles_verify_while_the_log_grows
    what_was_turned_away_becomes_one_entry
);

fn key(register: &Register) -> LogKey {
    register.world.running.app.context.keys.log.key().clone()
}

/// Every entry with its leaf.
fn entries(place: &Place) -> Vec<(u64, Vec<u8>)> {
    with_database(place, |connection| log::entries_from(connection, 0, 100_000).unwrap())
}

async fn a_receipt_proves_the_entry_under_a_signed_checkpoint(on: On) {
    let register = Register::start(on).await;
    let (_, jws) = register.seal(&register.payload("L-1"));
    let issued = register.world.maker.submit(&jws).await.unwrap().body;
    let receipt = &issued["receipt"];
    let entry = receipt["entry"].as_str().unwrap();
    let proof = Receipt::parse(receipt["proof"].as_str().unwrap().as_bytes()).unwrap();
    let signed = proof.verify(entry.as_bytes(), &[key(&register)]).unwrap();
    assert_eq!(signed.checkpoint().origin.as_str(), endmark::demo::ORIGIN);
    let forged = entry.replace("issued", "refused");
    assert!(proof.verify(forged.as_bytes(), &[key(&register)]).is_err());
    let entry: Value = serde_json::from_str(entry).unwrap();
    assert_eq!((&entry["type"], &entry["decision"]), (&"certificateSubmitted".into(), &"issued".into()));
    assert_eq!(entry["leaf"], issued["entry"]);
    assert_eq!(entry["certificates"][0], issued["number"]);
    register.stop().await;
}

async fn the_root_recomputes_from_the_entries_and_checkpoints_continue_each_other(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("L-2").await;
    let first = open_checkpoint(register.checkpoint().await.as_bytes(), &[key(&register)]).unwrap();
    // More than a full tile of 256, in batches of many sizes.
    for _ in 0..6 {
        let asked = consignment(&number);
        let checks = (0..50).map(|_| register.check(&asked));
        futures_util::future::join_all(checks).await;
    }
    let last = open_checkpoint(register.checkpoint().await.as_bytes(), &[key(&register)]).unwrap();
    let (old, new) = (first.checkpoint(), last.checkpoint());
    assert!(new.size >= old.size + 300);
    let proof = with_database(&register.place, |connection| {
        tile::with_tiles(connection, |tiles| endmark_core::log::consistency_proof(old.size, new.size, tiles)).unwrap()
    });
    verify_consistency(old.size, old.root, new.size, new.root, &proof).unwrap();
    let mut edge = Edge::empty();
    for (leaf, body) in entries(&register.place) {
        assert_eq!(leaf, edge.size(), "leaves are dense");
        let entry: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(entry["leaf"], leaf);
        if let Some(digest) = entry["evidence"].as_str() {
            let kept = with_database(&register.place, |connection| log::evidence_of(connection, leaf).unwrap());
            assert_eq!(kept.unwrap().digest().to_string(), digest);
        }
        if edge.size() < new.size {
            edge.append(leaf_hash(&body));
        }
    }
    assert_eq!(edge.root(), new.root);
    register.stop().await;
}

async fn a_database_rolled_back_behind_the_kept_checkpoint_is_refused(on: On) {
    let register = Register::start(on).await;
    register.issue("L-3").await;
    let settings = register.world.settings.clone();
    let place = register.stop().await;
    // Yesterday's database: the last entries are gone, and head and tiles are those of then.
    let entries = entries(&place);
    let mut edge = Edge::empty();
    let kept = entries.len() - 2;
    entries.iter().take(kept).for_each(|(_, body)| edge.append(leaf_hash(body)));
    let hex = hex::encode(edge.root().as_bytes());
    let bytes = |hex: &str| match on {
        On::Sqlite => format!("x'{hex}'"),
        On::Postgres => format!("'\\x{hex}'::bytea"),
    };
    let tile: String = entries.iter().take(kept).map(|(_, body)| hex::encode(leaf_hash(body).as_bytes())).collect();
    sql(
        &place,
        &format!(
            "DELETE FROM evidence WHERE leaf >= {kept}; DELETE FROM certificate_line; DELETE FROM certificate; DELETE FROM entry WHERE leaf >= {kept};
             UPDATE tile SET hashes = {}; UPDATE head SET size = {kept}, root = {}",
            bytes(&tile),
            bytes(&hex)
        ),
    );
    let refused = endmark::app::start(&settings, settings.clock().unwrap()).await.unwrap_err().to_string();
    assert!(refused.contains("was already signed"), "{refused}");
    assert!(refused.contains("Restore the newest database"), "it says what to do: {refused}");
}

async fn an_entry_changed_in_sql_is_seen_by_its_receipt(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("L-4").await;
    let leaf = register.check(&consignment(&number)).await["entry"].as_u64().unwrap();
    let replace = match on {
        On::Sqlite => "CAST(replace(CAST(body AS TEXT), 'conforms', 'refusing') AS BLOB)",
        On::Postgres => "convert_to(replace(convert_from(body, 'UTF8'), 'conforms', 'refusing'), 'UTF8')",
    };
    sql(&register.place, &format!("UPDATE entry SET body = {replace} WHERE leaf = {leaf}"));
    let receipt = register.world.customs.get(&format!("/v1/entries/{leaf}/receipt")).await.unwrap();
    assert_eq!(receipt.status, 500, "{}", receipt.body);
    register.stop().await;
}

async fn a_tile_changed_in_sql_is_seen_by_a_receipt_and_one_put_back_is_good_at_once(on: On) {
    const TILE: &str = "WHERE level = 0 AND position = 0";
    let register = Register::start(on).await;
    let number = register.issue("L-5").await;
    let leaf = register.check(&consignment(&number)).await["entry"].as_u64().unwrap();
    let good = with_database(&register.place, |c| bytes(c, &format!("SELECT hashes AS value FROM tile {TILE}")));
    let put = |hashes: &[u8]| {
        with_database(&register.place, |c| {
            let hashes = literal(c, hashes);
            edit(c, &format!("UPDATE tile SET hashes = {hashes} {TILE}"));
        });
    };
    let receipt = async || register.world.customs.get(&format!("/v1/entries/{leaf}/receipt")).await.unwrap().status;
    let mut bad = good.clone();
    bad[0] ^= 1;
    put(&bad);
    assert_eq!(receipt().await, 500);
    put(&good);
    assert_eq!(receipt().await, 200, "what was read in between is forgotten");
    register.stop().await;
}

async fn proofs_out_of_kept_tiles_verify_while_the_log_grows(on: On) {
    let register = Register::start(on).await;
    let place = register.stop().await;
    with_database(&place, |connection| {
        edit(connection, "DELETE FROM tile");
        let (nodes, mut edge, mut roots) = (Nodes::default(), Edge::empty(), Vec::new());
        for size in [1_u64, 2, 255, 256, 257, 511, 512, 513, 900] {
            while edge.size() < size {
                edge.append(leaf_hash(&edge.size().to_be_bytes()));
            }
            let mut writes = connection.writes();
            tile::put(&mut writes, &edge.take_changed()).unwrap();
            writes.send().unwrap();
            roots.push((size, edge.root()));
            // An answer may bear an older checkpoint than the tiles in memory.
            for &(size, root) in &roots {
                for leaf in [0, 1, 254, 255, 256, 257, 511, 512, size / 2, size - 1].into_iter().filter(|l| *l < size) {
                    let proof = nodes.inclusion(connection, leaf, size).unwrap();
                    let verified = verify_inclusion(leaf_hash(&leaf.to_be_bytes()), leaf, size, root, &proof);
                    assert_eq!(verified, Ok(()), "{leaf} in {size} of {}", edge.size());
                }
            }
        }
    });
}

async fn what_was_turned_away_becomes_one_entry(on: On) {
    let register = Register::start(on).await;
    for _ in 0..5 {
        register.client(&crate::support::stranger()).get("/v1/ping").await.unwrap();
    }
    let place = register.stop().await;
    let entries = entries(&place);
    let of_kind = |kind: &str| -> Vec<Value> {
        let entries = entries.iter().map(|(_, body)| serde_json::from_slice::<Value>(body).unwrap());
        entries.filter(|entry| entry["type"] == kind).collect()
    };
    let turned_away = of_kind("requestsTurnedAway");
    assert_eq!(turned_away.len(), 1, "{turned_away:?}");
    assert_eq!(turned_away[0]["counts"], serde_json::json!([["unknownCaller", 5]]));
    assert_eq!((of_kind("serviceStarted").len(), of_kind("serviceStopped").len()), (1, 1));
}
