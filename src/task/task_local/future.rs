//! A future that carries a value along.

use std::fmt;
use std::marker::PhantomPinned;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::LocalKey;

pin_project! {
    /// Future of [`LocalKey::scope`].
    #[must_use = "futures do nothing unless polled"]
    pub struct TaskLocalFuture<T, F>
    where
        T: 'static,
    {
        key: &'static LocalKey<T>,
        value: Option<T>,
        // None once it is done: it is dropped where it still sees the value.
        #[pin]
        future: Option<F>,
        #[pin]
        pinned: PhantomPinned,
    }

    impl<T: 'static, F> PinnedDrop for TaskLocalFuture<T, F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            this.key.lend(this.value.as_ref(), || this.future.set(None));
        }
    }
}

impl<T: 'static, F> TaskLocalFuture<T, F> {
    pub(super) fn new(key: &'static LocalKey<T>, value: T, future: F) -> Self {
        Self { key, value: Some(value), future: Some(future), pinned: PhantomPinned }
    }

    /// Takes the value out; none if that was done before.
    ///
    /// It can be called before the future is polled, between polls, and when it is done. What is polled afterwards finds the key
    /// without a value.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::cell::Cell;
    ///
    /// runtime::task_local! {
    ///     static COUNT: Cell<u32>;
    /// }
    ///
    /// # runtime::block_on(async {
    /// let mut task = Box::pin(COUNT.scope(Cell::new(0), async {
    ///     for _ in 0..3 {
    ///         COUNT.with(|count| count.set(count.get() + 1));
    ///         runtime::task::yield_now().await;
    ///     }
    /// }));
    /// task.as_mut().await;
    /// assert_eq!(task.as_mut().take_value(), Some(Cell::new(3)));
    /// # });
    /// ```
    pub fn take_value(self: Pin<&mut Self>) -> Option<T> {
        self.project().value.take()
    }
}

impl<T: 'static, F: Future> Future for TaskLocalFuture<T, F> {
    type Output = F::Output;

    #[track_caller]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let (key, mut future) = (this.key, this.future);
        key.lend(this.value.as_ref(), || {
            let running = future.as_mut().as_pin_mut();
            let output = running.expect("a TaskLocalFuture was polled after it was done").poll(cx);
            if output.is_ready() {
                future.set(None);
            }
            output
        })
    }
}

impl<T: fmt::Debug + 'static, F> fmt::Debug for TaskLocalFuture<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskLocalFuture").field("value", &self.value).finish_non_exhaustive()
    }
}
