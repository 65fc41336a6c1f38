//! Tasks with a name.

use std::io;
use std::panic::Location;

use super::local::spawn_local_at;
use super::{JoinHandle, LocalSet};
use crate::cell::{Name, Origin};
use crate::runtime::{self, Handle};

/// Starts tasks with a name.
///
/// A [`dump`](mod@crate::dump) tells the name. A task with one takes 24 bytes more, and an allocation for the name; the others pay
/// nothing. Every function starts one task; each is an [`io::Result`], as in Tokio, but fails in [`spawn_blocking`](Self::spawn_blocking)
/// and [`spawn_blocking_on`](Self::spawn_blocking_on) alone.
///
/// # Examples
///
/// ```
/// use runtime::dump::WaitReason;
/// use runtime::task;
///
/// runtime::block_on(async {
///     let (tx, rx) = runtime::sync::oneshot::channel::<()>();
///     let task = task::Builder::new().name("reaper").spawn(rx)?;
///     let find = || runtime::dump().tasks().any(|task| {
///         task.name() == Some("reaper") && task.reason() == Some(WaitReason::OneshotReceive)
///     });
///     while !find() {
///         task::yield_now().await; // it was not polled so far
///     }
///     # drop(tx);
///     # assert!(task.await.unwrap().is_err());
///     # Ok::<(), std::io::Error>(())
/// })
/// # .unwrap();
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[must_use = "a builder starts no task until it is told to"]
pub struct Builder<'a> {
    name: Option<&'a str>,
}

impl<'a> Builder<'a> {
    /// Without a name so far.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives the task a name. Several may have the same.
    pub fn name(&self, name: &'a str) -> Self {
        Self { name: Some(name) }
    }

    /// Where the task comes from, if it is spawned there.
    fn origin(self, spawned_at: &'static Location<'static>) -> Origin {
        Origin::new(spawned_at, self.name.map(Name::new))
    }

    /// As [`task::spawn`](super::spawn).
    ///
    /// # Errors
    ///
    /// None.
    #[track_caller]
    pub fn spawn<F>(self, future: F) -> io::Result<JoinHandle<F::Output>>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        Ok(runtime::spawn(future, self.origin(Location::caller())))
    }

    /// As [`Handle::spawn`].
    ///
    /// # Errors
    ///
    /// None.
    #[track_caller]
    pub fn spawn_on<F>(self, future: F, handle: &Handle) -> io::Result<JoinHandle<F::Output>>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        Ok(handle.spawn_at(future, self.origin(Location::caller())))
    }

    /// As [`task::spawn_local`](super::spawn_local).
    ///
    /// # Errors
    ///
    /// None.
    ///
    /// # Panics
    ///
    /// Where that does.
    #[track_caller]
    pub fn spawn_local<F>(self, future: F) -> io::Result<JoinHandle<F::Output>>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        Ok(spawn_local_at(future, self.origin(Location::caller())))
    }

    /// As [`LocalSet::spawn_local`].
    ///
    /// # Errors
    ///
    /// None.
    #[track_caller]
    pub fn spawn_local_on<F>(self, future: F, set: &LocalSet) -> io::Result<JoinHandle<F::Output>>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        Ok(set.spawn_local_at(future, self.origin(Location::caller())))
    }

    /// As [`task::spawn_blocking`](super::spawn_blocking).
    ///
    /// # Errors
    ///
    /// If the pool has no thread yet and the system starts none.
    #[track_caller]
    pub fn spawn_blocking<F, R>(self, f: F) -> io::Result<JoinHandle<R>>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        runtime::spawn_blocking(f, self.origin(Location::caller()))
    }

    /// As [`Handle::spawn_blocking`].
    ///
    /// # Errors
    ///
    /// If the pool has no thread yet and the system starts none.
    #[track_caller]
    pub fn spawn_blocking_on<F, R>(self, f: F, handle: &Handle) -> io::Result<JoinHandle<R>>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        handle.spawn_blocking_at(f, self.origin(Location::caller()))
    }
}
