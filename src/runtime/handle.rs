//! References to a runtime.

use std::error::Error;
use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::panic::Location;
use std::sync::Arc;

use super::{Id, RuntimeMetrics};
use crate::cell::Origin;
#[cfg(feature = "debug-page")]
use crate::scheduler;
use crate::scheduler::{Scheduler, context};
use crate::task::{JoinHandle, started};

/// A reference to a runtime, to spawn on it from anywhere.
///
/// It does not keep the runtime from ending: what is spawned after its end is cancelled at once.
#[derive(Debug, Clone)]
pub struct Handle {
    scheduler: Arc<Scheduler>,
}

/// Whether a runtime starts threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RuntimeFlavor {
    /// Tasks run in `block_on`, on one thread at a time.
    CurrentThread,
    /// Tasks run on several threads.
    MultiThread,
}

/// The error of [`Handle::try_current`]: the thread is in no runtime.
#[derive(Debug)]
pub struct TryCurrentError(());

/// Leaves the entered runtime when it is dropped.
///
/// Guards of one thread must be dropped in the reverse order of their making.
#[derive(Debug)]
#[must_use = "dropping the guard leaves the runtime at once"]
pub struct EnterGuard<'a> {
    _entered: context::Entered,
    runtime: PhantomData<&'a Handle>,
}

impl Handle {
    pub(super) fn new(scheduler: Arc<Scheduler>) -> Self {
        Self { scheduler }
    }

    pub(crate) fn scheduler(&self) -> &Arc<Scheduler> {
        &self.scheduler
    }

    /// The runtime that this thread is in.
    ///
    /// # Panics
    ///
    /// If it is in none. The global runtime does not count until one is in it.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::Handle;
    ///
    /// runtime::block_on(async {
    ///     let handle = Handle::current();
    ///     std::thread::spawn(move || handle.block_on(async { /* from a foreign thread */ }))
    ///         .join()
    ///         .unwrap();
    /// });
    /// ```
    #[track_caller]
    pub fn current() -> Self {
        // Not in a closure, which would hide the caller from the panic.
        match Self::try_current() {
            Ok(handle) => handle,
            Err(error) => panic!("{error}"),
        }
    }

    /// The runtime that this thread is in.
    ///
    /// # Errors
    ///
    /// If it is in none.
    pub fn try_current() -> Result<Self, TryCurrentError> {
        context::current().map(Self::new).ok_or(TryCurrentError(()))
    }

    /// Spawns a task on this runtime; see [`runtime::spawn`](crate::spawn).
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.spawn_at(future, Location::caller())
    }

    #[inline]
    pub(crate) fn spawn_at<F>(&self, future: F, origin: impl Into<Origin>) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        JoinHandle::new(self.scheduler.spawn(future, origin))
    }

    /// Calls a closure that may block on a thread of this runtime's own for such; see
    /// [`task::spawn_blocking`](crate::task::spawn_blocking).
    ///
    /// # Panics
    ///
    /// If there is no such thread yet and the system starts none.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::Handle;
    ///
    /// runtime::block_on(async {
    ///     let size = Handle::current().spawn_blocking(|| std::fs::metadata("Cargo.toml").map(|m| m.len()));
    ///     assert!(size.await.unwrap().unwrap() > 0);
    /// });
    /// ```
    #[track_caller]
    pub fn spawn_blocking<F, R>(&self, f: F) -> JoinHandle<R>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        started(self.spawn_blocking_at(f, Location::caller()))
    }

    pub(crate) fn spawn_blocking_at<F, R>(
        &self,
        f: F,
        origin: impl Into<Origin>,
    ) -> io::Result<JoinHandle<R>>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        self.scheduler.spawn_blocking(f, origin).map(JoinHandle::new)
    }

    /// Runs a future to its end on the calling thread; see [`Runtime::block_on`](super::Runtime::block_on).
    ///
    /// If the runtime has ended, or ends meanwhile, the future is polled all the same, but tasks that it waits
    /// for are cancelled.
    ///
    /// # Panics
    ///
    /// If the future does, and where [`Runtime::block_on`](super::Runtime::block_on) does.
    #[track_caller]
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.scheduler.block_on(future)
    }

    /// Makes this the runtime that `spawn` means, on this thread, until the guard is dropped.
    ///
    /// # Panics
    ///
    /// When the guard is dropped before one that was made later.
    pub fn enter(&self) -> EnterGuard<'_> {
        EnterGuard { _entered: context::enter(&self.scheduler), runtime: PhantomData }
    }

    /// What the runtime has counted, and goes on counting.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::Handle;
    ///
    /// runtime::block_on(async {
    ///     let metrics = Handle::current().metrics();
    ///     println!("{} tasks wait for any worker", metrics.global_queue_depth());
    /// });
    /// ```
    pub fn metrics(&self) -> RuntimeMetrics {
        RuntimeMetrics::new(self.scheduler.clone())
    }

    /// The number of the runtime, to tell it from others.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::Runtime;
    ///
    /// let (one, other) = (Runtime::new()?, Runtime::new()?);
    /// assert_eq!(one.handle().id(), one.handle().clone().id());
    /// assert_ne!(one.handle().id(), other.handle().id());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn id(&self) -> Id {
        Id::new(self.scheduler.config().number)
    }

    /// What the runtime is called, if it was given a [name](super::Builder::name).
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.scheduler.config().name.as_deref()
    }

    /// Runs `f` with the handles of all runtimes of the program that have not ended, in the order in which they were built.
    #[cfg(feature = "debug-page")]
    pub(crate) fn with_all<R>(f: impl FnOnce(&[Self]) -> R) -> R {
        scheduler::with_all(|all| {
            let mut handles: Vec<_> = all.into_iter().cloned().map(Self::new).collect();
            handles.sort_by_key(|handle| handle.scheduler.config().number);
            f(&handles)
        })
    }

    /// Whether the runtime starts threads.
    pub fn runtime_flavor(&self) -> RuntimeFlavor {
        if self.scheduler.config().starts_threads {
            RuntimeFlavor::MultiThread
        } else {
            RuntimeFlavor::CurrentThread
        }
    }
}

impl TryCurrentError {
    /// Whether the thread is in no runtime: always so.
    pub fn is_missing_context(&self) -> bool {
        true
    }

    /// Whether the thread ends and has forgotten in which runtime it was: never so, as that is known here until a thread's
    /// last destructor has run.
    pub fn is_thread_local_destroyed(&self) -> bool {
        false
    }
}

impl fmt::Display for TryCurrentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "this thread is in no runtime: call this inside a task, inside `block_on`, or after `Runtime::enter`",
        )
    }
}

impl Error for TryCurrentError {}
