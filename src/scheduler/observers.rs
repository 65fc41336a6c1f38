//! Who is told of tasks: users' hooks, and histograms.
//!
//! Most runtimes have none of them. So all stand behind one pointer, of which each worker has one, and are looked for where anybody
//! [watches](crate::util::watch) what tasks do: what nobody observes pays one branch for each spawn, poll and end, however many kinds of
//! observers there are.

use super::task_hooks::{TaskHooks, Told};
use super::timing::Timing;
use super::{Config, context};
use crate::cell::{Header, Runnable};
use crate::coop;
use crate::util::watch::Watcher;
use std::panic::Location;
use std::sync::Arc;

/// Those of one worker. Hooks are not told of local tasks, which have but their `timing`.
#[derive(Debug)]
pub(super) struct Observers {
    hooks: Option<Arc<TaskHooks>>,
    timing: Option<Timing>,
    _watcher: Watcher,
}

impl Observers {
    /// Those that a runtime has, if it has any, for one of its workers.
    pub(super) fn of_worker(config: &Config) -> Option<Box<Self>> {
        let (hooks, timing) = (config.task_hooks.clone(), Timing::new(config.measured));
        let is_any = hooks.is_some() || timing.is_some();
        is_any.then(|| Box::new(Self { hooks, timing, _watcher: Watcher::new() }))
    }

    /// What is measured, if anything is.
    pub(super) fn timing(&self) -> Option<&Timing> {
        self.timing.as_ref()
    }

    /// A task is about to be made. Whether it is to be noted when it is queued.
    #[cold]
    pub(super) fn spawns(&self, id: u64, spawned_at: &'static Location<'static>) -> bool {
        if let Some(hooks) = &self.hooks {
            hooks.spawns(Told::new(id, spawned_at));
        }
        self.timing.as_ref().is_some_and(Timing::needs_queue_times)
    }

    /// Polls a task, with a full budget; whether it has ended. By the worker's thread.
    // Not inlined: the loop of the worker is to have one poll in it.
    #[cold]
    #[inline(never)]
    pub(super) fn poll(&self, task: Runnable) -> bool {
        let told = Told::of(task.header());
        let queued_at = task.queued_at();
        let poll = || coop::with_budget(|| task.run());
        let poll = || match &self.hooks {
            None => poll(),
            Some(hooks) => hooks.around_poll(told, poll),
        };
        context::poll_as(told.id(), || match &self.timing {
            None => poll(),
            Some(timing) => timing.around_poll(queued_at, poll),
        })
    }

    /// The future of a task is gone, and nobody knows its outcome yet.
    #[cold]
    pub(super) fn terminates(&self, task: &Header) {
        if let Some(hooks) = &self.hooks {
            hooks.terminates(Told::of(task));
        }
    }
}
