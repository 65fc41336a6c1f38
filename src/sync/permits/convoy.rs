//! Convoys: queues that never end, and how these do.
//!
//! A mutex that many tasks use all the time is nearly free as long as nobody queues: a task locks and unlocks it a hundred
//! times in one poll, then the next one does. But let a thread be stopped for a moment while its task has the lock, and
//! others queue. From then on, each who unlocks hands the lock to the first in the queue, asks again, and queues
//! behind the rest. The queue stays as long as there are tasks, and every lock is a switch of tasks, or of threads. Nobody
//! did anything wrong, and the order of a queue must not be changed. But who has just had its turn need not be back in the queue before
//! the others had theirs.
//!
//! So a task that hands a permit on, and in the same poll asks the same permits for one that it cannot have at once, *lets others go
//! first*: it wakes itself, and returns `Pending` without a place in the queue. When its turn comes again, the queue is
//! shorter by those who ran meanwhile, who do the same; and as soon as nobody waits, the permit is free for
//! whoever comes, as in the beginning. In a queue of `n` tasks that takes about `n` switches.
//!
//! It is done at most [`TURNS`] times for one request, which then queues like any other. So nobody who waits is overtaken, and nobody is kept
//! waiting for long: only those come before it who asked while it let them.
//!
//! Two more things keep a convoy from forming anew while it dissolves:
//!
//! - Who finds too few permits, although nobody waits, looks again for a moment (`patience`), since a running thread may return them soon. A
//!   permit that was *handed on* is not with a running thread but with a task in some queue, perhaps in that of the very
//!   thread that would look. The word has a bit for that, [`Take::Short::soon`](super::Take): then looking is
//!   in vain, and whoever comes queues, or lets others go first, at once.
//! - A task that let others go first once does so again when it comes back too early, without having handed on anything in this poll.
//!
//! All of it is for tasks alone, which have a budget: elsewhere, where nobody knows what a wake-up leads to, a request queues at once.
//!
//! # What was tried and failed
//!
//! - *To let others go first once, and then queue*: a second worker steals those who do and polls them at once, so that
//!   they queue as fast as the queue gets shorter.
//! - *The same without the bit*: a worker looks again and again for a permit whose new owner is in its own queue.
//! - *To make the switch cheaper*, with a waiter that learns of its permit without the lock of the list: 45 ns became 43.

use std::cell::Cell;
use std::ptr;

use super::Permits;
use crate::coop;

/// How often one request lets others go first.
const TURNS: u8 = 8;

thread_local! {
    /// Of which permits one was handed on last; void unless `coop` says that this was done in the present poll.
    static HANDED_ON: Cell<*const Permits> = const { Cell::new(ptr::null()) };
}

/// A permit of these was handed on.
pub(super) fn handed_on(permits: &Permits) {
    if coop::note_handed_on() {
        HANDED_ON.set(permits);
    }
}

/// Whether a request to these, for which others have gone first so many times, should let them again.
pub(super) fn lets_others_first(permits: &Permits, turns: &mut u8) -> bool {
    let handed_on = || coop::has_handed_on() && ptr::eq(HANDED_ON.get(), permits);
    let lets = *turns < TURNS && coop::is_limited() && (*turns > 0 || handed_on());
    *turns += u8::from(lets);
    lets
}
