//! The search for a path.

use std::cell::RefCell;

use rustls_pki_types::{CertificateDer, UnixTime};
use time::OffsetDateTime;
use webpki::EndEntityCert;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::path::{Issuer, Step};
use super::purpose::SealPurpose;
use super::{
    Anchor, CHAIN_BYTES_MAX, CHAIN_CERTIFICATES_MAX, ChainError, VerifiedPath, name, profile, signature, webpki_error,
};
use crate::digest::Digest;
use crate::party::Identifier;

/// Reads the certificates of a chain within its bounds.
pub(super) fn read<'a>(chain: &'a [CertificateDer<'_>]) -> Result<Vec<X509Certificate<'a>>, ChainError> {
    if !(1..=CHAIN_CERTIFICATES_MAX).contains(&chain.len()) {
        return Err(ChainError::Length { found: chain.len() });
    }
    let found = chain.iter().map(|certificate| certificate.len()).fold(0, usize::saturating_add);
    if found > CHAIN_BYTES_MAX {
        return Err(ChainError::TooLarge { found });
    }
    let read = |(position, certificate): (usize, &'a CertificateDer<'_>)| {
        let malformed = |problem: String| ChainError::Malformed { position: position.saturating_add(1), problem };
        match X509Certificate::from_der(certificate) {
            Ok(([], certificate)) => Ok(certificate),
            Ok(_) => Err(malformed("bytes follow it".to_owned())),
            Err(error) => Err(malformed(error.to_string())),
        }
    };
    chain.iter().enumerate().map(read).collect()
}

/// RFC 7515, 4.1.6: "each subsequent certificate being the one used to certify the previous one". Nothing else may ride
/// along: what is not part of the path is not judged, and a reader could take it for judged.
pub(super) fn check_order(certificates: &[X509Certificate<'_>]) -> Result<(), ChainError> {
    for (position, pair) in certificates.windows(2).enumerate() {
        if let [earlier, later] = pair
            && earlier.issuer().as_raw() != later.subject().as_raw()
        {
            return Err(ChainError::OutOfOrder {
                position: position.saturating_add(2),
                wanted: name::readable(earlier.issuer()),
                found: name::readable(later.subject()),
            });
        }
    }
    Ok(())
}

/// The path that webpki verifies to one of some anchors and that keeps the profile.
pub(super) fn lead(
    chain: &[CertificateDer<'_>],
    certificates: &[X509Certificate<'_>],
    anchors: &[&Anchor],
    at: OffsetDateTime,
) -> Result<VerifiedPath, ChainError> {
    let [leaf, intermediates @ ..] = chain else { return Err(ChainError::Length { found: 0 }) };
    let trust: Vec<_> = anchors.iter().map(|anchor| anchor.trust().clone()).collect();
    let outcome: RefCell<Option<Result<VerifiedPath, ChainError>>> = RefCell::new(None);
    let judge = |candidate: &webpki::VerifiedPath<'_>| {
        let position = trust.iter().position(|trusted| std::ptr::eq(trusted, candidate.anchor()));
        let anchor = position.and_then(|position| anchors.get(position)).ok_or(webpki::Error::UnknownIssuer)?;
        let between: Vec<_> = candidate.intermediate_certificates().map(webpki::Cert::der).collect();
        let judged = witness(leaf, &between, anchor, at);
        let verdict = if judged.is_ok() { Ok(()) } else { Err(webpki::Error::UnknownIssuer) };
        *outcome.borrow_mut() = Some(judged);
        verdict
    };
    let seconds = u64::try_from(at.unix_timestamp()).unwrap_or_default();
    let time = UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
    let found = EndEntityCert::try_from(leaf).map_err(|error| webpki_error::explain(&error, certificates, at))?;
    let found = found
        .verify_for_usage(signature::ALGORITHMS, &trust, intermediates, time, SealPurpose, None, Some(&judge))
        .map(|_| ());
    match (outcome.into_inner(), found) {
        // What the profile says of a verified path tells more than that webpki found no other.
        (Some(judged), _) => judged,
        (None, Err(error)) => Err(webpki_error::explain(&error, certificates, at)),
        (None, Ok(())) => Err(ChainError::PathRefused { problem: "the path was not judged".to_owned() }),
    }
}

/// The profile over a verified path, from the anchor down.
fn witness(
    leaf: &CertificateDer<'_>,
    between: &[CertificateDer<'_>],
    anchor: &Anchor,
    at: OffsetDateTime,
) -> Result<VerifiedPath, ChainError> {
    anchor.check_validity(at)?;
    let read = |certificate| match X509Certificate::from_der(certificate) {
        Ok((_, certificate)) => Ok(certificate),
        Err(error) => Err(ChainError::PathRefused { problem: error.to_string() }),
    };
    let mut steps = Vec::new();
    let mut issuer = anchor.issuer.clone();
    let mut holds = anchor.counts();
    for certificate in between.iter().rev() {
        let certificate = read(certificate)?;
        holds = narrowed(holds, &certificate);
        let next = profile::check_issuer(&certificate, &issuer.key_identifier)?;
        steps.push(step(&certificate, issuer));
        issuer = next;
    }
    let seal = read(leaf)?;
    profile::check_seal_certificate(&seal, &issuer.key_identifier)?;
    steps.push(step(&seal, issuer));
    steps.reverse();
    let organization_identifier = name::organization_identifier(seal.subject()).unwrap_or_default();
    Ok(VerifiedPath {
        holds: narrowed(holds, &seal),
        leaf: Digest::of(leaf),
        anchor: anchor.fingerprint(),
        judged_at: at,
        identifier: organization_identifier.as_deref().and_then(Identifier::from_organization_identifier),
        organization_identifier,
        holder: name::holder(seal.subject()),
        not_before: seal.validity().not_before.to_datetime(),
        not_after: seal.validity().not_after.to_datetime(),
        steps,
    })
}

fn narrowed(
    (from, until): (OffsetDateTime, OffsetDateTime),
    certificate: &X509Certificate<'_>,
) -> (OffsetDateTime, OffsetDateTime) {
    let validity = certificate.validity();
    (from.max(validity.not_before.to_datetime()), until.min(validity.not_after.to_datetime()))
}

fn step(certificate: &X509Certificate<'_>, issuer: Issuer) -> Step {
    Step {
        subject: name::readable(certificate.subject()),
        serial: without_leading_zeros(certificate.raw_serial()).to_vec(),
        not_after: certificate.validity().not_after.to_datetime(),
        issuer,
    }
}

/// One number has one spelling, whatever its issuer wrote in the list and in the certificate.
pub(super) fn without_leading_zeros(serial: &[u8]) -> &[u8] {
    let zeros = serial.iter().take_while(|&&byte| byte == 0).count();
    serial.get(zeros..).unwrap_or_default()
}
