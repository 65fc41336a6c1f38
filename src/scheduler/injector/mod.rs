//! The injector: the queue that all workers share.
//!
//! It takes what comes from threads that are no worker, what overflows a run queue, and what a worker
//! that lost its permit leaves behind or goes on to spawn. It is unbounded, and it is touched seldom beside the run queues, so a
//! worker takes a batch at a time from it.
//!
//! # Two queues and a short one
//!
//! Who pushes decides what a push must not do.
//!
//! - A *worker* pushes many in a row: a task that spawns a million fills a ring of 256, and all others come here. There is
//!   seldom more than one such worker, and it can be told to wait for a moment. So these stand in chunks behind a lock
//!   (`chunks`), whose memory is kept and used again.
//! - A thread from *outside*, of which there may be any number, pushes single tasks, and none of its business is ours. It must not
//!   wait until a thread that the system has put aside comes back with a lock. So these stand in `crossbeam-queue`'s linked
//!   blocks, without a lock (`blocks`).
//! - The task in the slot of a worker that stops was about to run. Behind a thousand tasks that block it would wait for all of
//!   them, so it comes *early*: before whatever else is here. That is one task for each time that a worker stops, so the others are
//!   not starved. Any thread may have to do it, such as the monitor; so these have blocks of their own.
//!
//! Each queue is first-in-first-out. Where the first two both have tasks, takers go to them in turn: each take that finds
//! both flips `is_outsiders_turn`, by one atomic operation, so that of two takes in a row one goes to either. A take is a batch at the most; so
//! a task with `n` others before it in its queue is reached by the `n + 1`st take from there, which is the `2n + 2`nd in all, however
//! many come to the other queue meanwhile. To take the older of two would need a common number for all tasks, and to empty one
//! queue first would let a flood there starve the other: outsiders that never pause, or a worker that never stops spawning.
//!
//! They are queues of chunks and of blocks, and not lists threaded through the tasks' cells: a cell then needs no link, and a push
//! touches the end of the queue instead of the task that was pushed before.
//!
//! # Promises
//!
//! To the callers, who put fences between this queue and the word of idle workers:
//! 1. a task whose push happened before a look, and that nobody took, is seen by that look, be it
//!    [`Injector::pop`], [`Injector::len`] or [`Injector::is_empty`];
//! 2. what the pusher did before its push happened before what the taker does with the task.
//!
//! A task stays in the queue that it was pushed to until it is taken. So it is enough that each of the three keeps both promises, and
//! that a look which finds nothing has asked all three. A take that does not begin with the outsiders asks them
//! last, and one that begins with them asks the workers' chunks next (`queue`).
//!
//! *Chunks.* The second promise is the lock's; see there for the first.
//!
//! *Blocks.* Both are promises of `SegQueue`. To push is to move its tail by a compare-exchange, and to say in the slot, by a
//! Release that the taker acquires, that it is written. A look compares tail and head: who comes behind a push reads a tail
//! beyond the task, and no head beyond it as long as nobody has taken it.
//!
//! *Early tasks* are counted before they are pushed, and counted down by who took one: the queue hands each task on with
//! all that came before its push, so the count never falls below the number of tasks. It is relaxed, since it publishes
//! nothing: if a push happened before a look, so did its counting, and the look sees that or something later.
//!
//! It is the same where a push and a look are kept apart by a fence of each side, since fences order relaxed accesses too.
//!
//! # What was tried and failed
//!
//! *Blocks for all.* A block is allocated for each 31 tasks, and whoever takes the last of them frees it. With glibc that takes
//! the lock of the pusher's arena, which the pusher takes for each cell: a detached spawn took half as long again,
//! with three times as many switches of threads.
//!
//! *Chunks for all.* A pusher that is put aside while it has the lock stops all others. Of spawns by eight threads on two cores one in
//! ten thousand took 2 to 8 ms, in place of 10 to 60 us, and the middle one up to twice as long.
//!
//! *Blocks of whole chunks.* A taker that wants less than a chunk has to put back the rest, which nobody sees meanwhile
//! (promise 1), or else chunks are shared and so need what blocks have.
//!
//! `blocks.rs` is what ships. `loom.rs` has its shape and keeps the same promises with a lock, since
//! loom cannot look into a queue that uses the atomics of `std`. All else is explored as it ships.

mod chunks;
mod queue;

pub(crate) use self::queue::Injector;

#[cfg(not(loom))]
mod blocks;
#[cfg(not(loom))]
use self::blocks::Blocks;

#[cfg(loom)]
mod loom;
#[cfg(loom)]
use self::loom::Blocks;
