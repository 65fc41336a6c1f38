//! What a program is told of its tasks.

use std::marker::PhantomData;
use std::panic::Location;
use std::sync::Arc;

use super::Builder;
use crate::scheduler::TaskHook;
use crate::task::Id;

/// The task that a hook is told of; see [`Builder::on_task_spawn`].
#[derive(Debug)]
pub struct TaskMeta<'a> {
    id: Id,
    spawned_at: &'static Location<'static>,
    /// It may come to borrow from the task.
    task: PhantomData<&'a ()>,
}

impl TaskMeta<'_> {
    /// The number of the task, as its [`JoinHandle`](crate::task::JoinHandle) tells it.
    pub fn id(&self) -> Id {
        self.id
    }

    /// Where the task was spawned.
    pub fn spawned_at(&self) -> &'static Location<'static> {
        self.spawned_at
    }
}

fn hook<F>(f: F) -> Option<TaskHook>
where
    F: Fn(&TaskMeta<'_>) + Send + Sync + 'static,
{
    Some(Arc::new(move |id, spawned_at| {
        f(&TaskMeta { id: Id::new(id), spawned_at, task: PhantomData });
    }))
}

impl Builder {
    /// Calls `f` before a task is spawned, on the thread that spawns it.
    ///
    /// # What hooks are told of
    ///
    /// This holds for all four hooks of tasks. They are told of what is [spawned](crate::spawn) on the runtime, also by
    /// a `JoinSet`, a `Group` or `main`, whose body is a task where it can be. They are not told of local tasks, of
    /// closures that block, nor of the future of a `block_on`.
    ///
    /// Of one task they are told in this order: `on_task_spawn`; then for each poll
    /// [`on_before_task_poll`](Self::on_before_task_poll) and [`on_after_task_poll`](Self::on_after_task_poll), with
    /// [`on_task_terminate`](Self::on_task_terminate) before the last of these if the task ends in the poll. The first poll may begin as soon
    /// as `on_task_spawn` has returned. A task that is aborted, or dropped with its runtime, may end without a poll.
    ///
    /// A hook is called while nothing is locked, and may spawn. What it does, the task does: its time is the
    /// poll's, and others wait for it. A panic of it is contained. Each method replaces the hook that was set by it before; a runtime
    /// without hooks pays nothing for them, or, where another one of the process has some, a look for its own at each poll.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
    ///
    /// let alive = Arc::new(AtomicUsize::new(0));
    /// let (spawned, ended) = (alive.clone(), alive.clone());
    /// let runtime = runtime::Builder::new_current_thread()
    ///     .on_task_spawn(move |task| {
    ///         println!("{} comes from {}", task.id(), task.spawned_at());
    ///         spawned.fetch_add(1, SeqCst);
    ///     })
    ///     .on_task_terminate(move |_| {
    ///         ended.fetch_sub(1, SeqCst);
    ///     })
    ///     .build()?;
    /// let task = runtime.spawn(async {});
    /// assert_eq!(alive.load(SeqCst), 1);
    /// runtime.block_on(task).unwrap();
    /// assert_eq!(alive.load(SeqCst), 0);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn on_task_spawn<F>(&mut self, f: F) -> &mut Self
    where
        F: Fn(&TaskMeta<'_>) + Send + Sync + 'static,
    {
        self.task_hooks.on_spawn = hook(f);
        self
    }

    /// Calls `f` before a task is polled, on the thread that polls it; see [`on_task_spawn`](Self::on_task_spawn).
    ///
    /// [`task::id`](crate::task::id) is the task's here. The turn in which an aborted task is dropped counts as a poll.
    pub fn on_before_task_poll<F>(&mut self, f: F) -> &mut Self
    where
        F: Fn(&TaskMeta<'_>) + Send + Sync + 'static,
    {
        self.task_hooks.before_poll = hook(f);
        self
    }

    /// Calls `f` after a task was polled, on the thread that polled it; see [`on_task_spawn`](Self::on_task_spawn).
    ///
    /// By then the task may be polled again by another thread, and who waits for it may know that it has ended.
    pub fn on_after_task_poll<F>(&mut self, f: F) -> &mut Self
    where
        F: Fn(&TaskMeta<'_>) + Send + Sync + 'static,
    {
        self.task_hooks.after_poll = hook(f);
        self
    }

    /// Calls `f` once a task has ended; see [`on_task_spawn`](Self::on_task_spawn).
    ///
    /// That is: once its future has been dropped, however it ended, and before anybody who waits for the task learns of it. It is called on
    /// the thread on which the future was dropped: a worker's, or that which ended the runtime.
    pub fn on_task_terminate<F>(&mut self, f: F) -> &mut Self
    where
        F: Fn(&TaskMeta<'_>) + Send + Sync + 'static,
    {
        self.task_hooks.on_terminate = hook(f);
        self
    }
}
