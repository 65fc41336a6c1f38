//! Waiting for a future, but not for ever.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;

use super::error::Elapsed;
use super::{Instant, Sleep, sleep, sleep_until};
use crate::coop;

/// Waits for a future until `duration` has gone by, and gives up on it then.
///
/// The time runs from this call on. The future is polled first and the time looked at after it, so a future that is
/// ready is never late. One that never returns from a poll cannot be given up on. What was given up on is dropped
/// with the [`Timeout`]; to keep it, pass `&mut future`.
///
/// # Cancel safety
///
/// As the inner future: dropping this drops it.
///
/// # Errors
///
/// [`Elapsed`] if the time was over first.
///
/// # Panics
///
/// When it is polled and the future is not ready, if the runtime was built without timers, or the one where it
/// waits has ended.
///
/// # Examples
///
/// ```
/// use runtime::time::{self, Duration};
///
/// runtime::block_on(async {
///     let never = std::future::pending::<()>();
///     assert!(time::timeout(Duration::from_millis(1), never).await.is_err());
/// });
/// ```
pub fn timeout<F: IntoFuture>(duration: Duration, future: F) -> Timeout<F::IntoFuture> {
    Timeout { inner: future.into_future(), delay: sleep(duration) }
}

/// Waits for a future until `deadline`, and gives up on it then.
///
/// Otherwise as [`timeout`](timeout()). The future is polled once, even if the deadline is over.
///
/// # Cancel safety
///
/// As the inner future: dropping this drops it.
///
/// # Errors
///
/// [`Elapsed`] if the deadline was over first.
///
/// # Panics
///
/// When it is polled and the future is not ready, if the runtime was built without timers, or the one where it
/// waits has ended.
///
/// # Examples
///
/// ```
/// use runtime::time::{self, Duration, Instant};
///
/// runtime::block_on(async {
///     let deadline = Instant::now() + Duration::from_secs(60); // for both
///     assert_eq!(time::timeout_at(deadline, async { "tick" }).await, Ok("tick"));
///     assert_eq!(time::timeout_at(deadline, async { "tock" }).await, Ok("tock"));
/// });
/// ```
pub fn timeout_at<F: IntoFuture>(deadline: Instant, future: F) -> Timeout<F::IntoFuture> {
    Timeout { inner: future.into_future(), delay: sleep_until(deadline) }
}

pin_project! {
    /// Future of [`timeout`](timeout()) and [`timeout_at`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless they are polled or awaited"]
    pub struct Timeout<F> {
        #[pin]
        inner: F,
        #[pin]
        delay: Sleep,
    }
}

impl<F> Timeout<F> {
    /// The inner future.
    pub fn get_ref(&self) -> &F {
        &self.inner
    }

    /// The inner future, to be changed.
    pub fn get_mut(&mut self) -> &mut F {
        &mut self.inner
    }

    /// The inner future, without a timeout.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::time::{self, Duration};
    ///
    /// let timeout = time::timeout(Duration::from_secs(1), std::future::ready(42));
    /// assert_eq!(runtime::block_on(timeout.into_inner()), 42);
    /// ```
    pub fn into_inner(self) -> F {
        self.inner
    }
}

impl<F: Future> Future for Timeout<F> {
    type Output = Result<F::Output, Elapsed>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let had_budget = coop::has_budget_remaining();
        if let Poll::Ready(output) = coop::watched(|| this.inner.poll(cx)) {
            return Poll::Ready(Ok(output));
        }
        // If the inner future spends the whole budget in each of its polls, there is never a unit left for the delay.
        let delay = coop::aside(|| match had_budget && !coop::has_budget_remaining() {
            true => coop::with_unlimited(|| this.delay.poll(cx)),
            false => this.delay.poll(cx),
        });
        delay.map(|()| Err(Elapsed::new()))
    }
}
