//! One task of a dump.

use std::fmt;
use std::panic::Location;
use std::time::Duration;

use super::{WaitReason, WorkerDump};
use crate::cell::{Glimpse, Kind, Phase};
use crate::coop::Why;
use crate::task::Id;

/// A task as it was when the dump was made.
#[derive(Clone, Copy)]
pub struct TaskDump<'a> {
    glimpse: &'a Glimpse,
    /// Whether a thread is known that polls it.
    is_polled: bool,
    worker: Option<usize>,
    elapsed: Option<Duration>,
}

/// What a task of a dump is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum TaskKind {
    /// A task that any worker may run.
    Task,
    /// A task of a `LocalSet` or a `LocalRuntime`.
    Local,
    /// A closure of the blocking pool.
    Blocking,
    /// The future of a call of `block_on`.
    BlockOn,
}

/// What a task does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum TaskState {
    /// It is being polled, or a closure called.
    Running,
    /// It was woken, and waits for its turn; a closure, for a thread.
    Runnable,
    /// It waits, for [`TaskDump::reason`].
    Waiting,
}

impl<'a> TaskDump<'a> {
    pub(super) fn new(glimpse: &'a Glimpse) -> Self {
        Self { glimpse, is_polled: false, worker: None, elapsed: None }
    }

    /// A closure that has run for so long.
    pub(super) fn called(task: &'a Glimpse, elapsed: Duration) -> Self {
        Self { is_polled: true, elapsed: Some(elapsed), ..Self::new(task) }
    }

    /// The same task, polled by this worker.
    pub(super) fn polled_by(self, worker: Option<&WorkerDump>) -> Self {
        let Some(worker) = worker else { return self };
        let (index, elapsed) = (Some(worker.index()), worker.elapsed());
        Self { is_polled: true, worker: index, elapsed, ..self }
    }

    /// The task's number; none for the future of a `block_on`.
    #[must_use]
    pub fn id(&self) -> Option<Id> {
        (self.glimpse.kind != Kind::Root).then(|| Id::new(self.glimpse.id))
    }

    /// What it was called by [`task::Builder::name`](crate::task::Builder::name).
    #[must_use]
    pub fn name(&self) -> Option<&'a str> {
        self.glimpse.name.as_ref().map(|name| name.as_str())
    }

    /// The name of the future's type, or the closure's. For an `async` block this is where it stands, by module and function.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        (self.glimpse.type_name)()
    }

    /// Where it was spawned, or `block_on` called.
    #[must_use]
    pub fn spawned_at(&self) -> &'static Location<'static> {
        self.glimpse.spawned_at
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> TaskKind {
        match self.glimpse.kind {
            Kind::Task => TaskKind::Task,
            Kind::Local => TaskKind::Local,
            Kind::Closure => TaskKind::Blocking,
            Kind::Root => TaskKind::BlockOn,
        }
    }

    /// What it does.
    #[must_use]
    pub fn state(&self) -> TaskState {
        match self.glimpse.phase {
            _ if self.is_polled => TaskState::Running,
            Phase::Held => TaskState::Running,
            Phase::Woken(_) => TaskState::Runnable,
            Phase::Idle(_) => TaskState::Waiting,
        }
    }

    /// What it waits for; none if it does not wait.
    #[must_use]
    pub fn reason(&self) -> Option<WaitReason> {
        self.why().map(Why::reason)
    }

    /// Whether it waits with a limit, by `time::timeout`.
    #[must_use]
    pub fn has_timeout(&self) -> bool {
        self.why().is_some_and(Why::is_timed)
    }

    fn why(&self) -> Option<Why> {
        match self.glimpse.phase {
            Phase::Idle(why) if !self.is_polled => Some(why),
            _ => None,
        }
    }

    /// The number of the worker that polls it.
    #[must_use]
    pub fn worker(&self) -> Option<usize> {
        self.worker
    }

    /// For how long it has been running in this poll, as far as was seen: a poll is first seen up to 10 ms behind its begin.
    /// Of a closure this is exact.
    #[must_use]
    pub fn elapsed(&self) -> Option<Duration> {
        self.elapsed
    }
}

impl fmt::Debug for TaskDump<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskDump")
            .field("id", &self.id())
            .field("name", &self.name())
            .field("type_name", &self.type_name())
            .field("spawned_at", &format_args!("{}", self.spawned_at()))
            .field("kind", &self.kind())
            .field("state", &self.state())
            .field("reason", &self.reason())
            .field("has_timeout", &self.has_timeout())
            .field("worker", &self.worker)
            .field("elapsed", &self.elapsed)
            .finish()
    }
}
