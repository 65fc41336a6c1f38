//! The dump as a whole.

use std::fmt;

use super::{TaskDump, TaskKind, TaskState, WorkerDump};
use crate::cell::Glimpse;
use crate::runtime::{Handle, StuckTask, global};
use crate::scheduler::{Survey, context};

/// Tells what all tasks of the runtime that this thread is in do; else those of the global one.
///
/// [The module](mod@crate::dump) has an example, and tells what is seen and what is not. It may be called from anywhere, in a task too;
/// it blocks the thread for a while if there are very many tasks.
///
/// # Panics
///
/// In a child that was forked off inside a task: its runtime is the parent's.
#[must_use]
#[track_caller]
pub fn dump() -> Dump {
    match context::current() {
        Some(scheduler) => Dump::new(scheduler.survey()),
        None => global().handle().dump(),
    }
}

impl Handle {
    /// Tells what all tasks of this runtime do, its workers, and whatever else it has: see [`dump`](mod@crate::dump).
    ///
    /// # Panics
    ///
    /// In a child that was forked off the process of this runtime.
    ///
    /// # Examples
    ///
    /// ```
    /// let runtime = runtime::Runtime::new()?;
    /// let dump = runtime.handle().dump();
    /// assert_eq!(dump.tasks().count(), 0);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    #[track_caller]
    pub fn dump(&self) -> Dump {
        Dump::new(self.scheduler().survey())
    }

    /// What the workers do now, without a look at the tasks.
    #[cfg(feature = "debug-page")]
    pub(crate) fn workers_now(&self) -> Vec<WorkerDump> {
        self.scheduler().posts().iter().map(WorkerDump::new).collect()
    }
}

/// What there was in a runtime at one moment; a value of its own, which refers to nothing there.
///
/// Its text, by `Display`, has those tasks together that are alike in all but their numbers, the largest group first, and then
/// the workers and the rest. With the feature `serde` it can be serialized, task by task.
#[derive(Clone)]
pub struct Dump {
    survey: Survey,
    workers: Vec<WorkerDump>,
}

/// The threads for closures that block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct BlockingDump {
    /// How many threads there are.
    pub threads: usize,
    /// How many of them have nothing to do.
    pub idle: usize,
    /// How many closures wait for one.
    pub queued: usize,
}

/// What is waited for from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct DriverDump {
    /// How many sockets, pipes and the like are registered with the system.
    pub registrations: usize,
    /// How many timers are set.
    pub timers: usize,
}

/// What the monitor did, which watches over polls that take long.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct MonitorDump {
    /// Permits that were taken from tasks that blocked their thread.
    pub blocked_retakes: u64,
    /// Permits that were taken from tasks that computed for long.
    pub computing_retakes: u64,
    /// How often one was left to a task, since there might be no thread more.
    pub refused_retakes: u64,
    /// The poll that was seen to take longest.
    pub longest_poll: Option<StuckTask>,
}

impl Dump {
    pub(super) fn new(survey: Survey) -> Self {
        let workers = survey.workers.iter().map(WorkerDump::new).collect();
        Self { survey, workers }
    }

    /// Every task that is known, every closure of the blocking pool (of those that wait, the first 256), and the futures of
    /// the calls of `block_on`; in no order.
    pub fn tasks(&self) -> impl Iterator<Item = TaskDump<'_>> {
        let tasks = self.survey.tasks.iter().map(|task| self.task(task));
        let running = self.survey.running.iter();
        tasks.chain(running.map(|(task, elapsed)| TaskDump::called(task, *elapsed)))
    }

    /// A task, with the worker that polls it if one does.
    fn task<'a>(&'a self, task: &'a Glimpse) -> TaskDump<'a> {
        let found = TaskDump::new(task);
        if found.state() == TaskState::Waiting {
            return found;
        }
        let polls = |worker: &&WorkerDump| worker.polls(task);
        found.polled_by(self.workers.iter().find(polls))
    }

    /// Tasks of the runtime that have not ended and are not listed: they have not waited so far.
    #[must_use]
    pub fn unlisted(&self) -> usize {
        self.survey.unlisted.own
    }

    /// Likewise of each [`LocalSet`](crate::task::LocalSet) of the process.
    #[must_use]
    pub fn unlisted_local(&self) -> usize {
        self.survey.unlisted.local
    }

    /// Tasks that wait in the queue which all workers share; those that wait in a worker's own are with it.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.survey.injected
    }

    /// Local tasks that wait in the queue of the thread that runs them: those of the runtime, and of each
    /// [`LocalSet`](crate::task::LocalSet) of the process.
    #[must_use]
    pub fn queued_local(&self) -> usize {
        self.survey.queued_local
    }

    /// How many tasks may run at a time.
    #[must_use]
    pub fn worker_threads(&self) -> usize {
        self.survey.permits
    }

    /// Every worker that was ever needed.
    #[must_use]
    pub fn workers(&self) -> &[WorkerDump] {
        &self.workers
    }

    /// The blocking pool.
    #[must_use]
    pub fn blocking(&self) -> BlockingDump {
        let pool = &self.survey.pool;
        BlockingDump { threads: pool.threads, idle: pool.idle, queued: pool.jobs }
    }

    /// Sockets and timers.
    #[must_use]
    pub fn driver(&self) -> DriverDump {
        let Survey { registrations, timers, .. } = self.survey;
        DriverDump { registrations, timers }
    }

    /// The monitor.
    #[must_use]
    pub fn monitor(&self) -> MonitorDump {
        let retakes = self.survey.retakes;
        MonitorDump {
            blocked_retakes: retakes.from_blocked,
            computing_retakes: retakes.from_computing,
            refused_retakes: retakes.refused,
            longest_poll: self.survey.longest_poll.map(StuckTask::new),
        }
    }
}

impl fmt::Debug for Dump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dump")
            .field("tasks", &self.tasks().filter(|task| task.kind() == TaskKind::Task).count())
            .field("unlisted", &self.unlisted())
            .field("unlisted_local", &self.unlisted_local())
            .field("workers", &self.workers)
            .field("blocking", &self.blocking())
            .field("driver", &self.driver())
            .finish_non_exhaustive()
    }
}
