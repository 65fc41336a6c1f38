//! Tasks in blocks without a lock: `crossbeam-queue`'s `SegQueue`.
//!
//! A thread that is put aside in the middle of a push, before its slot is written, keeps who takes that very task waiting, and
//! once in 31 pushes, while it links the next block, the other pushers.

use crossbeam_queue::SegQueue;

/// A queue for single tasks of any thread.
pub(super) struct Blocks<T>(SegQueue<T>);

impl<T> Blocks<T> {
    pub(super) const fn new() -> Self {
        Self(SegQueue::new())
    }

    pub(super) fn push(&self, task: T) {
        self.0.push(task);
    }

    /// Takes the oldest task. To look first costs two loads, and to ask an empty queue a fence.
    #[inline]
    pub(super) fn pop(&self) -> Option<T> {
        if self.is_empty() { None } else { self.0.pop() }
    }

    /// How many stood here a moment ago.
    #[inline]
    pub(super) fn len(&self) -> usize {
        if self.is_empty() { 0 } else { self.0.len() }
    }

    /// Whether none stood here a moment ago.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
