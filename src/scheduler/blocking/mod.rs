//! The blocking pool: threads for closures that are known to block.
//!
//! A closure that waits for a file or a name, or computes for long, would hold a permit all the while. Here it gets a
//! thread without one. To the outside it is a task: it has a cell with a number, a place of spawning and a
//! [`JoinHandle`](crate::task::JoinHandle), and its future is ready after the one poll that calls the closure
//! (`closure`). It never suspends, so its token goes from the pool's queue into the hands of the thread that runs it and
//! nowhere else, and an abort before that poll keeps the closure from being called.
//!
//! In reading order: `closure`, `pool` (who takes which job, and when a thread goes), `serve` (a thread's life, and how
//! one is started).
//!
//! # Who calls it
//!
//! `runtime` and `task` for `spawn_blocking`, `net` for the look-up of names, `fs` and `io` for files and standard streams, `monitor` while jobs wait, `shutdown` at the end.
//!
//! # Invariants
//!
//! 1. Jobs begin in the order in which they were pushed.
//! 2. While a job waits, there is a thread that will look at the queue again, unless its job never returns; and the monitor
//!    tries to start another.
//! 3. No more threads serve than the budget gives: the pool takes a place for each but one, which is set aside for it.
//! 4. A job for which a thread was free when it was pushed is done, also when the runtime ends at once; one that is promised is done
//!    as soon as a thread is free.
//! 5. No job runs, and none is dropped, under the pool's lock.
//!
//! # What it does not know
//!
//! Permits, workers and the driver. A closure that calls `block_on` claims a worker as any thread does.

mod closure;
mod pool;
mod serve;

pub(super) use pool::Pool;
pub(crate) use pool::{Census, Running};
#[cfg(all(test, loom))]
pub(super) use pool::{Duty, Inner, Job, Pushed, Taken, Wait};
