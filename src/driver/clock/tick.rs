//! Moments in one word.

use std::time::{Duration, Instant};

#[cfg(any(feature = "time", test))]
use crate::util::epoch::epoch;
use crate::util::epoch::since_epoch;

/// A moment, in nanoseconds since the epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tick(u64);

impl Tick {
    /// A moment that no clock reaches.
    pub(crate) const NEVER: Self = Self(u64::MAX);

    /// The last moment that a clock can show.
    pub(super) const LAST: Self = Self(u64::MAX - 1);

    #[inline]
    pub(crate) const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    #[inline]
    pub(crate) const fn as_nanos(self) -> u64 {
        self.0
    }

    /// The tick of `instant`; the epoch for what was before it, never for what is out of reach.
    #[inline]
    pub(crate) fn of(instant: Instant) -> Self {
        Self(nanos(since_epoch(instant)))
    }

    /// The instant of this tick; some far one for [`NEVER`](Self::NEVER).
    #[cfg(feature = "time")]
    pub(crate) fn to_instant(self) -> Instant {
        epoch() + Duration::from_nanos(self.0)
    }

    /// The present by the system's clock, which is before [`NEVER`](Self::NEVER).
    #[inline]
    pub(crate) fn now() -> Self {
        Self::of(Instant::now()).min(Self::LAST)
    }

    /// The moment that is `duration` later, or never.
    #[inline]
    pub(crate) fn saturating_add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(nanos(duration)))
    }

    /// How long it is from `earlier` to this moment; zero if that is later.
    #[inline]
    pub(crate) fn saturating_since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

/// The nanoseconds of `duration`, as far as a word can count.
#[inline]
fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_tick_is_its_instant_to_the_nanosecond() {
        for nanos in [0, 1, 999_999_999, 1_000_000_000, 86_400_000_000_123] {
            assert_eq!(Tick::of(epoch() + Duration::from_nanos(nanos)), Tick(nanos));
        }
    }

    #[test]
    fn the_present_does_not_go_back() {
        let (before, first) = (Tick::of(Instant::now()), Tick::now());
        let (second, after) = (Tick::now(), Tick::of(Instant::now()));
        assert!(before <= first && first <= second && second <= after);
    }

    #[test]
    fn what_is_out_of_reach_is_the_epoch_or_never() {
        let early = epoch().checked_sub(Duration::from_nanos(1));
        assert_eq!(early.map(Tick::of), early.map(|_| Tick(0)));
        let far = epoch().checked_add(Duration::from_secs(1 << 40));
        assert_eq!(far.map(Tick::of), far.map(|_| Tick::NEVER));
        assert_eq!(Tick(5).saturating_add(Duration::MAX), Tick::NEVER);
        assert_eq!(Tick(5).saturating_since(Tick(7)), Duration::ZERO);
        assert!(Tick::now() < Tick::NEVER);
    }
}
