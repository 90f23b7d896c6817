//! Writing a code: the claims, shortened until they fit, ready for the register's key.

use coset::{CoseSign1Builder, HeaderBuilder, TaggedCborSerializable as _, iana};
use time::OffsetDateTime;

use super::{CODE_CHARS_MAX, Claims, KeyId, PREFIX, Shortening, TokenError, cbor};
use crate::certificate::Certificate;
use crate::digest::Digest;

/// How far to shorten, tried in this order: names first, then routes, then lines. The last always fits.
pub const SHORTENINGS: [Shortening; 7] = [
    Shortening { lines: 10, name_bytes: 80, routes: 16 },
    Shortening { lines: 10, name_bytes: 60, routes: 4 },
    Shortening { lines: 10, name_bytes: 40, routes: 2 },
    Shortening { lines: 10, name_bytes: 24, routes: 1 },
    Shortening { lines: 10, name_bytes: 12, routes: 0 },
    Shortening { lines: 4, name_bytes: 12, routes: 0 },
    Shortening { lines: 0, name_bytes: 12, routes: 0 },
];

/// How well the claims are deflated: the best there is, they are a few hundred bytes.
const DEFLATE_LEVEL: u8 = 9;

/// Claims before they are signed.
#[derive(Debug, Clone)]
pub struct Draft {
    unsigned: coset::CoseSign1,
}

/// A code's claims for a certificate, for the key named `key` to sign.
pub fn draft(
    certificate: &Certificate,
    digest: Digest,
    issued_at: OffsetDateTime,
    key: KeyId,
    to: Shortening,
) -> Result<Draft, TokenError> {
    Draft::of(&Claims::of(certificate, digest, issued_at, to), key)
}

impl Draft {
    pub(super) fn of(claims: &Claims, key: KeyId) -> Result<Self, TokenError> {
        let mut payload = Vec::new();
        coset::cbor::into_writer(&cbor::value(claims), &mut payload)
            .map_err(|_| TokenError::Claim { claim: "claims" })?;
        let protected = HeaderBuilder::new().algorithm(iana::Algorithm::ES256).key_id(key.0.to_vec()).build();
        Ok(Self { unsigned: CoseSign1Builder::new().protected(protected).payload(payload).build() })
    }

    /// The bytes to sign with ES256 (`Sig_structure`, RFC 9052, 4.4).
    pub fn to_sign(&self) -> Vec<u8> {
        self.unsigned.tbs_data(&[])
    }

    /// The code, from the signature as r and s of 32 bytes each.
    pub fn code(&self, signature: &[u8]) -> Result<String, NoCode> {
        let mut signed = self.unsigned.clone();
        signed.signature = signature.to_vec();
        let tagged = signed.to_tagged_vec().map_err(|_| NoCode::TooLong)?;
        let deflated = miniz_oxide::deflate::compress_to_vec_zlib(&tagged, DEFLATE_LEVEL);
        let code = format!("{PREFIX}{}", base45::encode(&deflated));
        match code {
            code if code.len() > CODE_CHARS_MAX => Err(NoCode::TooLong),
            code if code.ends_with(' ') => Err(NoCode::EndsInSpace),
            code => Ok(code),
        }
    }
}

/// Why a signature gives no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoCode {
    /// It does not fit: shorten the claims.
    TooLong,
    /// It ends in the space of base45, which whoever copies it loses: sign again, ES256 gives another one.
    EndsInSpace,
}
