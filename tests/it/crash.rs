//! `kill -9` under load: what was acknowledged is there afterwards (invariant 3).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use endmark::store::{head, log};
use endmark_core::log::{Edge, leaf_hash};
use serde_json::Value;

use crate::process::Process;
use crate::support::{On, Register, consignment, on_both_databases, with_database};

on_both_databases!(kill_9_under_load_loses_nothing_that_was_acknowledged);

async fn kill_9_under_load_loses_nothing_that_was_acknowledged(on: On) {
    let register = Register::start(on).await;
    let first = register.issue("K-0").await;
    let sealed: Vec<(String, String)> = (1..=60).map(|i| register.seal(&register.payload(&format!("K-{i}")))).collect();
    let place = register.stop().await;
    let process = Process::start(&place);
    let (maker, customs) = (process.client(&place, "maker"), process.client(&place, "customs"));
    let acknowledged = Arc::new(AtomicUsize::new(0));
    let asked = consignment(&first);
    let submissions = sealed.iter().map(|(number, jws)| {
        let (maker, acknowledged) = (maker.clone(), Arc::clone(&acknowledged));
        async move {
            let answered = maker.submit(jws).await.ok()?;
            acknowledged.fetch_add(1, Ordering::SeqCst);
            Some((number.clone(), answered.body["entry"].as_u64()?))
        }
    });
    let checks = (0..200).map(|_| {
        let (customs, asked, acknowledged) = (customs.clone(), asked.clone(), Arc::clone(&acknowledged));
        async move {
            let answered = customs.post("/v1/customs/checks", &asked).await.ok()?;
            acknowledged.fetch_add(1, Ordering::SeqCst);
            answered.body["entry"].as_u64()
        }
    });
    let kill = async {
        while acknowledged.load(Ordering::SeqCst) < 80 {
            tokio::task::yield_now().await;
        }
        process.kill();
    };
    let everything = futures_util::future::join3(
        futures_util::future::join_all(submissions),
        futures_util::future::join_all(checks),
        kill,
    );
    let (issued, checked, ()) = everything.await;
    let issued: BTreeMap<String, u64> = issued.into_iter().flatten().collect();
    let checked: Vec<u64> = checked.into_iter().flatten().collect();
    assert!(issued.len() + checked.len() >= 80);

    let process = Process::start(&place);
    let maker = process.client(&place, "maker");
    for (number, entry) in &issued {
        let shown = maker.get(&format!("/v1/certificates/{number}")).await.unwrap();
        assert_eq!((shown.status.as_u16(), shown.body["entry"].as_u64()), (200, Some(*entry)), "{number}");
    }
    process.kill();

    let (head, entries) = with_database(&place, |connection| {
        (head::read(connection).unwrap(), log::entries_from(connection, 0, 100_000).unwrap())
    });
    let mut edge = Edge::empty();
    let mut answered = std::collections::BTreeSet::new();
    for (leaf, body) in entries {
        let entry: Value = serde_json::from_slice(&body).unwrap();
        if entry["type"] == "consignmentChecked" {
            answered.insert(leaf);
        }
        edge.append(leaf_hash(&body));
    }
    assert!(checked.iter().all(|entry| answered.contains(entry)), "an acknowledged check is missing");
    assert_eq!((edge.size(), edge.root()), (head.size, head.root));
}

on_both_databases!(sigterm_answers_what_was_accepted_and_says_goodbye_in_the_log);

async fn sigterm_answers_what_was_accepted_and_says_goodbye_in_the_log(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("K-T").await;
    let place = register.stop().await;
    let mut process = Process::start(&place);
    let customs = process.client(&place, "customs");
    let asked = consignment(&number);
    let answered = Arc::new(AtomicUsize::new(0));
    let checks = (0..100).map(|_| {
        let (customs, asked, answered) = (customs.clone(), asked.clone(), Arc::clone(&answered));
        async move {
            let entry = customs.post("/v1/customs/checks", &asked).await.ok()?.body["entry"].as_u64();
            answered.fetch_add(1, Ordering::SeqCst);
            entry
        }
    });
    let terminate = async {
        while answered.load(Ordering::SeqCst) < 10 {
            tokio::task::yield_now().await;
        }
        process.signal("TERM");
    };
    let (checked, ()) = futures_util::future::join(futures_util::future::join_all(checks), terminate).await;
    assert!(process.child.wait().unwrap().success(), "it ends by itself, without an error");
    let checked: Vec<u64> = checked.into_iter().flatten().collect();
    assert!(checked.len() >= 10);
    let entries = with_database(&place, |connection| log::entries_from(connection, 0, 100_000).unwrap());
    let kinds: BTreeMap<u64, Value> =
        entries.into_iter().map(|(leaf, body)| (leaf, serde_json::from_slice::<Value>(&body).unwrap())).collect();
    assert!(checked.iter().all(|leaf| kinds[leaf]["type"] == "consignmentChecked"));
    let recorded = kinds.values().filter(|entry| entry["type"] == "consignmentChecked").count();
    assert_eq!(recorded, checked.len(), "what was recorded was answered, and nothing else");
    assert_eq!(kinds.last_key_value().unwrap().1["type"], "serviceStopped");
    let kept = std::fs::read_to_string(place.dir().join("checkpoint")).unwrap();
    assert_eq!(kept.lines().nth(1), Some(kinds.len().to_string().as_str()), "the last checkpoint is kept");
}
