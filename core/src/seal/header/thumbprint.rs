//! The thumbprint that binds the signature to one certificate: without it, another certificate for the same key could
//! be put in the place of the sealer's (TS 119 182-1, 5.1.7 and 5.2.2).

use ring::digest::{Algorithm, SHA256, SHA384, SHA512, digest};

use super::json::Json;
use super::{SealError, base64};

/// At least one thumbprint must be there, and each that is there must be the first certificate's.
pub(super) fn check(sha256: Option<&Json>, other: Option<&Json>, leaf: &[u8]) -> Result<(), SealError> {
    if sha256.is_none() && other.is_none() {
        return Err(SealError::HeaderParameterMissing {
            name: "x5t#S256",
            wanted: "the SHA-256 of the first certificate in base64url, or x5t#o",
        });
    }
    if let Some(value) = sha256 {
        let Json::Text(declared) = value else {
            return Err(malformed("x5t#S256", "a SHA-256 in base64url", value));
        };
        compare("x5t#S256", &SHA256, declared, leaf)?;
    }
    if let Some(value) = other {
        let (algorithm, declared) = read_other(value)?;
        compare("x5t#o", algorithm, declared, leaf)?;
    }
    Ok(())
}

/// `{digAlg, digVal}`. V1.2.1 names the algorithm as the IANA registry of named information hashes does (`sha-512`),
/// earlier signing libraries after the JOSE manner (`S512`).
fn read_other(value: &Json) -> Result<(&'static Algorithm, &str), SealError> {
    let wanted = "an object {digAlg, digVal} with sha-256, sha-384 or sha-512 and the digest in base64url";
    let refused = || malformed("x5t#o", wanted, value);
    let Json::Object(members) = value else { return Err(refused()) };
    let [(first, Json::Text(one)), (second, Json::Text(two))] = members.as_slice() else { return Err(refused()) };
    let (name, declared) = match (first.as_str(), second.as_str()) {
        ("digAlg", "digVal") => (one, two),
        ("digVal", "digAlg") => (two, one),
        _ => return Err(refused()),
    };
    let algorithm = match name.as_str() {
        "sha-256" | "S256" => &SHA256,
        "sha-384" | "S384" => &SHA384,
        "sha-512" | "S512" => &SHA512,
        _ => return Err(refused()),
    };
    Ok((algorithm, declared))
}

fn compare(
    parameter: &'static str,
    algorithm: &'static Algorithm,
    declared: &str,
    leaf: &[u8],
) -> Result<(), SealError> {
    let computed = base64::to_url(digest(algorithm, leaf).as_ref());
    // Canonical base64url has one spelling, so the texts can be compared.
    if declared == computed {
        return Ok(());
    }
    Err(SealError::ThumbprintMismatch { parameter, declared: super::cut(declared), computed })
}

fn malformed(name: &'static str, wanted: &'static str, found: &Json) -> SealError {
    SealError::HeaderParameterMalformed { name, wanted, found: found.kind() }
}
