//! The owner of a scheduler.

use std::panic::Location;
use std::time::Duration;

use super::{EnterGuard, Handle, RuntimeMetrics};
use crate::task::JoinHandle;
use crate::trace;

/// Owns the threads and the tasks of one runtime, and ends them when it is dropped.
///
/// # Dropping
///
/// The futures of all suspended tasks are dropped, and so are blocking closures for which no thread is free. Polls and closures
/// that are running, or about to, are waited for, but not longer than [`Runtime::DROP_WAITS`], so that one which never returns does not
/// hang the program; it keeps its thread. A runtime may be dropped from anywhere. Inside a task or `block_on` (of this or
/// another runtime), or inside one of its own blocking closures, dropping it does not wait at all, as with
/// [`shutdown_background`](Self::shutdown_background).
///
/// # Examples
///
/// ```
/// let runtime = runtime::Runtime::new()?;
/// let answer = runtime.spawn(async { 6 * 7 });
/// assert_eq!(runtime.block_on(answer).unwrap(), 42);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Runtime {
    handle: Handle,
    /// For how long its end waits for polls and closures.
    pub(super) waits: Duration,
    /// For how long it waits for writes that were accepted, if that is longer.
    waits_for_writes: Duration,
}

impl Runtime {
    /// For how long dropping a runtime waits for polls and blocking closures that do not return.
    pub const DROP_WAITS: Duration = Duration::from_secs(1);

    /// A multi-thread runtime with the default settings, and all that tasks can wait for.
    ///
    /// # Errors
    ///
    /// As [`Builder::build`](super::Builder::build).
    #[cfg(feature = "rt-multi-thread")]
    pub fn new() -> std::io::Result<Self> {
        super::Builder::new_multi_thread().enable_all().build()
    }

    pub(super) fn new_with(handle: Handle) -> Self {
        trace::runtime_built();
        Self { handle, waits: Self::DROP_WAITS, waits_for_writes: Duration::ZERO }
    }

    /// A reference to this runtime that can be cloned and given to other threads.
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// What the runtime has counted, and goes on counting; see [`Handle::metrics`].
    pub fn metrics(&self) -> RuntimeMetrics {
        self.handle.metrics()
    }

    /// Spawns a task on this runtime; see [`runtime::spawn`](crate::spawn).
    ///
    /// On a current-thread runtime it runs when somebody is in [`block_on`](Self::block_on).
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.handle.spawn_at(future, Location::caller())
    }

    /// Calls a closure that may block on a thread of the runtime's own for such; see
    /// [`task::spawn_blocking`](crate::task::spawn_blocking).
    ///
    /// # Panics
    ///
    /// If there is no such thread yet and the system starts none.
    ///
    /// # Examples
    ///
    /// ```
    /// let runtime = runtime::Runtime::new()?;
    /// let sum = runtime.spawn_blocking(|| (1..=1_000_u64).sum::<u64>());
    /// assert_eq!(runtime.block_on(sum).unwrap(), 500_500);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn spawn_blocking<F, R>(&self, f: F) -> JoinHandle<R>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        self.handle.spawn_blocking(f)
    }

    /// Runs a future to its end on the calling thread, which runs tasks of the runtime meanwhile.
    ///
    /// Several threads may be in `block_on` of one runtime. The future need not be `Send` or `'static`. Tasks that are left
    /// when it ends go on on other threads, or, in a current-thread runtime, with the next `block_on`.
    ///
    /// # Panics
    ///
    /// If the future does. Inside a task of a current-thread runtime, whose only thread this would block. And inside another
    /// task or `block_on`, if no thread could replace this one, since [`max_blocking_threads`] are in use. And in another
    /// process than that which built the runtime.
    ///
    /// [`max_blocking_threads`]: super::Builder::max_blocking_threads
    #[track_caller]
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.handle.block_on(future)
    }

    /// As [`block_on`](Self::block_on), but leaves the tasks to other threads, where the runtime has any.
    #[cfg(feature = "macros")]
    #[track_caller]
    pub(crate) fn block_on_aside<F: Future>(&self, future: F) -> F::Output {
        self.handle.scheduler().block_on_aside(future)
    }

    /// Makes this the runtime that `spawn` means, on this thread, until the guard is dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// let runtime = runtime::Runtime::new()?;
    /// let _guard = runtime.enter();
    /// let task = runtime::spawn(async { "on that runtime" }); // not on the global one
    /// assert_eq!(runtime.block_on(task).unwrap(), "on that runtime");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn enter(&self) -> EnterGuard<'_> {
        self.handle.enter()
    }

    /// Ends the runtime, and waits for running polls and blocking closures for at most so long.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let runtime = runtime::Runtime::new()?;
    /// runtime.spawn(std::future::pending::<()>());
    /// runtime.shutdown_timeout(Duration::from_millis(100)); // the task is dropped
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn shutdown_timeout(mut self, duration: Duration) {
        self.waits = duration;
    }

    /// Its end is that of main, which waits for nothing but writes that were accepted.
    #[cfg(feature = "macros")]
    pub(crate) fn ends_with_main(&mut self) {
        (self.waits, self.waits_for_writes) = (Duration::ZERO, Self::DROP_WAITS);
    }

    /// Ends the runtime without waiting for running polls or blocking closures.
    pub fn shutdown_background(self) {
        self.shutdown_timeout(Duration::ZERO);
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        self.handle.scheduler().shut_down(self.waits, self.waits_for_writes);
        trace::runtime_ended();
    }
}
