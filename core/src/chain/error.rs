//! Every way in which a chain, an anchor or a revocation list is refused.

use time::OffsetDateTime;

use super::{CHAIN_BYTES_MAX, CHAIN_CERTIFICATES_MAX, LIST_BYTES_MAX, Rule};
use crate::seal::KeyProblem;

/// Why a chain, an anchor or a list is refused. Names are shown as people read them, cut short.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// Too many certificates, or none.
    #[error("the chain has {found} certificates: wanted 1 to {CHAIN_CERTIFICATES_MAX}")]
    Length {
        /// How many were found.
        found: usize,
    },
    /// Too many bytes.
    #[error("the certificates of the chain have {found} bytes together, at most {CHAIN_BYTES_MAX} are read")]
    TooLarge {
        /// The size found in bytes.
        found: usize,
    },
    /// Not a certificate.
    #[error("certificate {position} cannot be read: {problem}")]
    Malformed {
        /// Its place in the chain, 1 for the seal certificate; 0 for an anchor.
        position: usize,
        /// What is wrong.
        problem: String,
    },
    /// A chain whose certificates do not follow each other.
    #[error(
        "certificate {position} of the chain is {found:?}, the one before it was issued by {wanted:?}: \
         each certifies the one before it (RFC 7515, 4.1.6)"
    )]
    OutOfOrder {
        /// The place of the later one, from 1.
        position: usize,
        /// Who issued the earlier one.
        wanted: String,
        /// Whose certificate follows.
        found: String,
    },
    /// No anchor at the end.
    #[error(
        "no trusted anchor is named {issuer:?}: add the missing issuers to the chain, or use a seal of a trusted one"
    )]
    UnknownIssuer {
        /// Who issued the last certificate of the chain.
        issuer: String,
    },
    /// The anchor at the end is no longer trusted at that time.
    #[error("the chain leads to {anchor:?}, which is not trusted after {since}; judged at {at}")]
    AnchorDistrusted {
        /// The anchor.
        anchor: String,
        /// Until when it was trusted.
        since: OffsetDateTime,
        /// The time of judgement.
        at: OffsetDateTime,
    },
    /// Not valid yet.
    #[error("the certificate of {subject:?} is valid from {not_before} on; judged at {at}")]
    NotYetValid {
        /// Whose certificate.
        subject: String,
        /// The beginning of its validity.
        not_before: OffsetDateTime,
        /// The time of judgement.
        at: OffsetDateTime,
    },
    /// Not valid any more.
    #[error("the certificate of {subject:?} was valid until {not_after}; judged at {at}")]
    Expired {
        /// Whose certificate.
        subject: String,
        /// The end of its validity.
        not_after: OffsetDateTime,
        /// The time of judgement.
        at: OffsetDateTime,
    },
    /// A certificate that its issuer did not sign.
    #[error("a certificate of the chain does not verify under its issuer's key")]
    SignatureInvalid,
    /// SHA-1, P-521 and the like.
    #[error(
        "{signed} is signed in a way that is not read: wanted ECDSA on P-256 or P-384, RSA (PKCS #1 v1.5 or PSS), both \
         with SHA-256 or longer, or Ed25519"
    )]
    SignatureAlgorithm {
        /// What is signed so.
        signed: &'static str,
    },
    /// A seal certificate, or a CA's own certificate, in the wrong place.
    #[error("{problem}")]
    Role {
        /// Which.
        problem: &'static str,
    },
    /// More issuers below a CA than it may have.
    #[error("an issuer of the chain limits the issuers below it, and the chain has more (RFC 5280, 4.2.1.9)")]
    PathLength,
    /// A name that an issuer may not certify, or whose constraint this register cannot judge.
    #[error(
        "an issuer's name constraints do not permit a name of the chain, or speak of directory names, which this \
         register cannot judge (RFC 5280, 4.2.1.10)"
    )]
    NameConstraints,
    /// A certificate for other purposes.
    #[error(
        "a certificate of the chain is for other purposes ({found}): wanted none at all, documentSigning (RFC 9336), \
         emailProtection or anyExtendedKeyUsage"
    )]
    Purpose {
        /// The purposes found, as object identifiers.
        found: String,
    },
    /// A critical extension that this register does not know.
    #[error("a certificate of the chain has a critical extension that this register cannot honour (RFC 5280, 4.2)")]
    CriticalExtension,
    /// Any other refusal of the path.
    #[error("the chain does not verify: {problem}")]
    PathRefused {
        /// What webpki says.
        problem: String,
    },
    /// A weak or unknown key.
    #[error("the key of {subject:?} is refused: {problem}")]
    Key {
        /// Whose key.
        subject: String,
        /// What is wrong.
        problem: KeyProblem,
    },
    /// A rule of the profile.
    #[error("the certificate of {subject:?} has {found}: wanted {} ({})", rule.wanted(), rule.source())]
    Profile {
        /// Whose certificate.
        subject: String,
        /// Which rule.
        rule: Rule,
        /// What was found.
        found: String,
    },
    /// A list that is too large.
    #[error("the revocation list has {found} bytes, at most {LIST_BYTES_MAX} are read")]
    ListTooLarge {
        /// The size found in bytes.
        found: usize,
    },
    /// Not a revocation list.
    #[error("the revocation list cannot be read: {problem}")]
    ListMalformed {
        /// What is wrong.
        problem: String,
    },
    /// A list that does not speak for all certificates of its issuer, or in a way that cannot be honoured.
    #[error("the revocation list is refused: {problem}; load the issuer's full list")]
    ListUnsupported {
        /// What kind it is.
        problem: &'static str,
    },
    /// A list of nobody known.
    #[error("the revocation list is issued by {issuer:?}, which is neither an anchor nor a known issuer under one")]
    ListIssuerUnknown {
        /// Who issued it.
        issuer: String,
    },
    /// A list that its issuer did not sign.
    #[error("the revocation list of {issuer:?} does not verify under that issuer's key")]
    ListSignatureInvalid {
        /// Who is named as issuer.
        issuer: String,
    },
    /// A list from the future.
    #[error("the revocation list of {issuer:?} is issued at {this_update}; it is {now}: set the clock right")]
    ListFromFuture {
        /// Who issued it.
        issuer: String,
        /// When it was issued.
        this_update: OffsetDateTime,
        /// The time of loading.
        now: OffsetDateTime,
    },
    /// A list older than the one held: loading it would take revocations back.
    #[error("the revocation list of {issuer:?} is number {found} of {found_at}; number {held} of {held_at} is held")]
    ListOlder {
        /// Who issued it.
        issuer: String,
        /// The number of the list offered.
        found: String,
        /// When it was issued.
        found_at: OffsetDateTime,
        /// The number of the list held.
        held: String,
        /// When that was issued.
        held_at: OffsetDateTime,
    },
}

impl ChainError {
    /// The reason code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Length { .. } => "chainLength",
            Self::TooLarge { .. } => "chainTooLarge",
            Self::Malformed { .. } => "chainCertificateMalformed",
            Self::OutOfOrder { .. } => "chainOutOfOrder",
            Self::UnknownIssuer { .. } => "chainUnknownIssuer",
            Self::AnchorDistrusted { .. } => "chainAnchorDistrusted",
            Self::NotYetValid { .. } => "chainNotYetValid",
            Self::Expired { .. } => "chainExpired",
            Self::SignatureInvalid => "chainSignatureInvalid",
            Self::SignatureAlgorithm { .. } => "chainSignatureAlgorithm",
            Self::Role { .. } => "chainRole",
            Self::PathLength => "chainPathLength",
            Self::NameConstraints => "chainNameConstraints",
            Self::Purpose { .. } => "chainPurpose",
            Self::CriticalExtension => "chainCriticalExtension",
            Self::PathRefused { .. } => "chainPathRefused",
            Self::Key { problem, .. } => problem.code(),
            Self::Profile { rule, .. } => rule.code(),
            Self::ListTooLarge { .. } => "listTooLarge",
            Self::ListMalformed { .. } => "listMalformed",
            Self::ListUnsupported { .. } => "listUnsupported",
            Self::ListIssuerUnknown { .. } => "listIssuerUnknown",
            Self::ListSignatureInvalid { .. } => "listSignatureInvalid",
            Self::ListFromFuture { .. } => "listFromFuture",
            Self::ListOlder { .. } => "listOlder",
        }
    }
}
