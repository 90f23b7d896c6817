//! Entries with the proof that the log has them.

use endmark_core::log::Receipt;

use super::App;
use crate::store::{StoreError, log, tile};
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
        let (size, note) = (published.head.size, published.note.clone());
        let of = of.map(str::to_owned);
        let found = self
            .readers
            .read(move |connection| {
                let own = |(organisation, _): &(String, _)| of.as_ref().is_none_or(|wanted| wanted == organisation);
                let Some((_, entry)) = log::entry(connection, leaf)?.filter(own) else { return Ok(None) };
                // Another node wrote it, and this one follows within a second.
                let proof = if leaf < size { Some(tile::inclusion(connection, leaf, size)?) } else { None };
                Ok(Some((entry, proof)))
            })
            .await?;
        let Some((entry, proof)) = found else { return Ok(None) };
        let proof = proof.ok_or(StoreError::Busy)?;
        let receipt = Receipt { leaf, proof, checkpoint: note };
        let broken = |why: String| {
            tracing::error!(leaf, why, "a receipt does not verify");
            NotProved::Broken { leaf, why }
        };
        let key = std::slice::from_ref(self.context.keys.log.key());
        receipt.verify(&entry, key).map_err(|error| broken(error.to_string()))?;
        let entry = String::from_utf8(entry).map_err(|error| broken(error.to_string()))?;
        Ok(Some(Proved { entry, receipt }))
    }
}
