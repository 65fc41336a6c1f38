//! The wait for a notification, for whoever points to the `Notify` in whatever way.
//!
//! A task that has used up its budget is polled again soon, and its wait may not end before that. If there is nothing that
//! would end it, it queues at once: it would lose its turn to those who come in between.

use std::fmt;
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

use pin_project_lite::pin_project;

use super::Notify;
use super::core::Note;
use crate::coop::{self, WaitReason};
use crate::util::wait_list::Waiter;

pin_project! {
    /// What [`Notified`](super::Notified) and [`OwnedNotified`](super::OwnedNotified) are, and what other primitives
    /// wait with.
    #[must_use = "futures do nothing unless polled"]
    pub(crate) struct Wait<N: Deref<Target = Notify>> {
        notify: N,
        // The round in which this was made.
        round: u64,
        // It was notified, and knows it.
        done: bool,
        #[pin]
        waiter: Waiter<Note>,
    }

    impl<N: Deref<Target = Notify>> PinnedDrop for Wait<N> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if !this.waiter.is_idle() {
                this.notify.core.abandon(this.waiter);
            }
        }
    }
}

impl<N: Deref<Target = Notify>> Wait<N> {
    /// Begins to wait: a `notify_waiters` from now on ends it.
    #[inline]
    pub(crate) fn new(notify: N) -> Self {
        let round = notify.core.round();
        Self { notify, round, done: false, waiter: Waiter::new() }
    }

    /// Polls without a look at the budget, for primitives that take the unit themselves.
    pub(crate) fn poll_notified(self: Pin<&mut Self>, waker: &Waker) -> Poll<()> {
        let this = self.project();
        if !*this.done {
            ready!(this.notify.core.poll(*this.round, this.waiter, waker));
            *this.done = true;
        }
        Poll::Ready(())
    }

    #[cold]
    fn keep_turn(self: Pin<&mut Self>, waker: &Waker) {
        let this = self.project();
        if !*this.done {
            this.notify.core.keep_turn(*this.round, this.waiter, waker);
        }
    }

    /// See [`Notified::enable`](super::Notified::enable).
    pub(super) fn enable(self: Pin<&mut Self>) -> bool {
        let this = self.project();
        *this.done = *this.done || this.notify.core.enable(*this.round, this.waiter);
        *this.done
    }
}

impl<N: Deref<Target = Notify>> Future for Wait<N> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Poll::Ready(unit) = coop::poll_proceed(cx) else {
            self.keep_turn(cx.waker());
            return Poll::Pending;
        };
        ready!(coop::waits(WaitReason::Notify, self.poll_notified(cx.waker())));
        unit.made_progress();
        Poll::Ready(())
    }
}

impl<N: Deref<Target = Notify>> fmt::Debug for Wait<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wait").field("done", &self.done).finish_non_exhaustive()
    }
}
