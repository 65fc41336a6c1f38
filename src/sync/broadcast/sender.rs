//! The sending end.

use std::fmt;

use super::channel::Channel;
use super::closing::Closing;
use super::error::SendError;
use super::receiver::Receiver;
use super::weak::WeakSender;
use crate::sync::senders::{Shared, Strong};
use crate::util::sync::Arc;

/// Creates a channel that holds up to `capacity` values, rounded up to a power of two.
///
/// When it is full, sending takes the oldest value away; see the [module](crate::sync::broadcast) for what becomes of
/// receivers that are too slow.
///
/// # Panics
///
/// Panics if `capacity` is 0, or more than `usize::MAX / 2`.
///
/// # Examples
///
/// ```
/// use runtime::sync::broadcast;
///
/// runtime::block_on(async {
///     let (tx, mut first) = broadcast::channel(16);
///     let mut second = tx.subscribe();
///     runtime::spawn(async move {
///         tx.send(10).unwrap();
///         tx.send(20).unwrap();
///     });
///     assert_eq!((first.recv().await, first.recv().await), (Ok(10), Ok(20)));
///     assert_eq!((second.recv().await, second.recv().await), (Ok(10), Ok(20)));
/// });
/// ```
#[track_caller]
#[must_use]
pub fn channel<T: Clone>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    let tx = Sender::new(capacity);
    let rx = tx.subscribe();
    (tx, rx)
}

/// A sending end of a broadcast channel; clones send to the same receivers.
///
/// When all of them are gone, the receivers learn that nothing will come.
pub struct Sender<T> {
    pub(super) channel: Strong<Channel<T>>,
}

impl<T> Sender<T> {
    /// Creates a channel that has no receiver yet; otherwise as [`channel`].
    ///
    /// # Panics
    ///
    /// As [`channel`].
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::broadcast;
    ///
    /// let tx = broadcast::Sender::new(16);
    /// assert!(tx.send(1).is_err());
    /// let mut rx = tx.subscribe();
    /// tx.send(2).unwrap();
    /// assert_eq!(rx.try_recv(), Ok(2));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        assert!(capacity > 0, "a broadcast channel needs a capacity of at least 1");
        assert!(
            capacity <= usize::MAX / 2,
            "a broadcast channel cannot have a capacity of {capacity}"
        );
        let (channel, _) = Shared::with_sender(Channel::new(capacity.next_power_of_two()));
        Self { channel }
    }

    fn channel(&self) -> &Channel<T> {
        self.channel.shared()
    }

    /// Sends a value to all receivers, and returns their number; this never waits.
    ///
    /// If the channel is full, the oldest value in it is lost to those who have not received it.
    ///
    /// That it was sent does not say that it will be received: receivers may be dropped, or lag. That it could not
    /// be sent does not say that the next one cannot: there may be a new receiver by then.
    ///
    /// # Errors
    ///
    /// Returns the value if there is no receiver.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::broadcast;
    ///
    /// let (tx, mut first) = broadcast::channel(16);
    /// let mut second = tx.subscribe();
    /// assert_eq!(tx.send(10).unwrap(), 2);
    /// assert_eq!((first.try_recv(), second.try_recv()), (Ok(10), Ok(10)));
    /// drop((first, second));
    /// assert_eq!(tx.send(20).unwrap_err().0, 20);
    /// ```
    pub fn send(&self, value: T) -> Result<usize, SendError<T>> {
        self.channel().send(value).map_err(SendError)
    }

    /// A new receiver, of what is sent from now on.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::broadcast;
    ///
    /// let (tx, _rx) = broadcast::channel(16);
    /// tx.send(10).unwrap();
    /// let mut rx = tx.subscribe();
    /// tx.send(20).unwrap();
    /// assert_eq!(rx.try_recv(), Ok(20));
    /// ```
    #[must_use = "a receiver that is dropped at once receives nothing"]
    pub fn subscribe(&self) -> Receiver<T> {
        Receiver::new(Arc::clone(self.channel.shared()))
    }

    /// A handle that does not keep the channel open.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::broadcast;
    ///
    /// let (tx, _rx) = broadcast::channel::<i32>(16);
    /// let weak = tx.downgrade();
    /// assert!(weak.upgrade().is_some());
    /// ```
    #[must_use = "a weak sender that is dropped at once is of no use"]
    pub fn downgrade(&self) -> WeakSender<T> {
        WeakSender::new(self.channel.downgrade())
    }

    /// How many values are in the channel: those that some receiver has yet to receive, and that were not taken away.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::broadcast;
    ///
    /// let (tx, mut first) = broadcast::channel(16);
    /// let mut second = tx.subscribe();
    /// tx.send(10).unwrap();
    /// tx.send(20).unwrap();
    /// first.try_recv().unwrap();
    /// assert_eq!(tx.len(), 2);
    /// second.try_recv().unwrap();
    /// assert_eq!(tx.len(), 1);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.channel().len()
    }

    /// Whether there is no value in the channel.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::broadcast;
    ///
    /// let (tx, mut rx) = broadcast::channel(16);
    /// tx.send(10).unwrap();
    /// assert!(!tx.is_empty());
    /// rx.try_recv().unwrap();
    /// assert!(tx.is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many receivers there are.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::broadcast;
    ///
    /// let (tx, _first) = broadcast::channel::<i32>(16);
    /// let _second = tx.subscribe();
    /// assert_eq!(tx.receiver_count(), 2);
    /// ```
    #[must_use]
    pub fn receiver_count(&self) -> usize {
        self.channel().receivers()
    }

    /// Whether both send to the same channel.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::broadcast;
    ///
    /// let (tx, _rx) = broadcast::channel::<i32>(16);
    /// assert!(tx.same_channel(&tx.clone()));
    /// assert!(!tx.same_channel(&broadcast::Sender::new(16)));
    /// ```
    #[must_use]
    pub fn same_channel(&self, other: &Self) -> bool {
        self.channel.is_same(&other.channel)
    }

    /// Waits until there is no receiver.
    ///
    /// If there is a new one before the task has run, it waits on.
    ///
    /// # Cancel safety
    ///
    /// This is cancel safe.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::broadcast;
    ///
    /// runtime::block_on(async {
    ///     let (tx, rx) = broadcast::channel::<i32>(16);
    ///     runtime::spawn(async move { drop(rx) });
    ///     tx.closed().await;
    /// });
    /// ```
    pub async fn closed(&self) {
        Closing::new(self.channel()).await;
    }

    /// How many senders there are.
    #[must_use]
    pub fn strong_count(&self) -> usize {
        self.channel.shared().strong_count()
    }

    /// How many weak senders there are.
    #[must_use]
    pub fn weak_count(&self) -> usize {
        self.channel.shared().weak_count()
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Self { channel: self.channel.clone() }
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("broadcast::Sender")
            .field("len", &self.len())
            .field("receivers", &self.receiver_count())
            .finish()
    }
}
