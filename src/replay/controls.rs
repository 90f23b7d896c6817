//! What entries say of controls at the border.

use endmark_core::number::CertificateNumber;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::standing::{office, organisation};
use super::{Problem, Replayed, wrong};
use crate::entry::Logged;
use crate::store::control::{Control, ControlResult};

/// Organisation, name, certificate (empty where none is known).
pub(super) type ControlKey = (String, String, String);

pub(super) fn key(of: &Control) -> ControlKey {
    let certificate = of.certificate.map(|number| number.to_string()).unwrap_or_default();
    (of.organisation.to_string(), of.id.clone(), certificate)
}

impl Replayed {
    /// A control was recorded: its rows, one a certificate.
    pub(super) fn controlled(&mut self, entry: &Logged) -> Result<(), Problem> {
        let recorded: String = entry.member("recordedAt")?.ok_or_else(|| wrong("it does not say when"))?;
        let unexplained: Vec<CertificateNumber> = entry.member("unexplained")?.unwrap_or_default();
        let conflicts: Vec<(CertificateNumber, Vec<u64>)> = entry.member("conflicts")?.unwrap_or_default();
        let whole = Control {
            organisation: organisation(entry)?,
            id: entry.member("control")?.ok_or_else(|| wrong("it names no control"))?,
            certificate: None,
            mrn: entry.declaration.as_ref().map(|_| entry.mrn()).transpose()?,
            office: office(entry)?,
            officer: entry.officer.clone().ok_or_else(|| wrong("it names no officer"))?,
            result: ControlResult::from_name(&entry.decision).ok_or_else(|| wrong("it has no result"))?,
            findings: entry.member("findings")?.unwrap_or_default(),
            answers: entry.member("answers")?,
            explained: false,
            conflicts: Vec::new(),
            offline: entry.member("offline")?.unwrap_or(false),
            content: entry.member("content")?.unwrap_or_default(),
            recorded_at: OffsetDateTime::parse(&recorded, &Rfc3339).map_err(wrong)?,
            at: entry.at,
            leaf: entry.leaf,
        };
        for number in &entry.certificates {
            let number: CertificateNumber = number.parse().map_err(wrong)?;
            let against = conflicts.iter().find(|(of, _)| *of == number).map(|(_, leaves)| leaves.clone());
            let row = Control {
                certificate: Some(number),
                explained: !unexplained.contains(&number),
                conflicts: against.unwrap_or_default(),
                ..whole.clone()
            };
            self.controls.insert(key(&row), row);
        }
        if entry.certificates.is_empty() {
            self.controls.insert(key(&whole), whole);
        }
        Ok(())
    }
}
