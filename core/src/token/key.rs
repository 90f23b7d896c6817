//! The register's keys for codes: the one in use, and those it had before.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::TokenError;
use crate::digest::Digest;

/// What stands before an uncompressed P-256 point in a `SubjectPublicKeyInfo` (RFC 5480).
const SPKI_PREFIX: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// A key's name: the first 8 bytes of the SHA-256 of its `SubjectPublicKeyInfo`. It finds the key and proves nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 8]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A key as published: a JWK (RFC 7517), with the moment of retirement where it is retired.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Jwk {
    kty: String,
    crv: String,
    x: String,
    y: String,
    alg: String,
    kid: String,
    #[serde(
        rename = "retiredAt",
        default,
        skip_serializing_if = "Option::is_none",
        with = "time::serde::rfc3339::option"
    )]
    retired_at: Option<OffsetDateTime>,
}

/// A public key for codes: P-256.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Jwk", into = "Jwk")]
pub struct TokenKey {
    point: [u8; 65],
    /// When it was retired: what it signed is not believed from the code alone any more.
    pub retired_at: Option<OffsetDateTime>,
}

impl TokenKey {
    /// From an uncompressed point (SEC 1, 2.3.3), as ring gives it.
    pub fn from_point(point: &[u8]) -> Option<Self> {
        let point: [u8; 65] = point.try_into().ok()?;
        (point.first() == Some(&4)).then_some(Self { point, retired_at: None })
    }

    /// Its name.
    pub fn id(&self) -> KeyId {
        let digest = Digest::of(&self.subject_public_key_info());
        KeyId(digest.as_bytes().first_chunk().copied().unwrap_or_default())
    }

    /// The key in DER (RFC 5480).
    pub fn subject_public_key_info(&self) -> Vec<u8> {
        [SPKI_PREFIX.as_slice(), &self.point].concat()
    }

    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), TokenError> {
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &self.point)
            .verify(message, signature)
            .map_err(|_| TokenError::SignatureInvalid { key: self.id() })
    }
}

impl From<TokenKey> for Jwk {
    fn from(key: TokenKey) -> Self {
        let (x, y) = key.point.get(1..).and_then(|xy| xy.split_at_checked(32)).unwrap_or_default();
        let text = |part: &[u8]| URL_SAFE_NO_PAD.encode(part);
        Self {
            kty: "EC".to_owned(),
            crv: "P-256".to_owned(),
            x: text(x),
            y: text(y),
            alg: "ES256".to_owned(),
            kid: key.id().to_string(),
            retired_at: key.retired_at,
        }
    }
}

impl TryFrom<Jwk> for TokenKey {
    type Error = &'static str;

    fn try_from(jwk: Jwk) -> Result<Self, Self::Error> {
        if (jwk.kty.as_str(), jwk.crv.as_str(), jwk.alg.as_str()) != ("EC", "P-256", "ES256") {
            return Err("a key for codes is of kty EC, crv P-256, alg ES256");
        }
        let part = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| "x and y are base64url");
        let point = [vec![4], part(&jwk.x)?, part(&jwk.y)?].concat();
        let key = Self::from_point(&point).ok_or("x and y have 32 bytes each")?;
        if key.id().to_string() != jwk.kid {
            return Err("the kid is not that of the key");
        }
        Ok(Self { retired_at: jwk.retired_at, ..key })
    }
}

/// A register's keys for codes, a JWK set (RFC 7517, 5).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenKeys {
    /// All it ever had.
    pub keys: Vec<TokenKey>,
}

impl TokenKeys {
    /// The one of this name.
    pub fn get(&self, id: KeyId) -> Option<&TokenKey> {
        self.keys.iter().find(|key| key.id() == id)
    }
}
