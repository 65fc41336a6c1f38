//! The word: a round and two bits; see the [module](super) for the protocol.

use std::fmt;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use crate::util::sync::AtomicU64;

/// A notification that nobody waited for is kept.
const PERMIT: u64 = 1;
/// Tasks wait in the list.
const WAITED: u64 = 2;
/// One round.
const ROUND: u64 = 4;

pub(super) struct Word(AtomicU64);

/// The word at one moment.
#[derive(Clone, Copy)]
pub(super) struct Snapshot(u64);

/// What ends a wait without the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a permit that was taken is gone"]
pub(super) enum End {
    /// The wait's round is over.
    Round,
    /// The permit was there, and was taken.
    Permit,
}

/// What came of an attempt to keep a notification as the permit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "tasks may wait for this notification"]
pub(super) enum Store {
    Stored,
    /// Nothing was stored: tasks wait.
    Waited,
}

impl Snapshot {
    fn round(self) -> u64 {
        self.0 / ROUND
    }

    fn has_permit(self) -> bool {
        self.0 & PERMIT != 0
    }

    fn is_waited(self) -> bool {
        self.0 & WAITED != 0
    }
}

impl Word {
    #[cfg(loom)]
    pub(super) fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    #[cfg(not(loom))]
    pub(super) const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot(self.0.load(Acquire))
    }

    /// The present round; acquires what was done before it began.
    #[inline]
    pub(super) fn round(&self) -> u64 {
        self.snapshot().round()
    }

    /// Whether a wait of `round` could end without the list.
    pub(super) fn offers(&self, round: u64) -> bool {
        let now = self.snapshot();
        now.round() != round || now.has_permit()
    }

    /// Ends a wait of `round`, if it has not to queue.
    #[inline]
    pub(super) fn end(&self, round: u64) -> Option<End> {
        let mut now = self.snapshot();
        while now.round() == round {
            if !now.has_permit() {
                return None;
            }
            match self.0.compare_exchange_weak(now.0, now.0 & !PERMIT, Acquire, Acquire) {
                Ok(_) => return Some(End::Permit),
                Err(newer) => now = Snapshot(newer),
            }
        }
        Some(End::Round)
    }

    /// Ends a wait of `round`, or announces that it queues. To be called under the lock.
    pub(super) fn enter(&self, round: u64) -> Option<End> {
        let mut now = self.snapshot();
        while now.round() == round {
            let (next, end) = match now.has_permit() {
                true => (now.0 & !PERMIT, Some(End::Permit)),
                false => (now.0 | WAITED, None),
            };
            match self.0.compare_exchange_weak(now.0, next, Acquire, Acquire) {
                Ok(_) => return end,
                Err(newer) => now = Snapshot(newer),
            }
        }
        Some(End::Round)
    }

    /// Keeps a notification, if nobody waits for it.
    #[inline]
    pub(super) fn store(&self) -> Store {
        let mut now = Snapshot(self.0.load(Relaxed));
        while !now.is_waited() {
            match self.0.compare_exchange_weak(now.0, now.0 | PERMIT, Release, Relaxed) {
                Ok(_) => return Store::Stored,
                Err(newer) => now = Snapshot(newer),
            }
        }
        Store::Waited
    }

    /// Keeps a notification. To be called under the lock, with an empty list.
    pub(super) fn store_locked(&self) {
        let before = Snapshot(self.0.fetch_or(PERMIT, Release));
        debug_assert!(!before.is_waited(), "waited is set, and nobody waits");
    }

    /// Ends the round, and returns it if tasks may wait for that.
    #[inline]
    pub(super) fn turn(&self) -> Option<u64> {
        let before = Snapshot(self.0.fetch_add(ROUND, Release));
        before.is_waited().then(|| before.round())
    }

    /// The list has become empty. To be called under the lock.
    pub(super) fn emptied(&self) {
        self.0.fetch_and(!WAITED, Relaxed);
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let now = self.snapshot();
        f.debug_struct("Word")
            .field("round", &now.round())
            .field("waited", &now.is_waited())
            .field("permit", &now.has_permit())
            .finish()
    }
}
