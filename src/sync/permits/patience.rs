//! Patience: looking again for a moment, where the permit is on another core and about to be returned.
//!
//! Queueing costs a switch of tasks, and not only once: the tasks behind have to queue as well, and as long as each
//! of them comes again at once, the queue never ends. If two threads really run side by side and what is done
//! with the permit is short, it is back before a task could have queued. But if the one who has it is not
//! running at all, all looking is in vain, and nobody can see which it is.
//!
//! So every lock learns. It begins with [`FEW`] looks, which take about a microsecond. Each time that looking
//! was in vain halves their number, down to one, and each time that it helped adds one, up to [`MOST`]: so a
//! lock that is often kept for long soon wastes little, and one that never is gets over a moment in which the
//! system stops the thread that has it. What is learned is a hint without any order: a look that is lost costs
//! nothing but time. Who looks again has no place in the queue yet, so there is nobody to overtake; and once
//! anybody has queued, whoever looks sees that, and queues too.
//!
//! The first look comes late. A thread that takes and returns the permit in a loop does so in its own cache,
//! and each look of another takes the word away from there; if it goes on for some rounds in between, the way
//! of the word from core to core is paid once for all of them. The later looks follow close upon each other:
//! what they are for is to find one moment of many in which the permit is free.

use std::hint;
use std::sync::atomic::Ordering::Relaxed;

use super::word::Take;
use crate::util::sync::{AtomicU8, CAN_SPIN};

/// What it pays to look again for: a running thread may have the permits.
const SHORT: Take = Take::Short { soon: true };

/// Looks in the beginning.
const FEW: u8 = 32;

/// Looks at most.
const MOST: u8 = u8::MAX;

/// Pauses before the first look; before each other there is one.
const FIRST: u32 = 8;

/// How many looks the next one takes who finds too few permits.
#[derive(Debug)]
pub(super) struct Patience(AtomicU8);

impl Patience {
    pub(super) fn new() -> Self {
        Self(AtomicU8::new(FEW))
    }

    #[cfg(not(loom))]
    pub(super) const fn const_new() -> Self {
        Self(AtomicU8::new(FEW))
    }

    /// What comes of `attempt`, which is made again for a while as long as that may help.
    #[inline]
    pub(super) fn look(&self, attempt: impl Fn() -> Take) -> Take {
        match attempt() {
            SHORT if CAN_SPIN => self.look_again(attempt),
            other => other,
        }
    }

    #[cold]
    fn look_again(&self, attempt: impl Fn() -> Take) -> Take {
        let looks = self.0.load(Relaxed);
        let mut pauses = FIRST;
        for _ in 0..looks {
            (0..pauses).for_each(|_| hint::spin_loop());
            pauses = 1;
            let came = attempt();
            if came != SHORT {
                self.learn(looks, looks.min(MOST - 1) + 1);
                return came;
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
