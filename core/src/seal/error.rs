//! Every way in which a seal is refused.

use time::OffsetDateTime;

use super::header::HEADER_BYTES_MAX;
use super::time::{SEALED_AFTER_MAX, SEALED_BEFORE_MAX};
use super::{Algorithm, CONTENT_TYPE, JWS_BYTES_MAX, KeyProblem};
use crate::certificate::PAYLOAD_BYTES_MAX;
use crate::chain::{CHAIN_BYTES_MAX, CHAIN_CERTIFICATES_MAX};

/// Why a seal is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Too many bytes altogether.
    #[error("the JWS has {found} bytes, at most {JWS_BYTES_MAX} are read")]
    TooLarge {
        /// The size found in bytes.
        found: usize,
    },
    /// Not three parts joined by dots.
    #[error("a JWS in compact form has 3 parts joined by dots, found {parts}; the JSON forms are not read")]
    NotCompact {
        /// The parts found.
        parts: usize,
    },
    /// A part that is no canonical base64url.
    #[error("the {part} is not base64url without padding, line breaks and stray bits (RFC 7515, 2)")]
    Base64 {
        /// Which part.
        part: &'static str,
    },
    /// The header is too large.
    #[error("the header has {found} bytes, at most {HEADER_BYTES_MAX} are read")]
    HeaderTooLarge {
        /// The size found in bytes.
        found: usize,
    },
    /// The header is no JSON object.
    #[error("the header is not a JSON object: {0}")]
    HeaderMalformed(String),
    /// A name stands twice: two readers would see two headers.
    #[error("the header names {name:?} twice; leave one (RFC 7515, 4)")]
    HeaderNameTwice {
        /// The name, cut short.
        name: String,
    },
    /// A name that this format does not have.
    #[error("the header parameter {name:?} is refused: {why}")]
    HeaderNameRefused {
        /// The name, cut short.
        name: String,
        /// Why it is refused.
        why: &'static str,
    },
    /// A parameter is missing.
    #[error("the header has no {name}: {wanted}")]
    HeaderParameterMissing {
        /// Its name.
        name: &'static str,
        /// What is wanted.
        wanted: &'static str,
    },
    /// A parameter is there but is not what it has to be.
    #[error("the header parameter {name} is {found}: wanted {wanted}")]
    HeaderParameterMalformed {
        /// Its name.
        name: &'static str,
        /// What is wanted.
        wanted: &'static str,
        /// What was found, cut short.
        found: String,
    },
    /// An algorithm that this format does not have.
    #[error("the algorithm {found:?} is refused: {why}; wanted ES256, ES384, PS256, PS384, EdDSA or RS256")]
    AlgorithmRefused {
        /// The name found, cut short.
        found: String,
        /// Why it is refused.
        why: &'static str,
    },
    /// The seal says it is over something else than a certificate.
    #[error("the content type is {found:?}: wanted {CONTENT_TYPE}, with or without application/ before it")]
    ContentType {
        /// The content type found, cut short.
        found: String,
    },
    /// Too many certificates.
    #[error("x5c has {found} certificates: wanted 1 to {CHAIN_CERTIFICATES_MAX}")]
    ChainLength {
        /// How many were found.
        found: usize,
    },
    /// Certificates too large together.
    #[error("the certificates of x5c have {found} bytes together, at most {CHAIN_BYTES_MAX} are read")]
    ChainTooLarge {
        /// The size found in bytes.
        found: usize,
    },
    /// The seal certificate cannot be read.
    #[error("the seal certificate cannot be read: {problem}")]
    SealCertificateMalformed {
        /// What is wrong.
        problem: String,
    },
    /// A thumbprint of another certificate than the first.
    #[error("{parameter} is the thumbprint {declared}, the first certificate of x5c has {computed}")]
    ThumbprintMismatch {
        /// `x5t#S256` or `x5t#o`.
        parameter: &'static str,
        /// What the header says, base64url.
        declared: String,
        /// What the certificate has, base64url.
        computed: String,
    },
    /// The payload is too large.
    #[error("the payload has {found} bytes, at most {PAYLOAD_BYTES_MAX} are allowed")]
    PayloadTooLarge {
        /// The size found in bytes.
        found: usize,
    },
    /// The seal certificate's key is none that may seal.
    #[error("the key of the seal certificate is refused: {0}")]
    Key(KeyProblem),
    /// The algorithm is not one of the key.
    #[error("{algorithm} does not fit the seal certificate's key, which is {key}")]
    AlgorithmDoesNotFitKey {
        /// The algorithm of the header.
        algorithm: Algorithm,
        /// The kind of key.
        key: &'static str,
    },
    /// The seal certificate was not issued for signing documents.
    #[error(
        "the seal certificate's key usage is {found}: wanted digitalSignature or nonRepudiation (RFC 5280, 4.2.1.3)"
    )]
    KeyUsage {
        /// What its key usage says.
        found: String,
    },
    /// A signature of the wrong length.
    #[error("the signature has {found} bytes, {algorithm} with this key has {wanted} (RFC 7518, 3; not ASN.1)")]
    SignatureLength {
        /// The algorithm.
        algorithm: Algorithm,
        /// The length wanted in bytes.
        wanted: usize,
        /// The length found in bytes.
        found: usize,
    },
    /// The signature does not verify.
    #[error("the {algorithm} signature does not verify under the seal certificate: header, payload or key differ")]
    SignatureInvalid {
        /// The algorithm.
        algorithm: Algorithm,
    },
    /// Back-dated, or submitted too late.
    #[error(
        "sealed at {sealed_at}, accepted from {earliest} on, {} hours before acceptance: seal and submit again",
        SEALED_BEFORE_MAX.whole_hours()
    )]
    SealedTooEarly {
        /// `iat`.
        sealed_at: OffsetDateTime,
        /// The earliest time accepted.
        earliest: OffsetDateTime,
    },
    /// Sealed in the future.
    #[error(
        "sealed at {sealed_at}, accepted until {latest}, {} minutes after acceptance: set the sealing system's clock",
        SEALED_AFTER_MAX.whole_minutes()
    )]
    SealedTooLate {
        /// `iat`.
        sealed_at: OffsetDateTime,
        /// The latest time accepted.
        latest: OffsetDateTime,
    },
}

impl SealError {
    /// The reason code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "sealTooLarge",
            Self::NotCompact { .. } => "sealNotCompact",
            Self::Base64 { .. } => "sealBase64NotCanonical",
            Self::HeaderTooLarge { .. } => "sealHeaderTooLarge",
            Self::HeaderMalformed(_) => "sealHeaderMalformed",
            Self::HeaderNameTwice { .. } => "sealHeaderNameTwice",
            Self::HeaderNameRefused { .. } => "sealHeaderNameRefused",
            Self::HeaderParameterMissing { .. } => "sealHeaderParameterMissing",
            Self::HeaderParameterMalformed { .. } => "sealHeaderParameterMalformed",
            Self::AlgorithmRefused { .. } => "sealAlgorithmRefused",
            Self::ContentType { .. } => "sealContentType",
            Self::ChainLength { .. } => "sealChainLength",
            Self::ChainTooLarge { .. } => "sealChainTooLarge",
            Self::SealCertificateMalformed { .. } => "sealCertificateMalformed",
            Self::ThumbprintMismatch { .. } => "sealThumbprintMismatch",
            Self::PayloadTooLarge { .. } => "payloadTooLarge",
            Self::Key(problem) => problem.code(),
            Self::AlgorithmDoesNotFitKey { .. } => "sealAlgorithmDoesNotFitKey",
            Self::KeyUsage { .. } => "sealKeyUsage",
            Self::SignatureLength { .. } => "sealSignatureLength",
            Self::SignatureInvalid { .. } => "sealSignatureInvalid",
            Self::SealedTooEarly { .. } => "sealedTooEarly",
            Self::SealedTooLate { .. } => "sealedTooLate",
        }
    }
}

/// What a hostile header may put into an error: enough to recognise, not enough to flood a log.
pub(super) fn cut(text: &str) -> String {
    text.chars().take(64).collect()
}
