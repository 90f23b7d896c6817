//! Which query parameters an operation has: those that its description in the OpenAPI document lists. Any other is
//! refused, here for every endpoint: a release that a mistyped address makes greater cannot be taken back.

use std::collections::{BTreeSet, HashMap};
use std::sync::OnceLock;

use actix_web::HttpRequest;
use serde_json::Value;

use super::{malformed, pairs};
use crate::http::{Problem, openapi};

/// The names of the parameters by method and path.
type Known = HashMap<(String, String), BTreeSet<String>>;

fn known() -> &'static Known {
    static KNOWN: OnceLock<Known> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let document: Value = serde_json::from_str(openapi::document()).unwrap_or_default();
        let paths = document.get("paths").and_then(Value::as_object).into_iter().flatten();
        let operations = paths.flat_map(|(path, item)| {
            let of_path = item.as_object().into_iter().flatten();
            of_path.map(move |(method, operation)| ((method.to_uppercase(), path.clone()), names(operation)))
        });
        operations.collect()
    })
}

fn names(operation: &Value) -> BTreeSet<String> {
    let parameters = operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
    let in_query = parameters.filter(|parameter| parameter.get("in").and_then(Value::as_str) == Some("query"));
    in_query.filter_map(|parameter| Some(parameter.get("name")?.as_str()?.to_owned())).collect()
}

/// Refuses a parameter that the endpoint does not have.
pub(in crate::http) fn refuse_unknown(request: &HttpRequest) -> Result<(), Problem> {
    if request.query_string().is_empty() {
        return Ok(());
    }
    let pattern = request.match_pattern().unwrap_or_default().replace(":.*}", "}");
    let none = BTreeSet::new();
    let known = known().get(&(request.method().to_string(), pattern)).unwrap_or(&none);
    let Some((name, _)) = pairs(request)?.into_iter().find(|(name, _)| !known.contains(name)) else { return Ok(()) };
    let name: String = name.chars().take(80).collect();
    let has: Vec<&str> = known.iter().map(String::as_str).collect();
    Err(malformed(if has.is_empty() {
        format!("{name:?} is no parameter of this endpoint: it has none in its address, docs/API.md says what it reads")
    } else {
        format!("{name:?} is no parameter of this endpoint; it has {}", has.join(", "))
    }))
}
