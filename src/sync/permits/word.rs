//! The word: free permits and three bits; see the [module](super) for the protocol.

use std::fmt;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use crate::util::sync::AtomicUsize;

/// No permits are given out any more.
const CLOSED: usize = 1;
/// Tasks wait for permits.
const WAITED: usize = 2;
/// The permits that were returned last were handed to a task that waited.
const HANDED_ON: usize = 4;
/// One free permit.
const ONE: usize = 8;

/// Free permits that there can be: as many as fit the word.
pub(crate) const MAX: usize = usize::MAX >> 3;

pub(super) struct Word(AtomicUsize);

/// The word at one moment.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Snapshot(usize);

/// What came of an attempt to take permits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "permits that were taken have to be returned"]
pub(crate) enum Take {
    Taken,
    /// There are too few.
    Short {
        /// They may be back in a moment: nobody waits, and those that were returned last are not on their way to a task that
        /// has yet to run.
        soon: bool,
    },
    Closed,
}

/// What came of an attempt to put permits where anyone can take them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "tasks may wait for these permits"]
pub(super) enum Put {
    Free,
    /// Nothing was put: tasks wait, and come first.
    Waited,
}

/// What the task does that took permits under the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a task that waits has to queue"]
pub(super) enum Enter {
    Taken,
    /// It waits, and has that many already.
    Waits {
        had: usize,
    },
    Closed,
}

impl Word {
    /// Checks a number of permits to begin with.
    pub(super) const fn first(free: usize) -> usize {
        assert!(free <= MAX, "a semaphore cannot have more than MAX_PERMITS permits");
        free * ONE
    }

    pub(super) fn new(free: usize) -> Self {
        Self(AtomicUsize::new(Self::first(free)))
    }

    #[cfg(not(loom))]
    pub(super) const fn const_new(free: usize) -> Self {
        Self(AtomicUsize::new(Self::first(free)))
    }

    /// The word as it is; acquires what was done before it was closed.
    #[inline]
    pub(super) fn snapshot(&self) -> Snapshot {
        Snapshot(self.0.load(Acquire))
    }

    /// Takes `n` permits, if there are as many.
    #[inline]
    pub(super) fn take(&self, n: usize) -> Take {
        let mut now = self.snapshot();
        loop {
            match now.offer(n) {
                Take::Taken => {}
                refused => return refused,
            }
            match self.0.compare_exchange_weak(now.0, now.0 - n * ONE, Acquire, Acquire) {
                Ok(_) => return Take::Taken,
                Err(newer) => now = Snapshot(newer),
            }
        }
    }

    /// Puts `n` permits back, if nobody waits.
    ///
    /// # Panics
    ///
    /// Panics if there would be more than [`MAX`]; nothing is changed then.
    #[inline]
    pub(super) fn put(&self, n: usize) -> Put {
        let mut now = Snapshot(self.0.load(Relaxed));
        loop {
            assert!(now.free().saturating_add(n) <= MAX, "more than MAX_PERMITS permits");
            if now.is_waited() {
                return Put::Waited;
            }
            let next = (now.0 & !HANDED_ON) + n * ONE;
            match self.0.compare_exchange_weak(now.0, next, Release, Relaxed) {
                Ok(_) => return Put::Free,
                Err(newer) => now = Snapshot(newer),
            }
        }
    }

    /// Takes `n` permits, or says that a task waits and takes those that there are. Under the lock.
    pub(super) fn enter(&self, n: usize) -> Enter {
        let mut now = self.snapshot();
        loop {
            let (next, outcome) = if now.is_closed() {
                return Enter::Closed;
            } else if now.free() >= n {
                (now.0 - n * ONE, Enter::Taken)
            } else if now.is_waited() {
                return Enter::Waits { had: 0 };
            } else {
                (WAITED, Enter::Waits { had: now.free() })
            };
            match self.0.compare_exchange_weak(now.0, next, Acquire, Acquire) {
                Ok(_) => return outcome,
                Err(newer) => now = Snapshot(newer),
            }
        }
    }

    /// Puts `n` permits back, and says that nobody waits, and whether the last ones were handed on. Under the lock.
    ///
    /// Those beyond [`MAX`] are lost. Each who returned them found room for its own in [`put`](Self::put), but several did so
    /// while tasks waited; and under the lock nobody may panic, since those who were served have yet to be woken.
    pub(super) fn put_back(&self, n: usize, handed_on: bool) {
        let mark = if handed_on { HANDED_ON } else { 0 };
        let next = |bits| {
            let free = Snapshot(bits).free().saturating_add(n).min(MAX);
            Some((free * ONE) | (bits & CLOSED) | mark)
        };
        let changed = self.0.fetch_update(Release, Relaxed, next);
        changed.expect("the function always returns a value");
    }

    /// Takes away up to `n` free permits, and returns how many.
    pub(super) fn forget(&self, n: usize) -> usize {
        let fewer = |bits| Some(bits - Snapshot(bits).free().min(n) * ONE);
        let before = self.0.fetch_update(Relaxed, Relaxed, fewer);
        let before = before.expect("the function always returns a value");
        Snapshot(before).free().min(n)
    }

    /// Says that no permits are given out any more. Under the lock.
    pub(super) fn close(&self) {
        self.0.fetch_or(CLOSED, Release);
    }
}

impl Snapshot {
    /// What comes of an attempt to take `n` permits.
    #[inline]
    pub(super) fn offer(self, n: usize) -> Take {
        if self.is_closed() {
            return Take::Closed;
        }
        if self.free() < n {
            return Take::Short { soon: self.0 & (WAITED | HANDED_ON) == 0 };
        }
        Take::Taken
    }

    #[inline]
    pub(super) fn free(self) -> usize {
        self.0 / ONE
    }

    #[inline]
    pub(super) fn is_waited(self) -> bool {
        self.0 & WAITED != 0
    }

    #[inline]
    pub(super) fn is_closed(self) -> bool {
        self.0 & CLOSED != 0
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot")
            .field("free", &self.free())
            .field("waited", &self.is_waited())
            .field("handed_on", &(self.0 & HANDED_ON != 0))
            .field("closed", &self.is_closed())
            .finish()
    }
}
