//! The end of a runtime.
//!
//! # Steps
//!
//! 1. `idle` is closed: every permit is taken, nobody claims, wakes or starts a worker any more. From here on
//!    whoever injects a task finds the runtime closed, and drains the injector itself.
//! 2. Everybody who sleeps or waits is unparked. The blocking pool is closed, and the closures that wait there for a thread are
//!    dropped, but for those that were promised: writes that a file has accepted.
//!    The driver ends what waits in it, with an error.
//! 3. The thread that ends the runtime closes the sets of suspended tasks, which cancels them, and empties the
//!    queues and slots of all workers and the injector, dropping the futures.
//! 4. A worker that is in a poll finds its permit taken when the poll ends. It does step 3 too, and leaves.
//! 5. The ending thread waits until all threads have left their workers, those in `block_on` too, and those of the blocking
//!    pool are gone, for as long as it was told to. The end of main, which waits for no thread, waits for what was promised.
//!
//! # Why no task is left
//!
//! A task that is not complete is idle in a set, or its token is in a queue, in a slot, or in somebody's
//! hands. *Idle*: its set's closing takes the token. *Queue or slot of a worker*: only the worker's thread pushes
//! there. If it is asleep or gone, step 3 finds the task; if it is in a poll, step 4 comes after its last
//! push. *Injector*: a pusher pushes, fences, and reads the word; the ending thread writes the word, fences,
//! and empties. One of the two sees the other. *In hand*: a worker that polls suspends the task into a set, which is
//! closed (so the task ends), or queues it; a waker queues it. Both then are cases above.
//!
//! # Why it does not recurse
//!
//! The drop of a future may wake another task, whose future is then dropped too, and so on through a chain of a
//! million. A thread that is draining only pushes what it wakes to the injector, and comes to it in its loop.
//!
//! # What stays
//!
//! A task that is stuck in a poll, or a closure in a call, keeps its thread, and the scheduler's memory with it, until it returns, if
//! ever. Nobody waits longer for it than the time given.
//!
//! In a child process, the runtime that it was forked off with stays as it is.

use std::cell::Cell;
use std::mem;
use std::sync::Arc;
use std::sync::atomic::{Ordering::SeqCst, fence};
use std::time::{Duration, Instant};

use super::worker::Local;
use super::{Scheduler, context};
use crate::cell::Runnable;

thread_local! {
    /// The scheduler whose injector this thread is emptying, by address; 0 for none.
    static DRAINING: Cell<usize> = const { Cell::new(0) };
}

impl Scheduler {
    /// Ends the runtime, and waits for its workers and its closures for so long, and for promised closures for so long.
    ///
    /// A thread that itself works for a runtime, or serves in this one's blocking pool, does not wait: it would wait for
    /// itself.
    pub(crate) fn shut_down(self: &Arc<Self>, wait: Duration, wait_for_promised: Duration) {
        if self.is_inherited() {
            // The parent goes on with it. What is dropped here, such as a socket that is registered, could be missing there.
            return mem::forget(self.clone());
        }
        self.monitor.forget(self);
        let parkers = self.idle.close();
        parkers.iter().for_each(|parker| parker.unpark());
        self.end_all();
        let waits_for_itself = context::is_blocking() || self.is_served_here();
        let now = Instant::now();
        let within = |wait| now.checked_add(if waits_for_itself { Duration::ZERO } else { wait });
        self.blocking.wait_for_promised(within(wait_for_promised));
        let deadline = within(wait);
        self.threads.wait(deadline);
        self.blocking.wait(deadline);
    }

    /// Steps 2 and 3. What closures spawn as they are dropped is meant for this runtime, and so is cancelled.
    fn end_all(self: &Arc<Self>) {
        let _entered = context::enter(self);
        self.close_blocking();
        self.driver.close();
        self.drain_all();
    }

    /// Step 4, for a worker that leaves because the runtime ended.
    pub(super) fn drain(self: &Arc<Self>, local: &Local) {
        context::work_as(local, || self.drain_all());
    }

    /// Step 3: drops the future of every task that can be found.
    fn drain_all(self: &Arc<Self>) {
        // Meets the fences of who pushes to the injector, and of who sits down at a worker for the first time.
        fence(SeqCst);
        for worker in self.roster.iter() {
            let idle = worker.suspended.close();
            let queued = worker.take_waiting_tasks();
            idle.into_iter().chain(queued).for_each(|task| self.injector.push(task));
        }
        self.drain_injector();
    }

    /// Drops the futures of all tasks in the injector, and of those that are woken by that. What these spawn as they are
    /// dropped, on whatever thread, is meant for this runtime too.
    #[cold]
    pub(super) fn drain_injector(self: &Arc<Self>) {
        let me = Arc::as_ptr(self).addr();
        if DRAINING.get() == me {
            return;
        }
        let _entered = context::enter(self);
        let outer = DRAINING.replace(me);
        while let Some(task) = self.injector.pop() {
            self.outsiders.count_ended();
            context::poll_as(task.header().id(), || Runnable::cancel(task));
        }
        DRAINING.set(outer);
    }
}
