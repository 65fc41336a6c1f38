//! A wake-up without a value, for one task or for all that wait.
//!
//! A task looks at a state, finds that it has to wait, and waits; in between the state has changed, and whoever changed
//! it has found nobody to wake. A `Notify` must not lose that wake-up, although it knows nothing of the state. For one
//! task it keeps the notification as a permit; but "all that wait" cannot be kept, and so counts everybody who has
//! announced a wait before, polled or not, and nobody who comes later. And a task that was chosen may be
//! dropped before it learns of it.
//!
//! # The word
//!
//! ```text
//!  63                          2    1        0
//! +-----------------------------+--------+--------+
//! |            round            | waited | permit |
//! +-----------------------------+--------+--------+
//! ```
//!
//! `permit` is a notification for one that nobody waited for; there is one at most. `waited` says that tasks wait in
//! the list. `round` counts the calls of `notify_waiters`; it does not wrap in the life of a machine.
//!
//! | transition | changes the word from, to | who |
//! |---|---|---|
//! | end | this round, permit: no permit | a wait that is not in the list |
//! | enter | this round, no permit: waited | who has the lock, and queues before it unlocks |
//! | store | not waited: permit | anyone |
//! | store, locked | whatever: permit | who has the lock, and finds the list empty |
//! | turn | whatever: the next round | anyone |
//! | emptied | whatever: not waited | who has the lock, and has emptied the list |
//!
//! # Invariants
//!
//! 1. When the lock is free, `waited` is set if and only if the list is not empty.
//! 2. While `waited` is set there is no permit: nobody waits beside a notification that he could have.
//! 3. A wait belongs to the round in which its future was made. It is over when that round is, whatever the list says.
//! 4. In the list, rounds do not decrease from front to back: a wait enters in its own round alone.
//! 5. A notification for one is the permit, or in the note of one waiter that was taken off, or in the hand of the
//!    thread that notifies, or was used by a wait that is over. Two permits are one.
//!
//! # The sides
//!
//! Waiting:
//!
//! 1. when the future is made, read the round;
//! 2. when it is polled: end, in one step, if the round is another or there is a permit;
//! 3. else lock the list, and enter, in one step, which looks once more for what ends the wait;
//! 4. queue with the round as note, unlock;
//! 5. when it is polled again: over if the round is another, then leave the list; or if it was taken off.
//!
//! Notifying one:
//!
//! 1. store, in one step; done, if `waited` was not set;
//! 2. lock the list; take those off the front whose round is over, to wake them;
//! 3. hand the notification to the first, or the last, by its note, and take it off; or, if nobody is left,
//!    store it;
//! 4. clear `waited` if the list is empty, unlock, wake.
//!
//! Notifying all:
//!
//! 1. turn, in one step; done, if `waited` was not set;
//! 2. lock the list; take those off the front whose round is over; unlock, wake. More than a batch of wakers holds are
//!    woken in several goes, with the lock free in between.
//!
//! All decisive steps (end, enter, store, turn) change one word, so they have one order.
//!
//! - *Store before enter*: the wait takes the permit. *Enter before store*: the store fails, and step 2 gets the lock
//!   when the waiter is queued.
//! - *Turn before enter*: the wait sees another round, and is over. *Enter before turn*: the turn sees `waited`, and its
//!   step 2 gets the lock when the waiter is queued. A wait that was made before the turn and is polled after all this
//!   sees the round: it needed no place in the list.
//! - *Turn between two batches, or before the first, against a notification for one*: those whose round is over have
//!   got theirs, so giving them another would be to lose it. They are at the front (4), and whoever notifies
//!   one takes them off on his way, in the place of the one who turned.
//! - *Turn, and two of its waits that are polled*: both are over at once, also if only one was taken off yet.
//! - *Turn against handing to one of the same round*: the one who has the lock read the round before; then his
//!   notification came first. The wait that has both is over, and has used both.
//!
//! A future that is dropped leaves the list. If its note has a notification, that is given to the next as if it was
//! notified now, in the order it was given in. A wait that a turn ended has nothing to pass on.
//!
//! # Orderings
//!
//! Store and turn release; end, enter and reading the round acquire. So what was done before a notification is seen by
//! the wait that it ends, and, since all changes are read-modify-write operations and so in one
//! release sequence, what was done before *all* notifications that the permit stands for. What comes by the list is
//! ordered by the lock.
//!
//! A task that announces its wait and then looks at a state must see the change, or be found waiting, though the word
//! and the state are two places. Reading the round, in making the future, is an acquire: if it reads the round after a
//! turn it sees what was done before, else the turn ends its wait. Entering, in `enable`, changes the same word as
//! store and turn do: if it comes after, it sees what was done before, else they see `waited`. That is why a store that
//! finds a permit writes it again.
//!
//! # What was tried and failed
//!
//! - A notification for one that only looks at the front while a turn wakes its batches goes to a wait that is over.
//! - To move all whose round is over to a list of the turn's own, before the first is woken, needs nodes in the list
//!   that are no waiters, or waiters that know which list they are in while others move them.
//! - To count waits that a turn ended, and were not told, in the notes: every wait would have to lock.

use std::fmt;
use std::sync::Arc;

use self::core::{Core, Order};

mod core;
mod notified;
mod wait;
mod word;

pub use self::notified::{Notified, OwnedNotified};
pub(crate) use self::wait::Wait;

/// Wakes one task that waits, or all of them.
///
/// There is no value that is passed along: it says that there is something to be looked at. Think of
/// [`notify_one`](Self::notify_one) as a [`Semaphore`](super::Semaphore) that starts with no permit and never holds
/// more than one: it wakes a task that waits in [`notified`](Self::notified), or else lets the next one
/// pass. [`notify_waiters`](Self::notify_waiters) wakes all that wait and leaves nothing for those that come later.
///
/// It is fair: `notify_one` wakes the task that has waited for longest.
///
/// # Cost
///
/// Notifying when nobody waits, and passing when there is a permit, is one atomic operation each. Waiting
/// allocates nothing. `notify_waiters` takes a short lock for each 32 tasks, and wakes them one after the other.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
///
/// use runtime::sync::Notify;
///
/// runtime::block_on(async {
///     let notify = Arc::new(Notify::new());
///     let waits = {
///         let notify = Arc::clone(&notify);
///         runtime::spawn(async move { notify.notified().await })
///     };
///     notify.notify_one(); // before it waits, or while it does
///     waits.await.unwrap();
/// });
/// ```
///
/// A channel of one's own, of which only one task receives:
///
/// ```
/// use std::collections::VecDeque;
/// use std::sync::Mutex;
///
/// use runtime::sync::Notify;
///
/// #[derive(Default)]
/// struct Channel {
///     values: Mutex<VecDeque<u32>>,
///     sent: Notify,
/// }
///
/// impl Channel {
///     fn send(&self, value: u32) {
///         self.values.lock().unwrap().push_back(value);
///         self.sent.notify_one();
///     }
///
///     async fn recv(&self) -> u32 {
///         loop {
///             if let Some(value) = self.values.lock().unwrap().pop_front() {
///                 return value;
///             }
///             self.sent.notified().await; // what is sent now leaves a permit
///         }
///     }
/// }
///
/// runtime::block_on(async {
///     let channel = Channel::default();
///     channel.send(3);
///     assert_eq!(channel.recv().await, 3);
/// });
/// ```
pub struct Notify {
    core: Core,
}

impl Notify {
    /// Creates a `Notify` without a permit.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Notify;
    ///
    /// let notify = Notify::new();
    /// # drop(notify);
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self { core: Core::new() }
    }

    /// As [`new`](Self::new), for a `static`.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Notify;
    ///
    /// static NOTIFY: Notify = Notify::const_new();
    /// NOTIFY.notify_one();
    /// ```
    #[cfg(not(loom))]
    #[must_use]
    pub const fn const_new() -> Self {
        Self { core: Core::new() }
    }

    /// Waits for a notification.
    ///
    /// A permit that [`notify_one`](Self::notify_one) has left is taken, and then there is no wait. Tasks are notified in the order in
    /// which they polled, or [enabled](Notified::enable), the future first. But
    /// [`notify_waiters`](Self::notify_waiters) counts from the moment it is made: so make it, then look at the state,
    /// then await it.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives up the place in the queue. If it was given a notification by `notify_one` already, the next task
    /// gets that, or it becomes the permit.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
    ///
    /// use runtime::sync::Notify;
    ///
    /// static READY: AtomicBool = AtomicBool::new(false);
    /// static CHANGED: Notify = Notify::const_new();
    ///
    /// async fn ready() {
    ///     let changed = CHANGED.notified();
    ///     if !READY.load(SeqCst) {
    ///         changed.await; // also if it changed between the two lines
    ///     }
    /// }
    ///
    /// runtime::block_on(async {
    ///     let waits = runtime::spawn(ready());
    ///     READY.store(true, SeqCst);
    ///     CHANGED.notify_waiters();
    ///     waits.await.unwrap();
    /// });
    /// ```
    pub fn notified(&self) -> Notified<'_> {
        Notified { wait: Wait::new(self) }
    }

    /// As [`notified`](Self::notified), for a future that borrows nothing.
    ///
    /// # Cancel safety
    ///
    /// As [`notified`](Self::notified).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use runtime::sync::Notify;
    ///
    /// runtime::block_on(async {
    ///     let notify = Arc::new(Notify::new());
    ///     let waits = runtime::spawn(notify.clone().notified_owned());
    ///     notify.notify_one();
    ///     waits.await.unwrap();
    /// });
    /// ```
    pub fn notified_owned(self: Arc<Self>) -> OwnedNotified {
        OwnedNotified { wait: Wait::new(self) }
    }

    /// Wakes the task that has waited for longest, or leaves a permit if none waits.
    ///
    /// There is one permit at most: several calls that find nobody let one task pass.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Notify;
    ///
    /// runtime::block_on(async {
    ///     let notify = Notify::new();
    ///     notify.notify_one();
    ///     notify.notified().await;
    /// });
    /// ```
    pub fn notify_one(&self) {
        self.core.notify(Order::First);
    }

    /// Wakes the task that has begun to wait last, or leaves a permit if none waits.
    ///
    /// For where fairness does not matter, and the latest is the one whose data are still in the caches.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::pin::pin;
    ///
    /// use runtime::sync::Notify;
    ///
    /// let notify = Notify::new();
    /// let (mut first, mut last) = (pin!(notify.notified()), pin!(notify.notified()));
    /// first.as_mut().enable();
    /// last.as_mut().enable();
    /// notify.notify_last();
    /// assert!(last.enable() && !first.enable());
    /// ```
    pub fn notify_last(&self) {
        self.core.notify(Order::Last);
    }

    /// Wakes all tasks that wait, and leaves nothing for those that come later.
    ///
    /// All futures wait for this that [`notified`](Self::notified) has returned before, also if they have not been
    /// polled yet. It does not touch the permit: a future that this ends does not take it.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Notify;
    ///
    /// runtime::block_on(async {
    ///     let notify = Notify::new();
    ///     let (first, second) = (notify.notified(), notify.notified());
    ///     notify.notify_waiters();
    ///     first.await;
    ///     second.await;
    /// });
    /// ```
    pub fn notify_waiters(&self) {
        self.core.notify_waiters();
    }
}

impl Default for Notify {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Notify {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notify").field("state", &self.core).finish_non_exhaustive()
    }
}
