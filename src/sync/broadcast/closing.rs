//! The future that waits for the last receiver to go.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use super::channel::Channel;
use crate::coop::{self, WaitReason};
use crate::util::wait_list::Waiter;

pin_project! {
    /// Future of [`Sender::closed`](super::Sender::closed).
    #[must_use = "futures do nothing unless polled"]
    pub(super) struct Closing<'a, T> {
        channel: &'a Channel<T>,
        #[pin]
        waiter: Waiter<()>,
    }

    impl<T> PinnedDrop for Closing<'_, T> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            this.channel.cancel_closed(this.waiter);
        }
    }
}

impl<'a, T> Closing<'a, T> {
    pub(super) fn new(channel: &'a Channel<T>) -> Self {
        Self { channel, waiter: Waiter::new() }
    }
}

impl<T> Future for Closing<'_, T> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let unit = ready!(coop::poll_proceed(cx));
        let this = self.project();
        let closed = this.channel.poll_closed(this.waiter, cx.waker());
        ready!(coop::waits(WaitReason::ChannelClosed, closed));
        unit.made_progress();
        Poll::Ready(())
    }
}
