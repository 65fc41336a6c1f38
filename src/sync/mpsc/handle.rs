//! The two ends of a channel core, as bounded and unbounded channels share them.
//!
//! The core holds values and queues of waiting tasks; what it does not know is how many handles there
//! are. [`senders`](crate::sync::senders) counts those that send.
//!
//! # Invariant
//!
//! There is one [`Rx`], so it may take several values in hand.

use std::panic::{RefUnwindSafe, UnwindSafe};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::error::TryRecvError;
use crate::chan::core::Core;
use crate::chan::lone::Inbox;
use crate::chan::state::{Nothing, Promise};
use crate::sync::senders::{Channel, Shared, Strong, Weak};
use crate::util::sync::{Arc, Mutex};
use crate::util::wait_list::Waiter;

/// A sending end that keeps the channel open.
pub(super) type Tx<T> = Strong<Core<T>>;

/// A sending end that does not keep the channel open.
pub(super) type WeakTx<T> = Weak<Core<T>>;

impl<T> Channel for Core<T> {
    fn senders_gone(&self) {
        Core::senders_gone(self);
    }
}

/// A new channel core, and its two ends.
pub(super) fn ends<T>(limit: usize) -> (Tx<T>, Rx<T>) {
    let (tx, shared) = Shared::with_sender(Core::new(limit));
    let rx = Rx { shared, inbox: Mutex::new(Inbox::new()), waiter: Box::pin(Waiter::new()) };
    (tx, rx)
}

/// The receiving end.
#[derive(Debug)]
pub(super) struct Rx<T> {
    shared: Arc<Shared<Core<T>>>,
    /// Never waited for: whoever has the receiver has the inbox. Behind a lock the receiver can be shared, to ask it
    /// for its length, where values cannot.
    inbox: Mutex<Inbox<T>>,
    /// Boxed, so that the receiver can be moved; it stays queued when a `recv` is dropped, since the
    /// receiver will be asked again.
    waiter: Pin<Box<Waiter<Promise>>>,
}

impl<T> Rx<T> {
    pub(super) fn shared(&self) -> &Shared<Core<T>> {
        &self.shared
    }

    #[inline]
    pub(super) fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.shared.poll_recv(self.inbox.get_mut(), self.waiter.as_mut(), cx)
    }

    pub(super) fn poll_recv_many(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut Vec<T>,
        limit: usize,
    ) -> Poll<usize> {
        if limit == 0 {
            return Poll::Ready(0);
        }
        let Some(first) = ready!(self.poll_recv(cx)) else { return Poll::Ready(0) };
        buffer.push(first);
        let more = self.shared.try_recv_many(self.inbox.get_mut(), buffer, limit - 1);
        Poll::Ready(1 + more)
    }

    pub(super) fn try_recv(&mut self) -> Result<T, TryRecvError> {
        self.shared.try_recv(self.inbox.get_mut()).map_err(|nothing| match nothing {
            Nothing::Yet => TryRecvError::Empty,
            Nothing::Ever => TryRecvError::Disconnected,
        })
    }

    /// Values that were sent and not received.
    pub(super) fn len(&self) -> usize {
        self.inbox.lock().len() + self.shared.queued()
    }

    pub(super) fn is_closed(&self) -> bool {
        self.shared.is_over() || self.shared.is_closed()
    }
}

impl<T> Drop for Rx<T> {
    fn drop(&mut self) {
        self.shared.leave(self.waiter.as_mut());
        self.shared.receivers_gone();
    }
}

// Values are not pinned, and a panic of foreign code finds neither a channel nor an inbox in the middle of a change: none
// runs while either is changed.
impl<T> Unpin for Rx<T> {}
impl<T> UnwindSafe for Rx<T> {}
impl<T> RefUnwindSafe for Rx<T> {}
