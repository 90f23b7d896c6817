//! What an auditor gets over HTTPS: entries, tiles, bundles, consistency proofs. And what nobody else gets.

use endmark::client::Client;
use endmark::registry::Grant;
use endmark_core::log::{ConsistencyProof, Edge, LogKey, Tile, TileId, bundle_entries, leaf_hash, open_checkpoint};
use serde_json::Value;

use crate::ledger::{mrn, put, trucks};
use crate::support::{On, Register, consignment, on_both_databases, problem};

on_both_databases!(
    tiles_and_bundles_rebuild_the_checkpoint
    an_auditor_reads_entries_by_every_filter_and_nobody_else_does
    checkpoints_continue_each_other_by_a_proof_from_the_service
);

fn key(register: &Register) -> LogKey {
    register.world.running.app.context.keys.log.key().clone()
}

async fn auditor(register: &Register) -> Client {
    let (_, auditor) = register.register("audit-office", &[Grant::Auditor]);
    register.settled(&auditor).await;
    auditor
}

async fn stream(auditor: &Client, query: &str) -> Vec<Value> {
    let bytes = auditor.fetch(&format!("/v1/audit/entries{query}")).await.unwrap();
    let bytes = bytes.unwrap_or_else(|answered| panic!("{query}: {}", answered.body));
    let text = String::from_utf8(bytes).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

async fn tiles_and_bundles_rebuild_the_checkpoint(on: On) {
    let register = Register::start(on).await;
    let auditor = auditor(&register).await;
    let number = register.issue("T-1").await;
    let asked = consignment(&number);
    for _ in 0..5 {
        futures_util::future::join_all((0..54).map(|_| register.check(&asked))).await;
    }
    let signed = open_checkpoint(register.checkpoint().await.as_bytes(), &[key(&register)]).unwrap();
    let head = signed.checkpoint();
    assert!(head.size > 256);
    let mut edge = Edge::empty();
    for index in 0..=head.size / 256 {
        let id = TileId { level: 0, index };
        let width = id.width_at(head.size);
        let path = id.path_at_width(width);
        let bytes = register.world.customs.fetch(&format!("/log/{path}")).await.unwrap().unwrap();
        let tile = Tile::from_bytes(id, &bytes).unwrap();
        assert_eq!(tile.hashes.len(), width);
        let bundle = path.replace("tile/0/", "tile/entries/");
        let bytes = auditor.fetch(&format!("/log/{bundle}")).await.unwrap().unwrap();
        let entries = bundle_entries(&bytes).unwrap();
        assert_eq!(entries.len(), width);
        for (entry, hash) in entries.iter().zip(&tile.hashes) {
            assert_eq!(leaf_hash(entry), *hash);
            edge.append(*hash);
        }
        let refused = register.world.customs.get(&format!("/log/{bundle}")).await.unwrap();
        assert_eq!(problem(&refused), "403 grant-missing");
    }
    assert_eq!((edge.size(), edge.root()), (head.size, head.root));
    let above = register.world.customs.fetch("/log/tile/1/000.p/1").await.unwrap().unwrap();
    let first = register.world.customs.fetch("/log/tile/0/000").await.unwrap().unwrap();
    assert_eq!(above.len(), 32);
    // A narrower tile is the beginning of the one that is stored.
    let narrow = register.world.customs.fetch("/log/tile/0/000.p/7").await.unwrap().unwrap();
    assert_eq!(narrow, first[..7 * 32]);
    for (path, wanted) in [
        ("tile/0/001", "404 not-found"),
        ("tile/2/000.p/1", "404 not-found"),
        ("tile/0/1", "400 parameter-malformed"),
        ("tile/0/000.p/256", "400 parameter-malformed"),
        ("tile/entries/000.p/0", "400 parameter-malformed"),
        ("tile/entries/x999/999", "404 not-found"),
    ] {
        assert_eq!(problem(&auditor.get(&format!("/log/{path}")).await.unwrap()), wanted, "{path}");
    }
    let stranger = register.client(&crate::support::stranger());
    assert_eq!(problem(&stranger.get("/log/tile/0/000").await.unwrap()), "403 caller-unknown");
    register.stop().await;
}

async fn an_auditor_reads_entries_by_every_filter_and_nobody_else_does(on: On) {
    let register = Register::start(on).await;
    let auditor = auditor(&register).await;
    let (first, second) = (register.issue("E-1").await, register.issue("E-2").await);
    let mut two = consignment(&first);
    two["goodsItems"][1]["citations"][0]["certificate"] = second.clone().into();
    let checked = register.check(&two).await["entry"].as_u64().unwrap();
    put(&register, &mrn(1), &trucks(&first, "1")).await;
    let all = stream(&auditor, "").await;
    let leaves: Vec<u64> = all.iter().map(|entry| entry["leaf"].as_u64().unwrap()).collect();
    assert!(leaves.iter().copied().eq(0..u64::try_from(leaves.len()).unwrap()), "{leaves:?}");
    assert_eq!(all.last().unwrap()["type"], "exportMade", "reading is itself an entry");
    assert_eq!(all.last().unwrap()["organisation"], "audit-office");
    // An entry that names two certificates is found by each.
    for number in [&first, &second] {
        let found = stream(&auditor, &format!("?certificate={number}")).await;
        assert!(found.iter().any(|entry| entry["leaf"] == checked), "{number}");
        assert!(found.iter().all(|entry| entry["certificates"].to_string().contains(number.as_str())));
    }
    let one = &all[usize::try_from(checked).unwrap()];
    let text = |name: &str| one[name].as_str().unwrap().to_owned();
    let queries = [
        format!("?type=consignmentChecked&organisation={}", text("organisation")),
        format!("?client={}&decision={}", text("client"), text("decision")),
        format!("?from={at}", at = text("at")),
        format!("?after={}&limit=1", checked - 1),
    ];
    for query in queries {
        let found = stream(&auditor, &query).await;
        assert!(found.iter().any(|entry| entry["leaf"] == checked), "{query}");
        let others = stream(&auditor, &format!("{query}&office=LV000000")).await;
        assert!(others.is_empty(), "{query}: {others:?}");
    }
    let reserved = stream(&auditor, &format!("?declaration={}&type=declarationReserved", mrn(1))).await;
    assert_eq!(reserved.len(), 1);
    assert!(stream(&auditor, &format!("?until={}", all[0]["at"].as_str().unwrap())).await.is_empty());
    let with = stream(&auditor, &format!("?evidence=true&after={}&limit=1", checked - 1)).await;
    assert_eq!(serde_json::from_str::<Value>(with[0]["entry"].as_str().unwrap()).unwrap()["leaf"], checked);
    assert!(with[0]["evidence"].is_string() && with[0]["salt"].is_string(), "{}", with[0]);
    for (bad, wanted) in [
        ("client=5f", "client"),
        ("type=consignmentChecked2", "`consignmentChecked`"),
        ("decision=conform", "conforms"),
        ("declaration=26LTVR1000+EX", "declaration"),
        ("office=Vilnius", "office"),
    ] {
        let refused = auditor.get(&format!("/v1/audit/entries?{bad}")).await.unwrap();
        assert_eq!(problem(&refused), "400 parameter-malformed", "{bad}");
        assert!(refused.body["detail"].as_str().unwrap().contains(wanted), "{}", refused.body);
    }
    for other in [&register.world.customs, &register.world.maker] {
        assert_eq!(problem(&other.get("/v1/audit/entries").await.unwrap()), "403 grant-missing");
        assert_eq!(problem(&other.get("/v1/audit/consistency?old=1").await.unwrap()), "403 grant-missing");
    }
    register.stop().await;
}

async fn checkpoints_continue_each_other_by_a_proof_from_the_service(on: On) {
    let register = Register::start(on).await;
    let auditor = auditor(&register).await;
    let open = async || {
        let signed = open_checkpoint(register.checkpoint().await.as_bytes(), &[key(&register)]).unwrap();
        signed.checkpoint().clone()
    };
    let old = open().await;
    register.issue("G-1").await;
    let new = open().await;
    let path = format!("/v1/audit/consistency?old={}&new={}", old.size, new.size);
    let text = auditor.fetch(&path).await.unwrap().unwrap();
    ConsistencyProof::parse(&text).unwrap().verify(&old, &new).unwrap();
    let beyond = auditor.get(&format!("/v1/audit/consistency?old=1&new={}", new.size + 1_000)).await.unwrap();
    assert_eq!(problem(&beyond), "400 parameter-malformed");
    register.stop().await;
}
