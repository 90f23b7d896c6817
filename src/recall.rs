//! What a process remembers of certificates that it has verified from their sealed bytes: which they were, and what they
//! say, by the digest of their short form. The short form itself lies in the database, and is believed for that digest
//! alone: so a certificate that is asked about again is read in a tenth of the time, and nobody who writes to the
//! database can have it say anything else.

mod paths;

use std::sync::Arc;

use endmark_core::certificate::{self, Certificate, Terms};
use endmark_core::chain::{ChainError, VerifiedPath};
use endmark_core::digest::Digest;
use endmark_core::number::CertificateNumber;
use endmark_core::seal;
use quick_cache::sync::Cache;
use rustls_pki_types::CertificateDer;
use time::OffsetDateTime;

use self::paths::Paths;
use crate::registry::Registry;
use crate::store::certificate::Sealed;
use crate::writer::Verified;

/// The most certificates that are remembered: some 90 bytes each.
const SEEN_MAX: usize = 1_000_000;

/// A certificate that this process has verified.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    /// The entry that accepted it, under which its short form is kept.
    pub leaf: u64,
    /// The digest of its short form.
    terms: Digest,
    /// Whether the database has the short form, as far as is known.
    is_kept: bool,
}

/// Certificates that this process has verified, and the paths of their chains.
#[derive(Debug)]
pub struct Recall {
    seen: Cache<CertificateNumber, Seen>,
    paths: Paths,
}

impl Default for Recall {
    fn default() -> Self {
        Self { seen: Cache::new(SEEN_MAX), paths: Paths::default() }
    }
}

/// A certificate verified from its bytes.
#[derive(Debug)]
pub struct FromBytes {
    /// It.
    pub verified: Verified,
    /// Its short form, where the database lacks it.
    pub to_keep: Option<Vec<u8>>,
}

/// The short form of a certificate whose seal verifies.
pub fn short_form(
    jws: &[u8],
    signing_input: Digest,
    chain: &[CertificateDer<'_>],
    certificate: &Certificate,
) -> Vec<u8> {
    Terms { sealed: Digest::of(jws), signing_input, chain: paths::digest(chain), certificate }.to_bytes()
}

impl Recall {
    /// Whether it was verified before and may be read in its short form.
    pub fn seen(&self, number: &CertificateNumber) -> Option<Seen> {
        self.seen.get(number).filter(|seen| seen.is_kept)
    }

    /// Notes a certificate that was verified and accepted, and kept in this short form.
    pub fn accepted(&self, number: CertificateNumber, leaf: u64, short_form: &[u8]) {
        self.seen.insert(number, Seen { leaf, terms: Digest::of(short_form), is_kept: true });
    }

    /// Notes that the database has no short form of it, or another one: it is read from its bytes next time.
    pub fn is_not_kept(&self, number: CertificateNumber, seen: Seen) {
        self.seen.insert(number, Seen { is_kept: false, ..seen });
    }

    /// The path of a chain as it stood at a moment, and the chain to keep: one for all that came with it.
    pub fn path(
        &self,
        registry: &Registry,
        chain: &[CertificateDer<'static>],
        at: OffsetDateTime,
    ) -> (Arc<[CertificateDer<'static>]>, Result<Arc<VerifiedPath>, ChainError>) {
        self.paths.of(registry, chain, at)
    }

    /// A certificate from its short form, if these are the bytes that this process made of it, and the path of its chain
    /// is known.
    pub fn open(
        &self,
        number: CertificateNumber,
        seen: &Seen,
        short_form: &[u8],
        accepted_at: OffsetDateTime,
        registry: &Registry,
    ) -> Option<Verified> {
        let terms = Terms::open(short_form, &seen.terms)?;
        let digest = terms.signing_input;
        if CertificateNumber::of(&digest) != number {
            return None;
        }
        let (chain, path) = self.paths.known(registry.epoch, terms.chain, accepted_at)?;
        let certificate = Arc::new(terms.certificate);
        Some(Verified { digest, certificate, path: Ok(path), chain, accepted_at, epoch: registry.epoch })
    }

    /// Verifies a stored certificate from its bytes: seal, number, payload; and its path as of acceptance. Bytes that this
    /// process has verified before, to the last one, keep their seal.
    pub fn verify(&self, stored: &Sealed, registry: &Registry) -> Result<FromBytes, String> {
        let Sealed { number, leaf, accepted_at, .. } = *stored;
        let seal = seal::parse(&stored.jws).map_err(|error| error.to_string())?;
        let before = self.seen.get(&number);
        if let Some(seen) = before
            && let Ok(certificate) = certificate::parse_again(seal.unverified_payload())
        {
            let short_form = short_form(&stored.jws, seal.digest(), seal.chain(), &certificate);
            if Digest::of(&short_form) == seen.terms {
                let verified = self.judged(seal.digest(), certificate, seal.chain(), accepted_at, registry);
                self.seen.insert(number, Seen { is_kept: true, ..seen });
                return Ok(FromBytes { verified, to_keep: (!seen.is_kept).then_some(short_form) });
            }
        }
        let sealed = seal.verify().map_err(|error| error.to_string())?;
        if sealed.number() != number {
            return Err(format!("the bytes stored under {number} are those of {}", sealed.number()));
        }
        let certificate = certificate::parse(sealed.payload()).map_err(|error| error.to_string())?;
        let short_form = short_form(&stored.jws, sealed.digest(), sealed.chain(), &certificate);
        self.seen.insert(number, Seen { leaf, terms: Digest::of(&short_form), is_kept: true });
        let verified = self.judged(sealed.digest(), certificate, sealed.chain(), accepted_at, registry);
        Ok(FromBytes { verified, to_keep: before.is_some().then_some(short_form) })
    }

    fn judged(
        &self,
        digest: Digest,
        certificate: Certificate,
        chain: &[CertificateDer<'static>],
        accepted_at: OffsetDateTime,
        registry: &Registry,
    ) -> Verified {
        let (chain, path) = self.path(registry, chain, accepted_at);
        Verified { digest, certificate: Arc::new(certificate), path, chain, accepted_at, epoch: registry.epoch }
    }
}
