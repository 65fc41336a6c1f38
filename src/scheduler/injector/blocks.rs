//! The injector that ships: `crossbeam-queue`'s linked blocks, without a lock.

use crossbeam_queue::SegQueue;

/// The shared queue of tasks.
pub(crate) struct Injector<T> {
    blocks: SegQueue<T>,
    /// What comes before them.
    early: SegQueue<T>,
}

impl<T> Injector<T> {
    pub(crate) const fn new() -> Self {
        Self { blocks: SegQueue::new(), early: SegQueue::new() }
    }

    /// Adds a task behind the others.
    pub(crate) fn push(&self, task: T) {
        self.blocks.push(task);
    }

    /// Adds a task that was about to run: behind others of its kind, before all else.
    pub(crate) fn push_early(&self, task: T) {
        self.early.push(task);
    }

    /// Takes the oldest task.
    pub(crate) fn pop(&self) -> Option<T> {
        self.early.pop().or_else(|| self.blocks.pop())
    }

    /// How many tasks stood in the queue a moment ago.
    pub(crate) fn len(&self) -> usize {
        self.early.len() + self.blocks.len()
    }

    /// Whether the queue was empty a moment ago.
    pub(crate) fn is_empty(&self) -> bool {
        self.early.is_empty() && self.blocks.is_empty()
    }
}
