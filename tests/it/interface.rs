//! The OpenAPI document says what the interface reads and answers.

use std::collections::BTreeMap;
use std::path::Path;

use endmark::http::openapi_document;
use endmark::registry::Grant;
use serde_json::{Value, json};

use crate::support::{On, Register, consignment};

fn document() -> Value {
    serde_json::from_str(openapi_document()).unwrap()
}

/// What a schema says, with what it refers to put in its place.
fn followed<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(at) => followed(document, document.pointer(at.trim_start_matches('#')).unwrap()),
        None => schema,
    }
}

/// The members that a schema describes, in itself or in a part.
fn members(document: &Value, schema: &Value) -> serde_json::Map<String, Value> {
    let schema = followed(document, schema);
    let mut found = schema["properties"].as_object().cloned().unwrap_or_default();
    for together in ["allOf", "oneOf", "anyOf"] {
        for part in schema[together].as_array().into_iter().flatten() {
            found.extend(members(document, part));
        }
    }
    found
}

/// What of a value a schema does not describe, or describes as something else; every member must be described.
fn wrong(document: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let schema = followed(document, schema);
    for (together, all) in [("oneOf", false), ("anyOf", false), ("allOf", true)] {
        let Some(parts) = schema[together].as_array() else { continue };
        if all {
            // A member is described by one part or another.
            let members = members(document, schema);
            return wrong(document, &json!({ "type": "object", "properties": members }), value, at);
        }
        let found: Vec<Vec<String>> = parts.iter().map(|part| wrong(document, part, value, at)).collect();
        return found.into_iter().min_by_key(Vec::len).unwrap();
    }
    match value {
        Value::Object(members) => {
            let described = schema["properties"].as_object();
            let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let missing = required.filter(|name| !members.contains_key(*name)).map(|name| format!("{at}: no {name}"));
            let mut faults: Vec<String> = missing.collect();
            for (name, value) in members {
                let at = format!("{at}/{name}");
                match (described.and_then(|members| members.get(name)), &schema["additionalProperties"]) {
                    (Some(schema), _) => faults.extend(wrong(document, schema, value, &at)),
                    (None, Value::Object(_)) => {}
                    (None, _) if described.is_none() && schema["type"] == "object" => {}
                    (None, _) => faults.push(format!("{at} is not described")),
                }
            }
            faults
        }
        Value::Array(items) if schema["items"].is_object() => {
            items.iter().flat_map(|item| wrong(document, &schema["items"], item, &format!("{at}[]"))).collect()
        }
        other => {
            let kind = match other {
                Value::String(_) => "string",
                Value::Bool(_) => "boolean",
                Value::Number(_) => "integer",
                Value::Array(_) => "array",
                _ => "null",
            };
            let described = schema["type"].to_string();
            let good = schema["type"].is_null() || described.contains(kind);
            if good { Vec::new() } else { vec![format!("{at}: {described} is described, {kind} stands there")] }
        }
    }
}

fn described(name: &str, value: &Value) {
    let document = document();
    let schema = json!({ "$ref": format!("#/components/schemas/{name}") });
    assert_eq!(wrong(&document, &schema, value, name), Vec::<String>::new());
}

/// Types by the name of their schema.
fn schemas_of(folder: &Path, found: &mut BTreeMap<String, Vec<String>>) {
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            schemas_of(&path, found);
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap_or_default();
        for after in source.split("ToSchema)").skip(1) {
            let declared = after.split(['{', ';', '(']).find(|text| text.contains("struct ") || text.contains("enum "));
            let head = after.split("struct ").next().unwrap().split("enum ").next().unwrap();
            let Some(declared) = declared else { continue };
            let renamed = head.split("as = ").nth(1).map(|text| text.split([')', ',']).next().unwrap());
            let own = declared.split_whitespace().skip_while(|word| !matches!(*word, "struct" | "enum")).nth(1);
            let name = renamed.or(own).unwrap().split('<').next().unwrap().to_owned();
            found.entry(name).or_default().push(path.display().to_string());
        }
        let written_by_hand = ["string_form!(", " utoipa::ToSchema for "].map(|before| source.split(before).skip(1));
        for after in written_by_hand.into_iter().flatten() {
            let name = after.split('"').nth(1).unwrap_or_default().split('{').next().unwrap().to_owned();
            found.entry(name).or_default().push(path.display().to_string());
        }
    }
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
