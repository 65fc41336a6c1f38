//! The sending end.

use std::fmt;
use std::ptr;

use super::SendSink;
use super::error::{SendError, TrySendError};
use super::handle::Tx;
use super::state::Refused;
use crate::scheduler::block_on_leaf;

/// A sending end of a channel; clones send to the same receivers.
///
/// When the last one is dropped the channel is closed.
pub struct Sender<T> {
    tx: Tx<T>,
}

impl<T> Sender<T> {
    pub(super) fn new(tx: Tx<T>) -> Self {
        Self { tx }
    }

    pub(super) fn tx(&self) -> &Tx<T> {
        &self.tx
    }

    /// Sends a value, waiting for room if there is none.
    ///
    /// In a channel of capacity 0 this waits until a receiver has come for the value; see the
    /// [module](super#rendezvous).
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it is ready, the value was not sent, and is dropped with it; so is the
    /// place in the queue of those who wait.
    ///
    /// # Errors
    ///
    /// Returns the value if the channel was closed, or nobody is left to receive.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::chan;
    ///
    /// runtime::block_on(async {
    ///     let (tx, rx) = chan::bounded(1);
    ///     tx.send(1).await.unwrap();
    ///     rx.close();
    ///     assert_eq!(tx.send(2).await.unwrap_err().0, 2);
    /// });
    /// ```
    pub async fn send(&self, value: T) -> Result<(), SendError<T>> {
        self.tx.shared().core().send(value).await.map_err(SendError)
    }

    /// Sends a value if there is room and nobody waits for it.
    ///
    /// # Errors
    ///
    /// Returns the value, in `Full` or in `Closed`.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::chan::{self, error::TrySendError};
    ///
    /// let (tx, rx) = chan::bounded(1);
    /// assert_eq!(tx.try_send(1), Ok(()));
    /// assert_eq!(tx.try_send(2), Err(TrySendError::Full(2)));
    /// drop(rx);
    /// assert_eq!(tx.try_send(3), Err(TrySendError::Closed(3)));
    /// ```
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        self.tx.shared().core().try_send(value).map_err(|refused| match refused {
            (Refused::Full, value) => TrySendError::Full(value),
            (Refused::Closed, value) => TrySendError::Closed(value),
        })
    }

    /// Sends a value, blocking the thread while there is no room.
    ///
    /// # Errors
    ///
    /// Returns the value if the channel was closed, or nobody is left to receive.
    ///
    /// # Panics
    ///
    /// Inside a current-thread runtime or a [`LocalSet`](crate::task::LocalSet), whose only thread it would block.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::chan;
    ///
    /// let (tx, rx) = chan::bounded(0);
    /// let thread = std::thread::spawn(move || tx.blocking_send(3));
    /// assert_eq!(rx.blocking_recv(), Some(3));
    /// thread.join().unwrap().unwrap();
    /// ```
    #[track_caller]
    pub fn blocking_send(&self, value: T) -> Result<(), SendError<T>> {
        block_on_leaf("`blocking_send`", self.send(value))
    }

    /// This sender as a `Sink`.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::{SinkExt, StreamExt, stream};
    /// use runtime::chan;
    ///
    /// runtime::block_on(async {
    ///     let (tx, rx) = chan::bounded(4);
    ///     let mut sink = tx.into_sink();
    ///     sink.send_all(&mut stream::iter([Ok(1), Ok(2)])).await.unwrap();
    ///     drop(sink);
    ///     assert_eq!(rx.collect::<Vec<_>>().await, [1, 2]);
    /// });
    /// ```
    #[must_use = "a sink that is dropped at once sends nothing"]
    pub fn into_sink(self) -> SendSink<T> {
        SendSink::new(self)
    }

    /// Refuses what has not been sent yet; what was sent is still received. Says whether this call closed it.
    ///
    /// What `close(ch)` is in Go, but closing twice is no error.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::chan;
    ///
    /// runtime::block_on(async {
    ///     let (tx, rx) = chan::bounded(1);
    ///     tx.send(1).await.unwrap();
    ///     assert!(tx.close());
    ///     assert!(!tx.close());
    ///     assert!(tx.send(2).await.is_err());
    ///     assert_eq!((rx.recv().await, rx.recv().await), (Some(1), None));
    /// });
    /// ```
    pub fn close(&self) -> bool {
        self.tx.shared().core().close()
    }

    /// Waits until the channel is closed, or nobody is left to receive.
    ///
    /// # Cancel safety
    ///
    /// This is cancel safe.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::chan;
    ///
    /// runtime::block_on(async {
    ///     let (tx, rx) = chan::bounded::<()>(1);
    ///     drop(rx);
    ///     tx.closed().await;
    /// });
    /// ```
    pub async fn closed(&self) {
        self.tx.shared().core().closed().await;
    }

    /// Whether no more can be sent.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.tx.shared().is_closed()
    }

    /// How many values were sent and not received.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::chan;
    ///
    /// let (tx, _rx) = chan::bounded(5);
    /// tx.try_send(1).unwrap();
    /// assert_eq!((tx.len(), tx.capacity()), (1, Some(5)));
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.tx.shared().core().queued()
    }

    /// Whether all that was sent was received.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a `send` would have to wait now.
    ///
    /// A channel of capacity 0 is full unless a receiver waits.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::chan;
    ///
    /// let (tx, _rx) = chan::bounded(1);
    /// assert!(!tx.is_full());
    /// tx.try_send(1).unwrap();
    /// assert!(tx.is_full());
    /// ```
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.tx.shared().core().room() == 0
    }

    /// With what capacity the channel was made; `None` without a limit.
    ///
    /// This is Go's `cap(ch)`, and does not change; that of `sync::mpsc` is the room there is left.
    #[must_use]
    pub fn capacity(&self) -> Option<usize> {
        self.tx.shared().capacity()
    }

    /// How many senders there are.
    #[must_use]
    pub fn sender_count(&self) -> usize {
        self.tx.shared().senders()
    }

    /// How many receivers there are.
    #[must_use]
    pub fn receiver_count(&self) -> usize {
        self.tx.shared().receivers()
    }

    /// Whether both send to the same channel.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::chan;
    ///
    /// let (tx, _rx) = chan::bounded::<()>(1);
    /// assert!(tx.same_channel(&tx.clone()));
    /// ```
    #[must_use]
    pub fn same_channel(&self, other: &Self) -> bool {
        ptr::eq(self.tx.shared(), other.tx.shared())
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Self { tx: self.tx.clone() }
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("chan::Sender").field("core", self.tx.shared().core()).finish()
    }
}
