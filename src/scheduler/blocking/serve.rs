//! A thread's life in the blocking pool, how one is started, and how the pool ends.
//!
//! # When no thread can be started
//!
//! If the pool has threads, the job waits for one of them, and this is said once on standard error. If it has none, whoever
//! spawns gets the error, since nobody can tell how long the job would wait. A thread that takes a job while others wait
//! tries again for these; so does a worker that goes, since a place in the budget may be free then. Since all threads may be
//! stuck and nobody may spawn any more, the monitor, too, tries again as long as jobs wait, at each look: it does not rest
//! then, and is roused by who is refused a thread, after his push (its steps are in `monitor`).
//!
//! A thread is started under the pool's lock: so "there is no thread" and "the job was pushed" are one step, and an error
//! is given to the one that it concerns. That the lock is held for the time of a system call matters little, since it
//! happens once a thread and not once a job.

use std::cell::Cell;
use std::io;
use std::sync::Arc;
use std::time::Instant;

use super::pool::{Duty, Inner, Pushed, Taken, Wait};
use crate::cell::Runnable;
use crate::scheduler::deadlock::Known;
use crate::scheduler::threads::say_refused;
use crate::scheduler::{Scheduler, context};
use crate::trace;
use crate::util::sync::MutexGuard;

thread_local! {
    /// The scheduler in whose pool this thread serves, by address; 0 for none.
    static SERVES: Cell<usize> = const { Cell::new(0) };
}

/// Why no thread could be started.
struct Refusal {
    cause: io::Error,
    /// Whether the one before could be started.
    is_first: bool,
}

impl Scheduler {
    /// Queues a job, and sees to it that a thread will take it.
    ///
    /// # Errors
    ///
    /// If there is no thread, and none can be started.
    pub(super) fn push_job(self: &Arc<Self>, job: Runnable, duty: Duty) -> io::Result<()> {
        let (inner, mut refusal) = self.lock_reinforced(1);
        if inner.serving == 0
            && let Some(refusal) = refusal.take()
        {
            drop(inner); // before the job is
            return Err(refusal.explained());
        }
        if let Pushed::Closed(job) = self.blocking.push(inner, job, duty) {
            cancel(job);
        }
        if let Some(refusal) = refusal {
            self.monitor.rouse(); // which tries again
            refusal.report();
        }
        Ok(())
    }

    /// Starts a thread for jobs that wait, if it can: to be called when that may have become possible.
    pub(in crate::scheduler) fn reinforce_blocking(self: &Arc<Self>) {
        let (inner, refusal) = self.lock_reinforced(0);
        drop(inner);
        refusal.into_iter().for_each(Refusal::report);
    }

    /// Locks the pool, and starts a thread if one is wanted for what waits and as many as come.
    fn lock_reinforced(
        self: &Arc<Self>,
        come: usize,
    ) -> (MutexGuard<'_, Inner<Runnable>>, Option<Refusal>) {
        let mut inner = self.blocking.lock();
        if !self.blocking.wants_thread(&inner, come) {
            return (inner, None);
        }
        drop(inner);
        let thread = self.config.thread(); // foreign code gives its name: not under the lock
        inner = self.blocking.lock();
        let refusal = match self.blocking.wants_thread(&inner, come) {
            true => self.start_server(&mut inner, thread).err(),
            false => None,
        };
        (inner, refusal)
    }

    /// Starts a thread of the pool, unless the budget has none left.
    fn start_server(
        self: &Arc<Self>,
        inner: &mut Inner<Runnable>,
        thread: std::thread::Builder,
    ) -> Result<(), Refusal> {
        if !self.blocking.count_in(inner) {
            return Ok(());
        }
        let scheduler = self.clone();
        match thread.spawn(move || scheduler.serve()) {
            Ok(handle) => {
                inner.started(handle);
                Ok(())
            }
            Err(cause) => {
                let is_first = self.blocking.count_refusal(inner);
                Err(Refusal { cause, is_first })
            }
        }
    }

    /// The life of a thread of the pool.
    fn serve(self: Arc<Self>) {
        SERVES.set(Arc::as_ptr(&self).addr());
        let _entered = context::enter(&self);
        self.call(&self.config.on_thread_start);
        let known = Known::new();
        let mut inner = self.blocking.arrive();
        while let Some(Taken { job, duty, place, wants_thread }) = self.next_job(inner) {
            if wants_thread {
                self.reinforce_blocking();
            }
            let (id, source) = (job.header().id(), job.header().source());
            context::poll_as(id, || trace::job(id, source, || job.run()));
            inner = self.blocking.ended(duty, place);
        }
        drop(known); // what comes may wake somebody
        self.call(&self.config.on_thread_stop);
        self.blocking.retire();
    }

    /// The next job for this thread; none if it has waited for one as long as threads are kept, or at the end.
    fn next_job(&self, inner: MutexGuard<'_, Inner<Runnable>>) -> Option<Taken<Runnable>> {
        let mut until = None;
        self.blocking.next(inner, |work, inner| {
            // Under the lock, under which it was just counted idle.
            self.driver.closure_ended();
            let now = Instant::now();
            let until = until.get_or_insert_with(|| now.checked_add(self.config.thread_keep_alive));
            let Some(until) = *until else { return (work.wait(inner), Wait::Woken) };
            let inner = work.wait_timeout(inner, until.saturating_duration_since(now));
            (inner, if Instant::now() < until { Wait::Woken } else { Wait::Over })
        })
    }

    /// Whether this thread is one of the pool's.
    pub(in crate::scheduler) fn is_served_here(&self) -> bool {
        SERVES.get() == std::ptr::from_ref(self).addr()
    }

    /// Closes the pool, and drops the closures for which no thread is free and that are not promised.
    pub(in crate::scheduler) fn close_blocking(&self) {
        self.blocking.close().into_iter().for_each(cancel);
    }
}

impl Refusal {
    /// For whoever has to do without.
    fn explained(self) -> io::Error {
        let cause = self.cause;
        let text = format!(
            "there is no thread for a blocking closure, and none could be started ({cause})"
        );
        io::Error::new(cause.kind(), text)
    }

    /// Once per series of refusals.
    fn report(self) {
        if self.is_first {
            say_refused(&self.cause);
        }
    }
}

/// Drops a closure that was not called.
fn cancel(job: Runnable) {
    context::poll_as(job.header().id(), || job.cancel());
}
