//! What every task of a runtime does, or waits for: the dump.
//!
//! [`dump()`] is for when a program stands still, grows, or does not do what it should: it says of each task who it is (number, name,
//! type of its future, where it was spawned), whether it runs, could run or waits, and for what; and of each worker what it polls. Go
//! prints the like for `SIGQUIT`.
//!
//! ```
//! use runtime::sync::mpsc;
//!
//! runtime::block_on(async {
//!     let (tx, mut rx) = mpsc::channel::<u32>(1);
//!     let task = runtime::spawn(async move { rx.recv().await });
//!     runtime::task::yield_now().await;
//!     println!("{}", runtime::dump());
//!     # drop(tx);
//!     # task.await.unwrap();
//! });
//! ```
//!
//! prints
//!
//! ```text
//! runtime: 3 tasks, 4 permits
//!
//! 1 task waiting: channel receive
//!     src/main.rs:6:16  app::main::{{closure}}::{{closure}}
//! 1 `block_on` running
//!     src/main.rs:4:1  app::main::{{closure}}
//! ...
//! ```
//!
//! # On a signal
//!
//! With the feature `signal` and the environment variable `RUNTIME_DUMP=SIGQUIT` (or any other signal, by name or number) the first runtime that is
//! built starts a thread that prints, on standard error, the dumps of all runtimes of the process, but for that of the
//! debug page, whenever the signal comes; the program goes on. `Builder::dump_on_signal` is the same from inside. It prints also when every worker is stuck.
//!
//! # How true it is
//!
//! Nobody is stopped for it. Each task is told of as it was at some moment between the call and its return; one that came, went or
//! was woken meanwhile is seen or is not, but none that waits all the while is missed, or seen twice.
//!
//! # What is not listed
//!
//! A task is known to its runtime from the first time that it waits. One that has not waited so far, since it stands in a queue for its
//! first poll or has only yielded, is counted ([`Dump::unlisted`]); if a worker polls it at this moment, it is listed, without its name.
//! Where they stand, the lengths of the queues tell, those of the workers, the shared one and those of local tasks; tasks that have waited and
//! were woken are among these too. Who they are, a [trace](crate::trace) or its flight recorder tells, which has an event for each spawn, with type and place.
//! They cannot be listed: a task in a queue belongs to whoever takes it next, and may end and be freed while somebody else looks at it. What a task waits for is known if it is a future of this crate: see [`WaitReason`].
//!
//! Tasks of a [`LocalSet`](crate::task::LocalSet) belong to no runtime, and are listed in the dump of each; those that have not waited
//! so far are counted apart ([`Dump::unlisted_local`]).
//!
//! # What it costs
//!
//! A task that waits keeps its reason in memory that it has anyhow. A dump blocks its thread, for less than a microsecond a task, and
//! takes 40 bytes a task. Workers go on; one that suspends or ends a task at that moment waits for some tens of microseconds.

#[cfg(all(feature = "signal", unix))]
pub(super) mod on_signal;
#[cfg(not(all(feature = "signal", unix)))]
#[path = "no_signal.rs"]
pub(super) mod on_signal;
mod snapshot;
mod task;
mod text;
mod worker;

#[cfg(feature = "serde")]
mod serialize;

pub use snapshot::{BlockingDump, DriverDump, Dump, MonitorDump, dump};
pub(super) use text::write_unlisted;

pub use task::{TaskDump, TaskKind, TaskState};
pub use worker::WorkerDump;

pub use crate::coop::WaitReason;
