//! Sealing a payload with a private key: what a manufacturer's system does on its own side.

use endmark_core::certificate;
use endmark_core::number::CertificateNumber;
use endmark_core::seal::{self, Algorithm};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PSS_SHA256,
    RsaKeyPair,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use time::OffsetDateTime;

/// Why a payload is not sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealingError {
    /// The payload breaks a rule of the document; sealing it would be in vain.
    #[error(transparent)]
    Payload(#[from] certificate::CertificateError),
    /// The key cannot be used.
    #[error(
        "the private key cannot be used: wanted an unencrypted PKCS#8 PEM with a P-256, P-384, Ed25519 or RSA key \
         (2048 to 4096 bits); convert with: openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW"
    )]
    Key,
    /// The chain cannot be read.
    #[error("the chain cannot be read: {0}; wanted PEM, the seal certificate first, without the anchor")]
    Chain(String),
    /// ring refuses to sign.
    #[error("the key refuses to sign")]
    Sign,
    /// The result would be refused.
    #[error("the seal would be refused: {0}")]
    Refused(#[from] seal::SealError),
}

enum Key {
    Ecdsa(Algorithm, EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Rsa(RsaKeyPair),
}

/// A private key with its chain, ready to seal.
pub struct Sealer {
    key: Key,
    chain: Vec<CertificateDer<'static>>,
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sealer").field("chain", &self.chain.len()).finish_non_exhaustive()
    }
}

impl Sealer {
    /// From a private key and a chain, both PEM.
    pub fn from_pem(key: &str, chain: &str) -> Result<Self, SealingError> {
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(chain.as_bytes())
            .collect::<Result<_, _>>()
            .map_err(|error| SealingError::Chain(error.to_string()))?;
        let random = SystemRandom::new();
        let key = match PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|_| SealingError::Key)? {
            PrivateKeyDer::Pkcs8(der) => {
                let der = der.secret_pkcs8_der();
                let ecdsa = |algorithm, signing| {
                    EcdsaKeyPair::from_pkcs8(signing, der, &random).map(|pair| Key::Ecdsa(algorithm, pair))
                };
                ecdsa(Algorithm::Es256, &ECDSA_P256_SHA256_FIXED_SIGNING)
                    .or_else(|_| ecdsa(Algorithm::Es384, &ECDSA_P384_SHA384_FIXED_SIGNING))
                    .or_else(|_| Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).map(Key::Ed25519))
                    .or_else(|_| RsaKeyPair::from_pkcs8(der).map(Key::Rsa))
            }
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()).map(Key::Rsa),
            _ => return Err(SealingError::Key),
        };
        Ok(Self { key: key.map_err(|_| SealingError::Key)?, chain })
    }

    /// Seals a payload; the result is verified before it is handed out.
    pub fn seal(&self, payload: &[u8], at: OffsetDateTime) -> Result<(CertificateNumber, String), SealingError> {
        certificate::parse(payload)?;
        self.seal_unread(payload, at)
    }

    /// Seals bytes whatever they are: for trying out what the register refuses.
    pub fn seal_unread(&self, payload: &[u8], at: OffsetDateTime) -> Result<(CertificateNumber, String), SealingError> {
        let algorithm = match &self.key {
            Key::Ecdsa(algorithm, _) => *algorithm,
            Key::Ed25519(_) => Algorithm::EdDsa,
            Key::Rsa(_) => Algorithm::Ps256,
        };
        let input = seal::signing_input(algorithm, &self.chain, at, payload);
        let jws = seal::assemble(&input, &self.sign(input.as_bytes())?);
        let sealed = seal::parse(jws.as_bytes())?.verify()?;
        Ok((sealed.number(), jws))
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SealingError> {
        let random = SystemRandom::new();
        match &self.key {
            Key::Ecdsa(_, pair) => {
                pair.sign(&random, message).map(|s| s.as_ref().to_vec()).map_err(|_| SealingError::Sign)
            }
            Key::Ed25519(pair) => Ok(pair.sign(message).as_ref().to_vec()),
            Key::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PSS_SHA256, &random, message, &mut signature).map_err(|_| SealingError::Sign)?;
                Ok(signature)
            }
        }
    }
}
