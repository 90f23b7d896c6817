//! Certification paths and revocation (X.509, RFC 5280): from a seal certificate to an anchor that the register trusts.
//!
//! rustls-webpki finds and verifies the path; the [profile](Rule) of this module then asks what webpki leaves open.
//! Time is an argument: a path is judged as it stood at a moment, later revocations by [`Trust::revocation`].
//! Certificate policies are not evaluated: which anchors are trusted is the register's decision, not a policy's.

mod admission;
mod anchor;
mod der;
mod error;
mod list;
mod name;
mod path;
mod profile;
mod purpose;
mod revocation;
mod rule;
mod search;
mod signature;
#[cfg(test)]
pub(crate) mod tests;
mod trust;
mod webpki_error;

pub use anchor::Anchor;
pub use error::ChainError;
pub use list::{LIST_BYTES_MAX, RevocationList};
pub use path::VerifiedPath;
pub use revocation::Revocation;
pub use rule::Rule;
pub use trust::Trust;

/// The most certificates in a chain: a seal certificate and five issuers; European chains have two or three.
pub const CHAIN_CERTIFICATES_MAX: usize = 6;
/// The most bytes of a chain's certificates together.
pub const CHAIN_BYTES_MAX: usize = 32 * 1024;
