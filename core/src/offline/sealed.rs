//! The bundle signed, as a JWS in compact form (RFC 7515) under the key of the log.
//!
//! Not under the key for codes: whoever took that one could write a bundle in which it is not retired. A line that
//! begins with `eyJ` is no checkpoint, and a checkpoint is no JWS, so neither passes for the other.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use super::{Bundle, LISTED_MAX, VERSION};
use crate::log::{LogKey, LogSigner};

/// The longest bundle: its numbers, twice encoded, and 256 KiB for all else.
pub const BUNDLE_BYTES_MAX: usize = LISTED_MAX * 10 * 16 / 9 + 256 * 1024;

/// What stands in the header for the kind of content.
const TYPE: &str = "endmark-offline-bundle";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    kid: String,
    typ: String,
}

/// Why a bundle is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// Longer than any.
    #[error("the bundle has {found} bytes, at most {BUNDLE_BYTES_MAX} are read")]
    TooLarge {
        /// How many.
        found: usize,
    },
    /// Not of the form.
    #[error("the bundle cannot be read: {0}")]
    Malformed(String),
    /// Signed under a key that is not the register's.
    #[error("the bundle is signed under the key {found}, which is not this register's")]
    KeyUnknown {
        /// The key it names.
        found: String,
    },
    /// Changed.
    #[error("the signature of the bundle does not verify")]
    SignatureInvalid,
}

fn malformed(why: impl ToString) -> BundleError {
    BundleError::Malformed(why.to_string())
}

fn key_name(key: &LogKey) -> String {
    format!("{:08x}", key.hash())
}

/// Signs a bundle, and opens it again before it is handed out.
pub fn seal(bundle: &Bundle, signer: &LogSigner) -> Result<String, BundleError> {
    let header = Header { alg: "EdDSA".to_owned(), kid: key_name(signer.key()), typ: TYPE.to_owned() };
    let encode = |json: Result<Vec<u8>, serde_json::Error>| json.map(|json| URL_SAFE_NO_PAD.encode(json));
    let header = encode(serde_json::to_vec(&header)).map_err(malformed)?;
    let payload = encode(serde_json::to_vec(bundle)).map_err(malformed)?;
    let input = format!("{header}.{payload}");
    let signature = URL_SAFE_NO_PAD.encode(signer.sign_offline(&input));
    let jws = format!("{input}.{signature}");
    open(&jws, std::slice::from_ref(signer.key()))?;
    Ok(jws)
}

/// Reads a bundle that one of these keys signed. Whether it is older than the one at hand, the device judges.
pub fn open(jws: &str, keys: &[LogKey]) -> Result<Bundle, BundleError> {
    if jws.len() > BUNDLE_BYTES_MAX {
        return Err(BundleError::TooLarge { found: jws.len() });
    }
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| malformed("not base64url"));
    let (input, signature) = jws.rsplit_once('.').ok_or_else(|| malformed("not three parts"))?;
    let (header, payload) = input.split_once('.').ok_or_else(|| malformed("not three parts"))?;
    let header: Header = serde_json::from_slice(&decode(header)?).map_err(malformed)?;
    if header.alg != "EdDSA" || header.typ != TYPE {
        return Err(malformed("the header has EdDSA and the type of a bundle"));
    }
    let key = keys.iter().find(|key| key_name(key) == header.kid);
    let key = key.ok_or_else(|| BundleError::KeyUnknown { found: header.kid.chars().take(16).collect() })?;
    key.verify(input.as_bytes(), &decode(signature)?).map_err(|_| BundleError::SignatureInvalid)?;
    let bundle: Bundle = serde_json::from_slice(&decode(payload)?).map_err(malformed)?;
    if bundle.version != VERSION || bundle.register.as_str() != key.name().as_str() {
        return Err(malformed("another version or another register"));
    }
    Ok(bundle)
}
