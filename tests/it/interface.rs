//! The OpenAPI document says what the interface reads and answers.

use std::collections::BTreeMap;
use std::path::Path;

use endmark::http::openapi_document;
use endmark::registry::Grant;
use serde_json::{Value, json};

use crate::described::{schemas_of, wrong};
use crate::support::{On, Register, consignment};

fn document() -> Value {
    serde_json::from_str(openapi_document()).unwrap()
}

fn described(name: &str, value: &Value) {
    let document = document();
    let schema = json!({ "$ref": format!("#/components/schemas/{name}") });
    assert_eq!(wrong(&document, &schema, value, name), Vec::<String>::new());
}

#[test]
fn no_two_types_share_the_name_of_a_schema() {
    let mut found = BTreeMap::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    schemas_of(&root.join("src"), &mut found);
    schemas_of(&root.join("core/src"), &mut found);
    assert!(found.len() > 60 && found.contains_key("DeclaredTransport"), "{:?}", found.keys());
    let document = document();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    // Text has a schema for each length.
    let of = |name: &str| if name.starts_with("Text") { "Text".to_owned() } else { name.to_owned() };
    let unknown: Vec<&String> = schemas.keys().filter(|name| !found.contains_key(&of(name))).collect();
    assert!(unknown.is_empty(), "the sources do not show where these come from: {unknown:?}");
    found.retain(|_, files| files.len() > 1);
    assert!(found.is_empty(), "one hides the other in the document: {found:#?}");
}

#[test]
fn what_the_parsers_read_is_described() {
    let number = crate::support::nobodys_number();
    let mut whole = consignment(&number);
    whole["transport"]["containers"] = json!(["MSKU1234565"]);
    endmark_core::consignment::parse(whole.to_string().as_bytes()).unwrap();
    described("Consignment", &whole);
    let payload = include_str!("../../src/demo/data/payload.json");
    endmark_core::certificate::parse(payload.as_bytes()).unwrap();
    described("Certificate", &serde_json::from_str(payload).unwrap());
}

#[actix_web::test]
async fn what_is_answered_is_described() {
    let register = Register::start(On::Sqlite).await;
    let number = register.issue("I-1").await;
    let customs = &register.world.customs;
    let asked = consignment(&number);
    let path = "/v1/customs/declarations/26LTVR1000EX000017";
    let held = customs.send(reqwest::Method::PUT, path, Some(("application/json", asked.to_string().into())));
    let held = held.await.unwrap();
    assert_eq!(held.status, 200, "{}", held.body);
    described("PositionHeld", &held.body);
    described("DeclarationDetail", &customs.get(path).await.unwrap().body);
    described("Checked", &register.check(&asked).await);
    let of = |what: &str| format!("/v1/customs/certificates/{number}{what}");
    described("CertificateLedger", &customs.get(&of("/quantities")).await.unwrap().body);
    described("CertificateView", &customs.get(&of("")).await.unwrap().body);
    let used = "/v1/customs/certificates?usedFrom=2026-03-01&usedUntil=2026-03-31";
    described("Used", &customs.get(used).await.unwrap().body);
    let maker = &register.world.maker;
    let usage = maker.get(&format!("/v1/certificates/{number}/usage")).await.unwrap().body;
    assert!(!usage["used"].as_array().unwrap().is_empty());
    described("Usage", &usage);
    described("Page", &maker.get("/v1/certificates").await.unwrap().body);
    described("Shown", &maker.get(&format!("/v1/certificates/{number}")).await.unwrap().body);
    let (_, declarant) = register.register("declarant", &[Grant::Declarant]);
    register.settled(&declarant).await;
    let shown = declarant.get(&format!("/v1/certificates/{number}")).await.unwrap().body;
    assert_eq!(shown, json!({ "number": number, "status": "valid" }));
    described("Shown", &shown);
    register.stop().await;
}

#[test]
fn every_operation_says_which_problems_it_has() {
    for (path, methods) in document()["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let responses = operation["responses"].as_object().unwrap();
            let mut wanted = vec!["400", "403", "default"];
            if operation["requestBody"].is_object() {
                wanted.extend(["413", "415"]);
            }
            for status in wanted {
                let content = &responses.get(status).unwrap_or(&Value::Null)["content"];
                let schema = &content["application/problem+json"]["schema"]["$ref"];
                assert_eq!(schema, "#/components/schemas/ProblemDocument", "{method} {path}: {status}");
            }
        }
    }
}

/// The documents that docs/API.md shows for a beginning.
fn samples() -> Vec<Value> {
    let documented = include_str!("../../docs/API.md");
    let blocks = documented.split("```json").skip(1).map(|after| after.split("```").next().unwrap());
    blocks.map(|block| serde_json::from_str(block).unwrap()).collect()
}

#[actix_web::test]
async fn what_the_documentation_shows_for_a_beginning_is_taken_in_and_conforms() {
    let register = Register::start(On::Sqlite).await;
    let [mut payload, mut asked]: [Value; 2] = samples().try_into().unwrap();
    let own = register.payload("SAMPLE-1");
    for member in ["register", "manufacturer"] {
        payload[member] = own[member].clone();
    }
    assert_eq!(payload["statements"]["digest"], own["statements"]["digest"], "the statements as they are published");
    let (number, jws) = register.seal(&payload);
    let taken = register.world.maker.submit(&jws).await.unwrap();
    assert_eq!(taken.status, 201, "{}", taken.body);
    asked["goodsItems"][0]["citations"][0]["certificate"] = json!(number);
    assert_eq!(register.check(&asked).await["verdict"], "conforms");
    register.stop().await;
}
