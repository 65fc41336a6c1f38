//! The injector: the queue that all workers share.
//!
//! It takes what comes from threads that are no worker, what overflows a run queue, and what a worker
//! that lost its permit leaves behind. It is unbounded and first-in-first-out, and it is touched
//! seldom beside the run queues, so a worker takes a batch at a time from it.
//!
//! The task in the slot of such a worker was about to run. Behind a thousand tasks that block it would wait for all of
//! them, so it comes *early*: before whatever else is here. That is one task for each time that a worker stops, so the
//! others are not starved.
//!
//! It is a queue of blocks and not a list threaded through the tasks' cells: a cell then needs no link,
//! and a push touches the block at the end instead of the task that was pushed before.
//!
//! Promises to the callers, who put fences between this queue and the word of idle workers:
//! 1. a task whose push happened before a look, and that nobody took, is seen by that look, be it
//!    [`Injector::pop`], [`Injector::len`] or [`Injector::is_empty`];
//! 2. what the pusher did before its push happened before what the taker does with the task.
//!
//! `blocks.rs` is what ships. `loom.rs` has its shape and keeps the same promises with a lock, since
//! loom cannot look into a queue that uses the atomics of `std`.

mod batch;

#[cfg(not(loom))]
mod blocks;
#[cfg(not(loom))]
pub(crate) use self::blocks::Injector;

#[cfg(loom)]
mod loom;
#[cfg(loom)]
pub(crate) use self::loom::Injector;
