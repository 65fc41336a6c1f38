//! Tasks on permits: which thread runs which task, who sleeps, and who is woken.
//!
//! # What lives here
//!
//! A [`Scheduler`] belongs to one runtime. It has as many *permits* as `worker_threads`, and at least as many *workers*, each with
//! a run queue, a LIFO slot and a set of suspended tasks, of its own. A thread that has claimed a worker runs
//! tasks while it holds a permit; it finds them in the order that `search` says, and sleeps when there are
//! none. Building a scheduler starts no thread: the thread that calls `block_on` is the first worker, others start when
//! that pays. The current-thread flavour is a scheduler with one permit that never starts a thread.
//!
//! In reading order: `permit`, `idle` (who sleeps; with `README.md`, which holds the proof), `run_queue`, `injector`, `worker`
//! (the loop), `duty` (what a thread does beside it), `search` (the order), `home` (what a task knows of all this), `observers` (who is told of tasks: `task_hooks`, and `timing` for histograms), `root` (`block_on`), `threads`, `thread_budget`,
//! `blocking` (closures that block, on threads without a permit), `shutdown`, `diary` (what a worker tells of itself), `entries` (what it writes there beside its polls),
//! `monitor`, `deadlock` (when nobody can be woken any more), `cores` (how many permits there should be), `outsiders` (what threads from outside count),
//! `metrics` (what the runtime's numbers are made of), `schedtrace` (lines of them on standard error), `survey` (what a dump is made of), `generations` (how old tasks are), `local` (tasks
//! that stay on one thread, outside of all this), `context` (who am I on this thread).
//!
//! # Who calls it
//!
//! `runtime` builds it, `task` spawns on it. Cells call back through [`Home`]'s `Schedule`.
//!
//! # Invariants
//!
//! 1. A task's token is in one place: a queue, a slot, the injector, or a thread's hands.
//! 2. Only the thread that sits at a worker pushes to its queue and slot, and only while it believes that it has
//!    the permit. Anyone may take from them.
//! 3. Whoever pushes to the injector sees to it that somebody will look there: a running worker, or one it wakes.
//! 4. At most one thread searches.
//! 5. Foreign code runs under none of the locks.
//!
//! # What it does not know
//!
//! What tasks wait for, and what a cell looks like. It is safe code, but for the run queue, and for what `home` and
//! `local` promise the cell.

mod beat;
mod blocking;
pub(crate) mod context;
mod cores;
mod cpu_clock;
mod crew;
pub(crate) mod deadlock;
mod diary;
mod duty;
mod entries;
mod generations;
mod home;
mod idle;
mod injector;
mod local;
mod metrics;
mod monitor;
mod observers;
mod outsiders;
mod permit;
mod root;
mod roster;
mod run_queue;
mod schedtrace;
mod search;
mod shared;
mod shutdown;
mod survey;
mod task_hooks;
mod thread_budget;
mod threads;
mod timing;
mod worker;

#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::fmt;
use std::num::NonZeroU64;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use crate::compat::Guest;
use crate::util::contain::contain;

pub(crate) use cores::Cores;
pub(crate) use deadlock::{Describe, OnDeadlock};
pub(crate) use home::Home;
pub(crate) use idle::MOST_WORKERS;
pub(crate) use local::{LocalOwner, LocalTasks};
pub(crate) use metrics::Work;
#[cfg(any(feature = "debug-page", feature = "signal"))]
use monitor::Monitor;
pub(crate) use monitor::{Activity, OnStuck, Stall, Stuck};
#[cfg(feature = "rt-multi-thread")]
pub(crate) use root::block_in_place;
#[cfg(feature = "sync")]
pub(crate) use root::block_on_leaf;
pub(crate) use shared::Scheduler;
#[cfg(feature = "signal")]
pub(crate) use survey::surveys_of_process;
pub(crate) use survey::{Post, Survey, Unlisted};
pub(crate) use task_hooks::{TaskHook, TaskHooks};
pub(crate) use timing::Measured;
pub(crate) use worker::Local;

/// What a thread is called that was given no name.
pub(crate) const DEFAULT_THREAD_NAME: &str = "gosched-worker";

/// After so many polls at most a worker looks in at the driver, unless something else was asked for.
pub(crate) const DEFAULT_EVENT_INTERVAL: u32 = 64;

/// After so many tasks the injector comes first, unless something else was asked for. A prime, so that it does not fall in
/// step with the program.
pub(crate) const DEFAULT_INJECTOR_INTERVAL: u32 = 61;

/// A user's function that the scheduler calls.
pub(crate) type Callback = Arc<dyn Fn() + Send + Sync>;

/// What a scheduler is told when it is built.
#[derive(Clone)]
pub(crate) struct Config {
    /// The number of permits at first.
    pub(crate) worker_threads: usize,
    /// The cores that it comes from; it changes with them. Without, it stays.
    pub(crate) follows: Option<Cores>,
    /// How many threads there may be besides those for the permits.
    pub(crate) max_blocking_threads: usize,
    /// For how long a thread that is not needed waits for work before it ends.
    pub(crate) thread_keep_alive: Duration,
    /// For tests: whether permits are taken away at random.
    pub(crate) retake_at_random: bool,
    /// Whether threads may be started; if not, tasks run in `block_on` alone.
    pub(crate) starts_threads: bool,
    /// Whether tasks may wait for sockets.
    #[cfg_attr(
        not(feature = "net"),
        allow(dead_code, reason = "asked for where there are sockets")
    )]
    pub(crate) enable_io: bool,
    /// How many events of sockets are taken at once.
    #[cfg(feature = "net")]
    pub(crate) io_batches: crate::driver::Batches,
    /// Whether tasks may wait for moments.
    #[cfg_attr(
        not(feature = "time"),
        allow(dead_code, reason = "asked for where there are timers")
    )]
    pub(crate) enable_time: bool,
    /// After how many polls a worker looks in at the driver at the latest.
    pub(crate) event_interval: u32,
    /// After how many tasks the injector comes first once.
    pub(crate) injector_interval: u32,
    /// Whether its clock is paused from the beginning.
    #[cfg(feature = "test-util")]
    pub(crate) start_paused: bool,
    /// The name of the next thread.
    pub(crate) thread_name: Arc<dyn Fn() -> String + Send + Sync>,
    /// The size of a thread's stack, in bytes.
    pub(crate) thread_stack_size: Option<usize>,
    pub(crate) on_thread_start: Option<Callback>,
    pub(crate) on_thread_stop: Option<Callback>,
    pub(crate) on_thread_park: Option<Callback>,
    pub(crate) on_thread_unpark: Option<Callback>,
    pub(crate) on_stuck: Option<OnStuck>,
    /// Who is told of tasks, if anybody is.
    pub(crate) task_hooks: Option<Arc<TaskHooks>>,
    /// What to do when nothing can wake anybody who waits here.
    pub(crate) on_deadlock: OnDeadlock,
    /// Tells what the tasks wait for.
    pub(crate) describe: Describe,
    /// Whether it is that of a test, whose harness waits for it on the main thread.
    pub(crate) is_test: bool,
    /// What is measured of polls.
    pub(crate) measured: Measured,
    /// How often to print how the scheduler is, if at all.
    pub(crate) schedtrace: Option<Duration>,
    /// The number of the runtime.
    pub(crate) number: NonZeroU64,
    /// What the runtime is called.
    pub(crate) name: Option<String>,
    /// Whether it is a tool of this crate's own, which is not told of among the program's.
    pub(crate) is_internal: bool,
    /// The tasks that stay on one thread, if the runtime has such.
    pub(crate) local_tasks: Option<Arc<LocalTasks>>,
    /// What is entered with the runtime.
    pub(crate) guest: Guest,
}

impl Config {
    /// A thread as it was asked for. Runs foreign code, for the name.
    fn thread(&self) -> std::thread::Builder {
        let mut name = String::from(DEFAULT_THREAD_NAME);
        contain(|| name = (self.thread_name)());
        self.unnamed_thread().name(name)
    }

    /// A thread with the stack that was asked for.
    pub(crate) fn unnamed_thread(&self) -> std::thread::Builder {
        let builder = std::thread::Builder::new();
        match self.thread_stack_size {
            Some(size) => builder.stack_size(size),
            None => builder,
        }
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("worker_threads", &self.worker_threads)
            .field("starts_threads", &self.starts_threads)
            .field("thread_stack_size", &self.thread_stack_size)
            .field("max_blocking_threads", &self.max_blocking_threads)
            .field("thread_keep_alive", &self.thread_keep_alive)
            .finish_non_exhaustive()
    }
}

/// Runs `f` with the schedulers of all runtimes of the program that have not ended.
#[cfg(any(feature = "debug-page", feature = "signal"))]
pub(crate) fn with_all<R>(f: impl FnOnce(Vec<&Arc<Scheduler>>) -> R) -> R {
    Monitor::of_this_process().with_the_programs(f)
}

/// A number that no other task of this process has, nor had.
///
/// Threads take them from the shared counter in blocks, so that spawning does not contend for it.
#[inline]
pub(crate) fn next_task_id() -> u64 {
    const BLOCK: u64 = 1 << 12;
    static NEXT_BLOCK: AtomicU64 = AtomicU64::new(1);
    thread_local! {
        static NEXT: Cell<u64> = const { Cell::new(0) };
    }
    let mut id = NEXT.get();
    if id.is_multiple_of(BLOCK) {
        id = NEXT_BLOCK.fetch_add(1, Relaxed) * BLOCK + 1;
    }
    NEXT.set(id + 1);
    id
}
