//! What the log shows of itself.

use std::sync::{Arc, OnceLock};

use endmark_core::log::{LogKey, LogSigner, open_checkpoint};

use super::log_state::{Fork, checkpoint, require_continuation};
use crate::keys::Keys;
use crate::store::head::Head;
use crate::store::{Connection, StoreError};

/// A head and its signed checkpoint.
#[derive(Debug)]
pub struct Published {
    /// The head.
    pub head: Head,
    /// The signed note (C2SP tlog-checkpoint).
    pub note: String,
    verified: OnceLock<Result<(), String>>,
}

impl Published {
    /// Signs the checkpoint of a head.
    pub(crate) fn sign(signer: &LogSigner, head: Head) -> Result<Arc<Self>, StoreError> {
        let note = signer.sign(&checkpoint(&head)).map_err(|error| StoreError::Corrupt(error.to_string()))?;
        Ok(Arc::new(Self { head, note, verified: OnceLock::new() }))
    }

    /// Signs the head that another node or the command line left, where it is as the service wrote it and continues this
    /// one: what is signed once is out of our hands.
    pub(crate) fn followed(
        &self,
        connection: &mut Connection,
        keys: &Keys,
        head: Head,
    ) -> Result<Arc<Self>, StoreError> {
        let fork = |fork: Fork| StoreError::Corrupt(fork.to_string());
        if !head.is_intact(&keys.rows) {
            return Err(fork(Fork::HeadChanged));
        }
        require_continuation(connection, self.head.size, self.head.root, &head).map_err(fork)?;
        Self::sign(&keys.log, head)
    }

    /// Verifies that the note is that of the head, under the key that signs here: once, for all receipts that bear it.
    pub fn verify(&self, key: &LogKey) -> Result<(), String> {
        let verify = || match open_checkpoint(self.note.as_bytes(), std::slice::from_ref(key)) {
            Ok(signed) if *signed.checkpoint() == checkpoint(&self.head) => Ok(()),
            Ok(_) => Err("the checkpoint is that of another head".to_owned()),
            Err(error) => Err(error.to_string()),
        };
        self.verified.get_or_init(verify).clone()
    }
}
