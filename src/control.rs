//! A control at the border as an officer reports it: what was looked at, what was found, what became of the goods.

use endmark_core::number::CertificateNumber;
use endmark_core::reference::{Mrn, Office};
use endmark_core::text::Text;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use utoipa::ToSchema;

use crate::store::control::Control;
pub use crate::store::control::ControlResult;

/// The most serial numbers that one report ticks off: those of a truckload.
pub const SERIAL_NUMBERS_MAX: usize = 2_000;

/// How far apart two controls of one certificate at two offices may be and still be looked at together: no truck passes
/// the border twice in a day with the same papers and no declaration.
pub const CONFLICT_WITHIN: Duration = Duration::days(1);

/// How old a report may be: what a device kept longer than a year is not about goods at the border any more.
pub const AGE_MAX: Duration = Duration::days(366);

/// How far a device's clock may be ahead without a word about it.
pub const CLOCK_AHEAD_MAX: Duration = Duration::minutes(5);

/// Whether the goods are those of the papers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum GoodsIdentity {
    /// They are.
    Agrees,
    /// They are others.
    Differs,
}

/// How the seals of the load were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum LoadSeals {
    /// Unbroken, with the numbers declared.
    Intact,
    /// Broken, or with other numbers.
    Broken,
    /// There are none.
    Absent,
}

/// A serial number that was looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SerialNumber {
    /// The number.
    #[schema(value_type = String)]
    pub number: Text<70>,
    /// Whether it was found on the goods.
    pub seen: bool,
}

/// Whether a report may have this id.
pub fn is_id(name: &str) -> bool {
    (8..=64).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// What an officer found. What is left out was not looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ControlReport {
    /// A name that whoever reports gives it, 8 to 64 letters, digits or hyphens, best random: the same report sent
    /// again is recorded once.
    #[schema(value_type = String)]
    pub id: Text<64>,
    /// The office.
    pub office: Office,
    /// The officer: kept as evidence; the log has a pseudonym.
    #[schema(value_type = String)]
    pub officer: Text<70>,
    /// The declaration the goods travel under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declaration: Option<Mrn>,
    /// The certificate shown; one of the two must be named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<CertificateNumber>,
    /// What became of the goods.
    pub result: ControlResult,
    /// Whether the goods are those of the papers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<GoodsIdentity>,
    /// How the seals of the load were found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seals: Option<LoadSeals>,
    /// The plate of another tractor than the one declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub new_tractor: Option<Text<35>>,
    /// The serial numbers looked for, at most 2,000.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub serial_numbers: Vec<SerialNumber>,
    /// What else there is to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub note: Option<Text<2000>>,
    /// The control that asked for a second look, which this one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub answers: Option<Text<64>>,
    /// The log entry of the answer that the officer had before the eyes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_entry: Option<u64>,
    /// When it was recorded, where that is not now.
    #[serde(default, with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub recorded_at: Option<OffsetDateTime>,
    /// Whether it was recorded without a network and is sent later.
    #[serde(default)]
    pub offline: bool,
}

impl ControlReport {
    /// What is wrong with it, beyond its form.
    pub fn fault(&self, now: OffsetDateTime) -> Option<&'static str> {
        if !is_id(self.id.as_str()) || self.answers.as_ref().is_some_and(|id| !is_id(id.as_str())) {
            return Some("id, answers: 8 to 64 letters, digits or hyphens");
        }
        if self.declaration.is_none() && self.certificate.is_none() {
            return Some("name the declaration, the certificate, or both");
        }
        if self.serial_numbers.len() > SERIAL_NUMBERS_MAX {
            return Some("serialNumbers: at most 2000");
        }
        if self.offline && self.recorded_at.is_none() {
            return Some("recordedAt: say when it was recorded without a network");
        }
        let oldest = now.checked_sub(AGE_MAX);
        if oldest.is_some_and(|oldest| self.recorded_at.is_some_and(|at| at < oldest)) {
            return Some("recordedAt: more than a year ago");
        }
        let second = self.answers.is_some() && self.result == ControlResult::SecondLook;
        second.then_some("result: a second look ends with released or held")
    }

    /// What was found, as codes.
    pub fn findings(&self) -> Vec<&'static str> {
        let serial = |seen: bool| self.serial_numbers.iter().any(|number| number.seen == seen);
        [
            (self.identity == Some(GoodsIdentity::Agrees), "identityAgrees"),
            (self.identity == Some(GoodsIdentity::Differs), "identityDiffers"),
            (self.seals == Some(LoadSeals::Intact), "sealsIntact"),
            (self.seals == Some(LoadSeals::Broken), "sealsBroken"),
            (self.seals == Some(LoadSeals::Absent), "sealsAbsent"),
            (self.new_tractor.is_some(), "tractorChanged"),
            (serial(true), "serialNumbersSeen"),
            (serial(false), "serialNumbersMissing"),
        ]
        .into_iter()
        .filter_map(|(found, code)| found.then_some(code))
        .collect()
    }

    /// What makes it the same report, sent now or later: everything but when and how it was sent.
    pub fn content(&self) -> Result<Vec<u8>, serde_json::Error> {
        let same = Self { recorded_at: None, offline: false, ..self.clone() };
        serde_json::to_vec(&same)
    }
}

/// A moment as entries and answers write it.
pub(crate) fn written(at: OffsetDateTime) -> String {
    at.format(&time::format_description::well_known::Rfc3339).unwrap_or_default()
}

/// Whether two controls of one certificate cannot both be of the goods it covers: at two offices at about the same time,
/// and not each under a declaration that holds its part of the certificate.
pub fn conflict(one: &Control, other: &Control) -> bool {
    one.certificate.is_some()
        && one.certificate == other.certificate
        && one.office != other.office
        && !(one.explained && other.explained)
        && (one.recorded_at - other.recorded_at).abs() <= CONFLICT_WITHIN
}
