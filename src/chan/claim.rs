//! Futures that wait at a channel's sending side: for a slot, or for the channel to be closed.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use super::core::{Core, wake};
use super::state::{Refused, State, Want};
use crate::coop::{self, WaitReason};
use crate::util::wait::{self, Attempt};
use crate::util::wait_list::Waiter;

/// The channel was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Closed;

impl<T> Core<T> {
    /// Sends when there is room; the error is the value.
    #[inline]
    pub(crate) fn send(&self, value: T) -> Send<'_, T> {
        Send { core: self, value: Some(value), waiter: Waiter::new() }
    }

    /// Reserves `n` slots when there are as many.
    pub(crate) fn reserve_when_free(&self, n: usize) -> Reserve<'_, T> {
        Reserve { core: self, n, waiter: Waiter::new() }
    }

    /// Waits until the channel is closed.
    pub(crate) fn closed(&self) -> Closing<'_, T> {
        Closing { core: self, waiter: Waiter::new() }
    }

    /// Reserves `n` slots, or waits for them.
    pub(crate) fn poll_reserve(
        &self,
        n: usize,
        waiter: Pin<&mut Waiter<Want>>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Closed>> {
        let unit = ready!(coop::poll_proceed(cx));
        let attempt = |state: &mut State<T>, woken| match self.claim(state, n, woken) {
            Ok(()) => Attempt::Done(Ok(())),
            Err(Refused::Closed) => Attempt::Done(Err(Closed)),
            Err(Refused::Full) => Attempt::Wait(Want { missing: n }),
        };
        let polled = wait::poll(&self.state, State::senders, waiter, cx.waker(), false, attempt);
        let polled = coop::waits(WaitReason::ChannelSend, polled);
        match polled {
            Poll::Ready(Ok(())) => {}
            // It may have queued with too little room for it, but some.
            Poll::Pending if n > 1 => self.hand_out_all(),
            Poll::Pending => {}
            // The slots that it had may have been the last that kept the receiver waiting.
            Poll::Ready(Err(Closed)) => self.wake_others(),
        }
        if polled.is_ready() {
            unit.made_progress();
        }
        polled
    }

    /// Claims `n` slots for a future, which was woken with `woken` if it waited.
    #[inline]
    fn claim(&self, state: &mut State<T>, n: usize, woken: Option<Want>) -> Result<(), Refused> {
        match woken {
            None => self.reserve_or_want(state, n),
            Some(Want { missing: 0 }) => Ok(()),
            Some(Want { missing }) => {
                state.give_back(n - missing);
                Err(Refused::Closed)
            }
        }
    }

    /// Passes on what a future that is dropped had of its `n` slots.
    pub(crate) fn abandon(&self, waiter: Pin<&mut Waiter<Want>>, n: usize) {
        let had = wait::cancel(&self.state, State::senders, waiter, |state, want| {
            let had = n - want.missing;
            state.give_back(had);
            had
        });
        if had.is_some_and(|had| had > 0) {
            self.wake_others();
        }
    }
}

pin_project! {
    /// Future of [`Core::send`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub(crate) struct Send<'a, T> {
        core: &'a Core<T>,
        value: Option<T>,
        #[pin]
        waiter: Waiter<Want>,
    }

    impl<T> PinnedDrop for Send<'_, T> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            this.core.abandon(this.waiter, 1);
        }
    }
}

impl<T> Future for Send<'_, T> {
    type Output = Result<(), T>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let unit = ready!(coop::poll_proceed(cx));
        let this = self.project();
        let core = *this.core;
        let mut value = || this.value.take().expect("a send was polled after completion");
        let attempt = |state: &mut State<T>, woken| match core.claim(state, 1, woken) {
            Ok(()) => Attempt::Done(core.push(state, value())),
            Err(Refused::Closed) => Attempt::Done(Err(value())),
            Err(Refused::Full) => Attempt::Wait(Want { missing: 1 }),
        };
        let sent = wait::poll(&core.state, State::senders, this.waiter, cx.waker(), false, attempt);
        let sent = ready!(coop::waits(WaitReason::ChannelSend, sent));
        unit.made_progress();
        Poll::Ready(sent.map(wake))
    }
}

pin_project! {
    /// Future of [`Core::reserve_when_free`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub(crate) struct Reserve<'a, T> {
        core: &'a Core<T>,
        n: usize,
        #[pin]
        waiter: Waiter<Want>,
    }

    impl<T> PinnedDrop for Reserve<'_, T> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            this.core.abandon(this.waiter, *this.n);
        }
    }
}

impl<T> Future for Reserve<'_, T> {
    type Output = Result<(), Closed>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        this.core.poll_reserve(*this.n, this.waiter, cx)
    }
}

pin_project! {
    /// Future of [`Core::closed`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub(crate) struct Closing<'a, T> {
        core: &'a Core<T>,
        #[pin]
        waiter: Waiter<()>,
    }

    impl<T> PinnedDrop for Closing<'_, T> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            // All are woken, so there is nothing to pass on.
            wait::cancel(&this.core.state, State::closing, this.waiter, |_, ()| ());
        }
    }
}

impl<T> Future for Closing<'_, T> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let unit = ready!(coop::poll_proceed(cx));
        let this = self.project();
        let attempt = |state: &mut State<T>, _| match state.is_closed() {
            true => Attempt::Done(()),
            false => Attempt::Wait(()),
        };
        let closed =
            wait::poll(&this.core.state, State::closing, this.waiter, cx.waker(), true, attempt);
        ready!(coop::waits(WaitReason::ChannelClosed, closed));
        unit.made_progress();
        Poll::Ready(())
    }
}
