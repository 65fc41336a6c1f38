//! The handle of a context, and its children.

use std::fmt;
use std::sync::Arc;

use super::deadline::Deadline;
use super::error::Why;
use super::node::Node;
use super::{CancelHandle, Cause, ContextError, Done, Run};
#[cfg(feature = "time")]
use crate::time::{Duration, Instant};

/// Says whether work is still wanted, as Go's `context.Context` does; see the [module](super).
///
/// A handle: clones are cheap and stand for the same context.
#[derive(Clone, Default)]
pub struct Context {
    /// None for the one that never ends.
    node: Option<Arc<Node>>,
}

impl Context {
    /// The context above all others, which never ends.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::context::Context;
    ///
    /// assert!(Context::background().err().is_none());
    /// ```
    #[must_use]
    pub fn background() -> Self {
        Self::default()
    }

    /// A child that can be cancelled, and what cancels it.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::context::Context;
    ///
    /// let (parent, cancel_parent) = Context::background().with_cancel();
    /// let (child, cancel_child) = parent.with_cancel();
    /// let (other, _) = parent.with_cancel();
    /// cancel_child.cancel();
    /// assert!(child.err().is_some() && parent.err().is_none());
    /// cancel_parent.cancel();
    /// assert!(other.err().is_some());
    /// ```
    #[must_use = "a context that is dropped at once is of no use"]
    pub fn with_cancel(&self) -> (Self, CancelHandle) {
        self.child(self.limit())
    }

    /// A child that ends after `duration`, if it does not end before; the time runs from this call on.
    ///
    /// As [`with_deadline`](Self::with_deadline). Any duration will do: what is too long for the system's clock is as long
    /// as 30 years.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::context::{Context, ContextError};
    /// use runtime::time::Duration;
    ///
    /// runtime::block_on(async {
    ///     let (ctx, _cancel) = Context::background().with_timeout(Duration::from_millis(1));
    ///     assert_eq!(ctx.done().await, ContextError::DeadlineExceeded);
    /// });
    /// ```
    #[cfg(feature = "time")]
    #[must_use = "a context that is dropped at once is of no use"]
    pub fn with_timeout(&self, duration: Duration) -> (Self, CancelHandle) {
        self.with_deadline(Instant::now().later_by(duration))
    }

    /// A child that ends at `deadline`, if it does not end before.
    ///
    /// If the deadline of this context is earlier, it is the child's as well.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::context::Context;
    /// use runtime::time::{Duration, Instant};
    ///
    /// let soon = Instant::now() + Duration::from_secs(1);
    /// let (parent, _cancel) = Context::background().with_deadline(soon);
    /// let (child, _cancel) = parent.with_deadline(soon + Duration::from_secs(1));
    /// assert_eq!(child.deadline(), Some(soon));
    /// ```
    #[cfg(feature = "time")]
    #[must_use = "a context that is dropped at once is of no use"]
    pub fn with_deadline(&self, deadline: Instant) -> (Self, CancelHandle) {
        self.child(self.limit().or_at(deadline))
    }

    /// When this context ends at the latest, if there is such a moment.
    #[cfg(feature = "time")]
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.limit().get()
    }

    /// Waits for the end of this context, and tells how it ended.
    ///
    /// The future is not bound to the life of this handle. That of [`background`](Self::background) is never ready.
    ///
    /// # Cancel safety
    ///
    /// This is cancel safe: dropping the future has no effect on the context or on others that wait.
    ///
    /// # Panics
    ///
    /// When it is polled, if the context has a deadline and the runtime was built without timers, or the one where it
    /// waits has ended.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::chan;
    /// use runtime::context::Context;
    ///
    /// runtime::block_on(async {
    ///     let (ctx, cancel) = Context::background().with_cancel();
    ///     let (_tx, rx) = chan::bounded::<u32>(1);
    ///     cancel.cancel();
    ///     runtime::select! {
    ///         error = ctx.done() => println!("{error}"),
    ///         Some(n) = rx.recv() => println!("{n}"),
    ///     }
    /// });
    /// ```
    pub fn done(&self) -> Done {
        Done::new(self.node.clone())
    }

    /// How this context has ended, if it has.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::context::{Context, ContextError};
    ///
    /// # fn work() {}
    /// fn compute(ctx: &Context) -> Result<(), ContextError> {
    ///     for _ in 0..1_000 {
    ///         if let Some(error) = ctx.err() {
    ///             return Err(error);
    ///         }
    ///         work();
    ///     }
    ///     Ok(())
    /// }
    /// assert_eq!(compute(&Context::background()), Ok(()));
    /// ```
    #[must_use]
    pub fn err(&self) -> Option<ContextError> {
        self.why().map(|why| why.error)
    }

    /// Why this context has ended, if it has: what it, or the one above that ended first, was
    /// [cancelled with](CancelHandle::cancel_with), or else the same as [`err`](Self::err).
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::context::Context;
    ///
    /// let (parent, cancel) = Context::background().with_cancel();
    /// let (child, _) = parent.with_cancel();
    /// assert!(child.cause().is_none());
    /// cancel.cancel_with(std::io::Error::other("no disk"));
    /// assert!(child.cause().unwrap().downcast_ref::<std::io::Error>().is_some());
    /// ```
    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        self.why().map(Why::cause)
    }

    /// Runs a future until it is ready, or this context ends; then the future is dropped where it waits.
    ///
    /// The context is looked at before each poll, so a future is not even begun in one that has ended. One
    /// that never returns from a poll cannot be ended.
    ///
    /// # Cancel safety
    ///
    /// As the inner future: dropping this drops it.
    ///
    /// # Errors
    ///
    /// How the context ended, if it ended first.
    ///
    /// # Panics
    ///
    /// As [`done`](Self::done).
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::context::{Context, ContextError};
    ///
    /// runtime::block_on(async {
    ///     let (ctx, cancel) = Context::background().with_cancel();
    ///     assert_eq!(ctx.run(async { 42 }).await, Ok(42));
    ///     cancel.cancel();
    ///     assert_eq!(ctx.run(async { 42 }).await, Err(ContextError::Cancelled));
    /// });
    /// ```
    pub fn run<F: IntoFuture>(&self, future: F) -> Run<F::IntoFuture> {
        Run::new(future.into_future(), self.done())
    }

    fn child(&self, deadline: Deadline) -> (Self, CancelHandle) {
        let node = match &self.node {
            Some(parent) => Node::child(parent, deadline),
            None => Node::root(deadline),
        };
        (Self { node: Some(Arc::clone(&node)) }, CancelHandle::new(node))
    }

    /// The deadline of this context.
    fn limit(&self) -> Deadline {
        self.node.as_ref().map_or(Deadline::NONE, |node| node.deadline())
    }

    fn why(&self) -> Option<&Why> {
        self.node.as_ref()?.why_now()
    }

    /// How many children its table has room for.
    #[cfg(test)]
    pub(super) fn places(&self) -> usize {
        self.node.as_ref().map_or(0, |node| node.places())
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("node", &self.node).finish()
    }
}
