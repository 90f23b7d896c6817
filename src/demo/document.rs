//! The documents of the demo, and changing them by JSON pointer (RFC 6901).

use serde_json::{Value, json};

use crate::cli::Failed;

/// A change: where, and what stands there then.
pub(super) type Edit<'a> = (&'a str, Value);

/// The manufacturer's payload, confirming the statements as their digest says.
pub(super) fn payload(reference: &str, statements: &str, edits: &[Edit<'_>]) -> Result<Value, Failed> {
    let mut payload: Value = serde_json::from_str(include_str!("data/payload.json"))?;
    edit(&mut payload, &[("/reference", json!(reference)), ("/statements/digest", json!(statements))])?;
    edit(&mut payload, edits)?;
    Ok(payload)
}

/// The export declaration of three goods items, all drawn on one certificate.
pub(super) fn consignment(number: &str, edits: &[Edit<'_>]) -> Result<Value, Failed> {
    let mut consignment: Value = serde_json::from_str(include_str!("data/consignment.json"))?;
    for item in 0..3 {
        edit(&mut consignment, &[(&format!("/goodsItems/{item}/citations/0/certificate"), json!(number))])?;
    }
    edit(&mut consignment, edits)?;
    Ok(consignment)
}

/// The same declaration with only one of its goods items.
pub(super) fn one_item(number: &str, position: usize, edits: &[Edit<'_>]) -> Result<Value, Failed> {
    let mut consignment = consignment(number, &[])?;
    let items = consignment.get_mut("goodsItems").and_then(Value::as_array_mut).ok_or("no goods items")?;
    let item = items.get(position).cloned().ok_or("no such goods item")?;
    *items = vec![item];
    edit(&mut consignment, edits)?;
    Ok(consignment)
}

/// Changes a document; a member that is not there yet is added.
fn edit(document: &mut Value, edits: &[Edit<'_>]) -> Result<(), Failed> {
    for (pointer, value) in edits {
        let (parent, member) = pointer.rsplit_once('/').ok_or("a pointer begins with /")?;
        match document.pointer_mut(parent) {
            Some(Value::Object(members)) => drop(members.insert(member.to_owned(), value.clone())),
            Some(Value::Array(elements)) => {
                let slot = elements.get_mut(member.parse::<usize>()?).ok_or_else(|| format!("no {pointer}"))?;
                *slot = value.clone();
            }
            _ => return Err(format!("no {parent} in the document").into()),
        }
    }
    Ok(())
}
