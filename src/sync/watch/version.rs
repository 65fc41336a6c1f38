//! The word of a channel: which value it has, and whether another can come. See [`shared`](super::shared) for the protocol.

use std::sync::atomic::Ordering::{Acquire, Release};

use crate::util::sync::AtomicU64;

/// No sender is left.
const CLOSED: u64 = 1;
/// One value.
const STEP: u64 = 2;

pub(super) struct Word(AtomicU64);

/// Which of the values of a channel it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Version(u64);

/// The word at one moment.
#[derive(Clone, Copy)]
pub(super) struct Snapshot(u64);

impl Version {
    /// One that no value has which is yet to come.
    pub(super) fn before(self) -> Self {
        Self(self.0.wrapping_sub(STEP))
    }
}

impl Snapshot {
    pub(super) fn version(self) -> Version {
        Version(self.0 & !CLOSED)
    }

    pub(super) fn is_closed(self) -> bool {
        self.0 & CLOSED != 0
    }
}

impl Word {
    pub(super) fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// The word as it is; acquires what was done before the value was sent, or the last sender dropped.
    #[inline]
    pub(super) fn snapshot(&self) -> Snapshot {
        Snapshot(self.0.load(Acquire))
    }

    /// The value is another. To be called by who has the write lock.
    pub(super) fn advance(&self) {
        self.0.fetch_add(STEP, Release);
    }

    /// The last sender is gone.
    pub(super) fn close(&self) {
        self.0.fetch_or(CLOSED, Release);
    }
}
