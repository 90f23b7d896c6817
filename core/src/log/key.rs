//! The keys of a log: the string auditors hold, and the signer that only the service has.

use std::fmt;
use std::str::FromStr;

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

use super::checkpoint::{Checkpoint, number};
use super::error::LogError;
use super::note::{open_checkpoint, signature_line};
use super::origin::Origin;

/// The signature type of Ed25519 (C2SP signed-note, "Signature types").
const ED25519_TYPE: u8 = 0x01;
/// The longest key string in bytes: an origin of four-byte characters, the hash and the key.
const KEY_BYTES_MAX: usize = 512;

/// A verifier key: `name+hash+base64(0x01 || public key)`, Ed25519 only.
#[derive(Clone, PartialEq, Eq)]
pub struct LogKey {
    name: Origin,
    public: [u8; 32],
    hash: u32,
    last_size: Option<u64>,
}

impl LogKey {
    fn new(name: Origin, public: [u8; 32]) -> Self {
        let mut input = name.as_str().as_bytes().to_vec();
        input.extend([b'\n', ED25519_TYPE]);
        input.extend(public);
        let digest = ring::digest::digest(&ring::digest::SHA256, &input);
        let hash = digest.as_ref().first_chunk().copied().map_or(0, u32::from_be_bytes);
        Self { name, public, hash, last_size: None }
    }

    /// The same key, retired: it signed nothing over more entries than so many. What says otherwise is refused, for
    /// whoever took the key could sign more.
    #[must_use]
    pub const fn retired_after(mut self, last_size: u64) -> Self {
        self.last_size = Some(last_size);
        self
    }

    /// The most entries it signed; `None`: it is not known to be retired.
    pub const fn last_size(&self) -> Option<u64> {
        self.last_size
    }

    /// Reads a line of a key file: a key string, and behind a space the most entries it signed where it is retired.
    pub fn from_line(line: &str) -> Result<Self, LogError> {
        match line.split_once(' ') {
            None => line.parse(),
            Some((key, size)) => Ok(key.parse::<Self>()?.retired_after(number(size, "last size of a key")?)),
        }
    }

    /// The line of a key file, without a line feed.
    pub fn to_line(&self) -> String {
        match self.last_size {
            None => self.to_string(),
            Some(size) => format!("{self} {size}"),
        }
    }

    /// Whose key it is: the log's origin.
    pub const fn name(&self) -> &Origin {
        &self.name
    }

    /// The key hash: with the name it says which key a signature is by. It is short, and proves nothing.
    pub const fn hash(&self) -> u32 {
        self.hash
    }

    /// The Ed25519 public key (RFC 8032).
    pub const fn public_key(&self) -> &[u8; 32] {
        &self.public
    }

    pub(crate) fn verify(&self, text: &[u8], signature: &[u8]) -> Result<(), LogError> {
        UnparsedPublicKey::new(&ED25519, &self.public)
            .verify(text, signature)
            .map_err(|_| LogError::SignatureInvalid(self.name.to_string()))
    }
}

impl FromStr for LogKey {
    type Err = LogError;

    fn from_str(text: &str) -> Result<Self, LogError> {
        if text.len() > KEY_BYTES_MAX {
            return Err(LogError::TooLarge { what: "key", unit: "bytes", max: KEY_BYTES_MAX, found: text.len() });
        }
        let refused = || LogError::malformed("key", "name+8 hexadecimal digits+base64", text);
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(hash), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(refused());
        };
        let name: Origin = name.parse()?;
        let lower_hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if hash.len() != 8 || !hash.bytes().all(lower_hex) {
            return Err(refused());
        }
        let found = u32::from_str_radix(hash, 16).map_err(|_| refused())?;
        let key = STANDARD.decode(key).map_err(|_| refused())?;
        let (&kind, public) = key.split_first().ok_or_else(refused)?;
        if kind != ED25519_TYPE {
            return Err(LogError::KeyAlgorithm { name: name.to_string(), found: kind });
        }
        let key = Self::new(name, public.try_into().map_err(|_| refused())?);
        if key.hash == found {
            Ok(key)
        } else {
            Err(LogError::KeyHash { name: key.name.to_string(), wanted: key.hash, found })
        }
    }
}

impl fmt::Display for LogKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![ED25519_TYPE];
        key.extend(self.public);
        write!(f, "{}+{:08x}+{}", self.name, self.hash, STANDARD.encode(key))
    }
}

impl fmt::Debug for LogKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The key that signs a log's checkpoints.
pub struct LogSigner {
    pair: Ed25519KeyPair,
    key: LogKey,
}

impl LogSigner {
    /// From the log's origin and its private key in PKCS #8 DER (RFC 8410; with or without the public key).
    pub fn from_pkcs8(name: &str, der: &[u8]) -> Result<Self, LogError> {
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der)
            .map_err(|refused| LogError::PrivateKey(refused.to_string()))?;
        let public = pair.public_key().as_ref().try_into().map_err(|_| LogError::PrivateKey("key length".into()))?;
        Ok(Self { pair, key: LogKey::new(name.parse()?, public) })
    }

    /// The verifier key to publish.
    pub const fn key(&self) -> &LogKey {
        &self.key
    }

    /// Signs a checkpoint of this log and gives the signed note, which has been opened again before it is handed
    /// out. The same checkpoint gives the same note: Ed25519 is deterministic.
    pub fn sign(&self, checkpoint: &Checkpoint) -> Result<String, LogError> {
        if checkpoint.origin != self.key.name {
            let (key, origin) = (self.key.name.to_string(), checkpoint.origin.to_string());
            return Err(LogError::OriginMismatch { key, origin });
        }
        let text = checkpoint.text();
        let note = format!("{text}\n{}", self.signature(&text));
        open_checkpoint(note.as_bytes(), std::slice::from_ref(&self.key))?;
        Ok(note)
    }

    /// The signature over the signing input of an offline bundle, which no checkpoint could be taken for.
    pub(crate) fn sign_offline(&self, input: &str) -> Vec<u8> {
        self.pair.sign(input.as_bytes()).as_ref().to_vec()
    }

    /// The signature line over a text of this crate that no checkpoint could be taken for.
    pub(crate) fn signature(&self, text: &str) -> String {
        signature_line(&self.key, self.pair.sign(text.as_bytes()).as_ref())
    }
}

impl fmt::Debug for LogSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogSigner").field("key", &self.key).finish_non_exhaustive()
    }
}
