//! Moments at regular distances.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use super::{Instant, Sleep, sleep_until};
use crate::coop::{self, WaitReason};

/// A tick that comes later than this was missed.
const TOLERANCE: Duration = Duration::from_millis(5);

/// Ticks once every `period`, the first time at once.
///
/// Other than a loop with a [`sleep`](super::sleep()), the time between two ticks does not grow by what is done in
/// between. When a tick was missed, because the task was busy, the interval catches up: see [`MissedTickBehavior`].
///
/// # Panics
///
/// If `period` is zero.
///
/// # Examples
///
/// ```
/// use runtime::time::{self, Duration};
///
/// runtime::block_on(async {
///     let mut interval = time::interval(Duration::from_millis(2));
///     let first = interval.tick().await; // at once
///     let second = interval.tick().await;
///     assert_eq!(second - first, Duration::from_millis(2));
/// });
/// ```
#[track_caller]
pub fn interval(period: Duration) -> Interval {
    interval_at(Instant::now(), period)
}

/// Ticks once every `period`, the first time at `start`.
///
/// # Panics
///
/// If `period` is zero.
///
/// # Examples
///
/// ```
/// use runtime::time::{self, Duration, Instant};
///
/// runtime::block_on(async {
///     let start = Instant::now() + Duration::from_millis(2);
///     let mut interval = time::interval_at(start, Duration::from_millis(1));
///     assert_eq!(interval.tick().await, start);
/// });
/// ```
#[track_caller]
pub fn interval_at(start: Instant, period: Duration) -> Interval {
    assert!(!period.is_zero(), "the `period` of an interval must be non-zero");
    Interval {
        delay: Box::pin(sleep_until(start)),
        is_new: true,
        period,
        missed_tick_behavior: MissedTickBehavior::default(),
    }
}

/// What an [`Interval`] does after a tick that comes more than 5 ms late.
///
/// With a period of 50 ms, and a task that is busy for 120 ms after the tick at 50:
///
/// ```text
/// expected   0    50    100    150    200    250    300
/// Burst      0    50          170 170 200    250    300
/// Delay      0    50          170       220       270
/// Skip       0    50          170     200    250    300
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissedTickBehavior {
    /// The missed ticks follow one another at once, until the interval is where it would be without.
    #[default]
    Burst,
    /// The next tick comes a period after the late one, and all others are as much later.
    Delay,
    /// The missed ticks are left out: the next comes when one would have come without.
    Skip,
}

impl MissedTickBehavior {
    /// The moment of the next tick, after that of `tick` came at `now`.
    fn next(self, tick: Instant, now: Instant, period: Duration) -> Instant {
        match self {
            Self::Burst => tick.later_by(period),
            Self::Delay => now.later_by(period),
            Self::Skip => now.later_by(period - remainder(now - tick, period)),
        }
    }
}

/// What is left of `duration` after whole periods.
fn remainder(duration: Duration, period: Duration) -> Duration {
    const NANOS: u128 = Duration::from_secs(1).as_nanos();
    let nanos = duration.as_nanos() % period.as_nanos();
    // Not more than `duration`, whose seconds a `u64` holds.
    Duration::new((nanos / NANOS) as u64, (nanos % NANOS) as u32)
}

/// What [`interval`](interval()) and [`interval_at`] return: it ticks at regular moments.
#[derive(Debug)]
pub struct Interval {
    /// Waits for the next tick.
    delay: Pin<Box<Sleep>>,
    /// Whether that was set and not polled yet.
    is_new: bool,
    period: Duration,
    missed_tick_behavior: MissedTickBehavior,
}

impl Interval {
    /// Waits for the next tick, and returns the moment for which it was meant.
    ///
    /// # Cancel safety
    ///
    /// Safe: if it is dropped, the tick is left for the next call.
    ///
    /// # Panics
    ///
    /// If the runtime was built without timers, or the one where it waits has ended.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::time::{self, Duration};
    ///
    /// runtime::block_on(async {
    ///     let mut interval = time::interval(Duration::from_millis(1));
    ///     for n in 0..3 {
    ///         interval.tick().await;
    ///         println!("tick {n}");
    ///     }
    /// });
    /// ```
    pub async fn tick(&mut self) -> Instant {
        poll_fn(|cx| self.poll_tick(cx)).await
    }

    /// As [`tick`](Self::tick), for use in a `poll` of your own.
    ///
    /// The task of the last call is woken.
    pub fn poll_tick(&mut self, cx: &mut Context<'_>) -> Poll<Instant> {
        ready!(coop::waits(WaitReason::Interval, self.poll_delay(cx)));
        let (tick, now) = (self.delay.deadline(), Instant::now());
        let next = if now - tick > TOLERANCE {
            self.missed_tick_behavior.next(tick, now, self.period)
        } else {
            tick.later_by(self.period)
        };
        self.reset_at(next);
        Poll::Ready(tick)
    }

    /// The timers learn the time now and then only. But a tick that is to come at once, such as the first, should not wait
    /// for that, so the first poll looks at the clock.
    fn poll_delay(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let is_new = std::mem::take(&mut self.is_new);
        if self.delay.as_mut().poll(cx).is_ready() {
            return Poll::Ready(());
        }
        if !is_new || Instant::now() < self.delay.deadline() {
            return Poll::Pending;
        }
        self.is_new = true; // if there is no unit left
        ready!(coop::poll_proceed(cx)).made_progress();
        Poll::Ready(())
    }

    /// Makes the next tick come a period from now.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::time::{self, Duration, Instant};
    ///
    /// runtime::block_on(async {
    ///     let mut interval = time::interval(Duration::from_millis(2));
    ///     let now = Instant::now();
    ///     interval.reset();
    ///     assert!(interval.tick().await >= now + Duration::from_millis(2));
    /// });
    /// ```
    pub fn reset(&mut self) {
        self.reset_after(self.period);
    }

    /// Makes the next tick come now.
    pub fn reset_immediately(&mut self) {
        self.reset_at(Instant::now());
    }

    /// Makes the next tick come after `after`, whatever the period.
    pub fn reset_after(&mut self, after: Duration) {
        self.reset_at(Instant::now().later_by(after));
    }

    /// Makes the next tick come at `deadline`, whatever the period.
    pub fn reset_at(&mut self, deadline: Instant) {
        self.delay.as_mut().reset(deadline);
        self.is_new = true;
    }

    /// What happens after a tick that was missed.
    #[must_use]
    pub fn missed_tick_behavior(&self) -> MissedTickBehavior {
        self.missed_tick_behavior
    }

    /// Sets what happens after a tick that was missed.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::time::{self, Duration, MissedTickBehavior};
    ///
    /// let mut interval = time::interval(Duration::from_millis(50));
    /// interval.set_missed_tick_behavior(MissedTickBehavior::Skip);
    /// ```
    pub fn set_missed_tick_behavior(&mut self, behavior: MissedTickBehavior) {
        self.missed_tick_behavior = behavior;
    }

    /// The time from one tick to the next.
    #[must_use]
    pub fn period(&self) -> Duration {
        self.period
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    const PERIOD: Duration = Duration::from_millis(50);

    #[test]
    fn a_missed_tick_is_followed_as_its_behavior_says() {
        let tick = Instant::now();
        let now = tick + Duration::from_millis(70);
        for (behavior, millis) in [
            (MissedTickBehavior::Burst, 50),
            (MissedTickBehavior::Delay, 120),
            (MissedTickBehavior::Skip, 100),
        ] {
            let next = behavior.next(tick, now, PERIOD);
            assert_eq!(next - tick, Duration::from_millis(millis), "{behavior:?}");
        }
    }

    #[test]
    fn a_skipped_tick_at_the_very_moment_of_the_next_is_followed_by_the_one_after() {
        let tick = Instant::now();
        let next = MissedTickBehavior::Skip.next(tick, tick + 2 * PERIOD, PERIOD);
        assert_eq!(next, tick + 3 * PERIOD);
    }

    #[test]
    fn a_remainder_is_exact_and_does_not_overflow() {
        assert_eq!(remainder(Duration::from_millis(70), PERIOD), Duration::from_millis(20));
        assert_eq!(remainder(PERIOD, Duration::MAX), PERIOD);
        let almost = Duration::MAX - Duration::from_nanos(1);
        assert_eq!(remainder(almost, Duration::MAX), almost);
        assert_eq!(remainder(Duration::MAX, Duration::from_nanos(1)), Duration::ZERO);
    }
}
