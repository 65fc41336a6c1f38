//! Moments, as this crate's clock tells them.

use std::fmt;
use std::ops::{Add, AddAssign, Sub, SubAssign};
use std::time::Duration;

use crate::runtime::driver;

/// A moment on a clock that never goes back.
///
/// It is the standard library's [`Instant`](std::time::Instant), from the clock that sleeps, timeouts and intervals go
/// by.
///
/// # Examples
///
/// ```
/// use runtime::time::{self, Duration, Instant};
///
/// runtime::block_on(async {
///     let start = Instant::now();
///     time::sleep(Duration::from_millis(2)).await;
///     assert!(start.elapsed() >= Duration::from_millis(2));
/// });
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(std::time::Instant);

/// What stands in for a moment that is too late for the system to name: 30 years.
const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);

impl Instant {
    /// The present, by the clock of the runtime that this thread is in.
    ///
    /// That is the system's, unless a test has [paused](super#time-in-tests) it.
    #[must_use]
    #[inline]
    pub fn now() -> Self {
        Self(driver::now())
    }

    /// The same moment, from the standard library's.
    #[must_use]
    pub fn from_std(std: std::time::Instant) -> Self {
        Self(std)
    }

    /// The same moment, as the standard library's.
    #[must_use]
    pub fn into_std(self) -> std::time::Instant {
        self.0
    }

    /// How long ago the moment was; zero if it is yet to come.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        Self::now().saturating_duration_since(*self)
    }

    /// How long it is from `earlier` to this moment; zero if that is later.
    #[must_use]
    pub fn duration_since(&self, earlier: Self) -> Duration {
        self.saturating_duration_since(earlier)
    }

    /// How long it is from `earlier` to this moment, or `None` if that is later.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::time::{Duration, Instant};
    ///
    /// let now = Instant::now();
    /// let then = now + Duration::from_secs(1);
    /// assert_eq!(then.checked_duration_since(now), Some(Duration::from_secs(1)));
    /// assert_eq!(now.checked_duration_since(then), None);
    /// ```
    #[must_use]
    pub fn checked_duration_since(&self, earlier: Self) -> Option<Duration> {
        self.0.checked_duration_since(earlier.0)
    }

    /// How long it is from `earlier` to this moment; zero if that is later.
    #[must_use]
    pub fn saturating_duration_since(&self, earlier: Self) -> Duration {
        self.0.saturating_duration_since(earlier.0)
    }

    /// The moment that is `duration` later, or `None` if the system has no name for it.
    #[must_use]
    pub fn checked_add(&self, duration: Duration) -> Option<Self> {
        self.0.checked_add(duration).map(Self)
    }

    /// The moment that was `duration` earlier, or `None` if the system has no name for it.
    #[must_use]
    pub fn checked_sub(&self, duration: Duration) -> Option<Self> {
        self.0.checked_sub(duration).map(Self)
    }

    /// The moment that is `duration` later, or, if the system has no name for it, one that is far away.
    pub(crate) fn later_by(self, duration: Duration) -> Self {
        self.checked_add(duration).unwrap_or_else(|| Self::now() + FAR)
    }
}

impl From<std::time::Instant> for Instant {
    fn from(std: std::time::Instant) -> Self {
        Self(std)
    }
}

impl From<Instant> for std::time::Instant {
    fn from(instant: Instant) -> Self {
        instant.0
    }
}

/// # Panics
///
/// If the system has no name for the moment; see [`checked_add`](Instant::checked_add).
impl Add<Duration> for Instant {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0 + duration)
    }
}

impl AddAssign<Duration> for Instant {
    fn add_assign(&mut self, duration: Duration) {
        *self = *self + duration;
    }
}

/// Zero if the other is later.
impl Sub for Instant {
    type Output = Duration;

    fn sub(self, earlier: Self) -> Duration {
        self.saturating_duration_since(earlier)
    }
}

/// # Panics
///
/// If the system has no name for the moment; see [`checked_sub`](Instant::checked_sub).
impl Sub<Duration> for Instant {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        Self(self.0 - duration)
    }
}

impl SubAssign<Duration> for Instant {
    fn sub_assign(&mut self, duration: Duration) {
        *self = *self - duration;
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
