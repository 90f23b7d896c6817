//! The demo's documents, made endless: certificates that never run out, declarations with places left open.

use bytes::Bytes;
use endmark::cli::Failed;
use serde_json::{Value, json};

const PAYLOAD: &str = include_str!("../../src/demo/data/payload.json");
const CONSIGNMENT: &str = include_str!("../../src/demo/data/consignment.json");

/// Stands where a certificate's number, an MRN or a reference will.
const NUMBER: &str = "@number@";
const MRN: &str = "@mrn@";
const REFERENCE: &str = "@reference@";
/// Enough for years of a closed loop on one line.
const ENDLESS: &str = "900000000000";

/// A text with places left open. Filling it copies and does nothing else: the driver shares the machine with the
/// service.
#[derive(Debug)]
pub(crate) struct Template {
    /// Text and the names of places, in turn.
    pieces: Vec<String>,
}

impl Template {
    fn new(document: &Value) -> Self {
        Self { pieces: document.to_string().split('@').map(str::to_owned).collect() }
    }

    /// Its text about a certificate, under an MRN.
    pub(crate) fn text(&self, number: &str, mrn: &str) -> Bytes {
        let mut text = String::with_capacity(4_096);
        for piece in &self.pieces {
            text.push_str(match piece.as_str() {
                "number" => number,
                "mrn" => mrn,
                piece => piece,
            });
        }
        Bytes::from(text)
    }
}

/// The manufacturer's payload.
#[derive(Debug)]
pub(crate) struct Payload(String);

impl Payload {
    /// For statements with this digest.
    pub(crate) fn new(statements: &str) -> Result<Self, Failed> {
        let mut payload: Value = serde_json::from_str(PAYLOAD)?;
        put(&mut payload, "/reference", json!(REFERENCE))?;
        put(&mut payload, "/statements/digest", json!(statements))?;
        let lines = payload.get_mut("lines").and_then(Value::as_array_mut).ok_or("no lines")?;
        for line in lines {
            put(line, "/quantity/value", json!(ENDLESS))?;
            put(line, "/netMass", json!(ENDLESS))?;
            // Two serial numbers would be two machines.
            line.as_object_mut().map(|members| members.remove("serialNumbers"));
        }
        Ok(Self(payload.to_string()))
    }

    /// Under a reference.
    pub(crate) fn text(&self, reference: &str) -> String {
        self.0.replace(REFERENCE, reference)
    }
}

/// The declaration of three goods items.
pub(crate) fn declaration() -> Result<Template, Failed> {
    Ok(Template::new(&open_declaration()?))
}

/// One goods item, a kilogram of cable.
pub(crate) fn one_item() -> Result<Template, Failed> {
    let mut declaration = open_declaration()?;
    let items = declaration.get_mut("goodsItems").and_then(Value::as_array_mut).ok_or("no goods items")?;
    let mut cable = items.pop().ok_or("no goods items")?;
    put(&mut cable, "/goodsItemNumber", json!(1))?;
    put(&mut cable, "/netMass", json!("1"))?;
    put(&mut cable, "/grossMass", json!("1.1"))?;
    put(&mut cable, "/citations/0/quantity/value", json!("1"))?;
    *items = vec![cable];
    Ok(Template::new(&declaration))
}

fn open_declaration() -> Result<Value, Failed> {
    let mut declaration: Value = serde_json::from_str(CONSIGNMENT)?;
    put(&mut declaration, "/reference/value", json!(MRN))?;
    for item in declaration.get_mut("goodsItems").and_then(Value::as_array_mut).ok_or("no goods items")? {
        put(item, "/citations/0/certificate", json!(NUMBER))?;
    }
    Ok(declaration)
}

fn put(document: &mut Value, pointer: &str, value: Value) -> Result<(), Failed> {
    *document.pointer_mut(pointer).ok_or_else(|| format!("no {pointer} in the document"))? = value;
    Ok(())
}
