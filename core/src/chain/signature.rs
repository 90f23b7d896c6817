//! How certificates and revocation lists may be signed.

use rustls_pki_types::{SignatureVerificationAlgorithm, SubjectPublicKeyInfoDer};
use webpki::ring as with;

/// ECDSA with SHA-256 or SHA-384, RSA with SHA-256 or longer, Ed25519. No SHA-1, no P-521. RSA with SHA-512 is here,
/// though no seal uses it, because European issuers sign their certificates and lists with it.
pub(super) static ALGORITHMS: &[&dyn SignatureVerificationAlgorithm] = &[
    with::ECDSA_P256_SHA256,
    with::ECDSA_P256_SHA384,
    with::ECDSA_P384_SHA256,
    with::ECDSA_P384_SHA384,
    with::ED25519,
    with::RSA_PKCS1_2048_8192_SHA256,
    with::RSA_PKCS1_2048_8192_SHA384,
    with::RSA_PKCS1_2048_8192_SHA512,
    with::RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
    with::RSA_PSS_2048_8192_SHA384_LEGACY_KEY,
    with::RSA_PSS_2048_8192_SHA512_LEGACY_KEY,
];

/// What is wrong with a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SignatureProblem {
    /// Not one of [`ALGORITHMS`].
    Algorithm,
    /// It does not verify under the key.
    Invalid,
}

/// Verifies a signature under a `SubjectPublicKeyInfo`; `algorithm` is the content of an `AlgorithmIdentifier`.
pub(super) fn verify(spki: &[u8], signed: &super::der::Signed<'_>) -> Result<(), SignatureProblem> {
    let spki = SubjectPublicKeyInfoDer::from(spki);
    let key = webpki::RawPublicKeyEntity::try_from(&spki).map_err(|_| SignatureProblem::Invalid)?;
    let mut fitting =
        ALGORITHMS.iter().filter(|known| known.signature_alg_id().as_ref() == signed.algorithm).peekable();
    if fitting.peek().is_none() {
        return Err(SignatureProblem::Algorithm);
    }
    // ECDSA with one hash fits several curves; the key decides.
    if fitting.any(|known| key.verify_signature(*known, signed.message, signed.signature).is_ok()) {
        return Ok(());
    }
    Err(SignatureProblem::Invalid)
}
