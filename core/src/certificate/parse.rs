//! The strict reading of a certificate's payload.

use std::collections::BTreeSet;

use super::strict::{Null, problem, read};
use super::{Certificate, SerialNumbers};
use crate::party::{IDENTIFIERS_MAX, Party};

/// The largest payload in bytes (design, section 3): a thousand lines fit with room.
pub const PAYLOAD_BYTES_MAX: usize = 256 * 1024;
/// The most lines a certificate carries; a declaration has up to 9,999 items but few kinds of goods.
pub(super) const LINES_MAX: usize = 1_000;
/// The most alternative routes, and the most countries on one.
pub(super) const ROUTES_MAX: usize = 16;
/// The longest validity in days, five years: a mistyped year must not make a certificate eternal.
pub(super) const VALIDITY_DAYS_MAX: i64 = 5 * 366;

/// Why a payload is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// Too many bytes.
    #[error("the payload has {found} bytes, at most {PAYLOAD_BYTES_MAX} are allowed")]
    TooLarge {
        /// The size found.
        found: usize,
    },
    /// Not the JSON this version describes: syntax, an unknown or duplicate member, a number for a string.
    #[error("the payload is not a certificate: {0}")]
    Json(String),
    /// Well-formed, but against a rule of the document.
    #[error("{member}: {problem}")]
    Rule {
        /// The member, as a JSON path.
        member: String,
        /// What is wrong and what is wanted.
        problem: String,
    },
}

impl CertificateError {
    /// The reason code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "payloadTooLarge",
            Self::Json(_) => "payloadMalformed",
            Self::Rule { .. } => "payloadRuleBroken",
        }
    }
}

/// Reads a payload strictly: every rule of the document, nothing of its seal.
pub fn parse(payload: &[u8]) -> Result<Certificate, CertificateError> {
    if payload.len() > PAYLOAD_BYTES_MAX {
        return Err(CertificateError::TooLarge { found: payload.len() });
    }
    let certificate: Certificate = read(payload, Null::Refused).map_err(CertificateError::Json)?;
    check(&certificate)?;
    Ok(certificate)
}

/// Reads a payload that [`parse`] has accepted before, byte for byte: its rules need not be asked again.
pub fn parse_again(payload: &[u8]) -> Result<Certificate, CertificateError> {
    serde_json::from_slice(payload).map_err(|error| CertificateError::Json(problem(&error)))
}

fn rule(holds: bool, member: &str, problem: &str) -> Result<(), CertificateError> {
    if holds { Ok(()) } else { Err(CertificateError::Rule { member: member.to_owned(), problem: problem.to_owned() }) }
}

fn check(certificate: &Certificate) -> Result<(), CertificateError> {
    rule(certificate.version == 1, "version", "this register reads version 1")?;
    check_parties(certificate)?;
    let routes = &certificate.routing;
    rule((1..=ROUTES_MAX).contains(&routes.len()), "routing", "give 1 to 16 routes")?;
    for route in routes {
        rule((1..=ROUTES_MAX).contains(&route.len()), "routing", "a route has 1 to 16 countries")?;
        rule(
            route.iter().all(|country| !country.in_union()),
            "routing",
            "a route lists the countries after leaving the Union",
        )?;
    }
    let validity = certificate.validity;
    let days = i64::from(validity.until.to_julian_day()).saturating_sub(validity.from.to_julian_day().into());
    rule(days >= 0, "validity", "until lies before from")?;
    rule(days <= VALIDITY_DAYS_MAX, "validity", "a certificate is valid for at most five years")?;
    rule((2017..=2100).contains(&certificate.nomenclature_year), "nomenclatureYear", "wanted a year from 2017 on")?;
    let statements = &certificate.statements.confirmed;
    rule((1..=16).contains(&statements.len()), "statements.confirmed", "confirm 1 to 16 statements")?;
    let distinct: BTreeSet<_> = statements.iter().collect();
    rule(distinct.len() == statements.len(), "statements.confirmed", "a statement is confirmed once")?;
    if let Some(transport) = &certificate.transport {
        let counts =
            [transport.means.len(), transport.trailers.len(), transport.containers.len(), transport.seals.len()];
        rule(counts.iter().all(|&count| count <= 99), "transport", "at most 99 of each kind")?;
    }
    check_lines(certificate)
}

fn check_parties(certificate: &Certificate) -> Result<(), CertificateError> {
    let parties: [(&str, &Party); 6] = [
        ("manufacturer", &certificate.manufacturer),
        ("seller", &certificate.seller),
        ("buyer", &certificate.buyer),
        ("exporter", &certificate.exporter),
        ("consignee", &certificate.consignee),
        ("endUser", &certificate.end_user),
    ];
    for (member, party) in parties {
        rule(party.name.is_some(), &format!("{member}.name"), "a party in a certificate has a name")?;
        let count = party.identifiers.len();
        rule(
            (1..=IDENTIFIERS_MAX).contains(&count),
            &format!("{member}.identifiers"),
            "give 1 to 8 identifiers: names alone cannot be compared",
        )?;
    }
    Ok(())
}

fn check_lines(certificate: &Certificate) -> Result<(), CertificateError> {
    let lines = &certificate.lines;
    rule((1..=LINES_MAX).contains(&lines.len()), "lines", "give 1 to 1000 lines")?;
    let mut seen = BTreeSet::new();
    for (position, line) in lines.iter().enumerate() {
        let at = |member: &str| format!("lines[{position}].{member}");
        rule((1..=99_999).contains(&line.line), &at("line"), "a line number lies between 1 and 99999")?;
        rule(seen.insert(line.line), &at("line"), "the line number stands twice")?;
        rule(!line.quantity.value.is_zero(), &at("quantity.value"), "a line grants more than nothing")?;
        let good = match &line.serial_numbers {
            None => true,
            Some(SerialNumbers::List(list)) => {
                let distinct: BTreeSet<_> = list.iter().collect();
                (1..=5_000).contains(&list.len()) && distinct.len() == list.len()
            }
            Some(SerialNumbers::Ranges(ranges)) => {
                (1..=500).contains(&ranges.len()) && ranges.iter().all(super::SerialRange::is_well_formed)
            }
            Some(SerialNumbers::Digest { count, .. }) => *count > 0,
        };
        rule(good, &at("serialNumbers"), "give distinct numbers, or ranges of one prefix and as many digits")?;
    }
    Ok(())
}
