//! The public keys that may seal, or sign certificates and lists of a path.

use x509_parser::oid_registry::{
    OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_NIST_EC_P521, OID_PKCS1_RSAENCRYPTION,
    OID_PKCS1_RSASSAPSS, OID_SIG_ED25519, Oid,
};
use x509_parser::public_key::PublicKey;
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo};

use super::Algorithm;

/// The shortest RSA modulus in bits (ETSI TS 119 312: no shorter one is recommended any more).
pub const RSA_BITS_MIN: usize = 2048;
/// The longest: a longer one costs every verifier time and buys nothing that a curve does not give.
pub const RSA_BITS_MAX: usize = 4096;
/// FIPS 186-5, A.1.1: a public exponent is odd and greater than 2^16; ring reads up to 33 bits.
const RSA_EXPONENT: std::ops::RangeInclusive<u64> = 65_537..=0x1_ffff_ffff;

/// Why a key is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyProblem {
    /// A kind of key that this format does not have.
    #[error("it is {found}: wanted an EC key on P-256 or P-384, an RSA key or an Ed25519 key")]
    Kind {
        /// The kind found.
        found: String,
    },
    /// An RSA key of another length.
    #[error("it is an RSA key of {found} bits: wanted {RSA_BITS_MIN} to {RSA_BITS_MAX}")]
    RsaBits {
        /// The length of its modulus in bits.
        found: usize,
    },
    /// A public exponent that weakens the key.
    #[error("its RSA public exponent is {found}: wanted an odd number from 65537 to 2^33 - 1")]
    RsaExponent {
        /// The exponent, or that it is longer.
        found: String,
    },
    /// Not a key at all.
    #[error("it is malformed: {problem}")]
    Malformed {
        /// What is wrong.
        problem: &'static str,
    },
}

impl KeyProblem {
    /// The reason code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Kind { .. } => "keyKindRefused",
            Self::RsaBits { .. } => "keyRsaBits",
            Self::RsaExponent { .. } => "keyRsaExponent",
            Self::Malformed { .. } => "keyMalformed",
        }
    }
}

/// A public key that passed the rules above.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key<'a> {
    /// An uncompressed point on P-256.
    P256(&'a [u8]),
    /// An uncompressed point on P-384.
    P384(&'a [u8]),
    /// An `RSAPublicKey` of RFC 8017 and the bytes of its modulus.
    Rsa { der: &'a [u8], modulus_bytes: usize },
    /// An Ed25519 key of 32 bytes.
    Ed25519(&'a [u8]),
}

impl<'a> Key<'a> {
    /// The key of a certificate. A key bound to RSASSA-PSS (RFC 4055, 1.2) is refused: its parameters restrict hash
    /// and salt, and two places that name them can disagree; an rsaEncryption key serves PS256 and PS384 as well.
    pub(crate) fn read(info: &'a SubjectPublicKeyInfo<'_>) -> Result<Self, KeyProblem> {
        if info.subject_public_key.unused_bits != 0 {
            return Err(KeyProblem::Malformed { problem: "the bit string of the key has unused bits" });
        }
        let key: &[u8] = &info.subject_public_key.data;
        let algorithm = &info.algorithm;
        if algorithm.algorithm == OID_KEY_TYPE_EC_PUBLIC_KEY {
            return on_curve(algorithm, key);
        }
        if algorithm.algorithm == OID_PKCS1_RSAENCRYPTION {
            let null = algorithm.parameters.as_ref().is_some_and(|any| any.as_null().is_ok());
            let parsed = if null { info.parsed().ok() } else { None };
            let Some(PublicKey::RSA(rsa)) = parsed else {
                return Err(KeyProblem::Malformed { problem: "not an RSA key of RFC 3279, 2.3.1" });
            };
            return Ok(Self::Rsa { der: key, modulus_bytes: check_rsa(rsa.modulus, rsa.exponent)? });
        }
        if algorithm.algorithm == OID_SIG_ED25519 {
            if algorithm.parameters.is_some() || key.len() != 32 {
                return Err(KeyProblem::Malformed { problem: "not an Ed25519 key of RFC 8410, 3" });
            }
            return Ok(Self::Ed25519(key));
        }
        Err(KeyProblem::Kind { found: kind(&algorithm.algorithm) })
    }

    /// The kind of key, for an error.
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::P256(_) => "an EC key on P-256 (ES256)",
            Self::P384(_) => "an EC key on P-384 (ES384)",
            Self::Rsa { .. } => "an RSA key (PS256, PS384 or RS256)",
            Self::Ed25519(_) => "an Ed25519 key (EdDSA)",
        }
    }

    /// How the key verifies under an algorithm, what it takes, and the length of a signature; `None` where the
    /// algorithm is not one of the key.
    pub(super) fn verification(
        &self,
        algorithm: Algorithm,
    ) -> Option<(&'static dyn ring::signature::VerificationAlgorithm, &'a [u8], usize)> {
        match (algorithm, *self) {
            (Algorithm::Es256, Self::P256(point)) => Some((&ring::signature::ECDSA_P256_SHA256_FIXED, point, 64)),
            (Algorithm::Es384, Self::P384(point)) => Some((&ring::signature::ECDSA_P384_SHA384_FIXED, point, 96)),
            (Algorithm::EdDsa, Self::Ed25519(key)) => Some((&ring::signature::ED25519, key, 64)),
            (Algorithm::Ps256, Self::Rsa { der, modulus_bytes }) => {
                Some((&ring::signature::RSA_PSS_2048_8192_SHA256, der, modulus_bytes))
            }
            (Algorithm::Ps384, Self::Rsa { der, modulus_bytes }) => {
                Some((&ring::signature::RSA_PSS_2048_8192_SHA384, der, modulus_bytes))
            }
            (Algorithm::Rs256, Self::Rsa { der, modulus_bytes }) => {
                Some((&ring::signature::RSA_PKCS1_2048_8192_SHA256, der, modulus_bytes))
            }
            (Algorithm::Es256, Self::P384(_) | Self::Rsa { .. } | Self::Ed25519(_))
            | (Algorithm::Es384, Self::P256(_) | Self::Rsa { .. } | Self::Ed25519(_))
            | (Algorithm::EdDsa, Self::P256(_) | Self::P384(_) | Self::Rsa { .. })
            | (
                Algorithm::Ps256 | Algorithm::Ps384 | Algorithm::Rs256,
                Self::P256(_) | Self::P384(_) | Self::Ed25519(_),
            ) => None,
        }
    }
}

fn on_curve<'a>(algorithm: &AlgorithmIdentifier<'_>, point: &'a [u8]) -> Result<Key<'a>, KeyProblem> {
    let curve = algorithm.parameters.as_ref().and_then(|any| any.as_oid().ok());
    let Some(curve) = curve else {
        return Err(KeyProblem::Malformed { problem: "an EC key names its curve (RFC 5480, 2.1.1)" });
    };
    let (key, length) = if curve == OID_EC_P256 {
        (Key::P256(point), 65)
    } else if curve == OID_NIST_EC_P384 {
        (Key::P384(point), 97)
    } else {
        return Err(KeyProblem::Kind { found: kind(&curve) });
    };
    // Whether the point lies on the curve is checked by ring with every signature.
    if point.len() != length || point.first() != Some(&4) {
        return Err(KeyProblem::Malformed { problem: "an EC point is uncompressed (RFC 5480, 2.2)" });
    }
    Ok(key)
}

fn kind(oid: &Oid<'_>) -> String {
    if *oid == OID_NIST_EC_P521 {
        "an EC key on P-521".to_owned()
    } else if *oid == OID_PKCS1_RSASSAPSS {
        "an RSA key bound to RSASSA-PSS; certify it as rsaEncryption".to_owned()
    } else {
        format!("of the kind or curve {oid}")
    }
}

/// The bytes of the modulus, if the numbers keep the rules.
fn check_rsa(modulus: &[u8], exponent: &[u8]) -> Result<usize, KeyProblem> {
    let (Some(modulus), Some(exponent)) = (magnitude(modulus), magnitude(exponent)) else {
        return Err(KeyProblem::Malformed { problem: "the numbers of an RSA key are positive" });
    };
    let leading = modulus.first().map_or(0, |byte| byte.leading_zeros());
    let bits = modulus.len().saturating_mul(8).saturating_sub(usize::try_from(leading).unwrap_or_default());
    if !(RSA_BITS_MIN..=RSA_BITS_MAX).contains(&bits) {
        return Err(KeyProblem::RsaBits { found: bits });
    }
    if exponent.len() > 8 {
        return Err(KeyProblem::RsaExponent { found: format!("a number of {} bytes", exponent.len()) });
    }
    let value = exponent.iter().fold(0_u64, |value, byte| (value << 8) | u64::from(*byte));
    if !RSA_EXPONENT.contains(&value) || value & 1 == 0 {
        return Err(KeyProblem::RsaExponent { found: value.to_string() });
    }
    Ok(modulus.len())
}

/// The bytes of a positive INTEGER without the zero that keeps it positive.
fn magnitude(integer: &[u8]) -> Option<&[u8]> {
    match integer {
        [0, rest @ ..] if !rest.is_empty() => Some(rest),
        [first, ..] if *first < 0x80 && *first > 0 => Some(integer),
        _ => None,
    }
}
