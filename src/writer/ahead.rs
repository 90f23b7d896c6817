//! The next batch is decided while the one before it is written and committed.
//!
//! What it touches is read in the transaction of the one before, which is alone with the register but has written
//! nothing yet. So it is right only where the one before changes nothing of that, and where nobody else comes in
//! between; otherwise it is read and decided again in its own turn.

use std::collections::BTreeSet;

use endmark_core::number::CertificateNumber;
use endmark_core::reference::Mrn;

use super::decide::View;
use super::decided::{Before, Decided};
use super::loading::{Desk, NEWEST};
use super::queue::{Queue, Queued};
use crate::store::certificate::Reference;
use crate::store::touched::{self, Asked};
use crate::store::{Connection, StoreError};

/// After a look ahead that was in vain, so many batches go without.
const PAUSE: u8 = 16;

/// Whether looking ahead is worth it: not where many ask about the same line, nor beside another node that is at work.
#[derive(Default)]
pub(super) struct Pause(u8);

impl Pause {
    /// It was in vain.
    pub(super) const fn begin(&mut self) {
        self.0 = PAUSE;
    }

    /// Whether it is over; each time it is asked for, a batch has passed.
    const fn is_over(&mut self) -> bool {
        let over = self.0 == 0;
        self.0 = self.0.saturating_sub(1);
        over
    }
}

/// What a batch changes of what others may read.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// Certificates: how they stand, their lines, the claims on them.
    pub(super) numbers: BTreeSet<CertificateNumber>,
    /// Declarations: how they stand, what they hold, what they follow and what follows them.
    pub(super) declarations: BTreeSet<Mrn>,
    /// References of certificates.
    pub(super) references: BTreeSet<Reference>,
}

impl Changes {
    /// Whether anything of what is asked about is changed.
    fn touch(&self, asked: &Asked) -> bool {
        let Asked { named, whole, near, numbers, short_forms: _, references } = asked;
        let declarations = [named, whole, near];
        !self.numbers.is_disjoint(numbers)
            || !self.references.is_disjoint(references)
            || declarations.iter().any(|asked| !self.declarations.is_disjoint(asked))
    }
}

/// The next batch, decided where it could be.
pub(super) struct Next<'a> {
    pub(super) batch: Vec<Queued>,
    pub(super) decided: Option<Decided<'a>>,
}

/// The next batch, out of the line.
pub(super) struct Ahead<'a> {
    pub(super) batch: Vec<Queued>,
    /// What it touches, and what it is decided after; `None`: it must wait for its turn.
    loaded: Option<(View<'a>, Before)>,
}

impl<'a> Desk<'a> {
    /// Takes the next batch out of the line, if one waits, and reads what it touches in the transaction of the batch
    /// that is decided and not yet written.
    pub(super) fn look_ahead(
        self,
        connection: &mut Connection,
        queue: &Queue,
        pause: &mut Pause,
        decided: &Decided<'a>,
    ) -> Option<Ahead<'a>> {
        // Under another registry everything is decided anew.
        if decided.view.changes_registry() || !pause.is_over() {
            return None;
        }
        let batch = queue.next_if_many_wait()?;
        let loaded = match self.load_ahead(connection, &batch, decided) {
            Ok(loaded) => loaded,
            Err(error) => {
                tracing::debug!(%error, "a batch could not be read ahead of its turn");
                None
            }
        };
        if loaded.is_none() {
            pause.begin();
            self.context.metrics.ahead("waits");
        }
        Some(Ahead { batch, loaded })
    }

    fn load_ahead(
        self,
        connection: &mut Connection,
        batch: &[Queued],
        decided: &Decided<'a>,
    ) -> Result<Option<(View<'a>, Before)>, StoreError> {
        let changes = decided.view.changes();
        let asked = self.asked(batch);
        if changes.touch(&asked) {
            return Ok(None);
        }
        let before = decided.leaves(self.context.clock.now());
        let found = touched::read(connection, &self.context.keys.rows, &asked, NEWEST)?;
        let (view, looked_up) = self.load(connection, batch, before.now(), asked, found)?;
        Ok((!changes.touch(&looked_up)).then_some((view, before)))
    }
}

impl<'a> Ahead<'a> {
    /// Decides it, unless it must wait.
    pub(super) fn decide(self, desk: Desk<'a>) -> Next<'a> {
        let Self { batch, loaded } = self;
        let decided = loaded.and_then(|(view, before)| Decided::of(&batch, view, before, desk).ok());
        Next { batch, decided }
    }

    /// Whether it was read, and can be decided.
    pub(super) const fn is_loaded(&self) -> bool {
        self.loaded.is_some()
    }
}
