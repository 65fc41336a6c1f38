//! A set of tasks that stay on the thread that made it.

use std::fmt;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::cell::Origin;
use crate::coop::{self, WaitReason};
use crate::runtime::Runtime;
use crate::scheduler::{LocalOwner, context};
use crate::task::JoinHandle;

/// Runs tasks on the thread that made it; their futures need not be `Send`.
///
/// The set is no thread and no runtime. Its tasks run while somebody polls it: while [`run_until`](Self::run_until) is awaited, in
/// [`block_on`](Self::block_on), or while the set itself is awaited, which ends when all of its tasks have. What polls it
/// cannot be a task of a multi-thread runtime, since that may move: it is the future of a `block_on`, or `main`.
///
/// # What local tasks may do
///
/// Whatever other tasks may. They wait for sockets and moments of the runtime in which the set is polled, [`spawn`] others there,
/// and [`spawn_local`] more of their kind. They are woken, aborted and joined from any thread, but their futures are polled
/// and dropped on that of the set in every case.
///
/// # What is not promised
///
/// There is no second thread that could stand in: a local task that blocks or computes for long stalls the others of its set, and
/// what it is polled beside. It is told to yield like any other, and reported to [`on_stuck`]; but nobody retakes from it. For
/// the same reason [`block_on`](crate::block_on) and `block_in_place` panic inside a local task.
///
/// # Fairness and cost
///
/// Tasks run in the order in which they were woken, each with a budget of its own. After 61 polls, or a few milliseconds, the set lets
/// the rest of its thread have its turn. A task costs one allocation; to wake one is a short lock, on any thread.
///
/// # Dropping
///
/// Drops all of its tasks on the spot, wherever they wait. If another thread is in the middle of waking one, it waits until that
/// is done, which takes no longer than to wake it. A set may be kept in a thread-local.
///
/// [`spawn`]: crate::spawn
/// [`spawn_local`]: super::spawn_local
/// [`on_stuck`]: crate::Builder::on_stuck
///
/// # Examples
///
/// ```
/// use std::cell::RefCell;
/// use std::rc::Rc;
///
/// use runtime::task::LocalSet;
///
/// let runtime = runtime::Runtime::new()?;
/// let words = Rc::new(RefCell::new(Vec::new()));
/// let set = LocalSet::new();
/// for word in ["one", "two"] {
///     let words = words.clone();
///     set.spawn_local(async move { words.borrow_mut().push(word) });
/// }
/// runtime.block_on(set); // until both are done
/// assert_eq!(*words.borrow(), ["one", "two"]);
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct LocalSet {
    owner: LocalOwner,
}

/// Makes [`spawn_local`](super::spawn_local) mean another set, or none, again when it is dropped.
///
/// Guards of one thread must be dropped in the reverse order of their making.
#[derive(Debug)]
#[must_use = "dropping the guard leaves the set at once"]
pub struct LocalEnterGuard {
    _entered: context::EnteredLocal,
}

impl LocalSet {
    /// An empty set for the tasks of this thread.
    #[must_use]
    pub fn new() -> Self {
        Self { owner: LocalOwner::of_no_runtime() }
    }

    /// Makes this the set that [`spawn_local`](super::spawn_local) means, on this thread, until the guard is dropped.
    ///
    /// What is spawned runs when the set is polled.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::task::{self, LocalSet};
    ///
    /// let set = LocalSet::new();
    /// let task = {
    ///     let _guard = set.enter();
    ///     task::spawn_local(async { 42 })
    /// };
    /// assert_eq!(runtime::block_on(set.run_until(task)).unwrap(), 42);
    /// ```
    pub fn enter(&self) -> LocalEnterGuard {
        LocalEnterGuard { _entered: context::enter_local(self.owner.tasks()) }
    }

    /// Starts a task of this set; it runs when the set is polled.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::task::LocalSet;
    ///
    /// let set = LocalSet::new();
    /// let task = set.spawn_local(async { 42 });
    /// assert_eq!(runtime::block_on(set.run_until(task)).unwrap(), 42);
    /// ```
    #[track_caller]
    pub fn spawn_local<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        self.spawn_local_at(future, Location::caller())
    }

    #[track_caller]
    pub(in crate::task) fn spawn_local_at<F>(
        &self,
        future: F,
        origin: impl Into<Origin>,
    ) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        JoinHandle::new(self.owner.tasks().spawn(future, origin))
    }

    /// Runs a future to its end on this thread, and the tasks of the set beside it.
    ///
    /// Tasks that are left then go on when the set is polled again.
    ///
    /// # Panics
    ///
    /// If the future does, and where [`Runtime::block_on`] does.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::task::{self, LocalSet};
    ///
    /// let runtime = runtime::Runtime::new()?;
    /// let answer = LocalSet::new().block_on(&runtime, async {
    ///     task::spawn_local(async { 42 }).await.unwrap()
    /// });
    /// assert_eq!(answer, 42);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn block_on<F: Future>(&self, runtime: &Runtime, future: F) -> F::Output {
        runtime.block_on(self.run_until(future))
    }

    /// Awaits a future, and runs the tasks of the set beside it.
    ///
    /// The future has the budget of the task that awaits it. Several futures may be run at the same time; each of them runs
    /// the tasks when it is polled.
    ///
    /// # Cancel safety
    ///
    /// As the future. The tasks stay in the set.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::task::{self, LocalSet};
    ///
    /// # runtime::block_on(async {
    /// let set = LocalSet::new();
    /// let answer = set.run_until(async { task::spawn_local(async { 42 }).await }).await;
    /// assert_eq!(answer.unwrap(), 42);
    /// # });
    /// ```
    pub async fn run_until<F: Future>(&self, future: F) -> F::Output {
        self.owner.run_until(future).await
    }
}

/// Runs the tasks of the set until none is left.
impl Future for LocalSet {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        coop::waits(WaitReason::LocalSet, self.owner.poll_all(cx))
    }
}

impl Default for LocalSet {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for LocalSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LocalSet").field(self.owner.tasks()).finish()
    }
}
