//! A certificate with its seal.

use std::path::{Path, PathBuf};

use endmark_core::chain::{Anchor, Trust};
use endmark_core::export::EntryFields;
use endmark_core::{attachment, certificate as payload, seal};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use serde_json::Value;

use crate::file::needed;
use crate::{CouldNot, Proved, Report};

/// A PDF with the certificate attached.
const FILE_BYTES_MAX: usize = 32 * 1024 * 1024;

fn anchor(path: &PathBuf) -> Result<Anchor, CouldNot> {
    let could_not = |error: &dyn std::fmt::Display| CouldNot(format!("{}: {error}", path.display()));
    let der = CertificateDer::from_pem_file(path).map_err(|error| could_not(&error))?;
    Anchor::from_der(&der).map_err(|error| could_not(&error))
}

/// Verifies a certificate (a JWS, or a PDF with one attached) against trust anchors; with the proved entry of its
/// submission, as of the moment of acceptance, else as of the moment of sealing that it claims.
pub fn certificate(file: &Path, anchors: &[PathBuf], accepted: Option<&Proved>) -> Result<Report, CouldNot> {
    let mut report = Report::new("the seal is genuine");
    let bytes = needed(file, FILE_BYTES_MAX)?;
    let anchors = anchors.iter().map(anchor).collect::<Result<Vec<_>, _>>()?;
    if let Err(problem) = judge(&mut report, &bytes, anchors, accepted) {
        report.file(file.display(), problem);
    }
    Ok(report.finish())
}

fn judge(
    report: &mut Report,
    bytes: &[u8],
    anchors: Vec<Anchor>,
    accepted: Option<&Proved>,
) -> Result<(), Box<dyn std::error::Error>> {
    let attached;
    let jws = if attachment::is_pdf(bytes) {
        attached = attachment::sealed_certificate(bytes)?;
        attached.as_slice()
    } else {
        bytes
    };
    let sealed = seal::parse(jws.trim_ascii())?.verify()?;
    let document = payload::parse(sealed.payload())?;
    let at = match accepted {
        None => sealed.sealed_at(),
        Some(proved) => {
            let entry = EntryFields::parse(&proved.entry)?;
            let digest = serde_json::from_slice::<Value>(&proved.entry)?.get("digest").cloned();
            if entry.kind != "certificateSubmitted" || entry.decision != "issued" {
                return Err(format!("the receipt is for {} {}, not for its issue", entry.kind, entry.decision).into());
            }
            if digest.as_ref().and_then(Value::as_str) != Some(sealed.digest().to_string().as_str()) {
                return Err("the receipt is for another certificate".into());
            }
            entry.at
        }
    };
    let path = Trust::new(anchors, Vec::new()).path(sealed.chain(), at)?;
    report.shows(format_args!("{}, digest {}", sealed.number(), sealed.digest()));
    report.shows(format_args!(
        "sealed by {} ({}) at {}",
        path.subject(),
        path.organization_identifier_text().unwrap_or("no organizationIdentifier"),
        sealed.sealed_at()
    ));
    report.shows(format_args!("manufacturer {}", document.manufacturer.label()));
    report.shows(match accepted {
        Some(_) => format!("accepted by the register at {at}: the log proves it"),
        None => "when it was accepted is not shown: give its receipt for that".to_owned(),
    });
    report.shows("status and revocation are not part of this answer: ask the register");
    Ok(())
}
