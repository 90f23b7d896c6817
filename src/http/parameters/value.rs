//! A parameter's text read as what is wanted of it: what is wrong is said with the parameter's name.

use std::fmt::Display;
use std::str::FromStr;

use serde::de::value::Error;
use serde::de::{Deserializer, Error as _, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

/// A parameter as it stands in the query.
pub(super) struct Value {
    pub(super) name: String,
    pub(super) text: String,
}

impl Value {
    fn wrong(name: &str, why: impl Display) -> Error {
        Error::custom(format!("{name}: {why}"))
    }

    fn parsed<T: FromStr>(&self, wanted: &str) -> Result<T, Error> {
        let found: String = self.text.chars().take(80).collect();
        self.text.parse().map_err(|_| Self::wrong(&self.name, format!("found {found:?}; wanted {wanted}")))
    }

    /// A number of either width: what a smaller one cannot hold is said with its bound.
    fn number(&self, most: u64) -> Result<u64, Error> {
        let wanted = format!("a whole number from 0 to {most}");
        let number: u64 = self.parsed(&wanted)?;
        if number > most {
            Err(Self::wrong(&self.name, format!("found {number}; wanted {wanted}")))
        } else {
            Ok(number)
        }
    }
}

impl IntoDeserializer<'_> for Value {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Value {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let Self { name, text } = self;
        visitor.visit_string(text).map_err(|why: Error| Self::wrong(&name, why))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_bool(self.parsed("true or false")?)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_u64(self.number(u32::MAX.into())?)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_u64(self.number(u64::MAX)?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let Self { name, text } = self;
        let variant: serde::de::value::StringDeserializer<Error> = text.into_deserializer();
        visitor.visit_enum(variant).map_err(|why| Self::wrong(&name, why))
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct
        map struct identifier ignored_any
    }
}
