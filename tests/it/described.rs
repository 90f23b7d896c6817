//! What an OpenAPI schema does not say of a value, and which types have schemas.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

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
pub(crate) fn wrong(document: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
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

/// Types by the name of their schema.
pub(crate) fn schemas_of(folder: &Path, found: &mut BTreeMap<String, Vec<String>>) {
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
