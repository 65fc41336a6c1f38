//! Tasks in chunks behind a lock, which is held for a few instructions, or for a batch. Empty chunks are used again, up to [`SPARE`]
//! of them, so that a push asks the allocator for nothing where so many tasks suffice, and else once in [`CHUNK`] tasks, with the lock: an allocator that spawns
//! or wakes a task from within would come back for the same lock.
//!
//! Looks read `len` alone, without the lock and relaxed. It is written under the lock alone, by each change, so its values come in
//! the order of the changes. If a push happened before a look, the look reads what that push wrote or what a later
//! change did, and as long as nobody takes the task, each of these is above zero. It publishes nothing: whoever takes a task has locked.
//!
//! | field | who reads and writes it |
//! |---|---|
//! | `tasks` | who has the lock |
//! | `len` | written by who has the lock, read by anyone |
//!
//! Rejected: *one ring that doubles*. With a million tasks in it, it is moved by one push, while all others wait for a
//! millisecond.

use std::collections::VecDeque;
use std::sync::atomic::Ordering::Relaxed;

use crate::scheduler::run_queue::{Owner, Queued};
use crate::util::sync::{AtomicUsize, Mutex, MutexGuard};

/// Tasks in a chunk.
const CHUNK: usize = if cfg!(loom) { 2 } else { 512 };

/// Chunks that are kept for the next tasks, at the most; and the places for chunks that are kept when all are empty.
const SPARE: usize = 32;

/// A queue for what workers push, often many in a row.
pub(super) struct Chunks<T> {
    tasks: Mutex<Tasks<T>>,
    len: AtomicUsize,
}

impl<T> Chunks<T> {
    pub(super) fn new() -> Self {
        Self { tasks: Mutex::new(Tasks::new()), len: AtomicUsize::new(0) }
    }

    pub(super) fn push(&self, task: T) {
        let mut tasks = self.tasks.lock();
        tasks.push(task);
        self.count(&tasks, self.len() + 1);
    }

    /// Takes the oldest task.
    pub(super) fn pop(&self) -> Option<T> {
        if self.is_empty() {
            return None;
        }
        let mut tasks = self.tasks.lock();
        let task = tasks.pop()?;
        self.count(&tasks, self.len() - 1);
        Some(task)
    }

    /// How many stood here a moment ago.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.len.load(Relaxed)
    }

    /// Whether none stood here a moment ago.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Says how many there are; who has the lock may say so.
    fn count(&self, _: &MutexGuard<'_, Tasks<T>>, len: usize) {
        self.len.store(len, Relaxed);
    }
}

impl<T: Queued> Chunks<T> {
    /// Takes the oldest task, and adds up to `more` of the next ones to the run queue of `owner`, as far as they fit.
    pub(super) fn pop_batch_into(&self, owner: &Owner<T>, more: u64) -> Option<T> {
        if self.is_empty() {
            return None;
        }
        let mut tasks = self.tasks.lock();
        let first = tasks.pop()?;
        let mut taken = 1;
        owner.push_batch(more, || tasks.pop().inspect(|_| taken += 1));
        self.count(&tasks, self.len() - taken);
        Some(first)
    }
}

/// What the lock protects.
struct Tasks<T> {
    /// None of them is empty, and only the last may have room.
    chunks: VecDeque<VecDeque<T>>,
    /// Empty chunks.
    spare: Vec<VecDeque<T>>,
}

impl<T> Tasks<T> {
    fn new() -> Self {
        Self { chunks: VecDeque::new(), spare: Vec::new() }
    }

    #[inline]
    fn push(&mut self, task: T) {
        match self.chunks.back_mut() {
            Some(last) if last.len() < CHUNK => last.push_back(task),
            _ => self.begin_chunk(task),
        }
    }

    #[cold]
    fn begin_chunk(&mut self, task: T) {
        let mut chunk = self.spare.pop().unwrap_or_else(|| VecDeque::with_capacity(CHUNK));
        chunk.push_back(task);
        self.chunks.push_back(chunk);
    }

    #[inline]
    fn pop(&mut self) -> Option<T> {
        let first = self.chunks.front_mut()?;
        let task = first.pop_front();
        if first.is_empty() {
            self.end_chunk();
        }
        task
    }

    #[cold]
    fn end_chunk(&mut self) {
        let empty = self.chunks.pop_front();
        if self.spare.len() < SPARE {
            self.spare.extend(empty);
        }
        if self.chunks.is_empty() {
            self.chunks.shrink_to(SPARE); // what a burst needed is not kept for ever
        }
    }
}
