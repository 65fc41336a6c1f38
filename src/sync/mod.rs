//! What tasks wait for: channels, locks, notifications, each other, and Go's `WaitGroup`.
//!
//! Users call this, and nothing below it. Each primitive is a state and a queue of waiting tasks
//! behind one short lock (or, where two sides are all there can be, one atomic word), and each file
//! tells its own protocol.
//!
//! # Which one
//!
//! | you want | take |
//! |---|---|
//! | to hand work or values to one task | [`mpsc`], bounded: then senders that are too fast wait |
//! | to hand them to whichever of several tasks is free, or from hand to hand | [`chan`](crate::chan) |
//! | to answer a request, once | [`oneshot`] |
//! | every receiver to get every value | [`broadcast`] |
//! | receivers to see the newest value, and to be told when it changes | [`watch`] |
//! | to wait until tasks have ended | [`WaitGroup`]; for their results [`JoinSet`](crate::task::JoinSet); if one failure is to end the others [`group`](crate::group) |
//! | to tell tasks to end | [`context`](crate::context) |
//! | one task at a time to use a value | [`std::sync::Mutex`], if nobody awaits anything while he has it; else [`Mutex`] |
//! | many to read a value and few to write it | likewise, [`std::sync::RwLock`] or [`RwLock`] |
//! | at most so many tasks to do something at a time | [`Semaphore`] |
//! | to tell a task that there is something to look at | [`Notify`] |
//! | a number of tasks to go on together | [`Barrier`] |
//! | to make a value when it is first asked for, and once | [`OnceCell`] |
//! | to wait for a value that somebody else provides once | [`SetOnce`] |
//!
//! A lock of the standard library costs less than one of these where it is held for a few instructions. It must not be
//! kept across an `await`: the task may be continued on another thread, and tasks that want the lock meanwhile block
//! theirs. Where a value is kept for longer, a task that owns it and takes requests from a channel is often simpler than a
//! lock.
//!
//! None of them allocates to wait. All serve those who wait in the order in which they came, and a task that drops its
//! wait passes on what it was handed; each page says what is lost if one of its futures is dropped, and what it costs.
//!
//! # Invariants
//!
//! 1. Cancelling a wait by dropping its future loses no wake-up: a future that was handed something
//!    and is dropped before it is polled passes it on.
//! 2. Tasks that wait for the same thing are served in the order in which they came.
//! 3. No foreign code runs under a lock: wakers are woken, cloned and dropped outside, and so are the
//!    values that pass through. (The values of [`broadcast`] and [`watch`] have locks of their
//!    own, for those who clone, look at or change them.)
//! 4. Whatever completes has taken one unit of the task's budget.
//!
//! # Calls that block
//!
//! What has `blocking` in its name blocks the thread, for use outside of tasks. In a task it works too, where Tokio
//! panics: if it has to wait, the worker's permit is given to another thread first. In a current-thread runtime or a
//! [`LocalSet`](crate::task::LocalSet) there is no other thread, and it panics. Where
//! [`max_blocking_threads`](crate::Builder::max_blocking_threads) leaves none, it blocks its worker, as any other call that
//! blocks does.
//!
//! # What it does not know
//!
//! The scheduler, but for the calls that block, which ask it to replace the thread. These futures run under any executor,
//! since all they use of their task is its waker.

mod permits;
mod senders;

mod barrier;
pub mod broadcast;
pub mod futures;
pub mod mpsc;
mod mutex;
mod notify;
mod once_cell;
pub mod oneshot;
mod rwlock;
mod semaphore;
mod set_once;
mod wait_group;
pub mod watch;

pub use self::barrier::{Barrier, BarrierWaitResult};
pub use self::mutex::{
    MappedMutexGuard, Mutex, MutexGuard, OwnedMappedMutexGuard, OwnedMutexGuard, TryLockError,
};
pub use self::notify::Notify;
pub use self::once_cell::{OnceCell, SetError};
pub use self::rwlock::{
    OwnedRwLockMappedWriteGuard, OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock,
    RwLockMappedWriteGuard, RwLockReadGuard, RwLockWriteGuard,
};
pub use self::semaphore::{
    AcquireError, OwnedSemaphorePermit, Semaphore, SemaphorePermit, TryAcquireError,
};
pub use self::set_once::{SetOnce, SetOnceError};
pub use self::wait_group::{Member, Wait, WaitGroup};

#[cfg(test)]
mod tests;
