//! The threads that work for a runtime, started by it or in its `block_on`, and how it waits for them.

use std::io::{self, Write};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::deadlock::Known;
use super::duty::NoDuty;
use super::worker::Local;
use super::{Scheduler, context};
use crate::driver::Parker;
use crate::util::sync::{Condvar, Mutex};

/// Under one lock: who runs, and whom to join.
#[derive(Debug)]
pub(crate) struct Threads {
    lock: Mutex<Inner>,
    /// Signalled when a thread has left its worker.
    left: Condvar,
}

#[derive(Debug, Default)]
struct Inner {
    /// Threads that have not left their workers yet, those in `block_on` among them.
    working: usize,
    handles: Vec<JoinHandle<()>>,
    /// How many threads were started so far.
    started: u64,
    /// How often a thread could not be started, in a row.
    failures: u64,
    /// Whether it was said that there are as many threads as there may be.
    bound_reported: bool,
}

impl Threads {
    pub(super) fn new() -> Self {
        Self { lock: Mutex::new(Inner::default()), left: Condvar::new() }
    }

    /// How many threads were started so far.
    pub(super) fn started(&self) -> u64 {
        self.lock.lock().started
    }

    /// Says, once, that stuck workers are not replaced any more; whether it did.
    pub(super) fn report_bound(&self) -> bool {
        let is_news = !std::mem::replace(&mut self.lock.lock().bound_reported, true);
        if is_news {
            say(
                "all threads that `max_blocking_threads` allows are in use; tasks that are stuck stall others now",
            );
        }
        is_news
    }

    /// Waits until every thread has left its worker, or until the deadline. True if all have.
    ///
    /// Threads of the runtime that have left are joined, so that nothing of them is there any more.
    pub(super) fn wait(&self, deadline: Option<Instant>) -> bool {
        let mut inner = self.lock.lock();
        while inner.working > 0 {
            inner = match deadline.map(|at| at.saturating_duration_since(Instant::now())) {
                None => self.left.wait(inner),
                Some(Duration::ZERO) => return false,
                Some(left) => self.left.wait_timeout(inner, left),
            };
        }
        let handles = std::mem::take(&mut inner.handles);
        drop(inner);
        let me = std::thread::current().id();
        for handle in handles.into_iter().filter(|handle| handle.thread().id() != me) {
            // A worker's thread contains every panic, so there is nothing to learn from the result.
            let _ = handle.join();
        }
        true
    }
}

impl Scheduler {
    /// Starts a thread for a worker that was granted a permit and the search.
    ///
    /// If the system gives none, the worker stays vacant and its permit free; whoever next finds work waiting
    /// tries again, at the latest the monitor.
    pub(super) fn start_thread(self: &Arc<Self>, worker: usize) {
        let thread = self.config.thread(); // foreign code gives its name: not under the lock
        let mut inner = self.threads.lock.lock();
        // A thread is either counted before the runtime's end waits for all, or not started.
        if self.idle.is_closed() {
            drop(inner);
            return self.idle.return_unstarted(worker);
        }
        let scheduler = self.clone();
        match thread.spawn(move || scheduler.run_thread(worker)) {
            Ok(handle) => {
                inner.working += 1;
                inner.started += 1;
                inner.failures = 0;
                inner.handles.retain(|handle| !handle.is_finished());
                inner.handles.push(handle);
            }
            Err(error) => {
                inner.failures += 1;
                let first = inner.failures == 1;
                drop(inner);
                self.idle.return_unstarted(worker);
                // Whoever counted on this thread meanwhile told nobody else.
                self.monitor.rouse();
                if first {
                    say_refused(&error);
                }
            }
        }
    }

    /// A worker thread's life.
    fn run_thread(self: Arc<Self>, worker: usize) {
        let _entered = context::enter(&self);
        self.call(&self.config.on_thread_start);
        let parker = Arc::new(Parker::new());
        let local = Local::sit_down(&self, worker, &parker);
        local.must_search.set(true);
        context::block(|| {
            let known = Known::new();
            let _ = local.work(&mut NoDuty);
            drop(known); // before the worker counts as vacant: what comes may wake somebody
            if self.idle.is_closed() {
                self.drain(&local);
            }
            local.stand_up();
            self.call(&self.config.on_thread_stop);
        });
        self.count_out();
    }

    /// Counts a thread of `block_on` that has claimed a worker; false if nobody would wait for it any more.
    pub(super) fn count_in(&self) -> bool {
        let mut inner = self.threads.lock.lock();
        // Under the lock, for the same reason as in `start_thread`.
        let open = !self.idle.is_closed();
        inner.working += usize::from(open);
        open
    }

    /// A thread that was counted has left its worker.
    pub(super) fn count_out(&self) {
        self.threads.lock.lock().working -= 1;
        self.threads.left.notify_all();
    }
}

/// To be said once per series of failures: the program goes on with the threads that it has.
pub(super) fn say_refused(error: &io::Error) {
    say(&format!(
        "no thread could be started ({error}); going on with those there are, and trying again later"
    ));
}

/// Tells whoever reads the standard error; the program goes on.
#[cold]
pub(super) fn say(what: &str) {
    // A closed stderr is no reason to panic.
    let _ = writeln!(io::stderr(), "gosched: {what}");
}
