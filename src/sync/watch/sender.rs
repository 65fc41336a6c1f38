//! The end that changes the value.

use std::fmt;
use std::future::poll_fn;
use std::mem;
use std::pin::pin;
use std::task::{Poll, ready};

use super::borrowed::Ref;
use super::error::SendError;
use super::receiver::Receiver;
use super::shared::Shared;
use crate::coop::{self, WaitReason};
use crate::sync::senders::{self, Strong};
use crate::util::sync::Arc;

/// The end of a channel that changes the value.
///
/// Made by [`channel`](super::channel), or by [`new`](Self::new) without a receiver. Clones are of the same channel;
/// when the last one is dropped, receivers learn that the value is final.
pub struct Sender<T> {
    handle: Strong<Shared<T>>,
}

impl<T> Sender<T> {
    /// Creates a channel that has no receiver yet.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// let tx = watch::Sender::new(1);
    /// assert!(tx.send(2).is_err());
    /// let rx = tx.subscribe();
    /// assert_eq!(*rx.borrow(), 1);
    /// ```
    pub fn new(init: T) -> Self {
        Self { handle: senders::Shared::with_sender(Shared::new(init)).0 }
    }

    fn shared(&self) -> &Shared<T> {
        self.handle.shared()
    }

    /// Sends a value, which replaces the one before.
    ///
    /// This blocks the thread while a [`Ref`] of the channel lives, and never waits otherwise. The old value is dropped
    /// when receivers can see the new one.
    ///
    /// # Errors
    ///
    /// Returns the value if there is no receiver, and then leaves the channel as it is; see
    /// [`send_replace`](Self::send_replace) for a value that is meant for receivers to come.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// let (tx, rx) = watch::channel(1);
    /// tx.send(2).unwrap();
    /// assert_eq!(*rx.borrow(), 2);
    /// drop(rx);
    /// assert_eq!(tx.send(3).unwrap_err().0, 3);
    /// ```
    pub fn send(&self, value: T) -> Result<(), SendError<T>> {
        if self.is_closed() {
            return Err(SendError(value));
        }
        drop(self.send_replace(value));
        Ok(())
    }

    /// Changes the value in place, and tells the receivers.
    ///
    /// This works without receivers too.
    ///
    /// # Panics
    ///
    /// Panics if `modify` does. What it changed before stays, and receivers are told of it by the next change only.
    /// `modify` must not touch the channel: the thread would wait for itself.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// let (tx, rx) = watch::channel(vec![1]);
    /// tx.send_modify(|list| list.push(2));
    /// assert_eq!(*rx.borrow(), [1, 2]);
    /// ```
    pub fn send_modify<F>(&self, modify: F)
    where
        F: FnOnce(&mut T),
    {
        self.send_if_modified(|value| {
            modify(value);
            true
        });
    }

    /// Changes the value in place, and tells the receivers if `modify` says so; returns what it said.
    ///
    /// This works without receivers too.
    ///
    /// # Panics
    ///
    /// As [`send_modify`](Self::send_modify).
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// let (tx, rx) = watch::channel(5);
    /// let raise = |to: i32| {
    ///     tx.send_if_modified(|most| {
    ///         let more = to > *most;
    ///         *most = to.max(*most);
    ///         more
    ///     })
    /// };
    /// assert!(!raise(3));
    /// assert!(!rx.has_changed().unwrap());
    /// assert!(raise(7));
    /// assert!(rx.has_changed().unwrap());
    /// ```
    pub fn send_if_modified<F>(&self, modify: F) -> bool
    where
        F: FnOnce(&mut T) -> bool,
    {
        self.shared().modify(modify)
    }

    /// Sends a value and returns the one before.
    ///
    /// This works without receivers too: those that [subscribe](Self::subscribe) later see the value.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// let tx = watch::Sender::new(1);
    /// assert_eq!(tx.send_replace(2), 1);
    /// assert_eq!(*tx.subscribe().borrow(), 2);
    /// ```
    pub fn send_replace(&self, mut value: T) -> T {
        self.send_modify(|old| mem::swap(old, &mut value));
        value
    }

    /// The value that was sent last.
    ///
    /// See [`Ref`] for what it blocks.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// let tx = watch::Sender::new("one");
    /// assert_eq!(*tx.borrow(), "one");
    /// ```
    pub fn borrow(&self) -> Ref<'_, T> {
        Ref::new(self.shared().read(), false)
    }

    /// Whether there is no receiver. There may be one again: see [`subscribe`](Self::subscribe).
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// let (tx, rx) = watch::channel(());
    /// assert!(!tx.is_closed());
    /// drop(rx);
    /// assert!(tx.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        self.receiver_count() == 0
    }

    /// Waits until there is no receiver.
    ///
    /// When it returns there may be one again, if another sender, or a clone of this one, has
    /// [subscribed](Self::subscribe).
    ///
    /// # Cancel safety
    ///
    /// Dropping the future has no effect on the channel.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// runtime::block_on(async {
    ///     let (tx, rx) = watch::channel(());
    ///     runtime::spawn(async move { drop(rx) });
    ///     tx.closed().await; // nobody is interested any more
    /// });
    /// ```
    pub async fn closed(&self) {
        let mut wait = pin!(self.shared().wait_closed());
        poll_fn(|cx| {
            let unit = ready!(coop::poll_proceed(cx));
            let closed = self.shared().poll_closed(wait.as_mut(), cx.waker());
            ready!(coop::waits(WaitReason::ChannelClosed, closed));
            unit.made_progress();
            Poll::Ready(())
        })
        .await;
    }

    /// Creates a receiver, which has seen the present value and waits for the next.
    ///
    /// It need not be the only one, nor need there be any other.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// let (tx, first) = watch::channel(1);
    /// tx.send(2).unwrap();
    /// let second = tx.subscribe();
    /// assert!(first.has_changed().unwrap());
    /// assert!(!second.has_changed().unwrap());
    /// assert_eq!(*second.borrow(), 2);
    /// ```
    pub fn subscribe(&self) -> Receiver<T> {
        Receiver::new(Arc::clone(self.handle.shared()))
    }

    /// How many receivers there are.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// let (tx, first) = watch::channel(());
    /// let second = tx.subscribe();
    /// assert_eq!(tx.receiver_count(), 2);
    /// # drop((first, second));
    /// ```
    pub fn receiver_count(&self) -> usize {
        self.shared().receivers()
    }

    /// How many senders there are, this one included.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// let tx = watch::Sender::new(());
    /// let other = tx.clone();
    /// assert_eq!(tx.sender_count(), 2);
    /// # drop(other);
    /// ```
    pub fn sender_count(&self) -> usize {
        self.handle.shared().strong_count()
    }

    /// Whether both are of one channel.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// let tx = watch::Sender::new(());
    /// assert!(tx.same_channel(&tx.clone()));
    /// assert!(!tx.same_channel(&watch::Sender::new(())));
    /// ```
    pub fn same_channel(&self, other: &Self) -> bool {
        self.handle.is_same(&other.handle)
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Self { handle: self.handle.clone() }
    }
}

impl<T: Default> Default for Sender<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: fmt::Debug> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("shared", self.shared()).finish()
    }
}
