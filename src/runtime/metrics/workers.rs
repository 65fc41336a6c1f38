//! What is counted of each worker.

use std::time::Duration;

use super::RuntimeMetrics;
use crate::scheduler::Work;

impl RuntimeMetrics {
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

    /// How often a worker was woken and went to sleep again without having polled anything: somebody else was faster, or the wake
    /// was for a timer that was not due yet.
    ///
    /// # Panics
    ///
    /// If there is no worker of this number.
    #[track_caller]
    pub fn worker_noop_count(&self, worker: usize) -> u64 {
        self.work_of(worker).noops
    }

    /// How many tasks a worker queued itself, as its tasks spawned or woke them.
    ///
    /// Local tasks of a [`LocalRuntime`](crate::runtime::LocalRuntime) are among them, whoever woke them.
    ///
    /// # Examples
    ///
    /// ```
    /// let runtime = runtime::Builder::new_current_thread().build()?;
    /// runtime.block_on(async {
    ///     runtime::spawn(async {}).await.unwrap();
    /// });
    /// assert_eq!(runtime.metrics().worker_local_schedule_count(0), 1);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If there is no worker of this number.
    #[track_caller]
    pub fn worker_local_schedule_count(&self, worker: usize) -> u64 {
        self.work_of(worker).scheduled
    }

    /// How many of these did not fit into the worker's queue, which has room for 256, and went to the one that all workers
    /// share.
    ///
    /// # Panics
    ///
    /// If there is no worker of this number.
    #[track_caller]
    pub fn worker_overflow_count(&self, worker: usize) -> u64 {
        self.work_of(worker).overflowed
    }

    /// How long a poll takes lately, on the average: a moving one, in which each poll weighs a tenth of what is behind it.
    ///
    /// It is what the clock says about every 25 microseconds, shared out among the polls since. So it contains the time between
    /// them too: to look for the next task, and at sockets. Zero, as long as there was no poll.
    ///
    /// # Panics
    ///
    /// If there is no worker of this number.
    #[track_caller]
    pub fn worker_mean_poll_time(&self, worker: usize) -> Duration {
        Duration::from_nanos(self.work_of(worker).mean_poll as u64)
    }

    /// What each worker did, for who must not ask for one that there was a moment ago: the number of workers may change.
    #[cfg(feature = "debug-page")]
    pub(crate) fn work_by_number(&self) -> Vec<Work> {
        self.scheduler.work_by_number()
    }

    /// What all of them did.
    #[cfg(feature = "debug-page")]
    pub(crate) fn work_of_all(&self) -> Work {
        self.scheduler.work_of_all()
    }

    #[track_caller]
    fn work_of(&self, worker: usize) -> Work {
        self.assert_worker(worker);
        self.scheduler.work_of(worker)
    }

    #[track_caller]
    pub(super) fn assert_worker(&self, worker: usize) {
        let workers = self.num_workers();
        assert!(worker < workers, "there is no worker {worker}: there are {workers}, from 0 on");
    }
}
