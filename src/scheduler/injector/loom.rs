//! The stand-in for `blocks` under loom: the same promises, kept by a lock.

use std::collections::VecDeque;

use crate::util::sync::Mutex;

/// A queue for single tasks of any thread.
pub(super) struct Blocks<T>(Mutex<VecDeque<T>>);

impl<T> Blocks<T> {
    pub(super) fn new() -> Self {
        Self(Mutex::new(VecDeque::new()))
    }

    pub(super) fn push(&self, task: T) {
        self.0.lock().push_back(task);
    }

    /// Takes the oldest task.
    pub(super) fn pop(&self) -> Option<T> {
        self.0.lock().pop_front()
    }

    /// How many stood here a moment ago.
    pub(super) fn len(&self) -> usize {
        self.0.lock().len()
    }

    /// Whether none stood here a moment ago.
    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
