//! Users' functions that are told of tasks.
//!
//! They stand among the `observers` of each worker, behind one pointer, of which each has a copy. They are foreign code: called
//! under no lock, and contained.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use crate::cell::Header;
use crate::util::contain::contain;

/// A function that is told the number of a task and where it was spawned.
pub(crate) type TaskHook = Arc<dyn Fn(u64, &'static Location<'static>) + Send + Sync>;

#[derive(Clone, Default)]
pub(crate) struct TaskHooks {
    pub(crate) on_spawn: Option<TaskHook>,
    pub(crate) before_poll: Option<TaskHook>,
    pub(crate) after_poll: Option<TaskHook>,
    pub(crate) on_terminate: Option<TaskHook>,
}

/// A task, for longer than it lasts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told {
    id: u64,
    spawned_at: &'static Location<'static>,
}

impl Told {
    pub(super) fn new(id: u64, spawned_at: &'static Location<'static>) -> Self {
        Self { id, spawned_at }
    }

    pub(super) fn of(header: &Header) -> Self {
        Self::new(header.id(), header.spawned_at())
    }

    pub(super) fn id(self) -> u64 {
        self.id
    }

    #[cold]
    fn to(self, hook: &Option<TaskHook>) {
        if let Some(hook) = hook {
            contain(|| hook(self.id, self.spawned_at));
        }
    }
}

impl TaskHooks {
    /// These, if there is any.
    pub(crate) fn shared(&self) -> Option<Arc<Self>> {
        let all = [&self.on_spawn, &self.before_poll, &self.after_poll, &self.on_terminate];
        all.into_iter().any(Option::is_some).then(|| Arc::new(self.clone()))
    }

    /// A task is about to be made.
    pub(super) fn spawns(&self, task: Told) {
        task.to(&self.on_spawn);
    }

    /// Polls a task by `poll`, which does not unwind.
    pub(super) fn around_poll<R>(&self, task: Told, poll: impl FnOnce() -> R) -> R {
        task.to(&self.before_poll);
        let result = poll();
        task.to(&self.after_poll);
        result
    }

    /// The future of a task is gone, and nobody knows its outcome yet.
    pub(super) fn terminates(&self, task: Told) {
        task.to(&self.on_terminate);
    }
}

impl fmt::Debug for TaskHooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskHooks").finish_non_exhaustive()
    }
}
