//! Days in documents: `YYYY-MM-DD` (ISO 8601), for `#[serde(with)]`.

use serde::{Deserialize, Deserializer, Serializer, de::Error, ser};
use time::{Date, format_description::StaticFormatDescription, macros::format_description};

const FORMAT: StaticFormatDescription = format_description!("[year]-[month]-[day]");

/// Reads a day.
pub fn parse(text: &str) -> Option<Date> {
    // The length bound keeps signed and five-digit years out, which the format alone would let in.
    (text.len() == 10).then(|| Date::parse(text, FORMAT).ok()).flatten()
}

/// Writes a day.
pub fn format(day: Date) -> String {
    day.format(FORMAT).unwrap_or_default()
}

/// Writes a day.
pub fn serialize<S: Serializer>(day: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&day.format(FORMAT).map_err(ser::Error::custom)?)
}

/// Reads a day.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse(&text).ok_or_else(|| {
        D::Error::custom(format!("{:?} is not a day like \"2026-03-16\"", text.get(..40).unwrap_or(&text)))
    })
}
