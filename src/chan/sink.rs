//! The sending end as a `Sink`.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_sink::Sink;

use super::Sender;
use super::error::SendError;
use super::state::Want;
use crate::util::wait_list::Waiter;

/// A [`Sender`] as a `Sink`; made by [`Sender::into_sink`].
///
/// `poll_ready` waits for room and keeps it for one value. `poll_flush` has nothing to wait for: what was sent is in
/// the channel. `poll_close` gives the sender up, which closes the channel if it was the last.
///
/// # Cancel safety
///
/// A sink that is not polled any more keeps its place among the senders that wait, or the room that it got, until it
/// is dropped.
pub struct SendSink<T> {
    /// Given up by `poll_close`.
    sender: Option<Sender<T>>,
    /// Boxed, so that the sink can be moved while it waits.
    waiter: Pin<Box<Waiter<Want>>>,
    /// Whether it has room for one value.
    has_room: bool,
}

impl<T> SendSink<T> {
    pub(super) fn new(sender: Sender<T>) -> Self {
        Self { sender: Some(sender), waiter: Box::pin(Waiter::new()), has_room: false }
    }

    /// The sender, unless the sink was closed.
    #[must_use]
    pub fn sender(&self) -> Option<&Sender<T>> {
        self.sender.as_ref()
    }

    /// Leaves the senders that wait, gives room back, and gives the sender up.
    fn give_up(&mut self) {
        let Some(sender) = self.sender.take() else { return };
        let core = sender.tx().shared().core();
        core.abandon(self.waiter.as_mut(), 1);
        if std::mem::take(&mut self.has_room) {
            core.give_back(1);
        }
    }
}

impl<T> Sink<T> for SendSink<T> {
    type Error = SendError<()>;

    fn poll_ready(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), SendError<()>>> {
        let this = &mut *self;
        let Some(sender) = &this.sender else { return Poll::Ready(Err(SendError(()))) };
        if !this.has_room {
            let core = sender.tx().shared().core();
            ready!(core.poll_reserve(1, this.waiter.as_mut(), cx)).map_err(|_| SendError(()))?;
            this.has_room = true;
        }
        Poll::Ready(Ok(()))
    }

    /// Sends a value in the room that `poll_ready` kept.
    ///
    /// # Panics
    ///
    /// Panics if `poll_ready` was not ready before.
    fn start_send(mut self: Pin<&mut Self>, value: T) -> Result<(), SendError<()>> {
        let this = &mut *self;
        let Some(sender) = &this.sender else { return Err(SendError(())) };
        assert!(this.has_room, "`start_send` was called before `poll_ready` was ready");
        this.has_room = false;
        sender.tx().shared().core().send_reserved(value);
        Ok(())
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), SendError<()>>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Result<(), SendError<()>>> {
        self.give_up();
        Poll::Ready(Ok(()))
    }
}

// Nothing in it is pinned but what has a box of its own.
impl<T> Unpin for SendSink<T> {}

// All that is shared stands behind the channel's lock, where no panic comes in between.
impl<T> UnwindSafe for SendSink<T> {}

impl<T> RefUnwindSafe for SendSink<T> {}

impl<T> Drop for SendSink<T> {
    fn drop(&mut self) {
        self.give_up();
    }
}

impl<T> fmt::Debug for SendSink<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendSink").field("sender", &self.sender).finish_non_exhaustive()
    }
}
