//! Entries and evidence are written while the next commands of the batch are decided: nothing that is decided later
//! changes them. Lines, claims and the head follow at the end, as the last command leaves them.

use std::sync::mpsc;
use std::thread;

use crate::store::log::{self, StoredEntry, StoredEvidence};
use crate::store::{Connection, StoreError, Writes};

/// So many entries go to the database at once.
const CHUNK: usize = 16;

/// A batch of fewer commands is not worth another thread, nor more ways to the database.
const LARGE: usize = 64;

/// Entries and their evidence.
#[derive(Default)]
pub(super) struct Chunk {
    pub(super) entries: Vec<StoredEntry>,
    pub(super) evidence: Vec<StoredEvidence>,
}

impl Chunk {
    /// Takes what is in it once it is full, in a batch of so many commands.
    pub(super) fn full(&mut self, commands: usize) -> Option<Self> {
        (commands >= LARGE && self.entries.len() >= CHUNK).then(|| std::mem::take(self))
    }

    /// Writes what is in it.
    pub(super) fn write(self, writes: &mut Writes<'_>) -> Result<(), StoreError> {
        if self.entries.is_empty() {
            return Ok(());
        }
        log::append(writes, self.entries)?;
        log::keep_evidence(writes, self.evidence)
    }
}

/// Decides, and writes on another thread what that gives meanwhile. What could not be written fails it all.
pub(super) fn beside<T>(
    connection: &mut Connection,
    decide: impl FnOnce(&mut dyn FnMut(Chunk)) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    thread::scope(|scope| {
        let (chunks, given) = mpsc::channel::<Chunk>();
        let write = move || {
            given.into_iter().try_for_each(|chunk| {
                let mut writes = connection.writes();
                chunk.write(&mut writes)?;
                writes.send()
            })
        };
        let (mut waits, mut writing) = (Some(write), None);
        let decided = decide(&mut |chunk| {
            if let Some(write) = waits.take() {
                writing = Some(thread::Builder::new().name("entries".to_owned()).spawn_scoped(scope, write));
            }
            // After a failure nobody takes it any more; the failure is what counts.
            let _ = chunks.send(chunk);
        });
        drop(chunks);
        let written = match writing {
            None => Ok(()),
            Some(Ok(writing)) => writing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            Some(Err(no_thread)) => Err(StoreError::Io(no_thread)),
        };
        written.and(decided)
    })
}
