//! Verifying stored certificates from their bytes, before the writer needs them. Bounded, keyed by number, and
//! judged again when trust changes.

mod load;
mod paths;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use endmark_core::certificate;
use endmark_core::chain::{ChainError, VerifiedPath};
use endmark_core::digest::Digest;
use endmark_core::number::CertificateNumber;
use endmark_core::seal;
use quick_cache::{Weighter, sync::Cache};
use rustls_pki_types::CertificateDer;
use time::OffsetDateTime;

use self::load::Loader;
use self::paths::Paths;
use crate::registry::Registry;
use crate::store::{Readers, StoreError};
use crate::writer::{Prepared, Verified};

/// The most bytes of sealed certificates the cache stands for.
const CACHE_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// The most digests of sealed bytes: some 70 bytes each.
const SEALS_MAX: usize = 1_000_000;
/// How many entries the cache expects: a certificate of a few lines weighs some 4 KiB in memory.
const CACHE_ENTRIES: usize = 16_384;

/// A certificate as kept: verified, with the weight of its bytes.
#[derive(Debug, Clone)]
struct Kept {
    verified: Arc<Verified>,
    weight: u64,
}

#[derive(Debug, Clone)]
struct ByBytes;

impl Weighter<CertificateNumber, Kept> for ByBytes {
    fn weight(&self, _: &CertificateNumber, kept: &Kept) -> u64 {
        kept.weight
    }
}

/// Verified certificates, and the paths of the chains they came with.
#[derive(Debug)]
pub struct VerifiedCache {
    certificates: Cache<CertificateNumber, Kept, ByBytes>,
    /// The SHA-256 of sealed bytes that verified: a signature over the same bytes is good for ever, and this takes a
    /// hundredth of the memory of what they say.
    seals: Cache<Digest, ()>,
    paths: Paths,
    loader: Loader,
}

impl Default for VerifiedCache {
    fn default() -> Self {
        Self {
            certificates: Cache::with_weighter(CACHE_ENTRIES, CACHE_BYTES_MAX, ByBytes),
            seals: Cache::new(SEALS_MAX),
            paths: Paths::default(),
            loader: Loader::default(),
        }
    }
}

impl VerifiedCache {
    /// What stands under each number, verified from its bytes and judged by the registry's trust.
    pub async fn prepare(
        &self,
        readers: &Readers,
        registry: &Registry,
        numbers: BTreeSet<CertificateNumber>,
    ) -> Result<HashMap<CertificateNumber, Prepared>, StoreError> {
        let mut prepared = HashMap::with_capacity(numbers.len());
        let mut missing = Vec::new();
        for number in numbers {
            match self.certificates.get(&number) {
                Some(kept) if kept.verified.epoch == registry.epoch => {
                    prepared.insert(number, Prepared::Verified(kept.verified));
                }
                // Trust has changed: the bytes are still good, their path is judged again.
                Some(kept) => {
                    let verified = self.judged_again(&kept.verified, registry);
                    self.certificates.insert(number, Kept { verified: Arc::clone(&verified), weight: kept.weight });
                    prepared.insert(number, Prepared::Verified(verified));
                }
                None => missing.push(number),
            }
        }
        if missing.is_empty() {
            return Ok(prepared);
        }
        prepared.extend(missing.iter().map(|number| (*number, Prepared::Absent)));
        let found = self.loader.load(readers, missing).await?;
        for (number, jws, accepted_at) in found {
            let weight = u64::try_from(jws.len()).unwrap_or(u64::MAX).saturating_add(4_096);
            let entry = match self.verify(number, &jws, accepted_at, registry) {
                Ok(verified) => {
                    let verified = Arc::new(verified);
                    self.certificates.insert(number, Kept { verified: Arc::clone(&verified), weight });
                    Prepared::Verified(verified)
                }
                Err(why) => {
                    tracing::error!(%number, why, "a stored certificate does not verify");
                    Prepared::Unreadable(why)
                }
            };
            prepared.insert(number, entry);
        }
        Ok(prepared)
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

    /// Verifies a stored certificate from its bytes: seal, number, payload; and its path as of acceptance.
    pub(crate) fn verify(
        &self,
        number: CertificateNumber,
        jws: &[u8],
        accepted_at: OffsetDateTime,
        registry: &Registry,
    ) -> Result<Verified, String> {
        let bytes = Digest::of(jws);
        let seen = self.seals.get(&bytes).is_some();
        let sealed = seal::parse(jws).map_err(|error| error.to_string())?;
        let sealed =
            if seen { sealed.verified_before() } else { sealed.verify().map_err(|error| error.to_string())? };
        if sealed.number() != number {
            return Err(format!("the bytes stored under {number} are those of {}", sealed.number()));
        }
        let read = if seen { certificate::parse_again } else { certificate::parse };
        let certificate = read(sealed.payload()).map_err(|error| error.to_string())?;
        self.seals.insert(bytes, ());
        let (chain, path) = self.path(registry, sealed.chain(), accepted_at);
        let certificate = Arc::new(certificate);
        Ok(Verified { digest: sealed.digest(), certificate, path, chain, accepted_at, epoch: registry.epoch })
    }

    /// Notes that sealed bytes verified, seal and payload, when they were submitted.
    pub fn has_verified(&self, jws: &[u8]) {
        self.seals.insert(Digest::of(jws), ());
    }

    fn judged_again(&self, old: &Verified, registry: &Registry) -> Arc<Verified> {
        let (chain, path) = self.path(registry, &old.chain, old.accepted_at);
        let (digest, certificate, accepted_at) = (old.digest, Arc::clone(&old.certificate), old.accepted_at);
        Arc::new(Verified { digest, certificate, path, chain, accepted_at, epoch: registry.epoch })
    }
}
