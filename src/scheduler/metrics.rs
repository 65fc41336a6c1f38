//! What the runtime's numbers are made of.
//!
//! A worker counts for itself, in its diary, and the monitor in its tally; here the counts are read and added up. None of
//! them orders anything, so numbers that are read one after the other may be of different moments.

use std::time::Duration;

use super::blocking::Census;
use super::diary::Diary;
use super::idle::Staffing;
use super::monitor::{Stall, Stuck};
use super::observers::Observers;
use super::timing::{Histogram, Measured, Timing};
use super::worker::Worker;
use super::{LocalTasks, Scheduler};

/// The polls whose permits the monitor took, or could not take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Retakes {
    pub(crate) from_blocked: u64,
    pub(crate) from_computing: u64,
    pub(crate) refused: u64,
}

/// What the worker of one number did, together with the spare workers that stood in for it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Work {
    pub(crate) polls: u64,
    pub(crate) busy: Duration,
    pub(crate) parks: u64,
    pub(crate) unparks: u64,
    pub(crate) steals: u64,
    pub(crate) stolen_tasks: u64,
    pub(crate) noops: u64,
    pub(crate) scheduled: u64,
    pub(crate) overflowed: u64,
    /// How long a poll takes, in nanoseconds: of each worker by its own average, weighted by how much it polled.
    pub(crate) mean_poll: f64,
    /// Tasks that wait there now.
    pub(crate) waiting_tasks: usize,
}

impl Work {
    fn add(&mut self, worker: &Worker) {
        let Diary { polls, busy_nanos, parks, unparks, steals, stolen, .. } = &worker.diary;
        let Diary { noops, scheduled, overflowed, mean_poll, .. } = &worker.diary;
        let (before, more) = (self.polls as f64, polls.begun() as f64);
        if more > 0.0 {
            let mean = f64::from_bits(mean_poll.get());
            self.mean_poll = (before * self.mean_poll + more * mean) / (before + more);
        }
        self.noops += noops.get();
        self.scheduled += scheduled.get();
        self.overflowed += overflowed.get();
        self.polls += polls.begun();
        self.busy += Duration::from_nanos(busy_nanos.get());
        self.parks += parks.get();
        self.unparks += unparks.get();
        self.steals += steals.get();
        self.stolen_tasks += stolen.get();
        self.waiting_tasks += worker.waiting_tasks();
    }
}

impl Scheduler {
    /// What was done with the permit of this number.
    pub(crate) fn work_of(&self, number: usize) -> Work {
        self.work_of_each(self.numbers_of(number))
    }

    /// The workers that are counted under this number. A spare one has no permit of its own: it is counted where its number
    /// leads in the second round, or the third.
    fn numbers_of(&self, number: usize) -> impl Iterator<Item = usize> {
        (number..self.roster.reach()).step_by(self.worker_threads())
    }

    /// What is measured of polls.
    pub(crate) fn measured(&self) -> Measured {
        self.config.measured
    }

    /// How many polls that were made with the permit of this number took a time of this bucket.
    pub(crate) fn poll_times(&self, number: usize, bucket: usize) -> u64 {
        self.measured_by(number, bucket, |timing| timing.polls.as_ref())
    }

    /// Before how many of them the task had waited for a time of this bucket.
    pub(crate) fn latencies(&self, number: usize, bucket: usize) -> u64 {
        self.measured_by(number, bucket, |timing| timing.latencies.as_ref())
    }

    fn measured_by(
        &self,
        number: usize,
        bucket: usize,
        of: impl Fn(&Timing) -> Option<&Histogram>,
    ) -> u64 {
        let workers = self.numbers_of(number).filter_map(|number| self.roster.get(number));
        let local = self.local_tasks().and_then(|tasks| tasks.timing.as_deref());
        let observers = workers.filter_map(|worker| worker.observers.as_deref());
        let timings = observers.filter_map(Observers::timing).chain(local);
        timings.filter_map(of).map(|histogram| histogram.get(bucket)).sum()
    }

    /// The same of each number, of which there are as many as there are permits at one moment.
    #[cfg(feature = "debug-page")]
    pub(crate) fn work_by_number(&self) -> Vec<Work> {
        let permits = self.worker_threads();
        let numbers = |number| (number..self.roster.reach()).step_by(permits);
        (0..permits).map(|number| self.work_of_each(numbers(number))).collect()
    }

    /// What was done by all workers.
    pub(crate) fn work_of_all(&self) -> Work {
        self.work_of_each(0..self.roster.reach())
    }

    fn work_of_each(&self, numbers: impl Iterator<Item = usize>) -> Work {
        let mut work = Work::default();
        numbers.filter_map(|number| self.roster.get(number)).for_each(|worker| work.add(worker));
        if let Some(tasks) = self.local_tasks() {
            work.polls += tasks.polls.get();
            work.scheduled += tasks.scheduled();
            work.waiting_tasks += tasks.waiting();
        }
        work
    }

    /// How many tasks have been spawned and have not ended.
    pub(crate) fn alive_tasks(&self) -> usize {
        // In this order, since a task that ends between the two looks was spawned before.
        let ended = self.ended_tasks();
        (self.spawned_tasks().wrapping_sub(ended) as i64).max(0) as usize
    }

    /// How many tasks were ever spawned.
    pub(crate) fn spawned_tasks(&self) -> u64 {
        let local = self.local_tasks().map_or(0, |tasks| tasks.spawned.get());
        self.sum(|diary| diary.spawned.get()) + local + self.outsiders.spawned()
    }

    fn ended_tasks(&self) -> u64 {
        let local = self.local_tasks().map_or(0, |tasks| tasks.ended.get());
        self.sum(|diary| diary.ended.get()) + local + self.outsiders.ended()
    }

    /// How many tasks were queued by threads that do not work here.
    pub(crate) fn scheduled_from_outside(&self) -> u64 {
        self.outsiders.scheduled()
    }

    /// How many polls had to yield since their budget was spent, and since they took too long.
    pub(crate) fn forced_yields(&self) -> (u64, u64) {
        (self.sum(|diary| diary.polls.spent()), self.sum(|diary| diary.polls.cut_short()))
    }

    /// A count of all workers.
    fn sum(&self, of: impl Fn(&Diary) -> u64) -> u64 {
        self.roster.iter().map(|worker| of(&worker.diary)).sum()
    }

    /// Who has the permits.
    pub(crate) fn staffing(&self) -> Staffing {
        self.idle.staffing()
    }

    /// What was counted of sockets, once there are any.
    #[cfg(feature = "net")]
    pub(crate) fn io_counts(&self) -> crate::driver::IoCounts {
        self.driver.io_counts()
    }

    /// The tasks that stay on the thread of this runtime. It has one worker, under whose number they are counted.
    fn local_tasks(&self) -> Option<&LocalTasks> {
        self.config.local_tasks.as_deref()
    }

    /// How many tasks wait in the queue of each worker that was ever needed.
    pub(super) fn waiting_tasks(&self) -> Vec<usize> {
        self.roster.iter().map(|worker| worker.waiting_tasks()).collect()
    }

    /// How many tasks wait for any worker.
    pub(crate) fn injected_tasks(&self) -> usize {
        self.injector.len()
    }

    pub(crate) fn retakes(&self) -> Retakes {
        Retakes {
            from_blocked: self.tally.from_blocked.get(),
            from_computing: self.tally.from_computing.get(),
            refused: self.tally.refused.get(),
        }
    }

    /// The poll that the monitor saw take longest.
    pub(crate) fn longest_poll(&self) -> Option<Stuck> {
        self.tally.longest()
    }

    /// Where polls took too long.
    pub(crate) fn stalls(&self) -> Vec<Stall> {
        self.tally.stalls()
    }

    /// How many threads were started, for workers and for the blocking pool.
    pub(crate) fn threads_started(&self) -> u64 {
        self.threads.started() + self.blocking_census().started
    }

    pub(crate) fn blocking_census(&self) -> Census {
        self.blocking.census()
    }
}
