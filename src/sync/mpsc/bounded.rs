//! The bounded channel, and its sending end.

use std::fmt;
#[cfg(feature = "time")]
use std::time::Duration;

use super::bounded_receiver::Receiver;
#[cfg(feature = "time")]
use super::error::SendTimeoutError;
use super::error::{SendError, TrySendError};
use super::handle::{self, Tx};
use super::permit::{OwnedPermit, Permit, PermitIterator};
use super::weak::WeakSender;
use crate::chan::core::UNBOUNDED;
use crate::chan::state::Refused;
use crate::scheduler::block_on_leaf;
#[cfg(feature = "time")]
use crate::time;

/// Creates a channel that holds up to `buffer` values.
///
/// When it is full, senders wait until a value has been received.
///
/// # Panics
///
/// Panics if `buffer` is 0, or `usize::MAX`.
///
/// # Examples
///
/// ```
/// use runtime::sync::mpsc;
///
/// runtime::block_on(async {
///     let (tx, mut rx) = mpsc::channel(10);
///     runtime::spawn(async move {
///         for n in 0..3 {
///             tx.send(n).await.unwrap();
///         }
///     });
///     let mut sum = 0;
///     while let Some(n) = rx.recv().await {
///         sum += n;
///     }
///     assert_eq!(sum, 3);
/// });
/// ```
#[track_caller]
#[must_use]
pub fn channel<T>(buffer: usize) -> (Sender<T>, Receiver<T>) {
    assert!(buffer > 0, "an mpsc channel needs a capacity of at least 1");
    assert!(buffer < UNBOUNDED, "an mpsc channel cannot have a capacity of {buffer}");
    let (tx, rx) = handle::ends(buffer);
    (Sender { tx }, Receiver { rx })
}

/// A sending end of a bounded channel; clones send to the same receiver.
pub struct Sender<T> {
    pub(super) tx: Tx<T>,
}

impl<T> Sender<T> {
    /// Sends a value, waiting for room if there is none.
    ///
    /// That it was sent does not say that it will be received: the receiver may be dropped later.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it is ready, the value was not sent, and is dropped with it;
    /// so is the place in the queue of those who wait. To keep the value, [`reserve`](Self::reserve)
    /// first, and send when you have the permit.
    ///
    /// # Errors
    ///
    /// Returns the value if the receiver was dropped or closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// runtime::block_on(async {
    ///     let (tx, mut rx) = mpsc::channel(1);
    ///     tx.send("hello").await.unwrap();
    ///     assert_eq!(rx.recv().await, Some("hello"));
    /// });
    /// ```
    pub async fn send(&self, value: T) -> Result<(), SendError<T>> {
        self.tx.shared().send(value).await.map_err(SendError)
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
    /// use runtime::sync::mpsc::{self, error::TrySendError};
    ///
    /// let (tx, rx) = mpsc::channel(1);
    /// assert_eq!(tx.try_send(1), Ok(()));
    /// assert_eq!(tx.try_send(2), Err(TrySendError::Full(2)));
    /// drop(rx);
    /// assert_eq!(tx.try_send(3), Err(TrySendError::Closed(3)));
    /// ```
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        self.tx.shared().try_send(value).map_err(|refused| match refused {
            (Refused::Full, value) => TrySendError::Full(value),
            (Refused::Closed, value) => TrySendError::Closed(value),
        })
    }

    /// Sends a value, waiting for room until `timeout` has gone by.
    ///
    /// If there is room at once the value is sent, even if `timeout` is zero.
    ///
    /// # Cancel safety
    ///
    /// As [`send`](Self::send): the value is dropped with the future.
    ///
    /// # Errors
    ///
    /// Returns the value, in `Timeout`, or in `Closed` if the receiver was dropped or closed.
    ///
    /// # Panics
    ///
    /// If there is no room and the runtime was built without timers.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc::{self, error::SendTimeoutError};
    /// use runtime::time::Duration;
    ///
    /// runtime::block_on(async {
    ///     let (tx, _rx) = mpsc::channel(1);
    ///     let moment = Duration::from_millis(1);
    ///     assert_eq!(tx.send_timeout(1, moment).await, Ok(()));
    ///     assert_eq!(tx.send_timeout(2, moment).await, Err(SendTimeoutError::Timeout(2)));
    /// });
    /// ```
    #[cfg(feature = "time")]
    pub async fn send_timeout(
        &self,
        value: T,
        timeout: Duration,
    ) -> Result<(), SendTimeoutError<T>> {
        match time::timeout(timeout, self.reserve()).await {
            Ok(Ok(permit)) => {
                permit.send(value);
                Ok(())
            }
            Ok(Err(SendError(()))) => Err(SendTimeoutError::Closed(value)),
            Err(_elapsed) => Err(SendTimeoutError::Timeout(value)),
        }
    }

    /// Sends a value, blocking the thread while there is no room.
    ///
    /// In a task it blocks the worker's thread, and another one runs the rest; see [there](crate::sync#calls-that-block).
    ///
    /// # Errors
    ///
    /// Returns the value if the receiver was dropped or closed.
    ///
    /// # Panics
    ///
    /// Inside a current-thread runtime or a [`LocalSet`](crate::task::LocalSet), whose only thread it would block.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// let (tx, mut rx) = mpsc::channel(1);
    /// let thread = std::thread::spawn(move || tx.blocking_send(3));
    /// assert_eq!(rx.blocking_recv(), Some(3));
    /// thread.join().unwrap().unwrap();
    /// ```
    #[track_caller]
    pub fn blocking_send(&self, value: T) -> Result<(), SendError<T>> {
        block_on_leaf("`blocking_send`", self.send(value))
    }

    /// Waits for room, and keeps it for one value.
    ///
    /// # Cancel safety
    ///
    /// This is cancel safe; a future that is dropped loses its place in the queue of those who wait.
    ///
    /// # Errors
    ///
    /// Returns an error if the receiver was dropped or closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// runtime::block_on(async {
    ///     let (tx, mut rx) = mpsc::channel(1);
    ///     let permit = tx.reserve().await.unwrap();
    ///     assert!(tx.try_send(1).is_err());
    ///     permit.send(2);
    ///     assert_eq!(rx.recv().await, Some(2));
    /// });
    /// ```
    pub async fn reserve(&self) -> Result<Permit<'_, T>, SendError<()>> {
        self.wait_for(1).await?;
        Ok(Permit::new(self))
    }

    /// Waits for room for `n` values, and keeps it.
    ///
    /// # Cancel safety
    ///
    /// This is cancel safe; a future that is dropped loses its place in the queue of those who wait.
    ///
    /// # Errors
    ///
    /// Returns an error if the receiver was dropped or closed, or if `n` is more than the capacity.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// runtime::block_on(async {
    ///     let (tx, mut rx) = mpsc::channel(2);
    ///     for (permit, n) in tx.reserve_many(2).await.unwrap().zip(1..) {
    ///         permit.send(n);
    ///     }
    ///     assert_eq!((rx.recv().await, rx.recv().await), (Some(1), Some(2)));
    /// });
    /// ```
    pub async fn reserve_many(&self, n: usize) -> Result<PermitIterator<'_, T>, SendError<()>> {
        if n > self.max_capacity() {
            return Err(SendError(()));
        }
        self.wait_for(n).await?;
        Ok(PermitIterator::new(self, n))
    }

    /// As [`reserve`](Self::reserve), with a permit that owns this sender.
    ///
    /// # Cancel safety
    ///
    /// The sender is dropped with the future; clone it if you need it again.
    ///
    /// # Errors
    ///
    /// Returns an error if the receiver was dropped or closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// runtime::block_on(async {
    ///     let (tx, mut rx) = mpsc::channel(1);
    ///     let permit = tx.reserve_owned().await.unwrap();
    ///     let tx = permit.send(1);
    ///     assert_eq!(rx.recv().await, Some(1));
    ///     # drop(tx);
    /// });
    /// ```
    pub async fn reserve_owned(self) -> Result<OwnedPermit<T>, SendError<()>> {
        self.wait_for(1).await?;
        Ok(OwnedPermit::new(self))
    }

    /// Keeps room for one value, if there is some and nobody waits for it.
    ///
    /// # Errors
    ///
    /// Returns `Full` or `Closed`.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// let (tx, _rx) = mpsc::channel::<i32>(1);
    /// let permit = tx.try_reserve().unwrap();
    /// assert!(tx.try_reserve().is_err());
    /// drop(permit);
    /// assert!(tx.try_reserve().is_ok());
    /// ```
    pub fn try_reserve(&self) -> Result<Permit<'_, T>, TrySendError<()>> {
        self.try_take(1)?;
        Ok(Permit::new(self))
    }

    /// Keeps room for `n` values, if there is as much and nobody waits for it.
    ///
    /// # Errors
    ///
    /// Returns `Full` or `Closed`.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// let (tx, _rx) = mpsc::channel::<i32>(2);
    /// assert_eq!(tx.try_reserve_many(2).unwrap().len(), 2);
    /// assert!(tx.try_reserve_many(3).is_err());
    /// ```
    pub fn try_reserve_many(&self, n: usize) -> Result<PermitIterator<'_, T>, TrySendError<()>> {
        self.try_take(n)?;
        Ok(PermitIterator::new(self, n))
    }

    /// As [`try_reserve`](Self::try_reserve), with a permit that owns this sender.
    ///
    /// # Errors
    ///
    /// Returns this sender, in `Full` or in `Closed`.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// let (tx, mut rx) = mpsc::channel(1);
    /// let permit = tx.try_reserve_owned().unwrap();
    /// permit.send(3);
    /// assert_eq!(rx.try_recv(), Ok(3));
    /// ```
    pub fn try_reserve_owned(self) -> Result<OwnedPermit<T>, TrySendError<Self>> {
        match self.try_take(1) {
            Ok(()) => Ok(OwnedPermit::new(self)),
            Err(TrySendError::Full(())) => Err(TrySendError::Full(self)),
            Err(TrySendError::Closed(())) => Err(TrySendError::Closed(self)),
        }
    }

    async fn wait_for(&self, n: usize) -> Result<(), SendError<()>> {
        self.tx.shared().reserve_when_free(n).await.map_err(|_closed| SendError(()))
    }

    fn try_take(&self, n: usize) -> Result<(), TrySendError<()>> {
        self.tx.shared().try_reserve(n).map_err(|refused| match refused {
            Refused::Full => TrySendError::Full(()),
            Refused::Closed => TrySendError::Closed(()),
        })
    }

    /// Waits until the receiver is dropped or closed.
    ///
    /// # Cancel safety
    ///
    /// This is cancel safe.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// runtime::block_on(async {
    ///     let (tx, rx) = mpsc::channel::<()>(1);
    ///     drop(rx);
    ///     tx.closed().await;
    /// });
    /// ```
    pub async fn closed(&self) {
        self.tx.shared().closed().await;
    }

    /// Whether the receiver was dropped or closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// let (tx, rx) = mpsc::channel::<()>(1);
    /// assert!(!tx.is_closed());
    /// drop(rx);
    /// assert!(tx.is_closed());
    /// ```
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.tx.shared().is_closed()
    }

    /// How many values could be sent now without waiting.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// let (tx, _rx) = mpsc::channel(5);
    /// tx.try_send(1).unwrap();
    /// assert_eq!((tx.capacity(), tx.max_capacity()), (4, 5));
    /// ```
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.tx.shared().room()
    }

    /// The capacity with which the channel was created.
    #[must_use]
    pub fn max_capacity(&self) -> usize {
        self.tx.shared().limit()
    }

    /// Whether both send to the same receiver.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// let (tx, _rx) = mpsc::channel::<()>(1);
    /// assert!(tx.same_channel(&tx.clone()));
    /// ```
    #[must_use]
    pub fn same_channel(&self, other: &Self) -> bool {
        self.tx.is_same(&other.tx)
    }

    /// A handle that does not keep the channel open.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// let (tx, _rx) = mpsc::channel::<()>(1);
    /// let weak = tx.downgrade();
    /// assert!(weak.upgrade().is_some());
    /// drop(tx);
    /// assert!(weak.upgrade().is_none());
    /// ```
    #[must_use = "a weak sender that is dropped at once is of no use"]
    pub fn downgrade(&self) -> WeakSender<T> {
        WeakSender::new(self.tx.downgrade())
    }

    /// How many senders there are, owned permits included.
    #[must_use]
    pub fn strong_count(&self) -> usize {
        self.tx.shared().strong_count()
    }

    /// How many weak senders there are.
    #[must_use]
    pub fn weak_count(&self) -> usize {
        self.tx.shared().weak_count()
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Self { tx: self.tx.clone() }
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("mpsc::Sender").field("core", self.tx.shared()).finish()
    }
}
