//! The demo's cases, all of them, on both databases.

use endmark::demo::play;

use crate::support::{On, Register, on_both_databases};

on_both_databases!(every_case_of_the_demo_comes_out_as_it_should);

async fn every_case_of_the_demo_comes_out_as_it_should(on: On) {
    let register = Register::start(on).await;
    let played = play(&register.world, |_| {}).await.unwrap();
    let wrong: Vec<_> = played.iter().filter(|played| !played.good).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(played.len() >= 35, "only {} cases", played.len());
    let place = register.stop().await;
    crate::support::ledger_and_log_agree(&place);
    // And every question, decided again from the log and its evidence, comes out as it did.
    let (asked, otherwise) = crate::audit_replay::decide_all_again(&place);
    assert!(otherwise.is_empty(), "{otherwise:#?}");
    assert!(asked >= 35, "only {asked} questions");
}
