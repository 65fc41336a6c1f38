//! A future without a budget.

use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::coop;

pin_project! {
    /// Future of [`unconstrained`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Unconstrained<F> {
        #[pin]
        inner: F,
    }
}

impl<F: Future> Future for Unconstrained<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let inner = self.project().inner;
        coop::with_unlimited(|| inner.poll(cx))
    }
}

/// Polls a future without the cooperative budget.
///
/// Inside it, leaf operations never return `Pending` just to let other tasks run. The future can
/// then keep its worker as long as its leaves are ready, so this is for code that is known to wait
/// soon.
///
/// # Cancel safety
///
/// As the inner future.
///
/// # Examples
///
/// ```
/// use runtime::task;
///
/// runtime::block_on(async {
///     let sum = task::unconstrained(async {
///         let mut sum = 0;
///         for n in 0..1_000 {
///             task::consume_budget().await; // never yields in here
///             sum += n;
///         }
///         sum
///     });
///     assert_eq!(sum.await, 499_500);
/// });
/// ```
pub fn unconstrained<F>(inner: F) -> Unconstrained<F> {
    Unconstrained { inner }
}
