//! What is measured of polls, where a runtime was built to do that.

use std::ops::Range;
use std::time::Duration;

use super::RuntimeMetrics;
use crate::util::buckets::Buckets;

impl RuntimeMetrics {
    /// Whether the times of polls are measured; see
    /// [`Builder`](crate::runtime::Builder::enable_metrics_poll_time_histogram).
    pub fn poll_time_histogram_enabled(&self) -> bool {
        self.scheduler.measured().polls.is_some()
    }

    /// Into how many buckets the times of polls are sorted; zero if they are not measured.
    pub fn poll_time_histogram_num_buckets(&self) -> usize {
        self.scheduler.measured().polls.map_or(0, Buckets::count)
    }

    /// The times that belong into a bucket.
    ///
    /// # Panics
    ///
    /// If there is no bucket of this number.
    #[track_caller]
    pub fn poll_time_histogram_bucket_range(&self, bucket: usize) -> Range<Duration> {
        range(self.scheduler.measured().polls, bucket)
    }

    /// How many polls a worker made that took a time of this bucket.
    ///
    /// # Panics
    ///
    /// If there is no worker, or no bucket, of this number.
    #[track_caller]
    pub fn poll_time_histogram_bucket_count(&self, worker: usize, bucket: usize) -> u64 {
        self.assert_worker(worker);
        assert_bucket(self.scheduler.measured().polls, bucket);
        self.scheduler.poll_times(worker, bucket)
    }

    /// Whether it is measured for how long tasks wait for their polls; see
    /// [`Builder`](crate::runtime::Builder::enable_metrics_schedule_latency_histogram).
    pub fn schedule_latency_histogram_enabled(&self) -> bool {
        self.scheduler.measured().latencies.is_some()
    }

    /// Into how many buckets these times are sorted; zero if they are not measured.
    pub fn schedule_latency_histogram_num_buckets(&self) -> usize {
        self.scheduler.measured().latencies.map_or(0, Buckets::count)
    }

    /// The times that belong into a bucket.
    ///
    /// # Panics
    ///
    /// If there is no bucket of this number.
    #[track_caller]
    pub fn schedule_latency_histogram_bucket_range(&self, bucket: usize) -> Range<Duration> {
        range(self.scheduler.measured().latencies, bucket)
    }

    /// How many polls a worker made of tasks that had waited for a time of this bucket.
    ///
    /// # Panics
    ///
    /// If there is no worker, or no bucket, of this number.
    #[track_caller]
    pub fn schedule_latency_histogram_bucket_count(&self, worker: usize, bucket: usize) -> u64 {
        self.assert_worker(worker);
        assert_bucket(self.scheduler.measured().latencies, bucket);
        self.scheduler.latencies(worker, bucket)
    }
}

#[track_caller]
fn range(buckets: Option<Buckets>, bucket: usize) -> Range<Duration> {
    let Range { start, end } = assert_bucket(buckets, bucket).range(bucket);
    Duration::from_nanos(start)..Duration::from_nanos(end)
}

#[track_caller]
fn assert_bucket(buckets: Option<Buckets>, bucket: usize) -> Buckets {
    let count = buckets.map_or(0, Buckets::count);
    match buckets {
        Some(buckets) if bucket < count => buckets,
        _ => panic!("there is no bucket {bucket}: there are {count}, from 0 on"),
    }
}
