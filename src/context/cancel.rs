//! What cancels a context.

use std::error::Error;
use std::sync::Arc;

use super::error::{ContextError, Why};
use super::node::Node;

/// Cancels the context that it was made with; clones cancel the same.
///
/// Dropping it does nothing: the context then lives until its parent ends, or nobody has it any more. If it should be
/// cancelled on every way out, use [`cancel_on_drop`](Self::cancel_on_drop).
#[derive(Clone, Debug)]
pub struct CancelHandle {
    node: Arc<Node>,
}

impl CancelHandle {
    pub(super) fn new(node: Arc<Node>) -> Self {
        Self { node }
    }

    /// Cancels the context and all below it; says whether it had not ended before.
    ///
    /// When this returns `true`, all of them have ended and all tasks that waited for it are woken.
    ///
    /// # Panics
    ///
    /// Panics with the first panic of a waker, after all have been woken.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::context::{Context, ContextError};
    ///
    /// let (ctx, cancel) = Context::background().with_cancel();
    /// assert!(cancel.cancel());
    /// assert!(!cancel.cancel());
    /// assert_eq!(ctx.err(), Some(ContextError::Cancelled));
    /// ```
    pub fn cancel(&self) -> bool {
        self.node.cancel(Why::is(ContextError::Cancelled))
    }

    /// As [`cancel`](Self::cancel), with a cause that [`Context::cause`](super::Context::cause) tells.
    ///
    /// # Panics
    ///
    /// As [`cancel`](Self::cancel).
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::context::Context;
    ///
    /// let (ctx, cancel) = Context::background().with_cancel();
    /// cancel.cancel_with("the user hung up");
    /// assert_eq!(ctx.cause().unwrap().to_string(), "the user hung up");
    /// assert_eq!(ctx.err().unwrap().to_string(), "context cancelled");
    /// ```
    pub fn cancel_with(&self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> bool {
        let cause = Some(Arc::from(cause.into()));
        self.node.cancel(Why { error: ContextError::Cancelled, cause })
    }

    /// Turns this into a guard that cancels the context when it is dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::context::Context;
    ///
    /// let (ctx, cancel) = Context::background().with_cancel();
    /// {
    ///     let _guard = cancel.cancel_on_drop();
    ///     assert!(ctx.err().is_none());
    /// }
    /// assert!(ctx.err().is_some());
    /// ```
    pub fn cancel_on_drop(self) -> CancelGuard {
        CancelGuard { handle: Some(self) }
    }
}

/// Cancels a context when it is dropped; made by [`CancelHandle::cancel_on_drop`].
#[derive(Debug)]
#[must_use = "dropping it at once cancels the context"]
pub struct CancelGuard {
    /// Taken by `disarm`.
    handle: Option<CancelHandle>,
}

impl CancelGuard {
    /// The handle, without the guard: dropping it does nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::context::Context;
    ///
    /// let (ctx, cancel) = Context::background().with_cancel();
    /// drop(cancel.cancel_on_drop().disarm());
    /// assert!(ctx.err().is_none());
    /// ```
    pub fn disarm(mut self) -> CancelHandle {
        self.handle.take().expect("a guard that was disarmed is gone")
    }
}

impl Drop for CancelGuard {
    fn drop(&mut self) {
        if let Some(handle) = &self.handle {
            handle.cancel();
        }
    }
}
