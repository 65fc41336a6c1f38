//! What tasks wait for: channels, locks, notifications, each other, and Go's `WaitGroup`.
//!
//! Users call this, and nothing below it. Each primitive is a state and a queue of waiting tasks
//! behind one short lock (or, where two sides are all there can be, one atomic word), and each file
//! tells its own protocol.
//!
//! | module | what waits for what |
//! |---|---|
//! | [`WaitGroup`] | any task, until a number of others are done |
//! | [`oneshot`] | one task, for one value of another |
//! | [`Mutex`] | any task, for a value that one at a time may use |
//! | [`RwLock`] | any task, for a value that many may read, or one may write |
//! | [`Semaphore`] | any task, for some of a number of permits |
//! | [`mpsc`] | one task, for the values of many; and these, for room |
//! | [`Notify`] | any task, to be told to look |
//! | [`watch`] | any task, for a value to change |
//! | [`Barrier`] | a number of tasks, for each other |
//! | [`OnceCell`] | any task, for another that makes a value once |
//! | [`SetOnce`] | any task, for a value that is provided once |
//! | [`broadcast`] | many tasks, for every value of many |
//!
//! A channel with many receivers is in [`chan`](crate::chan).
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
//! panics: the worker's permit is given to another thread as soon as it is seen that this one is blocked. In a
//! current-thread runtime there is no other, so whatever ends the wait must not be a task of the same runtime.
//!
//! # What it does not know
//!
//! The scheduler. These futures run under any executor, since all they use of their task is its
//! waker.

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
