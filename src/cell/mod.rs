//! The task's cell: one allocation that holds a future from its spawning until its outcome is taken.
//!
//! # What lives here
//!
//! A [`raw::Cell`] is a header, the *stage*, which is a union of the future, its
//! output and a panic's payload, and the handle of its scheduler. The header's static vtable types all of it away, so that queues, wakers
//! and sets hold one thin pointer whatever the future is. Four kinds of pointer lead to a cell, and each
//! is a right:
//!
//! | type | right | file |
//! |---|---|---|
//! | [`Runnable`] | the token `HELD`: poll or drop the future. One per task that is not idle | `poll` |
//! | [`JoinRef`] | take the outcome, be woken for it. One per task at most | `join` |
//! | [`TaskRef`] | wake or abort: any number | `raw` |
//! | [`std::task::Waker`] | wake: a `TaskRef` behind the standard vtable | `waker` |
//!
//! A task that has a name, or of which it is noted when it is queued, has an *annex* for that behind its cell (`annex`).
//!
//! # Who calls it
//!
//! The scheduler spawns ([`raw::Cell::new`]), runs ([`Runnable::run`]) and ends ([`Runnable::cancel`])
//! tasks. The cell calls back through the trait [`Schedule`] alone, to queue a woken task and to enter
//! and leave the set of suspended tasks.
//!
//! # Invariants, cited by the `SAFETY` notes
//!
//! 1. **Alive**: a cell is freed only when its last reference is gone. The task itself owns one until its
//!    outcome is published; so whoever holds the token, is in the set, or owns a reference may read the header.
//! 2. **Token**: the stage while it is a future, the scheduler's handle and the set's links are accessed
//!    only by the holder of the token (the links also need the set's lock).
//! 3. **Outcome**: after `COMPLETE` the stage belongs to the join handle while it has its interest, else
//!    to the completer. It is emptied exactly once before the cell is freed.
//! 4. **Joiner**: the slot of the joiner's waker belongs to the join handle while `JOIN_WAKER` is clear, and
//!    to the completer once `COMPLETE` was set over `JOIN_WAKER`.
//! 5. **Typed**: a header with a vtable for `Cell<F, S>` is the first field of a `Cell<F, S>`; if the vtable tells of an
//!    annex, that cell is the first field of an `Annexed<F, S>`, whose name is constant until the cell is freed.
//! 6. **Pinned**: a future is never moved after it was written into its stage, and dropped in place.
//! 7. **Publish last**: after a task was queued, given back to idle or completed, its cell may be gone;
//!    what is needed later is copied before.
//! 8. **Time**: the time at which a task was queued, in its annex, belongs to the holder of the token.
//!
//! # What it does not know
//!
//! Workers, permits, queues, and what tasks wait for. It runs foreign code (polls, drops, wakes), never
//! under a lock, and contains every panic of it: see `poll`.

mod annex;
mod depot;
pub(crate) mod generation;
mod glimpse;
mod join;
mod owned;
mod poll;
mod raw;
mod slot;
mod state;
mod waker;

#[cfg(test)]
mod tests;

pub(crate) use annex::{Name, Origin};
pub(crate) use glimpse::{Glimpse, History, Phase};
pub(crate) use join::{Ended, JoinRef};
pub(crate) use owned::OwnedSet;
pub(crate) use poll::{Held, Runnable};
pub(crate) use raw::{Header, TaskRef, TypeName, spawn, spawn_unchecked};
pub(crate) use slot::Slot;

/// What a task is, to those who look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Any worker may run it.
    Task,
    /// It stays on one thread.
    Local,
    /// A closure of the blocking pool.
    Closure,
    /// None: the future of a `block_on`, which has no cell.
    Root,
}

/// What a cell asks of whoever schedules it.
///
/// All calls are made by the holder of the task's token, which is handed over with a [`Runnable`], and only lent
/// with a [`Held`].
///
/// # Safety
///
/// [`adopt`](Self::adopt) puts the task into one set, once, if it returns true, and into none otherwise.
/// [`release`](Self::release) takes it out of that same set, and the handle keeps the set alive until then.
pub(crate) unsafe trait Schedule: Send + Sync + Sized + 'static {
    /// What kind of task it schedules.
    const KIND: Kind;

    /// The way into a queue, found while the handle may still be used.
    type Route;

    /// The time, which is noted of a task that is queued, if its [`Origin`] asks for that.
    fn now() -> u64 {
        0
    }

    /// Finds the way into a queue from this thread. The cell, and this handle in it, may be gone as soon as the task
    /// is queued, so queueing itself must not need the handle any more.
    fn route(&self) -> Self::Route;

    /// Queues a task that was woken while it was idle.
    fn schedule(route: Self::Route, task: Runnable);

    /// Queues a task that was woken during its own poll, behind the others.
    fn reschedule(route: Self::Route, task: Runnable);

    /// Puts a task that suspends for the first time into a set of suspended tasks, and may replace the
    /// handle by that of the set's owner. False if the scheduler is shutting down: the task must end.
    fn adopt(&mut self, task: Held<'_>) -> bool;

    /// Takes an adopted task out of its set: it is about to complete.
    fn release(&self, task: Held<'_>);

    /// A task is about to complete: its future is gone, and its outcome not published yet. Told where anybody
    /// [watches](crate::util::watch). Does not unwind.
    #[cold]
    fn terminates(&self, _task: &Header) {}
}
