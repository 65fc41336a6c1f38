//! Tasks that stay on one thread, since their futures may not go to another.
//!
//! # The problem
//!
//! A local task is woken, aborted and joined from any thread, but must be polled and dropped by the thread that spawned it, in
//! every case: its future may hold an `Rc`. The thread runs it only while it polls a *driver* (`LocalSet`, or the future of
//! `run_until`), which is a future inside some other task or `block_on`; nobody else knows of these tasks. And when they are
//! given up, each must be dropped there and then, while another thread may be in the middle of waking one.
//!
//! # What lives here
//!
//! [`LocalTasks`] is what all threads share: the queue of tasks that were woken, and the set of those that are suspended. It is
//! the scheduler of local tasks, another implementor of the cell's `Schedule`. [`LocalOwner`] is what the one thread has: the
//! right to spawn, to poll and to end them; it neither moves to another thread nor is shared with one. Above stand
//! `task::LocalSet` and `runtime::LocalRuntime`; below, the cell alone. The runtime's workers know nothing of this.
//!
//! # Invariants
//!
//! 1. **Home**: the token of a local task is taken out of the queue by its owner's thread alone. Whoever gets it by a wake or an
//!    abort puts it into the queue, and nothing else.
//! 2. **Told**: a driver's waker stands in the queue only while there is no task in it.
//! 3. **Spawned here**: a task that is in no set yet is in the queue, or in the owner's hands. So a token can be in another
//!    thread's hands only if its task is in the set.
//!
//! # No wake is lost
//!
//! Tasks and drivers' wakers are behind one lock. *Push*: 1. locks; 2. adds the task; 3. takes the wakers, unlocks and wakes.
//! *Rest*, at the end of each poll of a driver: 1. locks; 2. if a task is there, unlocks, and the driver wakes itself; 3. else
//! leaves the driver's waker, cloned before the lock. So a push comes before 2, and is seen, or after 3, and finds the waker.
//! It takes all of them: any driver will do, but one that is woken may be dropped before it is polled. It takes them at once: a
//! driver that has run the task and rests anew is not to be woken again. A driver that is done, or dropped, takes its own
//! waker out.
//!
//! # The end
//!
//! The owner's drop: 1. closes the set, which gives it the tokens of all tasks that are idle, and drops these; 2. drops what is in
//! the queue, and what that wakes and spawns, until the queue is empty; 3. if the set is empty too, closes the queue, drops
//! the wakers of drivers that were given up, and is done; 4. else waits until a task is pushed, and goes on with 2.
//!
//! What is in the set at 4 is neither idle nor in the queue, nor is it polled, since the thread that would do that is here: its
//! token is in the hands of another thread, on its way to the queue, with no foreign code in between. So the wait is short. Once
//! the set is empty no other thread has a token, nor will it get one (invariant 3): nobody pushes to the closed queue but the
//! owner's thread, which drops what it spawns there.
//!
//! # Rejected
//!
//! - *A second queue without a lock for wakes on the owner's own thread*: a lock that nobody contends for costs 10 ns, and one
//!   queue keeps the order in which tasks were woken.
//! - *To drop what is pushed after the end where it was woken*: that is the fault which is to be avoided.
//! - *One place for a waker*: with two drivers the later one would take it from the earlier, end, and leave nobody.

mod owner;
mod queue;
mod run_until;
mod tasks;

#[cfg(test)]
mod tests;

pub(crate) use owner::LocalOwner;
pub(crate) use tasks::LocalTasks;
