//! The seal: a JWS in compact form (RFC 7515) over the bytes of a certificate's payload, in the manner of JAdES
//! baseline B (ETSI TS 119 182-1).
//!
//! [`parse`] reads, [`UnverifiedSeal::verify`] proves that the key of the first certificate signed. Whether that
//! certificate is trusted is for [`crate::chain`], whether it may seal these goods for the service to judge.

mod algorithm;
mod base64;
mod error;
mod header;
mod key;
#[cfg(test)]
mod tests;
mod time;
mod verify;
mod write;

pub use algorithm::Algorithm;
pub use error::SealError;
pub use header::{CONTENT_TYPE, HEADER_BYTES_MAX};
pub use key::{KeyProblem, RSA_BITS_MAX, RSA_BITS_MIN};
pub use time::{SEALED_AFTER_MAX, SEALED_BEFORE_MAX, is_iat_acceptable};
pub use verify::{JWS_BYTES_MAX, SignedPayload, UnverifiedSeal, parse, verify_signature};
pub use write::{assemble, signing_input};

pub(crate) use key::Key;
