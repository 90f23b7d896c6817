//! Reading a JWS and proving its signature.

use ring::signature::UnparsedPublicKey;
use rustls_pki_types::CertificateDer;
use time::OffsetDateTime;
use x509_parser::prelude::{FromDer as _, KeyUsage, SubjectPublicKeyInfo, X509Certificate};

use super::header::{HEADER_BYTES_MAX, Header};
use super::{Algorithm, Key, KeyProblem, RSA_BITS_MAX, SealError, base64};
use crate::certificate::PAYLOAD_BYTES_MAX;
use crate::digest::Digest;
use crate::number::CertificateNumber;

/// The longest signature in bytes: one of RSA with the longest modulus.
const SIGNATURE_BYTES_MAX: usize = RSA_BITS_MAX / 8;

/// The largest JWS in bytes: header, payload and signature at their bounds, in base64url, with two dots.
pub const JWS_BYTES_MAX: usize = base64::url_chars(HEADER_BYTES_MAX)
    .saturating_add(base64::url_chars(PAYLOAD_BYTES_MAX))
    .saturating_add(base64::url_chars(SIGNATURE_BYTES_MAX))
    .saturating_add(2);

/// A seal that was read but not verified: nothing in it is anyone's word yet.
#[derive(Debug, Clone)]
pub struct UnverifiedSeal {
    header: Header,
    unverified_payload: Vec<u8>,
    signing_input: Vec<u8>,
    signature: Vec<u8>,
}

/// Reads a JWS in compact form; checks every rule that needs no key.
pub fn parse(jws: &[u8]) -> Result<UnverifiedSeal, SealError> {
    if jws.len() > JWS_BYTES_MAX {
        return Err(SealError::TooLarge { found: jws.len() });
    }
    let text = std::str::from_utf8(jws).map_err(|_| SealError::Base64 { part: "JWS" })?;
    let parts: Vec<&str> = text.split('.').collect();
    let &[header, payload, signature] = parts.as_slice() else {
        return Err(SealError::NotCompact { parts: parts.len() });
    };
    let header = base64::from_url(header).ok_or(SealError::Base64 { part: "header" })?;
    let header = Header::parse(&header)?;
    let unverified_payload = base64::from_url(payload).ok_or(SealError::Base64 { part: "payload" })?;
    if unverified_payload.len() > PAYLOAD_BYTES_MAX {
        return Err(SealError::PayloadTooLarge { found: unverified_payload.len() });
    }
    let signature = base64::from_url(signature).ok_or(SealError::Base64 { part: "signature" })?;
    let (signing_input, _) = text.rsplit_once('.').ok_or(SealError::NotCompact { parts: 1 })?;
    Ok(UnverifiedSeal { header, unverified_payload, signing_input: signing_input.as_bytes().to_vec(), signature })
}

impl UnverifiedSeal {
    /// The algorithm that the header names.
    pub const fn algorithm(&self) -> Algorithm {
        self.header.algorithm
    }

    /// The certificates that the header carries, the seal certificate first.
    pub fn chain(&self) -> &[CertificateDer<'static>] {
        &self.header.chain
    }

    /// The time of sealing that the header claims.
    pub const fn sealed_at(&self) -> OffsetDateTime {
        self.header.sealed_at
    }

    /// The SHA-256 of the signing input: under it a refused seal is kept.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.signing_input)
    }

    /// What it claims was signed. For bytes that [`Self::verify`] has accepted before, byte for byte, as the caller knows
    /// from their digest: the same bytes give the same answer.
    pub fn unverified_payload(&self) -> &[u8] {
        &self.unverified_payload
    }

    /// Verifies the signature under the key of the first certificate, which must be one for signing documents.
    pub fn verify(self) -> Result<SignedPayload, SealError> {
        let malformed = |problem: &str| SealError::SealCertificateMalformed { problem: problem.to_owned() };
        let leaf = self.header.chain.first().ok_or_else(|| malformed("there is none"))?;
        let fingerprint = Digest::of(leaf);
        let (rest, certificate) = X509Certificate::from_der(leaf).map_err(|error| malformed(&error.to_string()))?;
        if !rest.is_empty() {
            return Err(malformed("bytes follow it"));
        }
        check_key_usage(&certificate)?;
        verify_under(self.header.algorithm, certificate.public_key(), &self.signing_input, &self.signature)?;
        Ok(SignedPayload {
            algorithm: self.header.algorithm,
            sealed_at: self.header.sealed_at,
            leaf: fingerprint,
            digest: Digest::of(&self.signing_input),
            chain: self.header.chain,
            payload: self.unverified_payload,
        })
    }
}

/// Proof that the key of the first certificate signed these bytes. It says nothing about who may trust that
/// certificate, nor about the time: `sealed_at` is the signer's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedPayload {
    algorithm: Algorithm,
    sealed_at: OffsetDateTime,
    leaf: Digest,
    digest: Digest,
    chain: Vec<CertificateDer<'static>>,
    payload: Vec<u8>,
}

impl SignedPayload {
    /// The certificate's number, derived from [`Self::digest`].
    pub fn number(&self) -> CertificateNumber {
        CertificateNumber::of(&self.digest)
    }

    /// The SHA-256 of the JWS signing input: header and payload as they were encoded, without the signature, which
    /// anyone can re-encode.
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The payload's bytes.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The signature algorithm.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The time of sealing that the signer claims (`iat`).
    pub const fn sealed_at(&self) -> OffsetDateTime {
        self.sealed_at
    }

    /// The certificates of the header, the seal certificate first.
    pub fn chain(&self) -> &[CertificateDer<'static>] {
        &self.chain
    }

    /// The SHA-256 of the seal certificate.
    pub const fn leaf(&self) -> Digest {
        self.leaf
    }
}

/// Whether a signature in JWS form verifies under a `SubjectPublicKeyInfo` (DER, RFC 5280, 4.1.2.7). The same rules on
/// keys, lengths and algorithms as for a seal; of ECDSA both (r, s) and (r, n - s) are good, as the number does not
/// depend on the signature.
pub fn verify_signature(
    algorithm: Algorithm,
    subject_public_key_info: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Result<(), SealError> {
    let malformed = || SealError::Key(KeyProblem::Malformed { problem: "not a SubjectPublicKeyInfo" });
    let (rest, info) = SubjectPublicKeyInfo::from_der(subject_public_key_info).map_err(|_| malformed())?;
    if !rest.is_empty() {
        return Err(malformed());
    }
    verify_under(algorithm, &info, message, signature)
}

fn verify_under(
    algorithm: Algorithm,
    info: &SubjectPublicKeyInfo<'_>,
    message: &[u8],
    signature: &[u8],
) -> Result<(), SealError> {
    let key = Key::read(info).map_err(SealError::Key)?;
    let Some((verification, bytes, wanted)) = key.verification(algorithm) else {
        return Err(SealError::AlgorithmDoesNotFitKey { algorithm, key: key.kind() });
    };
    if signature.len() != wanted {
        return Err(SealError::SignatureLength { algorithm, wanted, found: signature.len() });
    }
    UnparsedPublicKey::new(verification, bytes)
        .verify(message, signature)
        .map_err(|_| SealError::SignatureInvalid { algorithm })
}

/// A key certified for nothing, or only for encryption or issuing, does not seal: the extension must be there.
fn check_key_usage(certificate: &X509Certificate<'_>) -> Result<(), SealError> {
    let found = match certificate.key_usage() {
        Ok(Some(usage)) if usage.value.digital_signature() || usage.value.non_repudiation() => return Ok(()),
        Ok(Some(usage)) => names(*usage.value),
        Ok(None) => "absent".to_owned(),
        Err(_) => "malformed".to_owned(),
    };
    Err(SealError::KeyUsage { found })
}

fn names(usage: KeyUsage) -> String {
    let names = usage.to_string();
    if names.is_empty() { "empty".to_owned() } else { names }
}
