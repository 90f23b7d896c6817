//! What a JSON document looks like, without what it says.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::strict::Null;

/// The kinds of a document's values and the names of its members.
pub(super) enum Shape<'a> {
    Null,
    Bool,
    Number,
    Text,
    Array(Vec<Self>),
    Object(Vec<(Name<'a>, Self)>),
}

/// The fault and the steps to it, the last one first.
pub(super) type Fault = (Vec<String>, String);

fn below(step: impl ToString, result: Result<(), Fault>) -> Result<(), Fault> {
    result.map_err(|(mut path, fault)| {
        path.push(step.to_string());
        (path, fault)
    })
}

impl Shape<'_> {
    /// Whether a document looks as it would when written.
    pub(super) fn compare(&self, written: &Shape<'_>, null: Null) -> Result<(), Fault> {
        match (self, written) {
            (Shape::Object(members), Shape::Object(known)) => {
                members.iter().enumerate().try_for_each(|(place, (name, member))| {
                    // Most documents have their members in the order in which they are written.
                    let same = |(other, _): &&(Name<'_>, Shape<'_>)| other.0 == name.0;
                    let found = known.get(place).filter(same).or_else(|| known.iter().find(same));
                    let result = match found {
                        Some((_, known)) => member.compare(known, null),
                        None => member.is_nothing(null),
                    };
                    below(&name.0, result)
                })
            }
            (Shape::Array(elements), Shape::Array(known)) => elements
                .iter()
                .zip(known)
                .enumerate()
                .try_for_each(|(place, (element, known))| below(place, element.compare(known, null))),
            (document, written) if document.kind() == written.kind() => Ok(()),
            (document, written) => Err((Vec::new(), format!("found {}, wanted {}", document.kind(), written.kind()))),
        }
    }

    /// What is read but not written again says nothing: an empty list, or a null.
    fn is_nothing(&self, null: Null) -> Result<(), Fault> {
        let nothing = match (self, null) {
            (Shape::Null, Null::Absent) => true,
            (Shape::Array(elements), _) => elements.is_empty(),
            _ => false,
        };
        if nothing {
            return Ok(());
        }
        Err((Vec::new(), format!("found {}; leave the member out instead", self.kind())))
    }

    const fn kind(&self) -> &'static str {
        match self {
            Shape::Null => "null",
            Shape::Bool => "true or false",
            Shape::Number => "a number",
            Shape::Text => "a string",
            Shape::Array(_) => "an array",
            Shape::Object(_) => "an object",
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Shape<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Shapes)
    }
}

struct Shapes;

impl<'de> Visitor<'de> for Shapes {
    type Value = Shape<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Shape::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Shape::Bool)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Shape::Number)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Shape::Number)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Shape::Number)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(Shape::Text)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        let mut read = Vec::new();
        while let Some(element) = elements.next_element()? {
            read.push(element);
        }
        Ok(Shape::Array(read))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut read = Vec::new();
        while let Some(member) = members.next_entry()? {
            read.push(member);
        }
        Ok(Shape::Object(read))
    }
}

/// A member's name: borrowed unless it is written with escapes.
pub(super) struct Name<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Name<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Names)
    }
}

struct Names;

impl<'de> Visitor<'de> for Names {
    type Value = Name<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Name(Cow::Borrowed(name)))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Name(Cow::Owned(name.to_owned())))
    }
}
