//! What a member runs: what it was given, and a bell behind that.

use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::bells::Bell;

pin_project! {
    /// A future with a bell.
    pub(super) struct Member<F> {
        #[pin]
        future: F,
        // Dropped last, so that it rings when all of the future is gone.
        bell: Bell,
    }
}

impl<F> Member<F> {
    pub(super) fn new(future: F, bell: Bell) -> Self {
        Self { future, bell }
    }
}

impl<F: Future> Future for Member<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.project().future.poll(cx)
    }
}
