//! The bundle for devices without a network, through the API.

use endmark::registry::Grant;
use endmark_core::number::CertificateNumber;
use endmark_core::offline::{self, Bundle};
use reqwest::Method;
use serde_json::json;
use time::Duration;

use crate::support::{On, Register, on_both_databases, problem, sql};

on_both_databases!(
    a_bundle_names_the_keys_and_the_certificates_that_may_not_be_used
    a_bundle_is_for_customs
    a_row_that_was_changed_keeps_its_certificate_from_being_used
    a_manufacturer_that_is_suspended_is_named
);

async fn bundle(register: &Register) -> Bundle {
    let jws = register.world.customs.fetch("/v1/offline-bundle").await.unwrap().unwrap();
    offline::open(std::str::from_utf8(&jws).unwrap(), &register.world.running.app.context.log_keys).unwrap()
}

fn number(text: &str) -> CertificateNumber {
    text.parse().unwrap()
}

async fn a_bundle_names_the_keys_and_the_certificates_that_may_not_be_used(on: On) {
    let register = Register::start(on).await;
    let (good, suspended, revoked) =
        (register.issue("F-1").await, register.issue("F-2").await, register.issue("F-3").await);
    let before = bundle(&register).await;
    let maker = &register.world.maker;
    let reason = || Some(("application/json", br#"{"reason":"under review"}"#.to_vec()));
    let path = |number: &str, what: &str| format!("/v1/certificates/{number}/{what}");
    maker.send(Method::PUT, &path(&suspended, "suspension"), reason()).await.unwrap();
    maker.send(Method::POST, &path(&revoked, "revocation"), reason()).await.unwrap();
    let now = bundle(&register).await;
    assert!(now.sequence > before.sequence);
    assert_eq!(now.register.as_str(), endmark::demo::ORIGIN);
    assert_eq!(now.issued_at, endmark::demo::STARTS_AT);
    assert_eq!(now.fresh_until - now.issued_at, Duration::hours(12));
    assert_eq!(now.valid_until - now.issued_at, Duration::hours(72));
    assert_eq!(now.token_keys, *register.world.running.app.token.keys());
    assert_eq!(now.regimes_edition, register.world.running.app.regimes().edition());
    let listed = &now.certificates;
    assert!(listed.complete && listed.replaced.is_empty());
    assert!(listed.suspended.contains(&number(&suspended)) && listed.suspended.len() == 1);
    assert!(listed.revoked.contains(&number(&revoked)) && listed.revoked.len() == 1);
    assert!(!listed.revoked.contains(&number(&good)));
    maker.send(Method::DELETE, &path(&suspended, "suspension"), None).await.unwrap();
    assert!(bundle(&register).await.certificates.suspended.is_empty());
    register.stop().await;
}

async fn a_bundle_is_for_customs(on: On) {
    let register = Register::start(on).await;
    let (_, auditor) = register.register("auditors", &[Grant::Auditor]);
    register.settled(&auditor).await;
    for client in [&register.world.maker, &auditor] {
        assert_eq!(problem(&client.get("/v1/offline-bundle").await.unwrap()), "403 grant-missing");
    }
    register.stop().await;
}

async fn a_row_that_was_changed_keeps_its_certificate_from_being_used(on: On) {
    let register = Register::start(on).await;
    let changed = register.issue("F-4").await;
    let statement = format!("UPDATE certificate SET status = 'replaced' WHERE number = '{changed}'");
    sql(&register.place, &statement);
    // Something new in the log: what is handed out again while nothing changes is made anew.
    register.issue("F-5").await;
    let listed = bundle(&register).await.certificates;
    assert!(listed.suspended.contains(&number(&changed)) && listed.replaced.is_empty());
    register.stop().await;
}

async fn a_manufacturer_that_is_suspended_is_named(on: On) {
    let register = Register::start(on).await;
    assert!(bundle(&register).await.manufacturers_not_active.is_empty());
    // A command on the host beside the service needs the checkpoint that the service keeps from its first second on.
    while !register.world.settings.checkpoint.exists() {
        tokio::task::yield_now().await;
    }
    let first = register.world.running.app.registry().manufacturers().first().map(|(known, _)| (*known).clone());
    let organisation = first.unwrap();
    let change = endmark::writer::RegistryChange::SetActive { organisation, active: false };
    endmark::cli::operator_change(&register.world.settings, change).unwrap();
    let give_up = std::time::Instant::now() + std::time::Duration::from_secs(20);
    let named = loop {
        let bundle = bundle(&register).await;
        if !bundle.manufacturers_not_active.is_empty() {
            break bundle.manufacturers_not_active;
        }
        assert!(std::time::Instant::now() < give_up, "the manufacturer still counts");
        tokio::task::yield_now().await;
    };
    let maker = register.payload("any")["manufacturer"]["identifiers"][0].clone();
    assert!(named.iter().any(|identifier| json!(identifier) == maker), "{named:?}");
    register.stop().await;
}
