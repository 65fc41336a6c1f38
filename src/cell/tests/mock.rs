//! A scheduler for models and tests: one queue and one set of suspended tasks, run by whoever wants to.
//!
//! Its own bookkeeping is invisible to loom, so that it orders nothing which the cell should have ordered: only
//! the locks of the queue and of the set do, as they would in any scheduler.

use std::cell::Cell;
use std::collections::VecDeque;
use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::Waker;

use crate::cell::waker::Borrowed;
use crate::cell::{Held, JoinRef, Kind, OwnedSet, Runnable, Schedule, raw};
use crate::util::sync::Mutex;

thread_local! {
    /// What the mock's clock shows.
    static NOW: Cell<u64> = const { Cell::new(0) };
}

/// Sets the clock, for this thread.
#[cfg(not(loom))]
pub(super) fn set_clock(now: u64) {
    NOW.set(now);
}

/// See the module's prose.
pub(super) struct Mock {
    queue: Mutex<VecDeque<Runnable>>,
    pub(super) set: OwnedSet,
    /// How many tasks were queued because they were woken in their own poll.
    pub(super) reschedules: AtomicUsize,
}

/// What a task holds of the mock. Each cell has one, so the number of handles is the number of cells.
pub(super) struct Handle(Arc<Mock>);

impl Mock {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            queue: Mutex::new(VecDeque::new()),
            set: OwnedSet::new(),
            reschedules: AtomicUsize::new(0),
        })
    }

    /// What a task holds of this.
    pub(super) fn handle(self: &Arc<Self>) -> Handle {
        Handle(Arc::clone(self))
    }

    /// A task, and the token in the caller's hand.
    #[track_caller]
    pub(super) fn spawn<F>(self: &Arc<Self>, future: F) -> (Runnable, JoinRef<F::Output>)
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        raw::spawn(future, self.handle(), 1, Location::caller().into())
    }

    /// A task whose token is in the queue.
    #[track_caller]
    pub(super) fn spawn_queued<F>(self: &Arc<Self>, future: F) -> JoinRef<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let (task, join) = self.spawn(future);
        self.push(task);
        join
    }

    pub(super) fn push(&self, task: Runnable) {
        self.queue.lock().push_back(task);
    }

    pub(super) fn pop(&self) -> Option<Runnable> {
        self.queue.lock().pop_front()
    }

    /// Runs what is queued, and what is queued by that.
    pub(super) fn run_all(&self) {
        while let Some(task) = self.pop() {
            task.run();
        }
    }

    /// Ends the set as a scheduler does that shuts down.
    pub(super) fn close(&self) {
        self.set.close().into_iter().for_each(Runnable::cancel);
    }

    /// How many cells are not freed.
    pub(super) fn cells(self: &Arc<Self>) -> usize {
        Arc::strong_count(self) - 1
    }
}

/// A waker of the task, as its poll would clone it.
pub(super) fn waker_of<T>(join: &JoinRef<T>) -> Waker {
    let task = join.task();
    let header = task.as_ptr();
    Waker::clone(&Borrowed::new(&header))
}

// SAFETY: there is one set, which the handle keeps alive.
unsafe impl Schedule for Handle {
    type Route = Arc<Mock>;

    const KIND: Kind = Kind::Task;

    fn now() -> u64 {
        NOW.get()
    }

    fn route(&self) -> Arc<Mock> {
        Arc::clone(&self.0)
    }

    fn schedule(route: Arc<Mock>, task: Runnable) {
        route.push(task);
    }

    fn reschedule(route: Arc<Mock>, task: Runnable) {
        route.reschedules.fetch_add(1, Relaxed);
        route.push(task);
    }

    fn adopt(&mut self, task: Held<'_>) -> bool {
        self.0.set.insert(task)
    }

    fn release(&self, task: Held<'_>) {
        self.0.set.remove(task);
    }
}
