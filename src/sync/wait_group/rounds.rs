//! A count, the rounds that end when it reaches zero, and who waits for them.
//!
//! A `WaitGroup` is used again and again, and that is where a naive counter fails. A task that waits
//! for the first round is woken when the count reaches zero; by the time it runs, the second round
//! may have begun, and if it looked at the count it would wait for that one too. The other way round,
//! one that waits for the second round must not be woken by a `done` of the first that came late to
//! the lock. So rounds have numbers.
//!
//! # The word
//!
//! ```text
//!  63            32 31          1     0
//! +----------------+-------------+--------+
//! |     round      |    count    | waited |
//! +----------------+-------------+--------+
//! ```
//!
//! `count` is what the calls of `add` and `done` sum up to. `waited` is set by a task that is about to
//! queue in this round, and says that whoever ends the round has to take the lock. `round` is
//! incremented, and `waited` cleared, by the very step that brings the count to zero.
//!
//! # The two sides
//!
//! Waiting:
//!
//! 1. lock the list;
//! 2. in one step, if the count is not zero, set `waited` and learn the round; if it is zero, unlock
//!    and be ready;
//! 3. queue with the round as note, unlock.
//!
//! The last `done`:
//!
//! 1. in one step, bring the count to zero and the round to the next one; if `waited` was not set,
//!    return;
//! 2. lock the list, take waiters off its front while they are of this round or an earlier one;
//! 3. unlock, and wake them.
//!
//! If the last `done` takes its first step before the waiter's second, the waiter sees zero, or a
//! later round and waits for that. If after it, it sees `waited`, and its second step needs the lock
//! that the waiter still holds: it finds the waiter queued. Notes are ordered as the queue is, since
//! they are read and queued under one lock, so the front is all that has to be looked at; a waiter of
//! a later round, queued before the late `done` got the lock, stays. A woken waiter is ready without a
//! look at the count.
//!
//! # Orderings
//!
//! Every change of the word releases, and the step that brings it to zero acquires, so that what all
//! members did before `done` happened before what the last one does next, which is unlocking the list
//! for those that it wakes. A waiter that sees zero acquires the same chain of changes itself.
//!
//! # What was tried and failed
//!
//! Adding to the word without looking, as Go does, is a little cheaper for many contenders, but then a
//! count below zero is found when the word is already wrong, and reaching zero and beginning the next
//! round are two steps, between which a second round can begin.

use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};

use crate::util::sync::{AtomicU64, Mutex};
use crate::util::wait_list::WaitList;
use crate::util::wake_batch::wake_all;

/// | field | who reads and writes it |
/// |---|---|
/// | `word` | anyone, in one atomic step; `waited` is set only under the lock |
/// | `waiters` | who has the lock |
pub(super) struct Rounds {
    word: AtomicU64,
    /// The note is the round that a task waits for.
    waiters: Mutex<WaitList<u32>>,
}

/// The word, as drawn in the module's prose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Word {
    round: u32,
    count: u32,
    waited: bool,
}

/// What the caller of a change has to do.
#[must_use]
pub(super) enum Change {
    Counted,
    /// The round is over, and tasks wait for it.
    Release {
        round: u32,
    },
}

impl Word {
    const MAX_COUNT: u32 = u32::MAX >> 1;

    fn unpack(bits: u64) -> Self {
        let low = bits as u32;
        Self { round: (bits >> 32) as u32, count: low >> 1, waited: low & 1 != 0 }
    }

    fn pack(self) -> u64 {
        u64::from(self.round) << 32 | u64::from(self.count) << 1 | u64::from(self.waited)
    }

    /// The word after `n` was added to the count.
    fn add(self, n: isize) -> Self {
        let sum = i64::from(self.count).saturating_add(n as i64);
        let count = match u32::try_from(sum) {
            Ok(count) if count <= Self::MAX_COUNT => count,
            Ok(_) => panic!("WaitGroup: adding {n} to a count of {} is too much", self.count),
            Err(_) if sum > 0 => {
                panic!("WaitGroup: adding {n} to a count of {} is too much", self.count)
            }
            Err(_) => panic!(
                "WaitGroup: adding {n} to a count of {} makes it negative: more is done than was \
                 added",
                self.count
            ),
        };
        if count == 0 && self.count != 0 {
            return Self { round: self.round.wrapping_add(1), count, waited: false };
        }
        Self { count, ..self }
    }
}

impl Rounds {
    pub(super) fn new() -> Self {
        Self { word: AtomicU64::new(0), waiters: Mutex::new(WaitList::new()) }
    }

    /// Where tasks wait for the end of a round.
    pub(super) fn waiters(&self) -> &Mutex<WaitList<u32>> {
        &self.waiters
    }

    pub(super) fn count(&self) -> u32 {
        Word::unpack(self.word.load(Acquire)).count
    }

    /// Adds `n` to the count.
    #[inline]
    pub(super) fn change(&self, n: isize) -> Change {
        let mut bits = self.word.load(Relaxed);
        loop {
            let now = Word::unpack(bits);
            let next = now.add(n);
            match self.word.compare_exchange_weak(bits, next.pack(), AcqRel, Relaxed) {
                Ok(_) if now.waited && !next.waited => {
                    return Change::Release { round: now.round };
                }
                Ok(_) => return Change::Counted,
                Err(newer) => bits = newer,
            }
        }
    }

    /// Says that a task will wait, and returns the round; or `None` if the count is zero. To be
    /// called under the lock.
    pub(super) fn announce(&self) -> Option<u32> {
        let mut bits = self.word.load(Acquire);
        loop {
            let now = Word::unpack(bits);
            if now.count == 0 {
                return None;
            }
            let next = Word { waited: true, ..now };
            match self.word.compare_exchange_weak(bits, next.pack(), Relaxed, Acquire) {
                Ok(_) => return Some(now.round),
                Err(newer) => bits = newer,
            }
        }
    }

    /// Wakes all tasks that wait for `round` or an earlier one.
    #[cold]
    pub(super) fn release(&self, round: u32) {
        wake_all(&self.waiters, |list| match list.front_mut() {
            Some(waits_for) if is_over(*waits_for, round) => list.pop_front(),
            _ => None,
        });
    }
}

/// Whether `round` is over once `ended` is; rounds wrap.
fn is_over(round: u32, ended: u32) -> bool {
    ended.wrapping_sub(round) <= u32::MAX / 2
}
