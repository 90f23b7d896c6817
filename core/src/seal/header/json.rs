//! JSON read without loss: every name of an object in its order, also one that stands twice.
//!
//! `serde_json::Value` keeps the last of two equal names, another reader the first; a seal must mean one thing.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// The members of an object in their order.
pub(super) type Members = Vec<(String, Json)>;

/// The JSON that a header can hold.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json {
    Text(String),
    /// A whole number written without fraction and exponent.
    Integer(i64),
    List(Vec<Self>),
    Object(Members),
    /// What no parameter of a seal may be, by its kind.
    Other(&'static str),
}

impl Json {
    /// What it is, for an error.
    pub(super) fn kind(&self) -> String {
        match self {
            Self::Text(text) => format!("the string {:?}", super::super::error::cut(text)),
            Self::Integer(number) => format!("the number {number}"),
            Self::List(list) => format!("an array of {}", list.len()),
            Self::Object(_) => "an object".to_owned(),
            Self::Other(kind) => (*kind).to_owned(),
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyJson)
    }
}

struct AnyJson;

impl<'de> Visitor<'de> for AnyJson {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        Ok(Json::Integer(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(i64::try_from(number).map_or(Json::Other("a number beyond 64 bits"), Json::Integer))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Json, E> {
        Ok(Json::Other("a number with fraction or exponent"))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Json, E> {
        Ok(Json::Other("true or false"))
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Other("null"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = access.next_element()? {
            list.push(value);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut members = Members::new();
        while let Some(member) = access.next_entry()? {
            members.push(member);
        }
        Ok(Json::Object(members))
    }
}
