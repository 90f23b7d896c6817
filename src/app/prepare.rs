//! Verifying stored certificates from their bytes, before the writer needs them. Bounded, keyed by number, and
//! judged again when trust changes.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use endmark_core::certificate;
use endmark_core::number::CertificateNumber;
use endmark_core::seal;
use quick_cache::{Weighter, sync::Cache};
use time::OffsetDateTime;

use crate::registry::Registry;
use crate::store::{Readers, StoreError, certificate as rows};
use crate::writer::{Prepared, Verified};

/// The most bytes of sealed certificates the cache stands for.
const CACHE_BYTES_MAX: u64 = 64 * 1024 * 1024;
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

/// Verified certificates.
#[derive(Debug)]
pub struct VerifiedCache(Cache<CertificateNumber, Kept, ByBytes>);

impl Default for VerifiedCache {
    fn default() -> Self {
        Self(Cache::with_weighter(CACHE_ENTRIES, CACHE_BYTES_MAX, ByBytes))
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
            match self.0.get(&number) {
                Some(kept) if kept.verified.epoch == registry.epoch => {
                    prepared.insert(number, Prepared::Verified(kept.verified));
                }
                // Trust has changed: the bytes are still good, their path is judged again.
                Some(kept) => {
                    let verified = judged_again(&kept.verified, registry);
                    self.0.insert(number, Kept { verified: Arc::clone(&verified), weight: kept.weight });
                    prepared.insert(number, Prepared::Verified(verified));
                }
                None => missing.push(number),
            }
        }
        if missing.is_empty() {
            return Ok(prepared);
        }
        prepared.extend(missing.iter().map(|number| (*number, Prepared::Absent)));
        let found = readers.read(move |connection| rows::sealed_bytes(connection, &missing)).await?;
        for (number, jws, accepted_at) in found {
            let weight = u64::try_from(jws.len()).unwrap_or(u64::MAX).saturating_add(4_096);
            let entry = match verify(number, &jws, accepted_at, registry) {
                Ok(verified) => {
                    let verified = Arc::new(verified);
                    self.0.insert(number, Kept { verified: Arc::clone(&verified), weight });
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
}

/// Verifies a stored certificate from its bytes: seal, number, payload; and its path as of acceptance.
fn verify(
    number: CertificateNumber,
    jws: &[u8],
    accepted_at: OffsetDateTime,
    registry: &Registry,
) -> Result<Verified, String> {
    let sealed = seal::parse(jws).and_then(seal::UnverifiedSeal::verify).map_err(|error| error.to_string())?;
    if sealed.number() != number {
        return Err(format!("the bytes stored under {number} are those of {}", sealed.number()));
    }
    let certificate = certificate::parse(sealed.payload()).map_err(|error| error.to_string())?;
    Ok(Verified {
        digest: sealed.digest(),
        certificate: Arc::new(certificate),
        path: registry.trust().path(sealed.chain(), accepted_at),
        chain: sealed.chain().to_vec(),
        accepted_at,
        epoch: registry.epoch,
    })
}

fn judged_again(old: &Verified, registry: &Registry) -> Arc<Verified> {
    Arc::new(Verified {
        digest: old.digest,
        certificate: Arc::clone(&old.certificate),
        path: registry.trust().path(&old.chain, old.accepted_at),
        chain: old.chain.clone(),
        accepted_at: old.accepted_at,
        epoch: registry.epoch,
    })
}
