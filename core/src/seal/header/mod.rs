//! The protected header: which parameters a seal has, and why every other one is refused.

mod json;
mod thumbprint;

use std::collections::BTreeSet;

use rustls_pki_types::CertificateDer;
use time::OffsetDateTime;

use self::json::{Json, Members};
use super::error::cut;
use super::{Algorithm, SealError, base64};
use crate::chain::{CHAIN_BYTES_MAX, CHAIN_CERTIFICATES_MAX};

/// What a seal is over: the media type of the certificate's payload, without `application/` (RFC 7515, 4.1.10).
pub const CONTENT_TYPE: &str = "vnd.endmark.certificate.v1+json";

/// The largest header in bytes: 32 KiB of certificates are 43,692 characters of base64; the rest is room for the other
/// parameters and a long `kid`, which some signing libraries fill with the issuer's name.
pub const HEADER_BYTES_MAX: usize = 48 * 1024;

/// A header that keeps every rule of the format; its certificates are not yet read.
#[derive(Debug, Clone)]
pub(super) struct Header {
    pub(super) algorithm: Algorithm,
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) sealed_at: OffsetDateTime,
}

impl Header {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, SealError> {
        if bytes.len() > HEADER_BYTES_MAX {
            return Err(SealError::HeaderTooLarge { found: bytes.len() });
        }
        // serde_json stops at a depth of 128; a deeper header is malformed.
        let json = serde_json::from_slice(bytes).map_err(|error| SealError::HeaderMalformed(error.to_string()))?;
        let Json::Object(members) = json else { return Err(SealError::HeaderMalformed(json.kind())) };
        check_names(&members)?;
        let algorithm = Algorithm::named(text(&members, "alg", "the name of the signature algorithm")?)?;
        check_content_type(text(&members, "cty", "the content type of the payload")?)?;
        for ignored in ["typ", "kid"] {
            if get(&members, ignored).is_some() {
                text(&members, ignored, "a string")?;
            }
        }
        let chain = chain(&members)?;
        if let Some(leaf) = chain.first() {
            thumbprint::check(get(&members, "x5t#S256"), get(&members, "x5t#o"), leaf)?;
        }
        Ok(Self { algorithm, chain, sealed_at: sealed_at(&members)? })
    }
}

fn get<'a>(members: &'a Members, name: &str) -> Option<&'a Json> {
    members.iter().find(|(found, _)| found == name).map(|(_, value)| value)
}

fn required<'a>(members: &'a Members, name: &'static str, wanted: &'static str) -> Result<&'a Json, SealError> {
    get(members, name).ok_or(SealError::HeaderParameterMissing { name, wanted })
}

fn text<'a>(members: &'a Members, name: &'static str, wanted: &'static str) -> Result<&'a str, SealError> {
    match required(members, name, wanted)? {
        Json::Text(text) => Ok(text),
        other @ (Json::Integer(_) | Json::List(_) | Json::Object(_) | Json::Other(_)) => {
            Err(SealError::HeaderParameterMalformed { name, wanted, found: other.kind() })
        }
    }
}

/// An unknown parameter must be ignored by RFC 7515, 4; this format is stricter, because a signer who adds one expects
/// somebody to act on it.
fn check_names(members: &Members) -> Result<(), SealError> {
    let mut seen = BTreeSet::new();
    for (name, _) in members {
        if !seen.insert(name) {
            return Err(SealError::HeaderNameTwice { name: cut(name) });
        }
        if let Some(why) = why_refused(name) {
            return Err(SealError::HeaderNameRefused { name: cut(name), why });
        }
    }
    Ok(())
}

fn why_refused(name: &str) -> Option<&'static str> {
    match name {
        "alg" | "cty" | "x5c" | "x5t#S256" | "x5t#o" | "iat" | "typ" | "kid" => None,
        "crit" => Some("a seal has no extensions that a reader must understand"),
        "b64" => Some("the payload is always base64url (no RFC 7797)"),
        "jku" | "x5u" => Some("no address from a document is ever fetched"),
        "jwk" => Some("a key is trusted by its certificate, not by its own word"),
        "x5t" => Some("SHA-1 names no certificate; use x5t#S256"),
        "sigT" => Some("the time of sealing stands in iat, in seconds (TS 119 182-1 V1.2.1)"),
        "sigD" | "sigPl" | "sigPId" | "sigX5ts" | "srCms" | "srAts" | "adoTst" | "etsiU" => {
            Some("a seal is JAdES baseline B, attached, without further properties")
        }
        "zip" | "enc" | "epk" | "apu" | "apv" => Some("it belongs to encryption, and a seal is only signed"),
        _ => Some("a seal's header has alg, cty, x5c, x5t#S256 or x5t#o, iat, and may have typ and kid"),
    }
}

fn check_content_type(found: &str) -> Result<(), SealError> {
    if found.strip_prefix("application/").unwrap_or(found) == CONTENT_TYPE {
        return Ok(());
    }
    Err(SealError::ContentType { found: cut(found) })
}

fn sealed_at(members: &Members) -> Result<OffsetDateTime, SealError> {
    let (name, wanted) = ("iat", "the time of sealing in whole seconds since 1970");
    let value = required(members, name, wanted)?;
    let malformed = || SealError::HeaderParameterMalformed { name, wanted, found: value.kind() };
    let Json::Integer(seconds) = value else { return Err(malformed()) };
    OffsetDateTime::from_unix_timestamp(*seconds).map_err(|_| malformed())
}

fn chain(members: &Members) -> Result<Vec<CertificateDer<'static>>, SealError> {
    let (name, wanted) = ("x5c", "an array of certificates in base64 with padding, the seal certificate first");
    let value = required(members, name, wanted)?;
    let malformed = |found: String| SealError::HeaderParameterMalformed { name, wanted, found };
    let Json::List(list) = value else { return Err(malformed(value.kind())) };
    if !(1..=CHAIN_CERTIFICATES_MAX).contains(&list.len()) {
        return Err(SealError::ChainLength { found: list.len() });
    }
    let read = |entry: &Json| match entry {
        Json::Text(text) => {
            base64::from_standard(text).map(CertificateDer::from).ok_or_else(|| malformed(entry.kind()))
        }
        Json::Integer(_) | Json::List(_) | Json::Object(_) | Json::Other(_) => Err(malformed(entry.kind())),
    };
    let chain = list.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let found = chain.iter().map(|certificate| certificate.len()).fold(0, usize::saturating_add);
    if found > CHAIN_BYTES_MAX {
        return Err(SealError::ChainTooLarge { found });
    }
    Ok(chain)
}
