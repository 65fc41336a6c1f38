//! A driver with a future of its own.

use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::LocalOwner;

pin_project! {
    /// Polls a future, and local tasks beside it, until the future is done.
    #[must_use = "futures do nothing unless polled"]
    pub(crate) struct RunUntil<'a, F> {
        #[pin]
        future: F,
        driver: Number<'a>,
    }
}

/// The number of a driver, which leaves when this is dropped.
struct Number<'a> {
    owner: &'a LocalOwner,
    number: u64,
}

impl Drop for Number<'_> {
    fn drop(&mut self) {
        self.owner.leave(self.number);
    }
}

impl<'a, F: Future> RunUntil<'a, F> {
    pub(super) fn new(owner: &'a LocalOwner, number: u64, future: F) -> Self {
        Self { future, driver: Number { owner, number } }
    }
}

impl<F: Future> Future for RunUntil<'_, F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let Number { owner, number } = this.driver;
        owner.drive(*number, cx, |cx| this.future.poll(cx), || Poll::Pending)
    }
}
