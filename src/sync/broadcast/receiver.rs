//! The receiving end.

use std::fmt;

use super::channel::Channel;
use super::error::{RecvError, TryRecvError};
use super::recv::Recv;
use super::state::Nothing;
use crate::scheduler::block_on_leaf;
use crate::sync::senders::Shared;
use crate::util::sync::Arc;

/// A receiving end of a broadcast channel.
///
/// Each receives all that is sent after it was made: by [`channel`](super::channel),
/// [`Sender::subscribe`](super::Sender::subscribe) or [`resubscribe`](Self::resubscribe). Dropping it drops the values
/// that no other has yet to receive.
pub struct Receiver<T> {
    pub(super) shared: Arc<Shared<Channel<T>>>,
    /// The number of the value that is received next.
    pub(super) cursor: u64,
}

impl<T> Receiver<T> {
    pub(super) fn new(shared: Arc<Shared<Channel<T>>>) -> Self {
        let cursor = shared.subscribe();
        Self { shared, cursor }
    }

    /// How many values were sent that this receiver has not received.
    ///
    /// Those that were taken away from it count too, until it has learned of that. So if this is more than the
    /// capacity of the channel, the next thing that is received is `Lagged`.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::broadcast::{self, error::TryRecvError};
    ///
    /// let (tx, mut rx) = broadcast::channel(2);
    /// (0..5).for_each(|n| assert!(tx.send(n).is_ok()));
    /// assert_eq!(rx.len(), 5);
    /// assert_eq!(rx.try_recv(), Err(TryRecvError::Lagged(3)));
    /// assert_eq!(rx.len(), 2);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        usize::try_from(self.shared.next() - self.cursor).unwrap_or(usize::MAX)
    }

    /// Whether all was received that was sent.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::broadcast;
    ///
    /// let (tx, rx) = broadcast::channel(16);
    /// assert!(rx.is_empty());
    /// tx.send(1).unwrap();
    /// assert!(!rx.is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether both receive from the same channel.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::broadcast;
    ///
    /// let (tx, rx) = broadcast::channel::<i32>(16);
    /// assert!(rx.same_channel(&tx.subscribe()));
    /// ```
    #[must_use]
    pub fn same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }

    /// Whether all senders are gone. There may still be values to receive.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::broadcast;
    ///
    /// let (tx, rx) = broadcast::channel::<i32>(16);
    /// assert!(!rx.is_closed());
    /// drop(tx);
    /// assert!(rx.is_closed());
    /// ```
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.shared.is_over()
    }

    /// How many senders there are.
    #[must_use]
    pub fn sender_strong_count(&self) -> usize {
        self.shared.strong_count()
    }

    /// How many weak senders there are.
    #[must_use]
    pub fn sender_weak_count(&self) -> usize {
        self.shared.weak_count()
    }
}

impl<T: Clone> Receiver<T> {
    /// A new receiver, of what is sent from now on; not of what this one has yet to receive.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::broadcast;
    ///
    /// let (tx, mut rx) = broadcast::channel(2);
    /// tx.send(1).unwrap();
    /// let mut new = rx.resubscribe();
    /// tx.send(2).unwrap();
    /// assert_eq!((rx.try_recv(), new.try_recv()), (Ok(1), Ok(2)));
    /// ```
    #[must_use = "a receiver that is dropped at once receives nothing"]
    pub fn resubscribe(&self) -> Self {
        Self::new(Arc::clone(&self.shared))
    }

    /// Receives the next value.
    ///
    /// # Cancel safety
    ///
    /// This is cancel safe: no value is lost.
    ///
    /// # Errors
    ///
    /// Returns `Lagged` with the number of values that this receiver lost because it was too slow; it goes on with the
    /// oldest that is left. Returns `Closed` when nothing is left and all senders are gone.
    ///
    /// # Panics
    ///
    /// Panics if the clone of the value does; the next call goes on with the next value.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::broadcast::{self, error::RecvError};
    ///
    /// runtime::block_on(async {
    ///     let (tx, mut rx) = broadcast::channel(2);
    ///     for n in [10, 20, 30] {
    ///         tx.send(n).unwrap();
    ///     }
    ///     drop(tx);
    ///     assert_eq!(rx.recv().await, Err(RecvError::Lagged(1)));
    ///     assert_eq!(rx.recv().await, Ok(20));
    ///     assert_eq!(rx.recv().await, Ok(30));
    ///     assert_eq!(rx.recv().await, Err(RecvError::Closed));
    /// });
    /// ```
    pub async fn recv(&mut self) -> Result<T, RecvError> {
        Recv::new(self).await
    }

    /// Receives a value if one is there.
    ///
    /// # Errors
    ///
    /// Returns `Empty` if nothing is there and a value may still come, and otherwise the errors of
    /// [`recv`](Self::recv).
    ///
    /// # Panics
    ///
    /// Panics if the clone of the value does; the next call goes on with the next value.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::broadcast::{self, error::TryRecvError};
    ///
    /// let (tx, mut rx) = broadcast::channel(16);
    /// assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
    /// tx.send(10).unwrap();
    /// drop(tx);
    /// assert_eq!(rx.try_recv(), Ok(10));
    /// assert_eq!(rx.try_recv(), Err(TryRecvError::Closed));
    /// ```
    pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
        match self.shared.try_recv(&mut self.cursor) {
            Ok(value) => Ok(value.copy()),
            Err(Nothing::Yet) => Err(TryRecvError::Empty),
            Err(Nothing::Ever) => Err(TryRecvError::Closed),
            Err(Nothing::Lagged(n)) => Err(TryRecvError::Lagged(n)),
        }
    }

    /// Receives the next value, blocking the thread until it is there.
    ///
    /// In a task it blocks the worker's thread, and another one runs the rest; see
    /// [there](crate::sync#calls-that-block).
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv).
    ///
    /// # Panics
    ///
    /// As [`recv`](Self::recv).
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::broadcast;
    ///
    /// let (tx, mut rx) = broadcast::channel(16);
    /// let thread = std::thread::spawn(move || rx.blocking_recv());
    /// tx.send(10).unwrap();
    /// assert_eq!(thread.join().unwrap(), Ok(10));
    /// ```
    #[track_caller]
    pub fn blocking_recv(&mut self) -> Result<T, RecvError> {
        block_on_leaf("`blocking_recv`", self.recv())
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.shared.unsubscribe(self.cursor);
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("broadcast::Receiver")
            .field("len", &self.len())
            .field("is_closed", &self.is_closed())
            .finish()
    }
}
