//! The injector's stand-in under loom: the same promises, kept by a lock.

use std::collections::VecDeque;

use crate::util::sync::Mutex;

/// The shared queue of tasks.
pub(crate) struct Injector<T> {
    /// Those that were about to run, and the others behind them.
    tasks: Mutex<[VecDeque<T>; 2]>,
}

impl<T> Injector<T> {
    pub(crate) fn new() -> Self {
        Self { tasks: Mutex::new([VecDeque::new(), VecDeque::new()]) }
    }

    /// Adds a task behind the others.
    pub(crate) fn push(&self, task: T) {
        self.tasks.lock()[1].push_back(task);
    }

    /// Adds a task that was about to run: behind others of its kind, before all else.
    pub(crate) fn push_early(&self, task: T) {
        self.tasks.lock()[0].push_back(task);
    }

    /// Takes the oldest task.
    pub(crate) fn pop(&self) -> Option<T> {
        self.tasks.lock().iter_mut().find_map(VecDeque::pop_front)
    }

    /// How many tasks stood in the queue a moment ago.
    pub(crate) fn len(&self) -> usize {
        self.tasks.lock().iter().map(VecDeque::len).sum()
    }

    /// Whether the queue was empty a moment ago.
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
