//! How long polls take, and how long tasks wait for theirs, as histograms: where a runtime was built to count that.
//!
//! Most runtimes are not, since it takes readings of the clock: one when a task is queued, and one or two for each poll. What
//! it costs them is the branch that all `observers` of a poll share.
//!
//! # What is measured
//!
//! *The time of a poll*: from before its begin to behind its end, with the hooks that are called for it, by the clock on the wall.
//!
//! *The latency of a task*: from when it was queued, as it was spawned or woken, to the begin of the poll. Where it was queued in
//! between, by a thief or since a worker lost its permit, does not count anew; nor does a second wake, which a queued task does
//! not notice. A task that is woken in its own poll is queued when that ends. Each poll of a task is measured, none by chance.
//!
//! # Where the time of the wake lives
//!
//! In an annex of the task's cell, which only tasks have of which this is measured (`cell::annex`); and it is noted by a function of
//! their own vtable, so that the wake of another task does not even ask. Who queues the task has its
//! token, and so the right to write there; who polls it has had the token from him.
//!
//! *Rejected*: to keep the time beside the task in each queue, since there are four kinds of queues, and stealing would move
//! both; to have a sample at a time under way, and to forget what is queued meanwhile: long waits, which one is after, would be
//! missed most; a table by the task's number, which loses what collides, and so the tasks that wait longest; a word
//! in each cell, which costs 16 bytes a task where nobody asks; and to note the time in each function that queues, which is a branch for each wake.
//!
//! # Counts
//!
//! A worker counts for itself, as in its diary, so that counting is a load and a store. Local tasks have histograms of their own.

use super::diary::Count;
use crate::driver::Tick;
use crate::util::buckets::Buckets;

/// What is to be measured.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Measured {
    pub(crate) polls: Option<Buckets>,
    pub(crate) latencies: Option<Buckets>,
}

/// What a worker measured.
#[derive(Debug)]
pub(super) struct Timing {
    pub(super) polls: Option<Histogram>,
    pub(super) latencies: Option<Histogram>,
}

/// How many times fell into each bucket.
#[derive(Debug)]
pub(super) struct Histogram {
    buckets: Buckets,
    counts: Box<[Count]>,
}

impl Timing {
    /// Room for what is to be measured, if anything is.
    pub(super) fn new(measured: Measured) -> Option<Self> {
        let Measured { polls, latencies } = measured;
        let is_on = polls.is_some() || latencies.is_some();
        is_on.then(|| Self {
            polls: polls.map(Histogram::new),
            latencies: latencies.map(Histogram::new),
        })
    }

    /// Whether it must be noted when tasks are queued.
    pub(super) fn needs_queue_times(&self) -> bool {
        self.latencies.is_some()
    }

    /// Measures a poll, which does not unwind, and the wait before it, if it is known since when the task was queued.
    pub(super) fn around_poll<R>(&self, queued_at: Option<u64>, poll: impl FnOnce() -> R) -> R {
        let begin = Tick::now();
        if let (Some(latencies), Some(queued_at)) = (&self.latencies, queued_at) {
            latencies.count(Tick::from_nanos(queued_at), begin);
        }
        let result = poll();
        if let Some(polls) = &self.polls {
            polls.count(begin, Tick::now());
        }
        result
    }
}

impl Histogram {
    fn new(buckets: Buckets) -> Self {
        Self { buckets, counts: (0..buckets.count()).map(|_| Count::default()).collect() }
    }

    fn count(&self, begin: Tick, end: Tick) {
        let nanos = end.saturating_since(begin).as_nanos() as u64;
        self.counts[self.buckets.bucket_of(nanos)].add(1);
    }

    /// How many times fell into this bucket.
    pub(super) fn get(&self, bucket: usize) -> u64 {
        self.counts[bucket].get()
    }
}
