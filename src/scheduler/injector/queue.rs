//! Whose turn it is: the workers' chunks, the outsiders' blocks, and what comes before both.

use std::sync::atomic::Ordering::Relaxed;

use super::Blocks;
use super::chunks::Chunks;
use crate::scheduler::run_queue::{Owner, Queued};
use crate::util::sync::{AtomicBool, AtomicUsize};

/// The shared queue of tasks.
///
/// | field | who changes it |
/// |---|---|
/// | `early` | anyone |
/// | `early_count` | up by who pushes early, before that; down by who took one |
/// | `workers` | workers, the monitor and the end of the runtime push; anyone takes |
/// | `outside` | anyone |
/// | `is_outsiders_turn` | who is about to take and found both of those not empty |
pub(crate) struct Injector<T> {
    early: Blocks<T>,
    /// There are none nearly always, and this is one word beside what else a look reads.
    early_count: AtomicUsize,
    workers: Chunks<T>,
    outside: Blocks<T>,
    is_outsiders_turn: AtomicBool,
}

impl<T> Injector<T> {
    pub(crate) fn new() -> Self {
        Self {
            early: Blocks::new(),
            early_count: AtomicUsize::new(0),
            workers: Chunks::new(),
            outside: Blocks::new(),
            is_outsiders_turn: AtomicBool::new(false),
        }
    }

    /// Adds a task behind the others, for a worker, or who has many.
    pub(crate) fn push(&self, task: T) {
        self.workers.push(task);
    }

    /// Adds a task behind the others, for a thread that has nothing to do with workers, and must not wait for one.
    pub(crate) fn push_from_outside(&self, task: T) {
        self.outside.push(task);
    }

    /// Adds a task that was about to run: behind others of its kind, before all else.
    pub(crate) fn push_early(&self, task: T) {
        self.early_count.fetch_add(1, Relaxed);
        self.early.push(task);
    }

    /// Takes the oldest task of those whose turn it is.
    pub(crate) fn pop(&self) -> Option<T> {
        self.take(|| self.outside.pop(), || self.workers.pop())
    }

    /// How many tasks stood in the queue a moment ago.
    pub(crate) fn len(&self) -> usize {
        self.early_count.load(Relaxed) + self.workers.len() + self.outside.len()
    }

    /// Whether the queue was empty a moment ago.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.early_count.load(Relaxed) == 0 && self.workers.is_empty() && self.outside.is_empty()
    }

    /// Takes an early task, or else asks the queue whose turn it is, and then whichever was not asked since: what looked
    /// full a moment ago may be empty, and nothing may be left without a look.
    #[inline]
    fn take(
        &self,
        from_outside: impl Fn() -> Option<T>,
        from_workers: impl FnOnce() -> Option<T>,
    ) -> Option<T> {
        self.take_early()
            .or_else(|| if self.begins_outside() { from_outside() } else { None })
            .or_else(from_workers)
            .or_else(from_outside)
    }

    #[inline]
    fn take_early(&self) -> Option<T> {
        if self.early_count.load(Relaxed) == 0 {
            return None;
        }
        let task = self.early.pop()?;
        self.early_count.fetch_sub(1, Relaxed);
        Some(task)
    }

    /// Whether the next take begins with the outsiders. Turns count only where both wait.
    #[inline]
    fn begins_outside(&self) -> bool {
        !self.outside.is_empty()
            && (self.workers.is_empty() || self.is_outsiders_turn.fetch_xor(true, Relaxed))
    }
}

impl<T: Queued> Injector<T> {
    /// Takes up to `max` tasks: the oldest to run at once, the others, as far as they fit, into the
    /// run queue of `owner`. All are of one kind, and an early one comes alone.
    ///
    /// The caller chooses `max` so that other workers find something too: a share of all, which may be all there are of one kind.
    pub(crate) fn pop_batch_into(&self, owner: &Owner<T>, max: usize) -> Option<T> {
        let more = max.checked_sub(1)? as u64;
        let from_outside = || {
            let first = self.outside.pop()?;
            owner.push_batch(more, || self.outside.pop());
            Some(first)
        };
        self.take(from_outside, || self.workers.pop_batch_into(owner, more))
    }
}
