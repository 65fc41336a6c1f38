//! The end that sees the value.

use std::future::poll_fn;
use std::pin::pin;
use std::task::{Poll, ready};

use super::borrowed::Ref;
use super::error::RecvError;
use super::shared::Shared;
use super::version::Version;
use crate::coop::{self, WaitReason};
use crate::sync::senders;
use crate::util::sync::Arc;

/// The end of a channel that sees the value.
///
/// Made by [`channel`](super::channel) and [`Sender::subscribe`](super::Sender::subscribe). A receiver remembers which
/// value it has seen last; a clone begins with the same memory, and then has its own.
#[derive(Debug)]
pub struct Receiver<T> {
    shared: Arc<senders::Shared<Shared<T>>>,
    seen: Version,
}

impl<T> Receiver<T> {
    /// A receiver that has seen the present value.
    pub(super) fn new(shared: Arc<senders::Shared<Shared<T>>>) -> Self {
        let seen = shared.snapshot().version();
        Self::with_memory(shared, seen)
    }

    fn with_memory(shared: Arc<senders::Shared<Shared<T>>>, seen: Version) -> Self {
        shared.add_receiver();
        Self { shared, seen }
    }

    /// The value that was sent last; does not count as having seen it.
    ///
    /// See [`Ref`] for what it blocks. A thread that has a `Ref` and borrows again may wait for itself, if a sender came
    /// in between.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// let (tx, rx) = watch::channel("one");
    /// tx.send("two").unwrap();
    /// assert_eq!(*rx.borrow(), "two");
    /// assert!(rx.has_changed().unwrap());
    /// ```
    pub fn borrow(&self) -> Ref<'_, T> {
        let value = self.shared.read();
        let has_changed = self.shared.snapshot().version() != self.seen;
        Ref::new(value, has_changed)
    }

    /// The value that was sent last, which has been seen with this.
    ///
    /// In a loop around [`changed`](Self::changed) this is the right one: a value that was sent between `changed` and
    /// this is not announced once more.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// let (tx, mut rx) = watch::channel("one");
    /// tx.send("two").unwrap();
    /// assert_eq!(*rx.borrow_and_update(), "two");
    /// assert!(!rx.has_changed().unwrap());
    /// ```
    pub fn borrow_and_update(&mut self) -> Ref<'_, T> {
        look(&self.shared, &mut self.seen)
    }

    /// Whether there is a value that was not seen.
    ///
    /// # Errors
    ///
    /// If all senders are gone, whether the last value was seen or not; [`changed`](Self::changed) and
    /// [`Ref::has_changed`] tell more then.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// let (tx, mut rx) = watch::channel(1);
    /// tx.send(2).unwrap();
    /// assert!(rx.has_changed().unwrap());
    /// assert_eq!(*rx.borrow_and_update(), 2);
    /// assert!(!rx.has_changed().unwrap());
    /// drop(tx);
    /// assert!(rx.has_changed().is_err());
    /// ```
    pub fn has_changed(&self) -> Result<bool, RecvError> {
        let now = self.shared.snapshot();
        match now.is_closed() {
            true => Err(RecvError(())),
            false => Ok(now.version() != self.seen),
        }
    }

    /// Whether all senders are gone.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// let (tx, rx) = watch::channel(());
    /// assert!(!rx.is_closed());
    /// drop(tx);
    /// assert!(rx.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        self.shared.snapshot().is_closed()
    }

    /// Forgets that the present value was seen.
    ///
    /// So that a loop around [`changed`](Self::changed) begins with the value that is there.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// runtime::block_on(async {
    ///     let (_tx, mut rx) = watch::channel(1);
    ///     rx.mark_changed();
    ///     rx.changed().await.unwrap();
    /// });
    /// ```
    pub fn mark_changed(&mut self) {
        self.seen = self.shared.snapshot().version().before();
    }

    /// Takes the present value for seen, without a look at it.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// let (tx, mut rx) = watch::channel(1);
    /// tx.send(2).unwrap();
    /// rx.mark_unchanged();
    /// assert!(!rx.has_changed().unwrap());
    /// ```
    pub fn mark_unchanged(&mut self) {
        self.seen = self.shared.snapshot().version();
    }

    /// Waits until there is a value that was not seen, and takes it for seen.
    ///
    /// If several values were sent meanwhile, this announces them together.
    ///
    /// # Errors
    ///
    /// If the last value was seen, and all senders are gone. The last value always comes before this error.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future takes nothing for seen.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// runtime::block_on(async {
    ///     let (tx, mut rx) = watch::channel("one");
    ///     runtime::spawn(async move { tx.send("two") });
    ///     rx.changed().await.unwrap();
    ///     assert_eq!(*rx.borrow_and_update(), "two");
    ///     assert!(rx.changed().await.is_err());
    /// });
    /// ```
    pub async fn changed(&mut self) -> Result<(), RecvError> {
        let (shared, seen): (&Shared<T>, _) = (&self.shared, &mut self.seen);
        let mut wait = pin!(shared.wait_changed());
        poll_fn(|cx| {
            let unit = ready!(coop::poll_proceed(cx));
            let changed = shared.poll_changed(*seen, wait.as_mut(), cx.waker());
            let changed = ready!(coop::waits(WaitReason::WatchChanged, changed));
            unit.made_progress();
            Poll::Ready(changed.map(|version| *seen = version))
        })
        .await
    }

    /// Waits for a value that `f` says yes to.
    ///
    /// It asks for the present value first, seen or not, and then for each that it meets. Values that come and go in
    /// quick succession may be skipped. What it asked for, it takes for seen.
    ///
    /// # Errors
    ///
    /// If all senders are gone, and `f` said no to the last value.
    ///
    /// # Panics
    ///
    /// Panics if `f` does. `f` must not touch the channel: the thread might wait for itself.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, then of the values that it has taken for seen there is none that `f` said yes to.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// runtime::block_on(async {
    ///     let (tx, mut rx) = watch::channel(1);
    ///     runtime::spawn(async move {
    ///         for n in 2..=5 {
    ///             tx.send_replace(n);
    ///         }
    ///     });
    ///     let enough = rx.wait_for(|n| *n >= 5).await.unwrap();
    ///     assert_eq!(*enough, 5);
    /// });
    /// ```
    pub async fn wait_for(
        &mut self,
        mut f: impl FnMut(&T) -> bool,
    ) -> Result<Ref<'_, T>, RecvError> {
        let (shared, seen): (&Shared<T>, _) = (&self.shared, &mut self.seen);
        let mut wait = pin!(shared.wait_changed());
        let mut asked = false;
        poll_fn(|cx| {
            loop {
                let unit = ready!(coop::poll_proceed(cx));
                if asked {
                    let changed = shared.poll_changed(*seen, wait.as_mut(), cx.waker());
                    let changed = ready!(coop::waits(WaitReason::WatchChanged, changed));
                    if let Err(closed) = changed {
                        unit.made_progress();
                        return Poll::Ready(Err(closed));
                    }
                }
                asked = true;
                unit.made_progress(); // also for a no: senders may be as fast as this loop
                let value = look(shared, seen);
                if f(&value) {
                    return Poll::Ready(Ok(value));
                }
            }
        })
        .await
    }

    /// Whether both are of one channel.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// let (tx, rx) = watch::channel(());
    /// assert!(rx.same_channel(&tx.subscribe()));
    /// assert!(!rx.same_channel(&watch::channel(()).1));
    /// ```
    pub fn same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }
}

/// The value, and with the same look its version, which has been seen then.
fn look<'a, T>(shared: &'a Shared<T>, seen: &mut Version) -> Ref<'a, T> {
    let value = shared.read();
    let version = shared.snapshot().version();
    let has_changed = version != *seen;
    *seen = version;
    Ref::new(value, has_changed)
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        Self::with_memory(Arc::clone(&self.shared), self.seen)
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.shared.remove_receiver();
    }
}
