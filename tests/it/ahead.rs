//! Batches decided while the one before them is committed: what they answer is what they would have answered in turn.

use endmark::client::Client;
use endmark::demo::World;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::ledger::{after, many_movements, mrn, trucks};
use crate::ledger_stress::{available, put};
use crate::support::{On, Register, ledger_and_log_agree, on_both_databases};

on_both_databases!(
    batches_decided_ahead_let_no_piece_pass_twice
    movements_joined_in_batches_decided_ahead_count_once
    a_reference_is_given_once_though_batches_are_decided_ahead
);

/// A writer that decides little at once, and whatever waits ahead.
async fn register(on: On) -> Register {
    let place = on.place();
    let small = |settings: &mut endmark::config::Settings| {
        settings.limits.batch_max = 4;
        settings.limits.ahead_min = 1;
    };
    Register { world: World::make_with(&place, small).await.unwrap(), place }
}

/// How many batches were taken out of the line ahead of their turn, by what became of that.
fn ahead(register: &Register, outcome: &str) -> u64 {
    let app = &register.world.running.app;
    let text = app.context.metrics.text(app).unwrap();
    let wanted = format!("endmark_batches_ahead_total{{outcome=\"{outcome}\"}} ");
    text.lines().find_map(|line| line.strip_prefix(&wanted)).map_or(0, |count| count.parse().unwrap())
}

/// Whether each was taken, all sent at once.
async fn at_once(customs: &Client, asked: Vec<(String, Value)>) -> Vec<bool> {
    join_all(asked.iter().map(|(mrn, asked)| async move {
        let answered = put(customs, mrn, asked).await.unwrap();
        assert!([200, 409].contains(&answered.status.as_u16()), "{:#}", answered.body);
        answered.status == 200
    }))
    .await
}

async fn left(register: &Register, number: &str) -> Option<i64> {
    let path = format!("/v1/customs/certificates/{number}/quantities");
    available(&register.world.customs.get(&path).await.unwrap().body)
}

async fn batches_decided_ahead_let_no_piece_pass_twice(on: On) {
    let register = register(on).await;
    let mut numbers = Vec::new();
    for name in 0..12 {
        numbers.push(many_movements(&register, &format!("AH-{name}")).await);
    }
    // Sixteen movements want one of six lorries, of each of twelve certificates.
    let wanted = (0..16).flat_map(|_| &numbers);
    let asked = (0..).zip(wanted).map(|(movement, number)| (mrn(movement), trucks(number, "1")));
    let passed = at_once(&register.world.customs, asked.collect()).await;
    for (of, number) in numbers.iter().enumerate() {
        let passed = passed.iter().skip(of).step_by(12).filter(|passed| **passed).count();
        assert_eq!((passed, left(&register, number).await), (6, Some(0)), "{number}");
    }
    assert!(ahead(&register, "used") > 0, "some batches were decided ahead");
    ledger_and_log_agree(&register.stop().await);
}

async fn movements_joined_in_batches_decided_ahead_count_once(on: On) {
    let register = register(on).await;
    let number = many_movements(&register, "AH-J").await;
    // Six lorries are exported, and each goes on in transit; both are heard of at the same moment.
    let export = |lorry: u32| (mrn(lorry), trucks(&number, "1"));
    let transit = |lorry: u32| (mrn(100 + lorry), after(trucks(&number, "1"), &mrn(lorry)));
    let asked = (0..6).flat_map(|lorry| [export(lorry), transit(lorry)]).collect();
    assert_eq!(at_once(&register.world.customs, asked).await, [true; 12]);
    assert_eq!(left(&register, &number).await, Some(0));
    assert_eq!(at_once(&register.world.customs, vec![export(7)]).await, [false]);
    ledger_and_log_agree(&register.stop().await);
}

async fn a_reference_is_given_once_though_batches_are_decided_ahead(on: On) {
    let register = register(on).await;
    let sealed: Vec<String> = (0..24)
        .map(|copy| {
            let mut payload = register.payload("AH-R");
            payload["endUse"] = json!(format!("Filling of yoghurt, line {copy}"));
            register.seal(&payload).1
        })
        .collect();
    let answers = join_all(sealed.iter().map(|jws| register.world.maker.submit(jws))).await;
    let issued = answers.into_iter().filter(|answered| answered.as_ref().unwrap().status == 201).count();
    assert_eq!(issued, 1);
    ledger_and_log_agree(&register.stop().await);
}
