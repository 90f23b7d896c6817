//! A certificate with its seal.

use std::path::{Path, PathBuf};

use endmark_core::acceptance::require_makers_seal;
use endmark_core::certificate::Certificate;
use endmark_core::chain::{Anchor, Trust};
use endmark_core::export::EntryFields;
use endmark_core::seal::{SignedPayload, is_iat_acceptable};
use endmark_core::{attachment, certificate as payload, seal};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use serde_json::Value;
use time::OffsetDateTime;

use crate::file::needed;
use crate::report::moment;
use crate::{CouldNot, Proved, Report};

/// A PDF with the certificate attached.
const FILE_BYTES_MAX: usize = 32 * 1024 * 1024;

type Refused = Box<dyn std::error::Error>;

fn anchor(path: &PathBuf) -> Result<Anchor, CouldNot> {
    let could_not = |error: &dyn std::fmt::Display| CouldNot(format!("{}: {error}", path.display()));
    let der = CertificateDer::from_pem_file(path).map_err(|error| could_not(&error))?;
    Anchor::from_der(&der).map_err(|error| could_not(&error))
}

/// Verifies a certificate (a JWS, or a PDF with one attached) against trust anchors; with the proved entry of its
/// submission, as of the moment of acceptance, else as of the moment of sealing that it claims.
pub fn certificate(file: &Path, anchors: &[PathBuf], accepted: Option<&Proved>) -> Result<Report, CouldNot> {
    let mut report = Report::new("the seal is genuine and the manufacturer's");
    let bytes = needed(file, FILE_BYTES_MAX)?;
    let anchors = anchors.iter().map(anchor).collect::<Result<Vec<_>, _>>()?;
    if let Err(problem) = judge(&mut report, &bytes, anchors, accepted) {
        report.file(file.display(), problem);
    }
    Ok(report.finish())
}

fn judge(report: &mut Report, bytes: &[u8], anchors: Vec<Anchor>, accepted: Option<&Proved>) -> Result<(), Refused> {
    let attached;
    let is_pdf = attachment::is_pdf(bytes);
    let jws = if is_pdf {
        attached = attachment::sealed_certificate(bytes)?;
        attached.as_slice()
    } else {
        bytes
    };
    let sealed = seal::parse(jws.trim_ascii())?.verify()?;
    let document = payload::parse(sealed.payload())?;
    let at = match accepted {
        None => sealed.sealed_at(),
        Some(proved) => acceptance(proved, &sealed, &document)?,
    };
    let path = Trust::new(anchors, Vec::new()).path(sealed.chain(), at)?;
    report.shows(format_args!("{}, digest {}", sealed.number(), sealed.digest()));
    report.shows(format_args!(
        "sealed by {} ({}) at {}",
        path.subject(),
        path.organization_identifier_text().unwrap_or("no organizationIdentifier"),
        moment(sealed.sealed_at())
    ));
    says(report, &document);
    // There is no registry here: the seal must be of whom the certificate itself names.
    require_makers_seal(&path, &document, |sealer| document.manufacturer.identifiers.contains(sealer))?;
    report.shows(match accepted {
        Some(_) => format!("accepted by the register {} at {}: the log proves it", document.register, moment(at)),
        None => "when it was accepted is not shown: give its receipt for that".to_owned(),
    });
    if is_pdf {
        report.shows("the pages of the PDF were not compared with this: what counts is the attachment");
    }
    report.shows("status and revocation are not part of this answer: ask the register");
    Ok(())
}

/// When the register took it in, by the entry of its submission: the right entry, and what it must have asked.
fn acceptance(proved: &Proved, sealed: &SignedPayload, document: &Certificate) -> Result<OffsetDateTime, Refused> {
    let entry = EntryFields::parse(&proved.entry)?;
    if entry.kind != "certificateSubmitted" || entry.decision != "issued" {
        return Err(format!("the receipt is for {} {}, not for its issue", entry.kind, entry.decision).into());
    }
    let digest = serde_json::from_slice::<Value>(&proved.entry)?.get("digest").cloned();
    if digest.as_ref().and_then(Value::as_str) != Some(sealed.digest().to_string().as_str()) {
        return Err("the receipt is for another certificate".into());
    }
    if !entry.certificates.iter().any(|named| named.parse() == Ok(sealed.number())) {
        return Err(format!("the entry of the receipt does not name {}", sealed.number()).into());
    }
    if document.register.as_str() != proved.origin {
        let (wanted, found) = (&document.register, &proved.origin);
        return Err(format!("it was sealed for the register {wanted}, the receipt is of {found}").into());
    }
    if is_iat_acceptable(sealed.sealed_at(), entry.at).is_err() {
        let (sealed, accepted) = (moment(sealed.sealed_at()), moment(entry.at));
        let rule = "a seal is accepted from 5 minutes before to 24 hours after its time";
        return Err(format!("sealed at {sealed}, accepted at {accepted}: {rule}").into());
    }
    Ok(entry.at)
}

/// As many lines of goods are shown.
const LINES_SHOWN: usize = 3;

/// What it says, in short: enough to hold beside a paper.
fn says(report: &mut Report, document: &Certificate) {
    report.shows(format_args!(
        "manufacturer {}, for the register {}",
        document.manufacturer.label(),
        document.register
    ));
    report.shows(format_args!(
        "for the end user {} in {}, valid {} to {}",
        document.end_user.label(),
        document.destination_country,
        document.validity.from,
        document.validity.until
    ));
    for line in document.lines.iter().take(LINES_SHOWN) {
        report
            .shows(format_args!("line {}: {} {}, {}", line.line, line.commodity_code, line.description, line.quantity));
    }
    if let Some(more) = document.lines.len().checked_sub(LINES_SHOWN).filter(|more| *more > 0) {
        report.shows(format_args!("and {more} lines more"));
    }
}
