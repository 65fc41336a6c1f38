//! The receiving end.

use std::fmt;
use std::pin::Pin;
use std::ptr;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::error::TryRecvError;
use super::handle::Rx;
use super::state::{Nothing, Promise};
use crate::scheduler::block_on_leaf;
use crate::util::sync::Mutex;
use crate::util::wait_list::Waiter;

/// A receiving end of a channel; of all clones, each value reaches one.
///
/// When the last one is dropped the channel is closed, and what was not received is dropped.
///
/// It is a `Stream` of the values, too. A stream that was polled and is neither polled again nor dropped keeps its
/// place among the receivers that wait, and a value may be kept for it; any other way to receive from the same handle
/// gives that up first.
pub struct Receiver<T> {
    rx: Rx<T>,
    /// Where this waits as a stream, once it was polled as one.
    place: Option<Place>,
}

/// A place among the receivers that wait, or none.
///
/// It is put there by `poll_next`, which has the receiver to itself; so while a `recv` borrows the receiver nobody else
/// brings it back.
type Place = Mutex<Option<Pin<Box<Waiter<Promise>>>>>;

impl<T> Receiver<T> {
    pub(super) fn new(rx: Rx<T>) -> Self {
        Self { rx, place: None }
    }

    /// Receives the next value; `None` when the channel is empty and nothing will come.
    ///
    /// # Cancel safety
    ///
    /// This is cancel safe: no value is lost. One that was kept for this call goes to the next receiver.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::chan;
    ///
    /// runtime::block_on(async {
    ///     let (tx, rx) = chan::bounded(10);
    ///     tx.send(1).await.unwrap();
    ///     drop(tx);
    ///     assert_eq!(rx.recv().await, Some(1));
    ///     assert_eq!(rx.recv().await, None);
    /// });
    /// ```
    pub async fn recv(&self) -> Option<T> {
        self.leave_place();
        self.rx.shared().core().recv().await
    }

    /// Receives a value if one is there that is not kept for another receiver.
    ///
    /// In a channel of capacity 0 this finds only what a sender has already given. If a sender waits, it is
    /// called, and a later `try_recv` finds its value.
    ///
    /// # Errors
    ///
    /// Returns `Empty` if a value may still come, else `Disconnected`.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::chan::{self, error::TryRecvError};
    ///
    /// let (tx, rx) = chan::bounded(10);
    /// assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
    /// tx.try_send(1).unwrap();
    /// drop(tx);
    /// assert_eq!(rx.try_recv(), Ok(1));
    /// assert_eq!(rx.try_recv(), Err(TryRecvError::Disconnected));
    /// ```
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        self.leave_place();
        self.rx.shared().core().try_take().map_err(|nothing| match nothing {
            Nothing::Yet => TryRecvError::Empty,
            Nothing::Ever => TryRecvError::Disconnected,
        })
    }

    /// Receives the next value, blocking the thread until it is there.
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
    /// let (tx, rx) = chan::bounded(10);
    /// let thread = std::thread::spawn(move || tx.blocking_send(3));
    /// assert_eq!(rx.blocking_recv(), Some(3));
    /// assert_eq!(rx.blocking_recv(), None);
    /// # thread.join().unwrap().unwrap();
    /// ```
    #[track_caller]
    pub fn blocking_recv(&self) -> Option<T> {
        block_on_leaf("`blocking_recv`", self.recv())
    }

    /// Refuses what has not been sent yet; what was sent is still received. Says whether this call closed it.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::chan;
    ///
    /// runtime::block_on(async {
    ///     let (tx, rx) = chan::bounded(10);
    ///     tx.send(1).await.unwrap();
    ///     rx.close();
    ///     assert!(tx.send(2).await.is_err());
    ///     assert_eq!((rx.recv().await, rx.recv().await), (Some(1), None));
    /// });
    /// ```
    pub fn close(&self) -> bool {
        self.rx.shared().core().close()
    }

    /// Whether no more can be sent: the channel was closed, or all senders are gone.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.rx.shared().is_closed()
    }

    /// How many values were sent and not received.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::chan;
    ///
    /// let (tx, rx) = chan::bounded(10);
    /// tx.try_send(1).unwrap();
    /// assert_eq!((rx.len(), rx.capacity()), (1, Some(10)));
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.rx.shared().core().queued()
    }

    /// Whether there is nothing to receive at this moment.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a `send` would have to wait now.
    ///
    /// A channel of capacity 0 is full unless a receiver waits.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.rx.shared().core().room() == 0
    }

    /// With what capacity the channel was made; `None` without a limit.
    ///
    /// This is Go's `cap(ch)`, and does not change; that of `sync::mpsc` is the room there is left.
    #[must_use]
    pub fn capacity(&self) -> Option<usize> {
        self.rx.shared().capacity()
    }

    /// How many senders there are.
    #[must_use]
    pub fn sender_count(&self) -> usize {
        self.rx.shared().senders()
    }

    /// How many receivers there are.
    #[must_use]
    pub fn receiver_count(&self) -> usize {
        self.rx.shared().receivers()
    }

    /// Whether both receive from the same channel.
    #[must_use]
    pub fn same_channel(&self, other: &Self) -> bool {
        ptr::eq(self.rx.shared(), other.rx.shared())
    }

    /// Gives up the place of the stream: this receiver would wait behind itself.
    #[inline]
    fn leave_place(&self) {
        if let Some(place) = &self.place {
            let waiter = place.lock().take();
            if let Some(mut waiter) = waiter {
                self.rx.shared().core().leave_several(waiter.as_mut());
            }
        }
    }
}

impl<T> Stream for Receiver<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let this = &mut *self;
        let place = this.place.get_or_insert_with(|| Mutex::new(None)).get_mut();
        let waiter = place.get_or_insert_with(|| Box::pin(Waiter::new()));
        this.rx.shared().core().poll_take(waiter.as_mut(), cx)
    }
}

// Nothing in it is pinned but what has a box of its own.
impl<T> Unpin for Receiver<T> {}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        Self::new(self.rx.clone())
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.leave_place();
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("chan::Receiver").field("core", self.rx.shared().core()).finish()
    }
}
