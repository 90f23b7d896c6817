//! Reading a code, bound by bound, and verifying it.

use coset::cbor::Value;
use coset::{Algorithm, CoseSign1, CoseSign1Builder, Header, TaggedCborSerializable as _, iana};
use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZFlush, MZStatus};

use super::{CODE_CHARS_MAX, Claims, INFLATED_BYTES_MAX, KeyId, PREFIX, TokenError, TokenKeys, cbor};

/// A code that was read but not verified: anybody may have written it.
#[derive(Debug, Clone)]
pub struct UnverifiedToken {
    unverified_claims: Claims,
    key: KeyId,
    signed: Vec<u8>,
    signature: Vec<u8>,
}

/// Proof that a key of the register signed these claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    claims: Claims,
    key: KeyId,
}

impl Token {
    /// What it says.
    pub const fn claims(&self) -> &Claims {
        &self.claims
    }

    /// The key that signed it.
    pub const fn key(&self) -> KeyId {
        self.key
    }
}

/// Reads a code as scanned. White space around it is not part of it; an address in a code is a code of another system
/// and is never followed.
pub fn parse(code: &str) -> Result<UnverifiedToken, TokenError> {
    let encoded = code.trim().strip_prefix(PREFIX).ok_or(TokenError::OtherSystem)?;
    let found = encoded.len().saturating_add(PREFIX.len());
    if found > CODE_CHARS_MAX {
        return Err(TokenError::TooLong { found });
    }
    let deflated = base45::decode(encoded).map_err(|_| TokenError::Base45)?;
    // The decoder takes two last characters beyond a byte for what is left of them.
    if base45::encode(&deflated) != encoded {
        return Err(TokenError::Base45);
    }
    let inflated = inflate_whole(&deflated)?;
    let refused = |problem| TokenError::Cose { problem };
    let signed_one = CoseSign1::from_tagged_slice(&inflated).map_err(|_| refused("not a tagged COSE_Sign1"))?;
    let key = key_id(&signed_one)?;
    let signed = signed_one.tbs_data(&[]);
    let (signature, payload) = (signed_one.signature, signed_one.payload.ok_or(refused("no payload"))?);
    let again = CoseSign1Builder::new().protected(header(key)).payload(payload.clone()).signature(signature.clone());
    if again.build().to_tagged_vec().ok() != Some(inflated) {
        return Err(refused("not the one spelling: shortest lengths, nothing indefinite, nothing twice"));
    }
    let claims: Value = coset::cbor::from_reader(payload.as_slice()).map_err(|_| refused("the payload is not CBOR"))?;
    let mut again = Vec::new();
    if coset::cbor::into_writer(&claims, &mut again).is_err() || again != payload {
        return Err(refused("the claims are not in their one spelling, or bytes follow them"));
    }
    Ok(UnverifiedToken { unverified_claims: cbor::read(claims)?, key, signed, signature })
}

/// The whole of a zlib stream that nothing follows.
fn inflate_whole(deflated: &[u8]) -> Result<Vec<u8>, TokenError> {
    let mut inflated = vec![0; INFLATED_BYTES_MAX.saturating_add(1)];
    let mut state = InflateState::new_boxed(DataFormat::Zlib);
    let result = inflate(&mut state, deflated, &mut inflated, MZFlush::Finish);
    if result.bytes_written > INFLATED_BYTES_MAX {
        return Err(TokenError::Bomb);
    }
    if result.status != Ok(MZStatus::StreamEnd) || result.bytes_consumed != deflated.len() {
        return Err(TokenError::Deflate);
    }
    inflated.truncate(result.bytes_written);
    Ok(inflated)
}

/// The protected header of a code.
fn header(key: KeyId) -> Header {
    let alg = Some(Algorithm::Assigned(iana::Algorithm::ES256));
    Header { alg, key_id: key.0.to_vec(), ..Header::default() }
}

/// The key that the protected header names; nothing else may stand in either header.
fn key_id(signed: &CoseSign1) -> Result<KeyId, TokenError> {
    let refused = |problem| TokenError::Cose { problem };
    if !signed.unprotected.is_empty() {
        return Err(refused("the unprotected header is not empty"));
    }
    let named = &signed.protected.header;
    let key = named.key_id.as_slice().try_into().map(KeyId).map_err(|_| refused("a kid of 8 bytes is wanted"))?;
    if *named == header(key) { Ok(key) } else { Err(refused("the protected header has ES256 and a kid, nothing else")) }
}

impl UnverifiedToken {
    /// The key it says it is signed under.
    pub const fn key(&self) -> KeyId {
        self.key
    }

    /// The register it says it is of.
    pub fn unverified_register(&self) -> &str {
        self.unverified_claims.register.as_str()
    }

    /// Verifies it for the register with this origin and these keys. A retired key convinces nobody: whoever took it
    /// writes any time he likes.
    pub fn verify(self, register: &str, keys: &TokenKeys) -> Result<Token, TokenError> {
        let found = self.unverified_register();
        if found != register {
            return Err(TokenError::OtherRegister { wanted: register.to_owned(), found: found.to_owned() });
        }
        let key = keys.get(self.key).ok_or(TokenError::KeyUnknown { found: self.key })?;
        key.verify(&self.signed, &self.signature)?;
        match key.retired_at {
            Some(at) => Err(TokenError::KeyRetired { found: self.key, at }),
            None => Ok(Token { claims: self.unverified_claims, key: self.key }),
        }
    }
}
