//! A channel that has one value: the newest.
//!
//! [`channel`] gives a [`Sender`] and a [`Receiver`]; there may be many of both. A sender replaces the value, or changes
//! it in place, and never waits for a receiver. A receiver looks at the value when it likes, and can wait for it to change:
//! it is told that there is something new, not of each value. So this is for what is true at the moment (a
//! configuration, a state of a connection, progress, whether the program is to end) and not for work that has to be done,
//! for which there is [`mpsc`](super::mpsc).
//!
//! # Seen or not
//!
//! Each receiver remembers which value it has seen. [`changed`](Receiver::changed) waits for another one, and takes it
//! for seen; [`borrow_and_update`](Receiver::borrow_and_update) takes what it returns for seen, and
//! [`borrow`](Receiver::borrow) does not. The value that a receiver was made with counts as seen. To begin a loop with
//! it call [`mark_changed`](Receiver::mark_changed), or look before the first wait:
//!
//! ```
//! use runtime::sync::watch;
//!
//! runtime::block_on(async {
//!     let (tx, mut rx) = watch::channel(0);
//!     runtime::spawn(async move {
//!         for percent in [10, 60, 100] {
//!             tx.send_replace(percent);
//!             runtime::task::yield_now().await;
//!         }
//!     });
//!     loop {
//!         println!("{} percent", *rx.borrow_and_update());
//!         if rx.changed().await.is_err() {
//!             break; // the sender is gone, and its last value was printed
//!         }
//!     }
//! });
//! ```
//!
//! # The end
//!
//! When all senders are gone, receivers still see the last value, and `changed` announces it if it was not seen; after that
//! it returns an error. When all receivers are gone, [`send`](Sender::send) returns its value as an error and
//! [`closed`](Sender::closed) completes, until there is a receiver again by [`subscribe`](Sender::subscribe).
//!
//! # Cost
//!
//! Looking at the value takes a read lock of the standard library's [`RwLock`](std::sync::RwLock), sending takes
//! the write lock; so who keeps a [`Ref`] keeps senders from sending, and blocks their threads. Asking whether
//! there is something new is one load. Waiting allocates nothing; all receivers that wait share one short lock, and a
//! change wakes them one after the other, which costs its sender time for each that waits.

pub mod error;

mod borrowed;
mod receiver;
mod sender;
mod shared;
mod version;

pub use self::borrowed::Ref;
pub use self::receiver::Receiver;
pub use self::sender::Sender;

/// Creates a channel with a first value.
///
/// # Examples
///
/// ```
/// use runtime::sync::watch;
///
/// let (tx, rx) = watch::channel("one");
/// assert_eq!(*rx.borrow(), "one");
/// tx.send("two").unwrap();
/// assert_eq!(*rx.borrow(), "two");
/// ```
#[must_use]
pub fn channel<T>(init: T) -> (Sender<T>, Receiver<T>) {
    let sender = Sender::new(init);
    let receiver = sender.subscribe();
    (sender, receiver)
}
