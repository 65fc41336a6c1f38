//! The future that waits for the next value.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use super::error::RecvError;
use super::receiver::Receiver;
use super::state::Nothing;
use crate::coop::{self, WaitReason};
use crate::util::wait_list::Waiter;

pin_project! {
    /// Future of [`Receiver::recv`].
    #[must_use = "futures do nothing unless polled"]
    pub(super) struct Recv<'a, T> {
        receiver: &'a mut Receiver<T>,
        #[pin]
        waiter: Waiter<u64>,
    }

    impl<T> PinnedDrop for Recv<'_, T> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            this.receiver.shared.cancel_recv(this.waiter);
        }
    }
}

impl<'a, T> Recv<'a, T> {
    pub(super) fn new(receiver: &'a mut Receiver<T>) -> Self {
        Self { receiver, waiter: Waiter::new() }
    }
}

impl<T: Clone> Future for Recv<'_, T> {
    type Output = Result<T, RecvError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let unit = ready!(coop::poll_proceed(cx));
        let this = self.project();
        let Receiver { shared, cursor } = &mut **this.receiver;
        let received = shared.poll_recv(cursor, this.waiter, cx.waker());
        let received = ready!(coop::waits(WaitReason::BroadcastReceive, received));
        unit.made_progress();
        Poll::Ready(match received {
            Ok(value) => Ok(value.copy()),
            Err(Nothing::Lagged(n)) => Err(RecvError::Lagged(n)),
            Err(Nothing::Ever) => Err(RecvError::Closed),
            Err(Nothing::Yet) => unreachable!("it waits for a value that is to come"),
        })
    }
}
