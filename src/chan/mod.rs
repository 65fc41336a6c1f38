//! Go's channels: many senders, many receivers, and a rendezvous where the capacity is 0.
//!
//! [`bounded`] makes a channel that holds up to `n` values, and [`unbounded`] one that holds as many as memory
//! does. Both ends can be cloned; each value is received once, by one of the receivers. Where one receiver is
//! enough, [`sync::mpsc`](crate::sync::mpsc) is faster, since its receiver takes many values at a time.
//!
//! ```
//! use runtime::chan;
//!
//! runtime::block_on(async {
//!     let (jobs, work) = chan::bounded(4);
//!     let (results, done) = chan::unbounded();
//!     for _ in 0..3 {
//!         let (work, results) = (work.clone(), results.clone());
//!         runtime::spawn(async move {
//!             while let Some(n) = work.recv().await {
//!                 results.send(n * n).await.unwrap();
//!             }
//!         });
//!     }
//!     drop(results); // the workers have their own
//!     for n in 1..=10 {
//!         jobs.send(n).await.unwrap();
//!     }
//!     drop(jobs); // the workers end when all is done
//!     let mut sum = 0;
//!     while let Some(square) = done.recv().await {
//!         sum += square;
//!     }
//!     assert_eq!(sum, 385);
//! });
//! ```
//!
//! # From Go
//!
//! | Go | here |
//! |---|---|
//! | `make(chan T, n)` | [`bounded(n)`](bounded) |
//! | `make(chan T)` | `bounded(0)`, a rendezvous |
//! | `ch <- v` | `tx.send(v).await`, an error where Go panics because `ch` is closed |
//! | `v, ok := <-ch` | `rx.recv().await`, which is `None` where `ok` is false |
//! | `for v := range ch` | `while let Some(v) = rx.recv().await`, or as a `Stream` |
//! | `close(ch)` | [`tx.close()`](Sender::close), or drop the last sender; a receiver may close too |
//! | `len(ch)`, `cap(ch)` | [`tx.len()`](Sender::len), [`tx.capacity()`](Sender::capacity) |
//! | `select` | [`select!`](crate::select), with `recv` and `send` as branches |
//! | `select` with a `default` | [`try_recv`](Receiver::try_recv), [`try_send`](Sender::try_send) |
//! | a nil channel, which is never ready | [`std::future::pending()`] |
//! | `chan<- T`, `<-chan T` | [`Sender`], [`Receiver`] |
//!
//! # The end of a channel
//!
//! A channel is closed by [`close`](Sender::close) from either side, when its last sender is dropped, or when its
//! last receiver is. From then on senders get their values back as an error. What was sent before is still received,
//! and then every receiver gets `None`. If the last receiver is dropped, what was not received is dropped too.
//!
//! # Fairness and cost
//!
//! Values are received in the order in which they were sent. Senders that wait get room in the order in which they came,
//! and receivers that wait get values in theirs; nobody who comes later overtakes them. A send and a receive each take
//! one short lock. Waiting allocates nothing.
//!
//! # Cancel safety
//!
//! In [`select!`](crate::select) a branch that was not chosen is dropped, and nothing is lost by that. A value leaves its
//! sender in the poll in which [`send`](Sender::send) is ready, and the channel in that in which [`recv`](Receiver::recv)
//! is. A `recv` that is dropped when a value was kept for it leaves it to the next.
//!
//! # Rendezvous
//!
//! In a channel of capacity 0 a `send` is ready when a receiver has come for the value. So a sender that
//! goes on knows how far the receiver is:
//!
//! ```
//! use runtime::chan;
//!
//! runtime::block_on(async {
//!     let (tx, rx) = chan::bounded(0);
//!     assert!(tx.try_send(1).is_err()); // nobody is here to take it
//!     runtime::spawn(async move { tx.send(2).await });
//!     assert_eq!(rx.recv().await, Some(2));
//! });
//! ```
//!
//! Here two tasks have to agree, and each of them may give up at any moment. The rules are:
//!
//! - A sender that is dropped before it was ready has sent nothing.
//! - A receiver that gives up *after* it came for a value leaves it to the next one that waits. If there is
//!   none, the value stays in the channel for the next that comes; until then [`len`](Receiver::len) is 1.
//! - [`try_recv`](Receiver::try_recv) cannot take a value from a task that is not running. It returns `Empty`
//!   although a sender waits, but calls that sender, so that a later `try_recv` finds its value.

pub(crate) mod claim;
pub(crate) mod core;
pub(crate) mod lone;
pub(crate) mod several;
pub(crate) mod state;

pub mod error;
mod handle;
mod receiver;
mod sender;
mod sink;

pub use self::handle::{bounded, unbounded};
pub use self::receiver::Receiver;
pub use self::sender::Sender;
pub use self::sink::SendSink;

#[cfg(test)]
mod tests;
