//! A future whose panic is an output.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::util::contain::contain;

/// What a member panicked with.
pub(super) type Payload = Box<dyn Any + Send>;

pin_project! {
    /// The inner future is dropped before this is ready, and its panics then are caught too: whoever learns of a panic must not be
    /// kept from it by another one on the way.
    pub(super) struct Caught<F> {
        #[pin]
        inner: Option<F>,
    }
}

impl<F> Caught<F> {
    pub(super) fn new(inner: F) -> Self {
        Self { inner: Some(inner) }
    }
}

impl<F: Future> Future for Caught<F> {
    type Output = Result<F::Output, Payload>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let inner = this.inner.as_mut().as_pin_mut().expect("it was polled after it was ready");
        let polled = catch_unwind(AssertUnwindSafe(|| inner.poll(cx)));
        let result = match polled {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(output)) => Ok(output),
            Err(payload) => Err(payload),
        };
        let dropped = catch_unwind(AssertUnwindSafe(|| this.inner.set(None)));
        Poll::Ready(match (result, dropped) {
            (Ok(_output), Err(payload)) => Err(payload),
            (result, Ok(())) => result,
            (Err(first), Err(second)) => {
                contain(|| drop(second));
                Err(first)
            }
        })
    }
}
