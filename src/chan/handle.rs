//! A channel with its two ends, and how many of each there are.

use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};

use super::core::{Core, UNBOUNDED};
use super::{Receiver, Sender};
use crate::util::sync::{Arc, AtomicUsize};

/// Creates a channel that holds up to `capacity` values; with 0, a rendezvous.
///
/// When it is full, senders wait until a value has been received. With a capacity of 0 it is always full, except
/// while a receiver waits.
///
/// # Panics
///
/// Panics if `capacity` is `usize::MAX`.
///
/// # Examples
///
/// ```
/// use runtime::chan;
///
/// runtime::block_on(async {
///     let (tx, rx) = chan::bounded(1);
///     tx.send("hello").await.unwrap();
///     assert_eq!(rx.recv().await, Some("hello"));
/// });
/// ```
#[track_caller]
#[must_use]
pub fn bounded<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    assert!(capacity < UNBOUNDED, "a channel cannot have a capacity of {capacity}");
    ends(capacity)
}

/// Creates a channel that holds as many values as memory does.
///
/// Sending never waits, so receivers that are slower than the senders for long need another limit.
///
/// # Examples
///
/// ```
/// use runtime::chan;
///
/// runtime::block_on(async {
///     let (tx, rx) = chan::unbounded();
///     for n in 0..1_000 {
///         tx.send(n).await.unwrap();
///     }
///     assert_eq!((rx.len(), rx.recv().await), (1_000, Some(0)));
/// });
/// ```
#[must_use]
pub fn unbounded<T>() -> (Sender<T>, Receiver<T>) {
    ends(UNBOUNDED)
}

fn ends<T>(limit: usize) -> (Sender<T>, Receiver<T>) {
    let shared = Arc::new(Shared {
        core: Core::new(limit),
        senders: AtomicUsize::new(1),
        receivers: AtomicUsize::new(1),
    });
    (Sender::new(Tx(Arc::clone(&shared))), Receiver::new(Rx(shared)))
}

/// Whoever brings one of the counts to zero tells the core, once, and that count does not rise again.
///
/// | field | who reads and writes it |
/// |---|---|
/// | `core` | both sides, as it says |
/// | `senders` | [`Tx`] handles; a decrement releases and the last one acquires, so that all that was sent is in the core when it learns that the senders are gone |
/// | `receivers` | [`Rx`] handles; in the same way |
#[derive(Debug)]
pub(super) struct Shared<T> {
    core: Core<T>,
    senders: AtomicUsize,
    receivers: AtomicUsize,
}

impl<T> Shared<T> {
    #[inline]
    pub(super) fn core(&self) -> &Core<T> {
        &self.core
    }

    pub(super) fn senders(&self) -> usize {
        self.senders.load(Acquire)
    }

    pub(super) fn receivers(&self) -> usize {
        self.receivers.load(Acquire)
    }

    pub(super) fn is_closed(&self) -> bool {
        self.senders() == 0 || self.core.is_closed()
    }

    pub(super) fn capacity(&self) -> Option<usize> {
        Some(self.core.limit()).filter(|limit| *limit != UNBOUNDED)
    }
}

/// One that may send.
#[derive(Debug)]
pub(super) struct Tx<T>(Arc<Shared<T>>);

/// One that may receive.
#[derive(Debug)]
pub(super) struct Rx<T>(Arc<Shared<T>>);

impl<T> Tx<T> {
    #[inline]
    pub(super) fn shared(&self) -> &Shared<T> {
        &self.0
    }
}

impl<T> Rx<T> {
    #[inline]
    pub(super) fn shared(&self) -> &Shared<T> {
        &self.0
    }
}

impl<T> Clone for Tx<T> {
    fn clone(&self) -> Self {
        self.0.senders.fetch_add(1, Relaxed);
        Self(Arc::clone(&self.0))
    }
}

impl<T> Clone for Rx<T> {
    fn clone(&self) -> Self {
        self.0.receivers.fetch_add(1, Relaxed);
        Self(Arc::clone(&self.0))
    }
}

impl<T> Drop for Tx<T> {
    fn drop(&mut self) {
        if self.0.senders.fetch_sub(1, AcqRel) == 1 {
            self.0.core.senders_gone();
        }
    }
}

impl<T> Drop for Rx<T> {
    fn drop(&mut self) {
        if self.0.receivers.fetch_sub(1, AcqRel) == 1 {
            self.0.core.receivers_gone();
        }
    }
}
