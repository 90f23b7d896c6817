//! An older database and a second history are refused, with a message that says what to do.

use crate::support::{On, Register, consignment, on_both_databases, problem, with_database};
use crate::tables::{keep, put_back};

on_both_databases!(
    yesterdays_database_under_todays_checkpoint_is_refused
    a_second_node_that_went_on_from_a_failed_over_copy_is_refused
    a_running_node_stops_when_its_database_becomes_another_history
);

async fn yesterdays_database_under_todays_checkpoint_is_refused(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("F-1").await;
    with_database(&register.place, keep);
    for _ in 0..3 {
        register.check(&consignment(&number)).await;
    }
    let settings = register.world.settings.clone();
    let place = register.stop().await;
    with_database(&place, put_back);
    let refused = endmark::app::start(&settings, settings.clock().unwrap()).await.unwrap_err().to_string();
    assert!(refused.contains("was already signed: an older copy was restored"), "{refused}");
    assert!(refused.contains("Restore the newest database"), "it says what to do: {refused}");
    // The command line does not go on with it either.
    let change = endmark::writer::RegistryChange::SetActive { organisation: "muster".parse().unwrap(), active: false };
    let refused = endmark::cli::operator_change(&settings, change).unwrap_err().to_string();
    assert!(refused.contains("Do not delete the checkpoint file"), "{refused}");
    let faults = crate::support::faults(&place).join("\n");
    assert!(faults.contains("it is an older copy"), "{faults}");
}

async fn a_second_node_that_went_on_from_a_failed_over_copy_is_refused(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("F-2").await;
    with_database(&register.place, keep);
    for _ in 0..2 {
        register.check(&consignment(&number)).await;
    }
    let settings = register.world.settings.clone();
    let place = register.stop().await;
    // The standby had not heard of the last entries; a node with a checkpoint file of its own goes on there.
    with_database(&place, put_back);
    let mut elsewhere = settings.clone();
    elsewhere.checkpoint = place.dir().join("checkpoint-of-the-other-site");
    for _ in 0..4 {
        endmark::app::start(&elsewhere, elsewhere.clock().unwrap()).await.unwrap().stop().await;
    }
    let refused = endmark::app::start(&settings, settings.clock().unwrap()).await.unwrap_err().to_string();
    assert!(refused.contains("does not continue the signed checkpoint"), "{refused}");
    assert!(refused.contains("restore the newest good copy"), "it says what to do: {refused}");
    let faults = crate::support::faults(&place).join("\n");
    assert!(faults.contains("checkpoint file: the log does not continue it"), "{faults}");
}

async fn a_running_node_stops_when_its_database_becomes_another_history(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("F-3").await;
    with_database(&register.place, keep);
    for _ in 0..2 {
        register.check(&consignment(&number)).await;
    }
    with_database(&register.place, put_back);
    let mut elsewhere = register.world.settings.clone();
    elsewhere.checkpoint = register.place.dir().join("checkpoint-of-the-other-site");
    for _ in 0..4 {
        endmark::app::start(&elsewhere, elsewhere.clock().unwrap()).await.unwrap().stop().await;
    }
    let answered = register.world.customs.post("/v1/customs/checks", &consignment(&number)).await.unwrap();
    assert_eq!(answered.status, 503, "{}", answered.body);
    assert_eq!(problem(&answered), "503 unavailable", "{}", answered.body);
    assert!(answered.body["detail"].as_str().unwrap().contains("takes no more commands"), "{}", answered.body);
    // It has stopped for good, a moment after its last answer.
    let give_up = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while register.world.running.app.writer.is_open() {
        assert!(std::time::Instant::now() < give_up, "the writer still takes commands");
        tokio::task::yield_now().await;
    }
    // Also when the database becomes its own again: a person has to look.
    with_database(&register.place, put_back);
    let again = register.world.customs.post("/v1/customs/checks", &consignment(&number)).await.unwrap();
    assert_eq!(again.status, 503, "{}", again.body);
    register.stop().await;
}
