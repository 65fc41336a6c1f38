//! Tasks for hyper.

use ::hyper::rt;

/// Runs the futures that hyper starts as tasks.
///
/// They go to the runtime that the thread is in, else to the global one, as those of [`spawn`](crate::spawn) do.
/// HTTP/2 needs an executor; HTTP/1 starts no tasks.
///
/// # Examples
///
/// ```
/// use hyper::rt::Executor as _;
/// use runtime::sync::oneshot;
///
/// # runtime::block_on(async {
/// let (sender, receiver) = oneshot::channel();
/// runtime::hyper::Executor::new().execute(async { sender.send("done").unwrap() });
/// assert_eq!(receiver.await, Ok("done"));
/// # });
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Executor {}

impl Executor {
    /// Makes one; they are all alike.
    pub const fn new() -> Self {
        Self {}
    }
}

impl<F> rt::Executor<F> for Executor
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    fn execute(&self, future: F) {
        drop(crate::spawn(future));
    }
}
