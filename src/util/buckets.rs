//! Into which bucket of a histogram a time belongs, and which times belong into a bucket.
//!
//! Linear buckets are all as wide as the first. Logarithmic ones grow with the times: each power of two is cut into the same
//! number of buckets, a power of two as well, so that a bucket's width is at most a certain part of the times in it, and its
//! number follows from the position of the highest bit and the few bits behind it. (The scheme is known as the *H2
//! histogram*.) In both, the last bucket has no end.

use std::ops::Range;

/// A partition of all times, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Buckets {
    Linear {
        width: u64,
        count: usize,
    },
    Log {
        /// Each power of two is cut into two to the power of this.
        precision: u32,
        /// The bucket by that rule which is the first here, and begins at zero.
        first: u64,
        count: usize,
    },
}

impl Buckets {
    /// Logarithmic buckets that tell times from `shortest` to `longest` apart. There are two at least.
    pub(crate) fn log(precision: u32, shortest: u64, longest: u64) -> Self {
        let first = log_bucket(precision, shortest).saturating_sub(1);
        // The one that begins at `longest` or behind it has no end.
        let last = log_bucket(precision, longest.saturating_sub(1)) + 1;
        let last = last.min(log_bucket(precision, u64::MAX)).max(first + 1);
        Self::Log { precision, first, count: (last - first) as usize + 1 }
    }

    pub(crate) fn count(self) -> usize {
        match self {
            Self::Linear { count, .. } | Self::Log { count, .. } => count,
        }
    }

    /// The bucket for a time.
    #[inline]
    pub(crate) fn bucket_of(self, nanos: u64) -> usize {
        let bucket = match self {
            Self::Linear { width, .. } => nanos / width,
            Self::Log { precision, first, .. } => {
                log_bucket(precision, nanos).saturating_sub(first)
            }
        };
        bucket.min(self.count() as u64 - 1) as usize
    }

    /// The times that belong into a bucket.
    pub(crate) fn range(self, bucket: usize) -> Range<u64> {
        let is_last = bucket + 1 == self.count();
        self.start(bucket)..if is_last { u64::MAX } else { self.start(bucket + 1) }
    }

    fn start(self, bucket: usize) -> u64 {
        match self {
            _ if bucket == 0 => 0,
            Self::Linear { width, .. } => width.saturating_mul(bucket as u64),
            Self::Log { precision, first, .. } => log_start(precision, first + bucket as u64),
        }
    }
}

/// The bucket of a time, where none is left out.
#[inline]
fn log_bucket(precision: u32, nanos: u64) -> u64 {
    // What is shorter than two to the power of `precision` has a bucket for each nanosecond.
    let shift = nanos.checked_ilog2().unwrap_or(0).saturating_sub(precision);
    // The bits that are left are worth one bucket each; each shift skips those of a power of two.
    (u64::from(shift) << precision) + (nanos >> shift)
}

/// The first time that is in this bucket.
fn log_start(precision: u32, bucket: u64) -> u64 {
    let shift = (bucket >> precision).saturating_sub(1);
    let bits = bucket - (shift << precision);
    bits << shift
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    /// The buckets follow on one another, and each time is in the bucket whose range has it.
    fn check(buckets: Buckets) {
        let mut end = 0;
        for bucket in 0..buckets.count() {
            let range = buckets.range(bucket);
            assert_eq!(range.start, end, "{buckets:?}, {bucket}");
            assert!(range.end > range.start, "{buckets:?}, {bucket}");
            for nanos in [range.start, range.start + (range.end - range.start) / 2, range.end - 1] {
                assert_eq!(buckets.bucket_of(nanos), bucket, "{buckets:?}, {nanos}");
            }
            end = range.end;
        }
        assert_eq!(end, u64::MAX);
        assert_eq!(buckets.bucket_of(u64::MAX), buckets.count() - 1);
    }

    #[test]
    fn every_time_is_in_one_bucket() {
        for (width, count) in [(1, 1), (1, 3), (100_000, 10), (u64::MAX / 2, 2)] {
            check(Buckets::Linear { width, count });
        }
        for precision in 0..=10 {
            for (shortest, longest) in [
                (0, 1),
                (0, 1_000),
                (100, 60_000_000_000),
                (20_000, 4_000_000),
                (1_000, 10),
                (0, u64::MAX),
            ] {
                check(Buckets::log(precision, shortest, longest));
            }
        }
    }

    #[test]
    fn a_logarithmic_bucket_is_as_wide_as_the_precision_allows() {
        for precision in 0..=10 {
            let buckets = Buckets::log(precision, 1_000, 1_000_000_000);
            for bucket in 1..buckets.count() - 1 {
                let Range { start, end } = buckets.range(bucket);
                assert!(
                    end - start == 1 || (end - start) << precision <= start,
                    "{precision}, {bucket}"
                );
            }
            // The ends are told apart, and no more than that.
            assert!(buckets.bucket_of(1_000) == 1 || buckets.range(0).end <= 1_000);
            assert!(buckets.bucket_of(999_999_999) < buckets.count() - 1);
            assert!(buckets.range(buckets.count() - 1).start >= 1_000_000_000);
        }
    }

    #[test]
    fn without_precision_each_bucket_is_twice_the_one_before() {
        let buckets = Buckets::log(0, 20_000, 4_000_000);
        assert_eq!(buckets.count(), 10);
        assert_eq!(buckets.range(0), 0..16_384);
        (1..9).for_each(|n| assert_eq!(buckets.range(n), 8_192 << n..16_384 << n));
    }
}
