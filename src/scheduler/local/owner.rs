//! The one thread's half: spawning, polling and ending its tasks.

use std::cell::Cell;
use std::marker::PhantomData;
use std::mem;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::run_until::RunUntil;
use super::tasks::{self, LocalHome, LocalTasks};
use crate::cell::{self, JoinRef, Origin};
use crate::coop;
use crate::scheduler::{Measured, context, next_task_id};
use crate::spans;
use crate::trace;
use crate::util::process::Process;

/// So many tasks are polled in one poll of a driver, whose own task then goes behind others.
const PER_POLL: usize = 61;

/// So many drivers run tasks inside one another: a task may poll a driver in turn.
const DEEPEST: u32 = 8;

/// The right to run the tasks, for the thread that made it.
#[derive(Debug)]
pub(crate) struct LocalOwner {
    tasks: Arc<LocalTasks>,
    /// The number of the next driver; 0 is for the owner itself.
    next_driver: Cell<u64>,
    /// How many drivers run tasks at the moment, each but the first inside a task of the one before.
    depth: Cell<u32>,
    /// Where the tasks were made.
    process: Process,
    not_send: PhantomData<*const ()>,
}

impl LocalTasks {
    /// Spawns a task.
    ///
    /// # Panics
    ///
    /// On another thread than that which runs them.
    #[track_caller]
    pub(crate) fn spawn<F>(
        self: &Arc<Self>,
        future: F,
        origin: impl Into<Origin>,
    ) -> JoinRef<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        assert!(
            self.is_here(),
            "Local tasks can only be spawned on a LocalRuntime from the thread the runtime was created on"
        );
        self.spawned.add(1);
        let (id, mut origin) = (next_task_id(), origin.into());
        origin.is_timed = self.timing.as_ref().is_some_and(|timing| timing.needs_queue_times());
        let future = spans::task(
            future,
            spans::Task { kind: "local", id, spawned_at: origin.spawned_at, name: origin.name() },
        );
        let home = LocalHome(self.clone());
        // SAFETY: this is the thread that alone runs and drops the tokens of these tasks: by invariant 1 they come out of the
        // queue in `LocalOwner` alone, which stays on its thread; and what `push` drops, it drops here.
        let (task, join) = unsafe { cell::spawn_unchecked(future, home, id, origin) };
        task.header().trace(trace::spawn);
        self.push(task);
        join
    }
}

impl LocalOwner {
    pub(crate) fn new() -> Self {
        Self::measuring(Measured::default())
    }

    /// Of whose tasks this is measured.
    pub(crate) fn measuring(measured: Measured) -> Self {
        Self {
            tasks: LocalTasks::new(measured),
            next_driver: Cell::new(1),
            depth: Cell::new(0),
            process: Process::current(),
            not_send: PhantomData,
        }
    }

    /// One whose tasks belong to no runtime, and so are told of with those of each.
    pub(crate) fn of_no_runtime() -> Self {
        let owner = Self::new();
        tasks::list(&owner.tasks);
        owner
    }

    pub(crate) fn tasks(&self) -> &Arc<LocalTasks> {
        &self.tasks
    }

    /// Makes a driver that is done when the future is.
    pub(crate) fn run_until<F: Future>(&self, future: F) -> RunUntil<'_, F> {
        RunUntil::new(self, self.next_driver.replace(self.next_driver.get() + 1), future)
    }

    /// Polls a driver: first what is its own, `poll`, then tasks.
    pub(super) fn drive<R>(
        &self,
        number: u64,
        cx: &mut Context<'_>,
        poll: impl FnOnce(&mut Context<'_>) -> Poll<R>,
        is_over: impl FnOnce() -> Poll<R>,
    ) -> Poll<R> {
        context::drive(&self.tasks, || {
            if let Poll::Ready(result) = poll(cx) {
                return Poll::Ready(result);
            }
            if self.run_some() {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            let over = is_over();
            if over.is_pending() && !self.tasks.queue.rest(number, cx.waker()) {
                cx.waker().wake_by_ref();
            }
            over
        })
    }

    /// The driver that is done when no task is left.
    pub(crate) fn poll_all(&self, cx: &mut Context<'_>) -> Poll<()> {
        // No task is queued then: one in another thread's hands is in the set (invariant 3).
        let is_over = || match self.tasks.suspended.len() {
            0 => Poll::Ready(()),
            _ => Poll::Pending,
        };
        let poll = self.drive(0, cx, |_| Poll::Pending, is_over);
        if poll.is_ready() {
            self.leave(0);
        }
        poll
    }

    /// A driver that is done, or dropped.
    pub(super) fn leave(&self, number: u64) {
        self.tasks.queue.leave(number);
    }

    /// Polls tasks, but not for too long; whether some may be left.
    ///
    /// Deep inside others it leaves them to those: were each task to poll a driver, the stack would grow with their number.
    fn run_some(&self) -> bool {
        let depth = self.depth.get();
        if depth == DEEPEST {
            return self.tasks.queue.len() > 0;
        }
        self.depth.set(depth + 1);
        let are_left = self.run_some_here();
        self.depth.set(depth); // no task unwinds
        are_left
    }

    fn run_some_here(&self) -> bool {
        for _ in 0..PER_POLL {
            let Some(task) = self.tasks.queue.pop() else { return false };
            self.tasks.run(task);
            if coop::is_flagged() {
                break;
            }
        }
        true
    }
}

impl LocalOwner {
    /// Drops all tasks. What is spawned from now on is dropped at once.
    ///
    /// In a child process the tasks of its parent stay as they are. What they are dropped for would be done twice, and another
    /// thread may have had the lock, or a token.
    pub(crate) fn end(&self) {
        if self.process != Process::current() {
            return mem::forget(self.tasks.clone());
        }
        let tasks = &*self.tasks;
        let LocalTasks { queue, suspended, .. } = tasks;
        context::drive(&self.tasks, || {
            suspended.close().into_iter().for_each(|task| tasks.cancel(task));
            loop {
                std::iter::from_fn(|| queue.pop()).for_each(|task| tasks.cancel(task));
                if suspended.len() > 0 {
                    queue.wait();
                } else if queue.close_if_empty() {
                    return;
                }
            }
        });
    }
}

impl Drop for LocalOwner {
    fn drop(&mut self) {
        self.end();
    }
}
