//! Evidence over the years: how long it stays, what must stay, what may be erased. The entries themselves stay for
//! ever; docs/OPERATING.md, "Evidence over the years".

use std::fmt;

use endmark_core::number::CertificateNumber;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::entry::{Kind, Logged};

/// The most pieces of evidence that one entry erases: their leaves must fit it.
pub const ERASED_MAX: usize = 1_000;

/// What a legal hold is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Subject {
    /// Every entry that names a certificate.
    Certificate(CertificateNumber),
    /// Every entry about a declaration: its MRN or LRN.
    Declaration(String),
    /// The entries of a range, both ends included.
    Entries {
        /// The first.
        first: u64,
        /// The last.
        last: u64,
    },
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certificate(number) => write!(f, "certificate {number}"),
            Self::Declaration(reference) => write!(f, "declaration {reference}"),
            Self::Entries { first, last } => write!(f, "entries {first} to {last}"),
        }
    }
}

impl Subject {
    /// Whether an entry is one of those. `evidence` is asked only where the entry names not all of its certificates.
    pub fn covers(&self, entry: &Logged, evidence: Option<&[u8]>) -> bool {
        match self {
            Self::Certificate(number) => {
                let named = number.to_string();
                let in_evidence = || evidence.is_some_and(|bytes| mentions(bytes, *number));
                entry.certificates.contains(&named) || (entry.certificates_omitted > 0 && in_evidence())
            }
            Self::Declaration(reference) => entry.declaration.as_ref() == Some(reference),
            Self::Entries { first, last } => (*first..=*last).contains(&entry.leaf),
        }
    }
}

/// Whether evidence names a certificate: every spelling of its number that a consignment may have.
fn mentions(evidence: &[u8], number: CertificateNumber) -> bool {
    let text = String::from_utf8_lossy(evidence);
    let mut words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    words.any(|word| word.parse::<CertificateNumber>().is_ok_and(|found| found == number))
}

/// Evidence that must stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Hold {
    /// Its name: `hold-` and the entry that set it.
    pub id: String,
    /// What it is about.
    pub subject: Subject,
    /// Why.
    pub reason: String,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
}

/// How many years evidence stays at least, by what it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    /// Checks and prechecks.
    pub checks_years: u8,
    /// Declarations: reserved, released, corrected, let pass by hand, presented.
    pub declarations_years: u8,
    /// Certificates: submissions refused, reasons of suspensions and revocations.
    pub certificates_years: u8,
    /// The operator's changes, erasures and holds.
    pub operator_years: u8,
}

impl Default for Retention {
    fn default() -> Self {
        // UCC Article 51 asks for three years after the year; limitation periods of sanctions law are five and more.
        Self { checks_years: 5, declarations_years: 10, certificates_years: 10, operator_years: 10 }
    }
}

/// Three years: UCC Article 51. A hundred: no law asks for more.
pub const RETENTION_YEARS: std::ops::RangeInclusive<u8> = 3..=100;

impl Retention {
    /// Every setting with its name.
    pub const fn settings(&self) -> [(&'static str, u8); 4] {
        [
            ("retention.checks_years", self.checks_years),
            ("retention.declarations_years", self.declarations_years),
            ("retention.certificates_years", self.certificates_years),
            ("retention.operator_years", self.operator_years),
        ]
    }

    /// Until when the evidence of an entry stays: so many years after the end of its year.
    pub fn keeps_until(&self, kind: Kind, at: OffsetDateTime) -> OffsetDateTime {
        let years = match kind {
            Kind::ConsignmentChecked | Kind::ConsignmentPrechecked => self.checks_years,
            Kind::DeclarationReserved
            | Kind::DeclarationReleased
            | Kind::ReservationDeleted
            | Kind::DeclarationCorrected
            | Kind::DeclarationOverridden
            | Kind::GoodsPresented
            | Kind::GoodsTurnedBack => self.declarations_years,
            Kind::CertificateSubmitted
            | Kind::CertificateSuspended
            | Kind::CertificateResumed
            | Kind::CertificateRevoked => self.certificates_years,
            _ => self.operator_years,
        };
        let year = at.year().saturating_add(i32::from(years)).saturating_add(1);
        let first = time::Date::from_calendar_date(year, time::Month::January, 1);
        first.map_or(at, |day| day.midnight().assume_utc())
    }
}
