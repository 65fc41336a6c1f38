//! A foreign future that counts as one operation.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use crate::coop;

pin_project! {
    /// Future of [`cooperative`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Coop<F> {
        #[pin]
        inner: F,
    }
}

impl<F: Future> Future for Coop<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let unit = ready!(coop::poll_proceed(cx));
        let output = ready!(self.project().inner.poll(cx));
        unit.made_progress();
        Poll::Ready(output)
    }
}

/// Makes a future take one unit of the task's budget when it completes.
///
/// For futures that know nothing of the budget, and may be ready each time that one is made: those of another crate's
/// channels or buffers, say. While no unit is left the future is not polled at all, so it must not be one that has to be polled
/// in time. A future that takes units itself needs this not.
///
/// # Cancel safety
///
/// As the inner future.
///
/// # Examples
///
/// ```
/// use futures::channel::mpsc;
/// use futures::StreamExt;
/// use runtime::task::coop;
///
/// # runtime::block_on(async {
/// let (sender, mut receiver) = mpsc::unbounded();
/// (0..1_000).for_each(|n| sender.unbounded_send(n).unwrap());
/// drop(sender);
/// let mut sum = 0;
/// // A foreign channel: without this, the loop would not let others run until it is empty.
/// while let Some(n) = coop::cooperative(receiver.next()).await {
///     sum += n;
/// }
/// assert_eq!(sum, 499_500);
/// # });
/// ```
pub fn cooperative<F: Future>(future: F) -> Coop<F> {
    Coop { inner: future }
}
