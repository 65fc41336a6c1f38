//! A channel for one value.
//!
//! [`channel`] gives a [`Sender`] and a [`Receiver`]. The sender sends at most once, and never waits;
//! the receiver is a future that completes with the value, or with an error when the sender is gone.
//! Each side can learn that the other has lost interest.
//!
//! This is the way to get an answer back from another task: send it the sender along with the
//! question. For more than one value there is [`mpsc`](super::mpsc).

pub mod error;

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use self::error::{RecvError, TryRecvError};
use self::shared::{Look, Shared};
use crate::coop::{self, WaitReason};
use crate::scheduler::block_on_leaf;
use crate::util::sync::Arc;

mod shared;

/// Creates a channel for one value.
///
/// # Examples
///
/// ```
/// use runtime::sync::oneshot;
///
/// runtime::block_on(async {
///     let (tx, rx) = oneshot::channel();
///     runtime::spawn(async move { tx.send(3) });
///     assert_eq!(rx.await, Ok(3));
/// });
/// ```
#[must_use]
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let shared = Arc::new(Shared::new());
    (Sender { shared: Some(Arc::clone(&shared)) }, Receiver { shared: Some(shared) })
}

/// The side that sends the value.
///
/// Dropping it without sending ends the [`Receiver`]'s wait with an error.
pub struct Sender<T> {
    /// Taken by the call that ends this side.
    shared: Option<Arc<Shared<T>>>,
}

impl<T> Sender<T> {
    fn shared(&self) -> &Shared<T> {
        self.shared.as_ref().expect("a sender that has sent is gone")
    }

    /// Sends the value; this never waits.
    ///
    /// That it was sent does not say that it will be received: the receiver may be dropped later.
    ///
    /// # Errors
    ///
    /// Returns the value if the receiver was dropped or closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::oneshot;
    ///
    /// let (tx, rx) = oneshot::channel();
    /// drop(rx);
    /// assert_eq!(tx.send(3), Err(3));
    /// ```
    pub fn send(mut self, value: T) -> Result<(), T> {
        let shared = self.shared.take().expect("a sender that has sent is gone");
        let result = shared.send(value);
        if result.is_err() {
            shared.end();
        }
        result
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
    /// use runtime::sync::oneshot;
    ///
    /// runtime::block_on(async {
    ///     let (mut tx, rx) = oneshot::channel::<()>();
    ///     drop(rx);
    ///     tx.closed().await;
    /// });
    /// ```
    pub async fn closed(&mut self) {
        std::future::poll_fn(|cx| self.poll_closed(cx)).await;
    }

    /// Whether the receiver was dropped or closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::oneshot;
    ///
    /// let (tx, mut rx) = oneshot::channel::<()>();
    /// assert!(!tx.is_closed());
    /// rx.close();
    /// assert!(tx.is_closed());
    /// ```
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.shared().is_closed()
    }

    /// As [`closed`](Self::closed), for use in a `poll` of your own.
    ///
    /// Only the task of the last call is woken.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::oneshot;
    ///
    /// runtime::block_on(async {
    ///     let (mut tx, mut rx) = oneshot::channel::<()>();
    ///     rx.close();
    ///     std::future::poll_fn(|cx| tx.poll_closed(cx)).await;
    /// });
    /// ```
    pub fn poll_closed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let unit = ready!(coop::poll_proceed(cx));
        ready!(coop::waits(WaitReason::ChannelClosed, self.shared().poll_closed(cx.waker())));
        unit.made_progress();
        Poll::Ready(())
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        if let Some(shared) = self.shared.take() {
            shared.end();
        }
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("oneshot::Sender").field("is_closed", &self.is_closed()).finish()
    }
}

/// The side that receives the value: a future that completes with it.
///
/// To wait with a `select!` in a loop, use `&mut receiver`.
///
/// # Cancel safety
///
/// Nothing is lost if a `&mut Receiver` is cancelled: the value stays in the channel.
///
/// # Panics
///
/// Panics when it is polled after it has completed.
pub struct Receiver<T> {
    /// `None` once it has said that it is over.
    shared: Option<Arc<Shared<T>>>,
}

impl<T> Receiver<T> {
    /// Refuses what has not been sent yet.
    ///
    /// A value that was sent before is still received.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::oneshot;
    ///
    /// let (tx, mut rx) = oneshot::channel();
    /// rx.close();
    /// assert_eq!(tx.send(3), Err(3));
    /// ```
    pub fn close(&mut self) {
        if let Some(shared) = &self.shared {
            shared.close();
        }
    }

    /// Whether the channel's end has been seen: by the future, or by
    /// [`try_recv`](Self::try_recv).
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::oneshot;
    ///
    /// let (tx, mut rx) = oneshot::channel();
    /// tx.send(3).unwrap();
    /// assert!(!rx.is_terminated());
    /// rx.try_recv().unwrap();
    /// assert!(rx.is_terminated());
    /// ```
    #[must_use]
    pub fn is_terminated(&self) -> bool {
        self.shared.is_none()
    }

    /// Whether there is no value to be received at this moment.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::oneshot;
    ///
    /// let (tx, rx) = oneshot::channel();
    /// assert!(rx.is_empty());
    /// tx.send(3).unwrap();
    /// assert!(!rx.is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.shared.as_ref().is_some_and(|shared| shared.has_value())
    }

    /// Receives the value if it is there.
    ///
    /// # Errors
    ///
    /// Returns `Empty` if the sender may still send, else `Closed`.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::oneshot::{self, error::TryRecvError};
    ///
    /// let (tx, mut rx) = oneshot::channel();
    /// assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
    /// tx.send(3).unwrap();
    /// assert_eq!(rx.try_recv(), Ok(3));
    /// assert_eq!(rx.try_recv(), Err(TryRecvError::Closed));
    /// ```
    pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
        let shared = self.shared.as_ref().ok_or(TryRecvError::Closed)?;
        let result = match shared.look() {
            Look::Empty => return Err(TryRecvError::Empty),
            Look::Value(value) => Ok(value),
            Look::Nothing => Err(TryRecvError::Closed),
        };
        self.shared = None;
        result
    }

    /// Receives the value, blocking the thread until it is there.
    ///
    /// In a task it blocks the worker's thread, and another one runs the rest; see [there](crate::sync#calls-that-block).
    ///
    /// # Errors
    ///
    /// Returns an error if the sender is dropped without sending.
    ///
    /// # Panics
    ///
    /// Inside a current-thread runtime or a [`LocalSet`](crate::task::LocalSet), whose only thread it would block.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::oneshot;
    ///
    /// let (tx, rx) = oneshot::channel();
    /// let thread = std::thread::spawn(move || rx.blocking_recv());
    /// tx.send(3).unwrap();
    /// assert_eq!(thread.join().unwrap(), Ok(3));
    /// ```
    #[track_caller]
    pub fn blocking_recv(self) -> Result<T, RecvError> {
        block_on_leaf("`blocking_recv`", self)
    }
}

impl<T> Future for Receiver<T> {
    type Output = Result<T, RecvError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let unit = ready!(coop::poll_proceed(cx));
        let shared = self.shared.as_ref().expect("a oneshot receiver was polled after completion");
        let result = loop {
            match shared.look() {
                Look::Empty => {
                    let ended = shared.poll_ended(cx.waker());
                    ready!(coop::waits(WaitReason::OneshotReceive, ended));
                }
                Look::Value(value) => break Ok(value),
                Look::Nothing => break Err(RecvError(())),
            }
        };
        unit.made_progress();
        self.shared = None;
        Poll::Ready(result)
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        let Some(shared) = self.shared.take() else { return };
        shared.close();
        // A value that was sent and never received goes here, not with whichever side is last.
        let _ = shared.look();
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("oneshot::Receiver")
            .field("is_empty", &self.is_empty())
            .field("is_terminated", &self.is_terminated())
            .finish()
    }
}
