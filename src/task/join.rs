//! Waiting for a task.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

use super::{AbortHandle, Id, JoinError};
use crate::cell::{Ended, JoinRef};
use crate::coop;

/// The right to a task's output. Awaiting it waits for the task's end.
///
/// Dropping it detaches the task, which runs on; to end it, call [`abort`](Self::abort).
///
/// # Errors
///
/// The output is a [`JoinError`] if the task panicked, was aborted, or its runtime ended before it did.
///
/// # Cancel safety
///
/// Safe: polled by reference (in a `select!`, say) it loses nothing when another branch wins.
///
/// # Panics
///
/// Polling it again after it returned the output panics.
///
/// # Examples
///
/// ```
/// # runtime::block_on(async {
/// let task = runtime::spawn(async { panic!("boom") });
/// let error = task.await.unwrap_err();
/// assert!(error.is_panic());
/// # });
/// ```
pub struct JoinHandle<T> {
    inner: JoinRef<T>,
}

impl<T> JoinHandle<T> {
    #[inline]
    pub(crate) fn new(inner: JoinRef<T>) -> Self {
        Self { inner }
    }

    /// Ends the task: its future is dropped instead of polled the next time.
    ///
    /// A task that is done already, or that becomes done in the poll that is running now, keeps its output; so does a closure
    /// of [`spawn_blocking`](super::spawn_blocking) that has begun. The task's own runtime drops the future, not this call;
    /// await the handle to know that it happened.
    ///
    /// # Examples
    ///
    /// ```
    /// # runtime::block_on(async {
    /// let task = runtime::spawn(std::future::pending::<()>());
    /// task.abort();
    /// assert!(task.await.unwrap_err().is_cancelled());
    /// # });
    /// ```
    pub fn abort(&self) {
        self.inner.abort();
    }

    /// Whether the task is done.
    ///
    /// This can be false for a short time after the task's last effect was seen, also after [`abort`](Self::abort).
    pub fn is_finished(&self) -> bool {
        self.inner.header().is_complete()
    }

    /// A handle that can abort the task, and outlives this one.
    pub fn abort_handle(&self) -> AbortHandle {
        AbortHandle::new(self.inner.task())
    }

    /// The task's number.
    pub fn id(&self) -> Id {
        Id::new(self.inner.header().id())
    }

    /// The outcome, if the task is done. It leaves the waker of who waits for it where it is, and takes no unit.
    pub(super) fn try_join(&mut self) -> Poll<Result<T, JoinError>> {
        if !self.is_finished() {
            return Poll::Pending;
        }
        self.poll_joined(&mut Context::from_waker(Waker::noop()))
    }

    /// As `poll`, for an operation that takes its unit elsewhere.
    #[inline]
    pub(crate) fn poll_joined(&mut self, cx: &mut Context<'_>) -> Poll<Result<T, JoinError>> {
        let ended = ready!(self.inner.poll(cx));
        Poll::Ready(match ended {
            Ended::Output(output) => Ok(output),
            Ended::Panicked(payload) => Err(JoinError::panicked(self.id(), payload)),
            Ended::Aborted => Err(JoinError::cancelled(self.id())),
        })
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let unit = ready!(coop::poll_proceed(cx));
        let output = ready!(self.poll_joined(cx));
        unit.made_progress();
        Poll::Ready(output)
    }
}

// The output is not pinned inside the handle.
impl<T> Unpin for JoinHandle<T> {}

impl<T> std::panic::UnwindSafe for JoinHandle<T> {}

impl<T> std::panic::RefUnwindSafe for JoinHandle<T> {}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("JoinHandle").field(&self.inner).finish()
    }
}
