//! Certificate revocation lists (RFC 5280, 5).

mod entry;
mod read;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use time::OffsetDateTime;

pub(super) use self::entry::Entry;
use super::signature::{self, SignatureProblem};
use super::{ChainError, der};
use crate::digest::Digest;

/// The largest list in bytes: a million entries of some 40 bytes fit, more is not a list of seal certificates.
pub const LIST_BYTES_MAX: usize = 64 * 1024 * 1024;

/// A full revocation list of one issuer, parsed once. That its issuer signed it is proven by
/// [`super::Trust::admit_list`], and again, under the key of the path's issuer, before it is used.
#[derive(Debug, Clone)]
pub struct RevocationList {
    der: Vec<u8>,
    issuer: String,
    issuer_name: Vec<u8>,
    issuer_key: Vec<u8>,
    this_update: OffsetDateTime,
    next_update: OffsetDateTime,
    /// Big-endian without leading zeros, for comparing.
    number: Vec<u8>,
    number_readable: String,
    revoked: BTreeMap<Vec<u8>, Entry>,
    /// The key under which it verified, by digest: the signature over megabytes is verified once, not at every check.
    verified_under: OnceLock<Digest>,
}

impl RevocationList {
    /// Reads a list (DER). Refused are lists that do not speak for every certificate of their issuer (delta, indirect,
    /// partitioned by reason or distribution point), critical extensions that are unknown, and lists without next
    /// update, number or authority key identifier, which RFC 5280, 5.1.2.5 and 5.2 demand.
    pub fn from_der(der: &[u8]) -> Result<Self, ChainError> {
        read::read(der)
    }

    /// Who issued it, as people read it.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The issuer's distinguished name (DER): with [`Self::issuer_key`] it tells whose list this is.
    pub fn issuer_name(&self) -> &[u8] {
        &self.issuer_name
    }

    /// The identifier of the key that signed it (RFC 5280, 5.2.1).
    pub fn issuer_key(&self) -> &[u8] {
        &self.issuer_key
    }

    /// When it was issued.
    pub const fn this_update(&self) -> OffsetDateTime {
        self.this_update
    }

    /// When the next one is to be there; from then on this one is stale.
    pub const fn next_update(&self) -> OffsetDateTime {
        self.next_update
    }

    /// Its number (RFC 5280, 5.2.3), decimal.
    pub fn number(&self) -> &str {
        &self.number_readable
    }

    /// How many certificates it revokes.
    pub fn revoked_count(&self) -> usize {
        self.revoked.len()
    }

    /// Its bytes.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Later lists compare greater; the number decides between two of one second.
    pub(super) fn age(&self) -> (OffsetDateTime, usize, &[u8]) {
        (self.this_update, self.number.len(), &self.number)
    }

    /// Whether its number is lower than another's.
    pub(super) fn is_numbered_below(&self, other: &Self) -> bool {
        (self.number.len(), &self.number) < (other.number.len(), &other.number)
    }

    pub(super) fn entry(&self, serial: &[u8]) -> Option<&Entry> {
        self.revoked.get(serial)
    }

    pub(super) fn verifies_under(&self, key: &[u8]) -> bool {
        self.check_signature(key).is_ok()
    }

    pub(super) fn check_signature(&self, key: &[u8]) -> Result<(), ChainError> {
        let fingerprint = Digest::of(key);
        if self.verified_under.get() == Some(&fingerprint) {
            return Ok(());
        }
        let signed = der::Signed::read(&self.der)
            .ok_or_else(|| ChainError::ListMalformed { problem: "not a signed sequence".to_owned() })?;
        match signature::verify(key, &signed) {
            Ok(()) => {
                // Another thread may have been first; one list has one good key.
                let _ = self.verified_under.set(fingerprint);
                Ok(())
            }
            Err(SignatureProblem::Algorithm) => Err(ChainError::SignatureAlgorithm { signed: "the revocation list" }),
            Err(SignatureProblem::Invalid) => Err(ChainError::ListSignatureInvalid { issuer: self.issuer.clone() }),
        }
    }
}
