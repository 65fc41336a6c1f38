//! How often a running worker looks at the clock, and in at the driver.
//!
//! Timers and sockets must not wait for a worker to run dry, which may be never. To look after every poll would cost as
//! much as a short poll does. So the worker counts polls, and makes the count up to the next look such that looks come
//! about [`Beat::WANTED`] apart: half of it after a look that came late, twice after one that came early. When the
//! shortest polls are followed by long ones, the first look may come after 64 of those (or as many as the runtime was built
//! with), the next after 32, and so on.
//! If that takes longer than the monitor's ticks, it calls a sleeper, who attends meanwhile.
//!
//! # Two counts
//!
//! Tasks that yield are often those that compute, between tasks that were woken and have little to do. In one common
//! count the polls of the one kind would stretch it for those of the other: the more timers a late look fires, the more
//! short polls follow, and the later the next look. So each kind has a count, and sets it by the looks that it brings on.

use std::cell::Cell;
use std::time::Duration;

use crate::driver::Tick;

/// The beat of one worker.
pub(super) struct Beat {
    woken: Count,
    yielded: Count,
    /// Whether the poll that is counted next is that of a task that had yielded.
    counts_yielded: Cell<bool>,
    last: Cell<Tick>,
    /// The most that an interval may be.
    longest: u32,
}

/// Polls of one kind.
struct Count {
    /// From one look to the next.
    interval: Cell<u32>,
    /// Until the next look.
    left: Cell<u32>,
}

impl Beat {
    /// The time from one look to the next that is aimed at, within a factor of two.
    const WANTED: Duration = Duration::from_micros(25);

    /// A look after every `longest` polls of one kind at least.
    pub(super) fn new(longest: u32) -> Self {
        Self {
            woken: Count::new(),
            yielded: Count::new(),
            counts_yielded: Cell::new(false),
            last: Cell::new(Tick::default()),
            longest,
        }
    }

    /// Says whose poll is counted next: of a task that had yielded, or of any other.
    #[inline]
    pub(super) fn count_yielded(&self, yielded: bool) {
        self.counts_yielded.set(yielded);
    }

    #[inline]
    fn count(&self) -> &Count {
        if self.counts_yielded.get() { &self.yielded } else { &self.woken }
    }

    /// Counts a poll; whether it is time for a look.
    #[inline]
    pub(super) fn is_due(&self) -> bool {
        let left = &self.count().left;
        left.set(left.get() - 1);
        left.get() == 0
    }

    /// The worker slept in the driver until now. That took no polls, so the next look measures from here.
    pub(super) fn restart(&self, now: Tick) {
        self.last.set(now);
        self.begin_counts();
    }

    /// Makes a look due at once.
    pub(super) fn expire(&self) {
        self.woken.left.set(1);
        self.yielded.left.set(1);
    }

    /// Sets the counts for the next look, from the time of this one.
    pub(super) fn looked(&self, now: Tick) {
        let elapsed = now.saturating_since(self.last.replace(now));
        let interval = &self.count().interval;
        if elapsed > Self::WANTED * 3 / 2 {
            interval.set((interval.get() / 2).max(1));
        } else if elapsed < Self::WANTED * 3 / 4 {
            interval.set(interval.get().saturating_mul(2).min(self.longest));
        }
        self.begin_counts();
    }

    fn begin_counts(&self) {
        self.woken.begin();
        self.yielded.begin();
    }
}

impl Count {
    fn new() -> Self {
        Self { interval: Cell::new(1), left: Cell::new(1) }
    }

    fn begin(&self) {
        self.left.set(self.interval.get());
    }
}
