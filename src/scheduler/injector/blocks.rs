//! The injector that ships: `crossbeam-queue`'s linked blocks, without a lock.

use crossbeam_queue::SegQueue;

/// The shared queue of tasks.
pub(crate) struct Injector<T> {
    blocks: SegQueue<T>,
}

impl<T> Injector<T> {
    pub(crate) const fn new() -> Self {
        Self { blocks: SegQueue::new() }
    }

    /// Adds a task behind the others.
    pub(crate) fn push(&self, task: T) {
        self.blocks.push(task);
    }

    /// Takes the oldest task.
    pub(crate) fn pop(&self) -> Option<T> {
        self.blocks.pop()
    }

    /// How many tasks stood in the queue a moment ago.
    pub(crate) fn len(&self) -> usize {
        self.blocks.len()
    }

    /// Whether the queue was empty a moment ago.
    pub(crate) fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }
}
