//! Base64 with one spelling per value, so that nobody can write one seal in two ways.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// Reads base64url without padding; trailing bits must be zero (RFC 7515, 2; RFC 4648, 3.5).
pub(super) fn from_url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Writes base64url without padding.
pub(super) fn to_url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads base64 with padding, as `x5c` holds it (RFC 7515, 4.1.6).
pub(super) fn from_standard(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Writes base64 with padding.
pub(super) fn to_standard(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The characters that so many bytes take in base64url without padding.
pub(super) const fn url_chars(bytes: usize) -> usize {
    bytes.saturating_mul(4).div_ceil(3)
}
