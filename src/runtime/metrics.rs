//! What a runtime counts.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::StuckTask;
use crate::scheduler::{Scheduler, Work};

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
/// Local tasks of a [`LocalRuntime`](super::LocalRuntime) are counted as all others. Those of a [`LocalSet`](crate::task::LocalSet)
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
    scheduler: Arc<Scheduler>,
}

impl RuntimeMetrics {
    pub(super) fn new(scheduler: Arc<Scheduler>) -> Self {
        Self { scheduler }
    }

    /// How many workers there are: as many as [`worker_threads`](super::Builder::worker_threads), with a thread or still
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

    /// How many tasks wait in the queue that all workers share.
    pub fn global_queue_depth(&self) -> usize {
        self.scheduler.injected_tasks()
    }

    /// How many tasks wait in a worker's own queue.
    ///
    /// # Panics
    ///
    /// If there is no worker of this number.
    #[track_caller]
    pub fn worker_local_queue_depth(&self, worker: usize) -> usize {
        self.work_of(worker).waiting_tasks
    }

    /// How often a worker polled a task, or the future of the `block_on` that its thread is in.
    ///
    /// # Panics
    ///
    /// If there is no worker of this number.
    #[track_caller]
    pub fn worker_poll_count(&self, worker: usize) -> u64 {
        self.work_of(worker).polls
    }

    /// For how long a worker has been awake: polling, or looking for something to poll.
    ///
    /// The clock is read between polls, and not after each: while polls are made, some tens of microseconds may be missing, or
    /// a long poll that goes on.
    ///
    /// # Panics
    ///
    /// If there is no worker of this number.
    #[track_caller]
    pub fn worker_total_busy_duration(&self, worker: usize) -> Duration {
        self.work_of(worker).busy
    }

    /// How often a worker went to sleep, as it found nothing to do.
    ///
    /// # Panics
    ///
    /// If there is no worker of this number.
    #[track_caller]
    pub fn worker_park_count(&self, worker: usize) -> u64 {
        self.work_of(worker).parks
    }

    /// How often a worker went to sleep or was woken. Where no spare worker ever stood in for it, an odd number says that
    /// it sleeps.
    ///
    /// # Panics
    ///
    /// If there is no worker of this number.
    #[track_caller]
    pub fn worker_park_unpark_count(&self, worker: usize) -> u64 {
        let work = self.work_of(worker);
        work.parks + work.unparks
    }

    /// How many tasks a worker took from others.
    ///
    /// # Panics
    ///
    /// If there is no worker of this number.
    #[track_caller]
    pub fn worker_steal_count(&self, worker: usize) -> u64 {
        self.work_of(worker).stolen_tasks
    }

    /// How often a worker took tasks from another, one or many at once.
    ///
    /// # Panics
    ///
    /// If there is no worker of this number.
    #[track_caller]
    pub fn worker_steal_operations(&self, worker: usize) -> u64 {
        self.work_of(worker).steals
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
    /// [`block_in_place`](crate::task::block_in_place) is served sooner.
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
    /// [`max_blocking_threads`](super::Builder::max_blocking_threads) allows. It is tried again every half millisecond, and
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

    #[track_caller]
    fn work_of(&self, worker: usize) -> Work {
        let workers = self.num_workers();
        assert!(worker < workers, "there is no worker {worker}: there are {workers}, from 0 on");
        self.scheduler.work_of(worker)
    }
}

impl fmt::Debug for RuntimeMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RuntimeMetrics")
            .field("num_workers", &self.num_workers())
            .field("num_alive_tasks", &self.num_alive_tasks())
            .field("global_queue_depth", &self.global_queue_depth())
            .field("num_blocking_threads", &self.num_blocking_threads())
            .field("blocking_queue_depth", &self.blocking_queue_depth())
            .field("threads_started_count", &self.threads_started_count())
            .field("retakes", &self.scheduler.retakes())
            .field("longest_poll", &self.longest_poll())
            .finish_non_exhaustive()
    }
}
