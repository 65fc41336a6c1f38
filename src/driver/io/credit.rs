//! Readiness that is told although the budget is spent.
//!
//! `readable().await; socket.try_read(..)` in a loop never waits under a flood, so a unit of the budget is taken by the first of
//! the two. Yet to say `Pending` of a socket that is ready would be untrue to whoever asks once: one that polls `readable` by
//! hand, or by `now_or_never`, to know whether it is. An operation without waiting, on the other hand, may find at any time that
//! it would have to wait, and who calls it is prepared for that.
//!
//! So the readiness is told, and the operation refused. In one poll:
//!
//! 1. a wait finds, in its first poll, no unit, its socket ready, and that nothing was told on credit in this poll: it tells, and notes for what;
//! 2. the next `try_` operation on that socket, for anything that was told, takes the note back, does not try, and says that it would
//!    have to wait. The readiness stays as it is, since nothing refutes it;
//! 3. the next wait, which the caller comes to by that, is refused in the usual way, and the poll ends.
//!
//! A caller that does not try before he waits again comes to step 3 at once. One that makes the system call by himself gets away
//! with one operation more. A note that is left behind by a poll is void in the next, since credit is given anew (`coop`).
//!
//! - *Why not for a unit that `try_` gives back*: then this loop would take nothing of the budget, and only the monitor would end it,
//!   which in a current-thread runtime can end it nowhere else.
//! - *Why `try_` takes nothing by itself*: who sends a datagram to each of a thousand peers, without a wait between, would lose
//!   those behind the first hundred.
//! - *Why not in a poll that the monitor flagged*: a program that tries once and takes a refusal for an error would fail under load.
//! - *Why not for `AsyncFd`*: what is tried there is the caller's own.

use std::cell::Cell;

use super::table::Key;
use crate::coop;
use crate::io::{Interest, Ready};

thread_local! {
    /// What was told, and of whom; void unless `coop` says that this was done in the present poll.
    static TOLD: Cell<Option<(Key, Ready)>> = const { Cell::new(None) };
}

/// Step 1: whether it may be told that `key` is `ready`.
pub(super) fn take(key: Key, ready: Ready) -> bool {
    let granted = coop::take_credit();
    if granted {
        TOLD.set(Some((key, ready)));
    }
    granted
}

/// Step 2: whether an operation on `key` for `interest` is refused.
#[inline]
pub(super) fn is_due(key: Key, interest: Interest) -> bool {
    match TOLD.get() {
        None => false,
        Some(told) => repay(told, key, interest),
    }
}

#[cold]
fn repay((told, ready): (Key, Ready), key: Key, interest: Interest) -> bool {
    if !coop::is_on_credit() {
        TOLD.set(None);
        return false;
    }
    let is_due = told == key && !(ready & interest.states()).is_empty();
    if is_due {
        TOLD.set(None);
    }
    is_due
}
