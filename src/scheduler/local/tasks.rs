//! What all threads may touch of one thread's tasks, and the way by which a woken one gets home.

use std::fmt;
use std::mem;
use std::sync::{Arc, Weak};
use std::thread::{self, ThreadId};

use super::queue::Queue;
use crate::cell::{Held, Kind, OwnedSet, Runnable, Schedule};
use crate::coop;
use crate::driver::Tick;
use crate::scheduler::context;
use crate::scheduler::diary::Count;
use crate::scheduler::timing::{Measured, Timing};
use crate::trace;
use crate::util::process::PerProcess;
use crate::util::sync::{Mutex, MutexGuard};

/// The tasks of one thread. See the module's prose.
pub(crate) struct LocalTasks {
    pub(super) queue: Queue<Runnable>,
    /// Those that have suspended, until they end.
    pub(in crate::scheduler) suspended: OwnedSet,
    /// The thread that runs them.
    thread: ThreadId,
    /// How many were spawned; by that thread, as all counts.
    pub(in crate::scheduler) spawned: Count,
    /// How many ended.
    pub(in crate::scheduler) ended: Count,
    /// How often one was polled.
    pub(in crate::scheduler) polls: Count,
    /// How long their polls take, if that is measured.
    pub(in crate::scheduler) timing: Option<Box<Timing>>,
}

impl LocalTasks {
    /// None yet, for this thread, with this to be measured of them.
    pub(super) fn new(measured: Measured) -> Arc<Self> {
        Arc::new(Self {
            queue: Queue::new(),
            suspended: OwnedSet::new(),
            thread: thread::current().id(),
            spawned: Count::default(),
            ended: Count::default(),
            polls: Count::default(),
            timing: Timing::new(measured).map(Box::new),
        })
    }

    /// Whether this is the thread that runs them.
    pub(crate) fn is_here(&self) -> bool {
        thread::current().id() == self.thread
    }

    /// How many tasks wait to be polled.
    pub(crate) fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// How many have been spawned and have not ended.
    pub(in crate::scheduler) fn alive(&self) -> usize {
        // In this order, since a task that ends between the two looks was spawned before.
        let ended = self.ended.get();
        self.spawned.get().saturating_sub(ended) as usize
    }

    /// How often one was queued, by whatever thread.
    pub(in crate::scheduler) fn scheduled(&self) -> u64 {
        self.queue.pushed()
    }

    /// Polls a task. For their thread.
    pub(super) fn run(&self, task: Runnable) {
        self.polls.add(1);
        let has_ended = match &self.timing {
            None => Self::poll(task),
            Some(timing) => timing.around_poll(task.queued_at(), || Self::poll(task)),
        };
        if has_ended {
            self.ended.add(1);
        }
    }

    #[inline]
    fn poll(task: Runnable) -> bool {
        let (id, source) = (task.header().id(), task.header().source());
        let poll = || coop::with_budget(|| task.run());
        context::poll_as(id, || trace::nested(id, source, poll))
    }

    /// Drops a task that will not be polled any more. For their thread.
    pub(super) fn cancel(&self, task: Runnable) {
        self.ended.add(1);
        context::poll_as(task.header().id(), || task.cancel());
    }

    /// Queues a task. Once all is over it is dropped instead; that is on its own thread.
    pub(super) fn push(&self, task: Runnable) {
        let Err(task) = self.queue.push(task) else { return };
        if self.is_here() {
            return self.cancel(task);
        }
        // By the prose of the module nobody else pushes by now. Were it otherwise, its drop here would be unsound.
        debug_assert!(false, "a local task was woken after the end");
        mem::forget(task);
    }
}

impl fmt::Debug for LocalTasks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalTasks")
            .field("thread", &self.thread)
            .field("queued", &self.queue.len())
            .field("suspended", &self.suspended.len())
            .finish()
    }
}

/// The tasks that belong to no runtime, of this process.
fn listed() -> MutexGuard<'static, Vec<Weak<LocalTasks>>> {
    static LISTED: PerProcess<Mutex<Vec<Weak<LocalTasks>>>> = PerProcess::new();
    LISTED.get(|| Mutex::new(Vec::new())).lock()
}

/// Enters such tasks. Those of owners that are gone leave by this, so that the list is no longer than twice what there are at once.
pub(super) fn list(tasks: &Arc<LocalTasks>) {
    let mut listed = listed();
    if listed.len() == listed.capacity() {
        listed.retain(|tasks| tasks.strong_count() > 0);
        let left = listed.len();
        listed.reserve(left + 1); // so that it is not gone through again before as many have come
    }
    listed.push(Arc::downgrade(tasks));
}

impl LocalTasks {
    /// All that belong to no runtime.
    pub(in crate::scheduler) fn of_no_runtime() -> Vec<Arc<Self>> {
        listed().iter().filter_map(Weak::upgrade).collect()
    }
}

/// A local task's handle to its scheduler.
pub(super) struct LocalHome(pub(super) Arc<LocalTasks>);

// SAFETY: `adopt` puts the task into the one set of the handle's tasks, `release` takes it out of that, and the handle keeps
// it alive.
unsafe impl Schedule for LocalHome {
    type Route = Arc<LocalTasks>;

    const KIND: Kind = Kind::Local;

    fn now() -> u64 {
        Tick::now().as_nanos()
    }

    fn route(&self) -> Self::Route {
        self.0.clone()
    }

    fn schedule(route: Self::Route, task: Runnable) {
        route.push(task);
    }

    fn reschedule(route: Self::Route, task: Runnable) {
        route.push(task);
    }

    fn adopt(&mut self, task: Held<'_>) -> bool {
        self.0.suspended.insert(task)
    }

    fn release(&self, task: Held<'_>) {
        self.0.suspended.remove(task);
    }
}
