//! Who may call, and what each may see.

use std::sync::Arc;
use std::time::{Duration, Instant};

use endmark::client::Client;
use endmark::registry::Grant;
use rustls_pki_types::{CertificateDer, pem::PemObject};

use crate::support::{On, Register, consignment, nobodys_number, on_both_databases, problem, sql, stranger};

on_both_databases!(
    an_unregistered_client_certificate_is_refused
    a_revoked_client_certificate_is_refused_on_an_open_connection_too
    a_caller_without_the_grant_is_told_which_one
    someone_elses_number_and_no_number_are_the_same_404
    an_address_that_cannot_be_read_is_a_problem_document_everywhere
    every_endpoint_refuses_a_parameter_it_does_not_have_and_names_one_it_cannot_read
);

#[actix_web::test]
async fn without_a_client_certificate_the_handshake_fails() {
    let register = Register::start(On::Sqlite).await;
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(register.authority().as_bytes()).unwrap()).unwrap();
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let refused = Client::with_tls(&register.base(), tls).unwrap().get("/v1/ping").await.unwrap_err();
    assert!(refused.to_string().contains("CertificateRequired"), "{refused}");
    register.stop().await;
}

async fn an_unregistered_client_certificate_is_refused(on: On) {
    let register = Register::start(on).await;
    let client = register.client(&stranger());
    let before = register.checkpoint().await;
    let answered = client.get("/v1/ping").await.unwrap();
    assert_eq!(problem(&answered), "403 caller-unknown");
    assert_eq!(answered.body["fingerprint"].as_str().unwrap().len(), 64);
    let answered = client.post("/v1/customs/checks", &consignment("x")).await.unwrap();
    assert_eq!(problem(&answered), "403 caller-unknown");
    // Strangers cannot fill the log.
    assert_eq!(register.checkpoint().await, before);
    register.stop().await;
}

async fn a_revoked_client_certificate_is_refused_on_an_open_connection_too(on: On) {
    let register = Register::start(on).await;
    let (_, client) = register.register("lv-customs", &[Grant::CustomsRead]);
    until_answered(&client, "204 no problem").await;
    let caller = endmark::cli::registered_caller;
    let (issued, second) = register.register("ee-customs", &[Grant::CustomsRead]);
    until_answered(&second, "204 no problem").await;
    let fingerprint =
        caller(issued.certificate.as_bytes(), "x".parse().unwrap(), String::new(), &[]).unwrap().fingerprint;
    let change = endmark::writer::RegistryChange::RevokeCaller(fingerprint);
    endmark::cli::operator_change(&register.world.settings, change).unwrap();
    // The change came from another process; this one follows within a second.
    until_answered(&second, "403 caller-revoked").await;
    assert_eq!(problem(&client.get("/v1/ping").await.unwrap()), "204 no problem");
    register.stop().await;
}

/// Asks until the answer is the one wanted: the registry's snapshot may be a second old, the machine slow.
async fn until_answered(client: &Client, wanted: &str) {
    let give_up = Instant::now() + Duration::from_secs(20);
    loop {
        let found = problem(&client.get("/v1/ping").await.unwrap());
        if found == wanted {
            return;
        }
        assert!(Instant::now() < give_up, "still {found}");
        tokio::task::yield_now().await;
    }
}

async fn a_caller_without_the_grant_is_told_which_one(on: On) {
    let register = Register::start(on).await;
    let answered = register.world.maker.post("/v1/customs/checks", &consignment("x")).await.unwrap();
    assert_eq!(problem(&answered), "403 grant-missing");
    assert!(answered.body["detail"].as_str().unwrap().contains("customs:read"), "{}", answered.body);
    let answered = register.world.customs.submit("x").await.unwrap();
    assert_eq!(problem(&answered), "403 grant-missing");
    register.stop().await;
}

async fn someone_elses_number_and_no_number_are_the_same_404(on: On) {
    let register = Register::start(on).await;
    let number = register.issue("CALLERS-1").await;
    let (_, other) = register.register("another-maker", &[Grant::Manufacturer]);
    until_answered(&other, "204 no problem").await;
    let theirs = other.get(&format!("/v1/certificates/{number}")).await.unwrap();
    let nobodys = other.get("/v1/certificates/EDC-0000-0000-0000-0000-0").await.unwrap();
    assert_eq!(problem(&theirs), "404 not-found");
    let body = serde_json::json!({ "reason": "to find out whether it exists" });
    let revoke = other.post(&format!("/v1/certificates/{number}/revocation"), &body).await.unwrap();
    assert_eq!(problem(&revoke), "404 not-found");
    assert_eq!(theirs.body["detail"], revoke.body["detail"]);
    assert!(nobodys.status.is_client_error());
    // The owner sees it, and still unrevoked.
    let own = register.world.maker.get(&format!("/v1/certificates/{number}")).await.unwrap();
    assert_eq!((own.status.as_u16(), own.body["status"].as_str().unwrap()), (200, "valid"));
    // A receipt of an entry is for its own organisation and auditors.
    let leaf = own.body["entry"].as_u64().unwrap();
    let receipt = format!("/v1/entries/{leaf}/receipt");
    assert_eq!(problem(&other.get(&receipt).await.unwrap()), "404 not-found");
    // Nor does somebody else learn that an entry is there by its being broken.
    let swap = format!("UPDATE entry SET body = (SELECT body FROM entry WHERE leaf = 0) WHERE leaf = {leaf}");
    sql(&register.place, &swap);
    assert_eq!(problem(&other.get(&receipt).await.unwrap()), "404 not-found");
    assert_eq!(problem(&register.world.maker.get(&receipt).await.unwrap()), "500 internal");
    register.stop().await;
}

async fn an_address_that_cannot_be_read_is_a_problem_document_everywhere(on: On) {
    let register = Register::start(on).await;
    let grants = [Grant::Manufacturer, Grant::CustomsRead, Grant::CustomsWrite, Grant::Declarant, Grant::Auditor];
    let (_, client) = register.register("everything", &grants);
    register.settled(&client).await;
    let described = client.get("/v1/openapi.json").await.unwrap().body;
    let mut asked = 0;
    for (path, methods) in described["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let method: reqwest::Method = method.to_uppercase().parse().unwrap();
            let of = |place: &str| parameters.iter().filter(|one| one["in"] == place).collect::<Vec<_>>();
            let filled = |with: &str| {
                of("path").iter().fold(path.clone(), |path, one| {
                    path.replace(&format!("{{{}}}", one["name"].as_str().unwrap()), with)
                })
            };
            let stands = |one: &&serde_json::Value| path.contains(&format!("{{{}}}", one["name"].as_str().unwrap()));
            assert!(of("path").iter().all(stands), "{method} {path}: {parameters:?}");
            let mut wrong = Vec::new();
            if !of("path").is_empty() {
                wrong.push(filled("%FF"));
            }
            if !of("query").is_empty() {
                let path = filled("17");
                wrong.push(format!("{path}?{0}=1&{0}=2", of("query")[0]["name"].as_str().unwrap()));
            }
            for path in wrong {
                let answered = client.send(method.clone(), &path, None).await.unwrap();
                let kind = problem(&answered);
                assert!(answered.status.is_client_error(), "{method} {path}: {} {}", answered.status, answered.body);
                assert!(!kind.contains("no problem"), "{method} {path}: {kind} {}", answered.body);
                asked += 1;
            }
        }
    }
    assert!(asked > 25, "{asked}");
    register.stop().await;
}

async fn every_endpoint_refuses_a_parameter_it_does_not_have_and_names_one_it_cannot_read(on: On) {
    let register = Register::start(on).await;
    let grants = [Grant::Manufacturer, Grant::CustomsRead, Grant::CustomsWrite, Grant::Declarant, Grant::Auditor];
    let (_, client) = register.register("everything", &grants);
    register.settled(&client).await;
    let described = client.get("/v1/openapi.json").await.unwrap().body;
    let before = register.checkpoint().await;
    let mut asked = 0;
    for (path, methods) in described["paths"].as_object().unwrap() {
        let path = path.replace("{number}", &nobodys_number()).replace("{mrn}", "26LTVR1000EX000017");
        let path = path.replace("{presentation}", "T1").replace("{id}", "17").replace("{path}", "0/000");
        assert!(!path.contains('{'), "{path}");
        for (method, operation) in methods.as_object().unwrap() {
            let method: reqwest::Method = method.to_uppercase().parse().unwrap();
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let mut wrong = vec![("bogus", "1".to_owned())];
            for parameter in parameters.iter().filter(|one| one["in"] == "query") {
                let (name, kind) = (parameter["name"].as_str().unwrap(), parameter["schema"]["type"].to_string());
                let values: &[&str] = match kind {
                    kind if kind.contains("integer") => &["x", "-1", "", "99999999999999999999"],
                    kind if kind.contains("boolean") => &["yes", "1"],
                    _ => &[],
                };
                wrong.extend(values.iter().map(|value| (name, (*value).to_owned())));
                if name == "limit" {
                    wrong.push((name, "0".to_owned()));
                }
            }
            for (name, value) in wrong {
                // What is needed is there, so that only the one parameter is wrong.
                let needed = if path == "/v1/customs/certificates" && name != "bogus" {
                    "&usedFrom=2026-03-16&usedUntil=2026-03-16"
                } else {
                    ""
                };
                let path = format!("{path}?{name}={value}{needed}");
                let answered = client.send(method.clone(), &path, None).await.unwrap();
                assert_eq!(problem(&answered), "400 parameter-malformed", "{method} {path}: {}", answered.body);
                assert!(answered.body["detail"].as_str().unwrap().contains(name), "{method} {path}: {}", answered.body);
                asked += 1;
            }
        }
    }
    assert!(asked > 60, "{asked}");
    let mistyped = client.get("/v1/regimes?att=2026-03-16").await.unwrap();
    let wanted = "\"att\" is no parameter of this endpoint; it has at";
    assert_eq!(mistyped.body["detail"], wanted);
    let refused = client.get("/v1/certificates?limit=-1").await.unwrap();
    let wanted = "limit: found \"-1\"; wanted a whole number from 0 to 4294967295";
    assert_eq!(refused.body["detail"], wanted);
    assert_eq!(register.checkpoint().await, before, "none of it is an entry");
    register.stop().await;
}
