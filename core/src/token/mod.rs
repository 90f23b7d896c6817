//! The code on the paper: what a device at the border can verify without a network.
//!
//! In the manner of the EU Digital COVID Certificate: CBOR claims in a `COSE_Sign1` (RFC 9052) under the register's
//! ES256 key, deflated (zlib, RFC 1950), in base45 (RFC 9285) after `EDC1:`. It says what was certified when the paper
//! was printed; whether that still stands, only the register can say. docs/TOKEN.md is enough to write a reader.

mod cbor;
mod claims;
mod error;
mod key;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use claims::{Claims, Shortening, TokenLine, TokenParty};
pub use error::TokenError;
pub use key::{KeyId, TokenKey, TokenKeys};
pub use read::{Token, UnverifiedToken, parse};
pub use write::{Draft, NoCode, SHORTENINGS, draft};

/// What every code begins with: the scheme and its version.
pub const PREFIX: &str = "EDC1:";

/// The most characters of a code: what a QR code of version 25 holds at error correction Q in alphanumeric mode
/// (ISO/IEC 18004: 718 data codewords), so that a phone reads it from creased paper.
pub const CODE_CHARS_MAX: usize = 1_041;

/// The most bytes inflated from a code. The claims of the largest code are below half of it; a deflate bomb stops here.
pub const INFLATED_BYTES_MAX: usize = 4_096;

/// The claim that holds the certificate (RFC 8392, 9.1: keys below -65536 are for private use).
const CERTIFICATE_CLAIM: i64 = -65_537;
