//! Waiting for the end of a context.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use pin_project_lite::pin_project;

use super::deadline::{Alarm, Deadline};
use super::error::{ContextError, Why};
use super::node::{Node, State};
use crate::coop::{self, WaitReason};
use crate::util::wait::{self, Attempt};
use crate::util::wait_list::Waiter;

pin_project! {
    /// Future of [`Context::done`](super::Context::done).
    #[must_use = "futures do nothing unless polled"]
    pub struct Done {
        // None for a context that never ends.
        node: Option<Arc<Node>>,
        #[pin]
        alarm: Alarm,
        #[pin]
        waiter: Waiter<()>,
        // The waker that the waiter is queued with: many tasks may wait for one context, and be polled often for other
        // reasons, so a poll that changes nothing takes no lock.
        queued: Option<Waker>,
    }

    impl PinnedDrop for Done {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if let Some(node) = this.node {
                // All are woken, so there is nothing to pass on.
                wait::cancel(node.state(), State::waiting, this.waiter, |_, ()| ());
            }
        }
    }
}

impl Done {
    pub(super) fn new(node: Option<Arc<Node>>) -> Self {
        let deadline = node.as_ref().map_or(Deadline::NONE, |node| node.deadline());
        Self { node, alarm: Alarm::new(deadline), waiter: Waiter::new(), queued: None }
    }

    /// As `poll`, outside of the budget.
    pub(super) fn poll_ended(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<ContextError> {
        let this = self.project();
        let Some(node) = &*this.node else { return Poll::Pending };
        // The first look is at the clock too: the alarm may be late, if the budget of this poll is spent.
        let why = if this.queued.is_none() { node.why_now() } else { node.why() };
        if let Some(why) = why {
            return Poll::Ready(why.error);
        }
        if this.alarm.is_set() && this.alarm.poll(cx).is_ready() {
            node.end(Why::is(ContextError::DeadlineExceeded));
        } else if this.queued.as_ref().is_some_and(|queued| queued.will_wake(cx.waker())) {
            // If it has ended just now, whoever ended it finds this waker.
            return Poll::Pending;
        } else {
            let attempt = |_: &mut State, _| match node.why() {
                Some(_) => Attempt::Done(()),
                None => Attempt::Wait(()),
            };
            let waker = cx.waker();
            // If a waker panics now, nobody knows which one is in the list.
            drop(this.queued.take());
            if wait::poll(node.state(), State::waiting, this.waiter, waker, true, attempt)
                .is_pending()
            {
                *this.queued = Some(waker.clone());
                return Poll::Pending;
            }
        }
        // It may have been ended by somebody else, who had another reason.
        Poll::Ready(node.why().map_or(ContextError::DeadlineExceeded, |why| why.error))
    }
}

impl Future for Done {
    type Output = ContextError;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<ContextError> {
        let unit = ready!(coop::poll_proceed(cx));
        let error = ready!(coop::waits(WaitReason::ContextDone, self.poll_ended(cx)));
        unit.made_progress();
        Poll::Ready(error)
    }
}

impl fmt::Debug for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Done").field("context", &self.node).finish_non_exhaustive()
    }
}
