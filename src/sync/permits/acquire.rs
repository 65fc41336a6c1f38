//! The future that takes permits.
//!
//! A task that has used up its budget is polled again soon, and may take nothing before that. If there is
//! something to be taken it asks again then. If not, it queues at once: it would lose its turn to those who ask
//! in between.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use super::core::{Permits, Share};
use crate::coop::{self, WaitReason};
use crate::util::wait_list::Waiter;

/// No permits are given out any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Closed;

pin_project! {
    /// Future of [`Permits::acquire`]. When it is ready the permits are the caller's to return.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub(crate) struct Acquire<'a> {
        permits: &'a Permits,
        n: u32,
        reason: WaitReason,
        // How often others were let go first (`convoy`).
        turns: u8,
        #[pin]
        waiter: Waiter<Share>,
    }

    impl PinnedDrop for Acquire<'_> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if !this.waiter.is_idle() {
                this.permits.abandon(this.waiter);
            }
        }
    }
}

impl<'a> Acquire<'a> {
    #[inline]
    pub(super) fn new(permits: &'a Permits, n: u32, reason: WaitReason) -> Self {
        Self { permits, n, reason, turns: 0, waiter: Waiter::new() }
    }
}

impl Future for Acquire<'_> {
    type Output = Result<(), Closed>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let (permits, n) = (*this.permits, *this.n as usize);
        let Poll::Ready(unit) = coop::poll_proceed(cx) else {
            permits.keep_turn(n, this.waiter, cx.waker());
            return Poll::Pending;
        };
        let taken = permits.poll_take(n, this.turns, this.waiter, cx.waker());
        let taken = ready!(coop::waits(*this.reason, taken));
        unit.made_progress();
        Poll::Ready(taken)
    }
}
