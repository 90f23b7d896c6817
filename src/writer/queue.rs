//! The line before the writer: bounded, fair by organisation, with a deadline for each command.

use std::collections::{HashMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::{Answer, Command, Failure, Limits};

/// How many bytes of documents a batch may have when one more is added: what changes goes to the database in one piece.
const BATCH_BYTES_MAX: usize = 64 * 1024 * 1024;

/// A command in line.
#[derive(Debug)]
pub(super) struct Queued {
    pub(super) command: Command,
    answer: oneshot::Sender<Result<Answer, Failure>>,
    since: Instant,
}

impl Queued {
    pub(super) fn new(command: Command, answer: oneshot::Sender<Result<Answer, Failure>>) -> Self {
        Self { command, answer, since: Instant::now() }
    }

    /// Whether nobody waits for the answer any more.
    pub(super) fn is_abandoned(&self) -> bool {
        self.answer.is_closed()
    }

    pub(super) fn answer(self, answer: Result<Answer, Failure>) {
        // A caller that hung up has its entry all the same.
        let _ = self.answer.send(answer);
    }
}

#[derive(Debug, Default)]
struct Lines {
    by_organisation: HashMap<String, VecDeque<Queued>>,
    /// Organisations with something in line, in the order of their turns.
    turns: VecDeque<String>,
    waiting: usize,
    closed: bool,
}

/// Whoever serves the line; however that ends, nobody waits in it afterwards.
pub(super) struct Server<'q>(pub(super) &'q Queue);

impl Drop for Server<'_> {
    fn drop(&mut self) {
        self.0.abandon();
    }
}

/// The line.
#[derive(Debug)]
pub(super) struct Queue {
    lines: Mutex<Lines>,
    arrived: Condvar,
    limits: Limits,
}

impl Queue {
    pub(super) fn new(limits: Limits) -> Self {
        Self { lines: Mutex::default(), arrived: Condvar::new(), limits }
    }

    /// The lines stay consistent at every await-free step, so a poisoned lock is still good.
    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn waiting(&self) -> usize {
        self.lines().waiting
    }

    pub(super) fn is_open(&self) -> bool {
        !self.lines().closed
    }

    pub(super) fn close(&self) {
        self.lines().closed = true;
        self.arrived.notify_all();
    }

    /// Takes no more, and tells those in line: nobody serves it any longer.
    fn abandon(&self) {
        let left = std::mem::replace(&mut *self.lines(), Lines { closed: true, ..Lines::default() });
        self.arrived.notify_all();
        for queued in left.by_organisation.into_values().flatten() {
            queued.answer(Err(Failure::Closed));
        }
    }

    /// Puts a command in line. One organisation may fill at most half of it: a flood of one caller leaves
    /// room for the others.
    pub(super) fn push(&self, queued: Queued) -> Result<(), Failure> {
        let mut lines = self.lines();
        if lines.closed {
            return Err(Failure::Closed);
        }
        let organisation = queued.command.organisation.clone();
        let own = lines.by_organisation.get(&organisation).map_or(0, VecDeque::len);
        if lines.waiting >= self.limits.queue_max || own >= self.limits.queue_max.div_ceil(2) {
            return Err(Failure::Busy);
        }
        if own == 0 {
            lines.turns.push_back(organisation.clone());
        }
        lines.by_organisation.entry(organisation).or_default().push_back(queued);
        lines.waiting = lines.waiting.saturating_add(1);
        drop(lines);
        self.arrived.notify_one();
        Ok(())
    }

    /// Takes the next batch, one command of each organisation in turn. A change of the registry makes a batch of
    /// its own, so that what follows sees it. `None` when the line is closed and empty.
    pub(super) fn next_batch(&self) -> Option<Vec<Queued>> {
        let mut lines = self.lines();
        loop {
            if lines.waiting > 0 {
                let batch = self.take(&mut lines, &[]);
                if !batch.is_empty() {
                    return Some(batch);
                }
                continue;
            }
            if lines.closed {
                return None;
            }
            lines = self.arrived.wait(lines).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Takes what has come into line after a batch was taken, if that is worth it: at least half as much again.
    pub(super) fn more(&self, batch: &[Queued]) -> Vec<Queued> {
        let mut lines = self.lines();
        if lines.waiting < batch.len().div_ceil(2) || batch.iter().any(|first| first.command.action.stands_alone()) {
            return Vec::new();
        }
        self.take(&mut lines, batch)
    }

    /// Takes what may join those that were taken before: together they are a batch.
    fn take(&self, lines: &mut Lines, before: &[Queued]) -> Vec<Queued> {
        let mut batch: Vec<Queued> = Vec::new();
        let wait_max = Duration::from_millis(self.limits.wait_millis_max);
        let length = |queued: &Queued| queued.command.action.bytes();
        let mut bytes = before.iter().map(length).fold(0, usize::saturating_add);
        let most = self.limits.batch_max.saturating_sub(before.len());
        while batch.len() < most && bytes < BATCH_BYTES_MAX {
            let Some(organisation) = lines.turns.front().cloned() else { break };
            let Some(own) = lines.by_organisation.get_mut(&organisation) else {
                lines.turns.pop_front();
                continue;
            };
            let alone = own.front().is_some_and(|next| next.command.action.stands_alone());
            if alone && !(before.is_empty() && batch.is_empty()) {
                break;
            }
            let next = own.pop_front();
            let empty = own.is_empty();
            lines.turns.pop_front();
            if empty {
                lines.by_organisation.remove(&organisation);
            } else {
                lines.turns.push_back(organisation);
            }
            let Some(next) = next else { continue };
            lines.waiting = lines.waiting.saturating_sub(1);
            if next.since.elapsed() > wait_max || next.is_abandoned() {
                next.answer(Err(Failure::Busy));
                continue;
            }
            bytes = bytes.saturating_add(length(&next));
            batch.push(next);
            if alone {
                break;
            }
        }
        batch
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::writer::{Action, Occasion, Origin};

    #[test]
    fn nobody_waits_in_a_line_that_is_not_served_any_longer() {
        let queue = Queue::new(Limits::default());
        let (answer, mut answered) = oneshot::channel();
        let origin = Origin { request: String::new(), client: None, officer: None };
        let action = Action::Service(Occasion::Started);
        queue.push(Queued::new(Command { origin, organisation: "operator".to_owned(), action }, answer)).unwrap();
        drop(Server(&queue));
        assert!(matches!(answered.try_recv().unwrap(), Err(Failure::Closed)));
        assert_eq!((queue.is_open(), queue.waiting()), (false, 0));
    }
}
