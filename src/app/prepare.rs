//! Verifying stored certificates from their bytes, before the writer needs them. Bounded, keyed by number, and
//! judged again when trust changes.

mod load;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use endmark_core::number::CertificateNumber;
use quick_cache::{Weighter, sync::Cache};

use self::load::Loader;
use crate::recall::{Judged, Recall, ToKeep, Verified};
use crate::registry::Registry;
use crate::store::{Readers, StoreError};
use crate::writer::Prepared;

/// The most bytes of sealed certificates the cache stands for: those that pages show, and those seen for the first time.
const CACHE_BYTES_MAX: u64 = 8 * 1024 * 1024;
/// The most bytes of short forms that the writer reads, or writes, for one question, in its turn.
const SHORT_FORMS_MAX: usize = 256 * 1024;
/// How many entries the cache expects: a certificate of a few lines weighs some 4 KiB in memory.
const CACHE_ENTRIES: usize = 2_048;

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
pub struct VerifiedCache {
    certificates: Cache<CertificateNumber, Kept, ByBytes>,
    loader: Loader,
}

impl Default for VerifiedCache {
    fn default() -> Self {
        Self { certificates: Cache::with_weighter(CACHE_ENTRIES, CACHE_BYTES_MAX, ByBytes), loader: Loader::default() }
    }
}

/// What stands under numbers, for the writer.
#[derive(Debug, Default)]
pub struct ForWriter {
    /// By number.
    pub prepared: HashMap<CertificateNumber, Prepared>,
    /// Short forms that the database lacks.
    pub to_keep: Vec<ToKeep>,
}

impl VerifiedCache {
    /// What stands under each number, verified from its bytes and judged by the registry's trust.
    pub async fn prepare(
        &self,
        readers: &Readers,
        recall: &Recall,
        registry: &Registry,
        numbers: BTreeSet<CertificateNumber>,
    ) -> Result<HashMap<CertificateNumber, Prepared>, StoreError> {
        let mut found = ForWriter::default();
        let missing = numbers.into_iter().filter(|number| !self.take(*number, recall, registry, &mut found)).collect();
        self.load(readers, recall, registry, missing, &mut found).await?;
        Ok(found.prepared)
    }

    /// The same for the writer, which reads for itself what this process has verified before, in its short form.
    pub async fn prepare_for_writer(
        &self,
        readers: &Readers,
        recall: &Recall,
        registry: &Registry,
        numbers: BTreeSet<CertificateNumber>,
    ) -> Result<ForWriter, StoreError> {
        let mut found = ForWriter::default();
        let (mut missing, mut length) = (Vec::new(), 0_usize);
        for number in numbers {
            if self.take(number, recall, registry, &mut found) {
                continue;
            }
            match recall.seen(&number, registry).filter(|seen| length.saturating_add(seen.length()) <= SHORT_FORMS_MAX)
            {
                Some(seen) => {
                    length = length.saturating_add(seen.length());
                    found.prepared.insert(number, Prepared::Seen(seen));
                }
                None => missing.push(number),
            }
        }
        self.load(readers, recall, registry, missing, &mut found).await?;
        Ok(found)
    }

    /// Takes one from memory, if it is there.
    fn take(&self, number: CertificateNumber, recall: &Recall, registry: &Registry, found: &mut ForWriter) -> bool {
        let Some(Kept { mut verified, weight }) = self.certificates.get(&number) else { return false };
        // Trust has changed: the bytes are still good, their path is judged again.
        if verified.epoch != registry.epoch {
            verified = judged_again(&verified, recall, registry);
            self.certificates.insert(number, Kept { verified: Arc::clone(&verified), weight });
        }
        found.prepared.insert(number, Prepared::Verified(verified));
        true
    }

    async fn load(
        &self,
        readers: &Readers,
        recall: &Recall,
        registry: &Registry,
        missing: Vec<CertificateNumber>,
        found: &mut ForWriter,
    ) -> Result<(), StoreError> {
        if missing.is_empty() {
            return Ok(());
        }
        found.prepared.extend(missing.iter().map(|number| (*number, Prepared::Absent)));
        let mut kept = 0_usize;
        for stored in self.loader.load(readers, missing).await? {
            let (number, weight) = (stored.number, u64::try_from(stored.jws.len()).unwrap_or(u64::MAX));
            let entry = match recall.verify(&stored, registry) {
                Ok((verified, to_keep)) => {
                    let verified = Arc::new(verified);
                    let weight = weight.saturating_add(4_096);
                    self.certificates.insert(number, Kept { verified: Arc::clone(&verified), weight });
                    // What is too much for the writer's turn comes with a later question.
                    let of = to_keep.filter(|of| kept.saturating_add(of.short_form.len()) <= SHORT_FORMS_MAX);
                    kept = kept.saturating_add(of.as_ref().map_or(0, |of| of.short_form.len()));
                    found.to_keep.extend(of);
                    Prepared::Verified(verified)
                }
                Err(why) => {
                    tracing::error!(%number, why, "a stored certificate does not verify");
                    Prepared::Unreadable(why)
                }
            };
            found.prepared.insert(number, entry);
        }
        Ok(())
    }
}

fn judged_again(old: &Verified, recall: &Recall, registry: &Registry) -> Arc<Verified> {
    let Judged { chain, path, .. } = recall.path(registry, &old.chain, old.accepted_at);
    let (digest, certificate, accepted_at) = (old.digest, Arc::clone(&old.certificate), old.accepted_at);
    Arc::new(Verified { digest, certificate, path, chain, accepted_at, epoch: registry.epoch })
}
