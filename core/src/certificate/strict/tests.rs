//! The reader against the two steps it stands for: serde's own reading, and the shape of what was read.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{Null, read, shape};
use crate::certificate::Certificate;
use crate::consignment::Consignment;

/// Every place of a document, as JSON pointers.
fn places(value: &Value, at: &str, all: &mut Vec<String>) {
    all.push(at.to_owned());
    for (name, member) in value.as_object().into_iter().flatten() {
        places(member, &format!("{at}/{name}"), all);
    }
    for (place, element) in value.as_array().into_iter().flatten().enumerate() {
        places(element, &format!("{at}/{place}"), all);
    }
}

/// The same said in forms that serde would also read, and in some that nobody reads.
fn disguises(value: &Value) -> Vec<Value> {
    let mut all = vec![json!(null), json!([]), json!({}), json!([value]), json!(7), json!(true), json!("x")];
    all.extend(value.as_object().map(|members| members.values().cloned().collect()));
    if let Some(text) = value.as_str() {
        all.extend([json!({ text: null }), json!({ text: {} })]);
    }
    all
}

/// Counts how many disguises are taken and refused.
fn agree<T: DeserializeOwned + Serialize>(example: &Value, null: Null) -> (usize, usize) {
    let (mut all, mut outcomes) = (Vec::new(), Vec::new());
    places(example, "", &mut all);
    for place in all {
        for disguise in disguises(example.pointer(&place).unwrap()) {
            let mut document = example.clone();
            *document.pointer_mut(&place).unwrap() = disguise;
            let bytes = serde_json::to_vec(&document).unwrap();
            let in_two_steps = serde_json::from_slice::<T>(&bytes)
                .map_err(|error| super::problem(&error))
                .and_then(|found| shape(&bytes, &found, null));
            let at_once = read::<T>(&bytes, null).map(drop);
            assert_eq!(at_once, in_two_steps, "{place}: {document}");
            outcomes.push(at_once.is_ok());
        }
    }
    let taken = outcomes.iter().filter(|taken| **taken).count();
    (taken, outcomes.len().saturating_sub(taken))
}

#[test]
fn a_struct_as_an_array_a_choice_as_an_object_and_a_sealed_null_are_refused_everywhere() {
    let certificate: Value = serde_json::from_str(include_str!("../example.json")).unwrap();
    let (taken, refused) = agree::<Certificate>(&certificate, Null::Refused);
    assert!(taken > 20 && refused > 500, "{taken} taken, {refused} refused");
    let consignment: Value = serde_json::from_str(include_str!("../../consignment/example.json")).unwrap();
    let (taken, refused) = agree::<Consignment>(&consignment, Null::Absent);
    assert!(taken > 20 && refused > 500, "{taken} taken, {refused} refused");
}
