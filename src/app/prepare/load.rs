//! Reading sealed bytes for many requests at once: those that ask while one reading is under way share the next.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use endmark_core::number::CertificateNumber;
use tokio::sync::oneshot;

use crate::store::sealed::{self, Sealed};
use crate::store::{Connection, Readers, StoreError};

/// The most certificates in one reading, unless one request alone asks for more: some 2 MiB.
const TOGETHER_MAX: usize = 256;

#[derive(Debug)]
struct Wanted {
    id: u64,
    numbers: Vec<CertificateNumber>,
    answer: oneshot::Sender<Vec<Sealed>>,
}

#[derive(Debug, Default)]
struct Waiting {
    last: u64,
    wanted: Vec<Wanted>,
}

/// Requests that wait for sealed bytes.
#[derive(Debug, Clone, Default)]
pub(super) struct Loader(Arc<Mutex<Waiting>>);

impl Loader {
    /// The bytes under these numbers; those not there are left out.
    pub(super) async fn load(
        &self,
        readers: &Readers,
        numbers: Vec<CertificateNumber>,
    ) -> Result<Vec<Sealed>, StoreError> {
        let (answer, mut answered) = oneshot::channel();
        let id = self.wait_for(numbers.clone(), answer);
        let this = self.clone();
        // Behind everyone who waits stands a reading of its own, which finds them served or serves them.
        let reading = readers.read(move |connection| this.serve(id, connection));
        let found = tokio::select! {
            biased;
            found = &mut answered => found,
            done = reading => match done {
                // It never came to reading: nobody else would answer.
                Err(error) if self.gives_up(id) => return Err(error),
                _ => answered.await,
            },
        };
        match found {
            Ok(found) => Ok(found),
            // The shared reading failed, over somebody else's row perhaps: this request gets its own answer.
            Err(_) => readers.read(move |connection| sealed::read(connection, &numbers)).await,
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_for(&self, numbers: Vec<CertificateNumber>, answer: oneshot::Sender<Vec<Sealed>>) -> u64 {
        let mut waiting = self.waiting();
        waiting.last = waiting.last.wrapping_add(1);
        let id = waiting.last;
        waiting.wanted.push(Wanted { id, numbers, answer });
        id
    }

    /// Leaves the line; whether it still stood there.
    fn gives_up(&self, id: u64) -> bool {
        let mut waiting = self.waiting();
        let before = waiting.wanted.len();
        waiting.wanted.retain(|of| of.id != id);
        waiting.wanted.len() < before
    }

    fn serve(&self, id: u64, connection: &mut Connection) -> Result<(), StoreError> {
        let wanted = self.take(id);
        let numbers: Vec<CertificateNumber> = wanted.iter().flat_map(|of| &of.numbers).copied().collect();
        if numbers.is_empty() {
            return Ok(());
        }
        let found = sealed::read(connection, &numbers)?;
        let found: HashMap<CertificateNumber, Sealed> = found.into_iter().map(|of| (of.number, of)).collect();
        for Wanted { numbers, answer, .. } in wanted {
            let theirs = numbers.iter().filter_map(|number| found.get(number).cloned());
            // Who hung up needs no answer.
            let _ = answer.send(theirs.collect());
        }
        Ok(())
    }

    /// Takes the one whose reading this is, unless it was served, and the others that fit beside it, the longest
    /// waiting first. Who hung up is forgotten.
    fn take(&self, id: u64) -> Vec<Wanted> {
        let mut waiting = self.waiting();
        waiting.wanted.retain(|of| !of.answer.is_closed());
        let own = waiting.wanted.iter().position(|of| of.id == id).map(|at| waiting.wanted.remove(at));
        let mut together = own.as_ref().map_or(0, |of| of.numbers.len());
        let others = waiting.wanted.iter().take_while(|of| {
            together = together.saturating_add(of.numbers.len());
            together <= TOGETHER_MAX
        });
        let count = others.count();
        own.into_iter().chain(waiting.wanted.drain(..count)).collect()
    }
}
