//! Paths of chains. A manufacturer seals all its certificates with a few chains, so one verification serves them all
//! while it holds.

use std::sync::Arc;

use endmark_core::chain::{ChainError, VerifiedPath};
use endmark_core::digest::Digest;
use quick_cache::sync::Cache;
use rustls_pki_types::CertificateDer;
use time::OffsetDateTime;

use crate::registry::Registry;

/// The most chains that are kept: some 10 KiB each.
const CHAINS_MAX: usize = 1_024;

/// A chain and the path it was found to lead.
#[derive(Debug, Clone)]
struct Kept {
    digest: Arc<Digest>,
    chain: Arc<[CertificateDer<'static>]>,
    path: Arc<VerifiedPath>,
}

/// A chain with the path it leads, one for all certificates that came with it.
#[derive(Debug)]
pub struct Judged {
    /// What the chain is known by.
    pub digest: Arc<Digest>,
    /// The chain.
    pub chain: Arc<[CertificateDer<'static>]>,
    /// Its path, or why there is none.
    pub path: Result<Arc<VerifiedPath>, ChainError>,
}

/// Verified paths by epoch and chain: when trust changes, the old ones are asked no more.
#[derive(Debug)]
pub(super) struct Paths(Cache<(i64, Digest), Kept>);

impl Default for Paths {
    fn default() -> Self {
        Self(Cache::new(CHAINS_MAX))
    }
}

impl Paths {
    pub(super) fn of(&self, registry: &Registry, chain: &[CertificateDer<'static>], at: OffsetDateTime) -> Judged {
        let digest = digest(chain);
        if let Some(kept) = self.kept(registry.epoch, digest, at) {
            return Judged { digest: kept.digest, chain: kept.chain, path: Ok(kept.path) };
        }
        let (chain, key): (Arc<[_]>, _) = (chain.into(), Arc::new(digest));
        let path = registry.trust().path(&chain, at).map(Arc::new);
        if let Ok(path) = &path {
            let kept = Kept { digest: Arc::clone(&key), chain: Arc::clone(&chain), path: Arc::clone(path) };
            self.0.insert((registry.epoch, digest), kept);
        }
        Judged { digest: key, chain, path }
    }

    /// The path of a chain that is known by its digest; nothing is judged anew.
    pub(super) fn known(
        &self,
        epoch: i64,
        chain: Digest,
        at: OffsetDateTime,
    ) -> Option<(Arc<[CertificateDer<'static>]>, Arc<VerifiedPath>)> {
        self.kept(epoch, chain, at).map(|kept| (kept.chain, kept.path))
    }

    fn kept(&self, epoch: i64, chain: Digest, at: OffsetDateTime) -> Option<Kept> {
        self.0.get(&(epoch, chain)).filter(|kept| kept.path.holds_at(at))
    }
}

/// Each certificate with its length: no two chains give the same bytes.
pub(super) fn digest(chain: &[CertificateDer<'_>]) -> Digest {
    let mut bytes = Vec::with_capacity(4_096);
    for certificate in chain {
        bytes.extend_from_slice(&u64::try_from(certificate.len()).unwrap_or(u64::MAX).to_be_bytes());
        bytes.extend_from_slice(certificate);
    }
    Digest::of(&bytes)
}
