//! Reading sealed bytes for many requests at once: those that ask while one reading is under way share the next.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use endmark_core::number::CertificateNumber;
use time::OffsetDateTime;
use tokio::sync::oneshot;

use crate::store::{Connection, Readers, StoreError, certificate as rows};

/// The most certificates in one reading, unless one request alone asks for more: some 2 MiB.
const TOGETHER_MAX: usize = 256;

/// A number, the bytes stored under it, and when they were accepted.
pub(super) type Sealed = (CertificateNumber, Vec<u8>, OffsetDateTime);

#[derive(Debug)]
struct Wanted {
    numbers: Vec<CertificateNumber>,
    answer: oneshot::Sender<Vec<Sealed>>,
}

/// Requests that wait for sealed bytes.
#[derive(Debug, Clone, Default)]
pub(super) struct Loader(Arc<Mutex<Vec<Wanted>>>);

impl Loader {
    /// The bytes under these numbers; those not there are left out.
    pub(super) async fn load(
        &self,
        readers: &Readers,
        numbers: Vec<CertificateNumber>,
    ) -> Result<Vec<Sealed>, StoreError> {
        let (answer, mut answered) = oneshot::channel();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Wanted { numbers: numbers.clone(), answer });
        let this = self.clone();
        // Behind everyone who waits stands a reading of its own, which finds them served or serves them.
        let reading = readers.read(move |connection| this.serve(connection));
        let found = tokio::select! {
            biased;
            found = &mut answered => found,
            done = reading => match done {
                Err(StoreError::Busy) => return Err(StoreError::Busy),
                _ => answered.await,
            },
        };
        match found {
            Ok(found) => Ok(found),
            // The shared reading failed, over somebody else's row perhaps: this request gets its own answer.
            Err(_) => readers.read(move |connection| rows::sealed_bytes(connection, &numbers)).await,
        }
    }

    fn serve(&self, connection: &mut Connection) -> Result<(), StoreError> {
        let wanted = self.take();
        let numbers: Vec<CertificateNumber> = wanted.iter().flat_map(|of| &of.numbers).copied().collect();
        let found = rows::sealed_bytes(connection, &numbers)?;
        let found: HashMap<CertificateNumber, (Vec<u8>, OffsetDateTime)> =
            found.into_iter().map(|(number, jws, at)| (number, (jws, at))).collect();
        for Wanted { numbers, answer } in wanted {
            let theirs = numbers.into_iter().filter_map(|number| {
                let (jws, at) = found.get(&number)?;
                Some((number, jws.clone(), *at))
            });
            // Who hung up needs no answer.
            let _ = answer.send(theirs.collect());
        }
        Ok(())
    }

    fn take(&self) -> Vec<Wanted> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut together = 0_usize;
        let fits = waiting.iter().take_while(|of| {
            let first = together == 0;
            together = together.saturating_add(of.numbers.len());
            first || together <= TOGETHER_MAX
        });
        let count = fits.count();
        waiting.drain(..count).collect()
    }
}
