//! Logarithmic buckets.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use super::configuration::nanos;
use crate::util::buckets::Buckets;

/// Buckets whose width is at most a certain part of the times in them.
///
/// Made by a [`LogHistogramBuilder`], or else with its default settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogHistogram(Buckets);

/// Chooses the buckets of a [`LogHistogram`].
///
/// Unless it is told otherwise, the shortest time that is told apart from zero is 100 ns, the longest one minute, and buckets
/// are no wider than a quarter of the times in them: that is 119 buckets, of 8 bytes for each worker.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use runtime::runtime::LogHistogram;
///
/// let fine = LogHistogram::builder()
///     .min_value(Duration::from_micros(1))
///     .max_value(Duration::from_secs(1))
///     .max_error(0.01)
///     .max_buckets(3_000)?;
/// assert!(fine.max_value() >= 1_000_000_000);
/// # Ok::<(), runtime::runtime::InvalidHistogramConfiguration>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct LogHistogramBuilder {
    min_value: Option<Duration>,
    max_value: Option<Duration>,
    precision: Option<u32>,
}

/// Why a histogram cannot be had.
#[derive(Debug)]
pub enum InvalidHistogramConfiguration {
    /// It would need more buckets than it may have.
    TooManyBuckets {
        /// So many.
        required_bucket_count: usize,
    },
}

/// Of the most precise histogram each power of two is cut into two to the power of this.
const MOST_PRECISE: u32 = 10;

impl LogHistogram {
    /// A builder with the default settings.
    pub fn builder() -> LogHistogramBuilder {
        LogHistogramBuilder::default()
    }

    /// From so many nanoseconds on, times are not told apart.
    pub fn max_value(&self) -> u64 {
        self.0.range(self.0.count() - 1).start
    }

    pub(super) fn buckets(self) -> Buckets {
        self.0
    }
}

impl Default for LogHistogram {
    fn default() -> Self {
        LogHistogramBuilder::default().build()
    }
}

impl From<LogHistogramBuilder> for LogHistogram {
    fn from(builder: LogHistogramBuilder) -> Self {
        builder.build()
    }
}

impl LogHistogramBuilder {
    /// How wide a bucket may be, as a part of the times in it; a quarter unless this is called. It is rounded down to a power of
    /// one half, of which the tenth is the smallest.
    ///
    /// # Panics
    ///
    /// If it is not between zero and one.
    #[track_caller]
    pub fn max_error(self, max_error: f64) -> Self {
        assert!(max_error > 0.0, "max_error must be greater than 0");
        assert!(max_error < 1.0, "max_error must be less than 1");
        let suffices = |precision: &u32| 0.5_f64.powi(*precision as i32) <= max_error;
        self.precision_exact((0..MOST_PRECISE).find(suffices).unwrap_or(MOST_PRECISE))
    }

    /// The same, as the power of one half; with 0, each bucket is twice as wide as the one before.
    ///
    /// # Panics
    ///
    /// If it is more than 10.
    #[track_caller]
    pub fn precision_exact(mut self, p: u32) -> Self {
        assert!(p <= MOST_PRECISE, "precision must be <= {MOST_PRECISE}");
        self.precision = Some(p);
        self
    }

    /// The shortest time that is told apart from zero: the first bucket is no longer. 100 ns unless this is called.
    pub fn min_value(mut self, duration: Duration) -> Self {
        self.min_value = Some(duration);
        self
    }

    /// The longest time that is told apart from longer ones: the last bucket, which has no end, begins there or behind it. One
    /// minute unless this is called.
    ///
    /// # Panics
    ///
    /// If it is zero.
    #[track_caller]
    pub fn max_value(mut self, duration: Duration) -> Self {
        assert!(!duration.is_zero(), "max_value must be greater than 0");
        self.max_value = Some(duration);
        self
    }

    /// Builds the histogram, if it needs no more buckets than this.
    ///
    /// # Errors
    ///
    /// If it needs more.
    pub fn max_buckets(
        &mut self,
        max_buckets: usize,
    ) -> Result<LogHistogram, InvalidHistogramConfiguration> {
        let histogram = self.build();
        match histogram.0.count() {
            count if count <= max_buckets => Ok(histogram),
            required_bucket_count => {
                Err(InvalidHistogramConfiguration::TooManyBuckets { required_bucket_count })
            }
        }
    }

    /// Builds the histogram, with as many buckets as it needs. If `min_value` is not below `max_value`, there are two or three.
    pub fn build(&self) -> LogHistogram {
        let shortest = nanos(self.min_value.unwrap_or(Duration::from_nanos(100)));
        let longest = nanos(self.max_value.unwrap_or(Duration::from_secs(60)));
        LogHistogram(Buckets::log(self.precision.unwrap_or(2), shortest, longest))
    }
}

impl fmt::Display for InvalidHistogramConfiguration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::TooManyBuckets { required_bucket_count } = self;
        write!(
            f,
            "this histogram needs {required_bucket_count} buckets, which is more than it may have"
        )
    }
}

impl Error for InvalidHistogramConfiguration {}
