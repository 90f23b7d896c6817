//! The signature algorithms of a seal.

use std::fmt;

use super::SealError;

/// A signature algorithm that a seal may use (RFC 7518, 3.1; RFC 8037 for `EdDSA`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// RSASSA-PSS with SHA-256 and a salt of 32 bytes.
    Ps256,
    /// RSASSA-PSS with SHA-384 and a salt of 48 bytes.
    Ps384,
    /// Ed25519; Ed448 is not read.
    EdDsa,
    /// RSASSA-PKCS1-v1_5 with SHA-256: qualified seals still use it.
    Rs256,
}

impl Algorithm {
    /// Every algorithm.
    pub const ALL: &[Self] = &[Self::Es256, Self::Es384, Self::Ps256, Self::Ps384, Self::EdDsa, Self::Rs256];

    /// The name in the `alg` header parameter.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::EdDsa => "EdDSA",
            Self::Rs256 => "RS256",
        }
    }

    /// The algorithm of an `alg` header parameter, compared letter for letter (RFC 7515, 4.1.1).
    pub(super) fn named(name: &str) -> Result<Self, SealError> {
        let found = Self::ALL.iter().copied().find(|algorithm| algorithm.as_str() == name);
        found.ok_or_else(|| SealError::AlgorithmRefused { found: super::error::cut(name), why: why_refused(name) })
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Each refusal by its name: who implements a sealing system reads this, not the source.
fn why_refused(name: &str) -> &'static str {
    match name {
        "HS256" | "HS384" | "HS512" => "a shared key proves no origin: whoever can verify could have sealed",
        "ES512" => "P-521 is not supported",
        "ES256K" => "secp256k1 is not a curve of European seals",
        "RS384" | "RS512" => "of PKCS #1 v1.5 only RS256 is kept, for old qualified seals; use PS256 or PS384",
        "PS512" => "use PS256 or PS384",
        "RS1" => "SHA-1 is broken",
        "Ed448" => "Ed448 is not supported",
        "Ed25519" => "write it EdDSA (RFC 8037)",
        _ if name.eq_ignore_ascii_case("none") => "a seal without a signature is none",
        _ => "it is not an algorithm of this format; names are compared letter for letter",
    }
}
