//! The futures that users see.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::Notify;
use super::wait::Wait;

pin_project! {
    /// Future of [`Notify::notified`].
    ///
    /// It waits from the moment it was made for [`Notify::notify_waiters`], and from its first poll, or
    /// [`enable`](Self::enable), for [`Notify::notify_one`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Notified<'a> {
        #[pin]
        pub(super) wait: Wait<&'a Notify>,
    }
}

impl Notified<'_> {
    /// Takes a place in the queue, as the first poll would, and says whether the future is ready.
    ///
    /// After this a [`Notify::notify_one`] finds it waiting. That matters where a task looks at a state between making
    /// the future and awaiting it, and several tasks do so: a single permit is kept, so of two notifications that come
    /// before either polls, one would be lost.
    ///
    /// It is ready, and stays so, if it has been notified or if there was a permit, which this takes. A permit that
    /// was taken in this way is used up, even if the future is dropped then.
    ///
    /// # Examples
    ///
    /// A list without a lock to wait on, from which many tasks take:
    ///
    /// ```
    /// use std::collections::VecDeque;
    /// use std::pin::pin;
    /// use std::sync::Mutex;
    ///
    /// use runtime::sync::Notify;
    ///
    /// #[derive(Default)]
    /// struct Queue {
    ///     list: Mutex<VecDeque<u32>>,
    ///     pushed: Notify,
    /// }
    ///
    /// impl Queue {
    ///     fn push(&self, value: u32) {
    ///         self.list.lock().unwrap().push_back(value);
    ///         self.pushed.notify_one();
    ///     }
    ///
    ///     async fn pop(&self) -> u32 {
    ///         loop {
    ///             let mut pushed = pin!(self.pushed.notified());
    ///             pushed.as_mut().enable(); // before the look
    ///             if let Some(value) = self.list.lock().unwrap().pop_front() {
    ///                 return value;
    ///             }
    ///             pushed.await;
    ///         }
    ///     }
    /// }
    ///
    /// runtime::block_on(async {
    ///     let queue = Queue::default();
    ///     queue.push(3);
    ///     assert_eq!(queue.pop().await, 3);
    /// });
    /// ```
    pub fn enable(self: Pin<&mut Self>) -> bool {
        self.project().wait.enable()
    }
}

impl Future for Notified<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().wait.poll(cx)
    }
}

pin_project! {
    /// Future of [`Notify::notified_owned`]: a [`Notified`] that shares its `Notify` and borrows nothing.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct OwnedNotified {
        #[pin]
        pub(super) wait: Wait<Arc<Notify>>,
    }
}

impl OwnedNotified {
    /// As [`Notified::enable`].
    ///
    /// # Examples
    ///
    /// ```
    /// use std::pin::pin;
    /// use std::sync::Arc;
    ///
    /// use runtime::sync::Notify;
    ///
    /// let notify = Arc::new(Notify::new());
    /// let mut notified = pin!(notify.clone().notified_owned());
    /// assert!(!notified.as_mut().enable());
    /// notify.notify_one();
    /// assert!(notified.enable());
    /// ```
    pub fn enable(self: Pin<&mut Self>) -> bool {
        self.project().wait.enable()
    }
}

impl Future for OwnedNotified {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().wait.poll(cx)
    }
}
