//! Which buckets a histogram has.

use std::time::Duration;

use super::LogHistogram;
use crate::util::buckets::Buckets;

/// Into which buckets a histogram sorts times.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use runtime::runtime::{Builder, HistogramConfiguration, LogHistogram};
///
/// let runtime = Builder::new_current_thread()
///     .enable_metrics_poll_time_histogram()
///     .metrics_poll_time_histogram_configuration(HistogramConfiguration::log(LogHistogram::default()))
///     .enable_metrics_schedule_latency_histogram()
///     .metrics_schedule_latency_histogram_configuration(HistogramConfiguration::linear(
///         Duration::from_micros(10),
///         100,
///     ))
///     .build()?;
/// assert_eq!(runtime.metrics().schedule_latency_histogram_num_buckets(), 100);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistogramConfiguration(Buckets);

impl HistogramConfiguration {
    /// Buckets of one width, the first of which begins at zero. Longer times than they cover are in the last one.
    ///
    /// # Panics
    ///
    /// If the width or the number is zero.
    #[track_caller]
    pub fn linear(bucket_width: Duration, num_buckets: usize) -> Self {
        assert!(!bucket_width.is_zero(), "linear: a bucket needs a width");
        assert!(num_buckets > 0, "linear: a histogram needs a bucket at least");
        Self(Buckets::Linear { width: nanos(bucket_width), count: num_buckets })
    }

    /// Buckets that are the wider the longer the times in them.
    pub fn log(configuration: impl Into<LogHistogram>) -> Self {
        Self(configuration.into().buckets())
    }

    pub(super) fn buckets(&self) -> Buckets {
        self.0
    }
}

impl Default for HistogramConfiguration {
    fn default() -> Self {
        Self::linear(Duration::from_micros(100), 10)
    }
}

/// The nanoseconds of a duration, as far as a word can count.
pub(super) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
