//! A runtime for tasks that stay on one thread.

use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use super::{Builder, EnterGuard, Handle, Runtime, RuntimeMetrics};
use crate::scheduler::{LocalOwner, LocalTasks, context};
use crate::task::JoinHandle;

/// A current-thread runtime whose tasks need not be `Send`: [`spawn_local`](crate::task::spawn_local) works in all of it, without a
/// [`LocalSet`](crate::task::LocalSet).
///
/// It stays on the thread that made it. Its [`Handle`] may go elsewhere, to spawn tasks that are `Send`; these may run wherever
/// somebody is in [`Handle::block_on`], while local tasks run in [`block_on`](Self::block_on) of this type alone. What a `LocalSet`
/// says of its tasks holds for them too, and so does what it does not promise.
///
/// # Dropping
///
/// Drops the local tasks on the spot, inside the runtime, and then the rest as [`Runtime`] does.
///
/// # Examples
///
/// ```
/// use std::rc::Rc;
///
/// use runtime::runtime::LocalRuntime;
/// use runtime::task;
///
/// let runtime = LocalRuntime::new()?;
/// let answer = runtime.block_on(async {
///     let shared = Rc::new(42);
///     task::spawn_local(async move { *shared }).await.unwrap()
/// });
/// assert_eq!(answer, 42);
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct LocalRuntime {
    owner: LocalOwner,
    runtime: Runtime,
}

/// What can be chosen of a [`LocalRuntime`] alone: nothing so far.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct LocalOptions {
    /// So that functions that stay on the thread can be added.
    not_send: PhantomData<*const ()>,
}

/// The local tasks of the runtime that this thread is in, if it has such.
pub(crate) fn local_tasks() -> Option<Arc<LocalTasks>> {
    context::current()?.config().local_tasks.clone()
}

impl LocalRuntime {
    /// A local runtime with the default settings, and all that tasks can wait for.
    ///
    /// # Errors
    ///
    /// As [`Builder::build_local`].
    pub fn new() -> io::Result<Self> {
        Builder::new_current_thread().enable_all().build_local(LocalOptions::default())
    }

    pub(super) fn new_with(owner: LocalOwner, runtime: Runtime) -> Self {
        Self { owner, runtime }
    }

    /// A reference to this runtime that can be cloned and given to other threads.
    ///
    /// Its [`spawn`](Handle::spawn) asks for tasks that are `Send`.
    pub fn handle(&self) -> &Handle {
        self.runtime.handle()
    }

    /// What the runtime has counted, of local tasks too.
    pub fn metrics(&self) -> RuntimeMetrics {
        self.runtime.metrics()
    }

    /// Starts a task on this thread, whose future need not be `Send`; it runs in [`block_on`](Self::block_on).
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::LocalRuntime;
    ///
    /// let runtime = LocalRuntime::new()?;
    /// let task = runtime.spawn_local(async { 42 });
    /// assert_eq!(runtime.block_on(task).unwrap(), 42);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn spawn_local<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        JoinHandle::new(self.owner.tasks().spawn(future, Location::caller()))
    }

    /// Calls a closure that may block on a thread of the runtime's own for such; see
    /// [`task::spawn_blocking`](crate::task::spawn_blocking).
    ///
    /// # Panics
    ///
    /// If there is no such thread yet and the system starts none.
    #[track_caller]
    pub fn spawn_blocking<F, R>(&self, f: F) -> JoinHandle<R>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        self.runtime.spawn_blocking(f)
    }

    /// Runs a future to its end on this thread, which runs the runtime's tasks meanwhile.
    ///
    /// Tasks that are left when it ends go on with the next call.
    ///
    /// # Panics
    ///
    /// If the future does, and where [`Runtime::block_on`] does.
    #[track_caller]
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(self.owner.run_until(future))
    }

    /// Makes this the runtime that `spawn` and `spawn_local` mean, on this thread, until the guard is dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::LocalRuntime;
    /// use runtime::task;
    ///
    /// let runtime = LocalRuntime::new()?;
    /// let task = {
    ///     let _guard = runtime.enter();
    ///     task::spawn_local(async { 42 })
    /// };
    /// assert_eq!(runtime.block_on(task).unwrap(), 42);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn enter(&self) -> EnterGuard<'_> {
        self.runtime.enter()
    }

    /// Ends the runtime, and waits for blocking closures, and for polls on other threads, for at most so long.
    pub fn shutdown_timeout(mut self, duration: Duration) {
        self.runtime.waits = duration;
    }

    /// As [`Runtime::ends_with_main`].
    #[cfg(feature = "macros")]
    pub(crate) fn ends_with_main(&mut self) {
        self.runtime.ends_with_main();
    }

    /// Ends the runtime without waiting for blocking closures, or polls on other threads.
    pub fn shutdown_background(self) {
        self.shutdown_timeout(Duration::ZERO);
    }
}

impl Drop for LocalRuntime {
    fn drop(&mut self) {
        // What local tasks do when they are dropped is done inside the runtime.
        let _entered = self.runtime.enter();
        self.owner.end();
    }
}

impl fmt::Debug for LocalRuntime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalRuntime")
            .field("local_tasks", self.owner.tasks())
            .field("runtime", &self.runtime)
            .finish()
    }
}

// As a runtime: foreign code runs under none of the locks, and its panics are contained.
impl std::panic::UnwindSafe for LocalRuntime {}
impl std::panic::RefUnwindSafe for LocalRuntime {}
