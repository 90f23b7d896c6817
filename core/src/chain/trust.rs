//! What a register trusts, and the paths that lead there.

use std::collections::BTreeMap;

use rustls_pki_types::CertificateDer;
use time::OffsetDateTime;

use super::{Anchor, ChainError, RevocationList, VerifiedPath, search};

/// The anchors of a register and the revocation lists it holds.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    anchors: Vec<Anchor>,
    /// By name and key of the issuer, oldest first.
    lists: BTreeMap<(Vec<u8>, Vec<u8>), Vec<RevocationList>>,
}

impl Trust {
    /// Anchors and lists. The newest list of an issuer counts; older versions are asked only about certificates that
    /// have expired since, because an issuer may take those off its list.
    pub fn new(anchors: Vec<Anchor>, lists: Vec<RevocationList>) -> Self {
        let mut by_issuer: BTreeMap<_, Vec<RevocationList>> = BTreeMap::new();
        for list in lists {
            by_issuer.entry((list.issuer_name().to_vec(), list.issuer_key().to_vec())).or_default().push(list);
        }
        for versions in by_issuer.values_mut() {
            versions.sort_by(|one, other| one.age().cmp(&other.age()));
        }
        Self { anchors, lists: by_issuer }
    }

    /// The anchors.
    pub fn anchors(&self) -> &[Anchor] {
        &self.anchors
    }

    /// The newest list of every issuer.
    pub fn lists(&self) -> impl Iterator<Item = &RevocationList> {
        self.lists.values().filter_map(|versions| versions.last())
    }

    /// The lists of one issuer, oldest first.
    pub(super) fn lists_of(&self, name: &[u8], key_identifier: &[u8]) -> &[RevocationList] {
        self.lists.get(&(name.to_vec(), key_identifier.to_vec())).map_or(&[], Vec::as_slice)
    }

    /// The path from a chain, seal certificate first, to an anchor, as it stood at a moment. Not revocation.
    pub fn path(&self, chain: &[CertificateDer<'_>], at: OffsetDateTime) -> Result<VerifiedPath, ChainError> {
        let certificates = search::read(chain)?;
        search::check_order(&certificates)?;
        let named = |anchor: &&Anchor| {
            certificates.iter().any(|certificate| certificate.issuer().as_raw() == anchor.issuer.name)
        };
        let (trusted, distrusted): (Vec<&Anchor>, Vec<&Anchor>) =
            self.anchors.iter().filter(named).partition(|anchor| anchor.is_trusted_at(at));
        let mut refused = match search::lead(chain, &certificates, &trusted, at) {
            Ok(path) => return Ok(path),
            Err(refused) => refused,
        };
        // A path that only distrust stands against says so, and any other tells what is wrong with it, rather than that
        // nobody knows its issuer.
        for anchor in distrusted {
            let Some(since) = anchor.distrusted_since() else { continue };
            match search::lead(chain, &certificates, &[anchor], at) {
                Ok(_) => return Err(ChainError::AnchorDistrusted { anchor: anchor.name().to_owned(), since, at }),
                Err(other) if matches!(refused, ChainError::UnknownIssuer { .. }) => refused = other,
                Err(_) => {}
            }
        }
        Err(refused)
    }
}
