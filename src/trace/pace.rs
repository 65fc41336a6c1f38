//! When the clock is read.
//!
//! To read the clock takes as long as a short poll, and a worker makes tens of millions of those in a second. So the events of
//! a worker that is busy share readings: up to [`Pace::MOST`] of them are *coarse*, and are known to have happened between
//! the reading before and the one after. The number is chosen such that readings come about [`Pace::WANTED`] apart: it
//! is doubled when they come sooner, halved when they come later, and where they come much later each event has its own.
//! What ends a turn that may have been long (the thread parks, looks at the driver or at others for work) is always
//! exact, and so is everything on threads that are no busy workers, where the last reading may be long ago.

use std::cell::Cell;
use std::time::Instant;

use super::event::Stamp;
use crate::util::epoch::since_epoch;

#[derive(Debug)]
pub(super) struct Pace {
    /// The last reading.
    last: Cell<u64>,
    /// The stamp of those who share it.
    shared: Cell<Stamp>,
    /// Up to which event they may, by the count of the ring: so that the count, which is written anyway, says too how many have.
    /// None may if the thread is not a busy worker.
    until: Cell<u64>,
    /// How many may share the next.
    share: Cell<u32>,
    /// Whether the thread is a worker that has begun a turn, so that its next event is not far.
    is_busy: Cell<bool>,
}

impl Pace {
    /// In nanoseconds, within a factor of two. A reading is a percent of that.
    const WANTED: u64 = 3_000;

    /// The most events that share a reading.
    const MOST: u32 = 256;

    pub(super) const fn new() -> Self {
        Self {
            last: Cell::new(0),
            shared: Cell::new(Stamp::coarse(0)),
            until: Cell::new(0),
            share: Cell::new(1),
            is_busy: Cell::new(false),
        }
    }

    /// Up to which event the last reading is shared, and the stamp of those that do.
    #[inline]
    pub(super) fn shared(&self) -> (u64, Stamp) {
        (self.until.get(), self.shared.get())
    }

    /// The events from this one on share the last reading, as many as may, and not more than `most`.
    pub(super) fn share(&self, event: u64, most: usize) {
        let share = if self.is_busy.get() { u64::from(self.share.get() - 1) } else { 0 };
        self.until.set(event + share.min(most as u64));
    }

    /// For the event with this number, at this moment.
    pub(super) fn at(&self, now: u64, event: u64) -> Stamp {
        // The clock does not go back, but one reading may be taken before another and used after it.
        let before = self.last.replace(now.max(self.last.get()));
        self.shared.set(Stamp::coarse(self.last.get()));
        if self.is_busy.get() {
            self.adapt(now.saturating_sub(before), event >= self.until.get());
        }
        Stamp::exact(self.last.get())
    }

    /// From now on the thread is a busy worker, or not; until the next [`share`](Self::share) each event has its own reading.
    pub(super) fn set_busy(&self, is_busy: bool) {
        self.is_busy.set(is_busy);
        self.until.set(0);
    }

    /// From one reading to the next so many nanoseconds went by, and as many events came between as might, or fewer.
    fn adapt(&self, elapsed: u64, are_all: bool) {
        let share = self.share.get();
        if elapsed > 4 * Self::WANTED {
            self.share.set(1);
        } else if elapsed > 2 * Self::WANTED {
            self.share.set((share / 2).max(1));
        } else if elapsed < Self::WANTED && are_all {
            self.share.set((2 * share).min(Self::MOST));
        }
    }
}

/// The present, in nanoseconds since the epoch: 56 bits last for two years.
#[cold]
pub(super) fn now() -> u64 {
    since_epoch(Instant::now()).as_nanos() as u64
}
