//! What a process remembers of certificates that it has verified from their sealed bytes: which they were, and what they
//! say, by the digest of their short form. The short form itself lies in the database, and is believed for that digest
//! alone: so a certificate that is asked about again is read in a tenth of the time, and nobody who writes to the
//! database can have it say anything else.

mod paths;

use std::sync::Arc;

use endmark_core::certificate::{self, Certificate, ShortForm};
use endmark_core::chain::{ChainError, VerifiedPath};
use endmark_core::digest::Digest;
use endmark_core::number::CertificateNumber;
use endmark_core::seal;
use quick_cache::sync::Cache;
use rustls_pki_types::CertificateDer;
use time::OffsetDateTime;

pub use self::paths::Judged;
use self::paths::Paths;
use crate::registry::Registry;
use crate::store::certificate::Standing;
use crate::store::sealed::Sealed;
use crate::store::{micros, moment};

/// The most certificates that are remembered: some 90 bytes each.
const SEEN_MAX: usize = 1_000_000;
/// The longest short form that is worth the writer's turn: beyond, reading the sealed bytes beside it is the lesser evil.
pub(crate) const LENGTH_MAX: usize = 16 * 1024;

/// A stored certificate, verified from its bytes.
#[derive(Debug)]
pub struct Verified {
    /// SHA-256 of its signing input.
    pub digest: Digest,
    /// The payload.
    pub certificate: Arc<Certificate>,
    /// Its chain.
    pub chain: Arc<[CertificateDer<'static>]>,
    /// The path as it stood when it was accepted.
    pub path: Result<Arc<VerifiedPath>, ChainError>,
    /// When it was accepted.
    pub accepted_at: OffsetDateTime,
    /// The epoch whose anchors judged the path.
    pub epoch: i64,
}

/// A certificate that this process has verified. There may be a million: every eight bytes are eight megabytes.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The entry that accepted it, under which its short form is kept.
    pub leaf: u64,
    /// Of its short form, in bytes.
    length: u32,
    /// Whether the database has the short form, as far as is known.
    is_kept: bool,
    short_form: Digest,
    /// The digest under which its chain is known.
    chain: Arc<Digest>,
    accepted_micros: i64,
}

impl Seen {
    fn new(leaf: u64, accepted_at: OffsetDateTime, chain: Arc<Digest>, short_form: &[u8], is_kept: bool) -> Self {
        let length = u32::try_from(short_form.len()).unwrap_or(u32::MAX);
        let (short_form, accepted_micros) = (Digest::of(short_form), micros(accepted_at));
        Self { leaf, length, is_kept, short_form, chain, accepted_micros }
    }

    /// How long its short form is, in bytes.
    pub fn length(&self) -> usize {
        usize::try_from(self.length).unwrap_or(usize::MAX)
    }
}

/// A short form that the database lacks.
#[derive(Debug, Clone)]
pub struct ToKeep {
    /// Of which certificate.
    pub number: CertificateNumber,
    /// The entry that accepted it.
    pub leaf: u64,
    /// The short form.
    pub short_form: Vec<u8>,
}

/// What a short form gave.
#[derive(Debug)]
pub enum Opened {
    /// The certificate.
    Verified(Verified),
    /// It is not the one that this process made of the sealed bytes.
    Differs,
    /// The path of its chain has to be judged anew.
    PathUnknown,
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

/// The short form of a certificate whose seal verifies.
pub fn short_form(
    jws: &[u8],
    signing_input: Digest,
    chain: &[CertificateDer<'_>],
    certificate: &Certificate,
) -> Vec<u8> {
    ShortForm { sealed: Digest::of(jws), signing_input, chain: paths::digest(chain), certificate }.to_bytes()
}

impl Recall {
    /// A certificate that was verified before and may be read in its short form: this is kept and not too long, and the
    /// path of its chain is known.
    pub fn seen(&self, number: &CertificateNumber, registry: &Registry) -> Option<Seen> {
        let may_be_read = |seen: &Seen| {
            let path = |at| self.paths.known(registry.epoch, *seen.chain, at);
            seen.is_kept
                && seen.length() <= LENGTH_MAX
                && moment(seen.accepted_micros).is_ok_and(|at| path(at).is_some())
        };
        self.seen.get(number).filter(may_be_read)
    }

    /// The path of a chain as it stood at a moment.
    pub fn path(&self, registry: &Registry, chain: &[CertificateDer<'static>], at: OffsetDateTime) -> Judged {
        self.paths.of(registry, chain, at)
    }

    /// Notes a certificate that was verified and accepted, and kept in this short form unless it is too long.
    pub fn accepted(
        &self,
        registry: &Registry,
        standing: &Standing,
        chain: &[CertificateDer<'static>],
        short_form: &[u8],
    ) {
        let Standing { number, leaf, accepted_at, .. } = *standing;
        let chain = self.path(registry, chain, accepted_at).digest;
        let is_kept = short_form.len() <= LENGTH_MAX;
        self.seen.insert(number, Seen::new(leaf, accepted_at, chain, short_form, is_kept));
    }

    /// Notes whether the database has the short form of a certificate.
    pub fn is_kept(&self, number: CertificateNumber, is_kept: bool) {
        if let Some(seen) = self.seen.get(&number) {
            self.seen.insert(number, Seen { is_kept, ..seen });
        }
    }

    /// A certificate from its short form.
    pub fn open(
        &self,
        number: CertificateNumber,
        seen: &Seen,
        short_form: &[u8],
        accepted_at: OffsetDateTime,
        registry: &Registry,
    ) -> Opened {
        let Some(read) = ShortForm::open(short_form, &seen.short_form) else { return Opened::Differs };
        let digest = read.signing_input;
        if CertificateNumber::of(&digest) != number {
            return Opened::Differs;
        }
        let Some((chain, path)) = self.paths.known(registry.epoch, read.chain, accepted_at) else {
            return Opened::PathUnknown;
        };
        let certificate = Arc::new(read.certificate);
        Opened::Verified(Verified { digest, certificate, path: Ok(path), chain, accepted_at, epoch: registry.epoch })
    }

    /// Verifies a stored certificate from its bytes: seal, number, payload; and its path as of acceptance. Gives its short
    /// form too, where the database lacks it.
    pub fn verify(&self, stored: &Sealed, registry: &Registry) -> Result<(Verified, Option<ToKeep>), String> {
        let Sealed { number, leaf, accepted_at, .. } = *stored;
        let before = self.seen.get(&number);
        let Unsealed { digest, chain, certificate, short_form } = unsealed(stored, before.as_ref())?;
        let judged = self.path(registry, &chain, accepted_at);
        let is_kept = stored.has_short_form && before.is_none_or(|seen| seen.is_kept);
        self.seen.insert(number, Seen::new(leaf, accepted_at, judged.digest, &short_form, is_kept));
        let to_keep = (!is_kept && short_form.len() <= LENGTH_MAX).then_some(ToKeep { number, leaf, short_form });
        let (chain, path, certificate) = (judged.chain, judged.path, Arc::new(certificate));
        Ok((Verified { digest, certificate, path, chain, accepted_at, epoch: registry.epoch }, to_keep))
    }
}

struct Unsealed {
    digest: Digest,
    chain: Vec<CertificateDer<'static>>,
    certificate: Certificate,
    short_form: Vec<u8>,
}

/// What sealed bytes say, once they verify. Bytes that verified before, to the last one, need not again: the digest of all
/// of them is part of the short form.
fn unsealed(stored: &Sealed, before: Option<&Seen>) -> Result<Unsealed, String> {
    let seal = seal::parse(&stored.jws).map_err(|error| error.to_string())?;
    if let Some(seen) = before
        && let Ok(certificate) = certificate::parse_again(seal.unverified_payload())
    {
        let digest = seal.digest();
        let short_form = short_form(&stored.jws, digest, seal.chain(), &certificate);
        if Digest::of(&short_form) == seen.short_form {
            return Ok(Unsealed { digest, chain: seal.chain().to_vec(), certificate, short_form });
        }
    }
    let sealed = seal.verify().map_err(|error| error.to_string())?;
    if sealed.number() != stored.number {
        return Err(format!("the bytes stored under {} are those of {}", stored.number, sealed.number()));
    }
    let certificate = certificate::parse(sealed.payload()).map_err(|error| error.to_string())?;
    let short_form = short_form(&stored.jws, sealed.digest(), sealed.chain(), &certificate);
    Ok(Unsealed { digest: sealed.digest(), chain: sealed.chain().to_vec(), certificate, short_form })
}
