//! Checks through the HTTPS door.

use endmark::registry::Grant;
use reqwest::Method;
use serde_json::json;

use crate::support::{On, Register, consignment, effective, findings, on_both_databases, problem};

on_both_databases!(
    a_verdict_names_its_entry_and_its_sources
    a_declarant_learns_whether_it_fits_not_what_the_certificate_says
    customs_reads_any_certificate_whatever_its_status
    a_manufacturer_that_is_suspended_no_longer_counts
);

async fn a_verdict_names_its_entry_and_its_sources(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("C-1").await;
    let verdict = register.check(&consignment(&number)).await;
    assert_eq!(verdict["verdict"], "conforms", "{verdict:#}");
    assert_eq!(verdict["asOf"], "2026-03-16T09:00:00Z");
    assert!(!verdict["regimes"].as_array().unwrap().is_empty());
    assert!(!verdict["lists"].as_array().unwrap().is_empty());
    let leaf = verdict["entry"].as_u64().unwrap();
    let receipt = register.world.customs.get(&format!("/v1/entries/{leaf}/receipt")).await.unwrap();
    let entry: serde_json::Value = serde_json::from_str(receipt.body["entry"].as_str().unwrap()).unwrap();
    assert_eq!(entry["type"], "consignmentChecked");
    assert_eq!(entry["decision"], "conforms");
    assert_eq!(entry["certificates"], json!([number]));
    assert_eq!(entry["declaration"], "26LTVR1000EX000017");
    // No name and no address in the log.
    assert!(!receipt.body["entry"].as_str().unwrap().contains("Almaty"));
    register.stop().await;
}

async fn a_declarant_learns_whether_it_fits_not_what_the_certificate_says(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("C-2").await;
    let mut asked = consignment(&number);
    asked["countryOfDestination"] = json!("KG");
    let (_, declarant) = register.register("broker", &[Grant::Declarant]);
    let (_, other_maker) = register.register("another-maker", &[Grant::Manufacturer]);
    register.settled(&declarant).await;
    register.settled(&other_maker).await;
    let own = register.world.maker.post("/v1/prechecks", &asked).await.unwrap();
    assert!(findings(&own.body).contains(&"destinationMismatch"));
    assert!(own.body.to_string().contains("\"certified\":\"KZ\""), "{}", own.body);
    let brokers = declarant.post("/v1/prechecks", &asked).await.unwrap();
    assert!(findings(&brokers.body).contains(&"destinationMismatch"), "{}", brokers.body);
    assert!(!brokers.body.to_string().contains("\"certified\""), "{}", brokers.body);
    // A manufacturer that is no declarant learns nothing of others' certificates.
    let others = other_maker.post("/v1/prechecks", &asked).await.unwrap();
    assert!(findings(&others.body).contains(&"certificateUnknown"), "{}", others.body);
    let status = declarant.get(&format!("/v1/certificates/{number}")).await.unwrap();
    assert_eq!(status.body, json!({ "number": number, "status": "valid" }));
    register.stop().await;
}

async fn customs_reads_any_certificate_whatever_its_status(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("C-3").await;
    let reason = json!({ "reason": "sold to somebody else" });
    register.world.maker.post(&format!("/v1/certificates/{number}/revocation"), &reason).await.unwrap();
    let shown = register.world.customs.get(&format!("/v1/customs/certificates/{number}")).await.unwrap();
    assert_eq!(shown.body["status"], "revoked");
    assert_eq!(shown.body["statusReason"], "sold to somebody else");
    assert_eq!(shown.body["certificate"]["endUser"]["name"], "AO Sut Zavody Taldykorgan");
    let mistyped = register.world.customs.get("/v1/customs/certificates/EDC-1").await.unwrap();
    assert_eq!(problem(&mistyped), "400 certificate-number-malformed");
    register.stop().await;
}

async fn a_manufacturer_that_is_suspended_no_longer_counts(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("C-4").await;
    let set = |active| {
        let organisation = "muster".parse().unwrap();
        let change = endmark::writer::RegistryChange::SetActive { organisation, active };
        endmark::cli::operator_change(&register.world.settings, change).unwrap();
    };
    set(false);
    // Also when this process has not yet seen the change: the writer follows the epoch in its transaction.
    let verdict = register.check(&consignment(&number)).await;
    assert_eq!(effective(&verdict), ["manufacturerNotActive"], "{verdict:#}");
    let (_, jws) = register.seal(&register.payload("C-5"));
    let refused = register.world.maker.submit(&jws).await.unwrap();
    assert_eq!(refused.body["reason"], "manufacturerSuspended", "{}", refused.body);
    set(true);
    assert_eq!(register.check(&consignment(&number)).await["verdict"], "conforms");
    register.stop().await;
}

#[actix_web::test]
async fn malformed_consignments_get_a_problem_and_no_entry() {
    let register = Register::start(On::Sqlite).await;
    let good = consignment("EDC-0000-0000-0000-0000-0");
    let before = register.checkpoint().await;
    let edited = |pointer: &str, value: serde_json::Value| {
        let mut asked = good.clone();
        *asked.pointer_mut(pointer).unwrap() = value;
        asked.to_string()
    };
    let doubled = json!([good["goodsItems"][0], good["goodsItems"][0]]);
    let cases = [
        ("not JSON", "{".to_owned()),
        ("an unknown member", good.to_string().replacen('{', "{\"colour\":\"red\",", 1)),
        ("a duplicate member", good.to_string().replacen('{', "{\"dataSet\":\"B1\",", 1)),
        ("a float", edited("/goodsItems/0/netMass", json!(5200.5))),
        ("a quantity without unit", edited("/goodsItems/0/citations/0/quantity", json!({ "value": "1" }))),
        ("a negative quantity", edited("/goodsItems/0/citations/0/quantity/value", json!("-1"))),
        ("a quantity of zero", edited("/goodsItems/0/citations/0/quantity/value", json!("0"))),
        ("a goods item twice", edited("/goodsItems", doubled)),
        ("no goods items", edited("/goodsItems", json!([]))),
        ("a bad MRN", edited("/reference/value", json!("26LT"))),
        ("an LRN without its declarant", edited("/reference", json!({ "type": "LRN", "value": "EX-1" }))),
        ("a country that is none", edited("/countryOfDestination", json!("ZZ"))),
    ];
    for (name, body) in cases {
        let sent = register.world.customs.send(
            Method::POST,
            "/v1/customs/checks",
            Some(("application/json", body.into_bytes())),
        );
        let answered = sent.await.unwrap();
        assert_eq!(problem(&answered), "400 consignment-malformed", "{name}: {}", answered.body);
    }
    assert_eq!(register.checkpoint().await, before);
    register.stop().await;
}
