//! Counting the senders of a channel: when the last of them is gone, the receivers have to learn of it.
//!
//! Some handles keep a channel open and others do not. A channel says what it does when the first kind is gone
//! ([`Channel`]), and who may still reach it; the counting is the same for all channels and is done here.
//!
//! # Invariants
//!
//! 1. `strong` is the number of live [`Strong`] handles. Whoever brings it to zero tells the channel, once, and it
//!    does not rise again: a [`Weak`] handle adds one only to what is not zero.
//! 2. `weak` is the number of live [`Weak`] handles, for users to read. Nothing depends on it.
//!
//! # Orderings
//!
//! Every decrement of `strong` releases and the last one acquires, so that all that was sent is in the channel when
//! it learns that the senders are gone. A new handle is made from one that is alive, or in a step that finds one
//! alive, so that increments order nothing. The load of [`is_over`](Shared::is_over) acquires, and meets the same
//! releases.

use std::fmt;
use std::ops::Deref;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};

use crate::util::sync::{Arc, AtomicUsize};

/// What senders send into.
pub(super) trait Channel {
    /// No sender is left, and none will come.
    fn senders_gone(&self);
}

/// A channel and the number of its senders; a receiver has this.
///
/// | field | who reads and writes it |
/// |---|---|
/// | `channel` | all handles, as it says |
/// | `strong` | [`Strong`] handles write, [`Weak`] ones in one step; anyone reads |
/// | `weak` | [`Weak`] handles write; anyone reads |
pub(super) struct Shared<C> {
    channel: C,
    strong: AtomicUsize,
    weak: AtomicUsize,
}

impl<C: Channel> Shared<C> {
    /// A channel with its first sender.
    pub(super) fn with_sender(channel: C) -> (Strong<C>, Arc<Self>) {
        let shared =
            Arc::new(Self { channel, strong: AtomicUsize::new(1), weak: AtomicUsize::new(0) });
        (Strong { shared: Arc::clone(&shared) }, shared)
    }

    /// Whether all senders are gone.
    pub(super) fn is_over(&self) -> bool {
        self.strong.load(Acquire) == 0
    }

    pub(super) fn strong_count(&self) -> usize {
        self.strong.load(Relaxed)
    }

    pub(super) fn weak_count(&self) -> usize {
        self.weak.load(Relaxed)
    }
}

impl<C> Deref for Shared<C> {
    type Target = C;

    #[inline]
    fn deref(&self) -> &C {
        &self.channel
    }
}

impl<C: fmt::Debug> fmt::Debug for Shared<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.channel, f)
    }
}

/// A handle that keeps the channel open.
pub(super) struct Strong<C: Channel> {
    shared: Arc<Shared<C>>,
}

impl<C: Channel> Strong<C> {
    #[inline]
    pub(super) fn shared(&self) -> &Arc<Shared<C>> {
        &self.shared
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }

    pub(super) fn downgrade(&self) -> Weak<C> {
        self.shared.weak.fetch_add(1, Relaxed);
        Weak { shared: Arc::clone(&self.shared) }
    }
}

impl<C: Channel> Clone for Strong<C> {
    fn clone(&self) -> Self {
        self.shared.strong.fetch_add(1, Relaxed);
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<C: Channel> Drop for Strong<C> {
    fn drop(&mut self) {
        if self.shared.strong.fetch_sub(1, AcqRel) == 1 {
            self.shared.channel.senders_gone();
        }
    }
}

/// A handle that does not keep the channel open.
pub(super) struct Weak<C: Channel> {
    shared: Arc<Shared<C>>,
}

impl<C: Channel> Weak<C> {
    #[inline]
    pub(super) fn shared(&self) -> &Shared<C> {
        &self.shared
    }

    /// A handle that keeps the channel open, unless it is over.
    pub(super) fn upgrade(&self) -> Option<Strong<C>> {
        let mut strong = self.shared.strong.load(Relaxed);
        while strong != 0 {
            match self.shared.strong.compare_exchange_weak(strong, strong + 1, Relaxed, Relaxed) {
                Ok(_) => return Some(Strong { shared: Arc::clone(&self.shared) }),
                Err(newer) => strong = newer,
            }
        }
        None
    }
}

impl<C: Channel> Clone for Weak<C> {
    fn clone(&self) -> Self {
        self.shared.weak.fetch_add(1, Relaxed);
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<C: Channel> Drop for Weak<C> {
    fn drop(&mut self) {
        self.shared.weak.fetch_sub(1, Relaxed);
    }
}

// A panic of foreign code finds no channel in the middle of a change, since none runs under its lock; but for what changes
// the value of a `watch` channel, which stays as the panic left it, and counts as not sent.
impl<C> RefUnwindSafe for Shared<C> {}
impl<C: Channel> UnwindSafe for Strong<C> {}
impl<C: Channel> RefUnwindSafe for Strong<C> {}
impl<C: Channel> UnwindSafe for Weak<C> {}
impl<C: Channel> RefUnwindSafe for Weak<C> {}
