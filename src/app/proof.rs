//! Entries with the proof that the log has them.

use std::sync::Arc;

use endmark_core::log::{Receipt, leaf_hash, verify_inclusion};

use super::App;
use crate::store::nodes::Nodes;
use crate::store::{StoreError, log};
use crate::writer::Published;

/// An entry of the log, proved.
#[derive(Debug)]
pub struct Proved {
    /// The exact bytes that are hashed.
    pub entry: String,
    /// The proof against a signed checkpoint.
    pub receipt: Receipt,
}

/// Why there is no proof.
#[derive(Debug, thiserror::Error)]
pub enum NotProved {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The entry is not what the log has.
    #[error("the proof of entry {leaf} does not verify: {why}")]
    Broken {
        /// Which.
        leaf: u64,
        /// Why.
        why: String,
    },
}

impl App {
    /// An entry of an organisation, or of any where none is named, with its proof against a checkpoint, verified before
    /// anyone sees it; `None` where there is none. Somebody else's does not exist, whatever is the matter with it.
    pub async fn proved(
        &self,
        leaf: u64,
        of: Option<&str>,
        published: &Published,
    ) -> Result<Option<Proved>, NotProved> {
        let proved = self.proved_from(Arc::clone(&self.nodes), leaf, of, published).await;
        let Err(NotProved::Broken { .. }) = proved else { return proved };
        // The tiles in memory may be from before the database was put right.
        let proved = self.proved_from(Arc::default(), leaf, of, published).await;
        match &proved {
            Err(error) => tracing::error!(%error, "there is no receipt"),
            Ok(_) => self.nodes.clear(),
        }
        proved
    }

    async fn proved_from(
        &self,
        nodes: Arc<Nodes>,
        leaf: u64,
        of: Option<&str>,
        published: &Published,
    ) -> Result<Option<Proved>, NotProved> {
        let (size, root) = (published.head.size, published.head.root);
        let of = of.map(str::to_owned);
        let found = self
            .readers
            .read(move |connection| {
                let own = |(organisation, _): &(String, _)| of.as_ref().is_none_or(|wanted| wanted == organisation);
                let Some((_, entry)) = log::entry(connection, leaf)?.filter(own) else { return Ok(None) };
                // Another node wrote it, and this one follows within a second.
                let proof = if leaf < size { Some(nodes.inclusion(connection, leaf, size)?) } else { None };
                Ok(Some((entry, proof)))
            })
            .await?;
        let Some((entry, proof)) = found else { return Ok(None) };
        let proof = proof.ok_or(StoreError::Busy)?;
        let broken = |why: String| NotProved::Broken { leaf, why };
        // As `Receipt::verify` does, but the checkpoint's signature once for all receipts that bear it.
        published.verify(self.context.keys.log.key()).map_err(broken)?;
        verify_inclusion(leaf_hash(&entry), leaf, size, root, &proof).map_err(|error| broken(error.to_string()))?;
        let entry = String::from_utf8(entry).map_err(|error| broken(error.to_string()))?;
        let receipt = Receipt { leaf, proof, checkpoint: published.note.clone() };
        Ok(Some(Proved { entry, receipt }))
    }
}
