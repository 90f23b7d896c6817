//! Documentation and code say the same.

use endmark::http::{ProblemKind, openapi_document};
use serde_json::Value;

#[test]
fn every_problem_type_is_in_the_api_documentation() {
    let documented = include_str!("../../docs/API.md");
    for kind in ProblemKind::ALL {
        let row = format!("| `{}` | {} |", kind.urn().replace("urn:endmark:problem:", ""), kind.status().as_u16());
        assert!(documented.contains(&row), "docs/API.md lacks the row {row}");
    }
}

#[test]
fn further_members_of_problems_are_documented_and_hide_none_that_every_problem_has() {
    let documented = include_str!("../../docs/API.md");
    let mut seen = 0;
    let mut paths = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src/http"))];
    while let Some(path) = paths.pop() {
        if path.is_dir() {
            paths.extend(std::fs::read_dir(path).unwrap().map(|file| file.unwrap().path()));
            continue;
        }
        let source = std::fs::read_to_string(path).unwrap();
        for member in source.split(".with(\"").skip(1).map(|after| after.split('"').next().unwrap()) {
            let common = ["type", "title", "status", "detail", "instance", "requestId"];
            assert!(!common.contains(&member), "{member} would stand twice");
            assert!(documented.contains(&format!("`{member}`")), "docs/API.md lacks the member {member}");
            seen += 1;
        }
    }
    assert!(seen > 20);
}

#[test]
fn every_refusal_is_in_the_api_documentation() {
    let documented = include_str!("../../docs/API.md");
    let source = include_str!("../../core/src/acceptance/mod.rs");
    let codes = source.lines().filter_map(|line| line.split("=> \"").nth(1)?.split('"').next());
    let codes: Vec<&str> = codes.collect();
    assert!(codes.len() >= 14);
    for code in codes {
        assert!(documented.contains(&format!("`{code}`")), "docs/API.md lacks {code}");
    }
}

#[test]
fn every_route_is_described() {
    let document: Value = serde_json::from_str(openapi_document()).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let paths: Vec<&String> = document["paths"].as_object().unwrap().keys().collect();
    for route in [
        "/v1/ping",
        "/v1/certificates",
        "/v1/certificates/{number}",
        "/v1/certificates/{number}/suspension",
        "/v1/certificates/{number}/revocation",
        "/v1/prechecks",
        "/v1/customs/checks",
        "/v1/customs/papers",
        "/v1/customs/certificates/{number}",
        "/v1/customs/certificates",
        "/v1/customs/certificates/{number}/quantities",
        "/v1/customs/declarations/{mrn}",
        "/v1/customs/declarations/{mrn}/release",
        "/v1/customs/declarations/{mrn}/reservation",
        "/v1/customs/declarations/{mrn}/correction",
        "/v1/customs/declarations/{mrn}/override",
        "/v1/customs/declarations/{mrn}/presentations/{presentation}",
        "/v1/customs/declarations/{mrn}/presentations/{presentation}/turned-back",
        "/v1/customs/changes",
        "/v1/customs/stale-reservations",
        "/v1/certificates/{number}/usage",
        "/v1/certificates/{number}/document.pdf",
        "/v1/certificates/{number}/qr.svg",
        "/v1/token-keys",
        "/v1/statement-sets",
        "/v1/statement-sets/{id}",
        "/v1/regimes",
        "/v1/requirements",
        "/v1/entries/{id}/receipt",
        "/log/checkpoint",
        "/v1/openapi.json",
    ] {
        assert!(paths.iter().any(|path| *path == route), "{route} is not in {paths:?}");
    }
    // Every reference leads somewhere.
    let text = document.to_string();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for reference in text.split("#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(schemas.contains_key(name), "{name} is referred to and not there");
    }
}

#[test]
fn every_entry_type_is_in_the_log_documentation() {
    let documented = include_str!("../../docs/LOG.md");
    let source = include_str!("../../src/entry.rs");
    let names = source.lines().filter_map(|line| line.split("=> \"").nth(1)?.split('"').next());
    for name in names {
        assert!(documented.contains(&format!("`{name}`")), "docs/LOG.md lacks {name}");
    }
}
