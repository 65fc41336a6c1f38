//! A worker's permit word: whether it may run tasks.
//!
//! There are as many permits as `worker_threads`, a number that may change while the runtime runs. A worker has one while it runs tasks, and gives it back
//! before it sleeps. The word says so in one byte, which the worker reads, relaxed, between two polls: a
//! permit can be taken from a worker that does not look (it is stuck in a poll, or the runtime ends), and the
//! worker learns of it the next time it does look. Until then it may push to its own queue in the belief that
//! it has the permit, which is safe, since anyone may steal from there; see `README.md` for who does.
//!
//! | from | to | who | when |
//! |---|---|---|---|
//! | `FREE` | `HELD` | who claims, wakes or starts a worker, under the lock of `idle` | a free permit was counted down |
//! | `HELD` | `FREE` | the worker itself, under the lock of `idle` | it sleeps, leaves or blocks; a free permit is counted up |
//! | `HELD` | `FREE` | the monitor, under the lock of `idle` | the worker is stuck in a poll: the permit is *retaken*; counted up |
//! | `HELD` | `FREE` | the monitor, under the lock of `idle` | there are to be fewer permits: it is *withdrawn*; not counted up |
//! | any | `TAKEN` | shutdown | the permit goes to nobody any more |
//!
//! Every change is made under the lock of `idle`. The worker's own look between two polls is not, so it may see a
//! permit go or the end late; the word orders nothing else, so its own accesses are relaxed.

use std::sync::atomic::Ordering::Relaxed;

use crate::util::sync::AtomicU8;

const FREE: u8 = 0;
const HELD: u8 = 1;
const TAKEN: u8 = 2;

/// See the module's prose. The word has its line to itself, whatever the allocator puts beside it.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Permit {
    _before: [u8; 64],
    word: AtomicU8,
    _behind: [u8; 63],
}

impl Permit {
    pub(super) fn new() -> Self {
        Self { _before: [0; 64], word: AtomicU8::new(FREE), _behind: [0; 63] }
    }

    /// Whether the worker may go on running tasks.
    #[inline]
    pub(crate) fn is_held(&self) -> bool {
        self.word.load(Relaxed) == HELD
    }

    /// Gives the permit to the worker; not if it was taken for good.
    pub(super) fn grant(&self) {
        let before = self.word.compare_exchange(FREE, HELD, Relaxed, Relaxed);
        debug_assert_ne!(before, Err(HELD), "granted a permit to a worker that has one");
    }

    /// The worker gives the permit back; false if it was taken before.
    #[must_use]
    pub(super) fn release(&self) -> bool {
        self.word.compare_exchange(HELD, FREE, Relaxed, Relaxed).is_ok()
    }

    /// Takes the permit, held or not, for good.
    pub(super) fn take(&self) {
        self.word.swap(TAKEN, Relaxed);
    }
}
