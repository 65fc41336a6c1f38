//! Building, entering and ending a runtime.
//!
//! A [`Runtime`] owns a scheduler and ends it when it is dropped; a [`Handle`] refers to one and spawns on it; a
//! [`Builder`] makes one. Most programs need none of them: `#[runtime::main]` builds one, and
//! [`spawn`](crate::spawn) and [`block_on`](crate::block_on) outside of any use a global one that is started when it is first
//! needed.
//!
//! # Which runtime is meant
//!
//! `spawn` goes to the runtime that was [entered](Runtime::enter) last on this thread, else to the one whose task or
//! `block_on` calls it, else to the global one.
//!
//! A [`LocalRuntime`] stays on one thread, and so may its tasks.
//!
//! # Threads
//!
//! Building a runtime starts no thread. The thread that calls `block_on` runs tasks itself; others are started
//! when there was work for them for as long as it takes to start one, up to `worker_threads` in all. Closures that block
//! have threads of their own, see [`spawn_blocking`](crate::task::spawn_blocking), in a current-thread runtime too.
//!
//! # How many tasks run at a time
//!
//! As many as [`Builder::worker_threads`] says, or else the environment variable `RUNTIME_WORKERS`, or else
//! `TOKIO_WORKER_THREADS`. Without any of them it is as many as the process may use cores: those in the affinity of the thread
//! that builds the runtime, or what the quota of its control group pays for, rounded up, if that is less. This number
//! is followed while the program runs: a container that is given more or fewer cores needs no restart.
//!
//! # What one sees
//!
//! A runtime counts what its workers do ([`RuntimeMetrics`]), measures polls if it was
//! [built to](Builder::enable_metrics_schedule_latency_histogram), and tells of tasks that hold their thread for too long
//! ([`Builder::on_stuck`]). It calls what a program wants to be called for each of its tasks ([`Builder::on_task_spawn`]). What every
//! task does or waits for at one moment, a [`dump`](mod@dump) tells; how many there are
//! of each kind, and for how long, a [`profile`](mod@profile). If all are asleep and nothing can wake any of them, that is
//! [said](deadlock).
//!
//! With the environment variable `RUNTIME_SCHEDTRACE=1000` a program tells on standard error, every 1,000 milliseconds and with one
//! line for each runtime, what these numbers are, also while all of its workers are stuck:
//!
//! ```text
//! schedtrace 1000ms: runtime=1 permits=2 idle=0 spare=1 blocked=1 pool=3 pool_idle=1 pool_queue=0 injector=0 queued=7 [0, 6, 1] tasks=25 spawned=+20 polls=+4071 steals=+12 retakes=+1
//! ```
//!
//! That is: the time since the first runtime was built; how many [permits](RuntimeMetrics::num_workers) there are, how many
//! of them are [idle](RuntimeMetrics::num_idle_permits), how many workers [stand in](RuntimeMetrics::num_spare_workers) for others
//! and how many are [blocked](RuntimeMetrics::num_blocked_workers); the threads of the blocking pool, those of them that are idle,
//! and the closures that wait for one; the tasks in the common queue, in the queues of workers together, and in each; the
//! tasks that are alive; and, since the line before, how many tasks were spawned, how often one was polled, how often a worker
//! stole from another, and how often a permit was retaken. The format may change; [`RuntimeMetrics`] is for programs.
//!
//! With the feature `tracing` each task has a span, target `runtime::task` and level `TRACE`, which is entered around each of its
//! polls. Its fields are `kind` (`task`, `local` or `blocking`), `task.id`, `task.name` if it was given a name, and by `loc.file`, `loc.line` and `loc.col` the place
//! where it was spawned. It has no parent. There are events too: `runtime::stall` (`WARN`) for each poll that
//! [`on_stuck`](Builder::on_stuck) would be told of, `runtime::retake` (`DEBUG`) for each permit that was retaken, and
//! `runtime::bound` (`WARN`) when that is refused for the first time, for want of threads. They come from the thread that watches all
//! runtimes, so only a subscriber that is the default of the whole program hears of them, and it should take them fast. A
//! panic of it is contained. Each task takes some 40 bytes more with the feature.
//!
//! # The end
//!
//! When a runtime ends, the futures of all its suspended tasks are dropped, on the thread that ends it or on those
//! that ran them; so are blocking closures for which no thread is free. What a file or a standard stream has accepted for writing is
//! written all the same: `main` and who drops a runtime wait for it, for a second at most. A task that is in a poll at that moment finishes that
//! poll first, and a closure that runs, or is about to, goes on. How long the end waits for such is up to how it is asked for: see [`Runtime::shutdown_timeout`],
//! [`Runtime::shutdown_background`] and `Drop`.
//!
//! # Fork
//!
//! A child process that is forked off a program with runtimes can build its own, and use the global one, which is then its own
//! too: with their own threads, timers and sockets, whatever the parent's threads were doing. What it must not use is what
//! the parent made. Of the parent's runtimes no thread is there, so nothing that is spawned on them runs, and
//! [`Runtime::block_on`] panics. Dropping such a runtime, a `LocalSet` or a socket does nothing and disturbs nobody: tasks are not
//! dropped in the child, and descriptors that a runtime has for itself stay open there. If the fork is made inside a task, the
//! child must end without returning from it.
//!
//! This layer is safe code on top of the scheduler; it knows nothing of cells.

mod builder;
pub mod deadlock;
#[cfg(any(feature = "net", feature = "time"))]
pub(crate) mod driver;
pub mod dump;
mod environment;
mod global;
mod handle;
mod histogram;
mod id;
mod local_runtime;
mod metrics;
pub mod profile;
#[allow(clippy::module_inception, reason = "`runtime::runtime::Runtime` is Tokio's path")]
mod runtime;
mod stuck;
mod task_hooks;
mod threads;

pub use builder::Builder;
pub use deadlock::OnDeadlock;
#[cfg(feature = "net")]
pub use driver::is_rt_shutdown_err;
pub use dump::dump;
pub use handle::{EnterGuard, Handle, RuntimeFlavor, TryCurrentError};
pub use histogram::{
    HistogramConfiguration, InvalidHistogramConfiguration, LogHistogram, LogHistogramBuilder,
};
pub use id::Id;
pub use local_runtime::{LocalOptions, LocalRuntime};
pub use metrics::RuntimeMetrics;
pub use profile::profile;
pub use runtime::Runtime;
pub use stuck::{Activity, Stall, StuckTask};
pub use task_hooks::TaskMeta;

use global::global;
#[cfg(any(feature = "fs", feature = "io-std"))]
pub(crate) use global::spawn_promised;
pub(crate) use global::{block_on, spawn, spawn_blocking};
pub(crate) use local_runtime::local_tasks;
