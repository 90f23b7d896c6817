//! What webpki refuses, in this register's words.

use time::OffsetDateTime;
use webpki::Error;
use x509_parser::prelude::X509Certificate;

use super::{ChainError, name};

/// The reason for which webpki found no path from the chain, told of the certificate it concerns.
pub(super) fn explain(error: &Error, chain: &[X509Certificate<'_>], at: OffsetDateTime) -> ChainError {
    if matches!(error, Error::UnknownIssuer) {
        let issuer = chain.last().map_or_else(String::new, |top| name::readable(top.issuer()));
        return ChainError::UnknownIssuer { issuer };
    }
    // webpki does not say whose validity is over, and the person at the other end has to know.
    if matches!(error, Error::CertExpired { .. } | Error::CertNotValidYet { .. })
        && let Some(error) = chain.iter().find_map(|certificate| out_of_validity(certificate, at))
    {
        return error;
    }
    if matches!(error, Error::InvalidSignatureForPublicKey) {
        return ChainError::SignatureInvalid;
    }
    if matches!(
        error,
        Error::UnsupportedSignatureAlgorithmContext(_) | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_)
    ) {
        return ChainError::SignatureAlgorithm { signed: "a certificate of the chain" };
    }
    if matches!(error, Error::CaUsedAsEndEntity) {
        return ChainError::Role {
            problem: "the first certificate of the chain is an issuer's, not a seal certificate",
        };
    }
    if matches!(error, Error::EndEntityUsedAsCa) {
        return ChainError::Role { problem: "a certificate of the chain was issued by one that is no issuer's" };
    }
    if matches!(error, Error::PathLenConstraintViolated) {
        return ChainError::PathLength;
    }
    if matches!(error, Error::NameConstraintViolation) {
        return ChainError::NameConstraints;
    }
    if let Error::RequiredEkuNotFoundContext(context) = error {
        let dotted = |oid: &Vec<usize>| oid.iter().map(ToString::to_string).collect::<Vec<_>>().join(".");
        let found = context.present.iter().take(8).map(dotted).collect::<Vec<_>>().join(", ");
        return ChainError::Purpose { found };
    }
    if matches!(error, Error::UnsupportedCriticalExtension) {
        return ChainError::CriticalExtension;
    }
    ChainError::PathRefused { problem: error.to_string() }
}

/// The refusal of a certificate that is not valid at a moment.
pub(super) fn out_of_validity(certificate: &X509Certificate<'_>, at: OffsetDateTime) -> Option<ChainError> {
    let subject = || name::readable(certificate.subject());
    let not_before = certificate.validity().not_before.to_datetime();
    let not_after = certificate.validity().not_after.to_datetime();
    if at < not_before {
        return Some(ChainError::NotYetValid { subject: subject(), not_before, at });
    }
    (at > not_after).then(|| ChainError::Expired { subject: subject(), not_after, at })
}
