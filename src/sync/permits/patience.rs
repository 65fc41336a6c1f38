//! Patience: looking again for a moment, where the permit is on another core and about to be returned.
//!
//! Queueing costs a switch of tasks, and not only once: the tasks behind have to queue as well, and as long as each
//! of them comes again at once, the queue never ends. If two threads really run side by side and what is done
//! with the permit is short, it is back before a task could have queued. But if the one who has it is not
//! running at all, all looking is in vain, and nobody can see which it is.
//!
//! So every lock learns. It begins with little patience; each time that looking helped doubles it, up to a limit of about a
//! microsecond, and each time that it did not halves it, down to one look. What is learned is a hint without
//! any order: a look that is lost costs nothing but time. Who looks again does not queue before the others who do, so
//! there is no order among them yet; and once anybody has queued, whoever looks sees that, and queues too.

use std::hint;
use std::sync::atomic::Ordering::Relaxed;

use super::word::{Take, Word};
use crate::util::sync::{AtomicU8, CAN_SPIN};

/// Looks at most.
const MOST: u8 = 32;

/// How many looks the next one takes who finds too few permits.
#[derive(Debug)]
pub(super) struct Patience(AtomicU8);

impl Patience {
    pub(super) fn new() -> Self {
        Self(AtomicU8::new(1))
    }

    #[cfg(not(loom))]
    pub(super) const fn const_new() -> Self {
        Self(AtomicU8::new(1))
    }

    /// Tries for a while to take `n` permits, as long as nobody waits.
    #[cold]
    pub(super) fn take(&self, word: &Word, n: usize) -> Take {
        const SHORT: Take = Take::Short { waited: false };
        if !CAN_SPIN {
            return SHORT;
        }
        let looks = self.0.load(Relaxed);
        for look in 0..looks {
            for _ in 0..=look {
                hint::spin_loop();
            }
            let taken = word.take(n);
            if taken != SHORT {
                self.learn(looks, looks.saturating_mul(2).min(MOST));
                return taken;
            }
        }
        self.learn(looks, (looks / 2).max(1));
        SHORT
    }

    fn learn(&self, before: u8, now: u8) {
        if now != before {
            self.0.store(now, Relaxed);
        }
    }
}
