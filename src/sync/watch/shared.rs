//! What the ends of a channel share: the value, which one it is, and who waits for the next.
//!
//! A receiver wants the newest value and not each of them, so there is no queue: there is one value, behind a
//! reader-writer lock, and a version. Each receiver knows the version that it has seen; whether there is something new
//! is one comparison. What can go wrong is that a receiver sees a value and takes it for another one, that it begins to
//! wait when the value has just changed, or that the end of the channel hides the last value.
//!
//! # Invariants
//!
//! 1. The version is advanced under the write lock. So who has a read lock reads the very version of the value that he
//!    sees: with an older one he would see the same value twice, with a newer one he would miss the next.
//! 2. Version and end are one word, and nobody advances it after the end. So who sees the end sees the last version too,
//!    and compares that first.
//! 3. There are as many receivers as their count says. Senders are counted in [`senders`](crate::sync::senders): none comes
//!    after the last. A receiver may.
//!
//! # The two sides
//!
//! Waiting for a change: begin a wait (of `changed`), *then* look at the word. If the version is another, or the end is
//! there, be ready; else await the wait, and begin again.
//!
//! Sending: lock, write the value, advance the word, unlock, *then* notify all who wait. The last sender that is
//! dropped ends the word, and then notifies all.
//!
//! If the receiver begins its wait before the notification, this ends the wait. If after, what [`Notify`] promises is
//! that it sees what was done before the notification: the word is the new one. A wait that is ended by the
//! notification of an older value, since that came late, finds the same version and begins again.
//!
//! `closed` waits in the same way for the count of receivers to be 0, which the last one to be dropped makes it before
//! it notifies.
//!
//! # Orderings
//!
//! Advancing and ending the word release, and looking at it acquires, for those who learn of a change without the lock.
//! Counting receivers down releases, and looking at the count acquires: `closed` returns after all that the
//! receivers did. Counting up is relaxed: who was told of a receiver finds it counted.
//!
//! # Many receivers
//!
//! All that wait for a change stand in one list, behind one short lock. To divide the list, so that receivers on many
//! cores do not meet at that lock, was considered and left: a change wakes the receivers one after the other, which takes
//! longer for each than it takes that one to get into the list again, so that they come one after the other as well. A
//! change costs its sender time in proportion to the receivers that wait.

use std::fmt;
use std::pin::Pin;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};
use std::task::{Poll, Waker, ready};

use super::error::RecvError;
use super::version::{Snapshot, Version, Word};
use crate::sync::Notify;
use crate::sync::notify::Wait;
use crate::sync::senders::Channel;
use crate::util::sync::{AtomicUsize, RwLock, RwLockReadGuard};

/// | field | who reads and writes it |
/// |---|---|
/// | `value` | who has its lock |
/// | `word` | anyone reads; who has the write lock, and the last sender, write |
/// | `receivers` | who has a receiver, or a sender; anyone reads |
/// | `changed` | receivers wait, senders notify |
/// | `closed` | senders wait, the last receiver notifies |
pub(super) struct Shared<T> {
    value: RwLock<T>,
    word: Word,
    receivers: AtomicUsize,
    changed: Notify,
    closed: Notify,
}

impl<T> Shared<T> {
    /// For no receiver.
    pub(super) fn new(value: T) -> Self {
        Self {
            value: RwLock::new(value),
            word: Word::new(),
            receivers: AtomicUsize::new(0),
            changed: Notify::new(),
            closed: Notify::new(),
        }
    }

    pub(super) fn read(&self) -> RwLockReadGuard<'_, T> {
        self.value.read()
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        self.word.snapshot()
    }

    /// Changes the value, and tells the receivers if `f` says so.
    pub(super) fn modify(&self, f: impl FnOnce(&mut T) -> bool) -> bool {
        let mut value = self.value.write();
        let modified = f(&mut value);
        if modified {
            self.word.advance();
        }
        drop(value);
        if modified {
            self.changed.notify_waiters();
        }
        modified
    }

    pub(super) fn receivers(&self) -> usize {
        self.receivers.load(Acquire)
    }

    pub(super) fn add_receiver(&self) {
        self.receivers.fetch_add(1, Relaxed);
    }

    pub(super) fn remove_receiver(&self) {
        if self.receivers.fetch_sub(1, AcqRel) == 1 {
            self.closed.notify_waiters();
        }
    }

    /// Begins to wait for a change.
    pub(super) fn wait_changed(&self) -> Wait<&Notify> {
        Wait::new(&self.changed)
    }

    /// Begins to wait for there to be no receiver.
    pub(super) fn wait_closed(&self) -> Wait<&Notify> {
        Wait::new(&self.closed)
    }

    /// Waits for a version that is not `seen`, which this returns.
    pub(super) fn poll_changed<'a>(
        &'a self,
        seen: Version,
        mut wait: Pin<&mut Wait<&'a Notify>>,
        waker: &Waker,
    ) -> Poll<Result<Version, RecvError>> {
        loop {
            let now = self.snapshot();
            if now.version() != seen {
                return Poll::Ready(Ok(now.version()));
            }
            if now.is_closed() {
                return Poll::Ready(Err(RecvError(())));
            }
            ready!(wait.as_mut().poll_notified(waker));
            wait.set(self.wait_changed());
        }
    }

    /// Waits for there to be no receiver.
    pub(super) fn poll_closed<'a>(
        &'a self,
        mut wait: Pin<&mut Wait<&'a Notify>>,
        waker: &Waker,
    ) -> Poll<()> {
        while self.receivers() > 0 {
            ready!(wait.as_mut().poll_notified(waker));
            wait.set(self.wait_closed());
        }
        Poll::Ready(())
    }
}

impl<T> Channel for Shared<T> {
    fn senders_gone(&self) {
        self.word.close();
        self.changed.notify_waiters();
    }
}

impl<T: fmt::Debug> fmt::Debug for Shared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let now = self.snapshot();
        f.debug_struct("Shared")
            .field("value", &self.value)
            .field("version", &now.version())
            .field("closed", &now.is_closed())
            .field("receivers", &self.receivers())
            .finish_non_exhaustive()
    }
}
