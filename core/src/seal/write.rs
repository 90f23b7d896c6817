//! The sealing side: what is signed, and how the parts become a JWS.

use rustls_pki_types::CertificateDer;
use time::OffsetDateTime;

use super::{Algorithm, CONTENT_TYPE, base64};
use crate::digest::Digest;

/// Members in the order in which they are written; the reader takes any order.
#[derive(serde::Serialize)]
struct HeaderToSign<'a> {
    alg: &'static str,
    cty: &'static str,
    #[serde(rename = "x5t#S256", skip_serializing_if = "Option::is_none")]
    thumbprint: Option<String>,
    x5c: &'a [String],
    iat: i64,
}

/// The JWS signing input (RFC 7515, 5.1): the bytes that the caller's key signs. `chain` begins with the certificate
/// of that key and leaves out the anchor; `sealed_at` is cut to seconds.
pub fn signing_input(
    algorithm: Algorithm,
    chain: &[CertificateDer<'_>],
    sealed_at: OffsetDateTime,
    payload: &[u8],
) -> String {
    let x5c: Vec<String> = chain.iter().map(|certificate| base64::to_standard(certificate)).collect();
    let header = HeaderToSign {
        alg: algorithm.as_str(),
        cty: CONTENT_TYPE,
        thumbprint: chain.first().map(|leaf| base64::to_url(Digest::of(leaf).as_bytes())),
        x5c: &x5c,
        iat: sealed_at.unix_timestamp(),
    };
    // Strings and an integer always have a JSON form; an empty header would be refused by every reader.
    let header = serde_json::to_vec(&header).unwrap_or_default();
    format!("{}.{}", base64::to_url(&header), base64::to_url(payload))
}

/// The JWS from its signing input and the signature in JWS form: r and s of fixed length for ES256 and ES384
/// (RFC 7518, 3.4), not the ASN.1 that most tools write.
pub fn assemble(signing_input: &str, signature: &[u8]) -> String {
    format!("{signing_input}.{}", base64::to_url(signature))
}
