//! The two ends of a channel core, as bounded and unbounded channels share them.
//!
//! The core holds values and queues of waiting tasks; what it does not know is how many handles there
//! are. That is counted here.
//!
//! # Invariants
//!
//! 1. `strong` is the number of live [`Tx`]. Whoever brings it to zero tells the core, once, and it
//!    does not rise again.
//! 2. There is one [`Rx`], so it may take several values in hand.

use std::pin::Pin;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};
use std::task::{Context, Poll, ready};

use super::error::TryRecvError;
use crate::chan::core::{Core, Inbox, Nothing};
use crate::util::sync::{Arc, AtomicUsize};
use crate::util::wait_list::Waiter;

/// | field | who reads and writes it |
/// |---|---|
/// | `core` | both sides, as it says |
/// | `strong` | `Tx` handles; a decrement releases and the last one acquires, so that all that was sent is in the core when it learns that the senders are gone |
/// | `weak` | `WeakTx` handles; for users to read |
#[derive(Debug)]
struct Shared<T> {
    core: Core<T>,
    strong: AtomicUsize,
    weak: AtomicUsize,
}

/// A new channel core, and its two ends.
pub(super) fn ends<T>(limit: usize) -> (Tx<T>, Rx<T>) {
    let shared = Arc::new(Shared {
        core: Core::new(limit),
        strong: AtomicUsize::new(1),
        weak: AtomicUsize::new(0),
    });
    let rx =
        Rx { shared: Arc::clone(&shared), inbox: Inbox::new(), waiter: Box::pin(Waiter::new()) };
    (Tx { shared }, rx)
}

/// A sending end that keeps the channel open.
#[derive(Debug)]
pub(super) struct Tx<T> {
    shared: Arc<Shared<T>>,
}

impl<T> Tx<T> {
    #[inline]
    pub(super) fn core(&self) -> &Core<T> {
        &self.shared.core
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }

    pub(super) fn downgrade(&self) -> WeakTx<T> {
        self.shared.weak.fetch_add(1, Relaxed);
        WeakTx { shared: Arc::clone(&self.shared) }
    }

    pub(super) fn strong_count(&self) -> usize {
        self.shared.strong.load(Relaxed)
    }

    pub(super) fn weak_count(&self) -> usize {
        self.shared.weak.load(Relaxed)
    }
}

impl<T> Clone for Tx<T> {
    fn clone(&self) -> Self {
        self.shared.strong.fetch_add(1, Relaxed);
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<T> Drop for Tx<T> {
    fn drop(&mut self) {
        if self.shared.strong.fetch_sub(1, AcqRel) == 1 {
            self.shared.core.senders_gone();
        }
    }
}

/// A sending end that does not keep the channel open.
#[derive(Debug)]
pub(super) struct WeakTx<T> {
    shared: Arc<Shared<T>>,
}

impl<T> WeakTx<T> {
    pub(super) fn upgrade(&self) -> Option<Tx<T>> {
        let mut strong = self.shared.strong.load(Relaxed);
        while strong != 0 {
            match self.shared.strong.compare_exchange_weak(strong, strong + 1, Acquire, Relaxed) {
                Ok(_) => return Some(Tx { shared: Arc::clone(&self.shared) }),
                Err(newer) => strong = newer,
            }
        }
        None
    }

    pub(super) fn strong_count(&self) -> usize {
        self.shared.strong.load(Relaxed)
    }

    pub(super) fn weak_count(&self) -> usize {
        self.shared.weak.load(Relaxed)
    }
}

impl<T> Clone for WeakTx<T> {
    fn clone(&self) -> Self {
        self.shared.weak.fetch_add(1, Relaxed);
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<T> Drop for WeakTx<T> {
    fn drop(&mut self) {
        self.shared.weak.fetch_sub(1, Relaxed);
    }
}

/// The receiving end.
#[derive(Debug)]
pub(super) struct Rx<T> {
    shared: Arc<Shared<T>>,
    inbox: Inbox<T>,
    /// Boxed, so that the receiver can be moved; it stays queued when a `recv` is dropped, since the
    /// receiver will be asked again.
    waiter: Pin<Box<Waiter<()>>>,
}

impl<T> Rx<T> {
    pub(super) fn core(&self) -> &Core<T> {
        &self.shared.core
    }

    #[inline]
    pub(super) fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.shared.core.poll_recv(&mut self.inbox, self.waiter.as_mut(), cx)
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
        let more = self.shared.core.try_recv_many(&mut self.inbox, buffer, limit - 1);
        Poll::Ready(1 + more)
    }

    pub(super) fn try_recv(&mut self) -> Result<T, TryRecvError> {
        self.shared.core.try_recv(&mut self.inbox).map_err(|nothing| match nothing {
            Nothing::Yet => TryRecvError::Empty,
            Nothing::Ever => TryRecvError::Disconnected,
        })
    }

    /// Values that were sent and not received.
    pub(super) fn len(&self) -> usize {
        self.inbox.len() + self.shared.core.queued()
    }

    pub(super) fn is_closed(&self) -> bool {
        self.shared.strong.load(Acquire) == 0 || self.shared.core.is_closed()
    }

    pub(super) fn strong_count(&self) -> usize {
        self.shared.strong.load(Relaxed)
    }

    pub(super) fn weak_count(&self) -> usize {
        self.shared.weak.load(Relaxed)
    }
}

impl<T> Drop for Rx<T> {
    fn drop(&mut self) {
        self.shared.core.leave(self.waiter.as_mut());
        self.shared.core.receivers_gone();
    }
}
