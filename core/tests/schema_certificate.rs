#![cfg(test)]
//! The published schema of the certificate and its parser say the same, but for a visible list of rules that a schema
//! cannot say.

use endmark_core::certificate::parse;
use endmark_core::digest::Digest;
use endmark_core::goods::Country;
use endmark_core::number::CertificateNumber;
use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const SCHEMA: &str = include_str!("../../docs/certificate.schema.json");
const EXAMPLE: &str = include_str!("../src/certificate/example.json");

/// What the parser says when it refuses a document that the schema lets through: every such rule, and no other.
const BEYOND_THE_SCHEMA: [&str; 8] = [
    "floating point",
    "is not a day like",
    "until lies before from",
    "at most five years",
    "the line number stands twice",
    "give distinct numbers, or ranges of one prefix",
    "identifier: wanted",
    "a typing or reading error, read the number again",
];

fn schema() -> Validator {
    jsonschema::validator_for(&serde_json::from_str(SCHEMA).unwrap()).unwrap()
}

fn example() -> Value {
    let mut example: Value = serde_json::from_str(EXAMPLE).unwrap();
    let replaced = CertificateNumber::of(&Digest::of(b"an older certificate")).to_string();
    example.as_object_mut().unwrap().insert("replaces".into(), json!(replaced));
    example
}

/// The parser's message, or nothing when it accepts the document.
fn refusal(document: &Value) -> Option<String> {
    parse(&serde_json::to_vec(document).unwrap()).err().map(|error| error.to_string())
}

/// Whether both accept, or both refuse, or the parser alone for a listed reason.
fn disagreement(schema: &Validator, document: &Value) -> Option<String> {
    match (refusal(document), schema.is_valid(document)) {
        (None, true) | (Some(_), false) => None,
        (Some(because), true) if BEYOND_THE_SCHEMA.iter().any(|rule| because.contains(rule)) => None,
        (Some(because), true) => Some(format!("the parser alone refuses: {because}")),
        (None, false) => Some(format!("the schema alone refuses: {}", schema.iter_errors(document).next().unwrap())),
    }
}

/// Every place of a document, as a JSON pointer; the root is left out.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    let mut visit = |step: &str, value: &Value| {
        let place = format!("{at}/{step}");
        found.push(place.clone());
        places(value, &place, found);
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| visit(name, value)),
        Value::Array(elements) => {
            elements.iter().enumerate().for_each(|(index, value)| visit(&index.to_string(), value));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn all_places() -> Vec<String> {
    let mut found = Vec::new();
    places(&example(), "", &mut found);
    found
}

/// What to do with a place.
#[derive(Debug, Clone)]
enum Change {
    Drop,
    Rename,
    Repeat(usize),
    Put(Value),
    Append(&'static str),
}

fn changes() -> Vec<Change> {
    let texts = [
        "",
        " ",
        "\u{a0}",
        "x",
        "X",
        "0",
        "0.0",
        "12.5",
        "1.0000001",
        "00",
        "LT",
        "KZ",
        "QQ",
        "EL1",
        "2026-02-30",
        "2026-13-01",
        "2024-02-29",
        "a\nb",
        "a\u{202e}b",
        "a\u{85}b",
        "\u{2003}",
        "\u{feff}",
        "LT-1",
        "new",
        "EORI",
    ];
    let mut all = vec![Change::Drop, Change::Rename];
    all.extend([0, 2, 9, 17, 100, 501, 1_001, 5_001].map(Change::Repeat));
    all.extend(["x", "0", " ", "\t", "ž", "\u{2066}"].map(Change::Append));
    all.extend(texts.map(|text| Change::Put(json!(text))));
    all.extend([15, 16, 17, 18, 35, 36, 70, 71, 140, 141, 513].map(|length| Change::Put(json!("A".repeat(length)))));
    all.extend(
        [
            json!(null),
            json!(true),
            json!(0),
            json!(1),
            json!(-1),
            json!(2),
            json!(1.0),
            json!(1.5),
            json!(2_017),
            json!(100_000),
            json!(4_294_967_296_u64),
            json!([]),
            json!({}),
            json!([[]]),
            json!([null]),
            json!(["A"]),
            json!({ "new": null }),
        ]
        .map(Change::Put),
    );
    all
}

/// Changes a place; nothing comes back where the change does not fit it.
fn changed(mut document: Value, place: &str, change: &Change) -> Option<Value> {
    let (parent, step) = place.rsplit_once('/')?;
    match (change, document.pointer_mut(parent)?) {
        (Change::Drop, Value::Object(members)) => drop(members.remove(step)?),
        (Change::Drop, Value::Array(elements)) => drop(elements.remove(step.parse().ok()?)),
        (Change::Rename, Value::Object(members)) => {
            let value = members.remove(step)?;
            members.insert(format!("{step}x"), value);
        }
        (Change::Rename, _) => return None,
        (change, _) => match (change, document.pointer_mut(place)?) {
            (Change::Repeat(count), Value::Array(elements)) => {
                *elements = elements.iter().cycle().take(*count).cloned().collect();
            }
            (Change::Append(more), Value::String(text)) => text.push_str(more),
            (Change::Put(value), there) => *there = value.clone(),
            (Change::Drop | Change::Rename | Change::Repeat(_) | Change::Append(_), _) => return None,
        },
    }
    Some(document)
}

#[test]
fn the_schema_is_one() {
    let document: Value = serde_json::from_str(SCHEMA).unwrap();
    assert!(jsonschema::meta::is_valid(&document));
}

#[test]
fn both_accept_the_example() {
    assert_eq!(refusal(&example()), None);
    assert_eq!(schema().iter_errors(&example()).map(|error| error.to_string()).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn both_judge_every_change_of_every_member_alike() {
    let (schema, changes) = (schema(), changes());
    let (mut judged, mut refused) = (0, 0);
    let mut wrong = Vec::new();
    for place in all_places() {
        for change in &changes {
            let Some(document) = changed(example(), &place, change) else { continue };
            judged += 1;
            refused += usize::from(!schema.is_valid(&document));
            wrong.extend(disagreement(&schema, &document).map(|how| format!("{place} {change:?}: {how}")));
        }
    }
    assert_eq!(wrong, [""; 0]);
    // The table is worth something only while it reaches both sides.
    assert!(judged > 5_000 && refused > judged / 2 && judged - refused > 500, "{judged} judged, {refused} refused");
}

#[test]
fn both_know_the_same_countries() {
    let schema = schema();
    for first in b'A'..=b'Z' {
        for second in b'A'..=b'Z' {
            let code = format!("{}{}", char::from(first), char::from(second));
            let known = code.parse::<Country>();
            let as_destination = changed(example(), "/destinationCountry", &Change::Put(json!(code))).unwrap();
            assert_eq!(schema.is_valid(&as_destination), known.is_ok(), "{code}");
            let on_a_route = changed(example(), "/routing/0/0", &Change::Put(json!(code))).unwrap();
            assert_eq!(
                schema.is_valid(&on_a_route),
                known.is_ok_and(|country| !country.in_union()),
                "{code} on a route"
            );
        }
    }
}

#[test]
fn what_a_schema_cannot_say_is_this_list() {
    let put = |place: &str, value: Value| changed(example(), place, &Change::Put(value)).unwrap();
    let examples = [
        put("/version", json!(1.0)),
        put("/validity/until", json!("2026-02-30")),
        put("/validity", json!({ "from": "2026-03-16", "until": "2026-03-15" })),
        put("/validity", json!({ "from": "2026-03-16", "until": "2036-03-15" })),
        put("/lines/1/line", json!(1)),
        put("/lines/1/serialNumbers/ranges/0/last", json!("FL1")),
        put("/seller/identifiers/0/value", json!("QQ1")),
        put("/replaces", json!("EDC-0000-0000-0000-0000-Z")),
    ];
    let schema = schema();
    for (document, rule) in examples.iter().zip(BEYOND_THE_SCHEMA) {
        assert!(schema.is_valid(document), "the schema can say it: {rule}");
        let because = refusal(document).unwrap_or_else(|| panic!("the parser accepts: {rule}"));
        assert!(because.contains(rule), "{because}");
    }
}

#[test]
fn what_json_text_alone_can_do_is_refused_by_the_parser() {
    // A validator sees values: members that stand twice, trailing text and size are gone before it looks.
    let twice = EXAMPLE.replacen("\"version\": 1,", "\"version\": 1, \"version\": 1,", 1);
    let long = format!("{EXAMPLE}{}", " ".repeat(256 * 1024));
    for text in [twice, format!("{EXAMPLE} {{}}"), long] {
        assert!(parse(text.as_bytes()).is_err());
    }
}

#[test]
fn every_object_of_the_schema_is_closed() {
    fn closed(at: &str, schema: &Map<String, Value>) {
        if schema.get("type") == Some(&json!("object")) {
            assert_eq!(schema.get("additionalProperties"), Some(&json!(false)), "{at}");
        }
        for (name, inner) in schema {
            if let Some(inner) = inner.as_object() {
                closed(&format!("{at}/{name}"), inner);
            }
        }
    }
    closed("", serde_json::from_str::<Value>(SCHEMA).unwrap().as_object().unwrap());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_judge_several_changes_alike(picks in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..4)) {
        let (schema, places, changes) = (schema(), all_places(), changes());
        let document = picks.iter().fold(example(), |document, (place, change)| {
            changed(document.clone(), place.get::<String>(&places), change.get(&changes)).unwrap_or(document)
        });
        prop_assert_eq!(disagreement(&schema, &document), None);
    }

    #[test]
    fn both_read_decimals_and_texts_alike(decimal in "[0-9]{0,14}(\\.[0-9]{0,8})?", text in "\\PC{0,3}|.{0,3}|[ \u{a0}\u{feff}\u{2029}]{1,2}") {
        let schema = schema();
        for (place, value) in [("/lines/0/netMass", &decimal), ("/lines/0/quantity/value", &decimal), ("/endUse", &text)] {
            let document = changed(example(), place, &Change::Put(json!(value))).unwrap();
            prop_assert_eq!(disagreement(&schema, &document), None);
        }
    }
}
