//! A future that ends with a context.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use super::Done;
use super::error::ContextError;
use crate::coop;

pin_project! {
    /// Future of [`Context::run`](super::Context::run).
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Run<F> {
        // Dropped as soon as it is over.
        #[pin]
        future: Option<F>,
        #[pin]
        done: Done,
    }
}

impl<F> Run<F> {
    pub(super) fn new(future: F, done: Done) -> Self {
        Self { future: Some(future), done }
    }
}

impl<F: Future> Future for Run<F> {
    type Output = Result<F::Output, ContextError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let future = this.future.as_mut().as_pin_mut();
        let future = future.expect("`Context::run` was polled after it was ready");
        let result = match coop::aside(|| this.done.poll_ended(cx)) {
            Poll::Ready(error) => Err(error),
            Poll::Pending => Ok(ready!(future.poll(cx))),
        };
        this.future.set(None);
        Poll::Ready(result)
    }
}
