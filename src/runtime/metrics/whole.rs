//! What is counted of a runtime as a whole.

use std::fmt;
use std::sync::Arc;

use crate::runtime::{Stall, StuckTask};
use crate::scheduler::Scheduler;

/// What a runtime has counted since it was built, and how many of this and that it has at the moment.
///
/// Each call reads anew. Counting is always on: a worker counts for itself, without an atomic read-modify-write, and nothing that
/// tasks do touches a number which workers share. So numbers that are read one after the other may be of different
/// moments, but each number that counts events only grows. Names that Tokio has mean here what they mean there.
///
/// # Workers
///
/// Workers have the numbers below [`num_workers`](Self::num_workers). Where a task blocks or computes for long, a spare worker
/// stands in; what it does is counted under one of these numbers too, so that a sum over all of them misses nothing.
///
/// Local tasks of a [`LocalRuntime`](crate::runtime::LocalRuntime) are counted as all others. Those of a [`LocalSet`](crate::task::LocalSet)
/// belong to no runtime, and are polled by the task that drives the set: a poll of that one is counted, not those of its own.
///
/// # Examples
///
/// ```
/// let runtime = runtime::Runtime::new()?;
/// runtime.block_on(async {
///     runtime::spawn(async {}).await.unwrap();
/// });
/// let metrics = runtime.metrics();
/// let polls: u64 = (0..metrics.num_workers()).map(|worker| metrics.worker_poll_count(worker)).sum();
/// assert!(polls >= 2); // of the task, and of what waited for it
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
pub struct RuntimeMetrics {
    pub(super) scheduler: Arc<Scheduler>,
}

impl RuntimeMetrics {
    pub(in crate::runtime) fn new(scheduler: Arc<Scheduler>) -> Self {
        Self { scheduler }
    }

    /// How many workers there are: as many as [`worker_threads`](crate::runtime::Builder::worker_threads), with a thread or still
    /// without; 1 in a current-thread runtime.
    pub fn num_workers(&self) -> usize {
        self.scheduler.worker_threads()
    }

    /// How many tasks have been spawned and have not ended. Closures of
    /// [`spawn_blocking`](crate::task::spawn_blocking) do not count.
    ///
    /// It is added up from what each worker has counted: exact while nothing is spawned and nothing ends.
    pub fn num_alive_tasks(&self) -> usize {
        self.scheduler.alive_tasks()
    }

    /// How many tasks were ever spawned. Closures of [`spawn_blocking`](crate::task::spawn_blocking) do not count.
    pub fn spawned_tasks_count(&self) -> u64 {
        self.scheduler.spawned_tasks()
    }

    /// How many tasks were queued by threads that did not work for the runtime, as they spawned or woke them. Such tasks pass
    /// through the queue that all workers share.
    ///
    /// What the thread of another runtime does counts too, and what a task does inside of a
    /// [`block_on`](crate::runtime::Runtime::block_on) of its own.
    ///
    /// # Examples
    ///
    /// ```
    /// let runtime = runtime::Runtime::new()?;
    /// runtime.spawn(async {}); // from this thread, which is in no task
    /// assert_eq!(runtime.metrics().remote_schedule_count(), 1);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn remote_schedule_count(&self) -> u64 {
        self.scheduler.scheduled_from_outside()
    }

    /// How many polls had to yield, as their [budget](crate::task::coop) was spent.
    ///
    /// A high rate says that tasks find what they wait for ready again and again.
    pub fn budget_forced_yield_count(&self) -> u64 {
        self.scheduler.forced_yields().0
    }

    /// How many polls had to yield, as they had taken more than 3 ms when they came to something that waits.
    pub fn long_poll_yield_count(&self) -> u64 {
        self.scheduler.forced_yields().1
    }

    /// How many tasks wait in the queue that all workers share.
    pub fn global_queue_depth(&self) -> usize {
        self.scheduler.injected_tasks()
    }

    /// How many of the [permits](Self::num_workers) to run tasks nobody has: so many more tasks could run now.
    pub fn num_idle_permits(&self) -> usize {
        self.scheduler.staffing().free
    }

    /// How many workers there are beyond [`num_workers`](Self::num_workers), to stand in for those that are stuck in a poll. It
    /// is bounded by [`max_blocking_threads`](crate::runtime::Builder::max_blocking_threads).
    pub fn num_spare_workers(&self) -> usize {
        self.scheduler.staffing().spares
    }

    /// How many threads are in a poll without a permit, which was given to another worker as the task blocks or computes for
    /// long.
    pub fn num_blocked_workers(&self) -> usize {
        self.scheduler.staffing().without_permit
    }

    /// How many threads the blocking pool has; they run the closures of
    /// [`spawn_blocking`](crate::task::spawn_blocking).
    pub fn num_blocking_threads(&self) -> usize {
        self.scheduler.blocking_census().threads
    }

    /// How many threads of the blocking pool have nothing to do.
    pub fn num_idle_blocking_threads(&self) -> usize {
        self.scheduler.blocking_census().idle
    }

    /// How many closures wait for a thread of the blocking pool.
    pub fn blocking_queue_depth(&self) -> usize {
        self.scheduler.blocking_census().jobs
    }

    /// How many threads the runtime has started so far, for its workers and its blocking pool. The threads that called
    /// `block_on` are not among them.
    pub fn threads_started_count(&self) -> u64 {
        self.scheduler.threads_started()
    }

    /// How often the permit of a task that blocked its thread was given to another worker, as something waited.
    ///
    /// Code that blocks often and says so by [`spawn_blocking`](crate::task::spawn_blocking) or
    /// `block_in_place` is served sooner.
    pub fn blocked_retake_count(&self) -> u64 {
        self.scheduler.retakes().from_blocked
    }

    /// How often the permit of a task that computed for long was given to another worker, as something waited.
    ///
    /// Such code can let others run by [`task::checkpoint`](crate::task::checkpoint).
    pub fn computing_retake_count(&self) -> u64 {
        self.scheduler.retakes().from_computing
    }

    /// How often a permit was left where it was though something waited, since as many threads were in use as
    /// [`max_blocking_threads`](crate::runtime::Builder::max_blocking_threads) allows. It is tried again every half millisecond, and
    /// counted each time.
    pub fn refused_retake_count(&self) -> u64 {
        self.scheduler.retakes().refused
    }

    /// The poll that was seen to take longest, of those that took more than 3 ms; it may still go on.
    ///
    /// Polls are looked at every 10 ms, more often while something waits for them, so shorter ones may be missed. The time
    /// is that of the clock on the wall, in which the thread may have waited for a processor.
    pub fn longest_poll(&self) -> Option<StuckTask> {
        self.scheduler.longest_poll().map(StuckTask::new)
    }

    /// Where polls took more than 3 ms: by the type of the future and the place where it was spawned, that with the longest poll
    /// first.
    ///
    /// These are the polls of which [`longest_poll`](Self::longest_poll) is the longest. 64 types and places are told apart; if
    /// there are more, those whose polls were the shortest are missing.
    ///
    /// # Examples
    ///
    /// ```
    /// let runtime = runtime::Runtime::new()?;
    /// for stall in runtime.metrics().stalls() {
    ///     let longest = stall.longest();
    ///     println!("{} long polls of {}, up to {:?}", stall.count(), longest.spawned_at(), longest.elapsed());
    /// }
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn stalls(&self) -> Vec<Stall> {
        self.scheduler.stalls().into_iter().map(Stall::new).collect()
    }
}

impl fmt::Debug for RuntimeMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RuntimeMetrics")
            .field("num_workers", &self.num_workers())
            .field("num_alive_tasks", &self.num_alive_tasks())
            .field("spawned_tasks_count", &self.spawned_tasks_count())
            .field("staffing", &self.scheduler.staffing())
            .field("global_queue_depth", &self.global_queue_depth())
            .field("num_blocking_threads", &self.num_blocking_threads())
            .field("blocking_queue_depth", &self.blocking_queue_depth())
            .field("threads_started_count", &self.threads_started_count())
            .field("retakes", &self.scheduler.retakes())
            .field("longest_poll", &self.longest_poll())
            .finish_non_exhaustive()
    }
}
