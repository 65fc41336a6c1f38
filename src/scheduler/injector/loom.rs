//! The injector's stand-in under loom: the same promises, kept by a lock.

use std::collections::VecDeque;

use crate::util::sync::Mutex;

/// The shared queue of tasks.
pub(crate) struct Injector<T> {
    tasks: Mutex<VecDeque<T>>,
}

impl<T> Injector<T> {
    pub(crate) fn new() -> Self {
        Self { tasks: Mutex::new(VecDeque::new()) }
    }

    /// Adds a task behind the others.
    pub(crate) fn push(&self, task: T) {
        self.tasks.lock().push_back(task);
    }

    /// Takes the oldest task.
    pub(crate) fn pop(&self) -> Option<T> {
        self.tasks.lock().pop_front()
    }

    /// How many tasks stood in the queue a moment ago.
    pub(crate) fn len(&self) -> usize {
        self.tasks.lock().len()
    }

    /// Whether the queue was empty a moment ago.
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
