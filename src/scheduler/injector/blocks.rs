//! The injector that ships: `crossbeam-queue`'s linked blocks, without a lock.
//!
//! Early tasks are counted before they are pushed, and counted down by who took one: the queue hands each task on with
//! all that came before its push, so the count never falls below the number of tasks. It is relaxed, since it publishes
//! nothing: if a push happened before a look, so did its counting, and the look sees that or something later.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use crossbeam_queue::SegQueue;

/// The shared queue of tasks.
pub(crate) struct Injector<T> {
    blocks: SegQueue<T>,
    /// What comes before them.
    early: SegQueue<T>,
    /// How many came early. There are none nearly always, and to ask an empty queue for a task costs a fence.
    early_count: AtomicUsize,
}

impl<T> Injector<T> {
    pub(crate) const fn new() -> Self {
        Self { blocks: SegQueue::new(), early: SegQueue::new(), early_count: AtomicUsize::new(0) }
    }

    /// Adds a task behind the others.
    pub(crate) fn push(&self, task: T) {
        self.blocks.push(task);
    }

    /// Adds a task that was about to run: behind others of its kind, before all else.
    pub(crate) fn push_early(&self, task: T) {
        self.early_count.fetch_add(1, Relaxed);
        self.early.push(task);
    }

    /// Takes the oldest task.
    pub(crate) fn pop(&self) -> Option<T> {
        if self.early_count.load(Relaxed) != 0
            && let Some(task) = self.early.pop()
        {
            self.early_count.fetch_sub(1, Relaxed);
            return Some(task);
        }
        self.blocks.pop()
    }

    /// How many tasks stood in the queue a moment ago.
    pub(crate) fn len(&self) -> usize {
        self.early_count.load(Relaxed) + self.blocks.len()
    }

    /// Whether the queue was empty a moment ago.
    pub(crate) fn is_empty(&self) -> bool {
        self.early_count.load(Relaxed) == 0 && self.blocks.is_empty()
    }
}
