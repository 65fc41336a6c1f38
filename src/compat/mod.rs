//! A runtime of Tokio's beside ours, for libraries that insist on it.
//!
//! # The problem
//!
//! Some libraries do not take the runtime that they are given: they call `tokio::spawn`, `tokio::time::sleep` or
//! `tokio::net::TcpStream`, of the real crate, which ask their thread for a handle to Tokio's runtime and panic where there is
//! none. With the feature `tokio-compat` there is one, on every thread that is in a runtime of ours. Their timers and sockets are
//! attended by Tokio's threads, which wake our tasks as any foreign thread does: by the injector, and a worker that is woken for it.
//!
//! # What lives here
//!
//! [`Guest`], the one runtime of Tokio's that a process has for this, and [`Entered`], for as long as a thread is in it. Without the
//! feature, `no_guest` has the same names, and nothing behind them.
//!
//! # Who calls it
//!
//! `runtime` starts the guest before it builds the first runtime, and tells who builds why it could not. `scheduler::context`
//! enters it with each runtime that it enters, and this is the one place: workers, threads in `block_on`, those of the blocking pool,
//! `Handle::enter`, and whoever drops the tasks of a runtime that ends, all pass there. So the guest's guards are as deep in
//! the stack as our own, and are left in the reverse order with them.
//!
//! # Invariants
//!
//! 1. A process has one guest at most. It is never dropped, so what refers to it may do so for ever.
//! 2. A child that was forked off does not use its parent's, none of whose threads it has.
//! 3. Neither to enter nor to leave panics, also while the thread's locals are being destroyed.
//!
//! # What it does not know
//!
//! Schedulers, tasks and drivers. It is safe code.
//!
//! # Rejected
//!
//! - *A guest for each runtime of ours*: its start costs tens of microseconds and its threads, where our runtime costs 2
//!   microseconds and none; and a connection that a library keeps in a static (a client's pool) would end with the runtime in which it
//!   was made, though the next one asks for it. What one guest for all costs is that `tokio::spawn`ed tasks go on when our
//!   runtime ends. It ends with the process, and drops nothing.
//! - *A guest that ends with the last of our runtimes*: the same, in each program that builds one after the other.
//! - *To start it when Tokio is first asked for*: nobody is told of that. `Handle::try_current` reads a thread-local of Tokio's.
//! - *Tokio's current-thread runtime, with a thread of ours in its `block_on`*: one library's task that computes would stall the
//!   sockets of all, and `tokio::task::block_in_place` panics in it.
//! - *The handle of another Tokio runtime that the thread is in*: where that is a current-thread runtime, whose thread has called
//!   our `block_on`, nobody attends its timers and sockets meanwhile.
//! - *A wrapper for single futures*: it exists, works on any runtime without this feature, and is called `async-compat`.

#[cfg(feature = "tokio-compat")]
mod guest;

#[cfg(not(feature = "tokio-compat"))]
#[path = "no_guest.rs"]
mod guest;

pub(crate) use guest::{Entered, Guest};
