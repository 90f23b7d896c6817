//! The key that signs the codes on papers, with the public keys of all it ever was.
//!
//! Two files: the private key in use, and beside it `token-keys.json`, the JWK set that is published. A set without its
//! private key is a lost key and stops the start; neither is a register made before there were codes, and both are
//! made.

use std::fs;
use std::path::{Path, PathBuf};

use endmark_core::certificate::Certificate;
use endmark_core::digest::Digest;
use endmark_core::token::{self, Claims, KeyId, SHORTENINGS, Shortening, TokenKey, TokenKeys};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use time::OffsetDateTime;

use super::{KeyError, read, write_secret};

/// One code in 45 ends in a space and is signed again: so often in a row it does not happen in the age of the universe.
const SIGNATURES_MAX: u32 = 64;

/// Signs codes.
pub struct TokenSigner {
    pair: EcdsaKeyPair,
    id: KeyId,
    keys: TokenKeys,
    random: SystemRandom,
}

impl std::fmt::Debug for TokenSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenSigner").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Where the published keys stand.
fn set_path(secret: &Path) -> PathBuf {
    secret.with_file_name("token-keys.json")
}

/// Where a key waits while it is exchanged.
fn next_path(secret: &Path) -> PathBuf {
    secret.with_extension("next")
}

fn file_error(path: &Path) -> impl Fn(std::io::Error) -> KeyError {
    let path = path.to_owned();
    move |problem| KeyError::File { path: path.clone(), problem }
}

fn content_error(path: &Path, wanted: &'static str) -> KeyError {
    KeyError::Content { path: path.to_owned(), wanted }
}

fn pair(path: &Path) -> Result<(EcdsaKeyPair, TokenKey), KeyError> {
    let wanted = || content_error(path, "a P-256 key in PKCS#8");
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &read(path)?, &SystemRandom::new())
        .map_err(|_| wanted())?;
    let key = TokenKey::from_point(pair.public_key().as_ref()).ok_or_else(wanted)?;
    Ok((pair, key))
}

/// Makes a private key where none is.
fn make(path: &Path) -> Result<(), KeyError> {
    let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
        .map_err(|_| KeyError::Random)?;
    write_secret(path, der.as_ref())
}

/// Writes the set whole or not at all.
fn write_set(path: &Path, keys: &TokenKeys) -> Result<(), KeyError> {
    let failed = file_error(path);
    let text = serde_json::to_string_pretty(keys).map_err(|error| failed(error.into()))?;
    let beside = path.with_extension(format!("json.{}", std::process::id()));
    fs::write(&beside, text + "\n").map_err(&failed)?;
    fs::File::open(&beside).and_then(|file| file.sync_all()).map_err(&failed)?;
    fs::rename(&beside, path).map_err(&failed)
}

fn read_set(path: &Path) -> Result<TokenKeys, KeyError> {
    serde_json::from_slice(&read(path)?).map_err(|_| content_error(path, "the JWK set of the keys for codes"))
}

/// The register's key for codes; made where there has never been one.
pub fn open(secret: &Path) -> Result<TokenSigner, KeyError> {
    let set = set_path(secret);
    if !set.exists() {
        if !secret.exists() {
            tracing::warn!(path = %secret.display(), "this register has no key for codes yet: one is made; back it up");
            make(secret)?;
        }
        // A crash here leaves a key without a set: the next start comes by again.
        write_set(&set, &TokenKeys { keys: vec![pair(secret)?.1] })?;
    }
    let keys = read_set(&set)?;
    let in_use = |key: &TokenKey| keys.get(key.id()).is_some_and(|known| known.retired_at.is_none());
    let next = next_path(secret);
    if next.exists() && in_use(&pair(&next)?.1) {
        // An exchange that was broken off after the new key was published.
        fs::rename(&next, secret).map_err(file_error(secret))?;
    }
    let (pair, key) = pair(secret)?;
    if !in_use(&key) {
        return Err(content_error(secret, "the key in use of token-keys.json"));
    }
    Ok(TokenSigner { pair, id: key.id(), keys, random: SystemRandom::new() })
}

/// Exchanges the key: the one in use is retired at `at`, and a new one takes its place.
pub fn rotate(secret: &Path, at: OffsetDateTime) -> Result<TokenSigner, KeyError> {
    let mut keys = open(secret)?.keys;
    let next = next_path(secret);
    if !next.exists() {
        make(&next)?;
    }
    for key in &mut keys.keys {
        key.retired_at.get_or_insert(at);
    }
    keys.keys.push(pair(&next)?.1);
    // A crash before this leaves a key that nobody knows, taken up by the next exchange; after it, `open` goes on.
    write_set(&set_path(secret), &keys)?;
    open(secret)
}

impl TokenSigner {
    /// The key's name.
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// The keys to publish.
    pub const fn keys(&self) -> &TokenKeys {
        &self.keys
    }

    /// The code for a certificate with this digest, written at `at`; verified before it is handed out; and what
    /// it says.
    pub fn code(
        &self,
        certificate: &Certificate,
        digest: Digest,
        at: OffsetDateTime,
    ) -> Result<(String, Claims), KeyError> {
        for to in SHORTENINGS {
            if let Some(code) = self.try_code(certificate, digest, at, to)? {
                let read = token::parse(&code).and_then(|read| read.verify(certificate.register.as_str(), &self.keys));
                return read
                    .map(|read| (code, read.claims().clone()))
                    .map_err(|error| KeyError::Code(error.to_string()));
            }
        }
        Err(KeyError::Code("the shortest form does not fit".to_owned()))
    }

    fn try_code(
        &self,
        certificate: &Certificate,
        digest: Digest,
        at: OffsetDateTime,
        to: Shortening,
    ) -> Result<Option<String>, KeyError> {
        let draft = token::draft(certificate, digest, at, self.id, to).map_err(|e| KeyError::Code(e.to_string()))?;
        let message = draft.to_sign();
        // The length hardly varies with the signature: what does not fit a few times is shortened.
        for _ in 0..SIGNATURES_MAX {
            let signature = self.pair.sign(&self.random, &message).map_err(|_| KeyError::Random)?;
            match draft.code(signature.as_ref()) {
                Ok(code) => return Ok(Some(code)),
                Err(token::NoCode::TooLong) => return Ok(None),
                Err(token::NoCode::EndsInSpace) => {}
            }
        }
        Err(KeyError::Random)
    }
}
