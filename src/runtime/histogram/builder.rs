//! That a runtime is to measure.

use super::HistogramConfiguration;
use crate::runtime::Builder;
use crate::scheduler::Measured;

/// What a builder was told.
#[derive(Debug, Default)]
pub(in crate::runtime) struct Histograms {
    poll_time: Histogram,
    schedule_latency: Histogram,
}

#[derive(Debug, Default)]
struct Histogram {
    is_enabled: bool,
    configuration: HistogramConfiguration,
}

impl Histograms {
    pub(in crate::runtime) fn measured(&self) -> Measured {
        let buckets =
            |histogram: &Histogram| histogram.is_enabled.then(|| histogram.configuration.buckets());
        Measured { polls: buckets(&self.poll_time), latencies: buckets(&self.schedule_latency) }
    }
}

impl Builder {
    /// Has the time of each poll of a task measured, for
    /// [`RuntimeMetrics`](crate::runtime::RuntimeMetrics::poll_time_histogram_bucket_count).
    ///
    /// That is two readings of the clock for each poll, some tens of nanoseconds together, and so not done unless it is asked for. It
    /// is the clock on the wall: the time in which the thread waits for a processor is part of it. What `block_on` polls is not
    /// measured.
    ///
    /// # Examples
    ///
    /// ```
    /// let runtime = runtime::Builder::new_multi_thread().enable_metrics_poll_time_histogram().build()?;
    /// runtime.block_on(runtime.spawn(async {})).unwrap();
    /// let metrics = runtime.metrics();
    /// let workers = 0..metrics.num_workers();
    /// for bucket in 0..metrics.poll_time_histogram_num_buckets() {
    ///     let range = metrics.poll_time_histogram_bucket_range(bucket);
    ///     let count = |worker| metrics.poll_time_histogram_bucket_count(worker, bucket);
    ///     println!("{range:?}: {}", workers.clone().map(count).sum::<u64>());
    /// }
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn enable_metrics_poll_time_histogram(&mut self) -> &mut Self {
        self.histograms.poll_time.is_enabled = true;
        self
    }

    /// The buckets of that histogram; ten of 100 microseconds unless this is called. Without
    /// [`enable_metrics_poll_time_histogram`](Self::enable_metrics_poll_time_histogram) there are none.
    pub fn metrics_poll_time_histogram_configuration(
        &mut self,
        configuration: HistogramConfiguration,
    ) -> &mut Self {
        self.histograms.poll_time.configuration = configuration;
        self
    }

    /// Has measured for how long tasks wait for their polls, for
    /// [`RuntimeMetrics`](crate::runtime::RuntimeMetrics::schedule_latency_histogram_bucket_count).
    ///
    /// For each poll of a task that is the time from when the task was queued, as it was spawned or woken, to the begin of the
    /// poll. It counts once if the task was woken several times, or was moved to another queue, meanwhile. A task that is woken
    /// inside of its own poll is queued behind that. What `block_on` polls is not measured, nor are closures of `spawn_blocking`.
    ///
    /// It costs a reading of the clock when a task is queued and another when it is polled, and 8 or 16 bytes for each task.
    pub fn enable_metrics_schedule_latency_histogram(&mut self) -> &mut Self {
        self.histograms.schedule_latency.is_enabled = true;
        self
    }

    /// The buckets of that histogram; ten of 100 microseconds unless this is called. Without
    /// [`enable_metrics_schedule_latency_histogram`](Self::enable_metrics_schedule_latency_histogram) there are none.
    pub fn metrics_schedule_latency_histogram_configuration(
        &mut self,
        configuration: HistogramConfiguration,
    ) -> &mut Self {
        self.histograms.schedule_latency.configuration = configuration;
        self
    }
}
