//! How often a running worker looks at the clock, and in at the driver.
//!
//! Timers and sockets must not wait for a worker to run dry, which may be never. To look after every poll would cost as
//! much as a short poll does. So the worker counts polls, and makes the count up to the next look such that looks come
//! about [`Beat::WANTED`] apart: half of it after a look that came late, twice after one that came early. When the
//! shortest polls are followed by long ones, the first look may come after 64 of those, the next after 32, and so on.
//! If that takes longer than the monitor's ticks, it calls a sleeper, who attends meanwhile.

use std::cell::Cell;
use std::time::Duration;

use crate::driver::Tick;

/// The beat of one worker.
pub(super) struct Beat {
    /// Polls from one look to the next.
    interval: Cell<u32>,
    /// Polls until the next look.
    left: Cell<u32>,
    last: Cell<Tick>,
}

impl Beat {
    /// The time from one look to the next that is aimed at, within a factor of two.
    const WANTED: Duration = Duration::from_micros(25);

    const LONGEST_INTERVAL: u32 = 64;

    pub(super) fn new() -> Self {
        Self { interval: Cell::new(1), left: Cell::new(1), last: Cell::new(Tick::default()) }
    }

    /// Counts a poll; whether it is time for a look.
    #[inline]
    pub(super) fn is_due(&self) -> bool {
        let left = self.left.get() - 1;
        self.left.set(left);
        left == 0
    }

    /// The worker slept in the driver until now. That took no polls, so the next look measures from here.
    pub(super) fn restart(&self, now: Tick) {
        self.last.set(now);
        self.left.set(self.interval.get());
    }

    /// Makes a look due at once.
    pub(super) fn expire(&self) {
        self.left.set(1);
    }

    /// Sets the count for the next look, from the time of this one.
    pub(super) fn looked(&self, now: Tick) {
        let elapsed = now.saturating_since(self.last.replace(now));
        let interval = self.interval.get();
        let next = if elapsed > Self::WANTED * 3 / 2 {
            (interval / 2).max(1)
        } else if elapsed < Self::WANTED * 3 / 4 {
            (interval * 2).min(Self::LONGEST_INTERVAL)
        } else {
            interval
        };
        self.interval.set(next);
        self.left.set(next);
    }
}
